"""Find times: the finder, fed from the ledger."""

from dataclasses import replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import connection

from waypost.access import queries as access_queries
from waypost.kernel.clock import Clock, SystemClock
from waypost.kernel.scope import Scope
from waypost.kernel.spans import Span, union
from waypost.records import prepared, tenancy
from waypost.scheduling import limits
from waypost.scheduling.queries.clinic import Clinic, clinic
from waypost.scheduling.rules import bits, finder
from waypost.scheduling.rules.wishes import FindWish, FoundTimes, Surroundings, Trip

__all__ = ["FindWish", "FoundTimes", "find_times", "surroundings"]


def find_times(scope: Scope, wish: FindWish, *, clock: Clock | None = None) -> FoundTimes:
    """Return the best times for a wish, how many there are, and what to relax where there are few."""
    now = (clock or SystemClock()).now()
    here = clinic(scope.tenant, now)
    kind = here.kind(wish.visit_type)
    return finder.find(kind, wish, surroundings(scope.tenant, here, now, wish))


def surroundings(tenant: int, here: Clinic, now: datetime, wish: FindWish) -> Surroundings:
    """Return what the finder looks at: calendars, and what is known of the patient's time, trips and providers."""
    around = Surroundings(here.grid, now, here.ordered)
    if wish.instead_of is not None:
        around = replace(around, bookables=_without(tenant, here, wish.instead_of))
    if wish.patient is None:
        return around
    tenancy.enter(tenant)
    rows = prepared.rows(
        "SELECT mine.starts, mine.ends, other.resource FROM scheduling_booking mine"
        " LEFT JOIN scheduling_booking other ON other.tenant = mine.tenant AND other.appointment = mine.appointment"
        " AND other.part <> mine.part AND other.kind = 'visit'"
        " WHERE mine.tenant = %s AND mine.resource = %s AND mine.appointment <> %s"
        " AND (mine.hold_until IS NULL OR mine.hold_until > %s)",
        [tenant, f"Patient/{wish.patient}", wish.instead_of or "", now],
    )
    team = {f"Practitioner/{id_}" for id_ in access_queries.care_team(tenant, wish.patient, now)}
    busy, trips, seen = [], {}, set(team)
    for starts, ends, other in rows:
        if ends > now:
            busy.append(Span(starts, ends))
        if other is None:
            continue
        calendar = here.calendar(other)
        if other.startswith("Practitioner/"):
            seen.add(other)
        if calendar is not None and starts > now:
            day = starts.astimezone(ZoneInfo(calendar.zone)).date()
            trips[day, calendar.site] = min(trips.get((day, calendar.site), starts), starts)
    return replace(
        around,
        patient_busy=union(busy),
        trips=tuple(Trip(day, site, start) for (day, site), start in sorted(trips.items())),
        known=frozenset(seen),
    )


def _without(tenant: int, here: Clinic, appointment: str) -> tuple[bits.Bookable, ...]:
    """Return the calendars with the time of one appointment, which is to be moved, given back."""
    tenancy.enter(tenant)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT resource, starts, ends, lane FROM scheduling_booking WHERE tenant = %s AND appointment = %s",
            [tenant, appointment],
        )
        rows = cursor.fetchall()
    freed: dict[str, list[tuple[Span, int | None]]] = {}
    for resource, starts, ends, lane in rows:
        freed.setdefault(resource, []).append((Span(starts, ends), lane))
    found = []
    for one in here.ordered:
        mine = freed.get(one.calendar.resource)
        if not mine:
            found.append(one)
            continue
        margin = timedelta(minutes=limits.CELL_MINUTES)
        first, last = min(s.start for s, _ in mine) - margin, max(s.end for s, _ in mine) + margin
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT starts, ends, CASE kind WHEN 'block' THEN NULL ELSE lane END FROM scheduling_rows(%s, %s, %s, %s) WHERE appointment <> %s",
                [tenant, [one.calendar.resource], first, last, appointment],
            )
            others = cursor.fetchall()
        back = here.grid.outer([s for s, _ in mine])
        again = bits.taken_on(here.grid, one.calendar.capacity, others)
        taken = tuple((lane & ~back) | extra for lane, extra in zip(one.taken, again, strict=True))
        found.append(bits.Bookable(one.calendar, one.opens, taken))
    return tuple(found)
