"""A visit is made longer or shorter: whose part moves, what stands in the way in words, who is told; by form, key and hand."""

import re
from datetime import timedelta

import pytest

from tests.desk.test_schedule import booked, hidden, words
from tests.desk.test_set_up import undo
from tests.small_clinic import at
from waypost.access import scopes
from waypost.coordination import actions as coordination
from waypost.coordination.wishes import CancelWish, LengthWish, MoveWish
from waypost.kernel.spans import Span
from waypost.records import queries
from waypost.scheduling import actions as scheduling
from waypost.scheduling import fhir
from waypost.scheduling.problems import InThePast, LengthTaken, NotAllowedNow, NotOpen, TooShort


@pytest.fixture
def client(desk, clinic):
    return desk("scheduler")


def now(clinic, visit):
    return queries.read(scopes.everything(clinic.ctx), "Appointment", visit.id)


def parts(version):
    """Return when each part ends, with clean-up, in minutes of the visit."""
    start = fhir.instant(version.resource["start"])
    return {row.resource.partition("/")[0]: ((row.shown_ends - start).seconds // 60, (row.ends - start).seconds // 60) for row in fhir.held_of(version.resource)}


def resize(clinic, visit, end, **more):
    return coordination.resize_visit(clinic.ctx, LengthWish(visit.id, end, **more))


def test_the_parts_that_end_with_it_end_with_it_still(clinic):
    visit = booked(clinic, "echo", order_told="Dr Lind, today")
    made = resize(clinic, visit, at(10, 25))
    assert parts(made) == {"Patient": (85, 85), "Location": (85, 90), "Device": (40, 45), "Practitioner": (85, 85)}
    assert made.resource["minutesDuration"] == 85
    assert parts(resize(clinic, visit, at(9, 50)))["Practitioner"] == (50, 50)
    with pytest.raises(TooShort, match=r"Dr \w+ only begins at 9:45 AM"):
        resize(clinic, visit, at(9, 45))


def test_a_length_of_its_own_is_kept_when_it_moves_and_forgotten_when_it_is_the_usual_one(clinic):
    visit = booked(clinic)
    resize(clinic, visit, at(9, 40))
    moved = coordination.move_visit(clinic.ctx, MoveWish(visit.id, at(10)))
    assert parts(moved) == {"Patient": (40, 40), "Practitioner": (40, 45), "Location": (40, 40)}
    assert "minutes-set" not in str(resize(clinic, visit, at(10, 20)).resource)


def test_what_stands_in_the_way_is_said_without_a_name_and_nothing_changes(clinic):
    visit = booked(clinic, named=("Practitioner/lind",))
    booked(clinic, start=at(9, 30), patient=1, named=("Practitioner/lind",))
    with pytest.raises(LengthTaken) as caught:
        resize(clinic, visit, at(9, 40))
    assert "Dr Lind is taken from 9:30 AM to 9:55 AM by a visit (Follow-up)." in caught.value.detail
    assert "It can end at 9:25 AM at the latest." in caught.value.detail
    assert "Castillo" not in caught.value.detail
    assert now(clinic, visit).version == visit.version
    assert resize(clinic, visit, at(9, 25)).version == visit.version + 1


def test_hours_the_past_and_what_is_over_are_kept(clinic, clock):
    visit = booked(clinic, start=at(11, 30))
    with pytest.raises(NotOpen, match=r"is not in until 12:20 PM"):
        resize(clinic, visit, at(12, 15))
    with pytest.raises(TooShort):
        resize(clinic, visit, at(11, 32))
    coordination.cancel_visit(clinic.ctx, CancelWish(visit.id))
    with pytest.raises(NotAllowedNow):
        resize(clinic, visit, at(11, 45))
    early = booked(clinic, start=at(10, 30, day=24))
    clock.advance(timedelta(minutes=20))
    with pytest.raises(InThePast):
        resize(clinic, early, at(10, 40, day=24))


def test_the_patient_is_told_and_the_interpreter_is_asked_anew(client, clinic):
    visit = booked(clinic, interpreter="Spanish")
    page = client.get(f"/visits/{visit.id}?do=length")
    assert "Ends at" in words(page)
    answer = client.post(f"/visits/{visit.id}/length", {**hidden(page, "cancel"), "by": "at", "ends": "9:45"})
    assert answer.status_code == 303
    said = words(client.get(answer["Location"]))
    assert "Ends at 9:45 AM now: 45 minutes." in said
    assert "E-mail: visit moved" in said
    assert "Made longer: ends at 9:45 AM, not 9:20 AM" in said
    assert "Asked for" in said
    undo(client, f"/visits/{visit.id}")
    assert now(clinic, visit).resource["end"] == visit.resource["end"]


def test_the_form_says_what_is_wrong_and_keeps_what_was_typed(client, clinic):
    visit = booked(clinic, named=("Practitioner/lind",))
    booked(clinic, start=at(9, 25), patient=1, named=("Practitioner/lind",))
    answer = client.post(f"/visits/{visit.id}/length", {"by": "at", "ends": "9:50 AM"})
    assert answer.status_code == 409
    assert "Dr Lind is taken from 9:25 AM" in words(answer)
    assert 'value="9:50 AM"' in answer.content.decode()
    assert client.post(f"/visits/{visit.id}/length", {"by": "at", "ends": ""}).status_code == 422
    assert client.post(f"/visits/{visit.id}/length", {"by": "77"}).status_code == 422


def test_on_the_board_the_edge_is_moved_or_it_is_said_why_not(client, clinic):
    visit = booked(clinic, named=("Practitioner/lind",))
    back = "/schedule?day=2026-11-25"
    assert re.search(rf'data-visit="{visit.id}"[^>]* data-size="20"', client.get(back).content.decode())
    assert client.post("/schedule/resize", {"visit": visit.id, "by": "15", "back": back})["Location"] == back
    assert "Ends at 9:35 AM now" in words(client.get(back))
    booked(clinic, start=at(9, 45), patient=1, named=("Practitioner/lind",))
    client.post("/schedule/resize", {"visit": visit.id, "by": "30", "back": back})
    assert "Left as it was. It cannot end then. Dr Lind is taken from 9:45 AM" in words(client.get(back))


def test_time_kept_free_is_made_longer_by_those_who_keep_calendars(clinic, client, desk):
    block = scheduling.block(clinic.ctx, ["Practitioner/lind"], Span(at(10), at(11)), "Training")
    other = {"visit": block.id, "by": "30"}
    assert client.post("/schedule/resize", other).status_code == 403
    boss = desk("supervisor")
    assert boss.post("/schedule/resize", other).status_code == 303
    assert now(clinic, block).resource["end"].startswith("2026-11-25T16:30")
    visit = booked(clinic, start=at(11, 30), named=("Practitioner/lind",))
    boss.post("/schedule/resize", other)
    assert "Dr Lind is taken from 11:30 AM" in words(boss.get("/schedule?day=2026-11-25"))
    assert visit.version == now(clinic, visit).version
