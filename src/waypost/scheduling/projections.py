"""The booking ledger, kept from Appointments; nothing else writes it."""

from datetime import datetime
from typing import Any

import orjson
from django.db import DatabaseError, IntegrityError, connection

from waypost.records import prepared
from waypost.records.projecting import Change, Projection
from waypost.scheduling.problems import SlotTaken
from waypost.scheduling.rules import ledger


def project_bookings(tenant: int, changes: list[Change]) -> None:
    """Put what the changed Appointments hold in place of what they held.

    Raises SlotTaken where the constraint finds an overlap: after an undo, say, whose time is gone.
    """
    after: dict[str, Any] = {version.id: resource for version, _, resource in changes}
    again = {version.id for version, _, _ in changes if version.version > 1}
    found = [row for resource in after.values() if resource is not None for row in ledger.rows(resource)]
    if not found and not again:
        return
    resolved = practitioners_of(tenant, {row.resource for row in found})
    rows = [{**row._asdict(), "resource": resolved.get(row.resource, row.resource)} for row in found]
    prepared.soon(
        "SELECT scheduling_project(%s, %s, %s::json)",
        [tenant, sorted(again), orjson.dumps(rows, default=_instant).decode()],
        _refused,
    )


def _refused(error: DatabaseError) -> Exception:
    overlaps = isinstance(error, IntegrityError) and "booking_no_overlap" in str(error)
    return SlotTaken() if overlaps else error


def practitioners_of(tenant: int, resources: set[str]) -> dict[str, str]:
    """Return whom each PractitionerRole stands for: a role has no time of its own, its Practitioner has."""
    roles = sorted(r.partition("/")[2] for r in resources if r.startswith("PractitionerRole/"))
    if not roles:
        return {}
    found = prepared.rows(
        "SELECT c.id, v.body::jsonb #>> '{practitioner,reference}' FROM records_current c"
        " JOIN records_version v USING (tenant, type, id, version)"
        " WHERE c.tenant = %s AND c.type = 'PractitionerRole' AND c.id = ANY(%s) AND NOT c.deleted",
        [tenant, roles],
    )
    return {f"PractitionerRole/{id_}": "/".join(target.split("/")[-2:]) for id_, target in found if target}


def _instant(value: object) -> str:
    assert isinstance(value, datetime)
    return value.isoformat()


def mended(tenant: int) -> None:
    """Let every process forget what it remembers of the ledger, after a rebuild has mended it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT scheduling_mended(%s)", [tenant])


PROJECTIONS = (
    Projection(
        "scheduling.bookings",
        ("Appointment",),
        project_bookings,
        ("scheduling_booking",),
        soon=True,
        mended=mended,
    ),
)
