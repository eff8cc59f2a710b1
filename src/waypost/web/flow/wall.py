"""The screen of a waiting room: a first initial and the number that is called. No name, no birth date, no kind of visit."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import Http404, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.views.decorators.http import require_safe

from waypost.access import scopes
from waypost.coordination.flow import queries, steps
from waypost.coordination.flow.queries import InFlow
from waypost.coordination.flow.steps import Step
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day
from waypost.kernel.problem import Problem
from waypost.registry import queries as registry
from waypost.scheduling.queries.clinic import clinic
from waypost.web import asked
from waypost.web.flow import links
from waypost.web.live.views import Live, Shown, View, live, register
from waypost.web.pages import Page, Request, go_to, render_page
from waypost.web.schedule.sites import site_names
from waypost.web.words import clock, local

TOKEN_CHARACTERS_MAX = 400


@dataclass(frozen=True, slots=True)
class Called:
    who: str
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WallPage(Page):
    template: ClassVar[str] = "waypost/flow/wall.html"
    wall: "Wall"
    live: Live


@dataclass(frozen=True, slots=True)
class Wall:
    """What hangs there, and who is meant by it, for the audit."""

    site: str  # in words
    called: Sequence[Called]
    waiting: Sequence[Called]
    patients: Sequence[str]


class WallEnded(Problem):
    code, status, issue = "web.wall-ended", 404, "not-found"
    title, remedy = "This screen’s link has ended.", "Open a new one from the clinic flow, “Wall view”."


@require_safe
def wall_link(request: Request) -> HttpResponse:
    """Go to the wall view of a site by a link that works without signing in."""
    site = asked.id_(request.GET, "site")
    return go_to(request, "wall", links.wall_token(request.ctx.tenant, f"Location/{site}" if site else ""))


@require_safe
def wall(request: Request, token: str) -> HttpResponse:
    """Show who is called where, and who waits; kept up to date while it hangs there."""
    tenant, site = links.read_wall(token)
    ctx = links.walls_context(tenant, site)
    drawn = read(ctx, site, look=True)
    scopes.found(ctx, "Appointment", list(drawn.patients), action="wall")
    at = clock(local(ctx.now, ctx.zone))
    page = WallPage(
        title=drawn.site or "Waiting room", wall=drawn,
        live=live({"wall": shown(drawn)}, {"wall": token}, at=at, refresh=reverse("wall", args=[token])),
    )  # fmt: skip
    return render_page(request, page)


def shown(drawn: Wall) -> Shown:
    parts = {f"wall-{part}": render_to_string(f"waypost/flow/wall_{part}.html", {"wall": drawn}) for part in ("called", "waiting")}
    return Shown(parts, {"wall-called": drawn.patients})


def _guest(given: Any) -> Context:
    """Return the Context of the screen that holds a link. Raises WallEnded."""
    try:
        return links.walls_context(*links.read_wall(asked.text(given, "wall", TOKEN_CHARACTERS_MAX)))
    except Http404:
        raise WallEnded from None


def _key(ctx: Context, given: Any) -> str:
    return links.read_wall(asked.text(given, "wall", TOKEN_CHARACTERS_MAX))[1]


WALL = register(View(
    name="wall", what="Appointment", types=frozenset({"Appointment", "Encounter"}), key=_key, guest=_guest,
    render=lambda ctx, site: shown(read(ctx, site, look=False)), every_seconds=60,
))  # fmt: skip


def read(ctx: Context, site: str, *, look: bool) -> Wall:
    today = local_day(ctx.now, ctx.zone)
    since, _ = queries.bounds(today, ctx.zone)
    scope = scopes.for_flow(ctx, since, "wall", look=look, what=site or None)
    here = clinic(ctx.tenant, ctx.now)
    people = [one for one in queries.day(scope, today, site=site) if one.flow.number]
    known = registry.people(scope, [one.patient for one in people])
    rooms = {room.ref: room.name for room in queries.rooms(here, site, people)}
    mark = {one.patient: _initial(known[one.patient].name) for one in people if one.patient in known}
    said = sorted(people, key=lambda one: (one.flow.since or one.start, one.visit.id), reverse=True)
    called = [one for one in said if one.step is Step.ROOMED]
    waiting = [one for one in reversed(said) if one.step in steps.WAITING]
    return Wall(
        site=site_names(scope, here).get(site, ""),
        called=[Called(_who(one, mark), rooms.get(one.flow.room, "")) for one in called],
        waiting=[Called(_who(one, mark)) for one in waiting],
        patients=[one.patient for one in (*called, *waiting)],
    )


def _initial(name: str) -> str:
    """Return the first letter of the given name of 'Castillo, Marisol'."""
    given = name.partition(", ")[2] or name
    return given[:1].upper()


def _who(one: InFlow, mark: dict[str, str]) -> str:
    return " ".join(part for part in (mark.get(one.patient, ""), str(one.flow.number)) if part)
