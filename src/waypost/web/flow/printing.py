"""The receipt of what was taken at the desk, to be printed."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from waypost.access import scopes
from waypost.chart.queries import name_of
from waypost.coordination.flow.checkin import payments, queries, reading
from waypost.kernel.dates import say_moment
from waypost.records import queries as records
from waypost.records.problems import NotFound
from waypost.scheduling import fhir
from waypost.web import asked
from waypost.web.pages import Page, Request, render_page
from waypost.web.schedule.visits import read_visit


@dataclass(frozen=True, slots=True, kw_only=True)
class ReceiptPage(Page):
    template: ClassVar[str] = "waypost/flow/receipt.html"
    place: str = "flow"
    clinic: str
    facts: Sequence[tuple[str, str]]
    back: str


@require_safe
def receipt(request: Request, id: str) -> HttpResponse:
    """Show the receipt of one payment, to be printed."""
    ctx = request.ctx
    visit = read_visit(ctx, id)
    scope = scopes.for_staff(ctx, what=f"Appointment/{id}")
    wanted = asked.id_(request.GET, "payment")
    one = next((each for each in queries.of_visits(scope, [id]) if each.id == wanted), None)
    if one is None:
        raise NotFound
    notice = records.read(scope, "PaymentNotice", one.id).resource
    person = records.read(scope, "Patient", one.patient)
    start = fhir.instant(visit.resource.get("start")) or ctx.now
    facts = [
        ("Receipt", one.receipt),
        ("Received from", name_of(person.resource)),
        ("Amount", payments.say(one.amount)),
        ("Paid by", reading.METHODS.get(one.method, one.method)),
        ("For", f"{reading.FOR.get(one.what, one.what)}, visit of {say_moment(start, ctx.zone)}"),
        ("On", say_moment(one.at, ctx.zone) if one.at else ""),
        ("Taken by", one.by),
    ]
    if not one.stands:
        facts.append(("State", "Taken back: this receipt no longer stands"))
    back = f"{reverse('check-in', args=[id])}?patient={one.patient}#payment"
    return render_page(request, ReceiptPage(title="Receipt", clinic=notice["recipient"].get("display", ""), facts=facts, back=back))
