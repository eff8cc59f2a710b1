"""Today: the worklist in its order, who comes, what was promised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from urllib.parse import quote

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from waypost.access import scopes
from waypost.coordination.today import HERE, Visit, expected_on, here_on, tally_of
from waypost.coordination.worklist import queries as worklist
from waypost.coordination.worklist.kinds import POOLS, pools_of
from waypost.coordination.worklist.queries import PAGE_ROWS_MAX, VIEWS, Listed
from waypost.coordination.worklist.ranking import Moment, why_here
from waypost.kernel.dates import say_day
from waypost.registry import queries as registry
from waypost.registry.queries import Person
from waypost.web.frame import today_of
from waypost.web.pages import Page, Request, render_page
from waypost.web.parts import Act, Status
from waypost.web.words import clock, count
from waypost.web.work import items

ARRIVALS_MAX, PROMISES_MAX = 8, 6
PAGES_MAX = 400
STILL_EXPECTED = timedelta(minutes=30)  # after its start a visit is still waited for
PROMISES = frozenset({"promise", "call-back"})
WORDS = {
    "mine": "Mine",
    "team": "Team",
    "unclaimed": "Unclaimed",
    "watching": "Watching",
    "snoozed": "Snoozed",
}
EMPTY = {
    "mine": "Nothing waits for you.",
    "team": "Nothing waits for your team.",
    "unclaimed": "Nothing waits for anyone.",
    "watching": "You watch nothing.",
    "snoozed": "Nothing is put off.",
}


@dataclass(frozen=True, slots=True)
class Row:
    """One item of the list."""

    id: str
    version: int
    url: str
    status: Status
    what: str
    whom: str
    why: str
    act: Act | None
    holder: str


@dataclass(frozen=True, slots=True)
class Arrival:
    at: str
    status: Status
    name: str
    ids: str
    line: str
    url: str


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    url: str
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayPage(Page):
    template: ClassVar[str] = "waypost/work/today.html"
    place: str = "today"
    note: str
    tabs: Sequence[Tab]
    rows: Sequence[Row]
    more: str
    more_url: str
    less_url: str
    empty: str
    free: int  # how many nobody has taken, where one's own list is shown
    pools: Sequence[tuple[str, str]]
    arrivals: Sequence[Arrival]
    visits: str
    promises: Sequence[Row]


@require_safe
def today(request: Request) -> HttpResponse:
    """Show the first page of the day."""
    ctx = request.ctx
    now = today_of(request)
    at = Moment(ctx.now, ctx.zone)
    scope = scopes.for_staff(ctx, "worklist")
    view = request.GET.get("view", "")
    view = view if view in VIEWS else "mine"
    page = _page_number(request)
    pools = pools_of(ctx.actor.roles)
    arrived = here_on(scope, now.date())
    expected = expected_on(scope, now.date(), now - STILL_EXPECTED, ARRIVALS_MAX)
    here = [who for visit in arrived for who in visit.patients]
    counts = worklist.counts(scope, at, pools)
    shown = worklist.listed(scope, view, at, pools, here=here, skip=page * PAGE_ROWS_MAX)
    coming = sorted((*arrived, *expected), key=lambda v: (v.start, v.id))[:ARRIVALS_MAX]
    people = registry.people(scope, [one.patient for one in shown] + [v.patient for v in coming])
    scopes.found(ctx, "Task", sorted(people), action="worklist")
    rows = [_row(one, people.get(one.patient), now, at, view) for one in shown]
    left = counts[view] - (page + 1) * PAGE_ROWS_MAX
    return render_page(
        request,
        TodayPage(
            title=say_day(now.date(), today=now.date()),
            note=f"{clock(now)} · {counts['mine']} for you · {counts['late']} late · {counts['today']} due today"
            f" · {counts['unclaimed']} unclaimed",
            tabs=[
                Tab(f"{WORDS[one]} {counts[one]:,}", _address(one, 0), one == view)
                for one in VIEWS
                if counts[one] or one in {"mine", "team", "unclaimed", view}
            ],
            rows=rows,
            more=f"The next {min(left, PAGE_ROWS_MAX)} of {counts[view]:,}" if left > 0 else "",
            more_url=_address(view, page + 1),
            less_url=_address(view, page - 1) if page else "",
            empty=EMPTY[view],
            free=counts["unclaimed"] if view == "mine" else 0,
            pools=[(pool.code, pool.name) for pool in POOLS],
            arrivals=[_arrival(v, people.get(v.patient), now) for v in coming],
            visits=_visits(tally_of(scope, now.date())),
            promises=[
                row for row, one in zip(rows, shown, strict=True) if view == "mine" and one.kind in PROMISES
            ][:PROMISES_MAX],
        ),
    )


def _page_number(request: Request) -> int:
    text = request.GET.get("page", "")
    return (
        min(int(text) - 1, PAGES_MAX)
        if text.isascii() and text.isdigit() and 0 < len(text) < 4 and int(text)
        else 0
    )


def _address(view: str, page: int) -> str:
    parts = [f"view={quote(view)}"] if view != "mine" else []
    parts += [f"page={page + 1}"] if page else []
    return f"{reverse('today')}{'?' if parts else ''}{'&'.join(parts)}"


def _row(one: Listed, person: Person | None, now: datetime, at: Moment, view: str) -> Row:
    said = items.why_of(one.task)
    stands = why_here(one.standing, at)
    return Row(
        id=one.version.id,
        version=one.version.version,
        url=reverse("work", args=[one.version.id]),
        status=items.status_of(one, now),
        what=items.what_of(one.task),
        whom=items.two_ids(person),
        why=f"{stands} {said}".strip(),
        act=items.next_act(one),
        holder="" if view == "mine" else items.holder_of(one),
    )


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
