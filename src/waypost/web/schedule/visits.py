"""One visit: what it is, what may be done with it, what went out, and its history."""

from dataclasses import dataclass, replace
from datetime import date, datetime

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from waypost.access import scopes
from waypost.coordination import answering, notices, patients
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day, say_day
from waypost.kernel.scope import Scope
from waypost.messaging.fhir import moment, patients_of
from waypost.records import queries as records
from waypost.records.versions import Version
from waypost.registry import fhir as people
from waypost.scheduling import fhir
from waypost.scheduling.queries.clinic import clinic
from waypost.web.chart.bands import band
from waypost.web.forms import DeskForm
from waypost.web.pages import Request, render_page
from waypost.web.parts import Band, Fact
from waypost.web.schedule import choices as choosing
from waypost.web.schedule import sought
from waypost.web.schedule import visit_letters as letters
from waypost.web.schedule import visit_parts as parts
from waypost.web.schedule import visit_requests as asks
from waypost.web.schedule.pages import CardFact, VisitPage
from waypost.web.schedule.sites import site_names
from waypost.web.schedule.visit_history import history_of


@require_GET
def visit(request: Request, id: str) -> HttpResponse:
    """Show the visit; `?do=cancel` and `?do=noshow` open the form that asks why."""
    found = read_visit(request.ctx, id)
    return render_page(request, page_of(request, found, asked=request.GET.get("do", "")))


def read_visit(ctx: Context, id_: str) -> Version:
    scope = scopes.for_staff(ctx, what=f"Appointment/{id_}")
    return records.read(scope, "Appointment", id_)


@dataclass(frozen=True, slots=True)
class Seen:
    """One visit as its page sees it: whose it is, when and where, and what may still be told."""

    ctx: Context
    scope: Scope
    found: Version
    who: tuple[str, ...]
    view: patients.PatientView | None  # None of a group
    notice: notices.Notice | None
    start: datetime | None
    end: datetime | None
    zone: str

    @property
    def today(self) -> date:
        return local_day(self.ctx.now, self.zone)

    @property
    def outside(self) -> bool:
        return fhir.extension(self.found.resource, "outside") is True

    @property
    def died(self) -> bool:
        return bool(self.view and self.view.who.died)

    @property
    def to_tell(self) -> bool:
        """Whether there is something to read back: a visit of ours that is booked and still to come."""
        ahead = self.start is not None and self.start > self.ctx.now and self.found.resource.get("status") == "booked"
        return self.notice is not None and ahead and not self.died and not self.outside

    def said(self, language: str) -> str:
        return parts.said_of(self.notice, self.ctx, language) if self.to_tell and self.notice else ""

    @property
    def title(self) -> str:
        what = notices.what_of(self.ctx, self.found.resource, "en")
        if not self.start or not self.end:
            return f"{what}, no time yet"
        return f"{what}, {say_day(local_day(self.start, self.zone), today=self.today)}, {parts.hours_of(self.start, self.end, self.zone)}"


def _seen(ctx: Context, found: Version) -> Seen:
    resource = found.resource
    ids_ = patients_of(resource)
    scope = scopes.for_search(ctx, "Appointment")
    scopes.found(ctx, f"Appointment/{found.id}", ids_, action="read")
    view = patients.head_of(ctx, ids_[0]) if len(ids_) == 1 else None
    notice = notices.notice_of(ctx, scope, found, patient=ids_[0]) if ids_ and resource.get("start") else None
    start, end = moment(resource.get("start")), moment(resource.get("end"))
    return Seen(ctx, scope, found, tuple(ids_), view, notice, start, end, notice.clinic.zone if notice else ctx.zone)


def page_of(request: Request, found: Version, *, asked: str = "", form: DeskForm | None = None) -> VisitPage:
    ctx = request.ctx
    seen = _seen(ctx, found)
    resource, scope, view, notice, zone = found.resource, seen.scope, seen.view, seen.notice, seen.zone
    spanish = bool(view and people.spoken_language(view.resource).startswith("es"))
    roster = letters.roster_of(scope, ctx, found, seen.who)
    rows = asks.rows_of(ctx, found, answering.beside(scope, found.id), {seat.patient: seat.name for seat in roster})
    return VisitPage(
        title=seen.title,
        status=parts.status_of(resource, ctx.now),
        note=parts.hold_note_of(resource, zone, ctx.now),
        here=reverse("visit", args=[found.id]),
        band=_band(view, asks.facts_of(rows)) if view else None,
        say=seen.said("en"),
        say_translated=seen.said("es") if spanish else "",
        say_language="In Spanish",
        say_code="es",
        acts=parts.acts_of(found, ctx, seen.start, outside=seen.outside, died=seen.died),
        facts=[
            *_kept(ctx, scope, found, seen.today),
            *parts.facts_of(ctx, found, notice, zone, seen.today, outside=seen.outside),
        ],
        stops=parts.stops_of(resource, zone),
        roster=roster,
        roster_said=parts.roster_said_of(ctx, resource, seen.who),
        series=parts.series_of(ctx, found, zone, seen.today),
        cancel=parts.reason_card_of(found, asked, form, ctx),
        letter=letters.letter_of(ctx, notice, found) if notice and view and not seen.outside else None,
        requests=rows,
        letter_note=_letter_note(seen),
        deliveries=parts.deliveries_of(scope, found, zone),
        mail_said="No e-mail went out for this visit.",
        history=history_of(ctx, scope, found, zone, seen.today),
    )


def _band(view: patients.PatientView, facts: tuple[Fact, ...]) -> Band:
    made = band(view, acts=())
    return replace(made, facts=(*made.facts, *facts))


def _letter_note(seen: Seen) -> str:
    if seen.died:
        return "The patient has died: no letter, calendar file or e-mail goes out."
    return "Each one's letter and calendar file stand beside their name in the roster." if len(seen.who) > 1 else ""


def _kept(ctx: Context, scope: Scope, found: Version, today: date) -> list[CardFact]:
    """Return what a visit on the waitlist must keep to, in words."""
    if found.resource.get("status") != "waitlist":
        return []
    here = clinic(ctx.tenant, ctx.now)
    kept = choosing.read(fhir.sought_of(found.resource))
    return [CardFact(label="Wanted", value=sought.words(kept, here, site_names(scope, here), today) or "Any time")]
