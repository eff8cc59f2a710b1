"""Editing in place: open a form, save it as one act, or show both where someone else was quicker."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django.forms import BoundField, CheckboxInput
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from waypost.access.permissions import allowed
from waypost.access.problems import NotPermitted
from waypost.coordination import patients
from waypost.kernel.ids import uuid7
from waypost.records.problems import Stale, Unacceptable
from waypost.web import asked
from waypost.web.chart.bands import band
from waypost.web.chart.edits import EDITS, Edit, Loaded
from waypost.web.chart.ids import ID
from waypost.web.forms import DeskForm
from waypost.web.pages import Page, Request, done, go_to, is_htmx, render_page, render_part
from waypost.web.parts import Band


@dataclass(frozen=True, slots=True)
class Both:
    """One field on which what was typed and what is on record differ."""

    label: str
    typed: str
    now: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EditPage(Page):
    template: ClassVar[str] = "waypost/chart/edit.html"
    id: str
    name: str
    on: str
    edit: Edit
    form: DeskForm
    loaded: Loaded
    band: Band | None = None
    both: Sequence[Both] = ()
    stale: bool = False
    wish: str = ""
    back: str = ""  # the page beside the chart that it was opened from
    alone: bool = False  # the form has a page of its own, and its title is the page's


@require_http_methods(["GET", "POST"])
def edit(request: Request, id: str, form: str) -> HttpResponse:
    """Show a form, or save what came with it."""
    found = EDITS.get(form)
    if found is None:
        raise Http404
    if not allowed(request.ctx.actor.roles, found.permission):
        raise NotPermitted
    on = request.GET.get("on", "")
    if on and not ID.fullmatch(on):
        raise Http404
    loaded = found.load(request.ctx, id, on)
    if request.method == "GET":
        return _show(request, id, form, on, found, loaded, found.form(initial=loaded.initial, **loaded.needs))
    return _save(request, id, form, on, found, loaded)


def _save(request: Request, id: str, name: str, on: str, found: Edit, loaded: Loaded) -> HttpResponse:
    seen = _seen(request)
    how = request.POST.get("end", "")
    form = found.form(request.POST, initial=loaded.initial, **loaded.needs)
    try:
        if how and any(how == end.value for end in loaded.ends):
            version, said = found.end(request.ctx, id, on, loaded, seen, how), found.ended_said(how)
        elif not form.is_valid():
            return _show(request, id, name, on, found, loaded, form, status=422)
        else:
            values = {**form.cleaned_data, "wish": _wish(request)}
            version, said = found.save(request.ctx, id, on, loaded, seen, values), found.said
    except Stale:
        return _show(
            request, id, name, on, found, found.load(request.ctx, id, on), form, status=409, stale=True
        )
    except Unacceptable as problem:
        form.is_valid()
        for issue in problem.issues:
            form.add_error(
                None, f"{issue.diagnostics} ({issue.expression})" if issue.expression else issue.diagnostics
            )
        return _show(request, id, name, on, found, loaded, form, status=422)
    unchanged = version.reference == loaded.reference and version.version == seen
    done(request, "Nothing was changed." if unchanged else said, None if unchanged else version.act)
    return go_to(request, _back(request) or found.after(request.ctx, version) or reverse("patient", args=[id]))


def _back(request: Request) -> str:
    """Return the page of a visit that the form was opened from, '' where it was opened in the chart."""
    back = asked.text(request.POST if request.method == "POST" else request.GET, "back", 200)
    return back if back.startswith(reverse("visit", args=["-"])[:-1]) else ""


def _wish(request: Request) -> str:
    """Return the form's own id, by which a second sending is known; '' where it is none of ours."""
    try:
        return str(UUID(request.POST.get("wish", "")))
    except ValueError:
        return ""


def _seen(request: Request) -> int:
    return asked.number(request.POST, "version") or 0


def _show(
    request: Request,
    id: str,
    name: str,
    on: str,
    found: Edit,
    loaded: Loaded,
    form: DeskForm,
    *,
    status: int = 200,
    stale: bool = False,
) -> HttpResponse:
    whole = not is_htmx(request)
    page = EditPage(
        title=found.title(on, loaded),
        place="patients",
        id=id,
        name=name,
        on=on,
        edit=found,
        form=form,
        loaded=loaded,
        band=band(patients.head_of(request.ctx, id), acts=()) if whole else None,
        both=differing(form, found.form(initial=loaded.initial, **loaded.needs)) if stale else (),
        stale=stale,
        back=_back(request),
        wish=_wish(request) or str(uuid7(request.ctx.now)),
        alone=whole or request.POST.get("alone") == "1",
    )
    if whole:
        return render_page(request, page, status)
    return render_part(request, "waypost/chart/edit_card.html", page, status)


def differing(typed: DeskForm, now: DeskForm) -> tuple[Both, ...]:
    """Return the fields on which what was typed and what is on record differ, both in words."""
    found = []
    for field in typed:
        one, other = said(field, field.data), said(now[field.name], now[field.name].initial)
        if one != other:
            found.append(Both(str(field.label), one or "nothing", other or "nothing"))
    return tuple(found)


def said(field: BoundField, value: Any) -> str:
    """Return a field's value in words: the label of a choice, yes or no of a box, the text of the rest."""
    if isinstance(field.field.widget, CheckboxInput):
        return "yes" if value in (True, "on", "true", "True") else "no"
    choices = {str(code): str(label) for code, label in getattr(field.field, "choices", ())}
    if choices:
        values = value if isinstance(value, list | tuple) else [value or ""]
        return ", ".join(choices.get(str(v), str(v)) for v in values)
    return str(value or "").strip()
