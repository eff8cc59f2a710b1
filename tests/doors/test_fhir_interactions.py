"""The FHIR door, one interaction after the other."""

import json

import pytest

PATIENT = {
    "resourceType": "Patient",
    "name": [{"family": "Castillo", "given": ["Marisol"]}],
    "birthDate": "1957-03-12",
}


def observation(patient, value=8.4, **more):
    return {
        "resourceType": "Observation", "status": "final", "subject": {"reference": f"Patient/{patient}"},
        "code": {"coding": [{"system": "http://loinc.org", "code": "4548-4"}]},
        "valueQuantity": {"value": value, "unit": "%"}, **more,
    }  # fmt: skip


def test_nobody_enters_without_a_token(clock, database):
    from tests.doors.conftest import Door

    for token in (None, "wp_guess", "x" * 5000, "é"):
        answer = Door(clock, token).get("Patient/1")
        assert answer.status == 401
        assert answer.codes == ["access.sign-in-needed"]
        assert "Bearer" in answer.headers["WWW-Authenticate"]


def test_what_the_door_does_can_be_read_without_one(clock, database):
    from tests.doors.conftest import Door

    answer = Door(clock).get("metadata")
    assert answer.status == 200
    rest = answer.json["rest"][0]
    patient = next(r for r in rest["resource"] if r["type"] == "Patient")
    assert {"read", "create", "search-type"} <= {i["code"] for i in patient["interaction"]}
    assert {"name", "birthdate", "identifier"} <= {p["name"] for p in patient["searchParam"]}


def test_what_is_created_is_read_as_it_was_written(door):
    text = (
        '{"resourceType":"Observation","status":"final","code":{"text":"A1c"},"valueQuantity":{"value":8.40}}'
    )
    made = door.call("POST", "Observation", text)
    assert made.status == 201
    assert made.headers["Location"].endswith(f"/fhir/Observation/{made.json['id']}/_history/1")
    read = door.get(f"Observation/{made.json['id']}")
    assert read.status == 200
    assert '"value":8.40' in read.text
    assert read.headers["ETag"] == 'W/"1"'
    assert read.headers["Content-Type"].startswith("application/fhir+json")


def test_a_caller_who_has_it_already_is_told_so(door):
    made = door.make(PATIENT)
    answer = door.get(f"Patient/{made['id']}", If_None_Match='W/"1"')
    assert (answer.status, answer.text) == (304, "")
    assert door.get(f"Patient/{made['id']}", If_None_Match='W/"2"').status == 200


def test_head_answers_as_get_without_the_body(door):
    made = door.make(PATIENT)
    got, head = door.get(f"Patient/{made['id']}"), door.call("HEAD", f"Patient/{made['id']}")
    assert head.status == 200
    assert head.text == ""
    assert head.headers["Content-Length"] == got.headers["Content-Length"]


def test_an_id_sent_with_a_create_is_left_aside(door):
    made = door.make({**PATIENT, "id": "mine"})
    assert made["id"] != "mine"


def test_an_update_names_the_version_it_saw(door):
    made = door.make(PATIENT)
    path = f"Patient/{made['id']}"
    second = door.put(path, {**made, "active": True}, If_Match='W/"1"')
    assert (second.status, second.headers["ETag"]) == (200, 'W/"2"')
    stale = door.put(path, {**made, "active": False}, If_Match='W/"1"')
    assert stale.status == 412
    assert stale.codes == ["records.precondition-failed"]
    assert door.get(path).json["active"] is True
    assert door.put(path, made, If_Match="soon").codes == ["api.header-unsuitable"]


def test_an_update_may_choose_a_new_id(door):
    answer = door.put("Patient/chosen-1", {**PATIENT, "id": "chosen-1"})
    assert answer.status == 201
    assert door.put("Patient/chosen-1", {**PATIENT, "id": "chosen-1"}, If_None_Match="*").status in {409, 412}


def test_body_and_address_must_agree(door):
    assert door.put("Patient/a", {**PATIENT, "id": "b"}).codes == ["api.body-mismatch"]
    assert door.put("Patient/a", PATIENT).codes == ["api.body-mismatch"]
    assert door.post("Observation", PATIENT).codes == ["api.body-mismatch"]


def test_versions_and_history(door):
    made = door.make(PATIENT)
    path = f"Patient/{made['id']}"
    door.put(path, {**made, "active": True})
    assert "active" not in door.get(f"{path}/_history/1").json
    assert door.get(f"{path}/_history/2").json["active"] is True
    assert door.get(f"{path}/_history/3").status == 404
    assert door.get(f"{path}/_history/x").status == 404
    history = door.get(f"{path}/_history").json
    assert history["type"] == "history"
    assert [e["response"]["etag"] for e in history["entry"]] == ['W/"2"', 'W/"1"']
    first = door.get(f"{path}/_history?_count=1")
    rest = door.get(first.link("next"))
    assert [e["response"]["etag"] for e in rest.json["entry"]] == ['W/"1"']
    assert rest.link("next") is None


def test_the_history_of_a_type_comes_in_pages(door):
    ids = [door.make(PATIENT)["id"] for _ in range(5)]
    seen, url = [], "Patient/_history?_count=2"
    while url:
        page = door.get(url)
        assert page.status == 200, page.text
        seen += [e["resource"]["id"] for e in page.json["entry"]]
        url = page.link("next")
    assert seen == ids[::-1]


def test_deleting(door):
    made = door.make(PATIENT)
    seen = door.make(observation(made["id"]))
    refused = door.delete(f"Patient/{made['id']}")
    assert refused.status == 409
    assert refused.codes == ["records.still-referred-to"]
    assert door.delete(f"Observation/{seen['id']}").status == 204
    assert door.delete(f"Observation/{seen['id']}").status == 204
    assert door.get(f"Observation/{seen['id']}").status == 410
    assert door.delete(f"Patient/{made['id']}").status == 204
    assert door.delete("Patient/never").status == 404
    history = door.get(f"Patient/{made['id']}/_history").json["entry"]
    assert [e["request"]["method"] for e in history] == ["DELETE", "POST"]
    back = door.put(f"Patient/{made['id']}", {**PATIENT, "id": made["id"]})
    assert back.headers["ETag"] == 'W/"3"'


def test_a_create_on_condition_answers_what_is_there(door):
    with_number = {**PATIENT, "identifier": [{"system": "urn:example:number", "value": "004182"}]}
    condition = "identifier=urn:example:number|004182"
    first = door.post("Patient", with_number, If_None_Exist=condition)
    again = door.post("Patient", with_number, If_None_Exist=f"Patient?{condition}")
    assert (first.status, again.status) == (201, 200)
    assert first.json["id"] == again.json["id"]
    door.make(with_number)
    twice = door.post("Patient", with_number, If_None_Exist=condition)
    assert (twice.status, twice.codes) == (412, ["coordination.too-many-matches"])
    assert door.post("Patient", with_number, If_None_Exist="colour=red").codes == ["api.parameter-unknown"]
    assert door.post("Patient", with_number, If_None_Exist="").status == 400


def test_an_update_on_condition(door):
    with_number = {**PATIENT, "identifier": [{"system": "urn:example:number", "value": "7"}]}
    made = door.put("Patient?identifier=urn:example:number|7", with_number)
    assert made.status == 201
    again = door.put("Patient?identifier=urn:example:number|7", {**with_number, "active": True})
    assert (again.status, again.json["id"]) == (200, made.json["id"])


@pytest.mark.parametrize(
    ("wanted", "kind"),
    [("minimal", None), ("representation", "Patient"), ("OperationOutcome", "OperationOutcome")],
)
def test_the_answer_to_a_write_is_what_the_caller_prefers(door, wanted, kind):
    answer = door.post("Patient", PATIENT, Prefer=f"return={wanted}")
    assert answer.status == 201
    assert (json.loads(answer.text)["resourceType"] if answer.text else None) == kind


def test_what_is_referred_to_must_exist(door):
    answer = door.post("Observation", observation("nobody"))
    assert answer.status == 422
    assert answer.codes == ["records.dangling-reference"]
    assert answer.expressions == ["Observation.subject.reference"]


def test_every_finding_is_listed_with_its_place(door):
    answer = door.post(
        "Patient", {"resourceType": "Patient", "birthDate": "1957-02-31", "gender": 5, "colour": "red"}
    )
    assert answer.status == 422
    assert {"Patient.gender", "Patient.colour"} <= set(answer.expressions)


def test_everything_about_a_patient(door):
    made = door.make(PATIENT)
    other = door.make(PATIENT)
    mine = {door.make(observation(made["id"], value=n))["id"] for n in range(5)}
    door.make(observation(other["id"]))
    whole = door.get(f"Patient/{made['id']}/$everything")
    assert set(whole.ids) == mine | {made["id"]}
    seen, url = [], f"Patient/{made['id']}/$everything?_count=2"
    while url:
        page = door.get(url)
        seen += page.ids
        url = page.link("next")
    assert seen == whole.ids
    assert door.get("Patient/nobody/$everything").status == 404


def test_what_has_no_address_here(door):
    assert door.get("Patients").codes == ["api.type-unknown"]
    assert door.get("patient/1").codes == ["api.path-unknown"]
    assert door.get("Patient/1/2/3/4").codes == ["api.path-unknown"]
    assert door.call("PATCH", "Patient/1", "{}").status == 405
    assert door.get("Patient/..").codes == ["api.id-unsuitable"]
    assert door.get("Patient/%2e%2e").codes == ["api.id-unsuitable"]
    assert door.get(f"Patient/{'x' * 65}").codes == ["api.id-unsuitable"]
    assert door.get("").status == 405
    assert "DELETE" in door.call("OPTIONS", "Patient/1").headers["Allow"]


def test_formats(door):
    made = door.make(PATIENT)
    path = f"Patient/{made['id']}"
    assert door.get(path, Accept="application/fhir+xml").codes == ["api.format-unsuitable"]
    assert door.get(f"{path}?_format=xml").status == 406
    assert door.get(f"{path}?_format=json", Accept="application/fhir+xml").status == 200
    assert door.get(path, Accept="text/html, */*;q=0.8").status == 200
    assert (
        door.call("POST", "Patient", "<Patient/>", headers={"content-type": "application/fhir+xml"}).status
        == 415
    )


def test_a_stranger_tenant_sees_nothing(door, door_for, new_tenant):
    made = door.make(PATIENT)
    stranger = door_for(at=new_tenant("Elsewhere"))
    path = f"Patient/{made['id']}"
    assert stranger.get(path).status == 404
    assert stranger.get(f"{path}/_history").status == 404
    assert stranger.get(f"{path}/_history/1").status == 404
    assert stranger.get("Patient?name=castillo").ids == []
    assert stranger.delete(path).status == 404
    assert stranger.post("Observation", observation(made["id"])).status == 422
    written = stranger.put(path, {**PATIENT, "id": made["id"], "active": False})
    assert written.status == 201  # an id of its own: tenants do not meet
    assert "active" not in door.get(path).json


def test_scopes_narrow_what_a_token_does(door, door_for):
    made = door.make(PATIENT)
    reader = door_for(scopes=["user/Patient.read"])
    assert reader.get(f"Patient/{made['id']}").status == 200
    assert reader.get("Patient?name=cas").status == 200
    assert reader.post("Patient", PATIENT).codes == ["api.scope-too-narrow"]
    assert reader.get("Observation?code=1").status == 403
    assert reader.get("Patient?_has:Observation:patient:code=1").status == 403
    assert door_for(scopes=["patient/*.read"]).get(f"Patient/{made['id']}").status == 403


def test_charts_open_by_relationship(door, door_for):
    made = door.make(PATIENT)
    kim = door.put("Practitioner/kim", {"resourceType": "Practitioner", "id": "kim"})
    assert kim.status == 201
    seen = door.make(observation(made["id"]))
    nurse = door_for("nurse", practitioner="kim")
    assert nurse.get(f"Patient/{made['id']}").status == 200
    assert nurse.get(f"Observation/{seen['id']}").codes == ["access.chart-closed"]
    assert nurse.get("Observation?code=4548-4").ids == []
    assert nurse.get(f"Patient/{made['id']}/$everything").status == 403
    assert nurse.post("Observation", observation(made["id"])).status == 403
    assert nurse.get("Patient?_has:Observation:patient:code=4548-4").ids == []
    assert nurse.get(f"Patient?_id={made['id']}&_revinclude=Observation:patient").json["entry"][1:] == []
    team = {"resourceType": "CareTeam", "status": "active", "subject": {"reference": f"Patient/{made['id']}"},
            "participant": [{"member": {"reference": "Practitioner/kim"}}]}  # fmt: skip
    door.make(team)
    assert nurse.get(f"Observation/{seen['id']}").status == 200
    assert nurse.get("Observation?code=4548-4").ids == [seen["id"]]
    assert nurse.get("Patient?_has:Observation:patient:code=4548-4").ids == [made["id"]]


def test_a_chart_opened_with_a_reason_is_searched_as_it_is_read(door, door_for, context):
    from dataclasses import replace

    from waypost.access import scopes, tokens
    from waypost.access.models import AccessToken

    ana = door.make(PATIENT)["id"]
    seen = door.make(observation(ana))["id"]
    nurse = door_for("nurse")
    query = f"Observation?patient={ana}"
    assert nurse.get(query).ids == []
    account = AccessToken.objects.get(hash=tokens.hash_of(nurse.token)).account
    scopes.open_chart(replace(context("nurse"), actor=tokens.actor_of(account)), ana, "on the phone")
    assert nurse.get(query).ids == [seen]
    assert nurse.get(f"Observation/{seen}").status == 200
