"""Documents at the FHIR door: bytes go in and come out, open as far as what they are in."""

import base64
import os

import pytest
from tests.paper_cases import pdf

from waypost.access import Permission, action
from waypost.records import actions as records
from waypost.records.versions import Filing

LETTER = pdf(["Discharge summary"])
LONG = os.urandom(1_200_000)


@action(Permission.RECORD_FILE)
def file_all(ctx, resources):
    return records.file_many(ctx, [Filing(r, r["resourceType"], r.get("id")) for r in resources])


@pytest.fixture
def people(context):
    restricted = {"security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}]}
    file_all(context(), [
        {"resourceType": "Patient", "id": "open", "name": [{"family": "Ito"}]},
        {"resourceType": "Patient", "id": "closed", "name": [{"family": "Ames"}], "meta": restricted},
    ])  # fmt: skip


def document(patient, binary, id=None):
    made = {"resourceType": "DocumentReference", "status": "current", "content": [{"attachment": {"contentType": "application/pdf", "url": f"Binary/{binary}"}}]}
    return made | ({"subject": {"reference": f"Patient/{patient}"}} if patient else {}) | ({"id": id} if id else {})


def binary(id, data=LETTER):
    return {"resourceType": "Binary", "id": id, "contentType": "application/pdf", "data": base64.b64encode(data).decode()}


@pytest.mark.parametrize("data", [LETTER, LONG], ids=["short", "long"])
def test_bytes_go_in_as_they_are_and_come_out_as_they_were(door, people, data):
    made = door.call("POST", "Binary", raw=data, headers={"content-type": "application/pdf"})
    assert made.status == 201, made.text
    id = made.headers["Location"].split("/Binary/")[1].split("/")[0]
    as_bytes = door.call("GET", f"Binary/{id}", headers={"accept": "application/pdf"})
    assert as_bytes.data == data and as_bytes.headers["Content-Type"] == "application/pdf"
    assert as_bytes.headers["Content-Disposition"] == "attachment" and "sandbox" in as_bytes.headers["Content-Security-Policy"]
    assert as_bytes.headers["X-Content-Type-Options"] == "nosniff"
    as_fhir = door.get(f"Binary/{id}")
    assert base64.b64decode(as_fhir.json["data"]) == data
    old = door.get(f"Binary/{id}/_history/1")
    assert base64.b64decode(old.json["data"]) == data


def test_inline_bytes_of_a_document_come_back_as_they_were_sent(door, people):
    sent = document("open", "x")
    sent["content"][0]["attachment"] = {"contentType": "application/pdf", "data": base64.b64encode(LONG).decode(), "title": "1.10"}
    made = door.call("POST", "DocumentReference", sent)
    assert made.status == 201
    assert "kept-outside" in made.text  # what is stored says so honestly
    for _ in range(2):  # the quick way leaves it to the ordinary one
        found = door.get(f"DocumentReference/{made.json['id']}")
        assert found.json["content"] == sent["content"]


def test_a_binary_is_as_open_as_the_documents_it_is_in(door, door_for, context, people):
    file_all(context(), [binary(name) for name in ("b-open", "b-closed", "b-both", "b-none", "b-fax")])
    file_all(context(), [
        document("open", "b-open", "d1"), document("closed", "b-closed", "d2"), document("open", "b-both", "d3"),
        document("closed", "b-both", "d4"), document(None, "b-fax", "d5"),
    ])  # fmt: skip
    found = {name: door.get(f"Binary/{name}").status for name in ("b-open", "b-closed", "b-both", "b-none", "b-fax")}
    assert found == {"b-open": 200, "b-closed": 403, "b-both": 403, "b-none": 200, "b-fax": 200}
    billing = door_for("billing")
    assert {billing.get(f"Binary/{name}").status for name in found} == {403}
    assert billing.get("DocumentReference/d5").status == 403
    assert billing.get("DocumentReference").ids == []
    assert "d5" in door.get("DocumentReference").ids and "d2" not in door.get("DocumentReference").ids
    assert door.get("Binary").ids == []


def test_a_guard_that_is_named_keeps_a_binary_that_is_in_no_document(door, context, people):
    file_all(context(), [{**binary("guarded"), "securityContext": {"reference": "Patient/closed"}}, document("closed", "gone", "d9")])
    assert door.get("Binary/guarded").status == 200  # a Patient is open to all staff
    file_all(context(), [{**binary("guarded"), "securityContext": {"reference": "DocumentReference/d9"}}])
    assert door.get("Binary/guarded").status == 403


def test_nobody_opens_a_binary_by_pointing_to_it_from_a_chart_of_theirs(door, context, people):
    file_all(context(), [binary("secret"), document("closed", "secret", "d2")])
    assert door.call("POST", "DocumentReference", document("open", "secret")).status == 403
    assert door.call("PUT", "DocumentReference/mine", document("open", "secret", "mine")).status == 403
    assert door.get("Binary/secret").status == 403


def test_a_stranger_finds_no_binary(door_for, new_tenant, door, people):
    stranger = door_for(at=new_tenant("There"))
    made = door.call("POST", "Binary", raw=LONG, headers={"content-type": "application/pdf"})
    id = made.headers["Location"].split("/Binary/")[1].split("/")[0]
    assert stranger.get(f"Binary/{id}").status in {403, 404}
    mark = {"resourceType": "Binary", "id": id, "contentType": "application/pdf", "_data": made.json["_data"]}
    assert stranger.call("PUT", f"Binary/{id}", mark).codes == ["records.bytes-unknown"]


def test_too_many_bytes_and_none_are_refused_in_words(door):
    kind = {"content-type": "application/pdf"}
    assert door.call("POST", "Binary", raw=b"x" * (11 * 1024 * 1024 + 1), headers=kind).codes == ["api.body-too-large"]
    assert door.call("POST", "Binary", raw=b" ", headers=kind).status == 201
