"""The one-trip read answers as the ordinary route does, row for row of the access table."""

import itertools
import json
from copy import deepcopy

import pytest
from django.db import connection
from tests import small_clinic
from tests.doors.test_fhir_interactions import PATIENT, observation

from waypost.scheduling import queries

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


@pytest.fixture
def by_both_routes(tenant, monkeypatch):
    """Ask by the ordinary route, then by whichever is quicker; the answers and what is audited are equal.

    Return the answer, and whether the quick way gave it.
    """
    from waypost.api import wsgi

    quick = wsgi.quickly

    def ask(caller, path):
        monkeypatch.setattr(wsgi, "quickly", lambda environs: [None] * len(environs))
        slow = caller.get(path)
        slow_entry = last_entry(tenant)
        answers = []

        def watched(environs):
            answers.extend(quick(environs))
            return answers

        monkeypatch.setattr(wsgi, "quickly", watched)
        both = caller.get(path)
        assert (both.status, both.text) == (slow.status, slow.text), path
        assert both.headers == slow.headers
        assert last_entry(tenant) == slow_entry, path
        monkeypatch.setattr(wsgi, "quickly", quick)
        return slow, answers[0] is not None

    return ask


@pytest.mark.parametrize("role", ROLES)
def test_both_routes_answer_alike(door_for, table, role, by_both_routes):
    caller = door_for(role, practitioner="kim")
    used = 0
    for kind, id in table:
        slow, quickly = by_both_routes(caller, f"{kind}/{id}")
        used += quickly
        assert quickly == (slow.status == 200), (kind, id)
        if slow.status == 200:
            assert caller.get(f"{kind}/{id}", If_None_Match='W/"1"').status == 304
            head = caller.call("HEAD", f"{kind}/{id}")
            assert (head.text, head.headers["Content-Length"]) == ("", slow.headers["Content-Length"])
    assert used or role in {"patient", "proxy"}


SEARCHES = (
    "Patient?name=cast&_count=20", "Patient?name=nobody", "Patient", "Patient?_count=2", "Patient?family:exact=Castillo",
    "Patient?gender=female&_sort=-birthdate,family", "Observation", "Observation?_count=3&_sort=-_lastUpdated",
    "Observation?code=http://loinc.org%7C4548-4,2339-0", "Observation?status:not=final", "Observation?_id={observation}",
    "Observation?patient={patient}&code=http://loinc.org%7C4548-4&_sort=-date",
    "Observation?subject=Patient/{patient}&date=ge2020&_count=1&_sort=-date", "Observation?patient=nobody&_sort=date",
    "Appointment?patient={patient}", "Appointment?status=cancelled", "CareTeam?patient={patient}", "Practitioner?_id=kim",
)  # fmt: skip
ORDINARY = (
    "Observation?_sort=-date", "Observation?patient={patient}&_include=Observation:subject", "Patient?_summary=count",
    "Observation?subject:Patient.name=cast", "Patient?_has:Observation:patient:code=4548-4", "Patient?_total=accurate",
    "Patient?wrong=1", "Patient?birthdate=never", "Patient?_count=0", "Patient?_elements=name", "Patient?_cursor=x",
    "Slot?schedule=Schedule/none", "Nothing?name=x", "Patient?name=", "Patient?_sort=wrong", "metadata",
    "Patient?name=cast&_format=json",
)  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
def test_searches_answer_alike_by_both_routes(door_for, table, role, by_both_routes):
    caller = door_for(role, practitioner="kim")
    caller.get("Patient?name=x")  # a token is known from its first call on
    kinds = dict(table)
    seen = 0
    for path in SEARCHES:
        for patient in [id for kind, id in table if kind == "Patient"] if "{patient}" in path else [""]:
            filled = path.format(patient=patient, observation=kinds["Observation"])
            slow, quickly = by_both_routes(caller, filled)
            assert quickly == (slow.status == 200), filled
            while slow.status == 200 and (more := slow.link("next")):
                seen += len(slow.ids)
                slow, quickly = by_both_routes(caller, more)
                assert quickly, more
    for path in ORDINARY:
        _, quickly = by_both_routes(caller, path.format(patient=kinds["Patient"]))
        assert not quickly, path
    assert seen or role in {"patient", "proxy"}


def test_searches_that_came_together_are_each_answered_and_audited(door, door_for, new_tenant, tenant):
    from waypost.access import tokens
    from waypost.access.models import AccessToken
    from waypost.api import door as fhir
    from waypost.api import fast_search
    from waypost.audit import queries

    ana = door.make(PATIENT)["id"]
    stranger, expired = door_for(at=new_tenant("Elsewhere")), door_for("nurse")
    for one in (door, stranger, expired):
        one.get("Patient?name=x")
    AccessToken.objects.filter(hash=tokens.hash_of(expired.token)).update(revoked=door.clock.now())

    def environ(caller, query):
        return {
            "REQUEST_METHOD": "GET",
            "PATH_INFO": "/fhir/Patient",
            "QUERY_STRING": query,
            "HTTP_AUTHORIZATION": f"Bearer {caller.token}",
        }

    asked = [
        environ(door, "name=cast"),
        environ(stranger, "name=cast"),
        environ(expired, "name=cast"),
        environ(door, "name=nobody"),
    ]
    before, _ = queries.verify(only=tenant.pk)
    found = fast_search.respond_to_all(asked, fhir.CLOCK, "http://here/fhir")
    assert [one and json.loads(one[2])["total"] for one in found] == [1, 0, None, 0]
    assert ana in found[0][2].decode()
    after, wrong = queries.verify(only=tenant.pk)
    assert (after - before, wrong) == (2, [])
    broken = environ(door, "_sort=_lastUpdated&_cursor=WyJ4IiwgIngiXQ")
    assert fast_search.respond_to_all([asked[0], broken], fhir.CLOCK, "") == [None, None]


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


SLOTS = (
    "Slot?schedule=Schedule/{lind}", "Slot?schedule={lind}&status=free&start=ge2026-12-01&start=lt2026-12-02",
    "Slot?schedule={lind},{room}&service-type=urn:waypost:visit-type|talk", "Slot?schedule={lind}&status=busy",
    "Slot?schedule={lind}&service-type=nothing",
)  # fmt: skip
SLOTS_THE_ORDINARY_WAY = (
    "Slot", "Slot?schedule={lind},none", "Slot?schedule={lind}&start=soon", "Slot?schedule={lind}&_count=2",
    "Slot?schedule={lind}&colour=red", "Slot?status=free",
)  # fmt: skip


@pytest.mark.parametrize("role", ROLES)
def test_computed_slots_answer_alike_by_both_routes(door_for, context, role, by_both_routes):
    small_clinic.make(context())
    caller = door_for(role)
    ids = {
        "lind": queries.schedule_id("Practitioner/lind"),
        "room": queries.schedule_id("Location/room2"),
    }
    caller.get(SLOTS[0].format(**ids))  # a token is known, and calendars are, from the first call on
    for path in SLOTS:
        slow, quickly = by_both_routes(caller, path.format(**ids))
        assert quickly == (slow.status == 200), path
    for path in SLOTS_THE_ORDINARY_WAY:
        _, quickly = by_both_routes(caller, path.format(**ids))
        assert not quickly, path


def test_a_slot_that_another_process_booked_is_gone_at_once(door, context, monkeypatch):
    """This process remembers the calendars as they were before."""
    from waypost.api import wsgi

    clinic = small_clinic.make(context())
    path = f"Slot?schedule={queries.schedule_id('Practitioner/lind')}&service-type=talk"
    first = door.get(path).ids[0]
    remembered = deepcopy(queries.clinic(clinic.ctx.tenant, clinic.ctx.now))
    who = [{"actor": {"reference": f"Patient/{clinic.patients[0]}"}, "status": "accepted"}]
    door.make({"resourceType": "Appointment", "status": "booked", "slot": [{"reference": f"Slot/{first}"}],
               "participant": who})  # fmt: skip
    pictures = queries.clinic.__globals__["_clinics"]
    answers = []
    for quickly in (wsgi.quickly, lambda environs: [None] * len(environs)):
        pictures[clinic.ctx.tenant] = deepcopy(remembered)
        monkeypatch.setattr(wsgi, "quickly", quickly)
        answers.append(door.get(path).ids)
    assert answers[0] == answers[1] != []
    assert first not in answers[0]
