"""The facts of many patients in a handful of queries, each type as far back as the rules look."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import orjson

from waypost.coordination.worklist.reading import OPEN
from waypost.coordination.worklist.rules.shapes import Facts
from waypost.coordination.worklist.rules.table import READS
from waypost.kernel.context import Context
from waypost.kernel.scope import Scope
from waypost.records import queries
from waypost.records.versions import Version
from waypost.scheduling.queries import templates

Json = dict[str, Any]
_NEWEST = "JOIN records_version v ON v.tenant = c.tenant AND v.type = c.type AND v.id = c.id AND v.version = c.version"


@dataclass(frozen=True, slots=True)
class Need:
    """How much of a type is read of each patient: the newest by clinical date, of these states, so many days back."""

    count: int
    days: int | None = None
    statuses: tuple[str, ...] | None = None


NEEDS = {
    "Patient": Need(1),
    "RelatedPerson": Need(60),
    "CareTeam": Need(10),
    "Coverage": Need(20),
    "CoverageEligibilityResponse": Need(40),
    "Account": Need(2),
    "Appointment": Need(200, 120),
    "Task": Need(400, None, tuple(sorted(OPEN))),
    "ServiceRequest": Need(100, 400, ("active", "draft", "on-hold", "completed")),
    "DocumentReference": Need(200, 400),
    "DiagnosticReport": Need(100, 60),
    "Observation": Need(300, 60),
    "Encounter": Need(60, 60),
    "Communication": Need(200, 120),
    "ClaimResponse": Need(60, 400),
    "Claim": Need(60, 400),
}


@dataclass(slots=True)
class Loaded:
    """One patient's facts, and the versions of the open Tasks among them."""

    facts: Facts
    tasks: dict[str, Version]


def load(ctx: Context, scope: Scope, patients: Sequence[str], visit_types: dict[str, Json]) -> dict[str, Loaded]:
    """Return the facts of those of the patients that are on record."""
    wanted = [
        {"type": kind, "count": need.count, "statuses": need.statuses,
         "since": ctx.now - timedelta(days=need.days) if need.days is not None else None}
        for kind, need in NEEDS.items() if kind in READS or kind == "Task"
    ]  # fmt: skip
    rows = queries.rows(
        scope,
        f"SELECT c.patient, {queries.COLUMNS} FROM json_to_recordset(%s::json)"
        " AS k(type text, count int, statuses json, since timestamptz) CROSS JOIN unnest(%s::text[]) AS p(id)"
        " CROSS JOIN LATERAL (SELECT c.* FROM records_current c"
        " WHERE c.tenant = %s AND c.patient = p.id AND c.type = k.type AND NOT c.deleted"
        " AND (k.statuses IS NULL OR c.status IN (SELECT json_array_elements_text(k.statuses)))"
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
    facts = Facts(ctx.now, ctx.zone, next(iter(resources["Patient"])), resources, visit_types)
    return Loaded(facts, dict(kinds["Task"]))


def _in_groups(ctx: Context, scope: Scope, patients: Sequence[str]) -> list[tuple[Any, ...]]:
    """Return visits that are filed under someone else and in which these patients have a place."""
    return queries.rows(
        scope,
        f"SELECT substr(r.target, 9), {queries.COLUMNS} FROM records_ref r"
        f" JOIN records_current c ON c.tenant = r.tenant AND c.type = r.type AND c.id = r.id {_NEWEST}"
        " WHERE r.tenant = %s AND left(r.target, 500) = ANY(%s) AND r.type = 'Appointment' AND r.param = 'actor'"
        f" AND NOT c.deleted AND c.patient <> substr(r.target, 9) AND c.sort_at >= %s AND ({scope.where})",
        [scope.tenant, [f"Patient/{id_}" for id_ in patients], ctx.now - timedelta(days=120), *scope.params],
    )


def named(scope: Scope, ids: Iterable[str]) -> dict[str, Version]:
    """Return Tasks by id, whatever became of them."""
    return {id_: version for (_, id_), version in queries.many(scope, [("Task", id_) for id_ in ids]).items()}


def kinds_of_visit(scope: Scope) -> tuple[dict[str, Json], str]:
    """Return the visit types by code, and a digest that changes when one of them does."""
    every = templates.visit_types(scope)
    return {one.key: one.body for one in every}, ",".join(f"{one.key}:{one.version}" for one in every)
