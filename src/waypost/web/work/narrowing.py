"""Narrowing the worklist, and keeping what it was narrowed to under a name."""

from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from waypost.coordination.worklist import views
from waypost.coordination.worklist.kinds import KINDS, POOL_NAMES
from waypost.coordination.worklist.queries import VIEWS
from waypost.coordination.worklist.views import DUE, Filters
from waypost.web import asked
from waypost.web.pages import Request, done, go_to

KIND_NAMES = {one.code: one.name for one in KINDS}
NAMES = ("team", "kind", "due", "here")
DUE_WORDS = (("late", "Late"), ("today", "Late or due today"), ("week", "Within a week"))


def filters_of(given: Mapping[str, str]) -> Filters:
    """Read what the list is narrowed to; what is not known narrows nothing."""
    team, kind, due = given.get("team", ""), given.get("kind", ""), given.get("due", "")
    return Filters(
        team=team if team in POOL_NAMES else "",
        kind=kind if kind in KIND_NAMES else "",
        due=due if due in DUE else "",
        here=given.get("here") == "1",
    )


def query_of(filters: Filters) -> dict[str, str]:
    found = {"team": filters.team, "kind": filters.kind, "due": filters.due, "here": "1" if filters.here else ""}
    return {name: value for name, value in found.items() if value}


def address(view: str, filters: Filters, page: int = 0) -> str:
    more = ({"view": view} if view != "mine" else {}) | query_of(filters) | ({"page": str(page + 1)} if page else {})
    return f"{reverse('today')}{'?' if more else ''}{urlencode(more)}"


@require_POST
def keep(request: Request) -> HttpResponse:
    """Keep the list as it is narrowed, under a name, for oneself or a team."""
    given = {name: str(value) for name, value in request.POST.items()}
    view = given.get("view", "")
    filters, share = filters_of(given), given.get("share", "")
    views.save(request.ctx, asked.text(request.POST, "name", views.NAME_CHARACTERS_MAX), filters, share if share in POOL_NAMES else "")
    done(request, "The view is kept.")
    return go_to(request, address(view if view in VIEWS else "team", filters))


@require_POST
def drop(request: Request) -> HttpResponse:
    """Take a view of one's own away."""
    try:
        views.remove(request.ctx, UUID(request.POST.get("id", "")))
    except ValueError:
        return go_to(request, "today")
    done(request, "The view is gone.")
    return go_to(request, "today")
