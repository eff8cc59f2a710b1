"""Who comes on a day: a read for the first page."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from waypost.kernel.dates import read_moment
from waypost.kernel.scope import Scope
from waypost.records import queries
from waypost.records.versions import Version

COMING = ("booked", "pending", "arrived", "checked-in", "fulfilled", "noshow")
VISITS_MAX = 400


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit of a day, read."""

    id: str
    patient: str
    start: datetime
    status: str
    what: str
    clinician: str


def visits_of(scope: Scope, day: date) -> tuple[Visit, ...]:
    """Return the visits that start on a local day, in order."""
    zone = ZoneInfo(scope.zone)
    first = datetime.combine(day, time.min, zone)
    last = datetime.combine(day + timedelta(days=1), time.min, zone)
    found = queries.fetch(
        scope,
        f"{queries.CURRENT} WHERE c.tenant = %s AND c.type = 'Appointment' AND NOT c.deleted AND c.sort_at >= %s"
        f" AND c.sort_at < %s AND c.status = ANY(%s) AND ({scope.where}) ORDER BY c.sort_at, c.id LIMIT %s",
        [scope.tenant, first, last, list(COMING), *scope.params, VISITS_MAX],
    )
    return tuple(visit for version in found if (visit := _visit(version)))


def _visit(version: Version) -> Visit | None:
    visit = version.resource
    start = read_moment(visit.get("start"))
    actors = [p.get("actor") or {} for p in visit.get("participant") or ()]
    patient = next((found for actor in actors if (found := _id(actor, "Patient"))), "")
    if start is None or not patient:
        return None
    kinds = [k.get("text") or next((c.get("display", "") for c in k.get("coding", ())), "") for k in visit.get("serviceType") or ()]
    return Visit(
        id=version.id,
        patient=patient,
        start=start,
        status=visit.get("status", ""),
        what=next(iter(kinds), "") or visit.get("description", "") or "Visit",
        clinician=next((a.get("display", "") for a in actors if _id(a, "Practitioner")), ""),
    )


def _id(reference: Any, kind: str) -> str:
    head, _, tail = ((reference or {}).get("reference") or "").partition("/")
    return tail if head == kind else ""
