"""The one-trip read answers as the ordinary route does, row for row of the access table."""

import itertools
import json

import pytest
from django.db import connection
from tests.doors.test_fhir_interactions import PATIENT, observation

ROLES = ("coordinator", "scheduler", "nurse", "clinician", "records", "billing", "supervisor", "administrator",
         "auditor", "client", "patient", "proxy")  # fmt: skip
RESTRICTED = {
    "meta": {
        "security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}]
    }
}


@pytest.fixture
def table(door, context):
    """Patients of every kind, each with results and a visit: (type, id)."""
    from waypost.access import Permission, action
    from waypost.records import actions

    @action(Permission.RECORD_FILE)
    def file(ctx, resource):
        return actions.file(ctx, resource).id

    ctx = context()
    rows = [("Practitioner", file(ctx, {"resourceType": "Practitioner", "id": "kim"}))]
    for related, restricted in itertools.product((False, True), repeat=2):
        who = file(ctx, {**PATIENT, **(RESTRICTED if restricted else {})})
        seen = [file(ctx, {**observation(who), **(RESTRICTED if label else {})}) for label in (False, True)]
        visit = file(ctx, {"resourceType": "Appointment", "status": "cancelled", "participant": [
            {"actor": {"reference": f"Patient/{who}"}, "status": "accepted"}]})  # fmt: skip
        if related:
            file(ctx, {"resourceType": "CareTeam", "status": "active", "subject": {"reference": f"Patient/{who}"},
                       "participant": [{"member": {"reference": "Practitioner/kim"}}]})  # fmt: skip
        rows += [("Patient", who), *(("Observation", id) for id in seen), ("Appointment", visit)]
    plain = file(ctx, {"resourceType": "Observation", "status": "final", "code": {"text": "control"}})
    gone = door.make(PATIENT)["id"]
    door.delete(f"Patient/{gone}")
    return [
        *rows,
        ("Observation", plain),
        ("Patient", gone),
        ("Patient", "nobody"),
        ("Observation", "nobody"),
    ]


def last_entry(tenant):
    from waypost.records import tenancy

    tenancy.enter(tenant.pk)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT content FROM audit_entry WHERE tenant = %s ORDER BY seq DESC LIMIT 1", [tenant.pk]
        )
        found = json.loads(cursor.fetchone()[0])
    found.pop("request", None)
    return found


@pytest.mark.parametrize("role", ROLES)
def test_both_routes_answer_alike(door_for, table, tenant, role, monkeypatch):
    from waypost.api import fast

    caller = door_for(role, practitioner="kim")
    quick = fast.respond
    used = 0
    for kind, id in table:
        monkeypatch.setattr(fast, "respond", lambda environ, clock: None)
        slow = caller.get(f"{kind}/{id}")
        slow_entry = last_entry(tenant)
        answers = []

        def watched(environ, clock, answers=answers):
            answers.append(quick(environ, clock))
            return answers[-1]

        monkeypatch.setattr(fast, "respond", watched)
        both = caller.get(f"{kind}/{id}")
        assert (both.status, both.text) == (slow.status, slow.text), (kind, id)
        assert dict(both.headers) == dict(slow.headers)
        assert last_entry(tenant) == slow_entry
        used += answers[0] is not None
        if slow.status == 200:
            assert answers[0] is not None, (kind, id)
            assert caller.get(f"{kind}/{id}", If_None_Match='W/"1"').status == 304
            head = caller.call("HEAD", f"{kind}/{id}")
            assert (head.text, head.headers["Content-Length"]) == ("", slow.headers["Content-Length"])
        else:
            assert answers[0] is None
    assert used or role in {"patient", "proxy"}


def test_what_is_remembered_of_a_token_is_checked_each_time(door_for, door, tenant, clock):
    from datetime import timedelta

    from waypost.access import tokens
    from waypost.access.models import AccessToken, Account

    ana = door.make(PATIENT)["id"]
    nurse = door_for("nurse")
    assert nurse.get(f"Patient/{ana}").status == 200
    kept = AccessToken.objects.get(hash=tokens.hash_of(nurse.token))
    Account.objects.filter(pk=kept.account_id).update(roles=["proxy"])
    assert nurse.get(f"Patient/{ana}").status == 403
    Account.objects.filter(pk=kept.account_id).update(roles=["nurse"])
    assert nurse.get(f"Patient/{ana}").status == 200
    AccessToken.objects.filter(pk=kept.pk).update(revoked=clock.now())
    assert nurse.get(f"Patient/{ana}").status == 401
    later = door_for("nurse")
    assert later.get(f"Patient/{ana}").status == 200
    clock.advance(timedelta(days=31))
    assert later.get(f"Patient/{ana}").status == 401


def test_a_stranger_reads_nothing_in_one_trip(door, door_for, new_tenant):
    ana = door.make(PATIENT)["id"]
    stranger = door_for(at=new_tenant("Elsewhere"))
    assert stranger.get("Patient/none").status == 404
    assert stranger.get(f"Patient/{ana}").status == 404


def test_the_audit_verifies_after_one_trip_reads(door, tenant):
    from waypost.audit import queries

    ana = door.make(PATIENT)["id"]
    for _ in range(5):
        assert door.get(f"Patient/{ana}").status == 200
    checked, findings = queries.verify()
    assert checked >= 6
    assert not [one for one in findings if one.tenant == tenant.pk]
