"""Someone without a visit stands at the desk: worked in, sent to a nurse, booked for later, or redirected; who decided is kept.

Clerks never ask symptoms: what the person says of themselves is kept in their words, and a nurse is one press away.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from waypost.access import Permission, action, scopes
from waypost.coordination.actions.booking import book_visit
from waypost.coordination.actions.people import living
from waypost.coordination.flow.actions import StepWish, take_along
from waypost.coordination.flow.problems import NobodyDecided, NoTimeNow
from waypost.coordination.flow.steps import Step
from waypost.coordination.once import once
from waypost.coordination.wishes import BookingWish
from waypost.coordination.worklist.kinds import POOL, POOL_NAMES, TASK
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day
from waypost.records import actions as records
from waypost.records.versions import Version
from waypost.scheduling import fhir
from waypost.scheduling.queries import FindWish, find_times

Json = dict[str, Any]
KIND, NAME = "walk-in", "See a walk-in"
DECISIONS = {
    "nurse": "Sent to a nurse", "worked-in": "Worked in", "booked": "To be booked for later", "redirected": "Redirected",
}  # fmt: skip
NURSE_MINUTES = 10  # a nurse looks within so many minutes
DECIDED_BY = "urn:waypost:extension:decided-by"


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkIn:
    """`decided` is (reference, name) of who decided; a nurse needs no deciding."""

    patient: str
    site: str
    decision: str
    words: str = ""
    decided: tuple[str, str] = ("", "")
    visit_type: str = ""
    who: str = ""  # 'Practitioner/x', of who is worked in
    where: str = ""  # of who is redirected
    key: str = ""


@action(Permission.APPOINTMENT_BOOK)
def receive(ctx: Context, wish: WalkIn) -> Version:
    """Keep what was decided about a walk-in and return its Task; who was worked in has a visit and is here.

    Raises NobodyDecided, and NoTimeNow where nobody has a free time left today.
    """

    def do() -> Version:
        living(ctx, wish.patient)
        if wish.decision not in DECISIONS or (wish.decision in {"worked-in", "redirected"} and not wish.decided[1]):
            raise NobodyDecided
        visit = _work_in(ctx, wish) if wish.decision == "worked-in" else None
        task = records.file(ctx, _task(ctx, wish, visit))
        if visit is not None:
            take_along(ctx, StepWish(appointment=visit.id, step=Step.ARRIVED, patient=wish.patient))
        return task

    return once(ctx, wish.key and f"walk-in:{wish.key}", do)


def _work_in(ctx: Context, wish: WalkIn) -> Version:
    tomorrow = datetime.combine(local_day(ctx.now, ctx.zone) + timedelta(days=1), time.min, ZoneInfo(ctx.zone))
    sought = FindWish(
        wish.visit_type, wish.patient, who=frozenset({wish.who} if wish.who else ()), site=wish.site or None, since=ctx.now,
        until=tomorrow, limit=1,
    )  # fmt: skip
    found = [one for one in find_times(scopes.for_staff(ctx, what="Schedule"), sought, clock=ctx.clock).times if one.start < tomorrow]
    if not found:
        raise NoTimeNow
    chosen: Mapping[int, str] = {part.step: part.resource for part in found[0].parts}
    return book_visit(ctx, BookingWish(
        wish.patient, wish.visit_type, found[0].start, chosen=chosen, site=found[0].site, key=wish.key,
        reason=wish.words, staff_note=f"Walk-in, worked in by {wish.decided[1]}",
    ))  # fmt: skip


def _task(ctx: Context, wish: WalkIn, visit: Version | None) -> Json:
    now = ctx.now.replace(microsecond=0)
    said = DECISIONS[wish.decision] + (f" to {wish.where}" if wish.where and wish.decision == "redirected" else "")
    made: Json = {
        "resourceType": "Task",
        "status": "completed",
        "intent": "order",
        "priority": "urgent" if wish.decision == "nurse" else "routine",
        "code": {"coding": [{"system": TASK, "code": KIND, "display": NAME}], "text": NAME},
        "description": "See a walk-in" if wish.decision == "nurse" else "Walk-in",
        "for": {"reference": f"Patient/{wish.patient}"},
        "authoredOn": fhir.say(now),
        "reasonCode": {"text": f"At the desk without a visit{': ' + wish.words if wish.words else ''}."},
    }
    if wish.decided[1]:
        by = {"reference": wish.decided[0]} if wish.decided[0] else {}
        made["extension"] = [{"url": DECIDED_BY, "valueReference": {**by, "display": wish.decided[1]}}]
    if wish.site:
        made["location"] = {"reference": wish.site}
    if visit is not None:
        made["focus"] = {"reference": f"Appointment/{visit.id}"}
    if wish.decision in {"nurse", "booked"}:
        pool = "nurses" if wish.decision == "nurse" else "scheduling"
        due = now + (timedelta(minutes=NURSE_MINUTES) if pool == "nurses" else timedelta(hours=2))
        made |= {"status": "requested", "restriction": {"period": {"end": fhir.say(due)}}}
        made["performerType"] = [{"coding": [{"system": POOL, "code": pool, "display": POOL_NAMES[pool]}]}]
        if pool == "scheduling":
            made["code"] = {"coding": [{"system": TASK, "code": "book", "display": "Book a visit"}], "text": "Book a visit"}
            made["description"] = "Book a visit for a walk-in"
        return made
    decided = f"{said}, decided by {wish.decided[1]}"
    coding = {"system": "urn:waypost:outcome", "code": wish.decision, "display": DECISIONS[wish.decision]}
    made["output"] = [{"type": {"text": "Outcome"}, "valueCodeableConcept": {"coding": [coding], "text": decided}}]
    return made
