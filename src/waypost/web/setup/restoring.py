"""Bringing an earlier version back: of a visit type, or of a place or person with its hours. Each can be undone."""

from datetime import datetime

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from waypost.access import scopes
from waypost.access.permissions import Permission
from waypost.coordination import clinic_past
from waypost.records.problems import NotFound, Stale
from waypost.scheduling import actions as scheduling
from waypost.scheduling.queries import templates
from waypost.scheduling.rules.types import calendar_of
from waypost.web import asked
from waypost.web.pages import Request, done, go_to, render_page
from waypost.web.setup import pages
from waypost.web.setup.calendars import lefts_of
from waypost.web.setup.retiring import RetirePage

SAID = "As it was before."


@require_POST
def of_bookable(request: Request, kind: str, id: str) -> HttpResponse:
    """Bring back how a place or person stood, once visits that would stand outside its hours have been seen."""
    pages.needs(request, Permission.CLINIC_SET_UP, Permission.CALENDAR_EDIT)
    at, stand = _moment(request), asked.text(request.POST, "stand", 40)
    scope = scopes.for_staff(request.ctx, what=f"{kind}/{id}")
    kept = clinic_past.kept(scope, kind, id)
    if not kept.facts or at is None:
        raise NotFound
    body = kept.body(at)
    now = kept.hours[0].body if kept.hours else None
    left = templates.left_outside(scope, calendar_of(now), calendar_of(body), now=request.ctx.now) if body and now else []
    accept = pages.digest([row.appointment for row in left])
    back = reverse("setup-history", args=[kind, id])
    if left and body and request.POST.get("accept") != accept:
        scopes.found(request.ctx, "Appointment", [one for row in left for one in row.patients])
        page = RetirePage(
            title="Bring back earlier hours", tab="people" if kind == "Practitioner" else "places", left=lefts_of(scope, left, calendar_of(body)),
            accept=accept, back=back, kept=[("at", at.isoformat()), ("stand", stand)], verb="Bring them back all the same",
            said="They would stand outside those hours. None of them is canceled. Move them, or tell the patients, from here.",
        )  # fmt: skip
        return render_page(request, page, 422)
    clinic_past.bring_back(request.ctx, kind, id, at, expect=stand)
    newest = clinic_past.kept(scope, kind, id)
    acts = [(v.at, str(v.act)) for v in (*newest.facts[:1], *newest.work[:1], *newest.hours[:1])]
    done(request, SAID, max(acts)[1], back=back)
    return go_to(request, back)


@require_POST
def of_visit_type(request: Request, code: str) -> HttpResponse:
    """Bring back what a visit type said earlier. What is booked stays as it was booked."""
    pages.needs(request, Permission.CALENDAR_EDIT)
    scope = scopes.for_staff(request.ctx, what="HealthcareService")
    wanted, seen = asked.number(request.POST, "at"), asked.number(request.POST, "stand")
    body = next((v.body for v in templates.versions(scope, "visit-type", code) if v.version == wanted), None)
    if body is None:
        raise NotFound
    if seen is None:
        raise Stale
    scheduling.save_visit_type(request.ctx, body, expect=seen)
    back = reverse("setup-visit-type-history", args=[code])
    done(request, SAID, templates.versions(scope, "visit-type", code)[0].act, back=back)
    return go_to(request, back)


def _moment(request: Request) -> datetime | None:
    try:
        found = datetime.fromisoformat(asked.text(request.POST, "at", 40))
    except ValueError:
        return None
    return found if found.tzinfo is not None else None
