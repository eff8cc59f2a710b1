"""Coming of age: on that day parents' and guardians' leave ends, and someone asks the patient whom they want told."""

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from waypost.access import scopes
from waypost.access.acting import action
from waypost.access.permissions import Permission
from waypost.chart.queries import Slice, slices
from waypost.chart.rules.people import ADULT_YEARS, came_of_age, ends_at_majority
from waypost.kernel import ids
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day, say_short, write_moment
from waypost.kernel.scope import Scope
from waypost.records import actions as records
from waypost.records import queries
from waypost.records.versions import Filing, Version
from waypost.registry import edits

Json = dict[str, Any]

RULE = "AGE-1"
LOOK_BACK_DAYS = 400  # how long after the birthday a leave that should have ended is still looked for
BATCH_MAX = 500
DUE_DAYS = 14


def newly_adult(scope: Scope, today: date) -> list[Version]:
    """Return patients whose eighteenth birthday was in the last months; the birth date is the type's clinical date."""
    latest, earliest = (_years_before(day) for day in (today, today - timedelta(days=LOOK_BACK_DAYS)))
    return queries.fetch(
        scope,
        f"{queries.CURRENT} WHERE c.tenant = %s AND c.type = 'Patient' AND NOT c.deleted AND ({scope.where})"
        " AND c.sort_at >= %s AND c.sort_at < %s::timestamptz + interval '2 days'"
        " AND EXISTS (SELECT 1 FROM records_current r WHERE r.tenant = c.tenant AND r.patient = c.id"
        " AND r.type = 'RelatedPerson' AND NOT r.deleted)"
        " ORDER BY c.sort_at, c.id LIMIT %s",
        [scope.tenant, *scope.params, earliest, latest, BATCH_MAX],
    )


def _years_before(day: date) -> date:
    try:
        return day.replace(year=day.year - ADULT_YEARS)
    except ValueError:
        return date(day.year - ADULT_YEARS, 2, 28)


@action(Permission.PATIENT_UPDATE)
def end_minority(ctx: Context, patient: str) -> list[Version]:
    """End what stood on a patient's minority and file the Task that asks them; nothing where nothing is left to end.

    The Task's id is made of rule, patient and birthday, so that a repeat makes nothing twice.
    """
    scope = scopes.for_patient(ctx, patient, level="contact", what="RelatedPerson")
    found = slices(scope, patient, [Slice("Patient", 1), Slice("RelatedPerson", 60), Slice("CareTeam", 1)])
    person = next((v.resource for v in found if v.type == "Patient"), {})
    of_age = came_of_age(person, local_day(ctx.now, ctx.zone))
    ending = [
        v for v in found if v.type == "RelatedPerson" and of_age and ends_at_majority(v.resource, of_age)
    ]
    if of_age is None or not ending or _asked(scope, patient, of_age):
        return []
    filings = [_ended(v, of_age) for v in ending]
    filings.append(Filing(task(ctx, patient, of_age, len(ending)), "Task", task_id(patient, of_age)))
    return records.file_many(ctx, filings, skip_equal=True)


def _asked(scope: Scope, patient: str, of_age: date) -> bool:
    """Return whether it was done before: what a parent may hear or do since then is the adult's own wish."""
    return queries.read_or_none(scope, "Task", task_id(patient, of_age)) is not None


def _ended(version: Version, of_age: date) -> Filing:
    last = of_age - timedelta(days=1)
    return Filing(
        edits.with_minority_ended(version.resource, last), version.type, version.id, expect=version.version
    )


def task_id(patient: str, of_age: date) -> str:
    return str(ids.uuid5_of(RULE, patient, of_age.isoformat()))


def task(ctx: Context, patient: str, of_age: date, many: int) -> Json:
    """Return the Task that asks the new adult whom they want told."""
    today = local_day(ctx.now, ctx.zone)
    people = "one person's leave" if many == 1 else f"{many} people's leave"
    return {
        "resourceType": "Task",
        "status": "requested",
        "intent": "order",
        "code": {
            "coding": [{"system": "urn:waypost:task", "code": "came-of-age"}],
            "text": "Ask whom they want told, now that they are 18",
        },
        "for": {"reference": f"Patient/{patient}"},
        "authoredOn": write_moment(ctx.now),
        "performerType": [{"coding": [{"system": "urn:waypost:pool", "code": "coordinators"}]}],
        "reasonCode": {
            "text": f"Turned 18 on {say_short(of_age, today=today)}: {people} to consent or be told has ended ({RULE})."
        },
        "restriction": {"period": {"end": (max(of_age, today) + timedelta(days=DUE_DAYS)).isoformat()}},
    }


def sweep(ctx: Context) -> Iterator[list[Version]]:
    """End minorities that are over, one act a patient. Run daily, as the system."""
    scope = scopes.everything(ctx, "rule", what=RULE)
    for patient in newly_adult(scope, local_day(ctx.now, ctx.zone)):
        done = end_minority(ctx, patient.id)
        if done:
            yield done
