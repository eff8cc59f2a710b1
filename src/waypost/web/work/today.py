"""Today: the worklist in its order, who comes, what was promised."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from waypost.access import scopes
from waypost.coordination.worklist import queries as worklist
from waypost.coordination.worklist.kinds import POOLS
from waypost.coordination.worklist.queries import PAGE_ROWS_MAX, Listed
from waypost.coordination.worklist.ranking import Moment, why_here
from waypost.kernel.dates import say_day
from waypost.registry import queries as registry
from waypost.registry.queries import Person
from waypost.web.frame import today_of
from waypost.web.live.views import Live, live
from waypost.web.pages import Page, Request, render_page
from waypost.web.parts import Act, Status
from waypost.web.words import clock
from waypost.web.work import comes, items, today_live

PROMISES_MAX = 6
PROMISES = frozenset({"promise", "call-back"})
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


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayPage(Page):
    template: ClassVar[str] = "waypost/work/today.html"
    place: str = "today"
    live: Live
    note: str
    tabs: str
    rows: Sequence[Row]
    more: str
    more_url: str
    less_url: str
    empty: str
    free: int  # how many nobody has taken, where one's own list is shown
    pools: Sequence[tuple[str, str]]
    comes: str
    promises: Sequence[Row]


@require_safe
def today(request: Request) -> HttpResponse:
    """Show the first page of the day."""
    ctx = request.ctx
    now = today_of(request)
    at = Moment(ctx.now, ctx.zone)
    scope = scopes.for_staff(ctx, "worklist")
    asked = today_live.asked(ctx, request.GET)
    view, page = asked.view, asked.page
    coming = comes.read(scope, now)
    counts = worklist.counts(scope, at, asked.pools)
    shown = worklist.listed(scope, view, at, asked.pools, here=coming.here, skip=page * PAGE_ROWS_MAX)
    people = registry.people(scope, [one.patient for one in shown] + [v.patient for v in coming.next])
    scopes.found(ctx, "Task", sorted(people), action="worklist")
    rows = [_row(one, people.get(one.patient), now, at, view) for one in shown]
    left = counts[view] - (page + 1) * PAGE_ROWS_MAX
    parts = today_live.shown(asked, counts, now, [f"{row.id}:{row.version}" for row in rows])
    who_comes = comes.shown(coming, people, now)
    note, tabs = parts.parts.values()
    return render_page(
        request,
        TodayPage(
            title=say_day(now.date(), today=now.date()),
            live=live({"today": parts, "comes": who_comes}, asked.pairs(), at=clock(now), refresh=request.get_full_path()),
            note=note,
            tabs=tabs,
            comes=who_comes.parts["comes"],
            rows=rows,
            more=f"The next {min(left, PAGE_ROWS_MAX)} of {counts[view]:,}" if left > 0 else "",
            more_url=today_live.address(view, page + 1),
            less_url=today_live.address(view, page - 1) if page else "",
            empty=EMPTY[view],
            free=counts["unclaimed"] if view == "mine" else 0,
            pools=[(pool.code, pool.name) for pool in POOLS],
            promises=[
                row for row, one in zip(rows, shown, strict=True) if view == "mine" and one.kind in PROMISES
            ][:PROMISES_MAX],
        ),
    )


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
