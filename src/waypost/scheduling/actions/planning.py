"""Choose who and what takes each step of a visit at one given time; named ones first, the rest by what is free."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from waypost.kernel.spans import Span
from waypost.scheduling.fhir import Seat
from waypost.scheduling.problems import CannotServe, NobodyFree, NotOpen
from waypost.scheduling.queries.clinic import Clinic
from waypost.scheduling.rules import occupied, templates
from waypost.scheduling.rules.bits import CELL, Bookable
from waypost.scheduling.rules.occupied import Occupied
from waypost.scheduling.rules.types import VisitType


@dataclass(frozen=True, slots=True)
class VisitWish:
    """One visit to be booked. What is not named is chosen."""

    visit_type: str
    start: datetime
    patients: tuple[tuple[str, str], ...]  # id and name to show
    chosen: Mapping[int, str] = field(default_factory=dict[int, str])  # step -> resource
    named: tuple[str, ...] = ()  # resources that must take part, whichever step is theirs
    site: str | None = None
    telehealth: bool = False
    hold_until: datetime | None = None
    override: str = ""  # a supervisor's reason to double-book or to book outside open hours
    more: Mapping[str, Any] = field(default_factory=dict[str, Any])  # elements the schedule has no say in
    id: str | None = None  # of the Appointment to be, where a door has promised one, or of the one that waits
    expect: int = 0  # the version of the one that waits
    known: frozenset[str] = frozenset()  # references of the wish that were found here, within this act
    validated: bool = False  # whether `more` has been: what the schedule adds to it needs no second look


@dataclass(frozen=True, slots=True)
class Plan:
    kind: VisitType
    wish: VisitWish
    site: str
    seats: tuple[Seat, ...]
    auto: frozenset[str]  # resources that were chosen here and may be chosen again
    candidates: frozenset[str]  # all that might serve, locked together when choosing again


@dataclass(slots=True)
class Free:
    """Whether a calendar is open, and has a lane free, for a span; in bits where the grid reaches, exactly elsewhere."""

    here: Clinic
    tenant: int
    ignore: str = ""
    rows: dict[str, list[tuple[datetime, datetime, int | None]]] = field(
        default_factory=dict[str, list[tuple[datetime, datetime, int | None]]]
    )

    def opened(self, one: Bookable, kind: str, span: Span) -> bool:
        grid = self.here.grid
        if span.start >= grid.base and span.end <= grid.end and self._within(one.open_for(kind), span):
            return True
        zone = ZoneInfo(one.calendar.zone)
        first, last = span.start.astimezone(zone).date(), span.end.astimezone(zone).date()
        day = timedelta(days=1)
        spans = templates.open_spans(one.calendar, first - day, last + day, visit_type=kind)
        return any(span.within(stretch) for stretch in spans)

    def free(self, one: Bookable, kind: str, span: Span) -> bool:
        grid = self.here.grid
        if not self.opened(one, kind, span):
            return False
        if not self.ignore and span.start >= grid.base and span.end <= grid.end:
            opened = one.open_for(kind)
            if any(self._within(opened & ~lane, span) for lane in one.taken):
                return True
            if one.calendar.resource not in self.rows:
                return False
        return self._exactly(one, span)

    def must_ask(self, kind: VisitType, start: datetime) -> bool:
        """Tell whether bits cannot answer: a move's own time counts as free, or the start lies off or past the grid."""
        span, grid = occupied.envelope(kind, start), self.here.grid
        off = bool((start - grid.base) % CELL)
        return bool(self.ignore) or off or span.start < grid.base or span.end > grid.end

    def _within(self, cells: int, span: Span) -> bool:
        low, high = self.here.grid.floor(span.start), self.here.grid.ceil(span.end)
        mask = (1 << (high - low)) - 1
        return (cells >> low) & mask == mask

    def load(self, resources: Iterable[str], span: Span) -> None:
        """Read what is booked around a span, for the exact answers; once for all who might serve."""
        wanted = sorted(set(resources) - set(self.rows))
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT resource, starts, ends, CASE kind WHEN 'block' THEN NULL ELSE lane END FROM scheduling_rows(%s, %s, %s, %s) WHERE appointment <> %s",
                [self.tenant, wanted, span.start, span.end, self.ignore],
            )
            self.rows.update({resource: [] for resource in wanted})
            for resource, starts, ends, lane in cursor.fetchall():
                self.rows[resource].append((starts, ends, lane))

    def _exactly(self, one: Bookable, span: Span) -> bool:
        lanes = [lane for a, b, lane in self.rows[one.calendar.resource] if a < span.end and span.start < b]
        capacity = one.calendar.capacity
        if any(lane is None or lane >= capacity for lane in lanes):
            return False
        return len(set(lanes)) < capacity


def plan(free: Free, kind: VisitType, wish: VisitWish, avoid: frozenset[str] = frozenset()) -> Plan:
    """Return who takes each step. Raises CannotServe, NotOpen, NobodyFree."""
    steps = occupied.occupied(kind, wish.start, telehealth=wish.telehealth)
    able = [_able(free.here, kind, wish, one) for one in steps]
    _check_named(wish, able)
    closed = False
    if free.must_ask(kind, wish.start):
        free.load(
            (one.calendar.resource for fits in able for one in fits), occupied.envelope(kind, wish.start)
        )
    everyone = frozenset(one.calendar.resource for fits in able for one in fits)
    for site in _sites(free.here, wish, able):
        fitting: list[list[Bookable]] = []
        for part, fits in zip(steps, able, strict=True):
            local = [one for one in fits if one.calendar.site == site]
            fits_here = [one for one in local if _fits(free, kind, wish, part, one, avoid)]
            if wish.override:  # books over no more than it must, and over who is in before who is not
                fits_here.sort(key=lambda one, held=part.held: _badly(free, kind, one, held))
            fitting.append(fits_here)
            closed = closed or (
                bool(local) and not any(free.opened(one, kind.code, part.held) for one in local)
            )
        chosen = _match(steps, fitting)
        if chosen is not None:
            seats = tuple(
                Seat(part.step, one.calendar.resource, one.calendar.name, part.shown, part.held)
                for part, one in zip(steps, chosen, strict=True)
            )
            named = _named(wish)
            auto = frozenset(seat.resource for seat in seats if seat.resource not in named)
            return Plan(kind, wish, site, seats, auto, everyone)
    raise (NotOpen if closed else NobodyFree)


def _named(wish: VisitWish) -> frozenset[str]:
    return frozenset(wish.chosen.values()) | frozenset(wish.named)


def _able(here: Clinic, kind: VisitType, wish: VisitWish, part: Occupied) -> list[Bookable]:
    step = kind.steps[part.step]
    fits = [
        one
        for one in here.ordered
        if one.calendar.role == step.role
        and step.can <= one.calendar.can
        and (wish.site is None or one.calendar.site == wish.site)
    ]
    if part.step in wish.chosen:
        return [one for one in fits if one.calendar.resource == wish.chosen[part.step]]
    wanted = [one for one in fits if one.calendar.resource in wish.named]
    return wanted or fits


def _check_named(wish: VisitWish, able: Sequence[Sequence[Bookable]]) -> None:
    found = {one.calendar.resource for fits in able for one in fits}
    if not _named(wish) <= found:
        raise CannotServe
    if not all(able):
        raise NobodyFree("Nobody and nothing here can take one of the steps of this visit.")


def _sites(here: Clinic, wish: VisitWish, able: Iterable[Sequence[Bookable]]) -> list[str]:
    named = [here.bookables[r].calendar.site for r in sorted(_named(wish))]
    every = sorted({one.calendar.site for fits in able for one in fits})
    return [site for site in dict.fromkeys(named or every) if site in every]


def _fits(
    free: Free, kind: VisitType, wish: VisitWish, part: Occupied, one: Bookable, avoid: frozenset[str]
) -> bool:
    """A named one need only be open: the ledger says under its lock whether it is free. An override asks for neither."""
    if wish.override:
        return True
    if one.calendar.resource in _named(wish):
        return free.opened(one, kind.code, part.held)
    return one.calendar.resource not in avoid and free.free(one, kind.code, part.held)


def _badly(free: Free, kind: VisitType, one: Bookable, held: Span) -> tuple[bool, bool]:
    return (not free.free(one, kind.code, held), not free.opened(one, kind.code, held))


def _match(steps: Sequence[Occupied], fitting: Sequence[Sequence[Bookable]]) -> list[Bookable] | None:
    """Return one for each step such that nobody is held twice at once."""
    chosen: list[Bookable] = []

    def place(n: int) -> bool:
        if n == len(steps):
            return True
        used = {id(one) for one in chosen}
        for one in sorted(fitting[n], key=lambda c: id(c) not in used):
            if any(one is other and steps[n].held.overlaps(steps[m].held) for m, other in enumerate(chosen)):
                continue
            chosen.append(one)
            if place(n + 1):
                return True
            chosen.pop()
        return False

    return chosen if place(0) else None
