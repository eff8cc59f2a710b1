"""Templates are local time: over every change of clocks of five zones and ten years."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from waypost.scheduling.rules.bits import Bookable, Grid, opens_on, taken_on
from waypost.scheduling.rules.finder import find, slot_starts
from waypost.scheduling.rules.templates import closed_on, hours_on, open_spans, to_utc
from waypost.scheduling.rules.types import Calendar, DayException, Hours, Step, VisitType
from waypost.scheduling.rules.wishes import FindWish, Surroundings

ZONES = (
    "America/New_York",
    "America/Los_Angeles",
    "Europe/London",
    "Australia/Lord_Howe",
    "America/Santiago",
)
YEARS = range(2024, 2034)
MINUTE = timedelta(minutes=1)
EVERY_DAY = frozenset(range(7))


@lru_cache(maxsize=16)
def changes(zone: str) -> tuple[datetime, ...]:
    """Every hour of ten years after which the clock has been moved; found by looking, not by the code under test."""
    tz = ZoneInfo(zone)
    found, at = [], datetime(YEARS[0], 1, 1, tzinfo=UTC)
    before = at.astimezone(tz).utcoffset()
    while at.year < YEARS[-1] + 1:
        after = at.astimezone(tz).utcoffset()
        if after != before:
            found.append(at)
        before, at = after, at + timedelta(minutes=30)
    return tuple(found)


def calendar(zone: str, *hours: tuple[int, int], **more) -> Calendar:
    weekly = tuple(Hours(EVERY_DAY, a, b) for a, b in hours)
    return Calendar("Practitioner/x", "clinician", "Dr X", frozenset(), "Location/s", zone, weekly, **more)


def by_the_minute(
    zone: str, local: list[tuple[date, int, int]], first: datetime, minutes: int
) -> set[datetime]:
    """Open is what the wall clock says so, the first time that it says it."""
    tz = ZoneInfo(zone)
    found = set()
    for n in range(minutes):
        at = first + n * MINUTE
        wall = at.astimezone(tz)
        minute = wall.hour * 60 + wall.minute
        if not wall.fold and any(day == wall.date() and a <= minute < b for day, a, b in local):
            found.add(at)
    return found


def covered(spans) -> set[datetime]:
    return {one.start + n * MINUTE for one in spans for n in range(int(one.length / MINUTE))}


@pytest.mark.parametrize("zone", ZONES)
def test_hours_over_every_change_of_clocks(zone):
    assert len(changes(zone)) == 20, "two a year"
    for change in changes(zone):
        first = change - timedelta(hours=30)
        days = [(change + timedelta(days=n)).date() for n in (-2, -1, 0, 1, 2)]
        for hours in (
            [(0, 1440)],
            [(90, 150)],
            [(120, 180)],
            [(105, 135), (500, 600)],
            [(1320, 1440), (0, 30)],
        ):
            local = [(day, a, b) for day in days for a, b in hours]
            assert covered(to_utc(zone, local)) & set(_window(first)) == by_the_minute(
                zone, local, first, 3000
            )


def _window(first: datetime) -> list[datetime]:
    return [first + n * MINUTE for n in range(3000)]


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(ZONES),
    st.integers(0, 19),
    st.lists(st.tuples(st.integers(0, 1380), st.integers(1, 600)), min_size=1, max_size=4),
)
def test_any_hours_over_any_change(zone, which, hours):
    change = changes(zone)[which]
    days = [(change + timedelta(days=n)).date() for n in (-2, -1, 0, 1, 2)]
    local = [(day, a, min(a + length, 1440)) for day in days for a, length in hours]
    first = change - timedelta(hours=12)
    window = {first + n * MINUTE for n in range(1440)}
    assert covered(to_utc(zone, local)) & window == by_the_minute(zone, local, first, 1440)


@pytest.mark.parametrize("zone", ZONES)
def test_no_slot_in_a_skipped_hour_and_none_doubled_in_a_repeated_one(zone):
    kind = VisitType("talk", {"en": "Talk"}, "", 15, (Step("clinician", frozenset(), 0, 15),))
    tz = ZoneInfo(zone)
    for change in changes(zone):
        base = datetime(change.year, change.month, change.day, tzinfo=UTC) - timedelta(days=1)
        grid = Grid(base, 3)
        cal = calendar(zone, (0, 1440))
        around = Surroundings(grid, base, [Bookable(cal, opens_on(grid, cal), taken_on(grid, 1, ()))])
        starts = [grid.instant(at) for at in slot_starts(kind, FindWish("talk"), around, base, grid.end)]
        walls = [s.astimezone(tz).replace(tzinfo=None) for s in starts]
        assert len(walls) == len(set(walls)), "each reading of the clock once"
        assert len(starts) > 250
        for start in starts:
            there = start.astimezone(tz)
            assert there.astimezone(UTC) == start
            assert there.replace(fold=0).astimezone(UTC) == start, "never the second of two"
        found = find(kind, FindWish("talk"), around)
        assert found.times
        assert found.count == 99


def test_a_day_that_is_skipped_whole_opens_nothing():
    """Samoa had no Friday, 30 December 2011."""
    assert to_utc("Pacific/Apia", [(date(2011, 12, 30), 540, 1020)]) == ()
    assert (
        len(to_utc("Pacific/Apia", [(date(2011, 12, 29), 540, 1020), (date(2011, 12, 31), 540, 1020)])) == 2
    )


def test_lunch_splits_the_day_and_the_last_exception_wins():
    cal = calendar(
        "America/New_York",
        (480, 1020),
        closed=(Hours(EVERY_DAY, 720, 780, reason="Lunch"),),
        exceptions=(
            DayException(date(2026, 11, 26), date(2026, 11, 27), closed=True, reason="Thanksgiving"),
            DayException(date(2026, 11, 27), date(2026, 11, 27), closed=False, hours=((540, 720),)),
            DayException(
                date(2026, 12, 1), date(2026, 12, 1), closed=True, hours=((780, 840),), reason="Meeting"
            ),
        ),
    )
    assert [h[:2] for h in hours_on(cal, date(2026, 11, 25))] == [(480, 720), (780, 1020)]
    assert hours_on(cal, date(2026, 11, 26)) == ()
    assert closed_on(cal, date(2026, 11, 26))[0].reason == "Thanksgiving"
    assert [h[:2] for h in hours_on(cal, date(2026, 11, 27))] == [(540, 720)]
    assert [h[:2] for h in hours_on(cal, date(2026, 12, 1))] == [(480, 720), (840, 1020)]
    assert [c.reason for c in closed_on(cal, date(2026, 12, 1))] == ["Lunch", "Meeting"]


def test_hours_kept_for_a_visit_type_open_for_it_alone():
    cal = Calendar(
        "Practitioner/x",
        "clinician",
        "Dr X",
        frozenset(),
        "",
        "UTC",
        (Hours(EVERY_DAY, 480, 600), Hours(EVERY_DAY, 600, 720, visit_types=frozenset({"new"}))),
    )
    day = date(2026, 11, 24)

    def hours(kind):
        return sum(s.length / timedelta(hours=1) for s in open_spans(cal, day, day, visit_type=kind))

    assert (hours("new"), hours("old"), hours(None)) == (4, 2, 4)
