"""The waitlist: a visit that is wanted and has no time yet, with what it must keep to, until one is booked from it."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from waypost.access import Permission, action, scopes
from waypost.coordination import limits, requests
from waypost.coordination.actions.people import living, name_of
from waypost.coordination.once import once
from waypost.coordination.problems import AlreadyWaiting, NotWaiting
from waypost.coordination.wishes import WaitWish
from waypost.kernel import ids
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day
from waypost.records import actions as records
from waypost.records import queries as records_queries
from waypost.records.versions import Filing, Version
from waypost.scheduling import fhir, queries

Resource = dict[str, Any]
KIND = "waitlist"


@action(Permission.APPOINTMENT_BOOK)
def put_on_waitlist(ctx: Context, wish: WaitWish) -> Version:
    """File the visit that is wanted, with its constraints, and the work to find it a time.

    Raises PatientDeceased, PatientMerged, and AlreadyWaiting where the patient waits for this kind of visit already.
    """
    return once(ctx, wish.key, lambda: _put(ctx, wish))


def _put(ctx: Context, wish: WaitWish) -> Version:
    patient = living(ctx, wish.patient)
    kind = queries.seen(ctx.tenant, ctx.now).kind(wish.visit_type)
    for one in waiting_of(ctx, wish.patient):
        if fhir.visit_type_code(one.resource) == kind.code:
            raise AlreadyWaiting(extra={"appointment": one.id})
    visit = fhir.wanted(
        kind, (wish.patient, name_of(patient)), created=ctx.now.replace(microsecond=0), sought=wish.sought,
        named=wish.named, until=wish.until,
    )  # fmt: skip
    visit["id"] = str(ids.uuid7(ctx.now))
    if wish.reason:
        visit["reasonCode"] = [{"text": wish.reason}]
    if wish.staff_note:
        visit["comment"] = wish.staff_note
    if wish.order:
        visit["basedOn"] = [{"reference": f"ServiceRequest/{wish.order}"}]
    work = _work(ctx, wish, visit, kind.name.get("en", kind.code))
    return records.file_many(ctx, [Filing(visit, "Appointment", visit["id"], expect=0), work])[0]


def _work(ctx: Context, wish: WaitWish, visit: Resource, name: str) -> Filing:
    """Return the Task beside a visit that waits: the schedulers' until someone takes it."""
    id_ = str(ids.uuid5_of(KIND, str(ctx.tenant), visit["id"]))
    kept = f": {wish.said}" if wish.said else ""
    task: Resource = {
        "resourceType": "Task",
        "id": id_,
        "status": "requested",
        "intent": "order",
        "priority": "routine",
        "code": {
            "coding": [{"system": requests.TASK, "code": KIND, "display": "Find a time"}],
            "text": f"Find a time: {name}",
        },
        "focus": {"reference": f"Appointment/{visit['id']}"},
        "for": {"reference": f"Patient/{wish.patient}"},
        "authoredOn": visit["created"],
        "performerType": [{"coding": [{"system": requests.POOL, "code": "scheduling"}]}],
        "restriction": {"period": {"end": fhir.say(_due(ctx, wish.until))}},
        "reasonCode": {"text": f"On the waitlist{kept}"},
    }
    return Filing(task, "Task", id_)


def _due(ctx: Context, until: datetime | None) -> datetime:
    """Return by when to have looked again: within a week, and before the last day that was asked for."""
    day = local_day(ctx.now, ctx.zone) + timedelta(days=limits.WAIT_DAYS)
    latest = datetime.combine(day, time(23, 59), ZoneInfo(ctx.zone)).astimezone(UTC)
    return min(latest, until) if until and until > ctx.now else latest


def waiting_of(ctx: Context, patient: str) -> list[Version]:
    """Return what this patient waits for."""
    scope = scopes.for_staff(ctx, what="Appointment", patient=patient)
    return records_queries.fetch(
        scope,
        f"{records_queries.CURRENT} WHERE c.tenant = %s AND c.type = 'Appointment' AND c.patient = %s"
        f" AND c.status = 'waitlist' AND NOT c.deleted AND ({scope.where}) ORDER BY c.sort_at",
        [scope.tenant, patient, *scope.params],
    )


def still_waiting(ctx: Context, appointment: str, patient: str) -> Version:
    """Return the visit that waits. Raises NotWaiting where it is booked, off the list, or someone else's."""
    scope = scopes.for_staff(ctx, what=f"Appointment/{appointment}")
    found = records_queries.read(scope, "Appointment", appointment)
    if found.resource.get("status") != "waitlist" or patient not in fhir.patients_of(found.resource):
        raise NotWaiting
    return found


def found_a_time(ctx: Context, appointment: str, why: str) -> Sequence[Version]:
    """Close the work beside a visit that waited, as done."""
    done = [
        Filing({**task.resource, "status": "completed", "statusReason": {"text": why},
                "lastModified": fhir.say(ctx.now.replace(microsecond=0))}, "Task", task.id, expect=task.version)
        for task in requests.of_visits(ctx, [appointment])
        if requests.kind_of(task.resource) == KIND
    ]  # fmt: skip
    return records.file_many(ctx, done) if done else []
