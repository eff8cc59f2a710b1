"""Bytes beside the database: on the disk before the commit, apart by tenant, swept when nobody holds them."""

import base64
import os
import time

import pytest

from waypost.access import Permission, action, scopes
from waypost.formats.fhir import outside as marks
from waypost.records import actions as records
from waypost.records import outside, queries
from waypost.records.problems import BytesAstray, BytesUnknown

LONG = os.urandom(1_200_000)


def binary(data=LONG, **more):
    return {"resourceType": "Binary", "contentType": "application/pdf", "data": base64.b64encode(data).decode(), **more}


@action(Permission.RECORD_FILE)
def file(ctx, resource, **more):
    return records.file(ctx, resource, **more)


@action(Permission.RECORD_FILE)
def file_and_fail(ctx, resource):
    records.file(ctx, resource)
    raise ZeroDivisionError


def files(tenant):
    return sorted(one for one in (outside.folder() / str(tenant.pk)).glob("??/*"))


def test_long_bytes_stand_beside_the_database_and_the_text_says_so(context, tenant):
    version = file(context(), binary())
    assert len(version.text) < 1_000 and marks.MARK in version.text
    [place] = files(tenant)
    assert place.read_bytes() == LONG and place.stat().st_mode & 0o777 == 0o600
    assert outside.data_of(tenant.pk, version.resource) == LONG
    assert base64.b64encode(LONG).decode() in outside.whole(tenant.pk, version.text)
    assert outside.check(tenant.pk, read=True) == outside.Checked(1, len(LONG), ())


def test_the_same_bytes_are_kept_once_and_short_ones_stay_in_the_text(context, tenant):
    file(context(), binary())
    file(context(), binary())
    file(context(), binary(b"short"))
    assert len(files(tenant)) == 1


def test_the_bytes_are_there_before_the_commit_and_an_act_that_fails_leaves_an_orphan_for_the_sweep(context, tenant):
    with pytest.raises(ZeroDivisionError):
        file_and_fail(context(), binary())
    [orphan] = files(tenant)
    assert outside.sweep() == 0  # it could be of an act that is still running
    assert outside.sweep(time.time() + 2 * outside.ORPHAN_SECONDS_MIN) >= 1
    assert not orphan.exists()


def test_the_sweep_leaves_what_any_version_holds(context, tenant):
    first = file(context(), binary())
    file(context(), binary(b"now short"), id=first.id)
    outside.sweep(time.time() + 2 * outside.ORPHAN_SECONDS_MIN)
    before = queries.vread(scopes.everything(context()), "Binary", first.id, 1)
    assert outside.data_of(tenant.pk, before.resource) == LONG


def test_a_mark_opens_nothing_that_its_own_record_never_held(context, tenant, new_tenant):
    first = file(context(), binary())
    mark = {"resourceType": "Binary", "contentType": "application/pdf", "_data": first.resource["_data"]}
    with pytest.raises(BytesUnknown):
        file(context(), mark)
    with pytest.raises(BytesUnknown):
        file(context(), mark, id="another")
    with pytest.raises(BytesUnknown):
        file(context(at=new_tenant("There")), mark, id=first.id)
    again = file(context(), {**mark, "contentType": "application/octet-stream"}, id=first.id)
    assert outside.data_of(tenant.pk, again.resource) == LONG


def test_bytes_that_are_gone_or_altered_are_said_and_never_handed_out(context, tenant):
    version = file(context(), binary())
    [place] = files(tenant)
    place.write_bytes(LONG[:-1] + b"!")
    with pytest.raises(BytesAstray):
        outside.data_of(tenant.pk, version.resource)
    assert outside.check(tenant.pk).astray == () and len(outside.check(tenant.pk, read=True).astray) == 1
    place.unlink()
    assert len(outside.check(tenant.pk).astray) == 1


def test_another_tenants_folder_is_another_folder(context, new_tenant, tenant):
    there = new_tenant("There")
    file(context(), binary())
    assert not files(there)
    file(context(at=there), binary())
    assert len(files(there)) == 1 and files(there) != files(tenant)


def test_equal_content_is_not_filed_again(context):
    from waypost.records.versions import Filing

    @action(Permission.RECORD_FILE)
    def many(ctx):
        return records.file_many(ctx, [Filing(binary(), "Binary", "same")], skip_equal=True)

    assert many(context())[0].version == many(context())[0].version == 1
