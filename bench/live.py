"""Boards that are open: how soon a change is on all of them, and what they cost those who read."""

import itertools
import json
import selectors
import socket
import threading
import time
from collections import defaultdict
from typing import Any

from bench import inside, schedule
from bench.clinic import Clinic
from bench.fhir_door import PATIENTS_READ, rate_of
from bench.result import Result, of_times
from waypost.ops import load

BOARDS, PEOPLE = 200, 25
BY = ("provider", "room")  # two boards of the same day, each open a hundred times
CHANGES, EVERY_SECONDS = 10, 1.0
OPEN_SECONDS_MAX, LAST_SECONDS = 30.0, 3.0


def live(clinic: Clinic) -> list[Result]:
    """The rate of `read` with 200 boards open and without; how long after its commit a booking is on each of them."""
    sessions = _sessions(clinic)
    requests = [
        load.request("GET", f"/fhir/Patient/{id}", clinic.headers())
        for id in clinic.ids("Patient", PATIENTS_READ)
    ]
    with clinic.serving():
        slots = _slots_of_a_day(clinic)
        day = next(iter(slots.values()))["start"][:10]
        without = clinic.drive(itertools.cycle(requests))
        watchers = Watchers(clinic.port, sessions, day)
        try:
            watchers.wait_until_open()
            shown = [slot for who, slot in slots.items() if watchers.showing({who})]
            open_only = clinic.drive(itertools.cycle(requests))
            booking = threading.Thread(target=_book, args=(clinic, shown, watchers))
            booking.start()
            beside = clinic.drive(itertools.cycle(requests), seconds=CHANGES * EVERY_SECONDS, warm=False)
            booking.join()
            time.sleep(LAST_SECONDS)
        finally:
            watchers.close()
    took = watchers.took()
    missed = watchers.to_be_told() - len(took)
    arrival = of_times(
        "live", took, note=f"{len(watchers.booked)} bookings, {BOARDS} boards, {missed} of {watchers.to_be_told()} not told"
    )
    arrival.note += (
        f"; p95 at most 1,000 ms: {'kept' if not missed and (arrival.p95 or 0) <= 1000 else 'missed'}"
    )
    read = rate_of("live-read", beside, "reads/s").against("the same, no board open", round(without.rate, 1))
    read.note = f"{open_only.rate:,.0f} reads/s with the boards open and nothing changing"
    return [arrival, read]


def _sessions(clinic: Clinic) -> list[str]:
    """Return the session keys of people who are signed in, made as a sign-in makes them."""
    inside.set_up(clinic)
    from django.conf import settings
    from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
    from django.contrib.auth.hashers import make_password
    from django.contrib.sessions.backends.db import SessionStore

    from waypost.access import accounts

    tenant, hashed, keys = accounts.tenant_named("demo"), make_password("waypost-bench"), []
    for n in range(PEOPLE):
        account = accounts.make_account(
            tenant, f"bench-{n}", "", ["scheduler"], check_password=False, hashed=hashed
        )
        session = SessionStore()
        session[SESSION_KEY], session[BACKEND_SESSION_KEY] = (
            str(account.pk),
            settings.AUTHENTICATION_BACKENDS[0],
        )
        session[HASH_SESSION_KEY] = account.get_session_auth_hash()
        session.create()
        keys.append(str(session.session_key))
    return keys


def _slots_of_a_day(clinic: Clinic) -> dict[str, dict[str, Any]]:
    """Return one free slot of each provider, by reference, on the day that has most."""
    whose = {f"Schedule/{id_}": resource for id_, resource in schedule.schedules(clinic)}
    by_day: dict[str, dict[str, dict[str, Any]]] = defaultdict(dict)
    for slot in schedule.free_slots(clinic):
        by_day[slot["start"][:10]].setdefault(whose[slot["schedule"]["reference"]], slot)
    return max(by_day.values(), key=len)


def _book(clinic: Clinic, slots: list[dict[str, Any]], watchers: "Watchers") -> None:
    patients = iter(clinic.living(CHANGES))
    heard: list[bytes] = []
    for slot, patient in zip(slots[:CHANGES], patients, strict=False):
        body = json.dumps(schedule.appointment(slot, patient)).encode()
        asked = load.request("POST", "/fhir/Appointment", clinic.headers(), body)
        load.drive(
            clinic.port, iter([asked]), connections=1, on_answer=lambda _, answer: heard.append(answer)
        )
        answer = json.loads(heard.pop().split(b"\r\n\r\n", 1)[1])
        if answer["resourceType"] == "Appointment":
            takes = {one["actor"]["reference"] for one in answer["participant"]}
            watchers.booked[answer["id"]] = time.perf_counter(), takes
        time.sleep(EVERY_SECONDS)


class Watchers:
    """Open boards, heard by one thread; notes when each hears of which visit."""

    def __init__(self, port: int, sessions: list[str], day: str) -> None:
        self.booked: dict[str, tuple[float, set[str]]] = {}  # when, and which people, rooms and devices it takes
        self._heard: dict[int, list[tuple[float, bytes]]] = defaultdict(list)
        self._raw: dict[int, bytes] = {}
        self._selector = selectors.DefaultSelector()
        self._lines = [
            self._opened(port, sessions[n % len(sessions)], BY[n % len(BY)], day, n) for n in range(BOARDS)
        ]
        self._over = False
        self._thread = threading.Thread(target=self._hear, daemon=True)
        self._thread.start()

    def _opened(self, port: int, session: str, by: str, day: str, number: int) -> socket.socket:
        line = socket.create_connection(("127.0.0.1", port), timeout=OPEN_SECONDS_MAX)
        line.sendall(
            load.request("GET", f"/live/board?day={day}&by={by}", {"cookie": f"waypost_session={session}"})
        )
        self._selector.register(line, selectors.EVENT_READ, number)
        return line

    def _hear(self) -> None:
        while not self._over:
            for key, _ in self._selector.select(0.2):
                part = key.fileobj.recv(1 << 18)  # type: ignore[union-attr]
                now = time.perf_counter()
                number: int = key.data
                if not part:
                    self._selector.unregister(key.fileobj)
                    continue
                raw = self._raw.get(number, b"") + part
                whole, end, rest = raw.rpartition(b"\n\n")
                self._raw[number] = rest if end else raw
                if end:
                    self._heard[number].append((now, whole))

    def wait_until_open(self) -> None:
        end = time.monotonic() + OPEN_SECONDS_MAX
        while time.monotonic() < end:
            if (
                sum(any(b"event: show" in part for _, part in heard) for heard in tuple(self._heard.values()))
                == BOARDS
            ):
                return
            time.sleep(0.1)
        raise SystemExit(f"bench: not all of {BOARDS} boards opened.")

    def showing(self, references: set[str]) -> list[int]:
        """Return the boards that have a column of any of these; a large clinic has more columns than one board."""
        columns = [b'data-col=\\"%b\\"' % one.encode() for one in references]
        return [n for n, heard in self._heard.items() if any(column in heard[0][1] for column in columns)]

    def to_be_told(self) -> int:
        return sum(len(self.showing(takes)) for _, takes in self.booked.values())

    def took(self) -> list[float]:
        """Return, for each booking and each board that was told of it, how long after its commit that was."""
        found: list[float] = []
        for visit, (booked, takes) in self.booked.items():
            for heard in map(self._heard.__getitem__, self.showing(takes)):
                at = next((at for at, part in heard if visit.encode() in part), None)
                if at is not None:
                    found.append(max(0.0, at - booked))
        return found

    def close(self) -> None:
        self._over = True
        self._thread.join()
        for line in self._lines:
            line.close()
