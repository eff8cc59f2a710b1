"""The schedule: free times of a day by FHIR, the finder, booking."""

import itertools
import json
import time
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from bench import floors, inside
from bench.clinic import MEASURE_SECONDS, Clinic
from bench.fhir_door import rate_of
from bench.floors import rows_again
from bench.result import Result, of_times
from waypost.ops import load

DAYS_AHEAD = 30
FINDS = 200
SLOTS_BOOKED_MAX = 4000
BOOKED_TABLES = {"scheduling_booking": "appointment"}


def slots_day(clinic: Clinic) -> list[Result]:
    """GET /fhir/Slot of one clinician's day."""
    paths = [
        _slot_path(schedule, day, day + timedelta(days=1))
        for schedule, _ in schedules(clinic)
        for day in _days(clinic, 3)
    ]
    requests = [load.request("GET", path, clinic.headers()) for path in paths]
    clinic.random.shuffle(requests)
    with clinic.serving():
        outcome = clinic.drive(itertools.cycle(requests))
    resource = schedules(clinic)[0][1]
    day = _days(clinic, 1)[0]
    ledger = f"SELECT * FROM scheduling_rows({clinic.tenant}, ARRAY['{resource}'], '{day.isoformat()}', '{(day + timedelta(days=1)).isoformat()}');\n"
    return [
        rate_of("slots-day", outcome, "days/s").against(
            "the ledger query alone", floors.sql(clinic, ledger, role="app")
        )
    ]


def find_times(clinic: Clinic) -> list[Result]:
    """The first twenty times in ninety days over all clinicians, rooms and devices."""
    inside.set_up(clinic)
    from waypost.access import accounts, scopes
    from waypost.kernel.clock import SystemClock
    from waypost.scheduling import queries
    from waypost.scheduling.queries.times import FindWish, find_times

    tenant = accounts.tenant_named("demo")
    scope = scopes.for_staff(accounts.context_of(tenant, "bench"))
    here = queries.clinic(scope.tenant, SystemClock().now())
    kinds, patients = sorted(here.kinds), clinic.ids("Patient", FINDS)
    times = []
    for n in range(FINDS + 10):
        wish = FindWish(kinds[n % len(kinds)], patients[n % len(patients)])
        began = time.perf_counter()
        find_times(scope, wish)
        times.append(time.perf_counter() - began)
    masks = [(one.opens[0][1] if one.opens else 0, one.taken[0] if one.taken else 0) for one in here.ordered]
    passes = []
    for _ in range(50):
        began = time.perf_counter()
        for opened, taken in masks:
            _ = opened & ~taken
        passes.append(1000 * (time.perf_counter() - began))
    count = Counter(one.calendar.role for one in here.ordered)
    note = ", ".join(f"{n} {role}" for role, n in sorted(count.items()))
    return [
        of_times("find-times", times[10:], note=note).against(
            "one pass over the bitsets, ms", sorted(passes)[25]
        )
    ]


def book(clinic: Clinic) -> list[Result]:
    """Book clinician, room, device and patient in one act by POST /fhir/Appointment, each slot once."""
    with clinic.serving():
        slots = free_slots(clinic)
        one = Counter(slot["schedule"]["reference"] for slot in slots).most_common(1)[0][0]
        hot = [slot for slot in slots if slot["schedule"]["reference"] == one]
        many = [slot for slot in slots if slot["schedule"]["reference"] != one][:SLOTS_BOOKED_MAX]
        spread, outcome = _book(clinic, "book", many)
        busy, _ = _book(clinic, "book-hot", hot)
    overlaps = clinic.one(
        "SELECT count(*) FROM scheduling_booking a JOIN scheduling_booking b ON a.tenant = b.tenant AND a.resource = b.resource AND a.lane = b.lane AND a.span && b.span AND a.ctid < b.ctid"
    )
    spread.note += f"; {overlaps} overlaps read back"
    newest = clinic.one(
        "SELECT id FROM records_version WHERE tenant = %s AND type = 'Appointment' ORDER BY at DESC LIMIT 1",
        clinic.tenant,
    )
    floor = rows_again(clinic, "Appointment", newest, extra=BOOKED_TABLES)
    return [spread.against("the same rows by one SQL function, no HTTP", floor), busy]


def _book(clinic: Clinic, name: str, slots: list[dict[str, Any]]) -> tuple[Result, load.Outcome]:
    patients = itertools.cycle(clinic.living(5000))
    requests = (
        load.request(
            "POST",
            "/fhir/Appointment",
            clinic.headers(),
            json.dumps(appointment(slot, next(patients))).encode(),
        )
        for slot in slots
    )
    codes: Counter[str] = Counter()

    def note(status: int, answer: bytes) -> None:
        if status != 201:
            issue = json.loads(answer.split(b"\r\n\r\n", 1)[1])["issue"][0]
            codes[
                f"{status} {issue.get('details', {}).get('coding', [{}])[0].get('code', issue['code'])}"
            ] += 1

    outcome = load.drive(clinic.port, requests, seconds=4 * MEASURE_SECONDS, on_answer=note)
    booked = outcome.statuses[201]
    result = rate_of(name, outcome, "bookings/s")
    result.value, result.n = round(booked / outcome.seconds, 1), booked
    result.note = f"{booked} booked" + "".join(f", {n} × {code}" for code, n in codes.items())
    return result, outcome


def appointment(slot: dict[str, Any], patient: str) -> dict[str, Any]:
    return {"resourceType": "Appointment", "status": "booked", "slot": [{"reference": f"Slot/{slot['id']}"}], "start": slot["start"], "end": slot["end"],
            "serviceType": slot["serviceType"], "participant": [{"actor": {"reference": f"Patient/{patient}"}, "status": "accepted"}]}  # fmt: skip


def free_slots(clinic: Clinic) -> list[dict[str, Any]]:
    first = _days(clinic, 1)[0] + timedelta(days=21)
    found: list[dict[str, Any]] = []

    def take(status: int, answer: bytes) -> None:
        if status == 200:
            found.extend(
                entry["resource"] for entry in json.loads(answer.split(b"\r\n\r\n", 1)[1]).get("entry", ())
            )

    paths = [
        _slot_path(schedule, first + timedelta(days=7 * week), first + timedelta(days=7 * week + 7))
        for schedule, _ in schedules(clinic)
        for week in range(6)
    ]
    load.drive(
        clinic.port,
        (load.request("GET", f"{path}&_count=500", clinic.headers()) for path in paths),
        on_answer=take,
    )
    clinic.random.shuffle(found)
    if not found:
        raise SystemExit("bench: the clinic has no free slot.")
    return found


def schedules(clinic: Clinic) -> list[tuple[str, str]]:
    """Return the Schedule and the resource of each clinician."""
    inside.set_up(clinic)
    from waypost.scheduling.queries.slots import schedule_id

    rows = clinic.rows(
        "SELECT resource FROM scheduling_calendar WHERE tenant = %s AND body::jsonb ->> 'role' = 'clinician' ORDER BY resource",
        clinic.tenant,
    )
    return [(schedule_id(resource), resource) for (resource,) in rows]


def _days(clinic: Clinic, count: int) -> list[datetime]:
    start = datetime.now(UTC).replace(hour=5, minute=0, second=0, microsecond=0) + timedelta(days=2)
    days = [start + timedelta(days=n) for n in range(DAYS_AHEAD)]
    return [day for day in days if day.weekday() < 5][:count]


def _slot_path(schedule: str, first: datetime, last: datetime) -> str:
    return f"/fhir/Slot?schedule=Schedule/{schedule}&start=ge{quote(first.isoformat())}&start=lt{quote(last.isoformat())}&status=free"
