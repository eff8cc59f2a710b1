"""The screen of a waiting room: a first initial and the number that is called. No name, no birth date, no kind of visit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from waypost.access import scopes
from waypost.coordination.flow import queries, steps
from waypost.coordination.flow.queries import InFlow
from waypost.coordination.flow.steps import Step
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day
from waypost.registry import queries as registry
from waypost.scheduling.queries.clinic import clinic
from waypost.web import asked
from waypost.web.flow import links
from waypost.web.pages import Page, Request, go_to, render_page
from waypost.web.schedule.sites import site_names
from waypost.web.words import clock, local


@dataclass(frozen=True, slots=True)
class Called:
    who: str
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WallPage(Page):
    template: ClassVar[str] = "waypost/flow/wall.html"
    site: str
    at: str
    called: Sequence[Called]
    waiting: Sequence[Called]
    here: str


@require_safe
def wall_link(request: Request) -> HttpResponse:
    """Go to the wall view of a site by a link that works without signing in."""
    site = asked.id_(request.GET, "site")
    return go_to(request, "wall", links.wall_token(request.ctx.tenant, f"Location/{site}" if site else ""))


@require_safe
def wall(request: Request, token: str) -> HttpResponse:
    """Show who is called where, and who waits."""
    tenant, site = links.read_wall(token)
    ctx = links.walls_context(tenant)
    called, waiting, name = read(ctx, site)
    page = WallPage(
        title=name or "Waiting room", site=name, at=clock(local(ctx.now, ctx.zone)), called=called, waiting=waiting,
        here=reverse("wall", args=[token]),
    )  # fmt: skip
    return render_page(request, page)


def read(ctx: Context, site: str) -> tuple[list[Called], list[Called], str]:
    today = local_day(ctx.now, ctx.zone)
    since, _ = queries.bounds(today, ctx.zone)
    scope = scopes.for_flow(ctx, since, "wall", what=site or None)
    here = clinic(ctx.tenant, ctx.now)
    people = [one for one in queries.day(scope, today, site=site) if one.flow.number]
    known = registry.people(scope, [one.patient for one in people])
    rooms = {room.ref: room.name for room in queries.rooms(here, site, people)}
    mark = {one.patient: _initial(known[one.patient].name) for one in people if one.patient in known}
    said = sorted(people, key=lambda one: (one.flow.since or one.start, one.visit.id), reverse=True)
    called = [Called(_who(one, mark), rooms.get(one.flow.room, "")) for one in said if one.step is Step.ROOMED]
    waiting = [Called(_who(one, mark)) for one in reversed(said) if one.step in steps.WAITING]
    return called, waiting, site_names(scope, here).get(site, "")


def _initial(name: str) -> str:
    """Return the first letter of the given name of 'Castillo, Marisol'."""
    given = name.partition(", ")[2] or name
    return given[:1].upper()


def _who(one: InFlow, mark: dict[str, str]) -> str:
    return " ".join(part for part in (mark.get(one.patient, ""), str(one.flow.number)) if part)
