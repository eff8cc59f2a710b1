"""How full a day is: booked minutes of open minutes, in words and as a bar. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from waypost.kernel.spans import Span
from waypost.scheduling.queries.loads import Load, Loads
from waypost.scheduling.rules import templates
from waypost.scheduling.rules.types import Calendar
from waypost.web.words import count

FILLING, FULL = 60, 90  # percent from which on a day is called so


@dataclass(frozen=True, slots=True)
class Fullness:
    """One day of one calendar, or of several together."""

    open_minutes: int
    load: Load
    closed: str = ""  # why nobody is in

    @property
    def percent(self) -> int:
        return round(100 * self.load.minutes / self.open_minutes) if self.open_minutes else 0

    @property
    def bar(self) -> int:
        return min(self.percent, 100)

    @property
    def word(self) -> str:
        if not self.open_minutes:
            return ("Booked while closed" if self.load.minutes else self.closed) or "Closed"
        if self.percent > 100:
            return "Over"
        return "Full" if self.percent >= FULL else "Filling" if self.percent >= FILLING else "Light" if self.load.minutes else "Empty"

    @property
    def kind(self) -> str:
        """Return the class of the bar; the words say the same."""
        return "late" if self.percent > 100 else "soon" if self.percent >= FULL else ""

    @property
    def counts(self) -> str:
        said = [count(self.load.visits, "visit")] if self.load.visits else []
        said += [f"{self.load.holds} on hold"] if self.load.holds else []
        return ", ".join(said)

    @property
    def said(self) -> str:
        """Say all of it in one sentence's words."""
        if not self.open_minutes:
            return ", ".join(part for part in (self.word, self.counts) if part)
        full = f"{self.percent}% full, {hours(self.load.minutes)} of {hours(self.open_minutes)} booked"
        return ", ".join(part for part in (full, self.counts or "no visits") if part)


def hours(minutes: int) -> str:
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"


def of_calendar(calendar: Calendar, day: date, found: Loads) -> Fullness:
    """Return how full one calendar's day is; time kept free is not open, and a room for three is open three times."""
    opened = open_minutes(calendar, day, found.kept_free.get(calendar.resource, ()))
    return Fullness(opened * calendar.capacity, found.by_calendar.get((calendar.resource, day), Load()), _closed([calendar], day))


def of_all(calendars: Sequence[Calendar], day: date, found: Loads) -> Fullness:
    opened = sum(open_minutes(c, day, found.kept_free.get(c.resource, ())) * c.capacity for c in calendars)
    return Fullness(opened, found.by_day.get(day, Load()), "" if opened else _closed(calendars, day))


def open_minutes(calendar: Calendar, day: date, kept_free: Iterable[Span]) -> int:
    """Return how many minutes of a day a calendar is open for visits."""
    opened = [(one.start, one.end) for one in templates.hours_on(calendar, day)]
    for start, end in (_on_day(span, day, calendar.zone) for span in kept_free):
        opened = [part for low, high in opened for part in ((low, min(high, start)), (max(low, end), high)) if part[0] < part[1]]
    return sum(high - low for low, high in opened)


def _on_day(span: Span, day: date, zone: str) -> tuple[int, int]:
    """Return the minutes of the local day that a span begins and ends at, cut to that day."""
    midnight = datetime.combine(day, time.min)
    low, high = (at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) - midnight for at in span)
    return max(low // timedelta(minutes=1), 0), max(min(high // timedelta(minutes=1), 24 * 60), 0)


def _closed(calendars: Sequence[Calendar], day: date) -> str:
    """Return why all of these are closed on a day, where there is one reason; a lunch on a day off is none."""
    if any(templates.hours_on(c, day) for c in calendars):
        return "Kept free" if len(calendars) == 1 else ""
    rules = (one for c in calendars for one in c.exceptions if one.first <= day <= one.last and one.closed and not one.hours)
    reasons = {one.reason for one in rules if one.reason}
    if reasons:
        return reasons.pop() if len(reasons) == 1 else ""
    return "Not in" if len(calendars) == 1 else ""
