"""Clinic time: local days, five-minute cells, holidays and business days. No clock is read here."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

import holidays

ZONE_NAME = "America/New_York"
ZONE = ZoneInfo(ZONE_NAME)
CELL_MINUTES = 5
CELLS_PER_DAY = 24 * 60 // CELL_MINUTES


@lru_cache(maxsize=16)
def _federal(year: int) -> dict[date, str]:
    found = holidays.country_holidays("US", years=year, observed=True)
    return {on: name.removesuffix(" (observed)") for on, name in found.items()}


def holiday(on: date) -> str:
    """Return the name of the federal holiday that closes the clinic on this day, or ''."""
    own = _federal(on.year).get(on)
    return own if own and on.weekday() < 5 else ""


def holidays_between(first: date, last: date) -> list[tuple[date, str]]:
    return [(on, name) for on in days(first, last) if (name := holiday(on))]


def days(first: date, last: date) -> Iterator[date]:
    while first <= last:
        yield first
        first += timedelta(days=1)


def is_business_day(on: date) -> bool:
    return on.weekday() < 5 and not holiday(on)


def business_days_after(on: date, count: int) -> date:
    """Return the `count`th business day after `on` (before it, if negative); 0 gives the day itself or the next open one."""
    step = timedelta(days=1 if count >= 0 else -1)
    if count == 0:
        while not is_business_day(on):
            on += step
        return on
    left = abs(count)
    while left:
        on += step
        left -= is_business_day(on)
    return on


def local(on: date, clock: str | time) -> datetime:
    """Return the instant at which clinic clocks show this time."""
    at = time.fromisoformat(clock) if isinstance(clock, str) else clock
    return datetime.combine(on, at, ZONE).astimezone(UTC)


def local_day(at: datetime) -> date:
    return at.astimezone(ZONE).date()


def at_cell(on: date, cell: int) -> datetime:
    minutes = cell * CELL_MINUTES
    return local(on, time(minutes // 60, minutes % 60))


def cell_of(clock: str) -> int:
    hour, minute = clock.split(":")
    return (int(hour) * 60 + int(minute)) // CELL_MINUTES


def age_on(born: date, on: date) -> int:
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def birthday(born: date, years: int) -> date:
    """Return the day a person completes `years`; someone born on Feb 29 ages on Mar 1 in common years."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)
