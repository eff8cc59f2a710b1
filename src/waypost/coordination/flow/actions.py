"""A patient goes one step along: Encounter and Appointment in one act, under the locks of what it touches."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from waypost.access import Permission, action, scopes
from waypost.coordination import requests
from waypost.coordination.contacts.writing import work
from waypost.coordination.flow import checkout, closing, queries, reading, steps
from waypost.coordination.flow.checkout import NotNow
from waypost.coordination.flow.problems import (
    DayClosed,
    FlowMoved,
    NotComeYet,
    NotNext,
    NotThisPatient,
    RoomElsewhere,
    RoomTaken,
)
from waypost.coordination.flow.queries import InFlow
from waypost.coordination.flow.steps import HERE, Step
from waypost.kernel import ids
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day
from waypost.kernel.scope import Scope
from waypost.records import actions as records
from waypost.records import queries as records_queries
from waypost.records.versions import Filing, Version
from waypost.scheduling import actions as scheduling
from waypost.scheduling import fhir
from waypost.scheduling import queries as calendars
from waypost.scheduling.problems import NotAllowedNow

Json = dict[str, Any]
ROOM_HOURS_MAX = 24  # who came in longer ago is in no room any more
CANCELATION_LEFT = "left"
LEFT_CALL_HOURS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class StepWish:
    """Take a patient one step along. `seen` is the Encounter's version that was seen, 0 where there was none."""

    appointment: str
    step: Step
    patient: str = ""  # '' where the visit has one
    room: str = ""  # 'Location/x', of who is roomed
    seen: int | None = None
    when: datetime | None = None  # since when it has been so, where it is noted later
    not_now: tuple[NotNow, ...] = ()  # as it ends: which orders are not booked, and why


@action(Permission.APPOINTMENT_STATUS)
def take_along(ctx: Context, wish: StepWish) -> Version:
    """Take one patient one step along and return the Appointment.

    Raises FlowMoved where another desk was quicker, NotNext, RoomTaken, RoomElsewhere, DayClosed and OrdersOpen.
    """
    visit = scheduling.current(ctx, wish.appointment, None)
    more = {wish.room} if wish.room else set()
    if wish.step is Step.ARRIVED:
        more |= {fhir.site_of(visit.resource)} - {""}  # numbers are given one after another
    scheduling.lock(ctx, scheduling.resolved(ctx, fhir.resources_of(visit.resource)) | more)
    visit = scheduling.current(ctx, wish.appointment, None)
    everyone = _everyone(ctx, visit)
    one = _meant(everyone, wish.patient)
    if wish.seen is not None and wish.seen != one.flow.version:
        raise FlowMoved(extra={"step": one.step.value})
    if not steps.may(one.step, wish.step, seen=one.flow.seen):
        raise NotNext(f"From “{steps.WORDS[one.step]}” one does not go to “{steps.WORDS[wish.step]}”.")
    if wish.step is Step.ARRIVED and closing.is_closed(ctx, one.site, local_day(one.start, ctx.zone)):
        raise DayClosed
    return _step(ctx, visit, everyone, one, wish)


@action(Permission.APPOINTMENT_STATUS)
def take_all_along(
    ctx: Context, appointment: str, step: Step, *, when: datetime | None = None, expect: int | None = None
) -> Version:
    """Take every patient of a visit along who can go to this step; of a visit with one patient, that one.

    Where some of a group are here, those who have not come are not taken along with them: they arrive, or are missed.
    """
    visit = scheduling.current(ctx, appointment, expect)
    everyone = _everyone(ctx, visit)
    begun = step is not Step.ARRIVED and any(one.step in HERE for one in everyone)
    people = [one for one in everyone if steps.may(one.step, step, seen=one.flow.seen) and not (begun and one.step is Step.BOOKED)]
    if not people:
        told = reading.OF_STATUS.get(visit.resource.get("status", ""), Step.OFF)
        raise NotAllowedNow(f"From “{steps.WORDS[told]}” one does not go to “{steps.WORDS[step]}”.")
    for one in people:
        visit = take_along(ctx, StepWish(appointment=appointment, step=step, patient=one.patient, when=when))
    return visit


@action(Permission.APPOINTMENT_STATUS)
def tell_delay(ctx: Context, appointment: str, minutes: int, *, patient: str = "", seen: int | None = None) -> Version:
    """Note that the patient was told how long it would take."""
    visit = scheduling.current(ctx, appointment, None)
    one = _meant(_everyone(ctx, visit), patient)
    if seen is not None and seen != one.flow.version:
        raise FlowMoved(extra={"step": one.step.value})
    if one.step not in HERE:
        raise NotComeYet
    kept = _encounter(ctx, one)
    told = reading.Told(_now(ctx), minutes, ctx.actor.name)
    return records.file(ctx, reading.with_told(kept, told), id=kept["id"], expect=one.flow.version or None)


@action(Permission.APPOINTMENT_STATUS)
def missed(ctx: Context, appointment: str, patient: str, *, seen: int | None = None) -> Version:
    """Note that one of a group did not come; the others' visit goes on."""
    visit = scheduling.current(ctx, appointment, None)
    scheduling.lock(ctx, scheduling.resolved(ctx, fhir.resources_of(visit.resource)))
    visit = scheduling.current(ctx, appointment, None)
    everyone = _everyone(ctx, visit)
    one = _meant(everyone, patient)
    if one.step is not Step.BOOKED or (seen is not None and seen != one.flow.version):
        raise FlowMoved(extra={"step": one.step.value})
    start = fhir.instant(visit.resource.get("start"))
    if start is not None and ctx.now < start + scheduling.grace_of(ctx, visit.resource):
        raise NotAllowedNow("The visit has not begun, or is still within its minutes of grace.")
    changed = reading.marked_missed(visit.resource, patient, missed=True)
    filings = [requests.close(ctx, task, "The visit was missed.") for task in requests.of_visits(ctx, [appointment], patient)]
    if filings:
        records.file_many(ctx, filings)
    others = [Step.MISSED if other.patient == patient else other.step for other in everyone]
    status = steps.appointment_status(others, visit.resource["status"])
    filed = records.file(ctx, changed, id=appointment, expect=visit.version)
    return filed if status == visit.resource["status"] else scheduling.set_status(ctx, appointment, status)


# ---------------------------------------------------------------- parts


def _step(ctx: Context, visit: Version, everyone: list[InFlow], one: InFlow, wish: StepWish) -> Version:
    at = wish.when or _ended_at(ctx, one, wish.step) or _now(ctx)
    if one.flow.since is not None and at < one.flow.since:
        raise NotAllowedNow("That is before the step that the patient stands in.")
    room = _room(ctx, one, wish.room) if wish.step is Step.ROOMED and wish.room else None
    kept = _encounter(ctx, one)
    kept = reading.stepped(kept, wish.step, at, ctx.actor.name, room)
    others = [wish.step if other.patient == one.patient else other.step for other in everyone]
    before = visit.resource["status"]
    status = steps.appointment_status(others, before)
    if one.step is Step.MISSED and len(everyone) > 1:
        visit = _came_after_all(ctx, visit, everyone, one)
    if status != before:
        left = status == "cancelled"
        visit = scheduling.set_status(
            ctx, visit.id, status, when=wish.when, code=CANCELATION_LEFT if left else "",
            reason="Left without being seen" if left else "",
        )  # fmt: skip
    filings = [Filing(kept, "Encounter", kept["id"], expect=one.flow.version)]
    if wish.step is Step.LEFT:
        filings.append(_call_after(ctx, one))
    if wish.step is Step.DONE:
        filings += checkout.settle(ctx, one.visit, one.patient, wish.not_now)
    if status == "cancelled":
        filings += [requests.close(ctx, task, "The patient left without being seen.") for task in requests.of_visits(ctx, [visit.id])]
    records.file_many(ctx, filings)
    return visit


def _ended_at(ctx: Context, one: InFlow, step: Step) -> datetime | None:
    """Return when a visit of a past day was over, that is noted as done without saying when: as it was to end."""
    if step is not Step.DONE or local_day(one.end, ctx.zone) >= local_day(ctx.now, ctx.zone):
        return None
    return max(one.end, one.flow.since or one.end)


def _came_after_all(ctx: Context, visit: Version, everyone: list[InFlow], one: InFlow) -> Version:
    """Note that one of a group came after all; of the others who did not it stays noted, each by name."""
    changed = visit.resource
    for other in everyone:
        if other.step is Step.MISSED:
            changed = reading.marked_missed(changed, other.patient, missed=other is not one)
    return records.file(ctx, changed, id=visit.id, expect=visit.version)


def _call_after(ctx: Context, one: InFlow) -> Filing:
    """Return the call that is owed to who left without being seen: a nurse's, by the end of the next hours."""
    id_ = str(ids.uuid5_of("left-unseen", str(ctx.tenant), one.visit.id, one.patient))
    task = work(
        ctx, one.patient, "left-unseen", words="Call who left without being seen", due=ctx.now + timedelta(hours=LEFT_CALL_HOURS),
        why="Came, waited and left before a provider saw them.", pool="nurses", priority="urgent",
    )  # fmt: skip
    task |= {"id": id_, "focus": {"reference": f"Appointment/{one.visit.id}"}}
    return Filing(task, "Task", id_)


def _everyone(ctx: Context, visit: Version) -> list[InFlow]:
    return queries.with_flow(_scope(ctx, visit), [visit])


def _scope(ctx: Context, visit: Version) -> Scope:
    start = fhir.instant(visit.resource.get("start")) or ctx.now
    since = min(start, ctx.now) - timedelta(hours=ROOM_HOURS_MAX)
    return scopes.for_flow(ctx, since, what=f"Appointment/{visit.id}")


def _meant(everyone: list[InFlow], patient: str) -> InFlow:
    found = [one for one in everyone if one.patient == patient] if patient else everyone[:1]
    if not found:
        raise NotThisPatient
    return found[0]


def _encounter(ctx: Context, one: InFlow) -> Json:
    """Return the Encounter as it stands, or a new one, with the next number of the site's day where one comes."""
    appointment = one.visit.resource | {"id": one.visit.id}
    if one.flow.version:
        scope = _scope(ctx, one.visit)
        id_ = reading.encounter_id(ctx.tenant, one.visit.id, one.patient)
        return records_queries.read(scope, "Encounter", id_).resource
    return reading.begun(ctx.tenant, appointment, one.patient, _next_number(ctx, one))


def _next_number(ctx: Context, one: InFlow) -> int | None:
    """Return the number by which the patient is called, counted from 1 at each site each day; none for a video visit."""
    if one.telehealth:
        return None
    since, _ = queries.bounds(local_day(one.start, ctx.zone), ctx.zone)
    today = queries.day(scopes.for_flow(ctx, since, what="Appointment"), local_day(one.start, ctx.zone), site=one.site)
    return max((other.flow.number or 0 for other in today), default=0) + 1


def _room(ctx: Context, one: InFlow, room: str) -> dict[str, str]:
    """Return the reference of a free room of the visit's site. Raises RoomElsewhere and RoomTaken."""
    calendar = calendars.clinic(ctx.tenant, ctx.now).calendar(room)
    if calendar is None or calendar.role != "room" or (one.site and calendar.site != one.site):
        raise RoomElsewhere
    scope = _scope(ctx, one.visit)
    mine = reading.encounter_id(ctx.tenant, one.visit.id, one.patient)
    inside = queries.occupied(scope, [room], ctx.now - timedelta(hours=ROOM_HOURS_MAX)).get(room, [])
    if len([id_ for id_ in inside if id_ != mine]) >= calendar.capacity:
        raise RoomTaken
    return {"reference": room, "display": calendar.name}


def _now(ctx: Context) -> datetime:
    return ctx.now.replace(microsecond=0)
