"""Registering a patient whole: the person, who stands beside them, who pays, and what is still to be asked."""

from dataclasses import dataclass
from typing import Any

from waypost.access.acting import action
from waypost.access.permissions import Permission
from waypost.coordination.worklist.rules import persons, settling
from waypost.coordination.worklist.rules.shapes import FACT, SWITCH
from waypost.coverage import edits as coverage_edits
from waypost.kernel import ids
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day
from waypost.records import actions as records
from waypost.records import wishes
from waypost.records.versions import Filing
from waypost.registry import actions as registry
from waypost.registry import registration
from waypost.registry.registration import Registration

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Registered:
    """The new patient; `act` takes the whole registration back."""

    patient: str
    act: str


@action(Permission.PATIENT_REGISTER)
def register(ctx: Context, wish: Registration, *, key: str) -> Registered:
    """Register a patient once, however often the same form (`key`) is sent."""

    def do() -> Json:
        patient = registry.register_patient(ctx, wish)
        records.file_many(ctx, [Filing(resource) for resource in _beside(ctx, wish, patient.id)])
        return {"patient": patient.id, "act": str(patient.act)}

    answer = wishes.once(f"register/{key}", do)
    return Registered(answer["patient"], answer["act"])


def _beside(ctx: Context, wish: Registration, patient: str) -> list[Json]:
    today = local_day(ctx.now, ctx.zone)
    people = [
        {"id": str(ids.uuid7(ctx.now)), **registration.related_of(person, patient, today)} for person in wish.people
    ]
    made = list(people)
    coverage = registration.coverage_of(wish, patient, today)
    if coverage:
        made.append(coverage)
    if wish.guarantor:
        number = int(wish.guarantor) if wish.guarantor.isdigit() else -1
        party = f"RelatedPerson/{people[number]['id']}" if 0 <= number < len(people) else f"Patient/{patient}"
        made.append(coverage_edits.account(patient, None, party, today))
    asked = registration.missing(wish)
    if asked:
        made.append(_task(ctx, wish, patient, asked))
    return made


def _task(ctx: Context, wish: Registration, patient: str, asked: list[str]) -> Json:
    """Return the work that what is missing becomes, made once a patient; the rule takes it from here and ends it."""
    now = ctx.now.isoformat(timespec="seconds")
    task: Json = {
        "resourceType": "Task",
        "id": settling.task_id(ctx.tenant, persons.MISSING, f"Patient/{patient}", persons.REGISTERED),
        "identifier": [{"system": FACT, "value": persons.REGISTERED}],
        "instantiatesUri": f"{SWITCH}{persons.MISSING}",
        "status": "requested",
        "intent": "order",
        "priority": "routine",
        "code": {"coding": [{"system": "urn:waypost:task", "code": "missing", "display": "Ask for what is missing"}]},
        "description": persons.asking_for(asked),
        "for": {"reference": f"Patient/{patient}"},
        "authoredOn": now,
        "lastModified": now,
        "reasonCode": {"text": persons.registered_without(asked)},
    }
    if ctx.actor.practitioner:
        task["owner"] = {"reference": f"Practitioner/{ctx.actor.practitioner}"}
    else:
        task["performerType"] = [{"coding": [{"system": "urn:waypost:pool", "code": "desk", "display": "Front desk"}]}]
    return task
