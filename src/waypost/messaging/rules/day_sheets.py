"""The day sheet: who comes to one provider, room, device or site on a day, on paper for those who work there."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from waypost.messaging.rules import wording


@dataclass(frozen=True, slots=True)
class Line:
    """One patient's visit, or a stretch that is kept free."""

    time: str
    name: str
    identifiers: str  # birth date and MRN
    what: str
    where: str
    notes: tuple[str, ...]
    state: str


@dataclass(frozen=True, slots=True)
class Part:
    """One provider, room or device with what it has that day."""

    title: str
    note: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class DaySheet:
    title: str
    day: str
    site: str
    said: str  # how many visits
    parts: tuple[Part, ...]
    head: tuple[str, ...]
    printed: str
    empty: str


def compose(
    title: str, day: date, *, site: str, parts: Sequence[Part], visits: int, now: datetime, zone: str, by: str
) -> DaySheet:
    """Return the sheet; `by` is who prints it, so that a sheet left lying has an owner."""
    when = f"{wording.day_short(wording.local(now, zone).date())}, {wording.clock_time(now, zone)}"
    return DaySheet(
        title=title,
        day=wording.day_long(day),
        site=site,
        said=f"{visits} visit{'' if visits == 1 else 's'}",
        parts=tuple(parts),
        head=("Time", "Patient", "What", "Where and with", "To know", "State"),
        printed=f"Printed {when} by {by}. Names patients: keep it with you, shred it at the end of the day.",
        empty="Nobody is booked.",
    )
