"""A time that is taken: those who may book over it do so with a reason; others are offered other times, under all their chips."""

import re
from datetime import UTC, datetime
from html import unescape
from zoneinfo import ZoneInfo

import pytest

from tests.desk.test_schedule import booked, hidden, links, words
from tests.small_clinic import at
from waypost.access import scopes
from waypost.coordination import actions
from waypost.records import queries

LIND = "Practitioner/lind"
WHY = "Short of breath since this morning"


@pytest.fixture
def supervisor(desk, clinic):
    return desk("supervisor")


@pytest.fixture
def scheduler(desk, clinic):
    return desk("scheduler")


def gone(client, clinic, more=f"&who={LIND}", n=0):
    """Choose a time that someone else books before one presses Book; return the answer and what was sent."""
    page = client.get(f"/schedule/times?patient={clinic.patients[0]}&visit=talk{more}")
    card = client.get(links(page, "chosen=")[n])
    sent = {**hidden(card), "reason": "Cough"}
    start = sent["start"]
    moment = datetime.strptime(start, "%Y%m%dT%H%MZ").replace(tzinfo=UTC)
    booked(clinic, start=moment, named=(LIND,), patient=1)
    return client.post("/schedule/book", {**sent, "do": "book"}), sent


def record(clinic, place):
    return queries.read(scopes.everything(clinic.ctx), "Appointment", place.rpartition("/")[2]).resource


def test_a_supervisor_books_over_with_a_reason(supervisor, clinic):
    answer, sent = gone(supervisor, clinic)
    assert answer.status_code == 409
    assert "Or book over it Dr Lind would have two visits at" in words(answer)
    over = {**hidden(answer), "reason": "Cough", "do": "override"}
    without = supervisor.post("/schedule/book", {**over, "override": " "})
    assert without.status_code == 422
    assert "Write why this time is booked over." in words(without)
    made = supervisor.post("/schedule/book", {**over, "override": WHY})
    assert made.status_code == 303, words(made)
    said = words(supervisor.get(made["Location"]))
    assert f"Double-booked Override {WHY}" in said
    assert "Booked over another visit." in said
    assert "Undo" in said
    visit = record(clinic, made["Location"])
    lanes = {p["actor"]["reference"]: [e.get("valueInteger") for e in p.get("extension", ()) if e["url"].endswith(":lane")]
             for p in visit["participant"]}  # fmt: skip
    assert lanes[LIND] == [100]
    rooms = [lanes[r] for r in lanes if r.startswith("Location/")]
    assert rooms == [[]]  # the room that was free, not the one that is taken


def test_the_board_marks_the_one_booked_over(supervisor, clinic):
    answer, _ = gone(supervisor, clinic)
    over = {**hidden(answer), "reason": "Cough", "do": "override", "override": WHY}
    place = supervisor.post("/schedule/book", over)["Location"]
    day = record(clinic, place)["start"][:10]
    page = supervisor.get(f"/schedule?day={day}").content.decode()
    marked = [c for c in re.findall(r'<a class="visit.*?</a>', page, re.DOTALL) if "Double-booked by a supervisor" in c]
    assert len(marked) == 1
    assert 'role="img" aria-label="Double-booked by a supervisor"' in marked[0]


def test_others_are_not_offered_it_and_may_not_do_it(scheduler, clinic):
    answer, sent = gone(scheduler, clinic)
    assert answer.status_code == 409
    assert "book over" not in words(answer).lower()
    forced = scheduler.post("/schedule/book", {**sent, "do": "override", "override": WHY})
    assert forced.status_code == 403
    assert "book over" not in words(scheduler.get(f"/schedule/times?patient={clinic.patients[0]}&visit=talk")).lower()


def test_enter_beside_the_reason_books_no_other_time(supervisor, clinic):
    answer, _ = gone(supervisor, clinic)
    instead = unescape(re.search(r'name="take_instead" value="([^"]+)"', answer.content.decode())[1])
    sent = {**hidden(answer), "reason": "Cough", "take_instead": instead, "override": WHY}
    again = supervisor.post("/schedule/book", sent)
    assert again.status_code == 422
    assert "Press Book over it, or empty the reason" in words(again)
    assert WHY in again.content.decode()


def test_a_time_known_to_be_taken_is_asked_for_by_day_and_hour(supervisor, clinic):
    booked(clinic, start=at(9), named=(LIND,), patient=1)
    address = f"/schedule/times?patient={clinic.patients[0]}&visit=talk"
    assert "Book over a time that is taken" in words(supervisor.get(address))
    wrong = supervisor.get(f"{address}&over_who={LIND}&over_day=11/25/2026&over_time=soon")
    assert "Write the time as 2:30 PM or 14:30." in words(wrong)
    shown = supervisor.get(f"{address}&over_who={LIND}&over_day=11/25/2026&over_time=9")
    assert shown.status_code == 303
    card = supervisor.get(shown["Location"])
    assert "Book over Wed, Nov 25" in words(card)
    sent = {**hidden(card), "reason": "Cough", "do": "override", "override": WHY}
    made = supervisor.post("/schedule/book", sent)
    assert made.status_code == 303, words(made)
    assert record(clinic, made["Location"])["start"] == "2026-11-25T14:00:00Z"
    assert "Double-booked" in words(supervisor.get(made["Location"]))


def test_a_time_outside_open_hours_can_be_booked_over_too(supervisor, clinic):
    address = f"/schedule/times?patient={clinic.patients[0]}&visit=talk&who={LIND}&over=20261125T2330Z"
    sent = {**hidden(supervisor.get(address)), "reason": "Cough", "do": "override", "override": WHY}
    made = supervisor.post("/schedule/book", sent)
    assert made.status_code == 303, words(made)
    assert f"Booked over Override {WHY}" in words(supervisor.get(made["Location"]))


def test_a_series_is_not_booked_over(supervisor, clinic):
    answer, _ = gone(supervisor, clinic)
    sent = {**hidden(answer), "reason": "Cough", "repeat": "1", "times": "3", "do": "override", "override": WHY}
    again = supervisor.post("/schedule/book", sent)
    assert again.status_code == 422
    assert "One visit at a time is booked over." in words(again)


def test_a_move_on_the_board_onto_a_taken_time_asks_a_supervisor_why(supervisor, clinic):
    booked(clinic, start=at(10), named=(LIND,), patient=1)
    visit = booked(clinic, start=at(9), named=("Practitioner/abara",))
    sent = {"visit": visit.id, "start": "60", "from": "Practitioner/abara", "to": LIND, "back": "/schedule?day=2026-11-25"}
    answer = supervisor.post("/schedule/shift", sent)
    card = supervisor.get(answer["Location"])
    assert "Move over Wed, Nov 25" in words(card)
    made = supervisor.post("/schedule/book", {**hidden(card), "do": "override", "override": WHY, "moved_for": "provider"})
    assert made.status_code == 303, words(made)
    assert record(clinic, made["Location"])["start"] == "2026-11-25T15:00:00Z"
    assert LIND in str(record(clinic, made["Location"])["participant"])


@pytest.mark.parametrize("chips", ["&days=2", "&part=pm", f"&days=24&part=pm&who={LIND}"])
def test_the_next_best_keep_every_chip(scheduler, clinic, chips):
    answer, _ = gone(scheduler, clinic, more=f"{chips}&gender=female")
    assert answer.status_code == 409
    offered = re.findall(r'name="take_instead" value="(\d{8}T\d{4}Z)~([^"]+)"', answer.content.decode())
    assert offered
    for stamp, take in offered:
        local = datetime.strptime(stamp, "%Y%m%dT%H%MZ").replace(tzinfo=UTC).astimezone(ZoneInfo("America/New_York"))
        if "days=2&" in f"{chips}&" or "days=24" in chips:
            assert local.weekday() in {2, 4}
        if "part=pm" in chips:
            assert local.hour >= 12
        assert LIND in take  # the only woman among the providers


def test_where_nothing_else_fits_all_chips_it_is_said(scheduler, clinic):
    answer, _ = gone(scheduler, clinic, more=f"&since=2026-11-25&within=1&who={LIND}&at=20261125T2135Z")
    assert answer.status_code == 409
    assert "That time has just been taken." in words(answer)


def test_an_order_not_on_record_has_a_label_of_its_own(scheduler, clinic):
    page = scheduler.get(f"/schedule/times?patient={clinic.patients[0]}&visit=echo")
    card = scheduler.get(links(page, "chosen=")[0])
    labels = [" ".join(re.sub(r"<.*?>", "", one).split()) for one in re.findall(r"<label[^>]*>(.*?)</label>", card.content.decode(), re.DOTALL)]
    assert "Who ordered it, and when" in labels
    assert len(labels) == len(set(labels))


def test_a_patient_is_taken_off_a_roster_and_put_back(scheduler, clinic):
    visit = booked(clinic, "class", start=at(10))
    actions.add_to_group(clinic.ctx, visit.id, clinic.patients[1])
    page = scheduler.get(f"/visits/{visit.id}").content.decode()
    assert 'aria-label="Take Castillo1, Marisol off the roster"' in page
    sent = {"patient": clinic.patients[1], "expect": "2"}
    assert scheduler.post(f"/visits/{visit.id}/leave", sent).status_code == 303
    left = scheduler.get(f"/visits/{visit.id}")
    assert "1 of 3 places taken" in words(left)
    assert "Cancel the group" in words(left)
    act = re.search(r'name="act" value="([^"]+)"', left.content.decode())[1]
    scheduler.post("/undo", {"act": act, "back": f"/visits/{visit.id}"})
    assert "2 of 3 places taken" in words(scheduler.get(f"/visits/{visit.id}"))


def test_a_reader_who_changes_no_visits_sees_the_roster_alone(desk, clinic):
    visit = booked(clinic, "class", start=at(10))
    page = words(desk("auditor").get(f"/visits/{visit.id}"))
    assert "Roster" in page
    assert "Cancel the group" not in page
