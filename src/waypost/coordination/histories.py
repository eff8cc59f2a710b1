"""Who changed what, when: a resource's versions compared in words, and the latest changes of a whole patient."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from waypost.access import scopes
from waypost.access.problems import ChartRestricted
from waypost.access.queries import names_of
from waypost.access.rules import OPEN_TYPES
from waypost.chart import limits
from waypost.chart.queries import names
from waypost.chart.rules.changes import Change, changes
from waypost.chart.rules.words import Reading
from waypost.coordination.patients import reading_of, scope_of
from waypost.kernel.context import Context
from waypost.kernel.dates import say_moment
from waypost.kernel.scope import Scope
from waypost.records import queries
from waypost.records.problems import NotFound
from waypost.records.versions import Version

Json = dict[str, Any]

KIND_WORDS = {
    "Patient": "Patient", "RelatedPerson": "Person beside the patient", "Coverage": "Coverage", "Account": "Who pays the rest", "CareTeam": "Care team",
    "CoverageEligibilityResponse": "Payer's answer", "Condition": "Problem", "MedicationStatement": "Medication as taken",
    "MedicationRequest": "Medication order", "AllergyIntolerance": "Allergy", "Communication": "Contact or note",
    "Appointment": "Visit", "Task": "Task", "DocumentReference": "Document", "ServiceRequest": "Order", "Encounter": "Encounter",
}  # fmt: skip
EDITED = tuple(k for k in KIND_WORDS if k != "Encounter")
LATEST_MAX = 60


@dataclass(frozen=True, slots=True)
class Step:
    """One version: who, when, what changed."""

    type: str
    id: str
    word: str
    version: int
    when: str
    who: str
    verb: str  # recorded | changed | removed
    changes: Sequence[Change]
    newest: bool


def of_resource(ctx: Context, patient: str, kind: str, id: str) -> tuple[Step, ...]:
    """Return the steps of one resource, newest first. Raises NotFound where it is not this patient's."""
    scope, closed = scope_of(ctx, patient)
    if closed == "restricted":
        raise ChartRestricted
    if closed and kind not in OPEN_TYPES:
        scope = scopes.for_patient(ctx, patient, what=f"{kind}/{id}")
    every = queries.history(scope, kind, id, count=limits.HISTORY_VERSIONS_MAX)
    if not every or scopes.patient_of(ctx.tenant, kind, id) != patient:
        raise NotFound
    reading = _reading(ctx, scope, every)
    who = names_of(ctx.tenant, [v.actor for v in every])
    before = [*every[1:], None]
    return tuple(
        _step(version, earlier, who, reading, newest=version is every[0])
        for version, earlier in zip(every, before, strict=True)
    )


def of_patient(ctx: Context, patient: str) -> tuple[Step, ...]:
    """Return the latest changes of everything about one patient, newest first; of closed charts what is open to all."""
    scope, closed = scope_of(ctx, patient)
    if closed == "restricted":
        raise ChartRestricted
    columns = queries.COLUMNS
    found = queries.rows(
        scope,
        f"SELECT {columns}, b.body FROM records_current c JOIN records_version v USING (tenant, type, id)"
        " LEFT JOIN records_version b ON b.tenant = v.tenant AND b.type = v.type AND b.id = v.id AND b.version = v.version - 1"
        " WHERE c.tenant = %s AND c.patient = %s AND c.type = ANY(%s)"
        f" AND ({scope.where}) ORDER BY v.at DESC, v.type, v.id, v.version DESC LIMIT %s",
        [scope.tenant, patient, list(EDITED), *scope.params, LATEST_MAX],
    )
    versions = [Version(*row[:-1]) for row in found]
    earlier = [
        Version(v.type, v.id, v.version - 1, v.at, "", v.act, row[-1]) if row[-1] else None
        for v, row in zip(versions, found, strict=True)
    ]
    reading = _reading(ctx, scope, versions)
    who = names_of(ctx.tenant, [v.actor for v in versions])
    return tuple(_step(v, b, who, reading, newest=False) for v, b in zip(versions, earlier, strict=True))


def _reading(ctx: Context, scope: Scope, versions: Sequence[Version]) -> Reading:
    plain = reading_of(ctx)
    return Reading(plain.today, plain.zone, names(scope, [v.resource for v in versions]))


def _step(
    version: Version, before: Version | None, who: dict[str, str], reading: Reading, *, newest: bool
) -> Step:
    first = before is None or before.deleted
    found = (
        ()
        if first and not version.deleted
        else changes(
            before.resource if before else None, None if version.deleted else version.resource, reading
        )
    )
    return Step(
        type=version.type,
        id=version.id,
        word=KIND_WORDS.get(version.type, version.type),
        version=version.version,
        when=say_moment(version.at, reading.zone, today=reading.today),
        who=who.get(version.actor, version.actor),
        verb="removed" if version.deleted else "recorded" if first else "changed",
        changes=found,
        newest=newest,
    )
