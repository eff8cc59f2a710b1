"""One calendar: its form, the week that it opens, and what a change would leave outside."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, ClassVar

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from waypost.access import scopes
from waypost.access.permissions import Permission
from waypost.kernel.dates import local_day, say_day
from waypost.kernel.problem import Problem
from waypost.kernel.scope import Scope
from waypost.records.problems import Stale
from waypost.scheduling import actions as scheduling
from waypost.scheduling.queries import templates
from waypost.scheduling.queries.boards import BoardRow
from waypost.scheduling.queries.templates import Template
from waypost.scheduling.rules.types import Calendar, calendar_of
from waypost.web import words
from waypost.web.pages import Page, Request, done, go_to, is_htmx, render_page, render_part
from waypost.web.setup import pages
from waypost.web.setup.calendar_forms import CalendarForm, split, with_holidays
from waypost.web.setup.preview import Week, week_of

KINDS_OF = {"Practitioner", "Location", "Device"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Left:
    """A booked visit that a change would leave outside open time."""

    when: str
    who: str
    what: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CalendarPage(Page):
    template: ClassVar[str] = "waypost/setup/calendar.html"
    place: str = "settings"
    tab: str
    form: CalendarForm
    week: Week
    zone: str
    version: int
    url: str
    facts_url: str
    history_url: str
    back: str
    left: Sequence[Left] = ()
    accept: str = ""
    problems: Sequence[str] = ()
    notice: str = ""
    retired: bool = False


@require_http_methods(["GET", "POST"])
def calendar(request: Request, kind: str, id: str) -> HttpResponse:
    """Show one calendar beside the week it opens; add rows, look, or save."""
    pages.needs(request, Permission.CALENDAR_EDIT)
    resource = f"{kind}/{id}"
    scope = scopes.for_staff(request.ctx, what=resource)
    found = templates.calendar(scope, resource)
    if found is None or kind not in KINDS_OF:
        raise Http404
    before = {**found.body, "exceptions": split(found.body.get("exceptions") or ())}
    if request.method == "GET":
        return _show(request, found, _form(request, None, before, scope), found.body)
    form = _form(request, request.POST, before, scope)
    if not form.is_valid():
        return _show(request, found, form, found.body, status=422)
    body = form.body(found.body)
    do = request.POST.get("do", "save")
    if do == "holidays":
        body, count = with_holidays(body, _today(request, body))
        said = f"{words.count(count, 'holiday')} put below; not saved yet." if count else "All federal holidays of the next two years are here."
        return _show(request, found, _form(request, None, {**body, "exceptions": split(body["exceptions"])}, scope), body, notice=said)
    if do.startswith("more-"):
        rows = {**body, "exceptions": split(body["exceptions"])}
        return _show(request, found, _form(request, None, rows, scope, more=do.removeprefix("more-")), body)
    if do != "save":
        return _show(request, found, form, body)
    return _save(request, scope, found, form, body)


def _save(request: Request, scope: Scope, found: Template, form: CalendarForm, body: dict[str, Any]) -> HttpResponse:
    if body == found.body:
        done(request, "Nothing was changed.")
        return go_to(request, "setup-calendar", *found.key.split("/"))
    after = calendar_of(body)
    left = templates.left_outside(scope, calendar_of(found.body), after, now=request.ctx.now)
    accept = pages.digest([row.appointment for row in left])
    if left and request.POST.get("accept") != accept:
        scopes.found(request.ctx, "Appointment", [one for row in left for one in row.patients])
        return _show(request, found, form, body, status=422, left=lefts_of(scope, left, after), accept=accept)
    try:
        made = scheduling.save_calendar(request.ctx, body, expect=pages.seen(request))
    except Stale:
        return _show(request, found, form, body, status=409, problems=[
            "Someone else changed this calendar while you were typing. What you typed is below; saving it now replaces theirs."])  # fmt: skip
    except Problem as problem:
        return _show(request, found, form, body, status=422, problems=[one.diagnostics for one in problem.as_issues()])
    act = _act_of(scope, found.key) or made.act
    done(request, "Hours saved.", act)
    return go_to(request, "setup-calendar", *found.key.split("/"))


def _facts_url(request: Request, person: bool, what: str, id: str) -> str:
    if not pages.may(request, Permission.CLINIC_SET_UP):
        return ""
    return reverse("setup-person", args=[id]) if person else reverse("setup-place", args=[what, id])


def _act_of(scope: Scope, resource: str) -> str:
    newest = templates.versions(scope, "calendar", resource)
    return newest[0].act if newest else ""


def lefts_of(scope: Scope, rows: Sequence[BoardRow], calendar: Calendar) -> list[Left]:
    """Return what a page says of visits that would stand outside open time."""
    kinds = {one.key: str(one.body["name"].get("en", one.key)) for one in templates.visit_types(scope)} if rows else {}
    return [_left(row, calendar, kinds.get(row.visit_type, row.visit_type)) for row in rows]


def _left(row: BoardRow, calendar: Calendar, what: str) -> Left:
    start, end = words.local(row.shown_starts, calendar.zone), words.local(row.shown_ends, calendar.zone)
    who = f"{row.name}{f', born {row.born.year}' if row.born else ''}"
    more = f" and {words.count(len(row.patients) - 1, 'other')}" if len(row.patients) > 1 else ""
    return Left(when=f"{say_day(start.date())}, {words.hours(start, end)}", who=who + more, what=what,
                url=reverse("visit", args=[row.appointment]))  # fmt: skip


def _form(request: Request, data: Any, body: dict[str, Any], scope: Scope, more: str = "") -> CalendarForm:
    kinds = [(one.key, one.body["name"].get("en", one.key)) for one in templates.visit_types(scope) if not one.body.get("retired")]
    return CalendarForm(data, body, kinds=kinds, today=_today(request, body), more=more)


def _today(request: Request, body: dict[str, Any]) -> date:
    return local_day(request.ctx.now, body["zone"])


def _week_day(request: Request, today: date) -> date:
    try:
        day = date.fromisoformat(request.POST.get("week") or request.GET.get("week") or "")
    except ValueError:
        day = today
    step = {"earlier": -7, "later": 7}.get(request.POST.get("do", ""), 0)
    day = min(max(day, today - timedelta(days=400)), today + timedelta(days=800)) + timedelta(days=step)
    return day - timedelta(days=day.weekday())


def _show(request: Request, found: Template, form: CalendarForm, body: dict[str, Any], *, status: int = 200,
          left: Sequence[Left] = (), accept: str = "", problems: Sequence[str] = (), notice: str = "") -> HttpResponse:  # fmt: skip
    kind, _, id = found.key.partition("/")
    person = kind == "Practitioner"
    what = "device" if kind == "Device" else "room"
    today = _today(request, body)
    version = pages.seen(request) if request.method == "POST" and not problems else found.version
    page = CalendarPage(
        title=f"Hours: {found.body.get('name', '')}", tab="people" if person else "places", form=form, left=left, accept=accept,
        week=week_of(calendar_of(body), _week_day(request, today), today), zone=body["zone"].replace("_", " "), version=version,
        url=reverse("setup-calendar", args=[kind, id]), facts_url=_facts_url(request, person, what, id),
        history_url=reverse("setup-history", args=[kind, id]), back=reverse("setup-people" if person else "setup-places"),
        problems=problems, notice=notice, retired=bool(body.get("retired")),
    )  # fmt: skip
    if is_htmx(request) and request.headers.get("HX-Target") == "week":
        return render_part(request, "waypost/setup/week.html", page)
    return render_page(request, page, status)
