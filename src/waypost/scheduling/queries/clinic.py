"""Each process's picture of the calendars, as bits; kept fresh by one number a resource.

A booking's transaction moves the number of every resource it touches. To ask for times is to read the numbers, load
again what moved, and think in memory.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from threading import Lock
from typing import Any

import orjson
from django.db import connection

from waypost.records import prepared, tenancy
from waypost.scheduling import limits
from waypost.scheduling.problems import UnknownCalendar, UnknownVisitType
from waypost.scheduling.rules import bits
from waypost.scheduling.rules.bits import Bookable, Grid
from waypost.scheduling.rules.types import Calendar, VisitType, calendar_of, visit_type_of

VISIT_TYPES = "#visit-types"  # the one number that stands for the list of visit types
CALENDARS = "#calendars"  # and the one that moves with any calendar's hours
NUMBERS = "SELECT resource, n FROM scheduling_change WHERE tenant = %s"
# All numbers, if they are not those of the array: a look where nothing moved brings back no row.
MOVED = (
    f"{NUMBERS} AND (SELECT array_agg(c.n ORDER BY c.n) FROM scheduling_change c WHERE c.tenant = %s)"
    " IS DISTINCT FROM %s::bigint[]"
)
_SPARE_DAYS = 10  # a grid starts on a Monday and serves at least a week


@dataclass(slots=True)
class Clinic:
    """One tenant's visit types and calendars on one grid."""

    grid: Grid
    numbers: dict[str, int] = field(default_factory=dict[str, int])
    all_numbers: str | None = None  # as the database writes an array of them, in order
    bookables: dict[str, Bookable] = field(default_factory=dict[str, Bookable])
    versions: dict[str, int] = field(default_factory=dict[str, int])
    kinds: dict[str, VisitType] = field(default_factory=dict[str, VisitType])
    bodies: dict[str, dict[str, Any]] = field(default_factory=dict[str, dict[str, Any]])
    schedules: dict[str, str] = field(default_factory=dict[str, str])  # Schedule id -> resource
    schedule_of: dict[str, str] = field(default_factory=dict[str, str])
    commonest: dict[str, str] = field(
        default_factory=dict[str, str]
    )  # resource -> kind of visit it serves most
    ordered: tuple[Bookable, ...] = ()

    def kind(self, code: str) -> VisitType:
        try:
            return self.kinds[code]
        except KeyError:
            raise UnknownVisitType from None

    @property
    def offered(self) -> list[VisitType]:
        """The kinds of visit that can still be booked."""
        return [kind for kind in self.kinds.values() if not kind.retired]

    def bookable(self, resource: str) -> Bookable:
        try:
            return self.bookables[resource]
        except KeyError:
            raise UnknownCalendar from None

    def calendar(self, resource: str) -> Calendar | None:
        found = self.bookables.get(resource)
        return found.calendar if found else None

    def at_site(self, site: str | None) -> list[Bookable]:
        return [one for one in self.ordered if site is None or one.calendar.site == site]


_clinics: dict[int, Clinic] = {}
_lock = Lock()


def grid_for(now: datetime) -> Grid:
    """Return the grid of this week: from Monday (UTC) before yesterday, ninety days and a margin long."""
    day = now.astimezone(UTC).date() - timedelta(days=1)
    monday = day - timedelta(days=day.weekday())
    base = datetime(monday.year, monday.month, monday.day, tzinfo=UTC)
    return Grid(base, limits.HORIZON_DAYS + _SPARE_DAYS)


def clinic(tenant: int, now: datetime) -> Clinic:
    """Return the tenant's calendars as they stand; one query where nothing moved."""
    tenancy.enter(tenant)
    grid = grid_for(now)
    with _lock:
        found = _clinics.get(tenant)
        if found is None or found.grid != grid:
            found = Clinic(grid)
        numbers = dict(prepared.rows(MOVED, [tenant, tenant, found.all_numbers]))
        if numbers:
            _refresh(found, tenant, numbers)
        _clinics[tenant] = found
        return found


def moved(tenant: int, now: datetime) -> prepared.Statement | None:
    """Return what finds rows if anything has moved since the picture was last looked at; None where there is none."""
    found = _clinics.get(tenant)
    if found is None or found.grid != grid_for(now):
        return None
    return MOVED, [tenant, tenant, found.all_numbers]


def settled(tenant: int, now: datetime) -> Clinic:
    """Return the picture as last looked at, if no hours and no kinds of visit changed since; bookings may have.

    Enough to choose from where the ledger has the last word: a booking asks it anyway, and looks again when told no.
    """
    found = _clinics.get(tenant)
    if found is None or found.grid != grid_for(now):
        return clinic(tenant, now)
    tenancy.enter(tenant)
    numbers = prepared.rows(f"{NUMBERS} AND resource = ANY(%s)", [tenant, [CALENDARS, VISIT_TYPES]])
    same = all(found.numbers.get(resource) == n for resource, n in numbers)
    return found if same else clinic(tenant, now)


def seen(tenant: int, now: datetime) -> Clinic:
    """Return the picture as it was last looked at: for names, kinds and capacities, which seldom change within an act."""
    found = _clinics.get(tenant)
    return found if found is not None and found.grid == grid_for(now) else clinic(tenant, now)


def forget(tenant: int | None = None) -> None:
    """Drop what is remembered; for tests and after a restore."""
    with _lock:
        if tenant is None:
            _clinics.clear()
        else:
            _clinics.pop(tenant, None)


def _refresh(found: Clinic, tenant: int, numbers: dict[str, int]) -> None:
    stale = [resource for resource, n in numbers.items() if found.numbers.get(resource) != n]
    if VISIT_TYPES in stale:
        _load_kinds(found, tenant)
    resources = [one for one in stale if not one.startswith("#")]
    if resources:
        _load_calendars(found, tenant, resources)
        serving = (one for one in found.bookables.values() if not one.calendar.retired)
        found.ordered = tuple(sorted(serving, key=_by_choice))
    found.numbers = numbers
    found.all_numbers = f"{{{','.join(map(str, sorted(numbers.values())))}}}"


def _by_choice(one: Bookable) -> tuple[bool, int, str, str]:
    """Among people the least booked comes first, so that 'anyone' shares the work; among rooms the least special one."""
    person = one.calendar.resource.startswith("Practitioner")
    return not person, one.load if person else len(one.calendar.can), one.calendar.name, one.calendar.resource


def _load_kinds(found: Clinic, tenant: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT code, body::text FROM scheduling_visit_type WHERE tenant = %s", [tenant])
        bodies = {code: orjson.loads(body) for code, body in cursor.fetchall()}
    found.commonest.clear()
    found.kinds = {code: visit_type_of(body) for code, body in bodies.items()}
    found.bodies = bodies


def _load_calendars(found: Clinic, tenant: int, resources: Iterable[str]) -> None:
    wanted = list(resources)
    with connection.cursor() as cursor:
        cursor.execute(
            # By the transaction that wrote it, not by its version: one that was rolled back never comes again.
            "SELECT resource, schedule, xmin::text::bigint, CASE WHEN (%s::jsonb ->> resource)::bigint = xmin::text::bigint"
            " THEN NULL ELSE body::text END FROM scheduling_calendar WHERE tenant = %s AND resource = ANY(%s)",
            [
                orjson.dumps({r: found.versions[r] for r in wanted if r in found.versions}).decode(),
                tenant,
                wanted,
            ],
        )
        calendars = cursor.fetchall()
        bookable = [row[0] for row in calendars]
        taken: dict[str, list[tuple[int | None, str]]] = {resource: [] for resource in bookable}
        if bookable:
            cursor.execute(
                "SELECT resource, lane, cells FROM scheduling_cells(%s, %s, %s, %s)",
                [tenant, bookable, found.grid.base, found.grid.end],
            )
            for resource, lane, cells in cursor.fetchall():
                taken[resource].append((lane, cells))
    for resource, schedule, version, body in calendars:
        if body is None:
            before = found.bookables[resource]
            calendar, opens = before.calendar, before.opens
        else:
            calendar = calendar_of(orjson.loads(body))
            opens = bits.opens_on(found.grid, calendar)
            found.versions[resource] = version
            found.schedules[schedule] = resource
            found.schedule_of[resource] = schedule
            found.commonest.pop(resource, None)  # it may serve other kinds of visit now
        busy = bits.taken_cells(found.grid, calendar.capacity, taken[resource])
        found.bookables[resource] = Bookable(calendar, opens, busy)
