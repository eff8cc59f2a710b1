"""The facts of many patients in a handful of queries, each type as far back as the rules look."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson

from waypost.coordination.flow.reading import own
from waypost.coordination.worklist.kinds import TASK
from waypost.coordination.worklist.reading import OPEN
from waypost.coordination.worklist.rules.settling import task_id
from waypost.coordination.worklist.rules.shapes import APART, Facts
from waypost.coordination.worklist.rules.table import READS, RULES
from waypost.kernel.context import Context
from waypost.kernel.scope import Scope
from waypost.records import queries
from waypost.records.versions import Version
from waypost.scheduling.queries import templates

Json = dict[str, Any]
VISITS_DAYS = 400
_NEWEST = "JOIN records_version v ON v.tenant = c.tenant AND v.type = c.type AND v.id = c.id AND v.version = c.version"


@dataclass(frozen=True, slots=True)
class Need:
    """How much of a type is read of each patient: the newest by clinical date, of these states and codes, so many days back."""

    type: str
    count: int
    days: int | None = None
    statuses: tuple[str, ...] | None = None
    codes: tuple[str, ...] | None = None


NEEDS = (
    Need("Patient", 1),
    Need("RelatedPerson", 60),
    Need("CareTeam", 10),
    Need("Coverage", 20),
    Need("CoverageEligibilityResponse", 40),
    Need("Appointment", 200, VISITS_DAYS),
    Need("Task", 400, None, (*sorted(OPEN), "rejected")),
    Need("Task", 100, None, ("completed", "cancelled", "failed"), tuple(f"{TASK}|{kind}" for kind in ("interpreter", "ride"))),
    Need("ServiceRequest", 100, 400, ("active", "draft", "on-hold", "completed")),
    Need("DocumentReference", 200, 400),
    Need("DiagnosticReport", 100, 120),
    Need("Observation", 300, 60),
    Need("Encounter", 60, 120),
    Need("Communication", 200, 400),  # as far back as the orders and visits that they are about
    Need("ClaimResponse", 60, 400),
    Need("Claim", 60, 400),
    Need("MedicationDispense", 60, 400),
    Need("MedicationRequest", 60, None, ("active",)),
)


@dataclass(slots=True)
class Loaded:
    """One patient's facts, and the versions of the open Tasks among them."""

    facts: Facts
    tasks: dict[str, Version]


def load(ctx: Context, scope: Scope, units: Sequence[str], visit_types: dict[str, Json]) -> dict[str, Loaded]:
    """Return the facts of those of the units that are on record: patients, and resources that are about nobody yet."""
    patients = [one for one in units if "/" not in one]
    found = _of_patients(ctx, scope, patients, visit_types) if patients else {}
    return found | _apart(ctx, scope, [one for one in units if "/" in one])


def _apart(ctx: Context, scope: Scope, units: Sequence[str]) -> dict[str, Loaded]:
    """Return resources that are about nobody, each alone; one that is in a chart now, or gone, is as if it were not."""
    if not units:
        return {}
    rows = queries.rows(
        scope,
        f"SELECT {queries.COLUMNS} FROM unnest(%s::text[]) AS u(unit) JOIN records_current c ON c.tenant = %s"
        f" AND c.type = split_part(u.unit, '/', 1) AND c.id = split_part(u.unit, '/', 2) {_NEWEST}"
        f" WHERE NOT c.deleted AND c.patient IS NULL AND ({scope.where})",
        [list(units), scope.tenant, *scope.params],
    )
    here = {version.reference: version for version in (Version(*row) for row in rows)}
    ids = {task_id(ctx.tenant, rule.code, unit, APART): unit for unit in units for rule in RULES if rule.apart}
    tasks: dict[str, dict[str, Version]] = defaultdict(dict)
    for id_, version in named(scope, ids).items():
        tasks[ids[id_]][id_] = version
    return {
        unit: Loaded(Facts(ctx.now, ctx.zone, {}, {here[unit].type: [here[unit].resource]} if unit in here else {}), tasks[unit])
        for unit in units
    }


def _of_patients(ctx: Context, scope: Scope, patients: Sequence[str], visit_types: dict[str, Json]) -> dict[str, Loaded]:
    wanted = [
        {"type": need.type, "count": need.count, "statuses": need.statuses, "codes": need.codes,
         "since": ctx.now - timedelta(days=need.days) if need.days is not None else None}
        for need in NEEDS if need.type in READS
    ]  # fmt: skip
    rows = queries.rows(
        scope,
        f"SELECT c.patient, {queries.COLUMNS} FROM json_to_recordset(%s::json)"
        " AS k(type text, count int, statuses json, codes json, since timestamptz) CROSS JOIN unnest(%s::text[]) AS p(id)"
        " CROSS JOIN LATERAL (SELECT c.* FROM records_current c"
        " WHERE c.tenant = %s AND c.patient = p.id AND c.type = k.type AND NOT c.deleted"
        " AND (k.statuses IS NULL OR c.status IN (SELECT json_array_elements_text(k.statuses)))"
        " AND (k.codes IS NULL OR c.code IN (SELECT json_array_elements_text(k.codes)))"
        f" AND (k.since IS NULL OR c.sort_at IS NULL OR c.sort_at >= k.since) AND ({scope.where})"
        f" ORDER BY c.sort_at DESC, c.id LIMIT k.count) c {_NEWEST}",
        [orjson.dumps(wanted).decode(), list(patients), scope.tenant, *scope.params],
    )
    found: dict[str, dict[str, dict[str, Version]]] = defaultdict(lambda: defaultdict(dict))
    for patient, *columns in [*rows, *_in_groups(ctx, scope, patients)]:
        version = Version(*columns)
        found[patient][version.type][version.id] = version
    return {patient: _loaded(ctx, found[patient], visit_types) for patient in patients if found[patient]["Patient"]}


def _loaded(ctx: Context, kinds: dict[str, dict[str, Version]], visit_types: dict[str, Json]) -> Loaded:
    resources = {kind: [v.resource for _, v in sorted(versions.items())] for kind, versions in kinds.items()}
    patient = next(iter(resources["Patient"]))
    resources["Appointment"] = [own(one, patient["id"]) for one in resources.get("Appointment", ())]
    facts = Facts(ctx.now, ctx.zone, patient, resources, visit_types)
    return Loaded(facts, dict(kinds["Task"]))


def _in_groups(ctx: Context, scope: Scope, patients: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return visits that are filed under someone else and are these patients' too, whatever became of them."""
    return queries.rows(
        scope,
        f"SELECT p.id, {queries.COLUMNS} FROM unnest(%s::text[]) AS p(id) JOIN records_ref r ON r.tenant = %s"
        " AND r.target = 'Patient/' || p.id AND r.type = 'Appointment' AND r.param = 'patient'"
        f" JOIN records_current c ON c.tenant = r.tenant AND c.type = r.type AND c.id = r.id {_NEWEST}"
        f" WHERE NOT c.deleted AND c.patient IS DISTINCT FROM p.id AND c.sort_at >= %s AND ({scope.where})",
        [list(patients), scope.tenant, ctx.now - timedelta(days=VISITS_DAYS), *scope.params],
    )


def named(scope: Scope, ids: Iterable[str]) -> dict[str, Version]:
    """Return Tasks by id, whatever became of them."""
    return {id_: version for (_, id_), version in queries.many(scope, [("Task", id_) for id_ in ids]).items()}


def kinds_of_visit(scope: Scope) -> tuple[dict[str, Json], str]:
    """Return the visit types by code, and a digest that changes when one of them does."""
    every = templates.visit_types(scope)
    return {one.key: one.body for one in every}, ",".join(f"{one.key}:{one.version}" for one in every)
