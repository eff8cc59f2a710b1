"""The receipt of what was taken at the desk, to be printed; from it the payment is taken back, or given back later."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from waypost.access import scopes
from waypost.access.permissions import Permission, allowed
from waypost.chart.queries import name_of
from waypost.coordination.flow import closing
from waypost.coordination.flow.checkin import money, payments, queries, reading
from waypost.coordination.flow.checkin.money import GivenBack
from waypost.coordination.flow.checkin.payments import Payment
from waypost.kernel import ids
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day, say_moment
from waypost.kernel.problem import Problem
from waypost.records import queries as records
from waypost.records.problems import NotFound
from waypost.scheduling import fhir
from waypost.web import asked
from waypost.web.forms import DeskForm
from waypost.web.pages import Page, Request, done, go_to, render_page
from waypost.web.schedule.visits import read_visit


class BackForm(DeskForm):
    """Why a payment is taken back; and how much is given back where its day is closed."""

    amount = forms.CharField(label="Given back", max_length=12, widget=forms.TextInput(attrs={"class": "short", "inputmode": "decimal", "autocomplete": "off"}))
    reason = forms.CharField(label="Why", max_length=200)
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, later: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not later:
            del self.fields["amount"]

    def clean_amount(self) -> Decimal:
        found = payments.read_amount(self.cleaned_data["amount"])
        if found is None:
            raise forms.ValidationError("Write an amount above 0 as 25 or 25.00.")
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPage(Page):
    template: ClassVar[str] = "waypost/flow/receipt.html"
    place: str = "flow"
    clinic: str
    facts: Sequence[tuple[str, str]]
    here: str
    payment: str
    back: str
    form: DeskForm | None = None  # where it can be taken back, or given back
    later: bool = False
    said: str = ""


@require_http_methods(["GET", "POST"])
def receipt(request: Request, id: str) -> HttpResponse:
    """Show the receipt of one payment, to be printed; take it back, or note what is given back on a later day."""
    ctx = request.ctx
    read_visit(ctx, id)
    wanted = asked.id_(request.POST if request.method == "POST" else request.GET, "payment")
    of_visit = queries.of_visits(scopes.for_staff(ctx, what=f"Appointment/{id}"), [id])
    one = next((each for each in of_visit if each.id == wanted), None)
    if one is None:
        raise NotFound
    later = one.at is not None and closing.is_closed(ctx, one.site, local_day(one.at, ctx.zone))
    left = money.left_of(one, of_visit)
    if request.method == "GET":
        form = BackForm(later=later, initial={"key": str(ids.uuid7(ctx.now)), "amount": f"{left:.2f}"})
        return _show(request, one, of_visit, form, later=later)
    form = BackForm(request.POST, later=later)
    if not form.is_valid():
        return _show(request, one, of_visit, form, later=later, status=422)
    said = form.cleaned_data
    try:
        if later:
            made = money.give_back(ctx, one.id, GivenBack(amount=said["amount"], reason=said["reason"], key=said["key"]))
        else:
            made = money.void(ctx, one.id, said["reason"])
    except Problem as problem:
        return _show(request, one, of_visit, form, later=later, status=form.refuse(problem))
    done(request, "Given back; this is its receipt." if later else "Taken back.")
    return go_to(request, _address(id, made.id))


def _address(visit: str, payment: str) -> str:
    return f"{reverse('receipt', args=[visit])}?payment={payment}"


def _show(request: Request, one: Payment, of_visit: Sequence[Payment], form: DeskForm, *, later: bool, status: int = 200) -> HttpResponse:
    ctx = request.ctx
    scope = scopes.for_staff(ctx, what=f"Appointment/{one.visit}", patient=one.patient)
    notice = records.read(scope, "PaymentNotice", one.id).resource
    left = money.left_of(one, list(of_visit))
    mends = left > 0 if later else left == one.amount
    may = one.stands and mends and allowed(ctx.actor.roles, Permission.APPOINTMENT_STATUS)
    page = ReceiptPage(
        title="Receipt",
        clinic=notice["recipient"].get("display", ""),
        facts=[(label, value) for label, value in _facts(ctx, one, of_visit, name_of(records.read(scope, "Patient", one.patient).resource)) if value],
        here=reverse("receipt", args=[one.visit]),
        payment=one.id,
        back=f"{reverse('check-in', args=[one.visit])}?patient={one.patient}#payment",
        form=form if may else None,
        later=later,
        said="Its day is closed, so nothing of it is changed: what is given back is noted today, with a receipt of its own." if later
        else "It stays on record, and counts no more. Take the right amount anew.",
    )  # fmt: skip
    return render_page(request, page, status)


def _facts(ctx: Context, one: Payment, of_visit: Sequence[Payment], name: str) -> list[tuple[str, str]]:
    back = one.amount < 0
    visit = read_visit(ctx, one.visit)
    start = fhir.instant(visit.resource.get("start")) or ctx.now
    method = reading.METHODS.get(one.method, one.method)
    given = ", ".join(f"{payments.say(-each.amount)}, receipt {each.receipt}" for each in of_visit if each.stands and each.corrects == one.id)
    return [
        ("Receipt", one.receipt),
        ("Given back to" if back else "Received from", name),
        ("Amount", payments.say(one.amount)),
        ("Given back by" if back else "Paid by", method),
        ("For", f"{reading.FOR.get(one.what, one.what)}, visit of {say_moment(start, ctx.zone)}"),
        ("Of receipt", one.corrects_receipt),
        ("Because", one.reason if one.stands else ""),
        ("On", say_moment(one.at, ctx.zone) if one.at else ""),
        ("Noted by" if back else "Taken by", one.by),
        ("Given back of it", given),
        ("State", "" if one.stands else f"Taken back by {one.undone_by}: {one.reason}. This receipt no longer stands"),
    ]
