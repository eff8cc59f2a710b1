"""Free times by FHIR: computed Slots, found by Schedule and read by id."""

import pytest
from tests import small_clinic
from tests.small_clinic import at

from waypost.scheduling import actions, queries


@pytest.fixture
def clinic(context):
    return small_clinic.make(context())


def schedule_of(resource):
    return queries.schedule_id(resource)


def test_a_days_free_times_are_computed_and_each_can_be_read(door, clinic):
    schedule = schedule_of("Practitioner/lind")
    day = f"start=ge{at(0).isoformat().replace('+00:00', 'Z')}&start=lt{at(23).isoformat().replace('+00:00', 'Z')}"
    answer = door.get(f"Slot?schedule=Schedule/{schedule}&{day}&status=free")
    assert answer.status == 200, answer.text
    assert answer.ids
    first = answer.json["entry"][0]["resource"]
    assert first["status"] == "free"
    assert first["schedule"]["reference"] == f"Schedule/{schedule}"
    assert first["serviceType"][0]["coding"][0]["system"] == "urn:waypost:visit-type"
    assert first["start"] >= at(0).isoformat().replace("+00:00", "Z")
    read = door.get(f"Slot/{first['id']}")
    assert read.json == first
    assert door.get(f"Schedule/{schedule}").json["actor"][0]["reference"] == "Practitioner/lind"


def test_they_come_in_pages_by_kind_and_status(door, clinic):
    schedule = schedule_of("Practitioner/lind")
    whole = door.get(f"Slot?schedule={schedule}&service-type=echo")
    seen, url = [], f"Slot?schedule=Schedule/{schedule}&service-type=urn:waypost:visit-type|echo&_count=7"
    while url:
        page = door.get(url)
        seen += page.ids
        url = page.link("next") if len(seen) < 40 else None
    assert seen == whole.ids[: len(seen)]
    assert door.get(f"Slot?schedule={schedule}&status=busy").ids == []
    assert door.get(f"Slot?schedule={schedule}&service-type=nothing").ids == []
    strict = door.get(f"Slot?schedule={schedule}&colour=red", Prefer="handling=strict")
    assert strict.codes == ["api.parameter-unknown"]
    assert door.get(f"Slot?schedule={schedule}&start=soon").codes == ["api.parameter-unsuitable"]
    form = door.call("POST", "Slot/_search", raw=f"schedule={schedule}&service-type=echo".encode(),
                     headers={"content-type": "application/x-www-form-urlencoded"})  # fmt: skip
    assert form.ids == whole.ids


def test_other_systems_slots_are_stored_ones(door, clinic):
    theirs = door.make({"resourceType": "Schedule", "actor": [{"display": "Elsewhere"}]})["id"]
    slot = {"resourceType": "Slot", "schedule": {"reference": f"Schedule/{theirs}"}, "status": "free",
            "start": "2026-12-01T10:00:00Z", "end": "2026-12-01T10:30:00Z"}  # fmt: skip
    made = door.make(slot)["id"]
    assert door.get(f"Slot?schedule=Schedule/{theirs}&start=ge2026-12-01").ids == [made]
    assert door.get(f"Slot/{made}").json["status"] == "free"
    assert door.get("Slot/none.a1.b").status == 404


def test_a_stranger_sees_no_schedule_of_ours(door_for, new_tenant, clinic):
    stranger = door_for(at=new_tenant("Elsewhere"))
    schedule = schedule_of("Practitioner/lind")
    assert stranger.get(f"Slot?schedule={schedule}").ids == []


def appointment(clinic, **more):
    return {"resourceType": "Appointment", "status": "booked", "participant": [
        {"actor": {"reference": f"Patient/{clinic.patients[0]}"}, "status": "accepted"}], **more}  # fmt: skip


def test_a_slot_is_booked_once_and_takes_no_other_away(door, clinic):
    schedule = schedule_of("Practitioner/lind")
    offered = door.get(f"Slot?schedule={schedule}&service-type=talk&_count=5").ids
    whole = set(door.get(f"Slot?schedule={schedule}&service-type=talk").ids)
    made = door.post("Appointment", appointment(clinic, slot=[{"reference": f"Slot/{offered[1]}"}]))
    assert made.status == 201, made.text
    actors = {p["actor"]["reference"] for p in made.json["participant"]}
    assert {"Practitioner/lind", f"Patient/{clinic.patients[0]}"} <= actors
    assert door.get(f"Slot/{offered[1]}").json["status"] == "busy"
    assert whole - set(door.get(f"Slot?schedule={schedule}&service-type=talk").ids) == {offered[1]}
    again = door.post("Appointment", appointment(clinic, slot=[{"reference": f"Slot/{offered[1]}"}]))
    assert again.status == 409
    assert again.json["issue"][0]["code"] == "conflict"
    assert again.codes[0].startswith("scheduling.")
    found = door.get(f"Appointment?actor=Practitioner/lind&date=ge{made.json['start'][:10]}")
    assert found.ids == [made.json["id"]]


def test_a_visit_cancelled_by_fhir_frees_its_time(door, clinic):
    schedule = schedule_of("Practitioner/lind")
    slot = door.get(f"Slot?schedule={schedule}&service-type=talk&_count=1").ids[0]
    made = door.post("Appointment", appointment(clinic, slot=[{"reference": f"Slot/{slot}"}])).json
    gone = door.put(f"Appointment/{made['id']}", {**made, "status": "cancelled"}, If_Match='W/"1"')
    assert gone.status == 200, gone.text
    assert door.get(f"Slot/{slot}").json["status"] == "free"


def test_slots_we_compute_cannot_be_stored(door, clinic):
    slot = {"resourceType": "Slot", "schedule": {"reference": f"Schedule/{schedule_of('Practitioner/lind')}"}, "status": "free",
            "start": "2026-12-01T10:00:00Z", "end": "2026-12-01T10:30:00Z"}  # fmt: skip
    answer = door.post("Slot", slot)
    assert (answer.status, answer.codes) == (422, ["scheduling.computed-slots"])


def test_two_visits_in_one_transaction_or_none(door, clinic):
    schedule = schedule_of("Practitioner/lind")
    first, second = door.get(f"Slot?schedule={schedule}&service-type=talk&_count=2").ids

    def both(*slots):
        return door.post("", {"resourceType": "Bundle", "type": "transaction", "entry": [
            {"resource": {**appointment(clinic, slot=[{"reference": f"Slot/{slot}"}])}, "request": {"method": "POST", "url": "Appointment"}}
            for slot in slots]})  # fmt: skip

    refused = both(first, first)
    assert refused.status == 409, refused.text
    assert door.get(f"Slot/{first}").json["status"] == "free"
    assert both(first, second).status == 200
    assert door.get(f"Slot/{second}").json["status"] == "busy"


def test_the_kind_offered_unasked_follows_the_calendar(door, clinic):
    path = f"Slot?schedule={schedule_of('Location/room4')}"

    def offered():
        return door.get(path).json["entry"][0]["resource"]["serviceType"][0]["coding"][0]["code"]

    assert offered() == "echo"
    actions.save_calendar(clinic.ctx, small_clinic.calendar("Location/room4", "room", "Room 4"))
    assert offered() == "talk"
