"""The waitlist: put a patient on it from Find times, and open Find times again with what was asked for."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from waypost.coordination import actions as coordination
from waypost.coordination.problems import AlreadyWaiting
from waypost.coordination.wishes import WaitWish
from waypost.kernel import ids
from waypost.kernel.dates import local_day, read_day
from waypost.kernel.problem import Problem
from waypost.messaging.fhir import patients_of
from waypost.records.versions import Version
from waypost.scheduling import fhir
from waypost.web import asked
from waypost.web.forms import DeskForm
from waypost.web.pages import Request, done, go_to, render_page
from waypost.web.parts import Status
from waypost.web.schedule import choices as choosing
from waypost.web.schedule.choices import Choices, last_day
from waypost.web.schedule.sought import KEPT, words
from waypost.web.schedule.visits import read_visit


class WaitForm(DeskForm):
    reason = forms.CharField(label="Reason", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    note_staff = forms.CharField(label="Note to staff", required=False, max_length=500)


@dataclass(frozen=True, slots=True)
class WaitCard:
    action: str
    hidden: Sequence[tuple[str, str]]
    said: str
    form: WaitForm
    open: bool  # nothing else fits
    primary: bool


def card(found: Any) -> WaitCard | None:
    """Return the offer to wait; None without a patient and a kind of visit, or where the visit has a time or waits."""
    choices: Choices = found.choices
    if found.kind is None or found.view is None or choices.move or choices.wait or found.view.who.died:
        return None
    bound = found.request.method == "POST" and "wait_key" in found.request.POST
    form = WaitForm(found.request.POST if bound else None, auto_id="wait_%s")
    hidden = [(n, getattr(choices, n)) for n in ("patient", "visit", "order", *KEPT)]
    hidden.append(("wait_key", str(ids.uuid7(found.request.ctx.now))))
    kept = _said(found)
    none = found.found is not None and not found.found.times
    said = f"Kept with it: {kept}." if kept else "Any time will do."
    said += " The schedulers have it as open work until a time is booked."
    return WaitCard(reverse("wait"), [pair for pair in hidden if pair[1]], said, form, none or bound, primary=none)


def _said(found: Any) -> str:
    return words(found.choices, found.here, found.sites, found.today)


def sought_of(found: Any) -> dict[str, str]:
    """Return the constraints by name; 'within 14 days' becomes the day itself, so that it stays what was meant."""
    choices: Choices = found.choices
    kept = {name: getattr(choices, name) for name in KEPT if getattr(choices, name)}
    last = last_day(choices, found.today)
    return kept | ({"within": last.isoformat()} if last else {})


@require_POST
def put(request: Request) -> HttpResponse:
    """Put the patient on the waitlist, with everything that was chosen."""
    from waypost.web.schedule.searching import search
    from waypost.web.schedule.times import page_of

    found = search(request, choosing.read(request.POST))
    if found.kind is None or found.view is None:
        notice = Status("late", "Choose a patient and a visit first.")
        return render_page(request, page_of(found, notice=notice), 422)
    form = WaitForm(request.POST)
    if not form.is_valid():
        return render_page(request, page_of(found), 422)
    try:
        made = _put(request, found, form)
    except AlreadyWaiting as waits:
        done(request, f"{waits.title} {waits.remedy}")
        return go_to(request, "visit", str(waits.extra["appointment"]))
    except Problem as problem:
        if problem.status >= 500 or problem.status in {401, 404}:
            raise
        notice = Status("late", f"{problem.title} {problem.remedy}")
        return render_page(request, page_of(found, notice=notice), problem.status)
    done(request, "On the waitlist.", made.act, back=f"{reverse('find-times')}?{found.choices.query()}")
    return go_to(request, "visit", made.id)


def _put(request: Request, found: Any, form: WaitForm) -> Version:
    choices: Choices = found.choices
    wish = WaitWish(
        choices.patient,
        found.kind.code,
        sought=sought_of(found),
        said=_said(found),
        named=choices.names if len(choices.names) == 1 else (),  # of several, one will do: they stand in what is sought
        until=choosing.wish(choices, found.kind.code, now=found.now, zone=found.zone).until,
        reason=form.cleaned_data["reason"],
        order=choices.order or None,
        staff_note=form.cleaned_data["note_staff"],
        key=asked.key(request.POST, "wait_key"),
    )
    return coordination.put_on_waitlist(request.ctx, wish)


@require_GET
def times_for(request: Request, id: str) -> HttpResponse:
    """Open Find times for a visit on the waitlist, with what it must keep to; days that have passed are let go."""
    visit = read_visit(request.ctx, id)
    if visit.resource.get("status") != "waitlist":
        return go_to(request, "visit", id)
    kept = {name: value for name, value in fhir.sought_of(visit.resource).items() if name in KEPT}
    today = local_day(request.ctx.now, request.ctx.zone)
    for name in ("within", "since"):
        day = read_day(kept.get(name, ""))
        if day is not None and day < today:
            del kept[name]
    order = next((one.get("reference", "").rpartition("/")[2] for one in visit.resource.get("basedOn", ())), "")
    given = {
        **kept,
        "patient": next(iter(patients_of(visit.resource)), ""),
        "visit": fhir.visit_type_code(visit.resource) or "",
        "order": order,
        "wait": id,
    }
    return go_to(request, f"{reverse('find-times')}?{choosing.read(given).query()}")

