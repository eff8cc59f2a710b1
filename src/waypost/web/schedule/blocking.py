"""Keeping time free: a form, and the bump list of the visits that stand in it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from waypost.access import scopes
from waypost.access.permissions import Permission, allowed
from waypost.access.problems import NotPermitted
from waypost.coordination import actions as coordination
from waypost.coordination.actions.booking import next_times_like
from waypost.coordination.bumping import actions as bumping
from waypost.coordination.bumping import queries
from waypost.coordination.bumping.queries import InTheWay
from waypost.coordination.wishes import MoveWish
from waypost.coordination.worklist.kinds import POOLS
from waypost.kernel import ids
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day, say_day
from waypost.kernel.problem import Problem
from waypost.kernel.spans import Span
from waypost.records.versions import Version
from waypost.scheduling import actions as scheduling
from waypost.scheduling import fhir
from waypost.scheduling.queries.clinic import Clinic, clinic
from waypost.web import asked, words
from waypost.web.forms import DeskForm, TypedDateField
from waypost.web.pages import Page, Request, done, go_to, render_page
from waypost.web.parts import Status
from waypost.web.schedule import choices as choosing
from waypost.web.schedule import rows
from waypost.web.schedule.clocks import ClockField
from waypost.web.schedule.pages import FormPage, Instead

WHY_MAX = 120


class KeepFreeForm(DeskForm):
    starts = ClockField(label="From")
    ends = ClockField(label="Until")
    reason = forms.CharField(label="Why", max_length=WHY_MAX, help_text="Stands on the board. For instance: Training.")
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, today: date, people: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        who = forms.ChoiceField(label="Whose time", choices=[("", "Choose"), *people], error_messages={"required": "Choose whose time it is."})
        day = TypedDateField(label="Day", today=today, prefer="future")
        self.fields = {"who": who, "day": day, **{n: self.fields[n] for n in ("starts", "ends", "reason", "key")}}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("starts") and cleaned.get("ends") and cleaned["ends"] <= cleaned["starts"]:
            self.add_error("ends", "It ends before it starts.")
        return cleaned


class WorkForm(DeskForm):
    pool = forms.ChoiceField(label="Which team", choices=[(pool.code, pool.name) for pool in POOLS], initial="scheduling")
    reason = forms.CharField(label="Why it is theirs", max_length=WHY_MAX, widget=forms.TextInput(attrs={"autocomplete": "off"}))


@dataclass(frozen=True, slots=True)
class BumpRow:
    """One visit in the way."""

    id: str
    version: int
    when: str
    who: str
    what: str
    url: str
    why: str
    times: Sequence[Instead]
    find_url: str
    work: str  # the team that looks for another time, '' while nobody does
    form: WorkForm


@dataclass(frozen=True, slots=True, kw_only=True)
class BumpPage(Page):
    template: ClassVar[str] = "waypost/schedule/bump.html"
    place: str = "schedule"
    status: Status
    note: str
    said: str
    rows: Sequence[BumpRow]
    open: int
    version: int
    pending: bool
    stands: bool
    may: bool
    board_url: str
    urls: dict[str, str]


@require_http_methods(["GET", "POST"])
def keep_free(request: Request) -> HttpResponse:
    """Ask whose time is to be kept free, and keep it; visits that stand in it are listed before it stands."""
    ctx = request.ctx
    if not allowed(ctx.actor.roles, Permission.CALENDAR_EDIT):
        raise NotPermitted
    here = clinic(ctx.tenant, ctx.now)
    today = local_day(ctx.now, ctx.zone)
    people = sorted(((r, one.calendar.name) for r, one in here.bookables.items() if not one.calendar.retired), key=lambda pair: pair[1])
    day = asked.day(request.GET, "day") or today
    initial = {"who": asked.reference(request.GET, "who"), "day": f"{day.month}/{day.day}/{day.year}", "key": str(ids.uuid7(ctx.now))}
    form = KeepFreeForm(request.POST if request.method == "POST" else None, today=today, people=people, initial=initial)
    page = FormPage(
        title="Keep time free", action=reverse("keep-free"), form=form, verb="Keep it free", back=reverse("schedule"),
        hint="Where visits are booked in that time, they are listed next, the one it hurts most first. None is canceled by itself.",
    )  # fmt: skip
    if request.method != "POST" or not form.is_valid():
        return render_page(request, page, 422 if form.errors else 200)
    said = form.cleaned_data
    try:
        made = bumping.keep_free(ctx, [said["who"]], _span(here, ctx, said), said["reason"], key=asked.key(request.POST))
    except Problem as problem:
        return render_page(request, page, form.refuse(problem))
    stands = made.resource.get("status") == "booked"
    done(request, "Kept free." if stands else "No more is booked there. Visits stand in it: see below.", made.act, back=reverse("schedule"))
    return go_to(request, "block", made.id)


def _span(here: Clinic, ctx: Context, said: dict[str, Any]) -> Span:
    calendar = here.calendar(said["who"])
    zone = ZoneInfo(calendar.zone if calendar else ctx.zone)
    return Span(*(datetime.combine(said["day"], said[name], zone).astimezone(UTC) for name in ("starts", "ends")))


@require_GET
def block(request: Request, id: str) -> HttpResponse:
    """Show time that is kept free, and the visits that stand in it."""
    return _show(request, id)


def _show(request: Request, id_: str, *, refused: tuple[str, WorkForm] | None = None, status: int = 200) -> HttpResponse:
    ctx = request.ctx
    found = queries.block_of(ctx, id_)
    here = clinic(ctx.tenant, ctx.now)
    state = found.resource.get("status", "")
    live = state in {"pending", "booked"}
    way = queries.in_the_way(ctx, found) if live else []
    scopes.found(ctx, "Appointment", [one for row in way for one in row.row.patients])
    bumps = [_row(ctx, here, one, found, refused) for one in way]
    waiting = sum(not one.work for one in bumps)
    span, zone = queries.span_of(found.resource), _zone(here, found, ctx)
    local = span.start.astimezone(zone)
    names = ", ".join((p.get("actor") or {}).get("display", "") for p in found.resource.get("participant", ()))
    page = BumpPage(
        title=f"{names} kept free",
        status={"pending": Status("soon", "Waits"), "booked": Status("ok", "Stands"), "cancelled": Status("", "Given back")}.get(state, Status("", state)),
        note=f"{say_day(local.date(), today=local_day(ctx.now, ctx.zone))}, {words.hours(local, span.end.astimezone(zone))} · {found.resource.get('description', '')}",
        said=_said(state, len(bumps), waiting), rows=bumps, open=waiting, version=found.version, pending=state == "pending", stands=live,
        may=allowed(ctx.actor.roles, Permission.CALENDAR_EDIT), board_url=f"{reverse('schedule')}?day={local.date().isoformat()}",
        urls={name: reverse(f"block-{name}", args=[id_]) for name in ("move", "work", "settle", "end")},
    )  # fmt: skip
    return render_page(request, page, status)


def _said(state: str, many: int, waiting: int) -> str:
    if state == "cancelled":
        return "This time was given back to visits."
    if not many:
        return "No visit stands in this time." + (" It can be kept free now." if state == "pending" else "")
    left = f"{waiting} of {many} still to be settled" if waiting else f"{words.count(many, 'visit')}, each settled"
    return f"{left}. The one it hurts most is first. Each stands, and its patient expects it, until it is moved."


def _zone(here: Clinic, found: Version, ctx: Context) -> ZoneInfo:
    calendar = next((c for r in fhir.team_of(found.resource) if (c := here.calendar(r)) is not None), None)
    return ZoneInfo(calendar.zone if calendar else ctx.zone)


def _row(ctx: Context, here: Clinic, one: InTheWay, found: Version, refused: tuple[str, WorkForm] | None) -> BumpRow:
    row, kind = one.row, here.kinds.get(one.row.visit_type)
    zone = _zone(here, found, ctx)
    start, end = row.shown_starts.astimezone(zone), row.shown_ends.astimezone(zone)
    patient = next(iter(row.patients), "")
    others = f" and {words.count(len(row.patients) - 1, 'other')}" if len(row.patients) > 1 else ""
    again = refused[1] if refused and refused[0] == row.appointment else None
    times = [] if one.work or kind is None or not patient else _times(ctx, one, patient)
    return BumpRow(
        id=row.appointment, version=one.version.version, when=words.hours(start, end),
        who=f"{row.name or 'Busy'}{f', born {row.born.year}' if row.born else ''}{others}",
        what=kind.name.get("en", kind.code) if kind else "Booked by another system", url=reverse("visit", args=[row.appointment]),
        why="; ".join(one.harm.reasons).capitalize() or "Nothing on record makes it worse than another", times=times,
        find_url=f"{reverse('find-times')}?move={row.appointment}&patient={patient}&visit={row.visit_type}" if kind and patient else "",
        work=_team(one.work), form=again or WorkForm(auto_id=f"work-{row.appointment}-%s", initial={"pool": "scheduling"}),
    )  # fmt: skip


def _team(work: Version | None) -> str:
    if work is None:
        return ""
    owner = (work.resource.get("owner") or {}).get("display")
    return owner or next((one.get("text", "") for one in work.resource.get("performerType", ())), "a team")


def _times(ctx: Context, one: InTheWay, patient: str) -> list[Instead]:
    found = next_times_like(ctx, one.version.resource, patient, one.row.visit_type, one.row.shown_starts)
    now = ctx.now.astimezone(ZoneInfo(ctx.zone))
    return [
        Instead(f"{time.start:%Y%m%dT%H%M}Z~{rows.take_of(time)}", f"{rows.day_of(time, now)}, {rows.hours_of(time)}, {rows.main_part(time).name}")
        for time in found
    ]


@require_POST
def move(request: Request, id: str) -> HttpResponse:
    """Move one of the visits to a time that was offered."""
    found = queries.block_of(request.ctx, id)
    start = choosing.instant(request.POST.get("to", "").partition("~")[0])
    visit = asked.id_(request.POST, "visit")
    if start is None or not visit:
        return go_to(request, "block", id)
    wish = MoveWish(
        appointment=visit, start=start, chosen=dict(rows.read_take(request.POST.get("to", "").partition("~")[2])),
        expect=asked.number(request.POST, "expect"), code="clinic", reason=str(found.resource.get("description", "")),
    )  # fmt: skip
    made = coordination.move_visit(request.ctx, wish)
    done(request, "Moved.", made.act)
    return go_to(request, "block", id)


@require_POST
def work(request: Request, id: str) -> HttpResponse:
    """Give the search for another time to a team."""
    visit = asked.id_(request.POST, "visit")
    form = WorkForm(request.POST, auto_id=f"work-{visit}-%s")
    if not form.is_valid():
        return _show(request, id, refused=(visit, form), status=422)
    made = bumping.make_work(request.ctx, id, visit, form.cleaned_data["pool"], form.cleaned_data["reason"])
    done(request, "Given to the team.", made.act)
    return go_to(request, "block", id)


@require_POST
def settle(request: Request, id: str) -> HttpResponse:
    """Let the block stand, now that every visit in it is settled."""
    made = bumping.settle(request.ctx, id, expect=asked.number(request.POST, "expect"))
    done(request, "Kept free.", made.act)
    return go_to(request, "block", id)


@require_POST
def end(request: Request, id: str) -> HttpResponse:
    """Give the time back to visits."""
    queries.block_of(request.ctx, id)
    made = scheduling.end_block(request.ctx, id, expect=asked.number(request.POST, "expect"))
    done(request, "Given back.", made.act)
    return go_to(request, "block", id)
