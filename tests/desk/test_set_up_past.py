"""An earlier version of a room, a person's hours or a visit type is brought back in one act, and that can be undone."""

import re
from datetime import timedelta

import pytest

from tests import small_clinic
from tests.desk.test_set_up import booked, hours, kind, today, undo  # noqa: F401
from waypost.access import scopes
from waypost.coordination import clinic as setting_up
from waypost.records import queries as records
from waypost.scheduling import actions as scheduling
from waypost.scheduling.queries import templates as kept

LATER = ({"days": ["0", "1", "2", "3", "4"], "start": "10", "end": "5 pm"},)


@pytest.fixture
def scope(booked):  # noqa: F811
    return scopes.everything(booked[0].ctx)


def send(page, client, address, nth, **more):
    """Press the nth 'Bring this back' of a history page."""
    said = page.content.decode()
    stand = re.search(r'name="stand" value="([^"]*)"', said)[1]
    at = re.findall(r'<button name="at" value="([^"]+)"', said)[nth]
    return client.post(address + "/restore", {"stand": stand, "at": at, **more})


def test_an_earlier_visit_type_is_brought_back_and_undone(booked, desk, scope, clock):  # noqa: F811
    client, address = desk("supervisor"), "/settings/visit-types/talk/history"
    clock.advance(timedelta(minutes=1))
    scheduling.save_visit_type(booked[0].ctx, {**small_clinic.TALK, "minutes": 30, "name": {"en": "Long talk"}}, expect=1)
    assert send(client.get(address), client, address, 0).status_code == 303
    assert kept.visit_type(scope, "talk").body["minutes"] == 20
    undo(client, address)
    assert kept.visit_type(scope, "talk").body["name"] == {"en": "Long talk"}


def test_earlier_hours_are_brought_back_once_what_they_leave_outside_has_been_seen(booked, desk, scope, clock, context):  # noqa: F811
    clinic, visit = booked
    client, address = desk("supervisor"), "/settings/history/Practitioner/lind"
    first = kept.calendar(scope, "Practitioner/lind").body
    clock.advance(timedelta(minutes=1))
    scheduling.save_calendar(context(), {**first, "weekly": [{"days": [0], "from": "10:00", "to": "12:00"}]})
    clock.advance(timedelta(minutes=1))
    scheduling.save_calendar(context(), first)
    page = client.get(address)
    assert page.content.decode().count("Bring this back") == 1
    listed = send(page, client, address, 0)
    assert listed.status_code == 422
    assert "They would stand outside those hours. None of them is canceled." in listed.content.decode()
    accept = re.search(r'name="accept" value="([^"]+)"', listed.content.decode())[1]
    assert send(page, client, address, 0, accept=accept).status_code == 303
    assert kept.calendar(scope, "Practitioner/lind").body["weekly"][0]["days"] == [0]
    assert records.read(scope, "Appointment", visit.id).resource["status"] == "booked"
    undo(client, address)
    assert kept.calendar(scope, "Practitioner/lind").body == first


def test_a_room_gets_its_name_back_and_only_from_whoever_sets_up(booked, desk, scope, clock, context):  # noqa: F811
    admin, address = desk("administrator"), "/settings/history/Location/room2"
    clock.advance(timedelta(minutes=1))
    wish = setting_up.ThingWish(kind="Location", name="Room 2b", site="Location/riverside", serving=setting_up.Serving())
    setting_up.change_thing(context(), "room2", wish, expect=1)
    clock.advance(timedelta(minutes=1))
    assert "Bring this back" not in desk("supervisor").get(address).content.decode()
    page = admin.get(address)
    assert send(page, admin, address, 0).status_code == 303
    assert records.read(scope, "Location", "room2").resource["name"] == "Room 2"
    assert kept.calendar(scope, "Location/room2").body["name"] == "Room 2"
    assert send(page, admin, address, 0).status_code == 409
    assert admin.post(address + "/restore", {"at": "yesterday"}).status_code == 404
