"""How hours, counts and the like are written on pages. Dates: `kernel.dates`; names, numbers and phones: `registry.fhir`."""

from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from waypost.kernel.dates import say_day, say_short

__all__ = ["clock", "count", "full_day", "hours", "local", "say_day", "say_short"]


def local(value: datetime, zone: str) -> datetime:
    return value.astimezone(ZoneInfo(zone))


def clock(value: datetime | time) -> str:
    """Return '2:10 PM'. The value stands in the zone it is to be read in."""
    return f"{value.hour % 12 or 12}:{value.minute:02d} {'AM' if value.hour < 12 else 'PM'}"


def hours(start: datetime, end: datetime) -> str:
    """Return '8:30–9:40 AM', or both halves of the day where it crosses noon."""
    if (start.hour < 12) == (end.hour < 12) and start.date() == end.date():
        return f"{clock(start)[:-3]}–{clock(end)}"
    return f"{clock(start)}–{clock(end)}"


def full_day(value: date) -> str:
    """Return 'Tue, Nov 24, 2026': what was typed, echoed in full."""
    return say_day(value)


def count(number: int, one: str, many: str | None = None) -> str:
    """Return '1 visit', '3 visits'."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"
