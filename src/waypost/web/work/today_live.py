"""Today's list while it is open. It counts and says what is new; the rows stay where they are until the reader asks."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.template.loader import render_to_string
from django.utils.html import format_html

from waypost.access import scopes
from waypost.coordination.cover.queries import standing as covers_of
from waypost.coordination.cover.reading import Standing as Cover
from waypost.coordination.today import HERE, here_on
from waypost.coordination.worklist import queries as worklist
from waypost.coordination.worklist.kinds import pools_of
from waypost.coordination.worklist.queries import COUNT_MAX, PAGE_ROWS_MAX, VIEWS
from waypost.coordination.worklist.ranking import Moment
from waypost.coordination.worklist.views import Filters
from waypost.kernel.context import Context
from waypost.kernel.scope import Scope
from waypost.records.watching import Change
from waypost.web.live.views import Given, Shown, Touches, View, register
from waypost.web.words import clock, local
from waypost.web.work import narrowing

PAGES_MAX = 400
ALWAYS = frozenset({"mine", "team", "unclaimed"})
WORDS = {
    "mine": "Mine",
    "team": "Team",
    "unclaimed": "Unclaimed",
    "watching": "Watching",
    "snoozed": "Snoozed",
    "blocked": "Waiting",
    "escalated": "Escalated",
}


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    url: str
    here: bool


@dataclass(frozen=True, slots=True)
class Asked:
    """Whose list, which view of it and which page."""

    who: str  # id of the Practitioner
    pools: tuple[str, ...]
    view: str
    page: int
    filters: Filters
    supervisor: bool  # what has gone up is theirs

    def pairs(self) -> dict[str, str]:
        page = {"page": str(self.page + 1)} if self.page else {"page": ""}
        return {"view": self.view} | page | narrowing.query_of(self.filters)


def asked(ctx: Context, given: Given) -> Asked:
    view, page = str(given.get("view") or ""), str(given.get("page") or "")
    number = int(page) if page.isascii() and page.isdigit() and len(page) < 4 else 0
    return Asked(
        who=ctx.actor.practitioner or "",
        pools=pools_of(ctx.actor.roles),
        view=view if view in VIEWS else "mine",
        page=min(max(number - 1, 0), PAGES_MAX),
        filters=narrowing.filters_of({name: str(given.get(name) or "") for name in narrowing.NAMES}),
        supervisor="supervisor" in ctx.actor.roles,
    )


def said(count: int) -> str:
    """Return a count of a view as it is said; beyond what is counted, '1,000+'."""
    return f"{COUNT_MAX:,}+" if count > COUNT_MAX else f"{count:,}"


def counted(scope: Scope, at: Moment, wanted: Asked, cover: Cover) -> dict[str, int]:
    """Return what `shown` says; only a supervisor is told what has been escalated."""
    views = [view for view in VIEWS if view != "escalated" or wanted.supervisor or wanted.view == view]
    return worklist.counts(scope, at, wanted.pools, cover, views=views)


def shown(wanted: Asked, counts: Mapping[str, int], now: datetime, rows: Sequence[str]) -> Shown:
    """Return the line beside the title and the tabs, and which items the page of the list holds by now."""
    note = (
        f"{clock(now)} · {said(counts['mine'])} for you · {said(counts['late'])} late · {said(counts['today'])} due today"
        f" · {said(counts['unclaimed'])} unclaimed"
    )
    tabs = [
        Tab(f"{WORDS[one]} {said(counts[one])}", narrowing.address(one, Filters()), one == wanted.view)
        for one in VIEWS
        if one == wanted.view or one in ALWAYS or counts[one]
    ]
    return Shown(
        {
            "today-note": format_html('<span class="note nums" id="today-note">{}</span>', note),
            "today-tabs": render_to_string("waypost/work/tabs.html", {"tabs": tabs}),
        },
        rows=rows,
    )


def _key(ctx: Context, given: Given) -> Asked:
    scopes.for_search(ctx, "Task")  # refuses whoever may see no work
    return asked(ctx, given)


def _render(ctx: Context, wanted: Asked) -> Shown:
    scope, at = scopes.for_search(ctx, "Task"), Moment(ctx.now, ctx.zone)
    now = local(ctx.now, ctx.zone)
    here = [who for visit in here_on(scope, now.date()) for who in visit.patients]
    cover = covers_of(scope, wanted.who, at.now)
    rows = worklist.standing(
        scope, wanted.view, at, wanted.pools, here=here, skip=wanted.page * PAGE_ROWS_MAX, cover=cover, filters=wanted.filters
    )
    return shown(wanted, counted(scope, at, wanted, cover), now, rows)


def _touches(tenant: int, changes: Sequence[Change]) -> Touches:
    """Say in whose lists something has changed: in whose it stood or stands, or whose patient has come or gone."""
    tasks: list[Any] = []
    moved: set[str] = set()
    for change in changes:
        if change.type == "Task":
            tasks += [one for one in (change.before, change.after) if one]
        elif (change.before.get("status") in HERE) != (change.after.get("status") in HERE):
            moved |= {who for one in (change.before, change.after) for who in _patients(one)}
    hands = worklist.hands_of(tenant, tasks, moved)

    def touches(wanted: Asked) -> bool:
        return f"Practitioner/{wanted.who}" in hands.owners or not hands.pools.isdisjoint({*wanted.pools, ""})

    return touches


def _patients(visit: Mapping[str, Any]) -> list[str]:
    actors = [
        ((p.get("actor") or {}).get("reference") or "").partition("/") for p in visit.get("participant") or ()
    ]
    return [tail for head, _, tail in actors if head == "Patient"]


TODAY = register(
    View(
        name="today",
        what="Task",
        types=frozenset({"Appointment", "Task"}),
        key=_key,
        render=_render,
        touches=_touches,
        every_seconds=60,
        rest_seconds=5.0,
    )
)
