"""What several rules read: the visit's patient, type and day, who leads the care team."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from waypost.coordination.worklist.kinds import TASK
from waypost.coordination.worklist.reading import code_of
from waypost.coordination.worklist.rules.shapes import Facts, Json, Who, key_of
from waypost.kernel.dates import local_day, read_moment, say_moment
from waypost.registry import fhir as people
from waypost.scheduling import fhir


def start_of(visit: Json) -> datetime | None:
    return fhir.instant(visit.get("start"))


def visits(facts: Facts, *statuses: str) -> Iterator[tuple[Json, datetime]]:
    """Yield the patient's visits in these states that have a time, blocks and visits elsewhere left out."""
    for visit in facts.all("Appointment"):
        if visit.get("status") in statuses and people.extension(visit, "outside") is not True:
            start = start_of(visit)
            if start is not None:
                yield visit, start


def ahead(facts: Facts) -> Iterator[tuple[Json, datetime]]:
    """Yield the visits that are booked and have not begun, whatever their day."""
    return ((visit, start) for visit, start in visits(facts, "booked") if start > facts.now)


def visit_id(task: Json) -> str:
    head, _, tail = ((task.get("focus") or {}).get("reference") or "").partition("/")
    return tail if head == "Appointment" else ""


def what_visit(visit: Json) -> str:
    """Return 'Echocardiogram and consult' for a visit, or 'visit'."""
    kinds = [k.get("text") or next((c.get("display", "") for c in k.get("coding", ())), "") for k in visit.get("serviceType") or ()]
    return next((k for k in kinds if k), "") or visit.get("description", "") or "visit"


def when(facts: Facts, at: datetime) -> str:
    """Return 'Tue, Nov 24, 2:10 PM'. The year is always said where it is not the instant's own: no clock in words."""
    return say_moment(at, facts.zone, today=local_day(at, facts.zone))


def answer_of(facts: Facts, visit: Json) -> str:
    """Return what this patient has answered to a visit: accepted, needs-action, tentative, declined, or ''."""
    mine = f"Patient/{facts.id}"
    return next((p.get("status", "") for p in visit.get("participant") or () if fhir.reference(p) == mine), "")


def fate(facts: Facts, task: Json, otherwise: str) -> str:
    """Return what became of the visit that a Task is about; `otherwise` where it stands as it stood."""
    wanted = visit_id(task)
    visit = next((v for v in facts.all("Appointment") if v.get("id") == wanted), None)
    if visit is None:
        return "The visit is no longer on record for this patient."
    status = visit.get("status", "")
    said = {
        "cancelled": "The visit was cancelled.", "noshow": "The patient did not come.", "fulfilled": "The visit has taken place.",
        "arrived": "The patient has arrived.", "checked-in": "The patient is checked in.",
        "entered-in-error": "The visit was entered in error.", "waitlist": "The visit went back to the waitlist.",
    }.get(status)  # fmt: skip
    if said:
        return said
    start = start_of(visit)
    if start is not None and f"{start:%Y-%m-%dT%H:%M}" not in key_of(task):
        return f"The visit was moved to {when(facts, start)}."
    if start is not None and start <= facts.now:
        return "The time of the visit has come."
    return otherwise


def visit_key(visit: Json, start: datetime) -> str:
    """Return the fact 'this visit at this time': moved, it is another."""
    return f"{visit.get('id', '')}@{start:%Y-%m-%dT%H:%M}Z"


def lead(facts: Facts) -> Who | None:
    """Return the lead coordinator: the first of an active care team with that role."""
    for team in sorted(facts.all("CareTeam"), key=lambda t: t.get("id", "")):
        if team.get("status", "active") != "active":
            continue
        for one in team.get("participant") or ():
            codes = {c.get("code") for role in one.get("role") or () for c in role.get("coding") or ()}
            reference = (one.get("member") or {}).get("reference", "")
            if "coordinator" in codes and reference.startswith("Practitioner/") and people.current(one, facts.today):
                return Who(reference, (one.get("member") or {}).get("display", ""))
    return None


def visit_type_of(facts: Facts, visit: Json) -> Json:
    """Return the body of a visit's type, or an empty one where it is none of ours."""
    return facts.visit_types.get(fhir.visit_type_code(visit) or "", {})


def focused(facts: Facts, reference: str, *kinds: str) -> Iterator[Json]:
    """Yield this patient's Tasks of these kinds about one thing."""
    for task in facts.all("Task"):
        if (task.get("focus") or {}).get("reference") == reference and code_of(task.get("code"), TASK) in kinds:
            yield task


def refers_to(references: Any, reference: str) -> bool:
    """Say whether one of the references is that one."""
    found = references if isinstance(references, list) else [references] if references else []
    return any((one or {}).get("reference") == reference for one in found)


def read_at(facts: Facts, communication: Json) -> datetime | None:
    return read_moment(communication.get("sent") or communication.get("received"), facts.zone)
