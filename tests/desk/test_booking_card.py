"""The booking card says what is true: by video or in person, what was asked, what payers said, what was changed meanwhile."""

import pytest

from tests.desk.conftest import file
from tests.desk.test_schedule import booked, choose, hidden, hidden_of_act, links, words
from tests.small_clinic import at, file_all
from waypost.access import scopes
from waypost.records import queries
from waypost.scheduling import fhir


@pytest.fixture
def client(desk, clinic):
    return desk("scheduler")


def visit_of(clinic, id_):
    return queries.read(scopes.everything(clinic.ctx), "Appointment", id_)


def move_card(client, visit, **changes):
    url = links(client.get(f"/visits/{visit.id}"), "move=")[0]
    url += "".join(f"&{name}={value}" for name, value in changes.items())
    return client.get(links(client.get(url), "chosen=")[1])


def book_on_the_card(client, card, **more):
    return client.post("/schedule/book", {**hidden(card), "moved_for": "patient", **more})


def test_a_visit_is_moved_from_in_person_to_video(client, clinic):
    visit = booked(clinic)
    card = move_card(client, visit, video="1")
    assert "By video at" in words(card)
    answer = book_on_the_card(client, card)
    assert answer.status_code == 303, words(answer)
    said = words(client.get(answer["Location"]))
    assert "How By video" in said
    assert "Now by video" in said
    moved = visit_of(clinic, visit.id).resource
    assert fhir.extension(moved, "telehealth") is True
    assert not [r for r in fhir.resources_of(moved) if r.startswith("Location/")]


def test_a_visit_by_video_stays_so_when_it_moves(client, clinic):
    visit = booked(clinic, telehealth=True)
    card = move_card(client, visit)
    assert "by video at" in words(card)
    assert "Place By video" in words(card)
    answer = book_on_the_card(client, card)
    assert answer.status_code == 303, words(answer)
    assert fhir.extension(visit_of(clinic, visit.id).resource, "telehealth") is True


def test_a_visit_by_video_is_moved_to_in_person(client, clinic):
    visit = booked(clinic, telehealth=True)
    card = move_card(client, visit, video="0")
    said = words(card)
    assert "Please arrive at" in said
    answer = book_on_the_card(client, card)
    assert answer.status_code == 303, words(answer)
    moved = visit_of(clinic, visit.id).resource
    assert fhir.extension(moved, "telehealth") is None
    assert [r for r in fhir.resources_of(moved) if r.startswith("Location/")]
    assert "Now in person" in words(client.get(answer["Location"]))


def test_two_tabs_that_move_the_same_visit(client, clinic):
    visit = booked(clinic)
    first, second = move_card(client, visit), move_card(client, visit, part="pm")
    assert book_on_the_card(client, first).status_code == 303
    answer = book_on_the_card(client, second, moved_why="Called back")
    assert answer.status_code == 409
    assert "Someone else changed this visit meanwhile. It is now: booked," in words(answer)
    assert 'value="Called back"' in answer.content.decode()
    assert visit_of(clinic, visit.id).version == 2
    assert book_on_the_card(client, answer, moved_why="Called back").status_code == 303


def test_a_hold_keeps_the_whole_wish(client, clinic):
    card = choose(client, clinic)
    asked = {"interpreter": "on", "ride": "on", "note_staff": "Weigh on arrival"}
    place = client.post("/schedule/book", {**hidden(card), "reason": "Cough", **asked, "do": "hold"})["Location"]
    page = client.get(place)
    assert "Interpreter To ask when booked Spanish" in words(page)
    assert client.post(f"{place}/confirm", hidden_of_act(page)).status_code == 303
    said = words(client.get(place))
    for expected in ("Interpreter Asked for Spanish", "Ride Asked for From home and back", "Weigh on arrival"):
        assert expected in said
    assert "To ask when booked" not in said


def test_what_nobody_asked_is_unknown_and_can_be_asked(client, clinic):
    patient = queries.read(scopes.everything(clinic.ctx), "Patient", clinic.patients[0]).resource
    file(clinic.ctx, {k: v for k, v in patient.items() if k != "extension"})
    card = choose(client, clinic)
    said = words(card)
    assert "Interpreter Unknown Speaks Spanish. Nobody has asked whether one is needed. Ask and note it" in said
    assert links(card, f"/patients/{clinic.patients[0]}/edit/language")
    assert "Language not recorded" in words(choose(client, clinic, patient=1))


def test_an_order_on_file_is_offered_where_none_is_needed(client, clinic):
    subject = {"reference": f"Patient/{clinic.patients[0]}"}
    file_all(clinic.ctx, [
        {"resourceType": "ServiceRequest", "id": "ref1", "status": "active", "intent": "order", "code": {"text": "Cardiology referral"}, "subject": subject},
        {"resourceType": "ServiceRequest", "id": "ref2", "status": "completed", "intent": "order", "code": {"text": "Old X-ray"}, "subject": subject},
    ])  # fmt: skip
    client.post(f"/patients/{clinic.patients[0]}/open", {"reason": "caller"})
    card = choose(client, clinic)
    said = words(card)
    assert "Cardiology referral" in said
    assert "Old X-ray" not in said
    assert 'name="reason" value="Cardiology' not in card.content.decode()
    plain = client.post("/schedule/book", {**hidden(card), "reason": "Cough", "do": "book"})
    assert plain.status_code == 303
    with_order = client.post(
        "/schedule/book", {**hidden(choose(client, clinic, n=4)), "reason": "Heart", "order": "ref1", "do": "book"}
    )
    assert with_order.status_code == 303
    made = visit_of(clinic, with_order["Location"].rpartition("/")[2]).resource
    assert made["basedOn"] == [{"reference": "ServiceRequest/ref1"}]


def authorized(patient, **more):
    return {
        "resourceType": "ClaimResponse", "id": "auth1", "status": "active", "use": "preauthorization", "type": {"text": "professional"},
        "patient": {"reference": f"Patient/{patient}"}, "created": "2026-11-20", "insurer": {"display": "Northfield"},
        "outcome": "complete", "preAuthRef": "AUTH-77", "disposition": "Approved", "preAuthPeriod": {"start": "2026-11-20", "end": "2026-12-31"},
        **more,
    }  # fmt: skip


def test_prior_authorization_is_looked_up(client, clinic):
    client.post(f"/patients/{clinic.patients[0]}/open", {"reason": "caller"})
    assert "Prior authorization Nothing on file." in words(choose(client, clinic))
    file_all(clinic.ctx, [authorized(clinic.patients[0])])
    said = words(choose(client, clinic))
    assert "Prior authorization Granted AUTH-77: granted, until Dec 31, said Northfield, Nov 20: “Approved”." in said


def test_a_closed_chart_is_no_empty_file(client, clinic):
    file_all(clinic.ctx, [authorized(clinic.patients[0])])
    said = words(choose(client, clinic))
    assert "AUTH-77" not in said
    assert "Nothing on file" not in said
    assert "Orders and authorizations stand in the chart, which is not open to you." in said


def test_a_hold_by_video_becomes_a_visit_by_video(client, clinic):
    visit = booked(clinic, telehealth=True, hold=True, start=at(10))
    answer = client.post(f"/visits/{visit.id}/confirm", hidden_of_act(client.get(f"/visits/{visit.id}")))
    assert answer.status_code == 303
    assert "How By video" in words(client.get(answer["Location"]))
