"""Interpreter and ride beside a visit: asked for, confirmed, not possible, no longer needed; and whoever leaves a group is told."""

import re
from datetime import timedelta

import pytest

from tests.desk.conftest import file
from tests.desk.test_schedule import booked, words
from tests.small_clinic import at
from waypost.access import scopes
from waypost.coordination import notices
from waypost.messaging import carrying
from waypost.messaging import queries as messaging
from waypost.records import queries

LEAVE = {"system": "email", "extension": [{"url": "urn:waypost:extension:email-ok", "valueBoolean": True}]}


@pytest.fixture
def client(desk, clinic):
    return desk("scheduler")


def asked_for(clinic, visit):
    found = queries.about(scopes.everything(clinic.ctx), clinic.patients[0], ["Task"])
    return {v.resource["code"]["coding"][0]["code"]: v for v in found if v.resource.get("focus") == {"reference": f"Appointment/{visit.id}"}}


def letter(clinic, visit):
    made = notices.notice(clinic.ctx, visit.id, patient=clinic.patients[0]).letter()
    return " ".join(line for section in made.sections for line in section.lines)


def answer(client, visit, task, said, **more):
    return client.post(f"/visits/{visit.id}/request", {"task": task.id, "expect": task.version, "answer": said, **more})


def test_an_interpreter_is_confirmed_and_it_is_said_everywhere(client, clinic):
    visit = booked(clinic, interpreter="Spanish", ride="From home and back")
    task = asked_for(clinic, visit)["interpreter"]
    before = letter(clinic, visit)
    assert "Interpreter Asked for Spanish" in words(client.get(f"/visits/{visit.id}"))
    assert answer(client, visit, task, "confirmed", who="Ana Ruiz, Language Line", reference="4471").status_code == 303
    said = words(client.get(f"/visits/{visit.id}"))
    assert "Confirmed. Undo" in said
    assert "Interpreter Confirmed Spanish Ana Ruiz, Language Line, reference 4471" in said
    assert "Ride Asked for From home and back" in said
    assert "Interpreter confirmed" in client.get("/schedule?day=2026-11-25").content.decode()
    assert letter(clinic, visit) != before


def test_confirmed_needs_a_name_and_what_is_confirmed_can_be_undone(client, clinic):
    visit = booked(clinic, interpreter="Spanish")
    task = asked_for(clinic, visit)["interpreter"]
    answer(client, visit, task, "confirmed")
    assert "Nobody is named who confirmed it." in words(client.get(f"/visits/{visit.id}"))
    assert asked_for(clinic, visit)["interpreter"].version == task.version
    answer(client, visit, task, "impossible", why="None free that day")
    page = client.get(f"/visits/{visit.id}")
    assert "Not possible Spanish None free that day" in words(page)
    act = re.search(r'name="act" value="([^"]+)"', page.content.decode())[1]
    client.post("/undo", {"act": act, "back": "/"})
    assert asked_for(clinic, visit)["interpreter"].resource["status"] == "requested"


def test_a_move_asks_anew_and_an_old_tab_is_told(client, clinic):
    visit = booked(clinic, ride="From home and back")
    task = asked_for(clinic, visit)["ride"]
    answer(client, visit, task, "confirmed", who="City Cabs")
    assert answer(client, visit, task, "unneeded").status_code == 409
    other = booked(clinic, start=at(14), patient=1)
    assert answer(client, other, task, "unneeded").status_code == 404


def with_mail(clinic, n):
    found = queries.read(scopes.everything(clinic.ctx), "Patient", clinic.patients[n])
    file(clinic.ctx, {**found.resource, "telecom": [{**LEAVE, "value": f"p{n}@home.example"}]})


def told(clinic):
    return [(one.kind, clinic.patients.index(one.patient)) for one in messaging.outbox(scopes.everything(clinic.ctx))]


def test_whoever_leaves_a_group_is_told_and_the_last_too(client, clinic, clock):
    with_mail(clinic, 1)
    visit = booked(clinic, "class", start=at(10))
    client.post(f"/visits/{visit.id}/join", {"patient": clinic.patients[1], "reason": "To learn", "key": "j", "interpreter": "on", "ride": "on"})
    said = words(client.get(f"/visits/{visit.id}"))
    assert "Ride Asked for From home and back for Castillo1, Marisol" in said
    client.post(f"/visits/{visit.id}/leave", {"patient": clinic.patients[1]})
    assert ("cancelled", 1) in told(clinic)
    assert ("cancelled", 0) not in told(clinic)
    client.post(f"/visits/{visit.id}/leave", {"patient": clinic.patients[0]})
    assert ("cancelled", 0) in told(clinic)


def test_the_mail_to_one_who_left_is_carried_though_the_group_goes_on(client, clinic, clock):
    with_mail(clinic, 1)
    visit = booked(clinic, "class", start=at(10))
    client.post(f"/visits/{visit.id}/join", {"patient": clinic.patients[1], "reason": "To learn", "key": "j"})
    clock.advance(timedelta(seconds=60))
    client.post(f"/visits/{visit.id}/leave", {"patient": clinic.patients[1]})
    clock.advance(timedelta(seconds=15))
    scope = scopes.everything(clinic.ctx)
    for one in messaging.outbox(scope):
        carrying.carry(clinic.ctx, one.id, messaging.organization(clinic.ctx.tenant))
    states = {(one.kind, clinic.patients.index(one.patient)): one.state for one in messaging.outbox(scope)}
    assert states[("cancelled", 1)] == "kept"
    assert states[("booked", 1)] == "withdrawn"


def test_the_card_of_a_move_says_how_requests_stand_and_that_they_are_asked_again(client, clinic):
    visit = booked(clinic, interpreter="Spanish", ride="From home and back")
    tasks = asked_for(clinic, visit)
    answer(client, visit, tasks["interpreter"], "confirmed", who="Ana Ruiz")
    answer(client, visit, tasks["ride"], "unneeded")
    times = client.get(f"/schedule/times?move={visit.id}&patient={clinic.patients[0]}&visit=talk").content.decode()
    chosen = re.search(r'href="([^"]*chosen=[^"]*)"', times)[1].replace("&amp;", "&")
    said = words(client.get(chosen))
    assert "Interpreter Confirmed Spanish, Ana Ruiz. Asked for again for the new time." in said
    assert "Ride No longer needed From home and back. Not asked for again." in said
