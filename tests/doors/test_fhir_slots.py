"""Free times by FHIR: computed Slots, found by Schedule and read by id."""

import pytest
from tests import small_clinic
from tests.small_clinic import at

from waypost.scheduling import queries


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
