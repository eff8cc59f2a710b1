"""An export is the whole record: documents beside the database come along and go back."""

import argparse
import base64
import json
import os

from waypost.access import Permission, action, scopes
from waypost.cli import export, import_
from waypost.records import actions as records
from waypost.records import outside, queries

LONG = os.urandom(1_300_000)


@action(Permission.RECORD_FILE)
def file(ctx, resource):
    return records.file(ctx, resource)


def run(command, *words):
    parser = argparse.ArgumentParser()
    command.add_arguments(parser)
    args = parser.parse_args([str(word) for word in words])
    args.json = True
    return command.run(args)


def test_an_export_taken_into_an_empty_clinic_holds_every_byte(context, tenant, new_tenant, tmp_path, capsys):
    there = new_tenant("There")
    data = base64.b64encode(LONG).decode()
    made = file(context(), {"resourceType": "Binary", "id": "scan", "contentType": "application/pdf", "data": data})
    assert run(export, tmp_path / "out", "--tenant", tenant.slug) == 0
    [line] = (tmp_path / "out" / "Binary.ndjson").read_text().splitlines()
    assert json.loads(line)["data"] == data
    more = ("--refused", tmp_path / "refused", "--dangling", tmp_path / "dangling")
    assert run(import_, tmp_path / "out", "--tenant", there.slug, *more) == 0
    kept = queries.read(scopes.everything(context(at=there)), "Binary", "scan")
    assert len(kept.text) < 1_000 and outside.data_of(there.pk, kept.resource) == LONG
    capsys.readouterr()
    assert run(import_, tmp_path / "out", "--tenant", tenant.slug, *more) == 0  # where it came from, it changes nothing
    assert queries.read(scopes.everything(context()), "Binary", "scan").version == made.version
