"""Another way for one visit: shortened, later today, another provider, the site they came to, another day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from waypost.access import scopes
from waypost.coordination import patients
from waypost.coordination.actions import move_visit
from waypost.coordination.flow import actions, changing, queries, steps
from waypost.coordination.flow.problems import NotThisPatient
from waypost.coordination.flow.queries import InFlow
from waypost.coordination.flow.steps import Step
from waypost.coordination.wishes import MoveWish
from waypost.kernel.dates import local_day, say_time
from waypost.kernel.problem import Problem
from waypost.records.versions import Version
from waypost.scheduling import fhir
from waypost.scheduling.queries.clinic import clinic
from waypost.scheduling.rules.types import CARE_ROLES
from waypost.scheduling.rules.wishes import FoundTime
from waypost.web import asked
from waypost.web.chart.bands import band
from waypost.web.flow.acts import NoStep, refused
from waypost.web.pages import Page, Request, done, go_to, render_page
from waypost.web.parts import Act, Band, Status
from waypost.web.schedule.choices import instant
from waypost.web.schedule.rows import main_part, read_take, take_of
from waypost.web.schedule.sites import site_names
from waypost.web.schedule.visits import read_visit


@dataclass(frozen=True, slots=True)
class Way:
    """One time that a press moves the visit to."""

    label: str
    value: str


@dataclass(frozen=True, slots=True)
class Ways:
    title: str
    ways: Sequence[Way]
    none: str
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AnotherPage(Page):
    template: ClassVar[str] = "waypost/flow/another.html"
    place: str = "schedule"
    visit: str
    patient: str
    band: Band
    status: Status
    shorten: str
    group: bool  # one of several, who may be noted as not having come without the others
    groups: Sequence[Ways]
    links: Sequence[Act]
    expect: int
    seen: int
    back: str


@require_http_methods(["GET", "POST"])
def another(request: Request, id: str) -> HttpResponse:
    """Show what may become of a visit that does not go as booked, or do it."""
    ctx = request.ctx
    visit = read_visit(ctx, id)
    given = request.POST if request.method == "POST" else request.GET
    patient = asked.id_(given, "patient") or next(iter(fhir.patients_of(visit.resource)), "")
    if request.method == "GET":
        return render_page(request, _page(request, visit, patient))
    do, _, rest = asked.text(request.POST, "do", 900).partition("|")
    try:
        if do == "missed":
            made = actions.missed(ctx, id, patient, seen=asked.number(request.POST, "seen"))
            done(request, "Did not come.", made.act)
        elif do == "shorten":
            made = changing.shorten(ctx, id, patient, seen=asked.number(request.POST, "seen"))
            done(request, "Shortened; they are here.", made.act)
        else:
            made = _move(request, visit, patient, do, rest)
            done(request, "Moved to this site; they are here." if do == "site" else "Moved.", made.act)
    except Problem as problem:
        return refused(request, problem)
    return go_to(request, f"{reverse('flow')}?{urlencode({'site': fhir.site_of(made.resource).partition('/')[2]})}")


def _move(request: Request, visit: Version, patient: str, do: str, rest: str) -> Version:
    at, site, take = (*rest.split("|"), "", "", "")[:3]
    start = instant(at)
    if start is None:
        raise NoStep
    wish = MoveWish(
        appointment=visit.id, start=start, chosen=dict(read_take(take)), site=asked.reference({"site": site}, "site") or None,
        code="site" if do == "site" else "late", reason="Came to another site" if do == "site" else "Came late",
        expect=asked.number(request.POST, "expect"),
    )  # fmt: skip
    if do == "site":
        return changing.go_to_site(request.ctx, wish, patient)
    return move_visit(request.ctx, wish)


def _page(request: Request, visit: Version, patient: str) -> AnotherPage:
    ctx = request.ctx
    since, _ = queries.bounds(local_day(ctx.now, ctx.zone), ctx.zone)
    scope = scopes.for_flow(ctx, since, what=f"Appointment/{visit.id}", patient=patient or None)
    one = next((each for each in queries.with_flow(scope, [visit]) if each.patient == patient), None)
    if one is None:
        raise NotThisPatient
    here = clinic(ctx.tenant, ctx.now)
    late = int((ctx.now - one.start) / timedelta(minutes=1))
    left = changing.minutes_left(visit.resource, ctx.now)
    code = fhir.visit_type_code(visit.resource) or ""
    move = f"{reverse('find-times')}?{urlencode({'move': visit.id, 'patient': patient, 'visit': code})}"
    return AnotherPage(
        title=f"Another way for the visit at {say_time(one.start, ctx.zone)}",
        visit=visit.id,
        patient=patient,
        band=band(patients.head_of(ctx, patient), acts=()),
        status=Status("late", f"{late} min late") if one.step is Step.BOOKED and late > 0 else Status("info", steps.WORDS[one.step]),
        shorten=f"Come in now for the {left} minutes left" if left and one.step is Step.BOOKED else "",
        groups=_groups(request, visit, one, site_names(scope, here)) if one.step is Step.BOOKED else [],
        group=len(fhir.patients_of(visit.resource)) > 1 and one.step is Step.BOOKED,
        links=[Act("Another day", move, "m"), *_missed_link(visit)],
        expect=visit.version,
        seen=one.flow.version,
        back=reverse("flow"),
    )


def _missed_link(visit: Version) -> list[Act]:
    alone = len(fhir.patients_of(visit.resource)) == 1
    return [Act("Did not come", f"{reverse('visit', args=[visit.id])}?do=noshow")] if alone else []


def _groups(request: Request, visit: Version, one: InFlow, names: dict[str, str]) -> list[Ways]:
    ctx = request.ctx
    own = frozenset(r for r in fhir.team_of(visit.resource) if r.startswith("Practitioner/"))
    same = changing.times_today(ctx, visit, who=own, site=one.site) if own else ()
    calendars = [each.calendar for each in clinic(ctx.tenant, ctx.now).at_site(one.site or None)]
    others = frozenset(c.resource for c in calendars if c.role in CARE_ROLES) - own
    anyone = changing.times_today(ctx, visit, who=others, site=one.site) if others else ()
    found = [
        Ways("Later today", [_way("late", time, ctx.zone) for time in same], f"{one.provider[1] or 'The provider'} has no time left today."),
        Ways("Another provider today", [_way("late", time, ctx.zone) for time in anyone], "Nobody else has a time left today."),
    ]
    for ref, name in sorted(names.items(), key=lambda pair: pair[1]):
        if ref != one.site:
            times = changing.times_today(ctx, visit, site=ref)
            note = "Moves the visit there and notes that they are here; both sites see it."
            found.append(Ways(f"They came to {name}", [_way("site", time, ctx.zone) for time in times], f"{name} has no time for this left today.", note))
    return found


def _way(do: str, time: FoundTime, zone: str) -> Way:
    value = "|".join((do, f"{time.start:%Y%m%dT%H%MZ}", time.site, take_of(time)))
    return Way(f"{say_time(time.start, zone)}, {main_part(time).name}", value)
