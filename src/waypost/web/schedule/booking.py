"""The booking card, and the one act it leads to."""

from collections.abc import Mapping
from datetime import datetime

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from waypost.coordination import actions as coordination
from waypost.coordination.actions.moving import ways_out
from waypost.coordination.problems import SeriesMoveNotFree, SeriesNotFree
from waypost.coordination.requests import RIDE
from waypost.coordination.wishes import BookingWish, MoveWish, SeriesWish
from waypost.kernel.dates import local_day, say_moment, say_short
from waypost.kernel.problem import Problem
from waypost.messaging.fhir import moment
from waypost.messaging.rules import wording
from waypost.records.problems import Stale
from waypost.records.versions import Version
from waypost.scheduling.problems import NotOpen, SlotTaken
from waypost.web import asked
from waypost.web.pages import Request, done, go_to, render_page
from waypost.web.parts import Status
from waypost.web.schedule import choices as choosing
from waypost.web.schedule import over, rows
from waypost.web.schedule.booking_card import APART, card_of, form_of, new_key
from waypost.web.schedule.booking_facts import looked_up
from waypost.web.schedule.booking_form import BookingForm
from waypost.web.schedule.choices import Choices
from waypost.web.schedule.searching import Search, languages_of, search, sought
from waypost.web.schedule.times import page_of
from waypost.web.schedule.visit_parts import STATUSES

DAYS_A_WEEK = 7
ONE_HOLD = "A hold is for one visit. Choose Once to hold this one, or book the series now."
BOTH = "There is a reason to book over, and another time was chosen. Press Book over it, or empty the reason and choose the time."


@require_POST
def book(request: Request) -> HttpResponse:
    """Book, hold or move; what cannot be is said beside what was typed."""
    choices = choosing.read(request.POST)
    start = choosing.instant(request.POST.get("start", ""))
    take = dict(rows.read_take(request.POST.get("take", "")))
    instead = request.POST.get("take_instead", "")
    if instead and not request.POST.get("override", "").strip():
        start, take = (
            choosing.instant(instead.partition("~")[0]),
            dict(rows.read_take(instead.partition("~")[2])),
        )
    found = looked_up(search(request, choices))
    if start is None or found.kind is None or (found.view is None and not choices.move):
        return render_page(
            request, page_of(found, notice=Status("late", "Choose a patient, a visit and a time first.")), 422
        )
    form = form_of(found, request.POST)
    if form.is_valid() and form.cleaned_data.get("repeat") and request.POST.get("do") == "hold":
        form.add_error("repeat", ONE_HOLD)
    if form.errors:
        key = asked.key(request.POST)
        return render_page(request, page_of(found, card=card_of(found, form, start, take, key=key)), 422)
    if instead and request.POST.get("override", "").strip():
        form.add_error(None, BOTH)  # Enter beside the reason sends the first button of the card
    if form.errors or (over.wanted(request) and not _may_go_over(request, form)):
        taken = None if choices.over else SlotTaken()
        card = card_of(found, form, start, take, key=new_key(request), taken=taken)
        return render_page(request, page_of(found, card=card), 422)
    try:
        made = (
            coordination.move_visit(request.ctx, _move_wish(request, found, form, start, take))
            if choices.move
            else _book(request, found, form, start, take)
        )
    except Problem as problem:
        return _refused(request, found, form, start, take, problem)
    done(request, _done_word(request, choices, made), made.act)
    return go_to(request, "visit", made.id)


def _may_go_over(request: Request, form: BookingForm) -> bool:
    """Tell whether a booking over what is taken is said in full: with a reason, one visit at a time."""
    if form.cleaned_data.get("repeat"):
        form.add_error("repeat", "One visit at a time is booked over. Choose Once.")
    return not form.errors and over.ReasonForm(request.POST).is_valid()


def _refused(
    request: Request,
    found: Search,
    form: BookingForm,
    start: datetime,
    take: Mapping[int, str],
    problem: Problem,
) -> HttpResponse:
    """Answer with the card and all that was typed, and with other times where this one is gone."""
    if problem.status >= 500 or problem.status in {401, 404}:
        raise problem
    taken = problem if isinstance(problem, (SlotTaken, NotOpen)) else None
    ways = None
    if taken is not None:
        found = looked_up(search(request, found.choices.with_(chosen="", over="")))
    elif isinstance(problem, SeriesNotFree):
        form.add_error(None, _not_free(problem, found))
    elif isinstance(problem, SeriesMoveNotFree):
        blocked = problem.extra["taken"]
        ways = (blocked, ways_out(request.ctx, _move_wish(request, found, form, start, take), blocked))
    elif isinstance(problem, Stale) and found.moving is not None:
        form.add_error(None, _changed(found))
    else:
        detail = problem.detail if problem.detail != problem.title else ""
        words = (str(problem.title), detail, str(problem.remedy))
        form.add_error(None, " ".join(word for word in words if word))
    stale = isinstance(problem, Stale)
    card = card_of(found, form, start, take, key=new_key(request), taken=taken, stale=stale, ways=ways)
    return render_page(request, page_of(found, card=card), problem.status)


def _changed(found: Search) -> str:
    """Say that the visit is no longer what was seen, and what it is now."""
    assert found.moving is not None
    resource = found.moving.resource
    start, word = moment(resource.get("start")), STATUSES[resource["status"]].word.lower()
    now = f"{word}, {say_moment(start, found.zone, today=found.today)}" if start else word
    return f"Someone else changed this visit meanwhile. It is now: {now}. What was typed is kept; move it only if that is still meant."


def _not_free(some: SeriesNotFree, found: Search) -> str:
    days = [say_short(local_day(at, found.zone), today=found.today) for at in some.extra.get("taken", ())]
    free = len(some.extra.get("free", ()))
    return f"Not free at that hour: {wording.listed(days)}. Tick “Leave out the dates that are taken” to book the other {free}, or choose another hour."


def _done_word(request: Request, choices: Choices, made: Version) -> str:
    if over.stands_over(made.resource):
        return "Moved over another visit." if choices.move else "Booked over another visit."
    if choices.move:
        return "Moved."
    if choices.wait:
        return "Booked; no longer on the waitlist."
    return "Held for 15 minutes." if request.POST.get("do") == "hold" else "Booked."


def _book(
    request: Request, found: Search, form: BookingForm, start: datetime, take: Mapping[int, str]
) -> Version:
    assert found.kind is not None
    said = form.cleaned_data
    language = languages_of(found)[1]
    order = said.get("order") or ""
    told = said.get("order_told") or ""
    wish = BookingWish(
        patient=found.choices.patient,
        visit_type=found.kind.code,
        start=start,
        chosen=_seats(request, found, take),
        site=f"Location/{found.choices.site}" if found.choices.site else None,
        key=asked.key(request.POST),
        override=_over(request),
        sought=sought(found),
        waiting=found.choices.wait,
        reason=said.get("reason", ""),
        order=order if order and order != "told" else None,
        order_told=told if not order or order == "told" else "",
        staff_note=said.get("note_staff", ""),
        patient_note=said.get("note_patient", ""),
        interpreter=f"{language}{', on site' if found.choices.interpreter else ''}"
        if said.get("interpreter")
        else "",
        ride=RIDE if said.get("ride") else "",
        telehealth=found.choices.by_video,
        hold=request.POST.get("do") == "hold",
    )
    if said.get("repeat") and not wish.hold:
        series = SeriesWish(
            wish,
            said["times"],
            every_days=DAYS_A_WEEK * int(said["repeat"]),
            skip_taken=bool(said.get("skip_taken")),
        )
        return coordination.book_series(request.ctx, series)
    return coordination.book_visit(request.ctx, wish)


def _over(request: Request) -> str:
    return asked.text(request.POST, "override", over.REASON_CHARACTERS_MAX) if over.wanted(request) else ""


def _seats(request: Request, found: Search, take: Mapping[int, str]) -> Mapping[int, str]:
    assert found.kind is not None
    return over.main_of(found.here, found.kind, take) if over.wanted(request) else take


def _move_wish(
    request: Request, found: Search, form: BookingForm, start: datetime, take: Mapping[int, str]
) -> MoveWish:
    said = form.cleaned_data
    leave, apart = _others(request)
    return MoveWish(
        appointment=found.choices.move,
        start=start,
        chosen=_seats(request, found, take),
        site=f"Location/{found.choices.site}" if found.choices.site else None,
        telehealth=found.choices.by_video,
        reach=said.get("reach") or "one",
        leave=leave,
        apart=apart,
        code=said.get("moved_for", ""),
        reason=said.get("moved_why", ""),
        override=_over(request),
        sought=sought(found),
        expect=asked.number(request.POST, "expect"),
        key=asked.key(request.POST),
    )


def _others(request: Request) -> tuple[frozenset[str], dict[str, datetime]]:
    """Return which visits of the series are to stay, and which get a time of their own; none where all get another hour."""
    if request.POST.get("take_instead"):
        return frozenset(), {}
    said = {n.removeprefix(APART)[:64]: str(v) for n, v in request.POST.items() if n.startswith(APART)}
    apart = {id_: at for id_, value in said.items() if (at := choosing.instant(value)) is not None}
    return frozenset(id_ for id_ in said if id_ not in apart), apart
