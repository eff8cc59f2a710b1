"""Patients by FHIR: filed as they came, with what the desk would do besides."""

import pytest
from tests import small_clinic
from tests.doors.test_fhir_interactions import PATIENT, observation

from waypost.scheduling import queries

MRN = "urn:waypost:mrn"


def number_of(patient):
    return [i["value"] for i in patient.get("identifier", []) if i.get("system") == MRN]


def test_a_patient_gets_a_record_number_and_keeps_it(door):
    made = door.make(PATIENT)
    (number,) = number_of(made)
    assert len(number) == 6
    assert door.make(PATIENT)["identifier"][0]["value"] != number
    plain = {**PATIENT, "id": made["id"], "active": True}
    assert number_of(door.put(f"Patient/{made['id']}", plain).json) == [number]
    others = {**PATIENT, "identifier": [{"system": "urn:other", "value": "x"}]}
    both = door.make(others)["identifier"]
    assert [i["system"] for i in both] == ["urn:other", MRN]
    named = door.make({**PATIENT, "identifier": [{"system": MRN, "value": "777001"}]})
    assert number_of(named) == ["777001"]
    again = door.post("Patient", {**PATIENT, "identifier": [{"system": MRN, "value": "777001"}]})
    assert (again.status, again.codes) == (409, ["registry.mrn-taken"])


def test_in_a_transaction_too(door):
    answer = door.post("", {"resourceType": "Bundle", "type": "transaction", "entry": [
        {"fullUrl": f"urn:uuid:{n}", "resource": PATIENT, "request": {"method": "POST", "url": "Patient"}} for n in range(3)]})  # fmt: skip
    assert answer.status == 200, answer.text
    numbers = [number_of(door.get(e["response"]["location"]).json) for e in answer.json["entry"]]
    assert len({n[0] for n in numbers}) == 3


def test_who_makes_a_patient_may_file_with_it_in_the_same_act(door_for):
    nurse = door_for("nurse", practitioner="kim")
    answer = nurse.post("", {"resourceType": "Bundle", "type": "transaction", "entry": [
        {"resource": {**observation("x"), "subject": {"reference": "urn:uuid:1"}}, "request": {"method": "POST", "url": "Observation"}},
        {"fullUrl": "urn:uuid:1", "resource": PATIENT, "request": {"method": "POST", "url": "Patient"}}]})  # fmt: skip
    assert answer.status == 200, answer.text


@pytest.mark.parametrize("way", ["alone", "transaction"])
def test_a_death_by_fhir_stops_the_visits_to_come(door, context, way):
    clinic = small_clinic.make(context())
    schedule = queries.schedule_id("Practitioner/lind")
    slot = door.get(f"Slot?schedule={schedule}&service-type=talk&_count=1").ids[0]
    who = clinic.patients[0]
    visit = door.post("Appointment", {"resourceType": "Appointment", "status": "booked", "slot": [{"reference": f"Slot/{slot}"}],
                                      "participant": [{"actor": {"reference": f"Patient/{who}"}, "status": "accepted"}]}).json  # fmt: skip
    patient = {**door.get(f"Patient/{who}").json, "deceasedDateTime": "2026-11-20"}
    if way == "alone":
        assert door.put(f"Patient/{who}", patient, If_Match='W/"1"').status == 200
    else:
        answer = door.post("", {"resourceType": "Bundle", "type": "transaction", "entry": [
            {"resource": patient, "request": {"method": "PUT", "url": f"Patient/{who}"}}]})  # fmt: skip
        assert answer.status == 200, answer.text
    assert door.get(f"Appointment/{visit['id']}").json["status"] == "cancelled"
    refused = door.post("Appointment", {"resourceType": "Appointment", "status": "booked", "slot": [{"reference": f"Slot/{slot}"}],
                                        "participant": [{"actor": {"reference": f"Patient/{who}"}, "status": "accepted"}]})  # fmt: skip
    assert 400 <= refused.status < 500, refused.text
