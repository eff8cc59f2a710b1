"""What becomes of a visit: confirmed, cancelled, arrived, missed; with its requests in step."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from waypost.access import Permission, action, scopes
from waypost.coordination import requests
from waypost.coordination.actions.booking import announce, attend, check_order, details, patients_of
from waypost.coordination.actions.people import living
from waypost.coordination.flow.actions import take_all_along
from waypost.coordination.flow.steps import Step
from waypost.coordination.once import once
from waypost.coordination.problems import NotASeries
from waypost.coordination.wishes import ALL, ONE, BookingWish, CancelWish
from waypost.kernel.context import Context
from waypost.records import actions as records
from waypost.records import queries as records_queries
from waypost.records.problems import Stale
from waypost.records.versions import Version
from waypost.scheduling import actions as scheduling
from waypost.scheduling import fhir, queries

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


def held_wish(held: Version, key: str = "") -> BookingWish:
    """Return the whole wish that a hold keeps, for it to be booked."""
    resource, asks = held.resource, fhir.asks_of(held.resource)
    orders = (one.get("reference", "").rpartition("/")[2] for one in resource.get("basedOn", ()))
    return BookingWish(
        patient=next(iter(fhir.patients_of(resource)), ""),
        visit_type=fhir.visit_type_code(resource) or "",
        start=start_of(resource),
        key=key,
        order=next(orders, None),
        reason=next((r.get("text", "") for r in resource.get("reasonCode", ()) if r.get("text")), ""),
        staff_note=resource.get("comment", ""),
        patient_note=resource.get("patientInstruction", ""),
        interpreter=asks.get("interpreter", ""),
        ride=asks.get("ride", ""),
        telehealth=fhir.extension(resource, "telehealth") is True,
    )


def start_of(resource: Resource) -> datetime:
    found = fhir.instant(resource.get("start"))
    assert found is not None
    return found


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
def arrive(
    ctx: Context, appointment: str, *, when: datetime | None = None, expect: int | None = None
) -> Version:
    """The patient is here; also after a no-show, on the same day, where the time is still free. `when`: where noted later."""
    return take_all_along(ctx, appointment, Step.ARRIVED, when=when, expect=expect)


@action(Permission.APPOINTMENT_STATUS)
def check_in(ctx: Context, appointment: str, *, expect: int | None = None) -> Version:
    """The patient is with the provider."""
    return take_all_along(ctx, appointment, Step.WITH_PROVIDER, expect=expect)


@action(Permission.APPOINTMENT_STATUS)
def fulfil(
    ctx: Context, appointment: str, *, when: datetime | None = None, expect: int | None = None
) -> Version:
    """The visit is over; `when`: where it is noted later."""
    return take_all_along(ctx, appointment, Step.DONE, when=when, expect=expect)


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
    since = ctx.now if reach == ALL else start_of(visit.resource)
    return [
        one
        for one in found
        if one.id == visit.id
        or (one.resource["status"] in {"booked", "pending"} and start_of(one.resource) >= since)
    ]


def series_of(ctx: Context, visit: Version, series: str) -> list[Version]:
    """Return every visit of a series, earliest first; they share a patient."""
    patient = next(iter(fhir.patients_of(visit.resource)), "")
    scope = scopes.for_staff(ctx, what="Appointment", patient=patient or None)
    found = records_queries.about(scope, patient, ["Appointment"])
    mine = [
        one for one in found if fhir.extension(one.resource, "series") == series and one.resource.get("start")
    ]
    return sorted(mine, key=lambda one: start_of(one.resource))
