"""What becomes of a visit that does not go as booked: shortened, moved within the day, moved to the site they came to."""

from dataclasses import replace
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from waypost.access import Permission, action, scopes
from waypost.coordination.actions.moving import move_visit
from waypost.coordination.flow.actions import StepWish, take_along
from waypost.coordination.flow.problems import NotLate
from waypost.coordination.flow.steps import Step
from waypost.coordination.wishes import MoveWish
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day
from waypost.records import actions as records
from waypost.records.versions import Version
from waypost.scheduling import actions as scheduling
from waypost.scheduling import fhir
from waypost.scheduling.queries import FindWish, find_times
from waypost.scheduling.rules.wishes import FoundTime

Json = dict[str, Any]
SHORTENED, FROM_SITE = "shortened-to", "moved-from-site"
OFFERED_MAX = 3
SHORTEST_MINUTES = 5


@action(Permission.APPOINTMENT_STATUS)
def shorten(ctx: Context, visit: str, patient: str, *, seen: int | None = None) -> Version:
    """Let a late patient come in for what is left of their time. Raises NotLate where all of it is left, or none."""
    found = scheduling.current(ctx, visit, None)
    scheduling.lock(ctx, scheduling.resolved(ctx, fhir.resources_of(found.resource)) | {fhir.site_of(found.resource)} - {""})
    found = scheduling.current(ctx, visit, None)
    minutes = minutes_left(found.resource, ctx.now)
    if minutes is None:
        raise NotLate
    changed = fhir.with_extension(found.resource, SHORTENED, "valueInteger", minutes)
    records.file(ctx, changed, id=visit, expect=found.version)
    return take_along(ctx, StepWish(appointment=visit, step=Step.ARRIVED, patient=patient, seen=seen))


def minutes_left(resource: Json, now: datetime) -> int | None:
    """Return how many minutes of a visit are left for who comes now; None where that is all of it, or too little."""
    start, end = fhir.instant(resource.get("start")), fhir.instant(resource.get("end"))
    if start is None or end is None or now <= start:
        return None
    left = int((end - now) / timedelta(minutes=1))
    return left if left >= SHORTEST_MINUTES else None


@action(Permission.APPOINTMENT_BOOK)
def go_to_site(ctx: Context, wish: MoveWish, patient: str, *, here: bool = True) -> Version:
    """Move a visit to the site that the patient has come to, and note there that they are here; both sites see it."""
    found = scheduling.current(ctx, wish.appointment, wish.expect)
    before = fhir.site_of(found.resource)
    wanted = {*fhir.resources_of(found.resource), *wish.chosen.values(), *wish.named}
    scheduling.lock(ctx, scheduling.resolved(ctx, wanted) | {before, wish.site or ""} - {""})
    made = move_visit(ctx, replace(wish, key=""))
    changed = fhir.with_extension(made.resource, FROM_SITE, "valueReference", {"reference": before} if before else None)
    made = records.file(ctx, changed, id=made.id, expect=made.version)
    if here:
        made = take_along(ctx, StepWish(appointment=made.id, step=Step.ARRIVED, patient=patient))
    return made


def moved_from(resource: Json) -> str:
    """Return the site that a visit was booked at before its patient came to another."""
    found = fhir.extension(resource, FROM_SITE)
    return found.get("reference", "") if isinstance(found, dict) else ""


def times_today(ctx: Context, visit: Version, *, who: frozenset[str] = frozenset(), site: str = "") -> tuple[FoundTime, ...]:
    """Return the next times of today for this visit: of these providers, or at a site."""
    code = fhir.visit_type_code(visit.resource)
    if code is None:
        return ()
    tomorrow = datetime.combine(local_day(ctx.now, ctx.zone) + timedelta(days=1), time.min, ZoneInfo(ctx.zone))
    wish = FindWish(
        code, next(iter(fhir.patients_of(visit.resource)), None), who=who, site=site or None, since=ctx.now, until=tomorrow,
        telehealth=fhir.extension(visit.resource, "telehealth") is True, limit=OFFERED_MAX, instead_of=visit.id,
    )  # fmt: skip
    found = find_times(scopes.for_staff(ctx, what="Schedule"), wish, clock=ctx.clock)
    return tuple(one for one in found.times if one.start < tomorrow)


