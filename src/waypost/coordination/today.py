"""Who comes on a day: a read for the first page."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from waypost.kernel.dates import read_moment
from waypost.kernel.scope import Scope
from waypost.records import queries
from waypost.records.versions import Version

HERE = ("arrived", "checked-in")
COUNTED = ("booked", "pending", *HERE, "fulfilled", "noshow")
VISITS_MAX = 400


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit of a day, read. `patients` are all of a group; `patient` is the first."""

    id: str
    patients: tuple[str, ...]
    start: datetime
    status: str
    what: str
    clinician: str

    @property
    def patient(self) -> str:
        return self.patients[0]


def tally_of(scope: Scope, day: date) -> dict[str, int]:
    """Return how many visits of a local day stand in each state."""
    found = queries.rows(
        scope,
        f"SELECT c.status, count(*) FROM records_current c {_OF_DAY} AND c.status = ANY(%s) AND ({scope.where}) GROUP BY c.status",
        [scope.tenant, *_bounds(scope, day), list(COUNTED), *scope.params],
    )
    return dict(found)


def here_on(scope: Scope, day: date) -> tuple[Visit, ...]:
    """Return the visits of those who have arrived and not left, in order."""
    return _read(scope, "c.status = ANY(%s)", [list(HERE)], _bounds(scope, day), VISITS_MAX)


def expected_on(scope: Scope, day: date, since: datetime, count: int) -> tuple[Visit, ...]:
    """Return the next visits of a local day whose patients have not come yet."""
    first, last = _bounds(scope, day)
    return _read(scope, "c.status = 'booked'", [], (max(first, since), last), count)


_OF_DAY = (
    "WHERE c.tenant = %s AND c.type = 'Appointment' AND NOT c.deleted AND c.sort_at >= %s AND c.sort_at < %s"
)


def _read(
    scope: Scope, condition: str, values: list[Any], span: tuple[datetime, datetime], count: int
) -> tuple[Visit, ...]:
    found = queries.fetch(
        scope,
        f"{queries.CURRENT} {_OF_DAY} AND {condition} AND ({scope.where}) ORDER BY c.sort_at, c.id LIMIT %s",
        [scope.tenant, *span, *values, *scope.params, count],
    )
    return tuple(visit for version in found if (visit := _visit(version)))


def _bounds(scope: Scope, day: date) -> tuple[datetime, datetime]:
    zone = ZoneInfo(scope.zone)
    return datetime.combine(day, time.min, zone), datetime.combine(day + timedelta(days=1), time.min, zone)


def _visit(version: Version) -> Visit | None:
    visit = version.resource
    start = read_moment(visit.get("start"))
    actors = [p.get("actor") or {} for p in visit.get("participant") or ()]
    patients = tuple(found for actor in actors if (found := _id(actor, "Patient")))
    if start is None or not patients:
        return None
    kinds = [
        k.get("text") or next((c.get("display", "") for c in k.get("coding", ())), "")
        for k in visit.get("serviceType") or ()
    ]
    return Visit(
        id=version.id,
        patients=patients,
        start=start,
        status=visit.get("status", ""),
        what=next(iter(kinds), "") or visit.get("description", "") or "Visit",
        clinician=next((a.get("display", "") for a in actors if _id(a, "Practitioner")), ""),
    )


def _id(reference: Any, kind: str) -> str:
    head, _, tail = ((reference or {}).get("reference") or "").partition("/")
    return tail if head == kind else ""
