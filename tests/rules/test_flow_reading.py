"""Where a patient stands, how long they wait (SCH-5), and what may follow."""

from datetime import UTC, datetime, timedelta

import pytest

from waypost.coordination.flow import reading, steps
from waypost.coordination.flow.steps import Step
from waypost.formats.fhir.text import dumps
from waypost.formats.fhir.validation import validate

START = datetime(2026, 11, 24, 15, 0, tzinfo=UTC)
VISIT = {
    "resourceType": "Appointment", "id": "v", "status": "booked", "start": "2026-11-24T15:00:00Z", "end": "2026-11-24T15:20:00Z",
    "serviceType": [{"coding": [{"system": "urn:waypost:visit-type", "code": "talk"}]}],
    "participant": [{"actor": {"reference": "Patient/p", "display": "P"}, "status": "accepted"},
                    {"actor": {"reference": "Practitioner/lind", "display": "Dr Lind"}, "status": "accepted"}],
}  # fmt: skip


def at(minute):
    return START + timedelta(minutes=minute)


def walked(*path):
    """Return the Encounter of a walk: (step, minute after the start[, room])."""
    made = reading.begun(1, VISIT, "p", 7)
    for step, minute, *room in path:
        where = {"reference": room[0], "display": room[0]} if room else None
        made = reading.stepped(made, Step(step), at(minute), "Ana", where)
    return made


def flow(*path, status="arrived"):
    return reading.read({**VISIT, "status": status}, "p", walked(*path), 1)


WHOLE = (("arrived", -20), ("forms", -18), ("roomed", 6, "Location/r4"), ("with-provider", 14), ("checkout", 40), ("done", 45))


def test_a_whole_walk_is_valid_fhir_and_closes_what_it_opened():
    made = walked(*WHOLE)
    assert [one for one in validate(dumps(made)) if one.severity in {"error", "fatal"}] == []
    assert made["status"] == "finished"
    assert [one["status"] for one in made["statusHistory"]] == ["arrived", "in-progress"]
    assert made["period"] == {"start": "2026-11-24T14:40:00Z", "end": "2026-11-24T15:45:00Z"}
    assert [(p["status"], p["period"].get("end")) for p in made["location"]] == [("completed", "2026-11-24T15:40:00Z")]


def test_sch_5_early_arrivals_count_from_the_scheduled_time():
    found = reading.waits(flow(*WHOLE, status="fulfilled"), START, at(300), asked=START - timedelta(days=9))
    assert found == reading.Waits(lead_days=9, lobby=6, room=8, cycle=45)


def test_sch_5_late_arrivals_count_from_when_they_came():
    path = (("arrived", 10), ("roomed", 25, "Location/r4"))
    found = reading.waits(flow(*path), START, at(31))
    assert (found.lobby, found.room, found.cycle) == (15, 6, 21)


def test_who_left_unseen_waited_in_the_lobby_until_then():
    found = reading.waits(flow(("arrived", 0), ("left", 50), status="cancelled"), START, at(300))
    assert (found.lobby, found.room, found.cycle) == (50, None, 50)


@pytest.mark.parametrize(
    ("path", "minute", "waited"),
    [
        ((("arrived", -20),), -5, 0),
        ((("arrived", -20), ("forms", 4)), 12, 12),  # forms are part of the wait
        ((("arrived", 0), ("roomed", 5, "Location/r4")), 25, 20),
        ((("arrived", 0), ("with-provider", 5)), 25, None),
        ((("arrived", 0), ("with-provider", 5), ("checkout", 20)), 25, 5),
    ],
)
def test_the_wait_in_a_step(path, minute, waited):
    assert reading.waiting_minutes(flow(*path), START, at(minute)) == waited


def test_the_room_is_left_at_checkout_and_kept_with_the_provider():
    path = [("arrived", 0), ("roomed", 5, "Location/r4")]
    assert flow(*path).room == "Location/r4"
    assert flow(*path, ("with-provider", 9)).room == "Location/r4"
    assert flow(*path, ("roomed", 9, "Location/r2")).room == "Location/r2"
    assert flow(*path, ("arrived", 9)).room == ""
    assert flow(*path, ("with-provider", 9), ("checkout", 12)).room == ""


def test_without_an_encounter_the_appointment_says_where_the_patient_stands():
    for status, step in (("booked", Step.BOOKED), ("arrived", Step.ARRIVED), ("checked-in", Step.WITH_PROVIDER), ("fulfilled", Step.DONE),
                         ("noshow", Step.MISSED), ("cancelled", Step.OFF), ("waitlist", Step.OFF)):  # fmt: skip
        assert reading.read({**VISIT, "status": status}, "p", None).step is step


def test_another_door_that_ended_the_visit_is_believed():
    assert flow(("arrived", 0), status="fulfilled").step is Step.DONE
    assert flow(("arrived", 0), status="cancelled").step is Step.OFF
    assert flow(("arrived", 0), status="checked-in").step is Step.WITH_PROVIDER
    assert flow(("arrived", 0), ("left", 9), status="cancelled").step is Step.LEFT


def test_who_has_been_seen_cannot_leave_unseen():
    assert steps.may(Step.ROOMED, Step.LEFT)
    assert not steps.may(Step.ROOMED, Step.LEFT, seen=True)
    assert not steps.may(Step.WITH_PROVIDER, Step.LEFT)
    assert not any(steps.may(ended, step) for ended in (Step.DONE, Step.LEFT) for step in Step)


@pytest.mark.parametrize(
    ("everyone", "before", "status"),
    [
        ("booked booked", "booked", "booked"),
        ("arrived booked", "booked", "arrived"),
        ("with-provider booked", "arrived", "checked-in"),
        ("roomed booked", "checked-in", "checked-in"),
        ("done booked", "checked-in", "checked-in"),
        ("done missed", "checked-in", "fulfilled"),
        ("left missed", "arrived", "cancelled"),
        ("missed missed", "booked", "noshow"),
        ("left done", "checked-in", "fulfilled"),
    ],
)
def test_the_appointment_of_a_group_follows_them_all(everyone, before, status):
    assert steps.appointment_status([Step(one) for one in everyone.split()], before) == status
