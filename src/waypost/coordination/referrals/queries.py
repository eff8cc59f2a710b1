"""Referrals with everything that refers to them, in two queries."""

from collections.abc import Iterable, Sequence
from typing import Any

from waypost.access import scopes
from waypost.coordination.contacts import queries as contacts
from waypost.coordination.contacts.reading import Contact
from waypost.coordination.referrals.limits import DOCUMENTS_MAX, LISTED_MAX
from waypost.coordination.referrals.state import OPEN, Around, is_referral
from waypost.kernel.context import Context
from waypost.kernel.scope import Scope
from waypost.records import queries as records
from waypost.records.versions import Version

Json = dict[str, Any]
AROUND = ("Appointment", "Encounter", "Communication", "DocumentReference", "DiagnosticReport", "Task")


def open_ones(scope: Scope) -> list[Version]:
    """Return open referrals and orders within the reader's reach, oldest first."""
    found = records.fetch(
        scope,
        f"{records.CURRENT} WHERE c.tenant = %s AND c.type = 'ServiceRequest' AND NOT c.deleted AND c.status = ANY(%s)"
        f" AND ({scope.where}) ORDER BY c.sort_at, c.id LIMIT %s",
        [scope.tenant, sorted(OPEN), *scope.params, LISTED_MAX],
    )
    return [one for one in found if is_referral(one.resource)]


def of_patient(scope: Scope, patient: str) -> list[Version]:
    """Return a patient's referrals and orders, newest first."""
    found = records.about(scope, patient, ["ServiceRequest"], count=200)
    return [one for one in found if is_referral(one.resource)]


def around(scope: Scope, requests: Sequence[Version]) -> dict[str, Around]:
    """Return each ServiceRequest with what refers to it, by id."""
    made: dict[str, list[Json]] = {one.id: [] for one in requests}
    found = records.rows(
        scope,
        f"SELECT DISTINCT r.target, {records.COLUMNS} FROM records_ref r JOIN records_current c ON c.tenant = r.tenant"
        " AND c.type = r.type AND c.id = r.id JOIN records_version v ON v.tenant = c.tenant AND v.type = c.type AND v.id = c.id"
        " AND v.version = c.version WHERE r.tenant = %s AND r.target = ANY(%s) AND r.type = ANY(%s) AND NOT c.deleted"
        f" AND ({scope.where})",
        [scope.tenant, [f"ServiceRequest/{id_}" for id_ in made], list(AROUND), *scope.params],
    )
    for target, *columns in found:
        version = Version(*columns)
        made[target.partition("/")[2]].append({**version.resource, "id": version.id})
    return {one.id: Around({**one.resource, "id": one.id}, tuple(made[one.id])) for one in requests}


def one(ctx: Context, id_: str) -> tuple[Scope, Version, Around]:
    """Return one referral with what stands around it, in the scope of its patient's chart.

    Raises NotFound, and what `scopes.for_patient` raises where the chart is closed.
    """
    scope = scopes.for_resource(ctx, "ServiceRequest", id_)
    found = records.read(scope, "ServiceRequest", id_)
    return scope, found, around(scope, [found])[id_]


def attempts(scope: Scope, facts: Around) -> list[Contact]:
    """Return the contacts about the work that this referral made, oldest first."""
    tasks = [task["id"] for task in facts.of("Task")]
    found = {contact.id: contact for mine in contacts.of_tasks(scope, tasks).values() for contact in mine}
    return sorted(found.values(), key=lambda contact: (contact.at, contact.id))


def documents(scope: Scope, patient: str, ids: Iterable[str] = ()) -> list[Version]:
    """Return a patient's documents that stand, newest first; those named alone where some are."""
    wanted = set(ids)
    if wanted:
        kept = records.many(scope, [("DocumentReference", id_) for id_ in wanted])
        found = [v for v in kept.values() if (v.resource.get("subject") or {}).get("reference") == f"Patient/{patient}"]
    else:
        found = records.about(scope, patient, ["DocumentReference"], count=DOCUMENTS_MAX)
    return [v for v in found if v.resource.get("status", "current") == "current"]
