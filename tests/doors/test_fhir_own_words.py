"""What the door itself says is FHIR: its statement, its Bundles, its refusals, checked by our own validation."""

import json

from tests.doors.test_fhir_interactions import PATIENT, observation
from tests.doors.test_fhir_transactions import bundle, entry

from waypost.formats.fhir import validate


def assert_valid(answer):
    found = [one for one in validate(answer.text) if one.severity in {"error", "fatal"}]
    assert not found, (found[:5], answer.text[:1000])


def test_the_statement_says_what_the_code_does(door):
    answer = door.get("metadata")
    assert_valid(answer)
    from waypost.api.routes import INSTANCE_LEVEL, TYPE_LEVEL

    done = {name for table in (TYPE_LEVEL, INSTANCE_LEVEL) for name, _, _ in table.values()}
    for resource in answer.json["rest"][0]["resource"]:
        assert done <= {one["code"] for one in resource["interaction"]}


def test_every_parameter_that_is_stated_can_be_asked(door):
    values = {"token": "x", "string": "x", "reference": "Patient/x", "date": "2026", "number": "1", "quantity": "1", "uri": "urn:x", "composite": "x$2026", "special": "42.36|-71.06"}
    for resource in door.get("metadata").json["rest"][0]["resource"]:
        if resource["type"] not in {"Patient", "Observation", "Appointment", "Task", "Coverage", "DocumentReference", "CareTeam", "Schedule", "Location", "Group", "MolecularSequence"}:
            continue
        for param in resource["searchParam"]:
            value = "x" if param["name"] == "_id" else values.get(param["type"], "2026")
            value += "$1" * param["name"].endswith("-coordinate")
            answer = door.get(f"{resource['type']}?{param['name']}={value}&_count=1", Prefer="handling=strict")
            assert answer.status == 200, (resource["type"], param, answer.text[:300])
        for include in resource["searchInclude"]:
            assert door.get(f"{resource['type']}?_id=x&_include={include}", Prefer="handling=strict").status == 200, include


def test_bundles_and_refusals(door):
    ana = door.make(PATIENT)
    door.make(observation(ana["id"]))
    for answer in (
        door.get("Patient?name=cas&_revinclude=Observation:patient&colour=red"),
        door.get("Patient?_summary=count"),
        door.get("Patient?_elements=name"),
        door.get(f"Patient/{ana['id']}/_history"),
        door.get("Patient/_history"),
        door.get(f"Patient/{ana['id']}/$everything"),
        door.get("Patient/none"),
        door.get("Patient?birthdate=soon"),
        door.post("Patient", {"resourceType": "Patient", "birthDate": "soon", "gender": "x", "colour": "red"}),
        door.post("Observation", observation("none")),
        door.post("", bundle("batch", entry("POST", "Patient", PATIENT), entry("GET", "Patient/none"))),
        door.post("", bundle("transaction", entry("POST", "Patient", PATIENT))),
        door.post("Patient/$validate", {"resourceType": "Patient", "colour": "red"}),
        door.call("POST", "Patient", raw=b'{"resourceType":"Patient","id":"a","id":"b"}'),
    ):
        assert_valid(answer)


def test_what_cannot_be_is_refused_with_its_place(door):
    ana = door.make(PATIENT)["id"]
    for wrong, place in (
        ({**PATIENT, "birthDate": "2031-01-01"}, "Patient.birthDate"),
        ({"resourceType": "Encounter", "status": "finished", "class": {"code": "AMB"}, "subject": {"reference": f"Patient/{ana}"},
          "period": {"start": "2026-02-02", "end": "2026-02-01"}}, "Encounter.period"),
        ({**PATIENT, "birthDate": "2026-02-30"}, "Patient.birthDate"),
        ({**PATIENT, "gender": "lady"}, "Patient.gender"),
    ):  # fmt: skip
        answer = door.post(wrong["resourceType"], wrong)
        assert answer.status == 422, answer.text
        assert any(one.startswith(place) for one in answer.expressions), answer.text
        assert json.loads(answer.text)["issue"][0]["details"]["coding"][0]["code"]
