"""A death that was recorded by mistake: what it stopped is brought back where it still can be, at once or long after."""

from typing import Any
from uuid import UUID

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
from waypost.scheduling.problems import SlotTaken

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
    person = (patient, people.say_full_name(people.legal_name(changed)))
    lost = {one.id: why for one in visits if (why := _in_the_way(ctx, scope, one, person))}
    gone = {f"Appointment/{id_}" for id_ in lost}
    tasks = [one for one in stopped if one.type == "Task"]
    filings = [
        Filing(_earlier(scope, one), "Task", one.id, one.version)
        for one in tasks
        if queries.read(scope, "Task", one.id).version == one.version and (one.resource.get("focus") or {}).get("reference") not in gone
    ]
    again = [one for one in visits if one.id in lost and one.resource.get("start")]
    filings += [_book_again(ctx, {**_earlier(scope, one), "id": one.id}, patient, lost[one.id]) for one in again]
    if filings:
        records.file_many(ctx, filings)
    return living


def recorded_by(ctx: Context, act: UUID) -> str:
    """Return the patient whose death this act put on record, '' where it did not."""
    scope = scopes.for_staff(ctx, what="Patient")
    for one in queries.of_act(scope, act):
        if one.type == "Patient" and one.version > 1 and people.died(one.resource) and not people.died(_earlier(scope, one)):
            return one.id
    return ""


def comes_back_whole(ctx: Context, patient: str, act: UUID) -> bool:
    """Tell, under its locks, whether all that a death stopped can be put back as it was."""
    scope = scopes.for_staff(ctx, what=f"Patient/{patient}", patient=patient)
    for one in queries.of_act(scope, act):
        if queries.read(scope, one.type, one.id).version != one.version:
            return False
        if one.type == "Appointment" and not scheduling.free_as_it_was(ctx, {**_earlier(scope, one), "id": one.id}):
            return False
    return True


def to_book_again(scope: Scope, act: UUID) -> list[Version]:
    """Return the work that taking a death back left behind: a visit each that could not return."""
    found = [one for one in queries.of_act(scope, act) if one.type == "Task" and one.version == 1 and requests.kind_of(one.resource) == "book"]
    return sorted(found, key=lambda one: str(one.resource.get("description")))


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


def _in_the_way(ctx: Context, scope: Scope, one: Version, patient: tuple[str, str]) -> str:
    """Put one visit back as it was, or the patient back on its roster; where that can no longer be, say why."""
    earlier, now = _earlier(scope, one), queries.read(scope, "Appointment", one.id)
    start, hold = fhir.instant(earlier.get("start")), fhir.instant(fhir.extension(earlier, "hold-until"))
    if start is not None and start <= ctx.now:
        return "Its time is past."
    if hold is not None and hold <= ctx.now:
        return "It was only held, and the hold ran out."
    try:
        if len(fhir.patients_of(earlier)) > 1:
            reason, order = fhir.seat_of(earlier, patient[0])
            scheduling.join(ctx, one.id, patient, reason=reason, order=order)
            return ""
        if now.version != one.version:
            return "It was changed since."
        lanes = scheduling.take_rows(ctx, {**earlier, "id": one.id}, ignore=[one.id])
    except SlotTaken as taken:
        return f"{_name(earlier, str(taken.extra.get('taken', '')))} has been given to someone else."
    except Problem as problem:
        return str(problem.title)
    back = fhir.with_lanes(earlier, lanes) if fhir.is_ours(earlier) else earlier
    records.file(ctx, {**back, "id": one.id}, id=one.id, expect=now.version)
    return ""


def _name(visit: Resource, resource: str) -> str:
    """Return what stands in a visit for one who takes part."""
    named = ((p.get("actor") or {}).get("display", "") for p in visit.get("participant", ()) if fhir.reference(p) == resource)
    return f"The time of {name}" if (name := next(named, "")) else "Its time"


def _book_again(ctx: Context, visit: Resource, patient: str, why: str) -> Filing:
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
        "focus": {"reference": f"Appointment/{visit['id']}"},
        "for": {"reference": f"Patient/{patient}"},
        "authoredOn": fhir.say(ctx.now.replace(microsecond=0)),
        "performerType": [{"coding": [{"system": requests.POOL, "code": "scheduling"}]}],
        "restriction": {"period": {"end": fhir.say(requests.due(start, ctx.now))}},
        "reasonCode": {"text": f"A death was recorded by mistake. {why}"},
    }
    return Filing(task, "Task", id_)
