"""A visit of a past day is still to be settled; a visit elsewhere can be changed."""

from datetime import timedelta

import pytest

from tests.desk.test_schedule import booked, links, words
from tests.small_clinic import at
from waypost.access import scopes
from waypost.coordination import actions as coordination
from waypost.records import queries
from waypost.scheduling import fhir


@pytest.fixture
def client(desk, clinic):
    return desk("scheduler")


def visit_of(clinic, id_):
    return queries.read(scopes.everything(clinic.ctx), "Appointment", id_)


def two_days_later(client, clock):
    clock.advance(timedelta(days=2))
    client.logout()
    client.force_login(client.account)


@pytest.mark.parametrize(
    ("asked", "address", "status", "said"),
    [("arrived", "arrive", "arrived", "Here, Wed, Nov 25, 9:05 AM"), ("done", "done", "fulfilled", "Done, Wed, Nov 25, 9:05 AM")],
)
def test_yesterdays_visit_is_settled_with_when_it_was(client, clinic, clock, asked, address, status, said):
    visit = booked(clinic)
    two_days_later(client, clock)
    page = client.get(f"/visits/{visit.id}")
    for label in ("Arrived", "Done", "Did not come"):
        assert label in words(page)
    form = client.get(next(link for link in links(page, f"do={asked}")))
    assert "On Wed, Nov 25. The visit was booked for 9:00 AM." in words(form)
    url = f"/visits/{visit.id}/{address}"
    assert f'action="{url}"' in form.content.decode()
    bad = client.post(url, {"when": "soonish", "expect": "1"})
    assert bad.status_code == 422
    assert "Write the time as 2:30 PM or 14:30." in words(bad)
    assert client.post(url, {"when": "9:05", "expect": "1"}).status_code == 303
    made = visit_of(clinic, visit.id).resource
    assert made["status"] == status
    assert fhir.extension(made, "status-at") == "2026-11-25T14:05:00Z"
    assert said in words(client.get(f"/visits/{visit.id}"))


def test_what_is_still_to_come_was_not(client, clinic):
    visit = booked(clinic, start=at(14, day=24))
    answer = client.post(f"/visits/{visit.id}/arrive", {"when": "2:05 PM", "expect": "1"})
    assert answer.status_code == 409
    assert "That time is still to come." in words(answer)


def test_a_visit_left_at_arrived_is_ended_the_day_after(client, clinic, clock):
    visit = booked(clinic, start=at(11, day=24))
    client.post(f"/visits/{visit.id}/arrive", {"expect": "1"})
    two_days_later(client, clock)
    page = client.get(f"/visits/{visit.id}")
    assert links(page, "do=done")
    assert "With provider" not in words(page)


def test_a_visit_elsewhere_is_changed(client, clinic):
    made = coordination.add_outside_visit(clinic.ctx, clinic.patients[0], at(9), at(10), place="Northside Eye Center", phone="2025550177")
    taken = booked(clinic, start=at(14))
    page = client.get(f"/visits/{made.id}")
    form = client.get(next(iter(links(page, "/elsewhere"))))
    text = form.content.decode()
    for value in ("Northside Eye Center", "11/25/2026", "9:00 AM", "10:00 AM"):
        assert f'value="{value}"' in text
    url = f"/visits/{made.id}/elsewhere"
    sent = {"place": "Northside Annex", "phone": "2025550178", "day": "11/25/2026", "starts": "2pm", "ends": "3pm", "expect": "1"}
    clash = client.post(url, {**sent, "key": "a"})
    assert clash.status_code == 409
    assert "The patient has another visit at that time." in words(clash)
    assert 'value="Northside Annex"' in clash.content.decode()
    assert client.post(url, {**sent, "starts": "9:30", "ends": "11", "key": "b"}).status_code == 303
    said = words(client.get(f"/visits/{made.id}"))
    assert "Northside Annex, (202) 555-0178" in said
    assert "Changed the place or its phone" in said
    assert "9:30–11:00 AM" in said
    stale = client.post(url, {**sent, "starts": "8", "ends": "9", "key": "c"})
    assert stale.status_code == 409
    assert taken.id
