"""A visit is made longer or shorter: by its lower edge on the board, or by the form on its page."""

from datetime import timedelta

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from waypost.coordination import actions as coordination
from waypost.coordination.wishes import LengthWish
from waypost.kernel.context import Context
from waypost.kernel.dates import say_time
from waypost.kernel.problem import Problem
from waypost.messaging.fhir import moment
from waypost.records.versions import Version
from waypost.web import asked
from waypost.web.forms import mendable
from waypost.web.pages import Request, done, go_to, render_page
from waypost.web.schedule.length_form import LengthForm
from waypost.web.schedule.visits import page_of, read_visit
from waypost.web.words import count

MINUTES_MAX = 12 * 60  # by which an edge is dragged


@require_POST
def length(request: Request, id: str) -> HttpResponse:
    """Make a visit longer or shorter by what its page's form says."""
    found = read_visit(request.ctx, id)
    form, was = LengthForm(request.POST), moment(found.resource.get("end"))
    if not form.is_valid() or was is None:
        return render_page(request, page_of(request, found, form=form), 422)
    said = form.cleaned_data
    wish = LengthWish(id, form.end(was, request.ctx.zone), said.get("expect"), said.get("key", ""))
    try:
        made = coordination.resize_visit(request.ctx, wish)
    except Problem as problem:
        form.add_error(None, said_of(mendable(problem)))
        return render_page(request, page_of(request, found, form=form), problem.status)
    done(request, told(request.ctx, made), made.act)
    return go_to(request, "visit", id)


@require_POST
def resize(request: Request) -> HttpResponse:
    """Make a visit, or time kept free, so many minutes longer or shorter, as its edge was dragged on the board."""
    ctx = request.ctx
    back = request.POST.get("back", "")
    back = back if back.startswith(reverse("schedule")) else reverse("schedule")
    found = read_visit(ctx, asked.id_(request.POST, "visit"))
    was, minutes = moment(found.resource.get("end")), asked.number(request.POST, "by", -MINUTES_MAX, MINUTES_MAX)
    if was is None or not minutes:
        return go_to(request, back)
    try:
        made = coordination.resize_visit(ctx, LengthWish(found.id, was + timedelta(minutes=minutes), found.version))
    except Problem as problem:
        messages.error(request, f"Left as it was. {said_of(mendable(problem))}", extra_tags="late")
        return go_to(request, back)
    done(request, told(ctx, made), made.act)
    return go_to(request, back)


def told(ctx: Context, made: Version) -> str:
    """Say until when it lasts now, and how long that is."""
    start, end = moment(made.resource.get("start")), moment(made.resource.get("end"))
    assert start is not None
    assert end is not None
    return f"Ends at {say_time(end, ctx.zone)} now: {count(round((end - start).total_seconds() / 60), 'minute')}."


def said_of(problem: Problem) -> str:
    detail = problem.detail if problem.detail != problem.title else ""
    return " ".join(part for part in (str(problem.title), detail, str(problem.remedy)) if part)
