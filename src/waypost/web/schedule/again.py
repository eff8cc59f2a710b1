"""After a death was taken back: the visits that could not return, each with why and with its next times."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from urllib.parse import urlencode
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from waypost.access import scopes
from waypost.coordination import living, patients
from waypost.coordination.actions.booking import next_times_like
from waypost.kernel.context import Context
from waypost.kernel.scope import Scope
from waypost.records import queries as records
from waypost.records.versions import Version
from waypost.scheduling import fhir
from waypost.scheduling.queries.clinic import clinic
from waypost.web.chart.bands import band
from waypost.web.pages import Page, Request, render_page
from waypost.web.parts import Act, Band
from waypost.web.schedule import rows


@dataclass(frozen=True, slots=True)
class Lost:
    """One visit that could not return."""

    what: str
    why: str
    url: str
    times: Sequence[Act]
    more: str  # address of Find times for it; '' where nothing of the kind is booked here


@dataclass(frozen=True, slots=True, kw_only=True)
class AgainPage(Page):
    template: ClassVar[str] = "waypost/schedule/again.html"
    place: str = "patients"
    band: Band
    said: str
    rows: Sequence[Lost]
    patient_url: str


@require_GET
def again(request: Request, id: str, act: UUID) -> HttpResponse:
    """Show what an act that took a death back could not bring back."""
    ctx = request.ctx
    view = patients.head_of(ctx, id)
    scope = scopes.for_staff(ctx, what="Appointment", patient=id)
    tasks = [one for one in living.to_book_again(scope, act) if one.resource.get("for") == {"reference": f"Patient/{id}"}]
    found = [_lost(ctx, scope, id, task) for task in tasks]
    said = (
        "Everything else is as it was. These stand in To do until each is booked or closed."
        if found
        else "Everything is as it was."
    )
    page = AgainPage(
        title="What could not come back" if found else "All of it came back",
        band=band(view, acts=()),
        said=said,
        rows=found,
        patient_url=reverse("patient", args=[id]),
    )
    return render_page(request, page)


def address(ctx: Context, version: Version) -> str:
    """Return where it is said what could not come back with this act; '' where all of it did."""
    scope = scopes.for_staff(ctx, what="Task", patient=version.id)
    if version.type != "Patient" or not living.to_book_again(scope, version.act):
        return ""
    return reverse("patient-again", args=[version.id, version.act])


def _lost(ctx: Context, scope: Scope, patient: str, task: Version) -> Lost:
    id_ = str((task.resource.get("focus") or {}).get("reference", "")).partition("/")[2]
    visit = records.read_or_none(scope, "Appointment", id_) if id_ else None
    code = fhir.visit_type_code(visit.resource) if visit else None
    start = fhir.instant(visit.resource.get("start")) if visit else None
    what = str(task.resource.get("description", "")).partition(": ")[2]
    why = str((task.resource.get("reasonCode") or {}).get("text", "")).removeprefix("A death was recorded by mistake. ")
    times, more = [], ""
    if visit is not None and code is not None and start is not None and code in clinic(ctx.tenant, ctx.now).kinds:
        video = {"video": "1"} if fhir.extension(visit.resource, "telehealth") is True else {}
        more = f"{reverse('find-times')}?{urlencode({'patient': patient, 'visit': code, **video})}"
        times = _times(ctx, patient, code, start, visit, more)
    return Lost(what, why, reverse("visit", args=[id_]) if visit else "", times, more)


def _times(ctx: Context, patient: str, code: str, start: datetime, visit: Version, more: str) -> list[Act]:
    local = ctx.now.astimezone(ZoneInfo(ctx.zone))
    return [
        Act(
            f"{rows.day_of(time, local)}, {rows.hours_of(time)}, {rows.main_part(time).name}",
            f"{more}&{urlencode({'chosen': rows.key_of(time)})}#book",
        )
        for time in next_times_like(ctx, visit.resource, patient, code, start)
    ]
