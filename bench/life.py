"""What auditing adds, how figures grow, how long a start takes and how much memory a demo."""

import itertools
import multiprocessing
import os
import signal
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from http.cookiejar import CookieJar
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from bench import clinic as clinics
from bench import desk, fhir_door, inside, schedule
from bench.clinic import Clinic, Say, environment, free_port
from bench.result import Result, of_times
from waypost.ops import load, postgres, processes

ROUNDS = 300
DEMO_PATIENTS = 1_000
GROWN = 10  # times the patients
START_SECONDS_MAX = 1800
PAGES = (desk.find, desk.patient, desk.today, desk.board, schedule.slots_day, schedule.find_times)


def audit(clinic: Clinic) -> list[Result]:
    """The ordinary read and create in this process, with the audit and with the audit left out, in turns."""
    inside.set_up(clinic)
    from waypost.records import acts

    reads = itertools.cycle(clinic.ids("Patient", 100))
    results = []
    for name, call in (
        ("audit-read", lambda: inside.ask(clinic, f"/fhir/Patient/{next(reads)}?_format=json")),
        ("audit-create", _creating(clinic)),
    ):
        with_it, without = [], []
        audited = acts.audit
        for n in range(2 * ROUNDS + 20):
            acts.audit = audited if n % 2 else (lambda *_: None)  # type: ignore[assignment]
            began = time.perf_counter()
            call()
            if n >= 20:
                (with_it if n % 2 else without).append(time.perf_counter() - began)
        acts.audit = audited
        results.append(
            of_times(name, with_it).against(
                "the same without, ms", round(1000 * sorted(without)[len(without) // 2], 3)
            )
        )
    return results


def _creating(clinic: Clinic) -> Callable[[], Any]:
    from waypost.access import accounts
    from waypost.coordination import owners

    ctx = accounts.context_of(accounts.tenant_named("demo"), "bench")
    text = '{"resourceType":"Patient","name":[{"family":"Bench","given":["Ada"]}],"birthDate":"1980-01-01","gender":"female"}'
    return lambda: owners.of("Patient").create(ctx.for_act(), text, "Patient", None)


def growth(patients: int, say: Say) -> list[Result]:
    """The p95 of each search and page at this size and at a tenth of it, about ten resources a patient."""
    times: dict[str, list[float]] = {}
    small = max(100, patients // GROWN)
    for size in (small, patients):
        with clinics.opened(size, say, short=True) as clinic:
            for name, p95 in _grown(clinic).items():
                times.setdefault(name, []).append(p95)
    return [
        Result(
            f"growth-{name}", round(big, 3), "ms (p95)", note=f"{patients:,} patients against {small:,}"
        ).against(f"p95 with {small:,} patients, ms", round(little, 3))
        for name, (little, big) in times.items()
    ]


def _searches(clinic: Clinic) -> dict[str, load.Outcome]:
    paths = {
        "search-name": list(fhir_door.name_searches(clinic)),
        "search-code": list(fhir_door.code_searches(clinic)),
    }
    with clinic.serving():
        return {
            name: clinic.drive(
                itertools.cycle([load.request("GET", path, clinic.headers()) for path in found]),
                connections=2,
            )
            for name, found in paths.items()
        }


def _grown(clinic: Clinic) -> dict[str, float]:
    """Return the p95 of each search and page of a clinic, in milliseconds."""
    searches = {name: outcome.percentile(0.95) for name, outcome in _searches(clinic).items()}
    apart = multiprocessing.get_context("spawn")  # a process serves one clinic, once Django is set up
    with ProcessPoolExecutor(1, apart) as process:
        return searches | process.submit(_pages, clinic.folder, clinic.patients).result()


def _pages(folder: Path, patients: int) -> dict[str, float]:
    with postgres.attach_or_start(folder) as connections:
        clinic = Clinic(folder, connections, patients, print)
        measured = [result for page in PAGES for result in page(clinic)]
        clinic.db.close()
    return {result.name: result.p95 or 0.0 for result in measured}


class Demo:
    """`waypost demo` in a folder, as a person would start it."""

    def __init__(self, folder: Path, patients: int) -> None:
        self.port, self.began = free_port(), time.perf_counter()
        command = [
            sys.executable,
            "-m",
            "waypost",
            "demo",
            "--patients",
            str(patients),
            "--port",
            str(self.port),
            "--data-dir",
            str(folder),
        ]
        self.process = subprocess.Popen(
            command,
            env=environment(folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )

    def seconds_to_today(self) -> float:
        """Wait until a coordinator who signs in sees Today; return the seconds since the start."""
        clinics.wait_until(
            lambda: processes.healthy("127.0.0.1", self.port) is not None, self.process, START_SECONDS_MAX
        )
        jar = urllib.request.HTTPCookieProcessor(CookieJar())
        browser = urllib.request.build_opener(urllib.request.ProxyHandler({}), jar)
        address = f"http://127.0.0.1:{self.port}"
        browser.open(f"{address}/sign-in/").read()
        token = next(cookie.value for cookie in jar.cookiejar if cookie.name == "csrftoken")
        form = urlencode({"login": "coordinator", "password": "waypost-demo", "csrfmiddlewaretoken": token})
        answer = browser.open(
            urllib.request.Request(f"{address}/sign-in/", form.encode(), {"Referer": f"{address}/sign-in/"})
        )
        assert answer.status == 200
        assert b"Sign in" not in answer.read().split(b"</title>")[0]
        return time.perf_counter() - self.began

    def memory_mb(self) -> tuple[float, int]:
        """Return the proportional set size of every process of the session and its database, in MB, and their number."""
        found = [pid for pid in map(int, filter(str.isdigit, os.listdir("/proc"))) if self._ours(pid)]
        return sum(_pss_kb(pid) for pid in found) / 1024, len(found)

    def _ours(self, pid: int) -> bool:
        try:
            ancestors = {pid}
            while pid > 1 and pid != self.process.pid:
                pid = int(Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[1])
                ancestors.add(pid)
        except (OSError, ValueError):
            return False
        return self.process.pid in ancestors

    def stop(self) -> None:
        self.process.send_signal(signal.SIGINT)
        self.process.wait(60)


def _pss_kb(pid: int) -> int:
    try:
        return next(
            int(line.split()[1])
            for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            if line.startswith("Pss:")
        )
    except (OSError, StopIteration):
        return 0


def start(clinic: Clinic) -> list[Result]:
    """From nothing to a signed-in Today, packages installed; and once more."""
    with tempfile.TemporaryDirectory(prefix="waypost-bench-") as folder:
        results = []
        for name, budget in (("start-first", 60), ("start-second", 5)):
            demo = Demo(Path(folder), DEMO_PATIENTS)
            seconds = demo.seconds_to_today()
            demo.stop()
            results.append(
                Result(
                    name,
                    round(seconds, 1),
                    "s",
                    n=1,
                    note=f"{DEMO_PATIENTS:,} patients; at most {budget} s: {'kept' if seconds <= budget else 'missed'}",
                )
            )
    return results


def memory(clinic: Clinic) -> list[Result]:
    """Every process of a demo that has been used a little, PostgreSQL included."""
    with tempfile.TemporaryDirectory(prefix="waypost-bench-") as folder:
        demo = Demo(Path(folder), DEMO_PATIENTS)
        demo.seconds_to_today()
        time.sleep(3)
        used, count = demo.memory_mb()
        demo.stop()
    return [
        Result(
            "memory",
            round(used, 1),
            "MB",
            n=count,
            note=f"{count} processes; at most 512 MB: {'kept' if used <= 512 else 'missed'}",
        )
    ]
