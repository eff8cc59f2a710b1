"""What happens to a visit once it is booked: moved, confirmed, arrived, missed, cancelled."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from waypost.access import Permission, action, scopes
from waypost.access.permissions import allowed
from waypost.access.problems import NotPermitted
from waypost.kernel.context import Context
from waypost.kernel.problem import Problem
from waypost.kernel.spans import Span
from waypost.records import actions as records
from waypost.records import acts
from waypost.records import queries as records_queries
from waypost.records.problems import Stale
from waypost.records.versions import Filing, Version
from waypost.scheduling import fhir
from waypost.scheduling.actions.booking import check_when, kind_for, refuse_named, wants_of, with_people
from waypost.scheduling.actions.locking import Want, lock, released, resolved, take
from waypost.scheduling.actions.planning import Free, Plan, VisitWish, plan
from waypost.scheduling.problems import CannotServe, NobodyFree, NotAllowedNow, PatientElsewhere, SlotTaken
from waypost.scheduling.projections import practitioners_of
from waypost.scheduling.queries.clinic import clinic, seen, settled
from waypost.scheduling.rules import ledger, status
from waypost.scheduling.rules.types import VisitType


def current(ctx: Context, id_: str, expect: int | None) -> Version:
    """Return the Appointment as it stands. Raises Stale where the caller saw an earlier version."""
    found = records_queries.read(scopes.for_staff(ctx, what=f"Appointment/{id_}"), "Appointment", id_)
    if expect is not None and found.version != expect:
        raise Stale
    return found


def grace_of(ctx: Context, resource: dict[str, Any]) -> timedelta:
    kind = seen(ctx.tenant, ctx.now).kinds.get(fhir.visit_type_code(resource) or "")
    return timedelta(minutes=kind.grace if kind else 0)


def check_status(ctx: Context, resource: dict[str, Any], new: str) -> None:
    """Raise NotAllowedNow where SCH-1 does not let the visit become `new`; an undo is no transition."""
    why = status.why_not(
        resource["status"],
        new,
        start=fhir.instant(resource.get("start")),
        now=ctx.now,
        zone=ctx.zone,
        grace=grace_of(ctx, resource),
    )
    if why is not None and not acts.current().restoring:
        raise NotAllowedNow(why)


@action(Permission.APPOINTMENT_STATUS)
def set_status(
    ctx: Context,
    id_: str,
    new: str,
    *,
    code: str = "",
    reason: str = "",
    when: datetime | None = None,
    expect: int | None = None,
) -> Version:
    """Take a visit along SCH-1: arrived, checked-in, fulfilled, noshow, cancelled, entered-in-error.

    `when` is since when it has been so, where that is noted later than it was.
    """
    if when is not None and when > ctx.now:
        raise NotAllowedNow("That time is still to come.")
    before = current(ctx, id_, expect)
    lock(ctx, resolved(ctx, fhir.resources_of(before.resource)))
    check_status(ctx, before.resource, new)
    if new in status.REASONED:
        changed = fhir.cancelled(before.resource, new, code, reason)
    else:
        changed = {k: v for k, v in before.resource.items() if k != "cancelationReason"}
        changed["status"] = new
    changed = fhir.with_extension(changed, "status-at", "valueInstant", fhir.say(when) if when else None)
    if new in status.HOLDING and before.resource["status"] not in status.HOLDING:
        _take_again(ctx, id_, changed)
    return records.file(ctx, changed, id=id_, expect=before.version)


def _take_again(ctx: Context, id_: str, changed: dict[str, Any]) -> None:
    """Make sure that the time a missed visit had given back is still free."""
    take_rows(ctx, changed, ignore=[id_])


def take_rows(ctx: Context, resource: dict[str, Any], *, ignore: Sequence[str] = ()) -> dict[int, int]:
    """Make sure that all an Appointment would hold is free, keep the locks, and return a lane for each participant.

    Raises SlotTaken and PatientElsewhere.
    """
    rows = list(ledger.rows(resource))
    if not rows:
        return {}
    people = practitioners_of(ctx.tenant, {row.resource for row in rows})
    names = [people.get(row.resource, row.resource) for row in rows]
    wants = [Want(n, Span(r.starts, r.ends), _lanes(ctx, n)) for n, r in zip(names, rows, strict=True)]
    answer = take(ctx, wants, ignore=ignore)
    if isinstance(answer, list):
        patient = any(wants[n].resource.startswith("Patient/") for n in answer)
        raise (PatientElsewhere if patient else SlotTaken)(extra={"taken": wants[answer[0]].resource})
    lanes, expired = answer
    closed = released(ctx, expired)
    if closed:
        records.file_many(ctx, closed)
    return {row.part: lane for row, lane in zip(rows, lanes, strict=True)}


def _lanes(ctx: Context, resource: str) -> int:
    calendar = seen(ctx.tenant, ctx.now).calendar(resource)
    return calendar.capacity if calendar else 1


@action(Permission.APPOINTMENT_STATUS)
def cancel(ctx: Context, id_: str, *, code: str = "", reason: str = "", expect: int | None = None) -> Version:
    """Cancel a visit and give its time back."""
    return set_status(ctx, id_, "cancelled", code=code, reason=reason, expect=expect)


@action(Permission.APPOINTMENT_BOOK)
def confirm(
    ctx: Context, id_: str, *, expect: int | None = None, more: dict[str, Any] | None = None
) -> Version:
    """Make a hold a booking. A hold that ran out can still be confirmed as long as nobody took its time."""
    before = current(ctx, id_, expect)
    lock(ctx, resolved(ctx, fhir.resources_of(before.resource)))
    check_status(ctx, before.resource, "booked")
    changed = fhir.asking({**before.resource, **(more or {}), "status": "booked"}, {})
    changed = fhir.with_extension(changed, "hold-until")
    return records.file(ctx, changed, id=id_, expect=before.version)


@action(Permission.APPOINTMENT_BOOK)
def move(
    ctx: Context,
    id_: str,
    start: datetime,
    *,
    chosen: dict[int, str] | None = None,
    named: Sequence[str] = (),
    site: str | None = None,
    telehealth: bool | None = None,
    why: tuple[str, str] = ("", ""),
    override: str = "",
    expect: int | None = None,
) -> Version:
    """Move a visit: the same record at another time, in person or by video as it was or as is said.

    Whoever has it keeps it where they are free, unless others are named. `why` is a code and words, kept on the version.
    """
    if override and not allowed(ctx.actor.roles, Permission.APPOINTMENT_OVERRIDE):
        raise NotPermitted
    before = current(ctx, id_, expect)
    old = before.resource
    wish = _move_wish(ctx, old, start, telehealth)
    wish = with_people(
        ctx, replace(wish, chosen=chosen or {}, named=tuple(named), site=site or wish.site, override=override)
    )
    keep = [r for r in resolved(ctx, fhir.team_of(old)) if r not in {*wish.named, *wish.chosen.values()}]
    held = resolved(ctx, fhir.resources_of(old))
    one, lanes, expired = _moved_seats(ctx, id_, wish, keep, held, fhir.minutes_set(old))
    seats = tuple(replace(seat, lane=lane) for seat, lane in zip(one.seats, lanes, strict=False))
    new = fhir.moved(old, one.kind, start, seats=seats, site=one.site, telehealth=wish.telehealth)
    for index, lane in enumerate(lanes[len(seats) :]):
        new["participant"][index] = fhir.with_extension(
            new["participant"][index], "lane", "valueInteger", lane or None
        )
    new = fhir.with_extension(new, "move-reason", "valueCodeableConcept", fhir.reason(*why))
    if override:
        new = fhir.with_extension(new, "override-reason", "valueString", override)
    return records.file_many(
        ctx, [*released(ctx, expired), Filing(new, "Appointment", id_, expect=before.version)]
    )[-1]


def _move_wish(ctx: Context, old: dict[str, Any], start: datetime, telehealth: bool | None) -> VisitWish:
    """Return what a move of this visit asks for. Raises where it cannot be moved, or not to then."""
    if old["status"] not in {"booked", "pending", "proposed", "waitlist"}:
        raise NotAllowedNow("Only a visit that is still to come can be moved.")
    check_when(ctx, start)
    code = fhir.visit_type_code(old)
    if code is None or code == fhir.BLOCK:
        raise CannotServe("This entry was not booked here and is moved where it was booked.")
    was = fhir.extension(old, "telehealth") is True
    video = was if telehealth is None else telehealth
    if video and not was and not seen(ctx.tenant, ctx.now).kind(code).telehealth:
        raise CannotServe("This kind of visit is not given by video.")
    patients = tuple((p, "") for p in fhir.patients_of(old))
    return VisitWish(code, start, patients, site=fhir.site_of(old) or None, telehealth=video)


def _moved_seats(
    ctx: Context, id_: str, wish: VisitWish, keep: Sequence[str], held: set[str], minutes: int | None
) -> tuple[Plan, list[int], list[str]]:
    """Try with the same people and things, then with whoever is free; the second time under everybody's lock."""
    here = clinic(ctx.tenant, ctx.now)
    kind = kind_for(here, wish.visit_type, wish.patients)
    kind = kind.lasting(minutes) if minutes else kind
    roles = {step.role for _, step in kind.steps_for(telehealth=wish.telehealth)}  # a room is let go where it is by video now
    bookable = tuple(r for r in keep if r in here.bookables and here.bookables[r].calendar.role in roles)
    same = _try_plan(Free(here, ctx.tenant, ignore=id_), kind, replace(wish, named=(*wish.named, *bookable)))
    loose = plan(Free(here, ctx.tenant, ignore=id_), kind, wish) if same is None else None
    tried = same or loose
    assert tried is not None
    wants = wants_of(here, tried)
    answer = take(ctx, wants, also=held, ignore=[id_], override=bool(wish.override))
    if isinstance(answer, tuple):
        return tried, *answer
    if same is None:
        refuse_named([tried], wants, answer)
    elif any(wants[n].resource.startswith("Patient/") for n in answer):
        raise PatientElsewhere
    everyone = held | tried.candidates | {w.resource for w in wants}
    everyone |= (
        {r for r in here.bookables if here.bookables[r].calendar.site == tried.site} if same else set()
    )
    lock(ctx, everyone)
    here = clinic(ctx.tenant, ctx.now)
    tried = plan(Free(here, ctx.tenant, ignore=id_), kind, wish)
    wants = wants_of(here, tried)
    answer = take(ctx, wants, also=everyone, ignore=[id_], override=bool(wish.override))
    if isinstance(answer, tuple):
        return tried, *answer
    refuse_named([tried], wants, answer)
    raise NobodyFree


def _try_plan(free: Free, kind: VisitType, wish: VisitWish) -> Plan | None:
    try:
        return plan(free, kind, wish)
    except Problem:
        return None


@action(Permission.APPOINTMENT_BOOK)
def join(
    ctx: Context, id_: str, patient: tuple[str, str], *, reason: str = "", order: str = "", expect: int | None = None
) -> Version:
    """Put one more patient into a group visit, with a reason and an order of their own. Raises GroupFull and PatientElsewhere."""
    before = current(ctx, id_, expect)
    old = before.resource
    if old["status"] not in {"booked", "pending"}:
        raise NotAllowedNow("Only a visit that is still to come takes more patients.")
    start, end = fhir.instant(old.get("start")), fhir.instant(old.get("end"))
    code = fhir.visit_type_code(old)
    if code is None or start is None or end is None:
        raise CannotServe("This entry was not booked here.")
    kind_for(settled(ctx.tenant, ctx.now), code, [*fhir.patients_of(old), patient])
    mine = Want(f"Patient/{patient[0]}", Span(start, end))
    answer = take(ctx, [mine], also=resolved(ctx, fhir.resources_of(old)))
    if isinstance(answer, list):
        raise PatientElsewhere
    seat = fhir.attendee(patient, Span(start, end), reason=reason, order=order)
    new = {**old, "participant": [seat, *old["participant"]]}
    if order:
        new["basedOn"] = [*old.get("basedOn", ()), {"reference": f"ServiceRequest/{order}"}]
    return records.file_many(
        ctx, [*released(ctx, answer[1]), Filing(new, "Appointment", id_, expect=before.version)]
    )[-1]


@action(Permission.APPOINTMENT_BOOK)
def change_outside(
    ctx: Context, id_: str, span: Span, *, place: str, phone: str = "", reason: str = "", expect: int | None = None
) -> Version:
    """Change what is noted of a visit elsewhere. Raises PatientElsewhere where the patient's time is taken then."""
    before = current(ctx, id_, expect)
    old = before.resource
    if old["status"] != "booked" or fhir.extension(old, "outside") is not True:
        raise NotAllowedNow("Only a visit elsewhere that stands is changed so.")
    wants = [Want(f"Patient/{id_}", span) for id_ in fhir.patients_of(old)]
    answer = take(ctx, wants, ignore=[id_])
    if isinstance(answer, list):
        raise PatientElsewhere
    new = fhir.elsewhere(old, span, place=place, phone=phone, reason=reason)
    return records.file_many(
        ctx, [*released(ctx, answer[1]), Filing(new, "Appointment", id_, expect=before.version)]
    )[-1]
