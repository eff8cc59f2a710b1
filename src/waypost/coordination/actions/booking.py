"""Book a visit, with all that belongs to it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from waypost.access import Permission, action, scopes
from waypost.access.permissions import allowed
from waypost.coordination import limits, orders, requests
from waypost.coordination.actions import waiting
from waypost.coordination.actions.people import living, name_of
from waypost.coordination.once import once
from waypost.coordination.problems import OrderNeeded
from waypost.coordination.wishes import BookingWish
from waypost.kernel.context import Context
from waypost.messaging import actions as messaging
from waypost.records import actions as records
from waypost.records import queries as records_queries
from waypost.records.versions import Filing, Version
from waypost.scheduling import actions as scheduling
from waypost.scheduling import fhir, queries
from waypost.scheduling.actions import VisitWish
from waypost.scheduling.limits import HOLD_MINUTES
from waypost.scheduling.problems import SlotTaken
from waypost.scheduling.queries import FindWish
from waypost.scheduling.rules import finder
from waypost.scheduling.rules.types import VisitType
from waypost.scheduling.rules.wishes import FoundTime

Resource = dict[str, Any]


@action(Permission.APPOINTMENT_BOOK)
def book_visit(ctx: Context, wish: BookingWish) -> Version:
    """Book or hold one visit: ledger, record, requests and announcement together, or nothing.

    Raises OrderNeeded, PatientDeceased, and what `scheduling.actions.book` raises; SlotTaken carries `times`, the
    next best. The version's `act` is what undo takes.
    """
    return once(ctx, wish.key, lambda: _book(ctx, wish))


def _book(ctx: Context, wish: BookingWish) -> Version:
    patient = living(ctx, wish.patient)
    kind = queries.seen(ctx.tenant, ctx.now).kind(wish.visit_type)
    wish = orders.with_told(ctx, wish, kind)
    check_order(ctx, kind, wish)
    asked = visit_wish(ctx, wish, patient, kind)
    if wish.waiting:
        waited = waiting.still_waiting(ctx, wish.waiting, wish.patient)
        more = {"created": waited.resource.get("created") or fhir.say(ctx.now), **asked.more}
        asked = replace(asked, id=waited.id, expect=waited.version, more=more)
    try:
        made = scheduling.book(ctx, asked)
    except SlotTaken as taken:
        raise with_next_times(ctx, wish, taken) from taken
    if wish.waiting:
        waiting.found_a_time(ctx, wish.waiting, "Booked.")
    attend(ctx, [made], wish, patient)
    return made


def check_order(ctx: Context, kind: VisitType, wish: BookingWish) -> None:
    """Raise OrderNeeded unless the order named is this patient's and in force, where the kind of visit asks for one."""
    if wish.order is None:
        if kind.order_required and not wish.override and not wish.hold:
            raise OrderNeeded
        return
    if not orders.stands(ctx.tenant, wish.order, wish.patient):
        raise OrderNeeded(
            "That order is not this patient's, or no longer in force.", expression=["Appointment.basedOn"]
        )


def details(wish: BookingWish) -> Resource:
    """Return what the booking card says, as elements of the Appointment."""
    said: Resource = {}
    if wish.reason:
        said["reasonCode"] = [{"text": wish.reason}]
    if wish.order:
        said["basedOn"] = [{"reference": f"ServiceRequest/{wish.order}"}]
    if wish.staff_note:
        said["comment"] = wish.staff_note
    if wish.patient_note:
        said["patientInstruction"] = wish.patient_note
    return said


def visit_wish(ctx: Context, wish: BookingWish, patient: Resource, kind: VisitType) -> VisitWish:
    said = details(wish)
    if wish.hold:
        said = fhir.asking(said, {"interpreter": wish.interpreter, "ride": wish.ride})
    return VisitWish(
        visit_type=kind.code,
        start=wish.start,
        patients=((wish.patient, name_of(patient)),),
        chosen=wish.chosen,
        named=wish.named,
        site=wish.site,
        telehealth=wish.telehealth,
        hold_until=ctx.now.replace(microsecond=0) + timedelta(minutes=HOLD_MINUTES) if wish.hold else None,
        override=wish.override,
        more=said,
        known=frozenset([f"Patient/{wish.patient}", *(s["reference"] for s in said.get("basedOn", ()))]),
    )


def attend(ctx: Context, made: Sequence[Version], wish: BookingWish, patient: Resource) -> None:
    """File the requests that go with new visits and let the patient know; a hold asks and says nothing yet."""
    if wish.hold:
        return
    asked: list[Filing] = []
    for visit in made:
        for kind, words in (("interpreter", wish.interpreter), ("ride", wish.ride)):
            if words:
                asked.append(requests.ask(ctx, kind, visit.resource, wish.patient, words))
    if asked:
        records.file_many(ctx, asked)
    for visit in made:
        announce(ctx, visit, [patient], "booked")


def announce(ctx: Context, visit: Version, patients: Sequence[Resource], kind: str) -> None:
    """Let the patients know, where they gave leave and this actor may send; what is past needs no telling."""
    start = fhir.instant(visit.resource.get("start"))
    if start is None or start <= ctx.now or fhir.extension(visit.resource, "outside") is True:
        return
    if allowed(ctx.actor.roles, Permission.LETTER_SEND):
        messaging.announce(ctx, visit, patients, kind=kind)


def patients_of(ctx: Context, visit: Version) -> list[Resource]:
    found = records_queries.many(
        scopes.for_staff(ctx), [("Patient", id_) for id_ in fhir.patients_of(visit.resource)]
    )
    return [one.resource for one in found.values()]


def with_next_times(ctx: Context, wish: BookingWish, taken: SlotTaken) -> SlotTaken:
    """Return the problem with the next best times."""
    return type(taken)(taken.detail, extra={**taken.extra, "times": next_times(ctx, wish)})


def next_times_like(ctx: Context, visit: dict[str, Any], patient: str, visit_type: str, start: datetime) -> tuple[FoundTime, ...]:
    """Return the next best times for a visit that has to be booked anew: its own people's first, by video where it was."""
    people = tuple(r for r in fhir.team_of(visit) if r.startswith("Practitioner/"))
    video = fhir.extension(visit, "telehealth") is True
    wish = BookingWish(patient, visit_type, max(start, ctx.now), named=people, telehealth=video)
    return next_times(ctx, wish)


def next_times(ctx: Context, wish: BookingWish) -> tuple[FoundTime, ...]:
    """Return the next best times, under all that was asked for: the same provider's first, from that day on."""
    asked = wish.sought or FindWish(
        wish.visit_type, wish.patient, site=wish.site, telehealth=wish.telehealth
    )  # what another door asks for names no more
    same = frozenset(r for r in (*wish.named, *wish.chosen.values()) if r.startswith("Practitioner/"))
    whose = (asked.who,) if asked.who else tuple(dict.fromkeys((same, frozenset[str]())))
    here = queries.clinic(ctx.tenant, ctx.now)
    around = queries.surroundings(ctx.tenant, here, ctx.now, asked)
    nearest: dict[datetime, FoundTime] = {}
    for who, since in (*((who, wish.start) for who in whose), (whose[-1], asked.since)):
        if len(nearest) < limits.NEXT_TIMES:
            look = replace(asked, who=who, since=since, limit=limits.NEXT_TIMES)
            found = finder.find(here.kind(wish.visit_type), look, around, relaxing=False)
            for time in found.times:
                nearest.setdefault(time.start, time)
    return tuple(nearest.values())[: limits.NEXT_TIMES]
