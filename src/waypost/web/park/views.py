"""Park a form, see what is parked, take it up again or drop it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import orjson
from django.http import HttpResponse, JsonResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from waypost.access import scopes
from waypost.coordination.parking import actions, queries
from waypost.coordination.parking.actions import ParkWish
from waypost.coordination.problems import ParkedGone
from waypost.kernel.dates import say_moment, say_short
from waypost.registry import queries as registry
from waypost.web import asked
from waypost.web.frame import today_of
from waypost.web.pages import Page, Request, done, go_to, render_page
from waypost.web.park.shelf import FIELD, back_to, id_of, note
from waypost.web.work.items import two_ids

SECRETS = ("csrfmiddlewaretoken", "password", "credential")
PLACE_CHARACTERS_MAX, TITLE_CHARACTERS_MAX, FIELDS_MAX = 500, 120, 1000


@dataclass(frozen=True, slots=True)
class Row:
    """One parked form."""

    id: str
    title: str
    whom: str
    at: str
    goes: str  # 'goes on Dec 1' once that is near
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedPage(Page):
    template: ClassVar[str] = "waypost/park/parked.html"
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class OneParkedPage(Page):
    template: ClassVar[str] = "waypost/park/one.html"
    id: str
    whom: str
    back: str
    typed: Sequence[tuple[str, str]]


@require_POST
def park(request: Request) -> HttpResponse:
    """Put a form on the shelf and be free for the phone."""
    where = asked.text(request.POST, "at", PLACE_CHARACTERS_MAX)
    if not where.startswith("/") or not url_has_allowed_host_and_scheme(where, allowed_hosts=None):
        raise ParkedGone
    actions.park(
        request.ctx,
        ParkWish(
            place=where,
            title=asked.text(request.POST, "title", TITLE_CHARACTERS_MAX) or "A form",
            typed=_typed(request.POST.get("typed", "")),
            focus=asked.text(request.POST, "focus", TITLE_CHARACTERS_MAX),
            patient=asked.id_(request.POST, "patient"),
            again=id_of(request.POST.get("again", "")),
        ),
    )
    note(request, queries.mine(request.ctx))
    done(request, "Parked, with all you typed.")
    to = request.POST.get("to", "")
    safe = to.startswith("/") and url_has_allowed_host_and_scheme(to, allowed_hosts=None)
    return go_to(request, to if safe else "parked")


@require_safe
def parked(request: Request) -> HttpResponse:
    """Show what one has parked."""
    return render_page(request, ParkedPage(title="Parked", place="today", rows=rows_of(request)))


@require_safe
def one(request: Request, id: str) -> HttpResponse:
    """Show one parked form: what was typed, and the way back into it."""
    found = _one(request, id)
    people = registry.people(scopes.for_staff(request.ctx, what="Patient", patient=found.patient), [found.patient]) if found.patient else {}
    page = OneParkedPage(
        title=found.title,
        place="today",
        back=back_to(found),
        id=str(found.id),
        whom=two_ids(people.get(found.patient)),
        typed=[(name, value) for name, value in found.typed if value and not _quiet(name)],
    )
    return render_page(request, page)


@require_safe
def typed(request: Request, id: str) -> HttpResponse:
    """Hand the page that takes a form up again what was typed, and in which field one stood."""
    found = _one(request, id)
    answer = JsonResponse({"typed": found.typed, "focus": found.focus})
    answer["Cache-Control"] = "no-store"
    return answer


@require_POST
def drop(request: Request, id: str) -> HttpResponse:
    """Take a parked form off the shelf unsent."""
    found = id_of(id)
    if found is None or not actions.drop(request.ctx, found):
        raise ParkedGone
    note(request, queries.mine(request.ctx))
    done(request, "Dropped.")
    return go_to(request, "parked")


def rows_of(request: Request) -> list[Row]:
    """Return what one has parked, in words."""
    ctx, now = request.ctx, today_of(request)
    found = queries.mine(ctx)
    note(request, found)
    whose = [each.patient for each in found if each.patient]
    people = registry.people(scopes.for_staff(ctx, what="Patient"), whose) if whose else {}
    return [
        Row(
            id=str(each.id),
            title=each.title,
            whom=two_ids(people.get(each.patient)),
            at=say_moment(each.at, ctx.zone, today=now.date()),
            goes=f"goes on {say_short(each.until.astimezone(now.tzinfo).date(), today=now.date())}"
            if each.goes_soon(ctx.now)
            else "",
            url=back_to(each),
        )
        for each in found
    ]


def _one(request: Request, id: str) -> queries.Parked:
    known = id_of(id)
    found = queries.one(request.ctx, known) if known else None
    if found is None:
        raise ParkedGone
    return found


def _typed(text: str) -> list[tuple[str, str]]:
    """Read what the browser sent: pairs of words, without secrets and tokens."""
    try:
        found: Any = orjson.loads(text)
    except orjson.JSONDecodeError:
        return []
    pairs = [one for one in found[:FIELDS_MAX] if _is_pair(one)] if isinstance(found, list) else []
    return [(name, value) for name, value in pairs if not _secret(name)]


def _is_pair(one: Any) -> bool:
    return isinstance(one, list) and len(one) == 2 and all(isinstance(part, str) for part in one)


def _secret(name: str) -> bool:
    return name == FIELD or any(secret in name.lower() for secret in SECRETS)


def _quiet(name: str) -> bool:
    """Say whether a field is the form's own bookkeeping."""
    return name in {"key", "wish", "version", "alone", "task", "do", "expect"} or name.startswith("seen-")

