"""Checkout: every follow-up order is booked, or it is said why not; what is next is printed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from waypost.coordination import patients
from waypost.coordination.flow import checkout as leaving
from waypost.coordination.flow import steps
from waypost.coordination.flow.checkin import queries
from waypost.coordination.visits_ahead import Upcoming
from waypost.kernel.dates import say_date, say_time
from waypost.kernel.problem import Problem
from waypost.web import asked
from waypost.web.chart.bands import band
from waypost.web.flow.acts import refused
from waypost.web.flow.cards import Press
from waypost.web.flow.checkin import press_of
from waypost.web.forms import DeskForm
from waypost.web.pages import Page, Request, done, go_to, render_page
from waypost.web.parts import Band
from waypost.web.schedule.visits import read_visit


class WhyNotForm(DeskForm):
    why = forms.ChoiceField(label="Not now, because", choices=[(code, one.word) for code, one in leaving.WHY_NOT.items()])
    note = forms.CharField(label="In words", required=False, max_length=200)


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
    closed: bool
    upcoming: Sequence[Upcoming]
    presses: Sequence[Press]
    here: str
    back_url: str


@require_http_methods(["GET", "POST"])
def checkout(request: Request, id: str) -> HttpResponse:
    """Show what follows from a visit, or keep why an order is not booked now."""
    ctx = request.ctx
    visit = read_visit(ctx, id)
    given = request.POST if request.method == "POST" else request.GET
    seen = queries.check_in(ctx, visit, asked.id_(given, "patient"))
    here = f"{reverse('checkout', args=[id])}?{urlencode({'patient': seen.one.patient})}"
    failed: tuple[str, DeskForm] | None = None
    if request.method == "POST":
        order, form = asked.id_(request.POST, "order"), WhyNotForm(request.POST)
        if form.is_valid():
            try:
                made = leaving.not_booked(ctx, visit, seen.one.patient, order, form.cleaned_data["why"], form.cleaned_data["note"])
            except Problem as problem:
                return refused(request, problem)
            done(request, "Noted.", made.act)
            return go_to(request, here)
        failed = (order, form)
    follow = leaving.follow_ups(ctx, visit, seen.one.patient)
    view = patients.head_of(ctx, seen.one.patient)
    page = CheckoutPage(
        title=f"Checkout, {say_time(seen.one.start, ctx.zone)}",
        visit=id,
        patient=seen.one.patient,
        patient_url=reverse("patient", args=[seen.one.patient]),
        band=band(view, acts=()),
        step=steps.WORDS[seen.one.step],
        orders=[_order(one, seen.one.patient, failed) for one in follow.orders],
        left=follow.left,
        closed=follow.closed,
        upcoming=view.upcoming,
        presses=press_of(request, seen),
        here=here,
        back_url=reverse("flow"),
    )
    return render_page(request, page, 422 if failed else 200)


def _order(one: leaving.FollowUp, patient: str, failed: tuple[str, DeskForm] | None) -> Order:
    form = failed[1] if failed and failed[0] == one.id else WhyNotForm(auto_id=f"why-{one.id}-%s")
    url = f"{reverse('find-times')}?{urlencode({'patient': patient, 'order': one.id})}"
    return Order(one.id, one.what, say_date(one.on), one.said, url, form)
