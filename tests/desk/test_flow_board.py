"""The flow board: each step one press, what is stale is told, other sites and tenants stay apart."""

import re

import pytest

from tests import small_clinic
from tests.desk.conftest import file
from tests.desk.test_schedule import booked
from tests.small_clinic import at


@pytest.fixture
def client(desk, clinic):
    return desk("scheduler")


@pytest.fixture
def visit(clinic):
    return booked(clinic, start=at(11, day=24))


def presses(client, address="/flow"):
    """Return the buttons of the board by what they say: label -> value."""
    text = client.get(address).content.decode()
    found = re.findall(r'name="do" value="([^"]+)"[^>]*aria-label="([^"]+)"', text)
    return {label: value for value, label in found}


def press(client, label, address="/flow"):
    value = presses(client, address)[label]
    return client.post("/flow/step", {"do": value, "back": "/flow"}, follow=True)


def column_of(page, name):
    """Return the heading of the column that a name stands in."""
    sections = re.findall(r'<section class="flow-column" id.*?</section>', page.content.decode(), re.DOTALL)
    return next((re.search(r"<h2[^>]*>([^<]+?) <", s)[1] for s in sections if name in s), None)


def test_from_arrival_to_done_at_one_press_each(client, visit):
    name = "Castillo0, Marisol"
    for label, column in ((f"Arrived: {name}", "Arrived"), (f"{name} to Room 2", "Roomed"), (f"With provider: {name}", "With provider"),
                          (f"Checkout: {name}", "Checkout"), (f"Done: {name}", "Gone")):  # fmt: skip
        page = press(client, label)
        assert page.status_code == 200
        assert column_of(page, name) == column, label
    assert not presses(client)


def test_undo_stands_on_the_board(client, visit):
    page = press(client, "Arrived: Castillo0, Marisol")
    act = re.search(r'name="act" value="([^"]+)"', page.content.decode())[1]
    page = client.post("/undo", {"act": act, "back": "/flow"}, follow=True)
    assert column_of(page, "Castillo0") == "Expected"


def test_a_stale_board_is_told_and_shown_fresh(client, visit):
    value = presses(client)["Arrived: Castillo0, Marisol"]
    assert "Not done" not in client.post("/flow/step", {"do": value}, follow=True).content.decode()
    page = client.post("/flow/step", {"do": value}, follow=True)
    assert "Someone has taken this visit along meanwhile." in page.content.decode()
    assert column_of(page, "Castillo0") == "Arrived"


def test_the_room_that_is_taken_is_not_offered(client, clinic, visit):
    other = booked(clinic, start=at(13, day=24), patient=1)
    assert other
    for name in ("Castillo0", "Castillo1"):
        press(client, f"Arrived: {name}, Marisol")
    press(client, "Castillo0, Marisol to Room 2")
    offered = presses(client)
    assert "Castillo1, Marisol to Room 2" not in offered
    assert "Castillo1, Marisol to Room 4" in offered


def test_each_site_has_its_board(client, clinic, visit):
    file(clinic.ctx, {"resourceType": "Location", "id": "hillside", "name": "Hillside"})
    from waypost.scheduling import actions as scheduling

    scheduling.save_calendars(clinic.ctx, [{**small_clinic.calendar("Location/far", "room", "Room far"), "site": "Location/hillside"}])
    assert column_of(client.get("/flow?site=riverside"), "Castillo0") == "Expected"
    assert column_of(client.get("/flow?site=hillside"), "Castillo0") is None
    press(client, "Arrived: Castillo0, Marisol", "/flow?site=riverside")
    assert "Castillo0, Marisol to Room far" not in presses(client, "/flow?site=riverside")


def test_another_day_is_looked_at_and_not_pressed(client, clinic):
    booked(clinic, start=at(11, day=25))
    page = client.get("/flow?day=2026-11-25")
    assert column_of(page, "Castillo0") == "Expected"
    assert not presses(client, "/flow?day=2026-11-25")


def test_by_provider(client, visit):
    assert column_of(client.get("/flow?by=provider"), "Castillo0") in {"Dr Abara", "Dr Lind"}


def test_who_may_not_press_sees_the_board_and_is_refused(desk, clinic, visit):
    auditor, scheduler = desk("billing"), desk("scheduler")
    assert "look-only" in auditor.get("/flow").content.decode()
    value = presses(scheduler)["Arrived: Castillo0, Marisol"]
    assert auditor.post("/flow/step", {"do": value}).status_code == 403


def test_a_stranger_presses_nothing(clinic, visit, new_tenant, context):
    from django.test import Client

    from waypost.access import accounts

    other = new_tenant("Elsewhere")
    account = accounts.make_account(other, f"stranger-{other.slug}", "a long pass phrase", ["scheduler"])
    stranger = Client(SERVER_NAME="localhost")
    stranger.force_login(account)
    assert "Castillo" not in stranger.get("/flow").content.decode()
    answer = stranger.post("/flow/step", {"do": f"arrived:{visit.id}:{clinic.patients[0]}:0:"})
    assert answer.status_code == 404


@pytest.mark.parametrize("do", ["", "arrived", "nap:x:y:0:", "arrived:::::", "arrived:x y:z:0:", "arrived:nobody::0:"])
def test_a_button_that_means_nothing(client, clinic, do):
    assert client.post("/flow/step", {"do": do}).status_code in {404, 422}




def test_who_did_not_come_is_noted_at_a_press_after_the_grace(client, clinic, visit, clock):
    from datetime import timedelta

    assert "Did not come: Castillo0, Marisol" not in presses(client)
    for _ in range(3):  # a session that rests for half an hour ends
        clock.advance(timedelta(minutes=20))
        client.get("/flow")
    assert column_of(press(client, "Did not come: Castillo0, Marisol"), "Castillo0") == "Gone"
    assert column_of(press(client, "Came after all: Castillo0, Marisol"), "Castillo0") == "Arrived"


def test_the_open_board_is_told_what_changed_and_nothing_else(client, clinic, visit, context):
    from waypost.web.flow.board import FLOW

    ctx = context("scheduler")
    key = FLOW.key(ctx, {"site": "riverside"})
    before = FLOW.render(ctx, key)
    press(client, "Arrived: Castillo0, Marisol")
    after = FLOW.render(ctx, key)
    assert set(after.since(before)) == {"flow-note", "flow-column-1", "flow-column-2"}
    assert after.seen_in(after.since(before)) == [clinic.patients[0]]
    assert after.shape == before.shape
