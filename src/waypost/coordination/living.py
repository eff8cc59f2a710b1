"""A death that was recorded by mistake, long after Undo has gone: what it stopped is brought back where it still can be."""

from typing import Any

from waypost.access import Permission, action, scopes
from waypost.coordination import requests
from waypost.kernel import ids
from waypost.kernel.context import Context
from waypost.kernel.dates import say_moment
from waypost.kernel.problem import Problem
from waypost.kernel.scope import Scope
from waypost.records import actions as records
from waypost.records import queries
from waypost.records.problems import Stale
from waypost.records.versions import Filing, Version
from waypost.registry import fhir as people
from waypost.scheduling import actions as scheduling
from waypost.scheduling import fhir

Resource = dict[str, Any]


@action(Permission.PATIENT_UPDATE)
def mark_living(ctx: Context, patient: str, *, expect: int | None = None) -> Version:
    """Take a death off the record and bring back what was stopped with it: visits whose times are still free, and open work.

    What could not come back becomes open work to book it anew, each with its day and time.
    """
    scope = scopes.for_staff(ctx, what=f"Patient/{patient}", patient=patient)
    before = queries.read(scope, "Patient", patient)
    if expect is not None and before.version != expect:
        raise Stale
    changed: Resource = {k: v for k, v in before.resource.items() if not k.lstrip("_").startswith("deceased")}
    stopped = _stopped(scope, patient)
    living = records.file(ctx, changed, id=patient, expect=before.version)
    visits = [one for one in stopped if one.type == "Appointment"]
    everyone = {r for one in visits for r in fhir.resources_of(_earlier(scope, one))} | {f"Patient/{patient}"}
    scheduling.lock(ctx, scheduling.resolved(ctx, everyone))
    lost = [one for one in visits if not _came_back(ctx, scope, one, (patient, people.say_full_name(people.legal_name(changed))))]
    gone = {f"Appointment/{one.id}" for one in lost}
    tasks = [one for one in stopped if one.type == "Task"]
    filings = [
        Filing(_earlier(scope, one), "Task", one.id, one.version)
        for one in tasks
        if queries.read(scope, "Task", one.id).version == one.version and (one.resource.get("focus") or {}).get("reference") not in gone
    ]
    filings += [_book_again(ctx, _earlier(scope, one), patient) for one in lost if one.resource.get("start")]
    if filings:
        records.file_many(ctx, filings)
    return living


def _stopped(scope: Scope, patient: str) -> list[Version]:
    """Return what the act that recorded the death filed besides."""
    versions = queries.history(scope, "Patient", patient)
    dead = [v for v in versions if not v.deleted]
    first = next(
        (v for v, older in zip(dead, [*dead[1:], None], strict=True) if people.died(v.resource) and not (older and people.died(older.resource))), None
    )
    return [v for v in queries.of_act(scope, first.act) if v.type in {"Appointment", "Task"}] if first else []


def _earlier(scope: Scope, one: Version) -> Resource:
    return queries.vread(scope, one.type, one.id, one.version - 1).resource


def _came_back(ctx: Context, scope: Scope, one: Version, patient: tuple[str, str]) -> bool:
    """Put one visit back as it was, or the patient back on its roster; False where that can no longer be."""
    earlier, now = _earlier(scope, one), queries.read(scope, "Appointment", one.id)
    start, hold = fhir.instant(earlier.get("start")), fhir.instant(fhir.extension(earlier, "hold-until"))
    if (start is not None and start <= ctx.now) or (hold is not None and hold <= ctx.now):
        return False
    try:
        if len(fhir.patients_of(earlier)) > 1:
            reason, order = fhir.seat_of(earlier, patient[0])
            scheduling.join(ctx, one.id, patient, reason=reason, order=order)
            return True
        if now.version != one.version:
            return False
        scheduling.take_rows(ctx, earlier, ignore=[one.id])
    except Problem:
        return False
    records.file(ctx, {**earlier, "id": one.id}, id=one.id, expect=now.version)
    return True


def _book_again(ctx: Context, visit: Resource, patient: str) -> Filing:
    start = fhir.instant(visit.get("start"))
    assert start is not None
    what = next((c.get("display") or c.get("code", "") for kind in visit.get("serviceType", ()) for c in kind.get("coding", ())), "") or "Visit"
    id_ = str(ids.uuid7(ctx.now))
    task: Resource = {
        "resourceType": "Task",
        "id": id_,
        "status": "requested",
        "intent": "order",
        "priority": "urgent",
        "code": {"coding": [{"system": requests.TASK, "code": "book", "display": "Book a visit"}], "text": "Book a visit"},
        "description": f"Book again: {what} of {say_moment(start, ctx.zone)}",
        "for": {"reference": f"Patient/{patient}"},
        "authoredOn": fhir.say(ctx.now.replace(microsecond=0)),
        "performerType": [{"coding": [{"system": requests.POOL, "code": "scheduling"}]}],
        "restriction": {"period": {"end": fhir.say(requests.due(start, ctx.now))}},
        "reasonCode": {"text": "A death was recorded by mistake; its time is no longer free."},
    }
    return Filing(task, "Task", id_)
