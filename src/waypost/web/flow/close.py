"""Close the day of a site: what is still open, with what resolves it; then what was taken is counted."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from waypost.access import scopes
from waypost.coordination.flow import closing, queries, steps
from waypost.coordination.flow.checkin import payments, reading
from waypost.coordination.flow.checkin import queries as taken
from waypost.coordination.flow.closing import Close
from waypost.coordination.flow.queries import InFlow
from waypost.coordination.flow.steps import Step
from waypost.kernel.dates import local_day, say_day, say_moment, say_time
from waypost.kernel.problem import Problem
from waypost.kernel.scope import Scope
from waypost.registry import queries as registry
from waypost.registry.fhir import say_mrn
from waypost.registry.queries import Person
from waypost.scheduling.fhir import patients_of
from waypost.scheduling.queries.clinic import clinic
from waypost.web import asked
from waypost.web.flow.acts import say_not_done
from waypost.web.flow.board import graces, usual_site
from waypost.web.flow.cards import Around, Press, press, presses_of
from waypost.web.forms import DeskForm, mendable
from waypost.web.pages import Page, Request, done, go_to, render_page
from waypost.web.schedule.boards import Pick
from waypost.web.schedule.sites import site_names


@dataclass(frozen=True, slots=True)
class Back:
    """A payment that was taken back that day, or what was given back of an earlier one."""

    amount: str
    said: str
    why: str
    url: str


class CountForm(DeskForm):
    """What was counted, by each method that anything was taken by."""

    note = forms.CharField(label="Note", required=False, max_length=300, help_text="Where the count is off, say why.")
    version = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, recorded: dict[str, Decimal], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.methods = list(recorded)
        self.recorded = recorded
        for method, amount in recorded.items():
            name = f"count-{method}"
            self.fields[name] = forms.CharField(
                label=f"{reading.METHODS.get(method, method)}, counted", max_length=12, help_text=f"Recorded: {payments.say(amount)}",
                error_messages={"required": "This is needed; 0 where there is nothing."},
                widget=forms.TextInput(attrs={"class": "short", "inputmode": "decimal", "autocomplete": "off"}),
            )  # fmt: skip
        self.order_fields([f"count-{method}" for method in recorded])

    def counts(self) -> dict[str, Decimal]:
        return {method: self.cleaned_data[f"count-{method}"] for method in self.methods}

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for method in self.methods:
            text = said.get(f"count-{method}")
            if text is None:
                continue
            least = -payments.MOST if self.recorded[method] < 0 else Decimal(0)  # more was given back than taken
            amount = payments.read_amount(text, least=least)
            if amount is None:
                self.add_error(f"count-{method}", "Write an amount as 120 or 120.50; 0 where there is nothing.")
            said[f"count-{method}"] = amount
        return said


class ReopenForm(DeskForm):
    reason = forms.CharField(label="Why it is opened again", max_length=200)


@dataclass(frozen=True, slots=True)
class Left:
    """One visit without an end."""

    name: str
    ids: str
    at: str
    step: str
    url: str
    presses: Sequence[Press]
    links: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosePage(Page):
    template: ClassVar[str] = "waypost/flow/close.html"
    place: str = "flow"
    day: str
    site: str
    day_text: str
    picks: Sequence[Pick]
    here: str
    board: str
    left: Sequence[Left]
    tally: str
    closed: bool
    closed_said: str
    counts: Sequence[tuple[str, str, str, str]]
    note: str
    returned: Sequence[Back]
    form: DeskForm
    reopen: DeskForm


@require_http_methods(["GET", "POST"])
def close(request: Request) -> HttpResponse:
    """Show what is open at a site's day and close it; or open it again, with a reason."""
    ctx = request.ctx
    given = request.POST if request.method == "POST" else request.GET
    names = site_names(scopes.for_staff(ctx, what="Location"), clinic(ctx.tenant, ctx.now))
    today = local_day(ctx.now, ctx.zone)
    on = asked.day(given, "day") or today
    site = asked.id_(given, "site") if "site" in given else usual_site(request, names) or _first(names)
    ref = f"Location/{site}" if site else ""
    if request.method == "GET":
        return _show(request, names, ref, on)
    try:
        return _do(request, names, ref, on)
    except Problem as problem:
        say_not_done(request, mendable(problem))
        return _show(request, names, ref, on, status=problem.status)


def _first(names: dict[str, str]) -> str:
    return min(names, key=lambda ref: names[ref], default="").partition("/")[2]


def _do(request: Request, names: dict[str, str], site: str, on: date) -> HttpResponse:
    ctx = request.ctx
    if request.POST.get("do") == "reopen":
        form = ReopenForm(request.POST)
        if not form.is_valid():
            return _show(request, names, site, on, reopen=form, status=422)
        made = closing.reopen_day(ctx, site, on, form.cleaned_data["reason"])
        done(request, "Opened again.", made.act)
        return go_to(request, _address(site, on))
    scope = scopes.for_staff(ctx, what="PaymentNotice")
    form = CountForm(request.POST, recorded=closing.recorded(scope, site, on))
    if not form.is_valid():
        return _show(request, names, site, on, form=form, status=422)
    made = closing.close_day(ctx, site, on, form.counts(), note=form.cleaned_data["note"], seen=form.cleaned_data.get("version") or 0)
    done(request, "The day is closed.", made.act)
    return go_to(request, _address(site, on))


def _address(site: str, on: date) -> str:
    return f"{reverse('flow-close')}?{urlencode({'site': site.partition('/')[2], 'day': on.isoformat()})}"


def _show(
    request: Request, names: dict[str, str], site: str, on: date, *, form: DeskForm | None = None, reopen: DeskForm | None = None, status: int = 200
) -> HttpResponse:
    ctx = request.ctx
    today = local_day(ctx.now, ctx.zone)
    since, _ = queries.bounds(on, ctx.zone)
    scope = scopes.for_flow(ctx, since, "flow")
    people = queries.day(scope, on, site=site)
    known = registry.people(scope, [one.patient for one in people])
    scopes.found(ctx, "Appointment", sorted(known), action="flow")
    here = clinic(ctx.tenant, ctx.now)
    rooms = {room.ref: room for room in queries.rooms(here, site, people)}
    around = Around(now=ctx.now, zone=ctx.zone, rooms=rooms, grace=graces(here, people), today=on == today)
    before = closing.of_day(ctx, site, on)
    recorded = closing.recorded(scope, site, on)
    options = tuple((ref.partition("/")[2], name) for ref, name in sorted(names.items(), key=lambda s: s[1]))
    ended = [one.step for one in people if one.step in steps.ENDED]
    tally = ", ".join(f"{ended.count(step)} {steps.WORDS[step].lower()}" for step in (Step.DONE, Step.MISSED, Step.LEFT) if step in ended)
    page = ClosePage(
        title=f"Close the day{', ' + names[site] if site in names else ''}",
        day=on.isoformat(),
        site=site.partition("/")[2],
        day_text=say_day(on, today=today),
        picks=[Pick("site", "Site", site.partition("/")[2], options)] if len(options) > 1 else [],
        here=_address(site, on),
        board=f"{reverse('flow')}?{urlencode({'site': site.partition('/')[2], 'day': on.isoformat()})}",
        left=[_left(one, known.get(one.patient), around) for one in closing.unresolved(people)],
        tally=tally,
        closed=bool(before and before.closed),
        closed_said=_closed_said(before, ctx.zone),
        counts=[
            (reading.METHODS.get(c.method, c.method), payments.say(c.recorded), payments.say(c.counted), payments.say(c.off) if c.off else "")
            for c in (before.counts if before else ())
        ],
        note=before.note if before else "",
        returned=_returned(scope, site, on),
        form=form or CountForm(recorded=recorded, initial={"version": before.version if before else 0}),
        reopen=reopen or ReopenForm(auto_id="reopen_%s"),
    )
    return render_page(request, page, status)


def _returned(scope: Scope, site: str, on: date) -> list[Back]:
    """Return what was taken back of that day's payments, and what was given back that day of earlier ones."""
    found = []
    for one in taken.of_day(scope, on):
        if one.site != site or (one.stands and not one.corrects):
            continue
        method = reading.METHODS.get(one.method, one.method)
        said = f"{method}, receipt {one.receipt}, " + (f"given back of {one.corrects_receipt}" if one.corrects and one.stands else "taken back")
        url = f"{reverse('receipt', args=[one.visit])}?payment={one.id}" if one.visit else ""
        found.append(Back(payments.say(one.amount), said, f"{one.reason} ({one.undone_by or one.by})", url))
    return found


def _closed_said(before: Close | None, zone: str) -> str:
    if before is None or before.at is None:
        return ""
    verb = "Closed" if before.closed else "Opened again"
    reason = f": {before.reason}" if before.reason and not before.closed else ""
    return f"{verb} {say_moment(before.at, zone)} by {before.by}{reason}."


def _left(one: InFlow, person: Person | None, around: Around) -> Left:
    """Return an open visit with what resolves it: today the next steps, of a past day the visit's page with when it was."""
    name = person.name if person else "Patient"
    url = reverse("visit", args=[one.visit.id])
    links = []
    if not around.today and len(patients_of(one.visit.resource)) > 1:
        return _left_of_group(one, person, around)
    if one.step is Step.BOOKED:
        links.append(("Cancel", f"{url}?do=cancel"))
    if not around.today:
        links += [("Did not come", f"{url}?do=noshow")] if one.step is Step.BOOKED else []
        links.append(("Done", f"{url}?do=done"))
    presses = [press for press in presses_of(one, name, around) if not press.value.startswith("forms")] if around.today else []
    if around.today and one.step in steps.HERE and not any(press.value.startswith("done") for press in presses):
        links.append(("Open the visit", url))
    return Left(
        name=name, ids=say_mrn(person.mrn) if person and person.mrn else "", at=say_time(one.start, around.zone), step=steps.WORDS[one.step],
        url=url, presses=presses, links=links,
    )  # fmt: skip


def _left_of_group(one: InFlow, person: Person | None, around: Around) -> Left:
    """Return one of a group of a past day with the presses that resolve this patient alone."""
    name = person.name if person else "Patient"
    ends = (Step.MISSED, Step.DONE) if one.step is Step.BOOKED else (Step.DONE,)
    return Left(
        name=name, ids=say_mrn(person.mrn) if person and person.mrn else "", at=say_time(one.start, around.zone), step=steps.WORDS[one.step],
        url=reverse("visit", args=[one.visit.id]), presses=[press(one, step, name) for step in ends], links=[],
    )  # fmt: skip
