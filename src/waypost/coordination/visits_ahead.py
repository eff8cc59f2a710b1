"""Visits to come of one patient, each with what it waits for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from waypost.chart.rules.tellers import visit_name, visit_with
from waypost.chart.rules.words import Reading
from waypost.coordination.work_ahead import REQUESTS, task_code
from waypost.kernel.dates import local_day, read_moment, say_day, say_time
from waypost.registry import fhir

Json = dict[str, Any]

_STATE = {  # of a request beside a visit
    "requested": "asked for", "received": "asked for", "accepted": "confirmed", "in-progress": "confirmed", "ready": "confirmed",
    "rejected": "refused", "on-hold": "waiting", "draft": "not asked for yet",
}  # fmt: skip
_MARK = {
    "pending": ("soon", "Held"), "proposed": ("soon", "Proposed"), "arrived": ("ok", "Here"), "checked-in": ("ok", "Here"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Upcoming:
    """One visit."""

    id: str
    day: str
    time: str
    what: str
    where: str
    notes: tuple[str, ...]
    state: str
    mark: str


def upcoming(
    visits: Iterable[Json], tasks: Iterable[Json], now: datetime, reading: Reading
) -> tuple[Upcoming, ...]:
    """Return visits that have not ended, the next one first."""
    asked: dict[str, list[Json]] = {}
    for task in tasks:
        if task_code(task) in REQUESTS:
            asked.setdefault((task.get("focus") or {}).get("reference", ""), []).append(task)
    found = []
    for visit in visits:
        start = read_moment(visit.get("start"), reading.zone)
        end = read_moment(visit.get("end"), reading.zone) or start
        hold = read_moment(fhir.extension(visit, "hold-until"), reading.zone)
        if start and end and end > now and not (visit.get("status") == "pending" and hold and hold <= now):
            found.append((start, visit))
    found.sort(key=lambda pair: pair[0])
    return tuple(_visit(v, at, asked.get(f"Appointment/{v.get('id')}", []), reading) for at, v in found)


def _visit(visit: Json, start: datetime, asked: list[Json], reading: Reading) -> Upcoming:
    state, mark = _MARK.get(visit.get("status", ""), ("", ""))
    notes = [f"{task_code(t)} {_STATE.get(t.get('status', ''), t.get('status', ''))}" for t in asked]
    confirmed = _confirmed(visit)
    if confirmed:
        notes.append(confirmed)
    arrive = read_moment(fhir.extension(visit, "arrive-at"), reading.zone)
    if arrive and arrive < start:
        notes.append(f"arrive by {say_time(arrive, reading.zone)}")
    if fhir.extension(visit, "telehealth") is True:
        notes.append("by video")
    phone = fhir.extension(visit, "phone")
    if fhir.extension(visit, "outside") is True:
        notes.append(f"elsewhere{f', {fhir.say_phone(phone)}' if phone else ''}")
    return Upcoming(
        id=visit.get("id", ""),
        day=say_day(local_day(start, reading.zone), today=reading.today),
        time=say_time(start, reading.zone),
        what=visit_name(visit),
        where=visit_with(visit, reading),
        notes=tuple(notes),
        state=state,
        mark=mark,
    )


def _confirmed(visit: Json) -> str:
    for participant in visit.get("participant", ()):
        if (participant.get("actor") or {}).get("reference", "").startswith("Patient/"):
            return {
                "accepted": "patient confirmed",
                "declined": "patient declined",
                "tentative": "patient not sure",
            }.get(participant.get("status", ""), "patient not yet")
    return ""
