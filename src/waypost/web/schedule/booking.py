"""The booking card, and the one act it leads to."""

from collections.abc import Mapping
from datetime import datetime

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from waypost.coordination import actions as coordination
from waypost.coordination.problems import SeriesNotFree
from waypost.coordination.wishes import BookingWish, MoveWish, SeriesWish
from waypost.kernel.dates import local_day, say_short
from waypost.kernel.problem import Problem
from waypost.messaging.rules import wording
from waypost.records.versions import Version
from waypost.scheduling.problems import SlotTaken
from waypost.web.pages import Request, done, go_to, render_page
from waypost.web.parts import Status
from waypost.web.schedule import choices as choosing
from waypost.web.schedule import rows
from waypost.web.schedule.booking_card import card_of, form_of, new_key
from waypost.web.schedule.booking_form import BookingForm
from waypost.web.schedule.choices import Choices
from waypost.web.schedule.times import Search, languages_of, page_of, search

ORDERS_SHOWN_MAX = 12
DAYS_A_WEEK = 7
IN_FORCE = {"active", "on-hold", "draft"}


@require_POST
def book(request: Request) -> HttpResponse:
    """Book, hold or move; what cannot be is said beside what was typed."""
    choices = choosing.read(request.POST)
    start = choosing.instant(request.POST.get("start", ""))
    take = dict(rows.read_take(request.POST.get("take", "")))
    instead = request.POST.get("take_instead", "")
    if instead:
        start, take = (
            choosing.instant(instead.partition("~")[0]),
            dict(rows.read_take(instead.partition("~")[2])),
        )
    found = search(request, choices)
    if start is None or found.kind is None or (found.view is None and not choices.move):
        return render_page(
            request, page_of(found, notice=Status("late", "Choose a patient, a visit and a time first.")), 422
        )
    form = form_of(found, request.POST)
    if not form.is_valid():
        return render_page(
            request,
            page_of(found, card=card_of(found, form, start, take, key=request.POST.get("key", ""))),
            422,
        )
    try:
        made = (
            _move(request, found, start, take, form.cleaned_data.get("reach", ""))
            if choices.move
            else _book(request, found, form, start, take)
        )
    except SlotTaken as taken:
        fresh = search(request, choices.with_(chosen=""))
        card = card_of(fresh, form, start, take, key=new_key(request), taken=taken)
        return render_page(request, page_of(fresh, card=card), taken.status)
    except SeriesNotFree as some:
        form.add_error(None, _not_free(some, found))
        card = card_of(found, form, start, take, key=new_key(request))
        return render_page(request, page_of(found, card=card), some.status)
    except Problem as problem:
        if problem.status >= 500 or problem.status in {401, 404}:
            raise
        form.add_error(
            None,
            f"{problem.title} {problem.detail if problem.detail != problem.title else ''} {problem.remedy}".replace(
                "  ", " "
            ),
        )
        card = card_of(found, form, start, take, key=new_key(request))
        return render_page(request, page_of(found, card=card), problem.status)
    done(request, _done_word(request, choices), made.act)
    return go_to(request, "visit", made.id)


def _not_free(some: SeriesNotFree, found: Search) -> str:
    days = [say_short(local_day(at, found.zone), today=found.today) for at in some.extra.get("taken", ())]
    free = len(some.extra.get("free", ()))
    return f"Not free at that hour: {wording.listed(days)}. Tick “Leave out the dates that are taken” to book the other {free}, or choose another hour."


def _done_word(request: Request, choices: Choices) -> str:
    if choices.move:
        return "Moved."
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
        chosen=take,
        site=f"Location/{found.choices.site}" if found.choices.site else None,
        key=request.POST.get("key", "")[:64],
        reason=said.get("reason", ""),
        order=order if order and order != "told" else None,
        order_told=told if not order or order == "told" else "",
        staff_note=said.get("note_staff", ""),
        patient_note=said.get("note_patient", ""),
        interpreter=f"{language}{', on site' if found.choices.interpreter else ''}"
        if said.get("interpreter")
        else "",
        ride="From home and back" if said.get("ride") else "",
        telehealth=bool(found.choices.video),
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


def _move(request: Request, found: Search, start: datetime, take: Mapping[int, str], reach: str) -> Version:
    expect = request.POST.get("expect", "")
    wish = MoveWish(
        appointment=found.choices.move,
        start=start,
        chosen=take,
        site=f"Location/{found.choices.site}" if found.choices.site else None,
        reach=reach or "one",
        expect=int(expect) if expect.isdecimal() else None,
        key=request.POST.get("key", "")[:64],
    )
    return coordination.move_visit(request.ctx, wish)
