"""What may be asked of the finder, what it looks at, and what it answers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from waypost.kernel.spans import Span, Spans
from waypost.scheduling import limits
from waypost.scheduling.rules.bits import Bookable, Grid


@dataclass(frozen=True, slots=True)
class FindWish:
    """What the caller asked for; None or empty: no matter."""

    visit_type: str
    patient: str | None = None
    who: frozenset[str] = frozenset()
    site: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    weekdays: frozenset[int] = frozenset()
    hours: tuple[tuple[int, int], ...] = ()  # local minutes of the day in which the visit may start
    language: str | None = None
    gender: str | None = None
    interpreter: str | None = None  # language in which an interpreter would be needed
    interpreter_on_site: bool = False
    wheelchair: bool = False
    telehealth: bool = False
    one_trip: bool = False
    limit: int = limits.TIMES_SHOWN_MAX
    instead_of: str | None = None  # Appointment to be moved, whose own time counts as free


class Trip(NamedTuple):
    """Another visit of the patient's, for which they come to a site anyway."""

    day: date
    site: str
    start: datetime


@dataclass(frozen=True, slots=True)
class Surroundings:
    """All that the answer depends on besides the wish."""

    grid: Grid
    now: datetime
    bookables: Sequence[Bookable]  # in order of choice where several would do
    patient_busy: Spans = ()
    trips: tuple[Trip, ...] = ()
    known: frozenset[str] = frozenset()  # who has seen this patient or is on the care team


class Part(NamedTuple):
    """Who or what takes which step, shown and held."""

    step: int
    resource: str
    name: str
    role: str
    shown: Span
    held: Span


class FoundTime(NamedTuple):
    start: datetime
    end: datetime
    arrive_at: datetime
    site: str
    zone: str
    parts: tuple[Part, ...]
    known: bool
    trip: Trip | None
    why: str = ""
    interpreter: str = ""  # '' none needed | speaks | on-site | remote


class Relax(NamedTuple):
    """Without this constraint there are so many more times, the first of them then."""

    constraint: str
    more: int
    first: datetime


@dataclass(frozen=True, slots=True)
class FoundTimes:
    times: tuple[FoundTime, ...]
    count: int  # at most TIMES_COUNTED_MAX
    relax: tuple[Relax, ...] = ()
