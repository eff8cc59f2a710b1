"""Today: the worklist in its order, who comes, what was promised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from waypost.access import scopes
from waypost.coordination.contacts import attempts
from waypost.coordination.contacts.queries import of_tasks as contacts_of
from waypost.coordination.contacts.reading import Contact
from waypost.coordination.cover.queries import standing as covers_of
from waypost.coordination.worklist import escalating, repeating, views
from waypost.coordination.worklist import queries as worklist
from waypost.coordination.worklist.actions import may_close
from waypost.coordination.worklist.kinds import OTHER, POOL_NAMES, POOLS, kind_of
from waypost.coordination.worklist.queries import COUNT_MAX, PAGE_ROWS_MAX, Listed
from waypost.coordination.worklist.ranking import Moment, why_here
from waypost.coordination.worklist.views import Filters
from waypost.kernel.dates import say_day
from waypost.registry import queries as registry
from waypost.registry.queries import Person
from waypost.web.frame import today_of
from waypost.web.live.views import Live, live
from waypost.web.pages import Page, Request, render_page
from waypost.web.park import views as shelf
from waypost.web.parts import Act, Status
from waypost.web.words import clock
from waypost.web.work import comes, cover, items, narrowing, today_live

PROMISES_MAX = 6
PROMISES = frozenset({"promise", "call-back"})
EMPTY = {
    "mine": "Nothing waits for you.",
    "team": "Nothing waits for your team.",
    "unclaimed": "Nothing waits for anyone.",
    "watching": "You watch nothing.",
    "snoozed": "Nothing is put off.",
    "blocked": "Nothing waits for other work.",
    "escalated": "Nothing is late enough to have gone up.",
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
    nurses: bool  # only licensed staff may end it, and the reader is not: it can be handed to them


@dataclass(frozen=True, slots=True)
class SavedTab:
    """A view that was kept under a name; one's own can be removed."""

    id: str
    name: str
    url: str
    here: bool
    own: bool
    shared: str


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
    covers: Sequence[cover.Notice]
    parked: Sequence[shelf.Row]
    filters: Filters
    narrowed: bool
    view: str
    kinds: Sequence[tuple[str, str]]
    dues: Sequence[tuple[str, str]]
    saved: Sequence[SavedTab]


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
    filters, standing = asked.filters, covers_of(scope, asked.who, ctx.now)
    counts = today_live.counted(scope, at, asked, standing)
    shown = worklist.listed(
        scope, view, at, asked.pools, here=coming.here, skip=page * PAGE_ROWS_MAX, cover=standing, filters=filters
    )
    people = registry.people(scope, [one.patient for one in shown] + [v.patient for v in coming.next])
    scopes.found(ctx, "Task", sorted(people), action="worklist")
    contacts = contacts_of(scope, [one.version.id for one in shown])
    rows = [_row(one, people.get(one.patient), now, at, view, contacts, ctx.actor.roles) for one in shown]
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
            more=_more(page, counts[view], len(shown), narrowed=filters.any),
            more_url=narrowing.address(view, filters, page + 1),
            less_url=narrowing.address(view, filters, page - 1) if page else "",
            empty="Nothing fits this view." if filters.any else EMPTY[view],
            free=counts["unclaimed"] if view == "mine" and not filters.any else 0,
            pools=[(pool.code, pool.name) for pool in POOLS],
            promises=[
                row for row, one in zip(rows, shown, strict=True) if view == "mine" and one.kind in PROMISES
            ][:PROMISES_MAX],
            covers=cover.notices(request, standing),
            parked=shelf.rows_of(request),
            filters=filters,
            narrowed=filters.any,
            view=view,
            kinds=tuple(narrowing.KIND_NAMES.items()),
            dues=narrowing.DUE_WORDS,
            saved=_saved(request, filters, asked.pools),
        ),
    )


def _more(page: int, every: int, here: int, *, narrowed: bool) -> str:
    """Say what the next page holds. A long or narrowed list is not counted to its end: a full page may have another."""
    if narrowed or every > COUNT_MAX:
        of = "" if narrowed else f" of {today_live.said(every)}"
        return f"The next {PAGE_ROWS_MAX}{of}" if here == PAGE_ROWS_MAX else ""
    left = every - (page + 1) * PAGE_ROWS_MAX
    return f"The next {min(left, PAGE_ROWS_MAX)} of {every:,}" if left > 0 else ""


def _saved(request: Request, filters: Filters, pools: Sequence[str]) -> list[SavedTab]:
    return [
        SavedTab(str(one.id), one.name, narrowing.address("team", one.filters), filters.any and one.filters == filters, one.own,
                 POOL_NAMES.get(one.team, ""))
        for one in views.mine(request.ctx, pools)
    ]  # fmt: skip


def _row(
    one: Listed,
    person: Person | None,
    now: datetime,
    at: Moment,
    view: str,
    contacts: Mapping[str, Sequence[Contact]],
    roles: frozenset[str],
) -> Row:
    again = repeating.read(one.task)
    kind = kind_of(one.kind, now.date()) or OTHER
    parts = [
        "Waits until other work has ended." if view == "blocked" else why_here(one.standing, at),
        items.why_of(one.task),
        attempts.tried(contacts.get(one.version.id, ()), one.kind, at.now, at.zone).words,
        escalating.says(one.kind, one.standing, at.now, at.zone, owned=bool(one.owner)),
        f"Comes {again.say()}." if again else "",
    ]
    return Row(
        id=one.version.id,
        version=one.version.version,
        url=reverse("work", args=[one.version.id]),
        status=Status("", "Waits") if view == "blocked" else items.status_of(one, now),
        what=items.what_of(one.task),
        whom=items.two_ids(person),
        why=" ".join(part for part in parts if part),
        act=items.next_act(one),
        holder="" if view == "mine" else items.holder_of(one),
        nurses=not may_close(roles, kind) and one.pool != "nurses",
    )
