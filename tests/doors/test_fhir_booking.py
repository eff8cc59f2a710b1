"""Booking by FHIR is the same act as on the desk."""

import json

import pytest
from django.db import connection
from tests import small_clinic
from tests.small_clinic import at

from waypost.access import scopes
from waypost.scheduling import fhir, queries

TYPE = "urn:waypost:visit-type"


@pytest.fixture
def clinic(context):
    return small_clinic.make(context())


def slots(clinic, code="talk", resource="Practitioner/lind"):
    schedule = queries.schedule_id(resource)
    everything = scopes.everything(clinic.ctx)
    return queries.free_slots(everything, schedule, at(0), at(24), service_type=code, clock=clinic.ctx.clock)


def patient(clinic, n=0):
    return {"actor": {"reference": f"Patient/{clinic.patients[n]}"}, "status": "accepted"}


def actor(reference):
    return {"actor": {"reference": reference}, "status": "accepted"}


def visit(clinic, n=0, code="talk", start=None, **more):
    found = {"resourceType": "Appointment", "status": "booked", "participant": [patient(clinic, n)], **more}
    if start:
        found |= {"start": fhir.say(start), "serviceType": [{"coding": [{"system": TYPE, "code": code}]}]}
    return found


def held(clinic):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM scheduling_booking WHERE tenant = %s", [clinic.ctx.tenant])
        return cursor.fetchone()[0]


def test_a_slot_is_booked_once(clinic, door):
    slot = slots(clinic)[0]
    asked = visit(clinic, slot=[{"reference": f"Slot/{slot.id}"}], comment="By FHIR")
    made = door.post("Appointment", asked)
    assert made.status == 201, made.text
    names = [p["actor"]["reference"] for p in made.json["participant"]]
    assert names == [f"Patient/{clinic.patients[0]}", "Practitioner/lind", "Location/room2"]
    assert made.json["comment"] == "By FHIR"
    assert made.json["slot"][0]["reference"] == f"Slot/{slot.id}"
    assert made.json["end"] == fhir.say(slot.end)
    again = door.post("Appointment", {**asked, "participant": [patient(clinic, 1)]})
    assert (again.status, again.codes[0], again.json["issue"][0]["code"]) == (
        409,
        "scheduling.slot-taken",
        "conflict",
    )


def test_service_type_and_start_book_and_what_is_not_named_is_chosen(clinic, door):
    made = door.post("Appointment", visit(clinic, code="echo", start=at(9)))
    assert made.status == 201, made.text
    assert {p["actor"]["reference"].split("/")[0] for p in made.json["participant"]} == {
        "Patient", "Location", "Device", "Practitioner",
    }  # fmt: skip
    tasks = door.get(f"Task?focus=Appointment/{made.json['id']}").json["entry"]
    assert [t["resource"]["code"]["text"] for t in tasks] == ["Get the order for a visit"]
    wrong_end = visit(clinic, 1, start=at(11), end=fhir.say(at(11, 45)))
    assert door.post("Appointment", wrong_end).codes == ["scheduling.times-disagree"]
    named = visit(clinic, 1, start=at(11))
    named["participant"] += [
        actor("Practitioner/abara"),
        actor("Location/room4"),
        {"actor": {"display": "Daughter"}, "status": "accepted"},
    ]
    kept = door.post("Appointment", named)
    assert kept.status == 201, kept.text
    names = [p["actor"].get("reference", p["actor"].get("display", "")) for p in kept.json["participant"]]
    assert {"Practitioner/abara", "Location/room4", "Daughter"} <= set(names)


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        (
            {"serviceType": [{"coding": [{"system": TYPE, "code": "none"}]}]},
            422,
            "scheduling.unknown-visit-type",
        ),
        ({"start": "2026-11-23T14:00:00Z"}, 422, "scheduling.in-the-past"),
        ({"start": "2026-11-25T12:00:00Z"}, 409, "scheduling.not-open"),
        ({"start": "2030-11-25T14:00:00Z"}, 422, "scheduling.too-far-ahead"),
        ({"participant": [actor("Practitioner/lind")]}, 422, "coordination.not-a-booking"),
        ({"slot": [{"reference": "Slot/none"}]}, 404, "scheduling.unknown-slot"),
    ],
)
def test_what_cannot_be_booked_is_refused_with_a_code(clinic, door, change, status, code):
    answer = door.post("Appointment", {**visit(clinic, start=at(9)), **change})
    assert (answer.status, answer.codes[0]) == (status, code), answer.text
    assert held(clinic) == 0


def test_put_moves_where_free_and_follows_sch_1(clinic, door):
    made = door.post("Appointment", visit(clinic, start=at(9))).json
    other = door.post("Appointment", visit(clinic, 1, start=at(10))).json

    def shifted(resource, start, end):
        new = {**resource, "start": fhir.say(start), "end": fhir.say(end)}
        new["participant"] = [
            {k: v for k, v in p.items() if k not in ("period", "extension")} for p in resource["participant"]
        ]
        return new

    doctor = next(p for p in other["participant"] if p["actor"]["reference"].startswith("Practitioner"))
    onto = shifted(made, at(10), at(10, 20))
    onto["participant"] = [patient(clinic), doctor]
    assert door.put(f"Appointment/{made['id']}", onto).codes == ["scheduling.slot-taken"]
    moved = door.put(f"Appointment/{made['id']}", shifted(made, at(11), at(11, 20)))
    assert moved.status == 200, moved.text
    assert not slots(clinic)[0].start > at(9)
    gone = door.put(f"Appointment/{made['id']}", {**moved.json, "status": "cancelled"})
    assert gone.status == 200
    back = door.put(f"Appointment/{made['id']}", {**gone.json, "status": "booked"})
    assert (back.status, back.codes) == (409, ["scheduling.not-allowed-now"])
    assert held(clinic) == 3


def test_delete_gives_the_time_back(clinic, door):
    made = door.post("Appointment", visit(clinic, start=at(9))).json
    assert held(clinic) == 3
    assert door.delete(f"Appointment/{made['id']}").status in (200, 204)
    assert held(clinic) == 0


def test_two_visits_in_one_transaction_or_none(clinic, door):
    def bundle(*visits):
        return {"resourceType": "Bundle", "type": "transaction", "entry": [
            {"resource": v, "request": {"method": "POST", "url": "Appointment"}} for v in visits
        ]}  # fmt: skip

    def echo(n):
        return visit(clinic, n, code="echo", start=at(10), end=fhir.say(at(11, 10)))

    both = door.post("", bundle(visit(clinic, start=at(9), end=fhir.say(at(9, 20))), echo(0)))
    assert both.status == 200, both.text
    before = held(clinic)
    refused = door.post("", bundle(visit(clinic, 1, start=at(14), end=fhir.say(at(14, 20))), echo(1)))
    assert refused.status == 409
    assert held(clinic) == before


def test_another_systems_appointment_is_kept_where_all_are_free_and_refused_where_not(clinic, door):
    theirs = {
        "resourceType": "Appointment", "status": "booked", "start": fhir.say(at(9)), "end": fhir.say(at(10)),
        "participant": [actor("Practitioner/lind"), patient(clinic)],
    }  # fmt: skip
    assert door.post("Appointment", theirs).status == 201
    assert door.post("Appointment", theirs).status == 409
    assert all(s.start >= at(10) for s in slots(clinic) if s.start > at(8, 40))


def test_slots_of_our_schedules_are_computed_and_cannot_be_stored(clinic, door):
    slot = slots(clinic)[0]
    answer = door.post("Slot", {k: v for k, v in slot.resource_json().items() if k != "id"})
    assert answer.status == 422
    assert answer.codes == ["scheduling.computed-slots"]


def test_conditional_create_books_once(clinic, door):
    system = "urn:example:bookings"
    asked = visit(clinic, start=at(9), identifier=[{"system": system, "value": "77"}])
    first = door.post("Appointment", asked, If_None_Exist=f"identifier={system}|77")
    second = door.post("Appointment", asked, If_None_Exist=f"identifier={system}|77")
    assert (first.status, second.status) == (201, 200)
    assert first.json["id"] == second.json["id"]


def test_numbers_are_booked_as_they_were_written(clinic, door):
    dose = {"url": "https://example.org/dose", "valueDecimal": "@"}
    asked = json.dumps(visit(clinic, start=at(9), extension=[dose])).replace('"@"', "1.10")
    made = door.post("Appointment", asked)
    assert made.status == 201, made.text
    assert '"valueDecimal":1.10' in made.text
