"""Book: clinician, room, device and patient together, or nothing."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from waypost.access import Permission, action
from waypost.access.permissions import allowed
from waypost.access.problems import NotPermitted
from waypost.kernel.context import Context
from waypost.records import actions as records
from waypost.records.versions import Filing, Version
from waypost.scheduling import fhir, limits
from waypost.scheduling.actions.locking import Want, lock, released, take
from waypost.scheduling.actions.planning import Free, Plan, VisitWish, plan
from waypost.scheduling.problems import (
    GroupFull,
    InThePast,
    NobodyFree,
    NotOpen,
    PatientElsewhere,
    SlotTaken,
    TooFarAhead,
    UnknownVisitType,
)
from waypost.scheduling.projections import practitioners_of
from waypost.scheduling.queries.clinic import Clinic, clinic, settled
from waypost.scheduling.rules import occupied
from waypost.scheduling.rules.types import VisitType


@action(Permission.APPOINTMENT_BOOK)
def book(ctx: Context, wish: VisitWish) -> Version:
    """Book one visit: clinician, room, device and patient together, or nothing."""
    return book_many(ctx, [wish])[0]


@action(Permission.APPOINTMENT_BOOK)
def book_many(ctx: Context, wishes: Sequence[VisitWish], here: Clinic | None = None) -> list[Version]:
    """Book several visits in one act, all or none. Raises SlotTaken, PatientElsewhere, NobodyFree, NotOpen, CannotServe.

    `here` is what `settled` said within this act, where its caller has asked already.
    """
    override = any(wish.override for wish in wishes)
    if override and not allowed(ctx.actor.roles, Permission.APPOINTMENT_OVERRIDE):
        raise NotPermitted
    wishes = [with_people(ctx, wish) for wish in wishes]
    here = here or settled(ctx.tenant, ctx.now)
    for wish in wishes:
        check_when(ctx, wish.start)
        if here.kind(wish.visit_type).retired:
            raise UnknownVisitType
    plans, lanes, expired = _seated(ctx, wishes, override, here)
    filings = released(ctx, expired)
    at = 0
    for one in plans:
        count = len(one.seats)
        seats = tuple(replace(seat, lane=lane) for seat, lane in zip(one.seats, lanes[at:], strict=False))
        patient_lanes = lanes[at + count : at + count + len(one.wish.patients)]
        at += count + len(one.wish.patients)
        filings.append(_filing(one, _appointment(ctx, one, seats, patient_lanes)))
    return records.file_many(ctx, filings)[-len(plans) :]


def _filing(one: Plan, new: dict[str, Any]) -> Filing:
    wish = one.wish
    return Filing(
        new,
        "Appointment",
        wish.id,
        expect=wish.expect if wish.id else None,
        parsed=new if wish.validated else None,
        known=wish.known | {seat.resource for seat in one.seats},  # their calendars are here
    )


def with_people(ctx: Context, wish: VisitWish) -> VisitWish:
    people = practitioners_of(ctx.tenant, {*wish.named, *wish.chosen.values()})
    if not people:
        return wish
    return replace(
        wish,
        named=tuple(people.get(r, r) for r in wish.named),
        chosen={step: people.get(r, r) for step, r in wish.chosen.items()},
    )


def check_when(ctx: Context, start: datetime) -> None:
    if start < ctx.now - timedelta(minutes=1):
        raise InThePast
    if start > ctx.now + timedelta(days=limits.BOOKED_AHEAD_DAYS_MAX):
        raise TooFarAhead


def _seated(
    ctx: Context, wishes: Sequence[VisitWish], override: bool, here: Clinic
) -> tuple[list[Plan], list[int], list[str]]:
    """Choose from memory, lock, ask; told no, choose others. With nobody left, look again at the calendars; told no then,
    under everybody's lock.
    """
    avoid = frozenset[str]()
    for _ in range(limits.CHOICES_FROM_MEMORY_MAX):
        try:
            plans = plans_for(here, ctx.tenant, wishes, avoid)
        except (NobodyFree, NotOpen):
            break
        wants, answer = _asked(ctx, here, plans, override=override)
        if isinstance(answer, tuple):
            return plans, *answer
        avoid |= {wants[n].resource for n in answer}
    everyone: set[str] = set()
    for _ in range(2):
        here = clinic(ctx.tenant, ctx.now)
        plans = plans_for(here, ctx.tenant, wishes)
        wants, answer = _asked(ctx, here, plans, also=everyone, override=override)
        if isinstance(answer, tuple):
            return plans, *answer
        everyone = {r for one in plans for r in one.candidates} | {w.resource for w in wants}
        lock(ctx, everyone)
    raise NobodyFree


def _asked(
    ctx: Context, here: Clinic, plans: Sequence[Plan], *, also: Iterable[str] = (), override: bool
) -> tuple[list[Want], tuple[list[int], list[str]] | list[int]]:
    """Return what the plans want, and the ledger's answer. Raises where what was named is taken: no other choice would do."""
    wants = [want for one in plans for want in wants_of(here, one)]
    answer = take(ctx, wants, also=also, override=override)
    if not isinstance(answer, tuple):
        refuse_named(plans, wants, answer)
    return wants, answer


def plans_for(
    here: Clinic, tenant: int, wishes: Sequence[VisitWish], avoid: frozenset[str] = frozenset()
) -> list[Plan]:
    free = Free(here, tenant)
    return [plan(free, kind_for(here, wish.visit_type, wish.patients), wish, avoid) for wish in wishes]


def kind_for(here: Clinic, code: str, patients: Sequence[Any]) -> VisitType:
    kind = here.kind(code)
    if len(patients) > kind.capacity:
        raise GroupFull
    return kind


def wants_of(here: Clinic, one: Plan) -> list[Want]:
    whole = occupied.visit_span(one.kind, one.wish.start)
    return [
        *(Want(s.resource, s.held, here.bookables[s.resource].calendar.capacity) for s in one.seats),
        *(Want(f"Patient/{id_}", whole) for id_, _ in one.wish.patients),
    ]


def refuse_named(plans: Sequence[Plan], wants: Sequence[Want], taken: Sequence[int]) -> None:
    """Raise unless all that is taken was chosen by us, and so may be chosen again."""
    auto = {r for one in plans for r in one.auto}
    for n in taken:
        resource = wants[n].resource
        if resource.startswith("Patient/"):
            raise PatientElsewhere
        if resource not in auto:
            raise SlotTaken(extra={"taken": resource})


def _appointment(
    ctx: Context, one: Plan, seats: Sequence[fhir.Seat], patient_lanes: Sequence[int]
) -> dict[str, Any]:
    wish = one.wish
    new = fhir.appointment(
        one.kind,
        wish.start,
        patients=wish.patients,
        seats=seats,
        site=one.site,
        status="pending" if wish.hold_until else "booked",
        telehealth=wish.telehealth,
        more={"created": fhir.say(ctx.now.replace(microsecond=0)), **wish.more},
    )
    if any(patient_lanes):
        for index, lane in enumerate(patient_lanes):
            new["participant"][index] = fhir.with_extension(
                new["participant"][index], "lane", "valueInteger", lane or None
            )
    hold = fhir.say(wish.hold_until) if wish.hold_until else None
    new = fhir.with_extension(new, "hold-until", "valueInstant", hold)
    return fhir.with_extension(new, "override-reason", "valueString", wish.override or None)
