"""The copy before an upgrade holds every tenant's rows, row-level security or not."""

import subprocess

from waypost.access import Permission, action
from waypost.ops import binaries, setting_up
from waypost.records import actions


@action(Permission.RECORD_FILE)
def file(ctx, resource):
    return actions.file(ctx, resource)


def test_the_copy_holds_what_is_on_record(context, new_tenant, tmp_path, monkeypatch):
    monkeypatch.setenv("WAYPOST_DATA_DIR", str(tmp_path))
    for at in (new_tenant("One"), new_tenant("Two")):
        file(context(at=at), {"resourceType": "Basic", "code": {"text": f"kept in the copy of {at.pk}"}})
    copy = setting_up.set_copy_aside()
    listed = subprocess.run(
        [binaries.bin_folder() / "pg_restore", "--data-only", "--table=records_version", "--file=-", copy],
        capture_output=True, text=True, check=True).stdout
    assert listed.count("kept in the copy of") == 2
