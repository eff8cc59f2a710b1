"""Who comes today: a card beside the worklist, kept up to date while the page is open."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.template.loader import render_to_string
from django.urls import reverse

from waypost.access import scopes
from waypost.coordination.today import HERE, Visit, expected_on, here_on, tally_of
from waypost.kernel.context import Context
from waypost.kernel.dates import read_moment
from waypost.kernel.scope import Scope
from waypost.records.watching import Change
from waypost.registry import queries as registry
from waypost.registry.queries import Person
from waypost.web.live.views import Given, Shown, Touches, View, register
from waypost.web.parts import Status
from waypost.web.words import clock, count, local
from waypost.web.work import items

ARRIVALS_MAX = 8
STILL_EXPECTED = timedelta(minutes=30)  # after its start a visit is still waited for


@dataclass(frozen=True, slots=True)
class Arrival:
    at: str
    status: Status
    name: str
    ids: str
    line: str
    url: str


@dataclass(frozen=True, slots=True)
class Coming:
    """Those in the building and those who come next; `tally` counts the day's visits by state."""

    arrived: Sequence[Visit]
    next: Sequence[Visit]
    tally: Mapping[str, int]

    @property
    def here(self) -> list[str]:
        return [who for visit in self.arrived for who in visit.patients]


def read(scope: Scope, now: datetime) -> Coming:
    arrived = here_on(scope, now.date())
    expected = expected_on(scope, now.date(), now - STILL_EXPECTED, ARRIVALS_MAX)
    return Coming(
        arrived,
        sorted((*arrived, *expected), key=lambda v: (v.start, v.id))[:ARRIVALS_MAX],
        tally_of(scope, now.date()),
    )


def shown(coming: Coming, people: Mapping[str, Person], now: datetime) -> Shown:
    arrivals = [_arrival(visit, people.get(visit.patient), now) for visit in coming.next]
    part = render_to_string(
        "waypost/work/comes.html", {"visits": _visits(coming.tally), "arrivals": arrivals}
    )
    return Shown({"comes": part}, {"comes": [visit.patient for visit in coming.next]})


def _arrival(visit: Visit, person: Person | None, now: datetime) -> Arrival:
    start = visit.start.astimezone(now.tzinfo)
    if visit.status in HERE:
        status = Status("ok", "Arrived")
    elif start < now:
        status = Status("late", "Not here yet")
    else:
        status = Status("info", "Expected")
    return Arrival(
        at=clock(start),
        status=status,
        name=person.name if person else "Patient",
        ids=items.ids_of(person),
        line=" · ".join(part for part in (visit.what, visit.clinician) if part),
        url=reverse("visit", args=[visit.id]),
    )


def _visits(tally: Mapping[str, int]) -> str:
    if not tally:
        return "No visits today."
    here = sum(tally.get(state, 0) for state in HERE)
    parts = [count(sum(tally.values()), "visit"), f"{here} here now", f"{tally.get('fulfilled', 0)} done"]
    missed = tally.get("noshow", 0)
    return " · ".join(parts + ([f"{missed} did not come"] if missed else []))


def _key(ctx: Context, given: Given) -> str:
    scopes.for_search(
        ctx, "Appointment"
    )  # refuses whoever may see no visits; to all others they are the same
    return ctx.zone


def _render(ctx: Context, zone: str) -> Shown:
    scope, now = scopes.for_search(ctx, "Appointment"), local(ctx.now, zone)
    coming = read(scope, now)
    return shown(coming, registry.people(scope, [visit.patient for visit in coming.next]), now)


def _touches(tenant: int, changes: Sequence[Change]) -> Touches:
    """Say whether a visit of about now has changed; no clock is known here but that of the changes themselves."""
    touched = any(
        abs((at.date() - filed.date()).days) <= 1
        for change in changes
        for filed in [read_moment((change.after.get("meta") or {}).get("lastUpdated"))]
        for one in (change.before, change.after)
        if filed and (at := read_moment(one.get("start")))
    ) or any(not change.text for change in changes)
    return lambda zone: touched


COMES = register(
    View(
        name="comes",
        what="Appointment",
        types=frozenset({"Appointment"}),
        key=_key,
        render=_render,
        touches=_touches,
        every_seconds=60,
    )
)
