"""SCH-1, what a visit holds, and how bodies are read."""

from datetime import UTC, datetime, timedelta

import pytest

from waypost.kernel.spans import Span
from waypost.scheduling.rules import bits, status
from waypost.scheduling.rules.occupied import arrive_at, envelope, occupied, visit_span
from waypost.scheduling.rules.types import BadBody, calendar_of, visit_type_of

START = datetime(2026, 11, 24, 15, tzinfo=UTC)
SCH_1 = """
proposed: pending booked waitlist cancelled
waitlist: proposed pending booked cancelled
pending: booked cancelled
booked: arrived checked-in fulfilled noshow cancelled
arrived: checked-in fulfilled cancelled
checked-in: fulfilled cancelled
noshow: arrived
cancelled:
fulfilled:
entered-in-error:
"""
ECHO = {
    "code": "echo", "name": {"en": "Echocardiogram and consult"}, "department": "Cardiology", "minutes": 70,
    "arrive_early": 15,
    "steps": [
        {"role": "room", "can": ["echo"], "start": 0, "minutes": 70, "before": 5, "after": 10},
        {"role": "device", "can": ["ultrasound"], "start": 0, "minutes": 40, "after": 5},
        {"role": "clinician", "can": ["cardiology"], "start": 45, "minutes": 25},
    ],
}  # fmt: skip


def test_sch_1_every_pair_of_statuses():
    allowed = {
        (old.strip(), new)
        for line in SCH_1.strip().splitlines()
        for old, news in [line.split(":")]
        for new in news.split()
    }
    statuses = {line.split(":")[0] for line in SCH_1.strip().splitlines()}
    for old in statuses:
        for new in statuses:
            lawful = old == new or new == "entered-in-error" or (old, new) in allowed
            why = status.why_not(
                old, new, start=START, now=START + timedelta(hours=1), zone="America/New_York"
            )
            assert (why is None) is lawful, (old, new, why)
    assert statuses == status.STATUSES


def test_sch_1_cancelled_stays_cancelled():
    assert status.why_not("cancelled", "booked", start=START, now=START, zone="UTC")


def test_sch_1_no_show_only_after_the_minutes_of_grace():
    grace = timedelta(minutes=15)
    early, late = START + timedelta(minutes=14), START + grace
    assert status.why_not("booked", "noshow", start=START, now=early, zone="UTC", grace=grace)
    assert status.why_not("booked", "noshow", start=START, now=late, zone="UTC", grace=grace) is None


def test_sch_1_noshow_to_arrived_on_the_same_local_day_only():
    start = datetime(2026, 11, 25, 4, 30, tzinfo=UTC)  # 11:30 PM on the 24th in New York
    zone = "America/New_York"
    assert (
        status.why_not("noshow", "arrived", start=start, now=start + timedelta(minutes=20), zone=zone) is None
    )
    assert status.why_not("noshow", "arrived", start=start, now=start + timedelta(minutes=40), zone=zone)


def test_a_visit_holds_set_up_and_clean_up():
    kind = visit_type_of(ECHO)
    room, device, clinician = occupied(kind, START)

    def minutes(span: Span) -> tuple[float, float]:
        return tuple((at - START) / timedelta(minutes=1) for at in span)

    assert (minutes(room.shown), minutes(room.held)) == ((0, 70), (-5, 80))
    assert (minutes(device.shown), minutes(device.held)) == ((0, 40), (0, 45))
    assert (minutes(clinician.shown), minutes(clinician.held)) == ((45, 70), (45, 70))
    assert minutes(envelope(kind, START)) == (-5, 80)
    assert minutes(visit_span(kind, START)) == (0, 70)
    assert arrive_at(kind, START) == START - timedelta(minutes=15)
    assert kind.main_step == 2
    assert bits.whole_hold(kind) == 17


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"minutes": 0}, "minutes"),
        ({"steps": []}, "steps"),
        ({"steps": [{"role": "wizard", "minutes": 5}]}, "steps[0]"),
        ({"steps": [{"role": "room", "minutes": 90}]}, "steps"),
        ({"code": "an echo!"}, "code"),
        ({"code": "x" * 25}, "code"),
    ],
)
def test_a_visit_type_that_cannot_be_meant_says_where(change, where):
    with pytest.raises(BadBody) as found:
        visit_type_of({**ECHO, **change})
    assert found.value.where == where


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"weekly": [{"days": [0], "from": "12:00", "to": "08:00"}]}, "weekly[0]"),
        ({"weekly": [{"days": [7], "from": "08:00", "to": "12:00"}]}, "weekly[0]"),
        ({"weekly": [{"days": [0], "from": "8", "to": "12:00"}]}, "weekly[0]"),
        ({"role": "wizard"}, "role"),
        ({"capacity": 1000}, "capacity"),
        ({"exceptions": [{"from": "2026-11-26", "to": "2026-11-25", "closed": True}]}, "exceptions[0]"),
    ],
)
def test_a_calendar_that_cannot_be_meant_says_where(change, where):
    body = {
        "resource": "Practitioner/x",
        "role": "clinician",
        "name": "Dr X",
        "zone": "America/New_York",
        "weekly": [],
    }
    calendar_of(body)
    with pytest.raises(BadBody) as found:
        calendar_of({**body, **change})
    assert found.value.where == where


def test_a_row_from_elsewhere_or_an_override_keeps_every_lane_busy():
    grid = bits.Grid(datetime(2026, 11, 24, tzinfo=UTC), 1)
    hour = timedelta(hours=1)
    rows = [
        (START, START + hour, 0),
        (START + hour, START + 2 * hour, None),
        (START + 3 * hour, START + 4 * hour, 100),
    ]
    one, two = bits.taken_on(grid, 2, rows)
    assert (one.bit_count(), two.bit_count()) == (36, 24)


def test_erosion_finds_where_a_run_begins():
    for length in range(1, 40):
        free = int("110111101111111111111111111111111111111111100001111111111", 2)
        expected = sum(
            1 << i for i in range(free.bit_length()) if all(free >> (i + k) & 1 for k in range(length))
        )
        assert bits.erode(free, length) == expected


def test_cells_written_as_text_say_the_same_as_spans():
    grid = bits.Grid(datetime(2026, 11, 24, tzinfo=UTC), 2)
    spans = [(-7, 12, 0), (30, 41, 1), (55, 70, None), (600, 655, 100), (2870, 2990, 0)]
    minute = timedelta(minutes=1)
    rows = [(grid.base + a * minute, grid.base + b * minute, lane) for a, b, lane in spans]
    text = [(lane, f"{a // 5}-{-(-b // 5)}") for a, b, lane in spans]
    assert bits.taken_cells(grid, 2, text) == bits.taken_on(grid, 2, rows)
    assert bits.taken_cells(grid, 1, [(0, "1-3,5-9")]) == (0b111100110,)
