"""Checkout: every follow-up order is booked, or it is said why not; what is next is printed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from waypost.coordination import patients
from waypost.coordination.flow import actions, steps
from waypost.coordination.flow import checkout as leaving
from waypost.coordination.flow.checkin import queries
from waypost.coordination.flow.checkin.queries import CheckIn
from waypost.coordination.flow.checkout import FollowUps, NotNow
from waypost.coordination.flow.problems import OrdersOpen
from waypost.coordination.flow.steps import Step
from waypost.coordination.visits_ahead import Upcoming
from waypost.kernel.dates import say_date, say_time
from waypost.kernel.problem import Problem
from waypost.web import asked
from waypost.web.chart.bands import band
from waypost.web.flow.acts import SAID, NoStep, refused, wish_of
from waypost.web.flow.cards import Press
from waypost.web.flow.checkin import press_of
from waypost.web.forms import DeskForm
from waypost.web.pages import Page, Request, done, go_to, render_page
from waypost.web.parts import Band
from waypost.web.schedule.visits import read_visit


class WhyNotForm(DeskForm):
    """Why one order is not booked now; `focus` puts the reader there, as it has to be answered first."""

    why = forms.ChoiceField(label="Not now, because", required=False, choices=[("", "Choose"), *((code, one.word) for code, one in leaving.WHY_NOT.items())])
    note = forms.CharField(label="In words", required=False, max_length=200)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.hide_optional = True  # type: ignore[attr-defined]

    def ask(self, *, focus: bool) -> None:
        """Say that a reason is missing."""
        self.add_error("why", "Book it, or choose why not.")
        if focus:
            self.fields["why"].widget.attrs["data-focus"] = ""


@dataclass(frozen=True, slots=True)
class Order:
    id: str
    what: str
    on: str
    said: str
    url: str
    form: DeskForm


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutPage(Page):
    template: ClassVar[str] = "waypost/flow/checkout.html"
    place: str = "schedule"
    visit: str
    patient: str
    patient_url: str
    band: Band
    step: str
    orders: Sequence[Order]
    left: int
    missing: int  # orders that something is still to be said of, once it was tried without
    closed: bool
    upcoming: Sequence[Upcoming]
    presses: Sequence[Press]
    back_url: str


Forms = Mapping[str, WhyNotForm]


@require_http_methods(["GET", "POST"])
def checkout(request: Request, id: str) -> HttpResponse:
    """Show what follows from a visit, keep why orders are not booked now, or finish the visit with them."""
    ctx = request.ctx
    given = request.POST if request.method == "POST" else request.GET
    seen = queries.check_in(ctx, read_visit(ctx, id), asked.id_(given, "patient"))
    follow = leaving.follow_ups(ctx, seen.one.visit, seen.one.patient)
    if request.method == "GET":
        return _show(request, seen, follow, {one.id: WhyNotForm(prefix=one.id) for one in follow.orders})
    forms_: Forms = {one.id: WhyNotForm(request.POST, prefix=one.id) for one in follow.orders}
    if any(form.errors for form in forms_.values()):
        return _show(request, seen, follow, forms_, 422)
    chosen = [(one, form.cleaned_data) for one, form in forms_.items()]
    said = tuple(NotNow(one, kept["why"], kept["note"]) for one, kept in chosen if kept["why"])
    try:
        return _keep(request, seen, follow, said) if request.POST.get("do") == "keep" else _finish(request, seen, said)
    except OrdersOpen as problem:
        left = [forms_[one] for one in problem.extra["orders"] if one in forms_]
        for form in left:
            form.ask(focus=form is left[0])
        return _show(request, seen, follow, forms_, problem.status)
    except Problem as problem:
        return refused(request, problem, _address(seen))


def _address(seen: CheckIn) -> str:
    return f"{reverse('checkout', args=[seen.one.visit.id])}?{urlencode({'patient': seen.one.patient})}"


def _keep(request: Request, seen: CheckIn, follow: FollowUps, said: tuple[NotNow, ...]) -> HttpResponse:
    """Keep why orders are not booked now."""
    if not said:
        raise OrdersOpen(extra={"orders": follow.left})
    made = leaving.not_booked(request.ctx, seen.one.visit, seen.one.patient, said)
    done(request, "Noted.", made[0].act)
    return go_to(request, _address(seen))


def _finish(request: Request, seen: CheckIn, said: tuple[NotNow, ...]) -> HttpResponse:
    """Take the patient along; as the visit ends, with every reason that was chosen."""
    wish = wish_of(request)
    if wish.appointment != seen.one.visit.id:
        raise NoStep
    made = actions.take_along(request.ctx, replace(wish, not_now=said if wish.step is Step.DONE else ()))
    done(request, f"{SAID[wish.step]}.", made.act)
    return go_to(request, "flow")


def _show(request: Request, seen: CheckIn, follow: FollowUps, forms_: Forms, status: int = 200) -> HttpResponse:
    view = patients.head_of(request.ctx, seen.one.patient)
    page = CheckoutPage(
        title=f"Checkout, {say_time(seen.one.start, request.ctx.zone)}",
        visit=seen.one.visit.id,
        patient=seen.one.patient,
        patient_url=reverse("patient", args=[seen.one.patient]),
        band=band(view, acts=()),
        step=steps.WORDS[seen.one.step],
        orders=[_order(one, seen.one.patient, forms_[one.id]) for one in follow.orders],
        left=len(follow.left),
        missing=sum(bool(form.errors) for form in forms_.values()),
        closed=follow.closed,
        upcoming=view.upcoming,
        presses=press_of(request, seen),
        back_url=reverse("flow"),
    )
    return render_page(request, page, status)


def _order(one: leaving.FollowUp, patient: str, form: WhyNotForm) -> Order:
    url = f"{reverse('find-times')}?{urlencode({'patient': patient, 'order': one.id})}"
    return Order(one.id, one.what, say_date(one.on), one.said, url, form)
