"""What becomes of a visit: arrived, seen, moved, canceled, missed; rosters."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from waypost.coordination import actions as coordination
from waypost.coordination.actions.visits import held_wish
from waypost.coordination.flow.problems import OrdersOpen
from waypost.coordination.wishes import CancelWish, MoveWish
from waypost.kernel.problem import Problem
from waypost.messaging.fhir import moment
from waypost.records.versions import Version
from waypost.scheduling import fhir
from waypost.scheduling.problems import NotOpen, SlotTaken
from waypost.web import asked
from waypost.web.forms import DeskForm, mendable
from waypost.web.pages import Request, done, go_to, render_page
from waypost.web.schedule import over
from waypost.web.schedule.visit_forms import CancelForm, NoShowForm, WhenForm
from waypost.web.schedule.visits import page_of, read_visit

MINUTES_MAX = 24 * 60  # a visit is moved on its board by a day's minutes at most; to other days by the column


def _expect(request: Request) -> int | None:
    return asked.number(request.POST, "expect")


def _after(request: Request, made: Version, said: str) -> HttpResponse:
    done(request, said, made.act)
    return go_to(request, "visit", made.id)


@require_POST
def arrive(request: Request, id: str) -> HttpResponse:
    """The patient is here; or was, at a time that is said, where the visit's day is past."""
    return _along(request, id, coordination.arrive, "arrived", "Arrived.")


@require_POST
def check_in(request: Request, id: str) -> HttpResponse:
    """The patient is with the provider."""
    return _after(request, coordination.check_in(request.ctx, id, expect=_expect(request)), "With provider.")


@require_POST
def finish(request: Request, id: str) -> HttpResponse:
    """The visit is over; or was, at a time that is said, where its day is past."""
    return _along(request, id, coordination.fulfil, "done", "Done.")


def _along(request: Request, id_: str, act: Callable[..., Version], asked: str, word: str) -> HttpResponse:
    if "when" not in request.POST:
        try:
            return _after(request, act(request.ctx, id_, expect=_expect(request)), word)
        except OrdersOpen as problem:
            messages.error(request, f"Not done. {problem.title} {problem.remedy}", extra_tags="late")
            return go_to(request, f"{reverse('checkout', args=[id_])}?{urlencode({'patient': problem.extra['patient']})}")
    found = read_visit(request.ctx, id_)
    form, start = WhenForm(request.POST, asked=asked), moment(found.resource.get("start"))
    if not form.is_valid() or start is None:
        return render_page(request, page_of(request, found, form=form), 422)
    zone = ZoneInfo(request.ctx.zone)
    when = datetime.combine(start.astimezone(zone).date(), form.cleaned_data["when"], zone).astimezone(UTC)
    try:
        made = act(request.ctx, id_, when=when, expect=form.cleaned_data.get("expect"))
    except Problem as problem:
        return _refused(request, id_, form, problem)
    return _after(request, made, word)


@require_POST
def cancel(request: Request, id: str) -> HttpResponse:
    """Cancel, with the reason."""
    found = read_visit(request.ctx, id)
    form = CancelForm(request.POST, series=bool(fhir.extension(found.resource, "series")))
    if not form.is_valid():
        return render_page(request, page_of(request, found, form=form), 422)
    said = form.cleaned_data
    wish = CancelWish(
        id, said["code"], said["reason"], said.get("reach") or "one", said.get("expect"), said.get("key", "")
    )
    try:
        made = coordination.cancel_visit(request.ctx, wish)
    except Problem as problem:
        return _refused(request, id, form, problem)
    return _after(request, made, "Canceled.")


@require_POST
def no_show(request: Request, id: str) -> HttpResponse:
    """The patient did not come."""
    form = NoShowForm(request.POST)
    if not form.is_valid():
        return render_page(request, page_of(request, read_visit(request.ctx, id), form=form), 422)
    try:
        made = coordination.no_show(
            request.ctx, id, reason=form.cleaned_data["reason"], expect=form.cleaned_data.get("expect")
        )
    except Problem as problem:
        return _refused(request, id, form, problem)
    return _after(request, made, "Noted: did not come.")


def _refused(request: Request, id_: str, form: DeskForm, problem: Problem) -> HttpResponse:
    if problem.status >= 500 or problem.status in {401, 404, 410}:
        raise problem
    detail = problem.detail if problem.detail != problem.title else ""
    form.add_error(None, " ".join(part for part in (str(problem.title), detail, str(problem.remedy)) if part))
    return render_page(request, page_of(request, read_visit(request.ctx, id_), form=form), problem.status)


@require_POST
def confirm(request: Request, id: str) -> HttpResponse:
    """Make a hold a booking, with all that was asked for when it was held."""
    wish = held_wish(read_visit(request.ctx, id), asked.key(request.POST))
    made = coordination.confirm_visit(request.ctx, id, wish, expect=_expect(request))
    return _after(request, made, "Booked.")


@require_POST
def leave(request: Request, id: str) -> HttpResponse:
    """Take a patient off the roster of a group."""
    made = coordination.remove_from_group(
        request.ctx, id, asked.id_(request.POST, "patient"), expect=_expect(request)
    )
    ended = made.resource.get("status") == "cancelled"
    return _after(request, made, "Taken off; the group is canceled." if ended else "Taken off the roster.")


@require_POST
def shift(request: Request) -> HttpResponse:
    """Move a visit on the board: so many minutes on the clinic's clock, and to another column or day."""
    ctx = request.ctx
    id_, minutes = asked.id_(request.POST, "visit"), asked.number(request.POST, "start", -MINUTES_MAX, MINUTES_MAX)
    to, origin = asked.text(request.POST, "to"), asked.text(request.POST, "from")
    found = read_visit(ctx, id_)
    start = moment(found.resource.get("start"))
    if start is None or (minutes is None and request.POST.get("start")):
        return go_to(request, "schedule")
    by = timedelta(minutes=minutes or 0)
    named: tuple[str, ...] = ()
    if "/" in to and to != origin:
        named = (asked.reference(request.POST, "to"),)
    elif to != origin and "/" not in to:
        by += _days_between(origin, to)
    zone = ZoneInfo(ctx.zone)
    moved = (start.astimezone(zone).replace(tzinfo=None) + by).replace(tzinfo=zone)
    wish = MoveWish(
        appointment=id_, start=moved.astimezone(ZoneInfo("UTC")), named=named, expect=found.version,
        code="clinic", reason="On the board",
    )  # fmt: skip
    back = request.POST.get("back", "")
    back = back if back.startswith(reverse("schedule")) else reverse("schedule")
    try:
        made = coordination.move_visit(ctx, wish)
    except Problem as problem:
        mendable(problem)
        messages.error(request, f"Not moved. {problem.title} {problem.remedy}", extra_tags="late")
        if isinstance(problem, (SlotTaken, NotOpen)) and over.may(request):
            return go_to(request, over.move_url(found.resource, id_, wish.start, named))
        return go_to(request, back)
    done(request, "Moved.", made.act)
    return go_to(request, back)


def _days_between(origin: str, to: str) -> timedelta:
    first, last = (asked.day({"day": text}, "day") for text in (origin, to))
    return last - first if first and last else timedelta(0)
