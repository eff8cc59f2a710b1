"""The one find box: people, pages and actions, while one types and as a page of its own."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from waypost.access import scopes
from waypost.access.permissions import Permission, allowed
from waypost.registry import queries
from waypost.registry.limits import ASKED_CHARACTERS_MAX
from waypost.registry.queries import Found
from waypost.web import asked as asking
from waypost.web.find.doings import doings
from waypost.web.frame import today_of
from waypost.web.pages import Page, Request, go_to, is_htmx, render_page, render_part
from waypost.web.places import Way

PAGE_HITS_MAX = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class FindPage(Page):
    """What was asked and what was found."""

    template: ClassVar[str] = "waypost/find/results.html"
    place: str = "patients"
    asked: str = ""
    found: Found = field(default_factory=Found)
    doings: Sequence[Way] = ()
    may_register: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientsPage(Page):
    template: ClassVar[str] = "waypost/find/patients.html"
    place: str = "patients"
    may_register: bool = False


@require_http_methods(["GET", "POST"])
def find(request: Request) -> HttpResponse:
    """Find people, pages and actions. The words are posted: they stand in no address and no log."""
    if request.method != "POST":
        return go_to(request, "patients")
    text = asking.text(request.POST, "q", ASKED_CHARACTERS_MAX)
    typing = bool(request.POST.get("typing")) and is_htmx(request)
    page = _found(request, text, queries.limits.HITS_MAX if typing else PAGE_HITS_MAX)
    if typing:
        return render_part(request, "waypost/find/options.html", page)
    return render_page(request, page)


def _found(request: Request, text: str, count: int) -> FindPage:
    found = Found()
    if text:
        scope = scopes.for_search(request.ctx, "Patient")
        found = queries.find(scope, text, today=today_of(request).date(), count=count)
        scopes.found(request.ctx, "Patient", [hit.id for hit in found.hits])
    return FindPage(
        title="Find", asked=text, found=found, doings=doings(text, request.ctx.actor.roles),
        may_register=_may_register(request),
    )  # fmt: skip


def _may_register(request: Request) -> bool:
    return allowed(request.ctx.actor.roles, Permission.PATIENT_REGISTER)


@require_safe
def patients(request: Request) -> HttpResponse:
    """Say how to find a patient, and where a new one is registered."""
    return render_page(request, PatientsPage(title="Patients", may_register=_may_register(request)))
