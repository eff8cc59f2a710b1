"""Killed between a document's bytes and its commit: the record is whole, and what was left behind is swept away."""

import json
import subprocess
import sys

import pytest
from tests.running import environment, make_clinic

pytestmark = [pytest.mark.crash]

FILE = """
import base64, os, signal, sys
from pathlib import Path
from waypost.ops import database
with database.opened(Path(sys.argv[1])):
    database.set_up_django()
    from waypost.access import Permission, accounts, action
    from waypost.records import actions as records, outside
    def die(*_):
        os.kill(os.getpid(), signal.SIGKILL)
    where = sys.argv[2]
    if where == "while its folders are made":
        os.fsync = die
    elif where == "before the file has its name":
        Path.replace = die
    elif where == "between bytes and commit":
        keep = outside.keep
        outside.keep = lambda *args: (keep(*args), die())
    @action(Permission.RECORD_FILE)
    def file(ctx):
        return records.file(ctx, {"resourceType": "Binary", "id": "scan", "contentType": "a/b", "data": base64.b64encode(bytes(range(256)) * 5000).decode()})
    file(accounts.context_of(accounts.tenant_named(None), "crash test"))
    if where == "after the commit":
        die()
"""
INSPECT = """
import json, sys, time
from pathlib import Path
from waypost.ops import database
with database.opened(Path(sys.argv[1])):
    database.set_up_django()
    from waypost.access import accounts, scopes
    from waypost.records import outside, queries, rebuilding
    tenant = accounts.tenant_named(None)
    scope = scopes.everything(accounts.context_of(tenant, "crash test"))
    files = lambda: [one.name for one in outside.folder().glob("*/??/*")]
    at = str(outside.folder()) if outside.folder().is_dir() else None
    before = files()
    found = queries.read_or_none(scope, "Binary", "scan")
    size = len(outside.data_of(tenant.pk, found.resource)) if found else None
    swept = outside.sweep(time.time() + 2 * outside.ORPHAN_SECONDS_MIN)
    print(json.dumps({"at": at, "drafts": sum(one.startswith(".") for one in before), "files": len(before), "size": size, "swept": swept, "left": len(files()),
                      "astray": list(outside.check(tenant.pk, read=True).astray),
                      "differences": [str(one) for one in rebuilding.check(scope)]}))
"""


def run(program, folder, *words):
    """Run a program on a clinic's data folder, which is also where its bytes are kept."""
    command = [sys.executable, "-c", program, str(folder), *words]
    env = environment(WAYPOST_DATA_DIR=str(folder))
    return subprocess.run(command, env=env, capture_output=True, text=True, timeout=120, check=False)


def test_killed_anywhere_around_the_commit_no_version_lacks_its_bytes(tmp_path):
    folder = tmp_path / "clinic"
    make_clinic(folder)
    at = str(folder / "documents")
    assert not (folder / "documents").exists()
    for where, drafts, left in (
        ("while its folders are made", 0, 0),
        ("before the file has its name", 1, 1),
        ("between bytes and commit", 0, 1),
    ):
        done = run(FILE, folder, where)
        assert done.returncode == -9, (where, done.stderr)
        found = json.loads(run(INSPECT, folder).stdout.splitlines()[-1])
        kept = {"at": at, "drafts": drafts, "files": left, "size": None, "swept": left, "left": 0}
        assert found == {**kept, "astray": [], "differences": []}, where
    assert run(FILE, folder, "after the commit").returncode == -9
    found = json.loads(run(INSPECT, folder).stdout.splitlines()[-1])
    kept = {"at": at, "drafts": 0, "files": 1, "size": 256 * 5000, "swept": 0, "left": 1}
    assert found == {**kept, "astray": [], "differences": []}
