"""The clinic that is measured: made once for a number of patients, copied for each run, never a data folder in use."""

import contextlib
import hashlib
import os
import random
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg

from waypost.ops import folders, load, postgres, processes

Say = Callable[[str], None]
SEED = 1
WARM_SECONDS, MEASURE_SECONDS = 1.5, 5.0
SOURCE = Path(__file__).resolve().parents[1] / "src"


def cache() -> Path:
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "waypost" / "bench"


def made(patients: int, say: Say, *, short: bool = False) -> Path:
    """Return the folder of a finished clinic of so many patients, made now if it is not cached.

    `short`: with about ten resources a patient instead of the demo's two dozen.
    """
    folder = cache() / f"{patients}{'-short' if short else ''}-{_shape()}"
    if not (folder / "finished").exists():
        say(f"making a clinic of {patients:,} patients (once; kept in {folder})")
        run_command(
            folder,
            "demo",
            "--prepare",
            "--patients",
            str(patients),
            "--seed",
            str(SEED),
            *(["--short-history"] if short else []),
        )
        with (
            postgres.attach_or_start(folder) as connections,
            psycopg.connect(connections.owner, autocommit=True) as owner,
        ):
            owner.execute("VACUUM ANALYZE")
        (folder / "finished").touch()
    return folder


def _shape() -> str:
    """Return what a kept clinic depends on: tables and generator."""
    digest = hashlib.sha256()
    for path in sorted([*SOURCE.glob("waypost/*/migrations/*.py"), *SOURCE.glob("waypost/demo/*.py")]):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:10]


def environment(folder: Path) -> dict[str, str]:
    kept = {k: v for k, v in os.environ.items() if not k.startswith(("DATABASE_", "WAYPOST_"))}
    return {**kept, "PYTHONPATH": str(SOURCE), "WAYPOST_DATA_DIR": str(folder)}


def run_command(folder: Path, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "waypost", *words, "--data-dir", str(folder)],
        stdout=subprocess.PIPE,
        text=True,
        env=environment(folder),
    )
    if done.returncode:
        raise SystemExit(f"bench: `waypost {words[0]}` failed: {done.stdout.strip()[-300:]}")
    return done.stdout.strip()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


LIVING = (
    "SELECT c.id FROM records_current c JOIN records_version v USING (tenant, type, id, version) WHERE c.tenant = %s"
    " AND c.type = 'Patient' AND NOT c.deleted AND v.body::jsonb -> 'active' IS DISTINCT FROM 'false'"
    " AND NOT v.body::jsonb ?| ARRAY['deceasedDateTime', 'deceasedBoolean', 'link'] ORDER BY c.id"
)


class Clinic:
    """A copy of the kept clinic with its database running; its server runs while asked to."""

    def __init__(self, folder: Path, connections: postgres.Connections, patients: int, say: Say) -> None:
        self.folder, self.connections = folder, connections
        self.patients, self.say = patients, say
        self.port = 0
        self.token = run_command(folder, "token", "--as", "coordinator")
        self.db = psycopg.connect(connections.admin, dbname="waypost", autocommit=True)
        self.tenant = int(self.one("SELECT id FROM access_tenant WHERE slug = 'demo'"))
        self.random = random.Random(SEED)

    def rows(self, query: str, *params: Any) -> list[tuple[Any, ...]]:
        return self.db.execute(query.encode(), params).fetchall()

    def one(self, query: str, *params: Any) -> Any:
        return self.rows(query, *params)[0][0]

    def ids(self, kind: str, count: int) -> list[str]:
        """Return ids of some resources of a type, by chance from the seed."""
        found = [
            row[0]
            for row in self.rows(
                "SELECT id FROM records_current WHERE tenant = %s AND type = %s AND NOT deleted ORDER BY id",
                self.tenant,
                kind,
            )
        ]
        return self.random.sample(found, min(count, len(found)))

    def living(self, count: int) -> list[str]:
        """Return ids of patients who can be booked: alive, and not merged into another."""
        rows = self.rows(LIVING, self.tenant)
        return self.random.sample([row[0] for row in rows], min(count, len(rows)))

    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}", "content-type": "application/fhir+json"}

    @contextlib.contextmanager
    def serving(self) -> Iterator[int]:
        """Run `waypost serve` on this clinic."""
        self.port = free_port()
        process = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "waypost",
                "serve",
                "--port",
                str(self.port),
                "--data-dir",
                str(self.folder),
            ],
            env=environment(self.folder),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            start_new_session=True,
        )
        try:
            wait_until(lambda: processes.healthy("127.0.0.1", self.port) is not None, process)
            yield self.port
        finally:
            process.terminate()
            process.wait(30)

    def drive(
        self,
        requests: Iterator[bytes],
        *,
        seconds: float = MEASURE_SECONDS,
        accept: tuple[int, ...] = (200, 201),
        warm: bool = True,
        **more: Any,
    ) -> load.Outcome:
        """Warm up, then measure; refuse a run in which anything went wrong."""
        if warm:
            load.drive(self.port, requests, seconds=WARM_SECONDS)
        outcome = load.drive(self.port, requests, seconds=seconds, **more)
        wrong = {status: n for status, n in outcome.statuses.items() if status not in accept}
        if wrong:
            raise SystemExit(f"bench: the server answered {wrong}; a run with refusals measures nothing.")
        return outcome


def wait_until(ready: Callable[[], bool], process: "subprocess.Popen[bytes]", seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise SystemExit("bench: the server did not start.")
        time.sleep(0.05)


@contextlib.contextmanager
def opened(patients: int, say: Say, *, short: bool = False) -> Iterator[Clinic]:
    """Copy the kept clinic and open the copy; it is removed afterwards."""
    kept = made(patients, say, short=short)
    copy = cache() / f"run-{os.getpid()}"
    subprocess.run(["cp", "-a", "--reflink=auto", str(kept), str(copy)], check=True)
    for name in ("run", "start.lock", "users.lock"):
        path = copy / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    try:
        with postgres.attach_or_start(copy) as connections:
            clinic = Clinic(copy, connections, patients, say)
            yield clinic
            clinic.db.close()
    finally:
        shutil.rmtree(copy, ignore_errors=True)


def server_of(folder: Path) -> postgres.Server:
    return postgres.Server(folders.DataFolder(folder))
