"""kill -9, from a seed, in the middle of bookings and imports.

After each restart every acknowledged act is there; in the end none is half there and the audit verifies.
"""

import importlib.util
import itertools
import json
import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from tests.crash import clinic
from tests.running import Running, environment, make_clinic, run_python, token, waypost

from waypost.ops import folders, postgres

ROOT = Path(__file__).parents[2]
SOAK = os.environ.get("WAYPOST_SOAK") == "1"
CRASHES = 200 if SOAK else 20
SEED = int(os.environ.get("WAYPOST_SEED", "20261124"))
VICTIMS = (
    "server",
    "web process",
    "database",
    "worker",
    *(("import",) if importlib.util.find_spec("waypost.cli.import_") else ()),
)
STEP_MINUTES = 25
DAYS_AHEAD = 720
AWAY_SECONDS_MAX = 20
ZONE = ZoneInfo("America/New_York")
BUNDLE_RESOURCES, BUNDLES = 40, 12
pytestmark = [pytest.mark.crash, pytest.mark.timeout(7200 if SOAK else 600)]


def times():
    """Times of the small clinic's open hours, each for both cardiologists, from the day after tomorrow for a year."""
    day = datetime.now(ZONE).date() + timedelta(days=2)
    for n in range(DAYS_AHEAD):
        on = day + timedelta(days=n)
        if on.weekday() >= 5 or (on.month, on.day) == (11, 26):
            continue
        for opens, closes in ((8, 12), (13, 17)):
            at = datetime(on.year, on.month, on.day, opens, tzinfo=ZONE)
            while (at + timedelta(minutes=STEP_MINUTES)).hour < closes:
                yield at, "Practitioner/lind", "Location/room2"
                yield at, "Practitioner/abara", "Location/room4"
                at += timedelta(minutes=STEP_MINUTES)


def appointment(start, clinician, room, patient, n):
    period = {"start": start.isoformat(), "end": (start + timedelta(minutes=20)).isoformat()}
    people = (f"Patient/{patient}", clinician, room)
    return {
        "resourceType": "Appointment", "status": "booked", **period, "description": f"crash {n}",
        "serviceType": [{"coding": [{"system": "urn:waypost:visit-type", "code": "talk"}]}],
        "participant": [{"actor": {"reference": who}, "status": "accepted", "period": period} for who in people],
    }  # fmt: skip


class Client(threading.Thread):
    """Books and registers without a pause; notes what was acknowledged, and what was cut off."""

    def __init__(self, server, work, acknowledged):
        super().__init__(daemon=True)
        self.server, self.work, self.acknowledged = server, work, acknowledged
        self.stop = threading.Event()
        self.wrong = []

    def run(self):
        headers = {"authorization": f"Bearer {self.server.token}", "content-type": "application/fhir+json"}
        while not self.stop.is_set():
            kind, body = next(self.work)
            try:
                status, _, text = self.server.send("POST", f"/fhir/{kind}", body, headers, timeout=10)
            except OSError:
                time.sleep(0.02)
                continue
            if status == 201:
                self.acknowledged[f"{kind}/{json.loads(text)['id']}"] = body
            elif status < 500:
                self.wrong.append((status, text[:300]))


class Scene:
    """A clinic, its server and worker, and what has been acknowledged so far."""

    def __init__(self, folder):
        self.folder = folder
        make_clinic(folder)
        self.patients = run_python(clinic.MAKE, folder).split()
        self.server = Running(folder)
        self.server.token = token(folder, "client")
        self.acknowledged = {}
        self.seen = set()
        self.lock = threading.Lock()
        self._work = self._endless()
        self.worker = None

    def _endless(self):
        for n, when in enumerate(itertools.chain(times(), itertools.repeat(None))):
            if when is not None:
                yield "Appointment", appointment(*when, self.patients[n % len(self.patients)], n)
            yield (
                "Patient",
                {
                    "resourceType": "Patient",
                    "name": [{"family": f"Crash{n}", "given": ["Ada"]}],
                    "birthDate": "1990-05-05",
                },
            )

    def __iter__(self):
        return self

    def __next__(self):
        with self.lock:
            return next(self._work)

    def start_worker(self):
        with self.server.log.open("ab") as log:
            self.worker = subprocess.Popen(
                [sys.executable, "-m", "waypost", "worker", "--data-dir", str(self.folder)],
                env=environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
            )

    def kill(self, victim):
        if victim == "server":
            self.server.kill()
        elif victim == "web process":
            children = (
                Path(f"/proc/{self.server.process.pid}/task/{self.server.process.pid}/children")
                .read_text()
                .split()
            )
            workers = [int(c) for c in children if b"postgres" not in Path(f"/proc/{c}/cmdline").read_bytes()]
            os.kill(workers[-1], signal.SIGKILL)
        elif victim == "database":
            os.kill(postgres.Server(folders.DataFolder(self.folder)).pid(), signal.SIGKILL)
        elif victim == "worker":
            self.worker.kill()
            self.worker.wait()

    def recover(self):
        if self.server.process.poll() is not None:
            self.server.start()
        else:
            self.server.wait_until_ready()
        if self.worker.poll() is not None:
            self.start_worker()

    def see_that_all_acknowledged_is_there(self):
        headers = {"authorization": f"Bearer {self.server.token}"}
        for place in set(self.acknowledged) - self.seen:
            status, _, text = self.server.get(f"/fhir/{place}", **headers)
            deadline = time.monotonic() + AWAY_SECONDS_MAX
            while status == 503 and time.monotonic() < deadline:  # what a killed database leaves behind can outlive it for a while
                time.sleep(0.2)
                status, _, text = self.server.get(f"/fhir/{place}", **headers)
            assert status == 200, f"{place} was acknowledged and is gone: {status} {text[:200]}"
            there = json.loads(text)
            sent = self.acknowledged[place]
            assert all(there.get(name) == sent[name] for name in ("name", "birthDate", "status") if name in sent), place
            if "start" in sent:
                assert datetime.fromisoformat(there["start"]) == datetime.fromisoformat(sent["start"]), place
            self.seen.add(place)

    def killed_import(self, rng, number):
        """Kill an import in its middle, then run it to its end; every resource must be there once."""
        path = self.folder.with_name(f"bundles-{number}")
        path.mkdir()
        for b in range(BUNDLES):
            entries = [
                {
                    "fullUrl": f"urn:uuid:{number:04d}{b:04d}-0000-4000-8000-{n:012d}",
                    "resource": {
                        "resourceType": "Patient",
                        "id": f"imp-{number}-{b}-{n}",
                        "name": [{"family": "Import"}],
                        "birthDate": "1970-01-01",
                    },
                    "request": {"method": "POST", "url": "Patient"},
                }
                for n in range(BUNDLE_RESOURCES)
            ]
            (path / f"{b:03d}.json").write_text(
                json.dumps({"resourceType": "Bundle", "type": "transaction", "entry": entries})
            )
        command = [sys.executable, "-m", "waypost", "import", str(path), "--data-dir", str(self.folder)]
        running = subprocess.Popen(
            command,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        time.sleep(rng.uniform(1.0, 3.0))
        running.kill()
        running.wait()
        waypost("import", str(path), data_dir=self.folder)
        for b, n in ((0, 0), (BUNDLES - 1, BUNDLE_RESOURCES - 1)):
            self.acknowledged[f"Patient/imp-{number}-{b}-{n}"] = {"birthDate": "1970-01-01"}


def test_what_was_acknowledged_survives_kill_nine(tmp_path):
    rng = random.Random(SEED)
    scene = Scene(tmp_path / "clinic")
    kills = {victim: 0 for victim in VICTIMS}
    print(f"seed {SEED}")
    try:
        scene.server.start()
        scene.start_worker()
        for number in range(CRASHES):
            victim = VICTIMS[number % len(VICTIMS)] if number < len(VICTIMS) else rng.choice(VICTIMS)
            clients = [Client(scene.server, scene, scene.acknowledged) for _ in range(3)]
            for client in clients:
                client.start()
            if victim == "import":
                scene.killed_import(rng, number)
            else:
                time.sleep(rng.uniform(0.1, 0.8))
                scene.kill(victim)
            for client in clients:
                client.stop.set()
            for client in clients:
                client.join(30)
            assert not any(client.wrong for client in clients), [client.wrong for client in clients]
            scene.recover()
            kills[victim] += 1
            scene.see_that_all_acknowledged_is_there()
    finally:
        if scene.worker:
            scene.worker.terminate()
            scene.worker.wait(30)
        scene.server.stop()
    found = json.loads(run_python(clinic.INSPECT, scene.folder).strip().splitlines()[-1])
    audited = found.pop("audited")
    assert found == {"differences": [], "unaudited": [], "orphans": [], "overlaps": 0, "altered": []}, (
        f"seed {SEED}"
    )
    booked = sum(place.startswith("Appointment/") for place in scene.acknowledged)
    assert booked > CRASHES
    print(
        f"{CRASHES} kills ({', '.join(f'{n} × {v}' for v, n in kills.items())}): {len(scene.acknowledged)} acknowledged acts, {booked} of them bookings, all there; {audited} audit entries verify"
    )
