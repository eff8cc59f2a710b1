"""Reading one patient's chart in a handful of queries, whatever its length."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

import orjson

from waypost.chart import limits
from waypost.chart.rules.timeline import ALL_TYPES
from waypost.kernel.scope import Scope
from waypost.records import queries as records
from waypost.records.queries import COLUMNS
from waypost.records.versions import Version
from waypost.registry import fhir

Json = dict[str, Any]

_NEWEST = "JOIN records_version v ON v.tenant = c.tenant AND v.type = c.type AND v.id = c.id AND v.version = c.version"
_NAMED = frozenset(
    {
        "Practitioner",
        "PractitionerRole",
        "Organization",
        "Location",
        "RelatedPerson",
        "Medication",
        "Device",
        "CareTeam",
    }
)


@dataclass(frozen=True, slots=True)
class Slice:
    """Some of one type: at most `count`, the newest by clinical date, of these statuses, since an instant."""

    type: str
    count: int
    statuses: tuple[str, ...] | None = None
    since: datetime | None = None


OPEN_TASKS = ("draft", "requested", "received", "accepted", "ready", "in-progress", "on-hold")
TAKEN = ("active", "on-hold", "intended", "unknown")

HEAD = (Slice("CareTeam", limits.TEAMS_MAX), Slice("AllergyIntolerance", limits.ALLERGIES_MAX))
CHART = (
    Slice("Condition", limits.CONDITIONS_MAX),
    Slice("MedicationRequest", limits.MEDICATIONS_MAX, TAKEN),
    Slice("MedicationStatement", limits.MEDICATIONS_MAX, TAKEN),
    Slice("DocumentReference", limits.DOCUMENTS_ON_PAGE_MAX, ("current",)),
)


def contact(now: datetime) -> tuple[Slice, ...]:
    """Return what everyone on the staff sees of a patient: who, how to reach, what is booked and open, who pays."""
    return (
        Slice("Patient", 1),
        Slice("RelatedPerson", limits.RELATED_MAX),
        Slice("Coverage", limits.COVERAGES_MAX),
        Slice("Account", 1, ("active",)),
        Slice("CoverageEligibilityResponse", limits.ANSWERS_MAX),
        Slice("Task", limits.TASKS_MAX, OPEN_TASKS),
        Slice(
            "Appointment",
            limits.UPCOMING_MAX,
            ("booked", "pending", "proposed", "arrived", "checked-in"),
            now,
        ),
    )


def slices(scope: Scope, patient: str, wanted: Sequence[Slice]) -> list[Version]:
    """Return several types' newest versions in one query, each by the index of its patient and clinical date."""
    return records.fetch(
        scope,
        f"SELECT {COLUMNS} FROM json_to_recordset(%s::json)"
        " AS k(type text, count int, statuses json, since timestamptz) CROSS JOIN LATERAL ("
        " SELECT c.* FROM records_current c WHERE c.tenant = %s AND c.patient = %s AND c.type = k.type AND NOT c.deleted"
        " AND (k.statuses IS NULL OR c.status IN (SELECT json_array_elements_text(k.statuses)))"
        f" AND (k.since IS NULL OR c.sort_at >= k.since) AND ({scope.where})"
        f" ORDER BY c.sort_at DESC, c.id LIMIT k.count) c {_NEWEST}",
        [orjson.dumps([asdict(s) for s in wanted]).decode(), scope.tenant, patient, *scope.params],
    )


def results(scope: Scope, patient: str, *, each: int = limits.RESULT_FIGURES_MAX) -> list[Version]:
    """Return the newest figures of each kind of Observation.

    The kinds are found by leaping along the index from one code to the next, so fifty thousand figures cost as
    little as fifty.
    """
    leap = (
        "SELECT c.code FROM records_current c WHERE c.tenant = %s AND c.patient = %s AND c.type = 'Observation'"
        f" AND c.code IS NOT NULL AND NOT c.deleted AND ({scope.where})"
    )
    arguments = [scope.tenant, patient, *scope.params]
    return records.fetch(
        scope,
        f"WITH RECURSIVE kind(code) AS (({leap} ORDER BY c.code LIMIT 1) UNION ALL"
        f" SELECT ({leap} AND c.code > kind.code ORDER BY c.code LIMIT 1) FROM kind WHERE kind.code IS NOT NULL)"
        f" SELECT {COLUMNS} FROM (SELECT code FROM kind WHERE code IS NOT NULL LIMIT %s) k CROSS JOIN LATERAL ("
        " SELECT c.* FROM records_current c WHERE c.tenant = %s AND c.patient = %s AND c.type = 'Observation'"
        f" AND c.code = k.code AND NOT c.deleted AND ({scope.where})"
        f" ORDER BY c.sort_at DESC, c.id LIMIT %s) c {_NEWEST}",
        [*arguments, *arguments, limits.RESULT_KINDS_MAX, *arguments, each],
    )


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a page of the timeline ended: the last row's date, type and id."""

    at: datetime
    type: str
    id: str

    def __str__(self) -> str:
        return f"{self.at.isoformat()}~{self.type}~{self.id}"

    @classmethod
    def read(cls, text: str | None) -> "Cursor | None":
        """Return the cursor that a link carries; None for none, and for what is no cursor."""
        parts = (text or "").split("~")
        if len(parts) != 3 or parts[1] not in ALL_TYPES or "\0" in parts[2]:
            return None
        try:
            at = datetime.fromisoformat(parts[0])
        except ValueError:
            return None
        return cls(at, parts[1], parts[2]) if at.tzinfo else None


@dataclass(frozen=True, slots=True)
class Row:
    """A version with the date by which the timeline sorts it."""

    version: Version
    at: datetime


# Visits filed under someone else in which this patient has a place: a group's are all found by the reference index.
# Visits are open to all staff, so the scope's own filter, made for one patient, is not asked.
_IN_GROUPS = (
    "FROM records_current c WHERE c.tenant = %s AND c.type = 'Appointment' AND NOT c.deleted AND c.label IS NULL"
    " AND c.patient IS DISTINCT FROM %s AND c.id IN (SELECT r.id FROM records_ref r WHERE r.tenant = %s"
    " AND r.target = %s AND r.type = 'Appointment' AND r.param = 'actor')"
)


def _in_groups(scope: Scope, patient: str) -> list[Any]:
    return [scope.tenant, patient, scope.tenant, f"Patient/{patient}"]


def timeline(
    scope: Scope,
    patient: str,
    types: Sequence[str],
    *,
    after: Cursor | None,
    count: int,
    closed_only: bool = False,
) -> list[Row]:
    """Return rows newest first, beginning after the cursor: keyset, so that nothing is skipped or repeated.

    `closed_only` leaves open Tasks out: where all kinds are shown, 'To do' has them.
    """
    past = "(c.sort_at, c.type, c.id) < (%s, %s, %s)" if after else "true"
    keyset = [after.at, after.type, after.id] if after else []
    within = f"c.sort_at IS NOT NULL AND {'c.sort_at <= %s AND ' if after else ''}{past}"
    newest = "ORDER BY c.sort_at DESC, c.type DESC, c.id DESC LIMIT %s"
    groups = f" UNION ALL (SELECT c.* {_IN_GROUPS} AND {within} {newest})" if "Appointment" in types else ""
    sql = (
        f"SELECT {COLUMNS}, c.sort_at FROM (SELECT c.* FROM ((SELECT c.* FROM unnest(%s::text[]) AS k(type) CROSS JOIN LATERAL ("
        " SELECT c.* FROM records_current c WHERE c.tenant = %s AND c.patient = %s AND c.type = k.type AND NOT c.deleted"
        f" AND {within} AND ({scope.where})"
        f"{' AND NOT (c.type = %s AND c.status = ANY(%s))' if closed_only else ''}"
        f" ORDER BY c.sort_at DESC, c.id DESC LIMIT %s) c){groups}) c {newest}) c"
        f" {_NEWEST} ORDER BY c.sort_at DESC, c.type DESC, c.id DESC"
    )
    dated = [*([after.at] if after else []), *keyset]
    arguments = [
        list(types),
        scope.tenant,
        patient,
        *dated,
        *scope.params,
        *(["Task", list(OPEN_TASKS)] if closed_only else []),
        count,
        *([*_in_groups(scope, patient), *dated, count] if groups else []),
        count,
    ]
    return [Row(Version(*row[:-1]), row[-1]) for row in records.rows(scope, sql, arguments)]


def counts(scope: Scope, patient: str) -> dict[str, int]:
    """Return how many of each type the timeline holds."""
    found = records.rows(
        scope,
        "SELECT c.type, count(*) FROM records_current c WHERE c.tenant = %s AND c.patient = %s AND c.type = ANY(%s)"
        f" AND NOT c.deleted AND c.sort_at IS NOT NULL AND ({scope.where}) GROUP BY c.type"
        f" UNION ALL SELECT 'group', count(*) {_IN_GROUPS} AND c.sort_at IS NOT NULL",
        [scope.tenant, patient, list(ALL_TYPES), *scope.params, *_in_groups(scope, patient)],
    )
    many = dict(found)
    groups = many.pop("group", 0)
    return many | {"Appointment": many.get("Appointment", 0) + groups} if groups else many


def nameless(value: Any) -> Iterator[str]:
    """Return references, anywhere inside, that carry no words of their own."""
    if isinstance(value, dict):
        reference = value.get("reference")
        if isinstance(reference, str) and not value.get("display") and reference.partition("/")[0] in _NAMED:
            yield reference
        for inner in value.values():
            yield from nameless(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from nameless(inner)


def names(scope: Scope, resources: Iterable[Json]) -> dict[str, str]:
    """Return the names of all that these resources refer to without saying its name, in one query."""
    wanted = sorted({reference for resource in resources for reference in nameless(resource)})[
        : limits.NAMES_MAX
    ]
    keys = [(kind, id_) for kind, _, id_ in (reference.partition("/") for reference in wanted)]
    return {f"{kind}/{id_}": name_of(one.resource) for (kind, id_), one in records.many(scope, keys).items()}


def name_of(resource: Json) -> str:
    """Return what a person, place or thing is called."""
    match resource.get("resourceType"):
        case "Practitioner" | "RelatedPerson" | "Patient":
            return fhir.say_full_name(fhir.legal_name(resource))
        case "PractitionerRole":
            return (resource.get("practitioner") or {}).get("display", "")
        case "Medication":
            code = resource.get("code") or {}
            return code.get("text") or next((c.get("display", "") for c in code.get("coding", ())), "")
        case "Device":
            return next((n.get("name", "") for n in resource.get("deviceName", ())), "")
        case _:
            return str(resource.get("name", ""))
