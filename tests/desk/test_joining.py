"""A place in a group: asked for as a visit is, with reason, order, interpreter and ride, each the patient's own."""

import pytest

from tests.desk.test_requests import asked_for
from tests.desk.test_schedule import booked, words
from tests.small_clinic import CLASS, at
from waypost.access import scopes
from waypost.records import queries
from waypost.scheduling import actions as scheduling
from waypost.scheduling import fhir


@pytest.fixture
def client(desk, clinic):
    return desk("scheduler")


def sent(clinic, **more):
    return {"patient": clinic.patients[0], "key": "j", "reason": "To learn to cook with less salt", **more}


def standing(clinic, visit):
    return queries.read(scopes.everything(clinic.ctx), "Appointment", visit.id).resource


def test_a_place_takes_reason_interpreter_and_ride(client, clinic):
    group = booked(clinic, "class", start=at(10), patient=1)
    card = client.get(f"/schedule/times?patient={clinic.patients[0]}&visit=class")
    assert "Add to this group Reason" in words(card)
    assert "Ask for a Spanish interpreter" in words(card)
    assert client.post(f"/visits/{group.id}/join", sent(clinic, interpreter="on", ride="on")).status_code == 303
    said = words(client.get(f"/visits/{group.id}"))
    assert "To learn to cook with less salt" in said
    tasks = asked_for(clinic, group)
    assert tasks["interpreter"].resource["reasonCode"]["text"].startswith("Spanish")
    assert tasks["ride"].resource["reasonCode"]["text"].startswith("From home and back")


def test_without_a_reason_the_card_says_so_and_keeps_the_rest(client, clinic):
    group = booked(clinic, "class", start=at(10), patient=1)
    answer = client.post(f"/visits/{group.id}/join", sent(clinic, reason="", ride="on"))
    assert answer.status_code == 422
    assert "This is needed." in words(answer)
    assert '<details class="join" open>' in answer.content.decode()
    assert clinic.patients[0] not in fhir.patients_of(standing(clinic, group))


def test_an_order_is_asked_for_where_the_group_needs_one_and_leaves_with_its_patient(client, clinic):
    group = booked(clinic, "class", start=at(10), patient=1)
    scheduling.save_visit_type(clinic.ctx, {**CLASS, "order_required": True})
    refused = client.post(f"/visits/{group.id}/join", sent(clinic))
    assert refused.status_code == 422
    assert "This visit needs an order. Write who ordered it, and when." in words(refused)
    assert client.post(f"/visits/{group.id}/join", sent(clinic, order_told="Dr. Osei, Nov 20")).status_code == 303
    resource = standing(clinic, group)
    reason, order = fhir.seat_of(resource, clinic.patients[0])
    assert reason == "To learn to cook with less salt"
    assert {"reference": f"ServiceRequest/{order}"} in resource["basedOn"]
    client.post(f"/visits/{group.id}/leave", {"patient": clinic.patients[0]})
    assert "basedOn" not in standing(clinic, group)


def test_whoever_is_there_already_is_told_beside_what_was_typed(client, clinic):
    group = booked(clinic, "class", start=at(10))
    answer = client.post(f"/visits/{group.id}/join", sent(clinic))
    assert answer.status_code == 409
