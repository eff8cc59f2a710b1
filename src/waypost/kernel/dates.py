"""Dates and times in the words people use, and FHIR's partial dates read without inventing what is not there."""

import re
from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")

_DATE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


def read_day(text: str | None) -> date | None:
    """Return the first day that a FHIR date or dateTime can mean; None where there is none."""
    match = _DATE.match(text or "")
    if match is None:
        return None
    year, month, day = match.groups()
    try:
        return date(int(year), int(month or 1), int(day or 1))
    except ValueError:
        return None


def read_moment(text: str | None, zone: str = "UTC") -> datetime | None:
    """Return the instant of a FHIR dateTime in UTC; a bare date is the start of that day in `zone`."""
    if text and "T" in text:
        try:
            at = datetime.fromisoformat(text)
        except ValueError:
            return None
        return (at if at.tzinfo else at.replace(tzinfo=ZoneInfo(zone))).astimezone(UTC)
    day = read_day(text)
    return day and datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def write_moment(at: datetime) -> str:
    """Return an instant as FHIR writes it: UTC, to the second."""
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def local_day(at: datetime, zone: str) -> date:
    return at.astimezone(ZoneInfo(zone)).date()


def say_day(day: date, *, today: date | None = None) -> str:
    """Return 'Tue, Nov 24', with the year where it is not this year's ('Tue, Nov 25, 2025')."""
    words = f"{DAYS[day.weekday()]}, {MONTHS[day.month - 1]} {day.day}"
    return words if today is not None and day.year == today.year else f"{words}, {day.year}"


def say_short(day: date, *, today: date | None = None) -> str:
    """Return 'Nov 24', with the year where it is not this year's."""
    words = f"{MONTHS[day.month - 1]} {day.day}"
    return words if today is not None and day.year == today.year else f"{words}, {day.year}"


def say_date(text: str | None, *, today: date | None = None) -> str:
    """Return a FHIR date as exactly as it was recorded: 'Mar 12, 1957', 'Mar 1957', '1957', or ''."""
    match = _DATE.match(text or "")
    day = read_day(text)
    if match is None or day is None:
        return ""
    if match[3]:
        return say_short(day, today=today)
    return f"{MONTHS[day.month - 1]} {day.year}" if match[2] else str(day.year)


def say_time(at: datetime, zone: str) -> str:
    """Return '2:10 PM' on the clocks of `zone`."""
    here = at.astimezone(ZoneInfo(zone))
    return f"{here.hour % 12 or 12}:{here.minute:02d} {'AM' if here.hour < 12 else 'PM'}"


def say_moment(at: datetime, zone: str, *, today: date | None = None) -> str:
    """Return 'Tue, Nov 24, 2:10 PM'."""
    return f"{say_day(local_day(at, zone), today=today)}, {say_time(at, zone)}"


def years_between(born: date, on: date) -> int:
    """Return completed years; a person born on Feb 29 ages on Mar 1 in common years (CAL-4)."""
    return on.year - born.year - ((on.month, on.day) < (born.month, born.day))


def birthday(born: date, years: int) -> date:
    """Return the day on which `years` are completed (CAL-4)."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)
