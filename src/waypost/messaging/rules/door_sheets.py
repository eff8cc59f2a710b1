"""What hangs at a door: when a room or a provider has whom for what kind of visit, and of the patients nothing at all."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from waypost.messaging.rules import wording


@dataclass(frozen=True, slots=True)
class Line:
    """One stretch of the day."""

    time: str
    what: str
    with_whom: str


@dataclass(frozen=True, slots=True)
class DoorSheet:
    title: str
    day: str
    site: str
    hours: str
    lines: tuple[Line, ...]
    head: tuple[str, ...]
    printed: str
    empty: str


def compose(title: str, day: date, *, site: str, hours: str, lines: Sequence[Line], now: datetime, zone: str) -> DoorSheet:
    when = f"{wording.day_short(wording.local(now, zone).date())}, {wording.clock_time(now, zone)}"
    return DoorSheet(
        title=title, day=wording.day_long(day), site=site, hours=hours, lines=tuple(lines), head=("Time", "What", "With"),
        printed=f"As of {when}. Times change: the board has the latest.", empty="Nothing is booked.",
    )  # fmt: skip
