"""What becomes of a visit: confirmed, moved, cancelled, arrived, missed; with its requests in step."""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from waypost.access import Permission, action, scopes
from waypost.coordination import requests
from waypost.coordination.actions.booking import (
    announce,
    attend,
    check_order,
    details,
    patients_of,
    with_next_times,
)
from waypost.coordination.actions.once import once
from waypost.coordination.actions.people import living
from waypost.coordination.problems import NotASeries
from waypost.coordination.wishes import ALL, ONE, BookingWish, CancelWish, MoveWish
from waypost.kernel.context import Context
from waypost.records import actions as records
from waypost.records import queries as records_queries
from waypost.records.problems import Stale
from waypost.records.versions import Version
from waypost.scheduling import actions as scheduling
from waypost.scheduling import fhir, queries
from waypost.scheduling.problems import SlotTaken

Resource = dict[str, Any]


@action(Permission.APPOINTMENT_BOOK)
def confirm_visit(ctx: Context, appointment: str, wish: BookingWish, *, expect: int | None = None) -> Version:
    """Make a hold a booking, with what the booking card says by now. Raises NotAllowedNow where the hold is gone."""

    def do() -> Version:
        patient = living(ctx, wish.patient)
        check_order(ctx, queries.clinic(ctx.tenant, ctx.now).kind(wish.visit_type), wish)
        made = scheduling.confirm(ctx, appointment, expect=expect, more=details(wish))
        attend(ctx, [made], wish, patient)
        return made

    return once(ctx, wish.key, do)


@action(Permission.APPOINTMENT_BOOK)
def move_visit(ctx: Context, wish: MoveWish) -> Version:
    """Move a visit, or with it the rest or all of its series; requests are asked for anew and the patient is told."""
    return once(ctx, wish.key, lambda: _move(ctx, wish))


def _move(ctx: Context, wish: MoveWish) -> Version:
    visit = read(ctx, wish.appointment)
    if wish.expect is not None and visit.version != wish.expect:
        raise Stale
    meant = reached(ctx, visit, wish.reach)
    others = [one for one in meant if one.id != visit.id]
    if others:
        _lock_site(ctx, meant)
    shift = _shift(ctx, visit.resource, wish.start)
    forward = wish.start > _start(visit.resource)
    done: list[Version] = []
    for one in sorted(
        meant, key=lambda v: _start(v.resource), reverse=forward
    ):  # none onto a sibling's old time
        mine = one.id == visit.id
        start = wish.start if mine else shift(_start(one.resource))
        try:
            moved = scheduling.move(
                ctx, one.id, start, chosen=dict(wish.chosen) if mine else {}, named=wish.named, site=wish.site,
                override=wish.override, expect=one.version,
            )  # fmt: skip
        except SlotTaken as taken:
            raise with_next_times(ctx, _as_booking(one.resource, start, wish, mine=mine), taken) from taken
        done.append(moved)
    _ask_again(ctx, done)
    for one in done:
        announce(ctx, one, patients_of(ctx, one), "moved")
    return next(one for one in done if one.id == visit.id)


def _ask_again(ctx: Context, moved: Sequence[Version]) -> None:
    starts = {f"Appointment/{one.id}": _start(one.resource) for one in moved}
    tasks = requests.of_visits(ctx, [one.id for one in moved])
    filings = [requests.again(ctx, task, starts[task.resource["focus"]["reference"]]) for task in tasks]
    if filings:
        records.file_many(ctx, filings)


def _as_booking(resource: Resource, start: datetime, wish: MoveWish, *, mine: bool) -> BookingWish:
    patient = next(iter(fhir.patients_of(resource)), "")
    code = fhir.visit_type_code(resource) or ""
    named = wish.named or tuple(fhir.team_of(resource))
    sought = wish.sought if mine else None
    return BookingWish(patient, code, start, named=named, site=wish.site, sought=sought)


def _start(resource: Resource) -> datetime:
    found = fhir.instant(resource.get("start"))
    assert found is not None
    return found


def _shift(ctx: Context, resource: Resource, start: datetime) -> Any:
    """Return how a sibling moves along: by as many days, and by as much of the clinic's clock."""
    zone = ZoneInfo(ctx.zone)
    by = start.astimezone(zone).replace(tzinfo=None) - _start(resource).astimezone(zone).replace(tzinfo=None)

    def shifted(at: datetime) -> datetime:
        return (at.astimezone(zone).replace(tzinfo=None) + by).replace(tzinfo=zone).astimezone(UTC)

    return shifted


@action(Permission.APPOINTMENT_STATUS)
def cancel_visit(ctx: Context, wish: CancelWish) -> Version:
    """Cancel a visit, or the rest or all of its series; requests are withdrawn and the patient is told."""
    return once(ctx, wish.key, lambda: _cancel(ctx, wish))


def _cancel(ctx: Context, wish: CancelWish) -> Version:
    visit = read(ctx, wish.appointment)
    if wish.expect is not None and visit.version != wish.expect:
        raise Stale
    meant = reached(ctx, visit, wish.reach)
    done = cancel_all(ctx, meant, wish.code, wish.reason)
    for one in done:
        announce(ctx, one, patients_of(ctx, one), "cancelled")
    return next(one for one in done if one.id == visit.id)


def cancel_all(ctx: Context, meant: Sequence[Version], code: str, reason: str) -> list[Version]:
    """Cancel these visits under one set of locks and withdraw their requests; nobody is told."""
    scheduling.lock(
        ctx, scheduling.resolved(ctx, {r for one in meant for r in fhir.resources_of(one.resource)})
    )
    done = [scheduling.cancel(ctx, one.id, code=code, reason=reason, expect=one.version) for one in meant]
    filings = [
        requests.close(ctx, task, "The visit was cancelled.")
        for task in requests.of_visits(ctx, [v.id for v in meant])
    ]
    if filings:
        records.file_many(ctx, filings)
    return done


@action(Permission.APPOINTMENT_STATUS)
def arrive(ctx: Context, appointment: str, *, expect: int | None = None) -> Version:
    """The patient is here; also after a no-show, on the same day, where the time is still free."""
    return scheduling.set_status(ctx, appointment, "arrived", expect=expect)


@action(Permission.APPOINTMENT_STATUS)
def check_in(ctx: Context, appointment: str, *, expect: int | None = None) -> Version:
    return scheduling.set_status(ctx, appointment, "checked-in", expect=expect)


@action(Permission.APPOINTMENT_STATUS)
def fulfil(ctx: Context, appointment: str, *, expect: int | None = None) -> Version:
    return scheduling.set_status(ctx, appointment, "fulfilled", expect=expect)


@action(Permission.APPOINTMENT_STATUS)
def no_show(ctx: Context, appointment: str, *, reason: str = "", expect: int | None = None) -> Version:
    """The patient did not come; the time is given back and open requests are withdrawn."""
    missed = scheduling.set_status(ctx, appointment, "noshow", reason=reason, expect=expect)
    filings = [
        requests.close(ctx, task, "The visit was missed.") for task in requests.of_visits(ctx, [appointment])
    ]
    if filings:
        records.file_many(ctx, filings)
    return missed


def read(ctx: Context, appointment: str) -> Version:
    return records_queries.read(
        scopes.for_staff(ctx, what=f"Appointment/{appointment}"), "Appointment", appointment
    )


def reached(ctx: Context, visit: Version, reach: str) -> list[Version]:
    """Return the visits a change is meant for: this one; or those of its series still to come, from it on or all."""
    if reach == ONE:
        return [visit]
    series = fhir.extension(visit.resource, "series")
    if not series:
        raise NotASeries
    found = series_of(ctx, visit, series)
    since = ctx.now if reach == ALL else _start(visit.resource)
    return [
        one
        for one in found
        if one.id == visit.id
        or (one.resource["status"] in {"booked", "pending"} and _start(one.resource) >= since)
    ]


def series_of(ctx: Context, visit: Version, series: str) -> list[Version]:
    """Return every visit of a series, earliest first; they share a patient."""
    patient = next(iter(fhir.patients_of(visit.resource)), "")
    scope = scopes.for_staff(ctx, what="Appointment", patient=patient or None)
    found = records_queries.about(scope, patient, ["Appointment"])
    mine = [
        one for one in found if fhir.extension(one.resource, "series") == series and one.resource.get("start")
    ]
    return sorted(mine, key=lambda one: _start(one.resource))


def _lock_site(ctx: Context, meant: Sequence[Version]) -> None:
    """Take every lock that moving several visits might need, at once."""
    here = queries.clinic(ctx.tenant, ctx.now)
    resources = {r for one in meant for r in fhir.resources_of(one.resource)}
    scheduling.lock(ctx, scheduling.resolved(ctx, resources) | set(here.bookables))
