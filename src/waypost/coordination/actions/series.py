"""Series, groups and visits elsewhere."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from waypost.access import Permission, action, scopes
from waypost.coordination import orders, requests
from waypost.coordination.actions.booking import (
    announce,
    attend,
    check_order,
    patients_of,
    visit_wish,
)
from waypost.coordination.actions.people import living, name_of
from waypost.coordination.actions.visits import cancel_all, read
from waypost.coordination.actions.waiting import found_a_time, still_waiting
from waypost.coordination.once import once
from waypost.coordination.problems import (
    AlreadyOnRoster,
    NotOnRoster,
    OrderNeeded,
    SeriesNotFree,
    SeriesTooLong,
)
from waypost.coordination.wishes import BookingWish, SeatWish, SeriesWish
from waypost.kernel import ids
from waypost.kernel.context import Context
from waypost.kernel.spans import Span
from waypost.records import actions as records
from waypost.records.problems import Stale
from waypost.records.versions import Version
from waypost.scheduling import actions as scheduling
from waypost.scheduling import fhir, queries
from waypost.scheduling.limits import BOOKED_AHEAD_DAYS_MAX, SERIES_VISITS_MAX, VISIT_MINUTES_MAX
from waypost.scheduling.problems import TimesDisagree
from waypost.scheduling.queries import FindWish

Resource = dict[str, Any]


@action(Permission.APPOINTMENT_BOOK)
def book_series(ctx: Context, wish: SeriesWish) -> Version:
    """Book every visit of a series, all or none, and return the first. Raises SeriesNotFree with the dates in the way."""
    return once(ctx, wish.first.key, lambda: _book_series(ctx, wish))


def _book_series(ctx: Context, wish: SeriesWish) -> Version:
    first = wish.first
    patient = living(ctx, first.patient)
    kind = queries.seen(ctx.tenant, ctx.now).kind(first.visit_type)
    first = orders.with_told(ctx, first, kind)
    check_order(ctx, kind, first)
    starts = series_starts(ctx, wish)
    free = [at for at in starts if is_free(ctx, first, at)]
    taken = [at for at in starts if at not in free]
    if taken and not (wish.skip_taken and free):
        raise SeriesNotFree(extra={"taken": tuple(taken), "free": tuple(free)})
    _lock_everyone(ctx, first)
    series = str(ids.uuid7(ctx.now))
    asked = []
    for at in free:
        one = visit_wish(ctx, replace(first, start=at), patient, kind)
        more = fhir.with_extension(one.more, "series", "valueString", series)
        asked.append(replace(one, more=more))
    made = scheduling.book_many(ctx, asked)
    attend(ctx, made, first, patient)
    return made[0]


def series_starts(ctx: Context, wish: SeriesWish) -> list[datetime]:
    """Return the starts of a series: every so many days at the same reading of the clinic's clock, some left out."""
    zone = ZoneInfo(ctx.zone)
    if not 2 <= wish.count <= SERIES_VISITS_MAX or not 1 <= wish.every_days <= 366:
        raise SeriesTooLong
    local = wish.first.start.astimezone(zone).replace(tzinfo=None)
    days = [timedelta(days=wish.every_days * n) for n in range(wish.count)]
    starts = [(local + by).replace(tzinfo=zone).astimezone(UTC) for by in days]
    if starts[-1] > ctx.now + timedelta(days=BOOKED_AHEAD_DAYS_MAX):
        raise SeriesTooLong
    return [at for at in starts if at not in wish.leave_out]


def is_free(ctx: Context, wish: BookingWish, at: datetime) -> bool:
    """Tell whether a visit could be booked as wished at another start; said before any lock, so only a forecast."""
    from waypost.kernel.problem import Problem
    from waypost.scheduling.actions.planning import Free, VisitWish, plan

    here = queries.clinic(ctx.tenant, ctx.now)
    if at <= here.grid.end - timedelta(days=2):
        who = frozenset((*wish.named, *wish.chosen.values()))
        asked = FindWish(
            wish.visit_type, wish.patient, who=who, site=wish.site, since=at, until=at + timedelta(minutes=1),
            telehealth=wish.telehealth, limit=1,
        )  # fmt: skip
        return bool(queries.find_times(scopes.for_staff(ctx), asked, clock=ctx.clock).times)
    try:
        plan(
            Free(here, ctx.tenant),
            here.kind(wish.visit_type),
            VisitWish(
                wish.visit_type,
                at,
                (),
                chosen=wish.chosen,
                named=wish.named,
                site=wish.site,
                telehealth=wish.telehealth,
            ),
        )
    except Problem:
        return False
    return True


def _lock_everyone(ctx: Context, wish: BookingWish) -> None:
    here = queries.clinic(ctx.tenant, ctx.now)
    scheduling.lock(ctx, {f"Patient/{wish.patient}", *here.bookables})


# ---------------------------------------------------------------- groups


@action(Permission.APPOINTMENT_BOOK)
def add_to_group(
    ctx: Context, appointment: str, patient: str, said: SeatWish | None = None, *, expect: int | None = None,
    key: str = "", waiting: str = "",
) -> Version:  # fmt: skip
    """Put one more patient on the roster, with what is said of them; `waiting` is the visit on the waitlist that ends with it.

    Raises GroupFull, AlreadyOnRoster, OrderNeeded, PatientElsewhere, NotWaiting.
    """

    def do() -> Version:
        person = living(ctx, patient)
        group = read(ctx, appointment)
        if f"Patient/{patient}" in fhir.resources_of(group.resource):
            raise AlreadyOnRoster
        waited = still_waiting(ctx, waiting, patient) if waiting else None
        seat = _with_order(ctx, group.resource, patient, said or SeatWish())
        added = scheduling.join(
            ctx, appointment, (patient, name_of(person)), reason=seat.reason, order=seat.order or "", expect=expect
        )
        if waited is not None:
            found_a_time(ctx, waited.id, "Joined a group.")
            scheduling.cancel(ctx, waited.id, reason="Joined a group.", expect=waited.version)
        wanted = (("interpreter", seat.interpreter), ("ride", seat.ride))
        asked = [requests.ask(ctx, kind, added.resource, patient, words) for kind, words in wanted if words]
        if asked:
            records.file_many(ctx, asked)
        announce(ctx, added, [person], "booked")
        return added

    return once(ctx, key, do)


def _with_order(ctx: Context, group: Resource, patient: str, said: SeatWish) -> SeatWish:
    """Return what is said with the order on record that it is for. Raises OrderNeeded where the kind of visit asks for one."""
    code, start = fhir.visit_type_code(group), fhir.instant(group.get("start"))
    kind = queries.settled(ctx.tenant, ctx.now).kinds.get(code or "")
    if kind is None or start is None:
        return said  # not booked here: said where the place is taken
    wish = BookingWish(patient, kind.code, start, reason=said.reason, order=said.order, order_told=said.order_told)
    wish = orders.with_told(ctx, wish, kind)
    check_order(ctx, kind, wish)
    return replace(said, order=wish.order)


@action(Permission.APPOINTMENT_STATUS)
def remove_from_group(ctx: Context, appointment: str, patient: str, *, expect: int | None = None) -> Version:
    """Take a patient off the roster and let them know; with the last one the visit is cancelled."""
    visit = read(ctx, appointment)
    if expect is not None and expect != visit.version:
        raise Stale
    roster = fhir.patients_of(visit.resource)
    if patient not in roster:
        raise NotOnRoster
    if len(roster) == 1:
        ended = cancel_all(ctx, [visit], "patient", "")[0]
        announce(ctx, ended, patients_of(ctx, ended), "cancelled")
        return ended
    person = [one for one in patients_of(ctx, visit) if one["id"] == patient]
    scheduling.lock(ctx, scheduling.resolved(ctx, fhir.resources_of(visit.resource)))
    left = records.file(ctx, fhir.without(visit.resource, patient), id=appointment, expect=visit.version)
    withdrawn = [
        requests.close(ctx, task, "The patient left the group.")
        for task in requests.of_visits(ctx, [appointment])
        if (task.resource.get("for") or {}).get("reference") == f"Patient/{patient}"
    ]
    if withdrawn:
        records.file_many(ctx, withdrawn)
    announce(ctx, left, person, "cancelled")
    return left


# ---------------------------------------------------------------- elsewhere


@action(Permission.APPOINTMENT_BOOK)
def add_outside_visit(
    ctx: Context,
    patient: str,
    start: datetime,
    end: datetime,
    *,
    place: str,
    phone: str = "",
    reason: str = "",
    order: str = "",
    key: str = "",
) -> Version:
    """Note a visit at another clinic. The patient's time is taken, so that nothing here is booked over it."""

    def do() -> Version:
        person = living(ctx, patient)
        _check_outside(start, end)
        if order and not orders.stands(ctx.tenant, order, patient):
            raise OrderNeeded("That order is not this patient's, or no longer in force.", expression=["Appointment.basedOn"])
        return scheduling.outside(
            ctx, (patient, name_of(person)), Span(start, end), place=place, phone=phone, reason=reason, order=order
        )

    return once(ctx, key, do)


@action(Permission.APPOINTMENT_BOOK)
def change_outside_visit(
    ctx: Context,
    appointment: str,
    start: datetime,
    end: datetime,
    *,
    place: str,
    phone: str = "",
    reason: str = "",
    expect: int | None = None,
    key: str = "",
) -> Version:
    """Change place, phone, time or reason of a visit at another clinic. Raises PatientElsewhere, Stale."""

    def do() -> Version:
        _check_outside(start, end)
        return scheduling.change_outside(
            ctx, appointment, Span(start, end), place=place, phone=phone, reason=reason, expect=expect
        )

    return once(ctx, key, do)


def _check_outside(start: datetime, end: datetime) -> None:
    if not timedelta(0) < end - start <= timedelta(minutes=2 * VISIT_MINUTES_MAX):
        raise TimesDisagree("It ends before it starts, or lasts longer than a day.")
