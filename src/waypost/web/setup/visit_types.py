"""Kinds of visit: list, add, change, retire, with the strip that shows which minutes need whom."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from waypost.access import scopes
from waypost.access.permissions import Permission
from waypost.coordination import first_steps
from waypost.kernel.problem import Problem
from waypost.kernel.scope import Scope
from waypost.records.problems import Stale
from waypost.scheduling import actions as scheduling
from waypost.scheduling.queries import templates
from waypost.scheduling.queries.templates import Template
from waypost.scheduling.rules.types import visit_type_of
from waypost.web.pages import Page, Request, done, go_to, render_page
from waypost.web.setup import pages
from waypost.web.setup.places import departments
from waypost.web.setup.preview import ROLE_SAID, StepBar, steps_of
from waypost.web.setup.visit_type_forms import WholeForm, code_for, graded, is_hard


@dataclass(frozen=True, slots=True, kw_only=True)
class KindRow:
    name: str
    url: str
    takes: str
    needs: str
    marks: str
    missing: str  # what nobody and nothing here can do for it
    retired: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KindsPage(Page):
    template: ClassVar[str] = "waypost/setup/visit_types.html"
    place: str = "settings"
    tab: str = "visit-types"
    groups: Sequence[tuple[str, Sequence[KindRow]]]


@dataclass(frozen=True, slots=True)
class Grade:
    language: str
    said: str
    hard: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class KindPage(Page):
    template: ClassVar[str] = "waypost/setup/visit_type.html"
    place: str = "settings"
    tab: str = "visit-types"
    whole: WholeForm
    bars: Sequence[StepBar]
    held: str
    grades: Sequence[Grade]
    missing: str
    verb: str
    key: str
    version: int
    lists: Mapping[str, Sequence[str]]
    code: str = ""
    retired: bool = False
    problems: Sequence[str] = ()


@require_safe
def visit_types(request: Request) -> HttpResponse:
    """List every kind of visit by department, with what each needs."""
    pages.needs(request, Permission.CALENDAR_EDIT)
    scope = scopes.for_staff(request.ctx, what="HealthcareService")
    calendars = templates.calendars(scope)
    groups: dict[str, list[KindRow]] = {}
    for one in templates.visit_types(scope):
        groups.setdefault(_department(one.body.get("department") or "No department"), []).append(_row(one, calendars))
    shown = [(word, sorted(rows, key=lambda row: row.retired)) for word, rows in groups.items()]
    return render_page(request, KindsPage(title="Visit types", groups=shown))


def _department(text: str) -> str:
    """Return 'Behavioral health' for a department that is kept as behavioral-health; others as they were typed."""
    return text.replace("-", " ").capitalize() if text == text.lower() else text


def _row(one: Template, calendars: Sequence[Template]) -> KindRow:
    kind = visit_type_of(one.body)
    marks = [word for word, on in (("order needed", kind.order_required), ("by video", kind.telehealth),
                                   (f"group of {kind.capacity}", kind.capacity > 1)) if on]  # fmt: skip
    return KindRow(
        name=kind.name.get("en", kind.code), url=reverse("setup-visit-type", args=[kind.code]), takes=f"{kind.minutes} min",
        needs=", ".join(f"{ROLE_SAID.get(step.role, step.role).lower()} {step.minutes}" for step in kind.steps),
        marks=", ".join(marks), missing=first_steps.unserved(kind, calendars), retired=kind.retired,
    )  # fmt: skip


@require_http_methods(["GET", "POST"])
def add(request: Request) -> HttpResponse:
    """Add a kind of visit."""
    pages.needs(request, Permission.CALENDAR_EDIT)
    scope = scopes.for_staff(request.ctx, what="HealthcareService")
    blank = {"steps": [{"role": "clinician", "start": 0, "minutes": 30}, {"role": "room", "start": 0, "minutes": 30, "after": 5}]}
    return _edit(request, scope, None, blank)


@require_http_methods(["GET", "POST"])
def change(request: Request, code: str) -> HttpResponse:
    """Change a kind of visit. What is booked stays as it was booked."""
    pages.needs(request, Permission.CALENDAR_EDIT)
    scope = scopes.for_staff(request.ctx, what="HealthcareService")
    found = templates.visit_type(scope, code)
    if found is None:
        raise Http404
    return _edit(request, scope, found, found.body)


def _edit(request: Request, scope: Scope, found: Template | None, before: dict[str, Any]) -> HttpResponse:
    if request.method == "GET":
        return _show(request, scope, found, WholeForm(None, before), before)
    whole = WholeForm(request.POST, before)
    if not whole.is_valid():
        return _show(request, scope, found, whole, before, status=422)
    taken = [one.key for one in templates.visit_types(scope)]
    code = found.key if found else code_for(whole.form.cleaned_data["name_en"], taken)
    body = whole.body(code, before)
    if request.POST.get("do") == "look":
        return _show(request, scope, found, WholeForm(None, body), body)
    if found is not None and body == found.body:
        done(request, "Nothing was changed.")
        return go_to(request, "setup-visit-types")
    try:
        scheduling.save_visit_type(request.ctx, body, expect=pages.seen(request))
    except Stale:
        return _show(request, scope, found, whole, body, status=409, problems=[
            "Someone else changed this visit type while you were typing. What you typed is below; saving it now replaces theirs."])  # fmt: skip
    except Problem as problem:
        return _show(request, scope, found, whole, body, status=422, problems=[one.diagnostics for one in problem.as_issues()])
    newest = templates.versions(scope, "visit-type", code)
    done(request, "Saved." if found else "Added.", newest[0].act, back=reverse("setup-visit-types"))
    return go_to(request, "setup-visit-types")


def _show(request: Request, scope: Scope, found: Template | None, whole: WholeForm, body: dict[str, Any], *, status: int = 200,
          problems: Sequence[str] = ()) -> HttpResponse:  # fmt: skip
    calendars = templates.calendars(scope)
    kind = visit_type_of({"code": "new", "name": {}, "minutes": 30, **body})
    typed = {name: str(whole.form[f"prepare_{name}"].value() or "") for name in ("en", "es")}
    grades = [Grade(word, graded(typed[code], code), is_hard(typed[code], code)) for code, word in (("en", "English"), ("es", "Spanish"))]
    cans = sorted({can.replace("-", " ") for one in calendars for can in one.body.get("can") or ()})
    held = f"Held from {-kind.held_from} minutes before to {kind.held_until - kind.minutes} after." if kind.held_from or kind.held_until > kind.minutes else ""
    version = pages.seen(request) if request.method == "POST" and not problems else found.version if found else 0
    page = KindPage(
        title=body["name"].get("en", found.key) if found else "Add a visit type", whole=whole, bars=steps_of(kind), held=held,
        grades=[one for one in grades if one.said], missing=first_steps.unserved(kind, calendars), verb="Save" if found else "Add",
        key=pages.key_of(request), version=version, lists={"departments": departments(scope), "can": cans},
        code=found.key if found else "", retired=kind.retired, problems=problems,
    )  # fmt: skip
    return render_page(request, page, status)


@require_POST
def retire(request: Request, code: str) -> HttpResponse:
    """Offer a kind of visit no more, or again. What is booked stays booked."""
    pages.needs(request, Permission.CALENDAR_EDIT)
    scope = scopes.for_staff(request.ctx, what="HealthcareService")
    found = templates.visit_type(scope, code)
    if found is None:
        raise Http404
    back = bool(request.POST.get("back"))
    scheduling.save_visit_type(request.ctx, {**found.body, "retired": not back}, expect=pages.seen(request))
    done(request, "Offered again." if back else "Not offered any more. What is booked stays booked.",
         templates.versions(scope, "visit-type", code)[0].act)  # fmt: skip
    return go_to(request, "setup-visit-types")
