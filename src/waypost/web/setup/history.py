"""Who changed what on a place, a person, a calendar or a visit type."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any, ClassVar

from django.http import Http404, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from waypost.access import scopes
from waypost.access.permissions import Permission
from waypost.access.queries import names_of
from waypost.coordination import clinic_past
from waypost.kernel.dates import local_day, read_day, say_moment, say_short
from waypost.messaging.rules.wording import listed
from waypost.records.versions import Version
from waypost.registry import clinic as fhir
from waypost.scheduling.queries import templates
from waypost.scheduling.queries.templates import TemplateVersion
from waypost.scheduling.rules.types import minute_of_day
from waypost.terminology.languages import language_name
from waypost.web.pages import Page, Request, render_page
from waypost.web.setup import pages
from waypost.web.setup.fields import say_can
from waypost.web.setup.preview import ROLE_SAID

Body = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Change:
    label: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """What one act changed; `back` is what is sent to have it again as it was then, '' where it is so or none may."""

    when: str
    who: str
    what: str
    changes: Sequence[Change]
    back: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SetupHistoryPage(Page):
    template: ClassVar[str] = "waypost/setup/history.html"
    place: str = "settings"
    tab: str
    steps: Sequence[HistoryStep]
    back: str
    restore_url: str
    stand: str  # what was seen


@dataclass(frozen=True, slots=True)
class Noted:
    """One version among those of an act; without `before` it is the first."""

    at: datetime
    actor: str
    act: str
    what: str
    after: Mapping[str, str]
    before: Mapping[str, str] | None


@require_safe
def of_bookable(request: Request, kind: str, id: str) -> HttpResponse:
    """Show every change of a place or person and of its calendar, newest first."""
    pages.needs(request, Permission.CLINIC_SET_UP, Permission.CALENDAR_EDIT)
    scope = scopes.for_staff(request.ctx, "read", what=f"{kind}/{id}/_history")
    kept = clinic_past.kept(scope, kind, id)
    if not kept.facts:
        raise Http404

    def back(at: datetime) -> str:
        filings = kept.filings(at)
        differs = bool(filings) or kept.body(at) is not None
        return at.isoformat() if differs and clinic_past.may_bring_back(request.ctx, filings) else ""

    noted = [*_versions("Facts", kept.facts), *_versions("Work", kept.work), *_templates("calendar", kept.hours)]
    name = next((fhir.name_of(v.resource) for v in kept.facts if not v.deleted), id)
    return render_page(request, SetupHistoryPage(
        title=f"History: {name}", tab=(tab := "people" if kind == "Practitioner" else "places"), steps=_steps(request, noted, back),
        back=reverse(f"setup-{tab}"), restore_url=reverse("setup-restore", args=[kind, id]), stand=kept.stand,
    ))  # fmt: skip


@require_safe
def of_visit_type(request: Request, code: str) -> HttpResponse:
    """Show every change of a visit type, newest first."""
    pages.needs(request, Permission.CALENDAR_EDIT)
    scope = scopes.for_staff(request.ctx, what="HealthcareService")
    found, versions = templates.visit_type(scope, code), templates.versions(scope, "visit-type", code)
    if not versions:
        raise Http404
    bodies = {one.at: (str(one.version), one.body) for one in versions}

    def back(at: datetime) -> str:
        number, body = bodies[at]
        return number if body is not None and (found is None or body != found.body) else ""

    name = found.body["name"].get("en", code) if found else code
    return render_page(request, SetupHistoryPage(
        title=f"History: {name}", tab="visit-types", steps=_steps(request, _templates("visit-type", versions), back),
        back=reverse("setup-visit-types"), restore_url=reverse("setup-visit-type-restore", args=[code]), stand=str(found.version if found else 0),
    ))  # fmt: skip


def _versions(what: str, versions: Sequence[Version]) -> list[Noted]:
    return [
        Noted(v.at, v.actor, str(v.act), what, _facts(v), _facts(older) if older else None)
        for v, older in zip_longest(versions, versions[1:])
    ]


def _templates(kind: str, versions: Sequence[TemplateVersion]) -> list[Noted]:
    what, said = ("Calendar", said_calendar) if kind == "calendar" else ("Visit type", said_visit_type)
    return [
        Noted(v.at, v.actor, str(v.act), what, said(v.body or {}), said(older.body or {}) if older else None)
        for v, older in zip_longest(versions, versions[1:])
    ]


def _steps(request: Request, noted: Sequence[Noted], back: Callable[[datetime], str]) -> list[HistoryStep]:
    """Return what each act changed, newest first, and how to have it again as it was after that act."""
    names = names_of(request.ctx.tenant, [one.actor for one in noted])
    today = local_day(request.ctx.now, request.ctx.zone)
    acts: dict[str, list[Noted]] = {}
    for one in noted:
        acts.setdefault(one.act, []).append(one)
    steps = []
    for parts in sorted(acts.values(), key=lambda parts: max(one.at for one in parts), reverse=True):
        at = max(one.at for one in parts)
        changes = dict.fromkeys(change for one in parts for change in changes_of(one.before, one.after))
        what = listed([one.what if n == 0 else one.what.lower() for n, one in enumerate(parts)])
        verb = "changed" if any(one.before is not None for one in parts) else "recorded"
        steps.append(HistoryStep(say_moment(at, request.ctx.zone, today=today), names[parts[0].actor], f"{what} {verb}", list(changes), back(at)))
    return steps


def changes_of(before: Mapping[str, str] | None, after: Mapping[str, str]) -> list[Change]:
    """Return what differs between two versions, in words."""
    old = before or {}
    return [Change(label, old.get(label, ""), after.get(label, "")) for label in dict.fromkeys([*after, *old])
            if old.get(label, "") != after.get(label, "")]  # fmt: skip


def _facts(version: Version) -> dict[str, str]:
    if version.deleted:
        return {"State": "taken away"}
    resource = version.resource
    found = {"Name": fhir.name_of(resource), "State": "retired" if fhir.is_retired(resource) else ""}
    if version.type == "Practitioner":
        wish = fhir.person_of(resource, None)
        return {**found, "Gender": wish.gender, "Languages": ", ".join(map(language_name, wish.languages))}
    if version.type == "PractitionerRole":
        wish = fhir.person_of({}, resource)
        return {**found, "What they are": fhir.ROLE_WORDS.get(wish.role, ""), "Specialty": wish.specialty}
    wish = fhir.site_of(resource)
    return {**found, "Phone": wish.phone, "Street": wish.line, "City": wish.city, "State or province": wish.state,
            "ZIP code": wish.postal_code, "Time zone": wish.zone}  # fmt: skip


def said_calendar(body: Body) -> dict[str, str]:
    """Return a calendar in words, by what each part is about."""
    if not body:
        return {"State": "taken away"}
    return {
        "Name": body.get("name", ""), "Department": body.get("department") or "", "What for": say_can(body.get("can") or ()),
        "Time zone": body.get("zone", ""), "Languages": ", ".join(map(language_name, body.get("languages") or ())),
        "Gender": body.get("gender") or "", "Wheelchair": "yes" if body.get("wheelchair") else "no",
        "Patients at a time": str(body.get("capacity") or 1), "Open": "; ".join(map(_hours, body.get("weekly") or ())),
        "Closed": "; ".join(map(_hours, body.get("closed") or ())), "Other days": "; ".join(map(_day, body.get("exceptions") or ())),
        "State": "retired" if body.get("retired") else "",
    }  # fmt: skip


def said_visit_type(body: Body) -> dict[str, str]:
    """Return a visit type in words."""
    if not body:
        return {"State": "taken away"}
    names, prepare = body.get("name") or {}, body.get("preparation") or {}
    steps = [
        f"{ROLE_SAID.get(step['role'], step['role'])}{' (' + say_can(step['can']) + ')' if step.get('can') else ''} minute"
        f" {step.get('start') or 0} for {step['minutes']}, {step.get('before') or 0} before, {step.get('after') or 0} after"
        for step in body.get("steps") or ()
    ]
    return {
        "Name": names.get("en", ""), "Name in Spanish": names.get("es", ""), "Department": body.get("department") or "",
        "Minutes": str(body.get("minutes", "")), "Steps": "; ".join(steps), "Arrive early": str(body.get("arrive_early") or 0),
        "Grace": str(body.get("grace", 15)), "Patients": str(body.get("capacity") or 1),
        "Order": "needed" if body.get("order_required") else "not needed", "Video": "yes" if body.get("telehealth") else "no",
        "Preparation": prepare.get("en", ""), "Preparation in Spanish": prepare.get("es", ""),
        "State": "not offered" if body.get("retired") else "",
    }  # fmt: skip


def _hours(entry: Body) -> str:
    minutes = pages.minutes_said(minute_of_day(entry["from"], ""), minute_of_day(entry["to"], ""))
    since, until = read_day(entry.get("valid_from")), read_day(entry.get("valid_until"))
    dated = f" from {say_short(since)}" if since else ""
    dated += f" until {say_short(until)}" if until else ""
    kinds = f" for {', '.join(entry['visit_types'])}" if entry.get("visit_types") else ""
    return f"{pages.days_said(entry['days'])} {minutes}{dated}{kinds}{' ' + entry['reason'] if entry.get('reason') else ''}"


def _day(entry: Body) -> str:
    first, last = entry["from"], entry.get("to") or entry["from"]
    pairs = entry.get("hours" if entry.get("closed") else "open") or ()
    hours = ", ".join(pages.minutes_said(minute_of_day(a, ""), minute_of_day(b, "")) for a, b in pairs)
    what = f"{'closed' if entry.get('closed') else 'open'} {hours}".strip()
    days = [say_short(found) if (found := read_day(one)) else one for one in dict.fromkeys((first, last))]
    return f"{' to '.join(days)} {what}{' ' + entry['reason'] if entry.get('reason') else ''}"
