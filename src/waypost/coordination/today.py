"""What one person has to do today, and who comes: reads for the first page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from waypost.kernel.dates import read_moment
from waypost.kernel.scope import Scope
from waypost.records import queries
from waypost.records.versions import Version

Json = dict[str, Any]
OPEN_TASK = ("draft", "requested", "received", "accepted", "ready", "in-progress", "on-hold")
COMING = ("booked", "pending", "arrived", "checked-in", "fulfilled", "noshow")
URGENCY = {"stat": 0, "asap": 1, "urgent": 2, "routine": 3}
PROMISES = frozenset({"promise", "call-back"})
REQUESTS = ("urn:waypost:task|interpreter", "urn:waypost:task|ride")  # they belong to a visit and show their state there
TASKS_MAX, VISITS_MAX = 500, 400


@dataclass(frozen=True, slots=True)
class Work:
    """One open Task, read."""

    id: str
    patient: str
    what: str
    why: str
    kind: str
    urgency: int
    due: datetime | None
    visit: str = ""  # id of the Appointment it is about


@dataclass(frozen=True, slots=True)
class Visit:
    """One visit of a day, read."""

    id: str
    patient: str
    start: datetime
    status: str
    what: str
    clinician: str


def my_work(scope: Scope) -> tuple[Work, ...]:
    """Return the open Tasks of the reader, most urgent first, then what is due first."""
    if not scope.practitioner:
        return ()
    return _ordered(_tasks(scope, "c.owner = %s", [f"Practitioner/{scope.practitioner}"]))


def unclaimed(scope: Scope) -> tuple[Work, ...]:
    """Return open Tasks that nobody has taken; requests for an interpreter or a ride stand with their visit."""
    return _ordered(_tasks(scope, "c.owner IS NULL AND (c.code IS NULL OR c.code <> ALL (%s))", [list(REQUESTS)]))


def promised(work: Work) -> bool:
    """Say whether someone was told that this would be done."""
    return work.kind in PROMISES or "promised" in f"{work.what} {work.why}".lower()


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


def _tasks(scope: Scope, condition: str, params: Sequence[Any]) -> list[Version]:
    return queries.fetch(
        scope,
        f"{queries.CURRENT} WHERE c.tenant = %s AND c.type = 'Task' AND NOT c.deleted AND c.status = ANY(%s)"
        f" AND {condition} AND ({scope.where}) ORDER BY c.sort_at LIMIT %s",
        [scope.tenant, list(OPEN_TASK), *params, *scope.params, TASKS_MAX],
    )


def _ordered(found: Sequence[Version]) -> tuple[Work, ...]:
    works = [_work(version.resource) for version in found]
    latest = datetime.max.replace(tzinfo=ZoneInfo("UTC"))
    return tuple(sorted(works, key=lambda work: (work.urgency, work.due or latest, work.id)))


def _work(task: Json) -> Work:
    code = task.get("code") or {}
    kind = next((c.get("code", "") for c in code.get("coding", ()) if c.get("system") == "urn:waypost:task"), "")
    said = task.get("description") or code.get("text") or next((c.get("display", "") for c in code.get("coding", ())), "")
    period = (task.get("restriction") or {}).get("period") or {}
    return Work(
        id=task["id"],
        patient=_id(task.get("for"), "Patient"),
        what=said or "Something without words",
        why=(task.get("reasonCode") or {}).get("text", ""),
        kind=kind,
        urgency=URGENCY.get(task.get("priority", "routine"), 3),
        due=read_moment(period.get("end")),
        visit=_id(task.get("focus"), "Appointment"),
    )


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
