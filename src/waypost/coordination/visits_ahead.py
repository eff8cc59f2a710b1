"""Visits to come of one patient, each with what it waits for."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from waypost.chart.rules.tellers import visit_name, visit_with
from waypost.chart.rules.words import Reading
from waypost.coordination.work_ahead import REQUESTS, task_code
from waypost.kernel.dates import local_day, read_moment, say_day, say_time
from waypost.kernel.scope import Scope
from waypost.messaging.rules.home_zones import told_in, zone_name
from waypost.records import queries as records
from waypost.registry import fhir

Json = dict[str, Any]

GROUPS_MAX = 60

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


def in_groups(scope: Scope, patient: str, now: datetime) -> list[Json]:
    """Return visits to come that are filed under someone else: this patient has a place in a group.

    Visits are open to all staff, so the scope's own filter, made for one patient, is not asked.
    """
    found = records.fetch(
        scope,
        f"SELECT {records.COLUMNS} FROM scheduling_booking b"
        " JOIN records_current c ON c.tenant = b.tenant AND c.type = 'Appointment' AND c.id = b.appointment"
        " JOIN records_version v ON v.tenant = c.tenant AND v.type = c.type AND v.id = c.id AND v.version = c.version"
        " WHERE b.tenant = %s AND b.resource = %s AND b.starts > %s AND NOT c.deleted AND c.label IS NULL"
        " AND c.patient IS DISTINCT FROM %s ORDER BY b.starts LIMIT %s",
        [scope.tenant, f"Patient/{patient}", now - timedelta(days=1), patient, GROUPS_MAX],
    )
    return [v.resource for v in found]


def upcoming(
    visits: Iterable[Json], tasks: Iterable[Json], now: datetime, reading: Reading, patient: str, *, home: str = ""
) -> tuple[Upcoming, ...]:
    """Return visits that have not ended, the next one first; `home` is the zone in which the patient lives."""
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
    return tuple(
        _visit(v, at, asked.get(f"Appointment/{v.get('id')}", []), reading, patient, home) for at, v in found
    )


def _visit(
    visit: Json, start: datetime, asked: list[Json], reading: Reading, patient: str, home: str
) -> Upcoming:
    state, mark = _MARK.get(visit.get("status", ""), ("", ""))
    notes = [f"{task_code(t)} {_STATE.get(t.get('status', ''), t.get('status', ''))}" for t in asked]
    confirmed = _confirmed(visit, patient)
    if confirmed:
        notes.append(confirmed)
    arrive = read_moment(fhir.extension(visit, "arrive-at"), reading.zone)
    if arrive and arrive < start:
        notes.append(f"arrive by {say_time(arrive, reading.zone)}")
    if fhir.extension(visit, "telehealth") is True:
        notes.append("by video")
        told = told_in(start, reading.zone, home, remote=True)
        if told.named:
            notes.append(f"for them {say_time(start, told.zone)} {zone_name(told.zone, start, 'en')}")
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


def _confirmed(visit: Json, patient: str) -> str:
    """Return whether this patient has confirmed, and that others come too where it is a group."""
    words = {"accepted": "patient confirmed", "declined": "patient declined", "tentative": "patient not sure"}
    seats = {
        (p.get("actor") or {}).get("reference", ""): p.get("status", "") for p in visit.get("participant", ())
    }
    patients = [reference for reference in seats if reference.startswith("Patient/")]
    if f"Patient/{patient}" not in seats:
        return ""
    said = words.get(seats[f"Patient/{patient}"], "patient not yet")
    return f"{said} · group visit" if len(patients) > 1 else said
