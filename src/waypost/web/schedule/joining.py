"""Groups that have room, and the card by which a patient joins one: what is asked is what booking asks."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from waypost.coordination import actions as coordination
from waypost.coordination.requests import RIDE
from waypost.coordination.wishes import SeatWish
from waypost.kernel.dates import say_moment
from waypost.kernel.problem import Problem
from waypost.scheduling import fhir
from waypost.scheduling.queries.boards import Group, groups_ahead
from waypost.scheduling.rules.types import CARE_ROLES
from waypost.web import asked
from waypost.web.pages import Request, done, go_to, render_page
from waypost.web.parts import Status
from waypost.web.schedule import choices as choosing
from waypost.web.schedule.booking_facts import looked_up
from waypost.web.schedule.booking_form import BookingForm
from waypost.web.schedule.pages import Session
from waypost.web.schedule.searching import Search, languages_of, search
from waypost.web.schedule.visits import read_visit

NOT_ASKED = ("note_staff", "note_patient", "hard_ok")  # what stands in the visit is everyone's


@dataclass(frozen=True, slots=True)
class Joining:
    """The card of one group as it was typed."""

    appointment: str
    form: BookingForm


def sessions(found: Search, typed: Joining | None = None) -> list[Session]:
    """Return the groups of this kind that have room, soonest first."""
    if found.kind is None or found.kind.capacity < 2 or found.choices.move:
        return []
    found = looked_up(found)
    assert found.kind is not None
    groups = groups_ahead(found.scope, found.kind.code, found.now, capacity=found.kind.capacity)
    return [_session(found, one, typed) for one in groups]


def _session(found: Search, one: Group, typed: Joining | None) -> Session:
    from waypost.web.schedule.booking_card import new_key

    assert found.kind is not None
    mine = f"Patient/{found.choices.patient}" in one.people
    calendars = (found.here.calendar(r) for r in one.people)
    with_whom = next((c.name for c in calendars if c is not None and c.role in CARE_ROLES), "")
    told = Session(
        when=say_moment(one.starts, found.zone, today=found.today),
        places=f"{one.taken} of {found.kind.capacity} places taken{', this patient among them' if mine else ''}",
        with_whom=with_whom,
        url=reverse("visit", args=[one.appointment]),
    )
    if mine or found.view is None:
        return told
    bound = typed.form if typed is not None and typed.appointment == one.appointment else None
    kept = [("patient", found.choices.patient), ("wait", found.choices.wait), ("key", new_key(found.request))]
    return Session(
        when=told.when, places=told.places, with_whom=told.with_whom, url=told.url,
        join_url=reverse("visit-join", args=[one.appointment]), form=bound or form_of(found, one.appointment),
        hidden=[pair for pair in kept if pair[1]], open=bound is not None,
    )  # fmt: skip


def form_of(found: Search, appointment: str, *, typed: bool = False) -> BookingForm:
    """Return what is asked before this patient joins: what booking asks of one patient."""
    from waypost.web.schedule import booking_card

    data = found.request.POST if typed else None
    form = booking_card.form_of(found, data, auto_id=f"join_{appointment}_%s")
    for name in NOT_ASKED:
        form.fields.pop(name, None)
    for field in form.fields.values():
        field.widget.attrs.pop("data-focus", None)
    return form


@require_POST
def join(request: Request, id: str) -> HttpResponse:
    """Put a patient on the roster of a group, with what is theirs alone."""
    from waypost.web.schedule.times import page_of

    group = read_visit(request.ctx, id)
    given = {"patient": request.POST.get("patient"), "wait": request.POST.get("wait"), "visit": fhir.visit_type_code(group.resource)}
    found = looked_up(search(request, choosing.read(given)))
    if found.kind is None or found.view is None:
        return render_page(request, page_of(found, notice=Status("late", "Choose a patient and a group first.")), 422)
    form = form_of(found, id, typed=True)
    if not form.is_valid():
        return render_page(request, page_of(found, join=Joining(id, form)), 422)
    try:
        made = coordination.add_to_group(
            request.ctx, id, found.choices.patient, _seat(found, form), key=asked.key(request.POST), waiting=found.choices.wait
        )
    except Problem as problem:
        status = form.refuse(problem)
        return render_page(request, page_of(found, join=Joining(id, form)), status)
    done(request, "Added to the group.", made.act)
    return go_to(request, "visit", made.id)


def _seat(found: Search, form: BookingForm) -> SeatWish:
    said = form.cleaned_data
    order = said.get("order") or ""
    told = said.get("order_told") or ""
    return SeatWish(
        reason=said.get("reason", ""),
        order=order if order and order != "told" else None,
        order_told=told if not order or order == "told" else "",
        interpreter=languages_of(found)[1] or "Language not known" if said.get("interpreter") else "",
        ride=RIDE if said.get("ride") else "",
    )
