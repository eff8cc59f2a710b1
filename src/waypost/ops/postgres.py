"""One PostgreSQL server for one data folder, shared by every program that works on that folder.

The first program starts the server, the last to leave stops it. A program that dies leaves it running for the next.
"""

import contextlib
import fcntl
import json
import os
import secrets
import shutil
import signal
import subprocess
import threading
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from psycopg import sql

from waypost.ops import binaries, folders, limits, memory, swapping
from waypost.ops.binaries import Runner
from waypost.ops.folders import DataFolder
from waypost.ops.problems import DatabaseWillNotStart, FolderUnusable, TooNew, TooOld

DATABASE = "waypost"
PORT = 5432  # in a socket's name; nothing listens on a network
EXTENSIONS = ("btree_gist", "pg_trgm", "unaccent")
SETTINGS = {
    "listen_addresses": "''",
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "work_mem": "8MB",
    "wal_compression": "pglz",
    "max_wal_size": "2GB",
    "checkpoint_timeout": "15min",
    "random_page_cost": "1.1",
    "jit": "off",
    "io_method": "sync",
    "password_encryption": "'scram-sha-256'",
    "timezone": "'UTC'",
    "log_timezone": "'UTC'",
    # What a statement or a key holds may be about a patient, so neither reaches the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
    "log_min_messages": "warning",
}
SINCE = {"io_method": 18}  # the major that first knew a setting
NO_FSYNC = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


@dataclass(frozen=True, slots=True)
class Connections:
    """How to reach the database: as the ordinary role, as the owner, and as the cluster's administrator."""

    app: str
    owner: str
    admin: str

    def environment(self) -> dict[str, str]:
        return {"DATABASE_URL": self.app, "DATABASE_OWNER_URL": self.owner}


@contextlib.contextmanager
def attach_or_start(data_dir: Path, *, fsync: bool = True) -> Iterator[Connections]:
    """Share the data folder's running server or start it; stop it afterwards if nobody else uses it."""
    folder = folders.prepare(data_dir)
    server = Server(folder, fsync=fsync)
    with locked(folder.lock), _readable(folder.users):
        descriptor = os.open(folder.users, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        try:
            connections = server.ensure_running()
        except BaseException:
            os.close(descriptor)
            raise
    try:
        yield connections
    finally:
        with locked(folder.lock):
            alone = sole_user(descriptor)
            if alone:
                server.stop()
            os.close(descriptor)


def revive(data_dir: Path) -> bool:
    """Start the server again if it has died; to be called by a program that has it attached. Cheap when it lives."""
    server = Server(DataFolder(data_dir))
    pid = server.pid()
    if pid is not None and _alive(pid):
        return False
    with locked(server.folder.lock):
        server.ensure_running()
    return True


class Server:
    """The server process of one data folder. Call under the folder's lock."""

    def __init__(
        self, folder: DataFolder, *, fsync: bool = True, how: Runner | None = None, place: str = "data", port: int = PORT
    ) -> None:
        self.folder = folder
        self.how = how or binaries.runner()
        known = {name: value for name, value in SETTINGS.items() if SINCE.get(name, 0) <= self.how.major}
        self.settings = known if fsync else known | NO_FSYNC
        self.sockets = folders.socket_dir(folder.root)
        self.parent = binaries.cluster_parent(self.how, folder.postgres)
        if self.parent != folder.postgres:
            self.sockets = self.parent / "run"
        self.data = self.parent / place
        self.log = self.parent / "postgres.log"
        self.port = port
        self.process: subprocess.Popen[Any] | None = None

    def ensure_running(self) -> Connections:
        """Return the connections of a server that answers, having made and started what was missing."""
        folders.make_private(
            self.folder.postgres, self.how.uid if self.parent == self.folder.postgres else None
        )
        folders.make_private(self.parent, self.how.uid)
        folders.make_private(self.sockets, self.how.uid)
        swapping.finish(self.data)
        self._see_that_programs_fit()
        passwords = self.passwords()
        if not (self.data / "PG_VERSION").exists():
            self.initialise(passwords["postgres"])
        connections = self.connections(passwords)
        if not self.answers(connections):
            self.start(connections)
        if not passwords.get("ready"):
            make_roles(connections, passwords)
            folders.write_private(self._password_file, json.dumps(passwords | {"ready": "yes"}))
        folders.write_private(self.folder.connection_file, json.dumps(asdict(connections)))
        return connections

    def _see_that_programs_fit(self) -> None:
        major = swapping.major_of(self.data)
        if major is None or major == self.how.major:
            return
        words = f"The database in {self.folder.root} is PostgreSQL {major}'s and this release has {self.how.major}; "
        if major < self.how.major:
            raise TooOld(f"{words}run `waypost upgrade`.")
        raise TooNew(f"{words}install the release that it was used with.")

    def answers(self, connections: Connections) -> bool:
        """Say whether the server takes connections now."""
        try:
            psycopg.connect(connections.admin, connect_timeout=3).close()
        except psycopg.OperationalError:
            return False
        return True

    def stop(self) -> None:
        """End the server cleanly: sessions are closed, a checkpoint is written."""
        pid = self.pid()
        for request, patience in ((signal.SIGINT, limits.DATABASE_STOP_SECONDS_MAX), (signal.SIGQUIT, 5)):
            if pid is None:
                return
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, request)
            if self._gone(pid, patience):
                return

    def pid(self) -> int | None:
        """Return the server's process id as its own file tells it, running or not."""
        try:
            return int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
        except (OSError, ValueError):
            return None

    def _gone(self, pid: int, seconds: float) -> bool:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            if self.pid() != pid or not _alive(pid):
                return True
            time.sleep(0.02)
        return False

    @property
    def _password_file(self) -> Path:
        return self.folder.postgres / "passwords.json"

    def passwords(self) -> dict[str, str]:
        if self._password_file.exists():
            kept: dict[str, str] = json.loads(self._password_file.read_text())
            return kept
        if (self.data / "PG_VERSION").exists():
            raise FolderUnusable(
                f"{self._password_file} is missing, without which the database cannot be opened; bring it back from a backup."
            )
        fresh = {name: secrets.token_urlsafe(24) for name in ("postgres", "waypost_owner", "waypost")}
        folders.write_private(self._password_file, json.dumps(fresh))
        return fresh

    def connections(self, passwords: dict[str, str]) -> Connections:
        host = quote(str(self.sockets), safe="") + (f":{self.port}" if self.port != PORT else "")
        app, owner = (
            f"postgresql://{role}:{passwords[role]}@{host}/{DATABASE}"
            for role in ("waypost", "waypost_owner")
        )
        return Connections(app, owner, f"postgresql://postgres:{passwords['postgres']}@{host}/postgres")

    def initialise(self, password: str) -> None:
        """Make the cluster beside its place and move it there when whole, so that a half-made one is never used."""
        draft = self.data.with_name("data.draft")
        shutil.rmtree(draft, ignore_errors=True)
        password_file = self.parent / "initdb.password"
        folders.write_private(password_file, password)
        if self.how.uid is not None:
            os.chown(password_file, self.how.uid, -1)
        try:
            made = self.how.run(
                "initdb",
                f"--pgdata={draft}",
                "--username=postgres",
                "--auth=scram-sha-256",
                f"--pwfile={password_file}",
                "--encoding=UTF8",
                "--locale=C.UTF-8",
                "--no-instructions",
                *([] if "fsync" not in self.settings else ["--no-sync"]),
            )
        finally:
            password_file.unlink(missing_ok=True)
        if made.returncode != 0:
            shutil.rmtree(draft, ignore_errors=True)
            raise DatabaseWillNotStart(_sentence(made.stderr, self.data))
        draft.rename(self.data)

    def start(self, connections: Connections) -> None:
        """Start the server; try again for seconds, since a dead server's children take time to go away."""
        self._rotate_log()
        give_up = time.monotonic() + limits.DATABASE_RETRY_SECONDS
        while True:
            offset = self.log.stat().st_size if self.log.exists() else 0
            self._launch()
            if self._ready(connections):
                return
            told = self._log_since(offset)
            if time.monotonic() > give_up or not _worth_another_try(told):
                raise DatabaseWillNotStart(_sentence(told, self.log))
            time.sleep(0.25)

    def _launch(self) -> None:
        buffers = memory.shared_buffers_mb(memory.of_database(self.data), memory.of_machine())
        chosen = self.settings | {
            "unix_socket_directories": f"'{self.sockets}'", "port": str(self.port), "shared_buffers": f"{buffers}MB",
        }  # fmt: skip
        options = [
            part for name, value in chosen.items() for part in ("-c", f"{name}={value.strip(chr(39))}")
        ]
        with self.log.open("ab") as log:
            started = subprocess.Popen(
                self.how.command("postgres", "-D", str(self.data), *options),
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True, **self.how.popen_options(),
            )  # fmt: skip
        self.process = started
        # A child that died stays a zombie, and its lock file seems held, until its parent has asked after it.
        threading.Thread(target=started.wait, daemon=True).start()

    def _ready(self, connections: Connections) -> bool:
        assert self.process is not None
        deadline = time.monotonic() + limits.DATABASE_START_SECONDS_MAX
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                return False
            if (self.sockets / f".s.PGSQL.{self.port}").exists() and self.answers(connections):
                return True
            time.sleep(0.02)
        return False

    def _log_since(self, offset: int) -> str:
        with self.log.open("rb") as log:
            log.seek(offset)
            return log.read()[-8000:].decode(errors="replace")

    def _rotate_log(self) -> None:
        if self.log.exists() and self.log.stat().st_size > limits.DATABASE_LOG_MB_MAX * 2**20:
            self.log.replace(self.log.with_suffix(".log.1"))


def make_roles(connections: Connections, passwords: dict[str, str]) -> None:
    """Make roles, database and extensions; what is there already stays, so a half-finished set-up is finished."""
    with psycopg.connect(connections.admin, autocommit=True) as admin:
        for role in ("waypost_owner", "waypost"):
            found = admin.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", (role,)).fetchone()
            verb = sql.SQL("ALTER" if found else "CREATE")
            admin.execute(
                sql.SQL("{} ROLE {} LOGIN NOSUPERUSER NOBYPASSRLS PASSWORD {}").format(
                    verb, sql.Identifier(role), sql.Literal(passwords[role])
                )
            )
        if not admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (DATABASE,)).fetchone():
            admin.execute(sql.SQL("CREATE DATABASE {} OWNER waypost_owner").format(sql.Identifier(DATABASE)))
    prepare_database(connections, DATABASE)


def prepare_database(connections: Connections, name: str) -> None:
    """Give a database the extensions that Waypost needs and the ordinary role its way in."""
    with psycopg.connect(connections.admin, dbname=name, autocommit=True) as admin:
        for extension in EXTENSIONS:
            admin.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(extension)))
        admin.execute("GRANT USAGE ON SCHEMA public TO waypost")


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold the folder's lock, for the moments of starting and stopping."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    deadline = time.monotonic() + limits.LOCK_WAIT_SECONDS_MAX
    try:
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > deadline:
                    raise FolderUnusable(
                        f"Another program has been starting or stopping the database in {path.parent} for minutes; end it and try again."
                    ) from None
                time.sleep(0.05)
        yield
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _readable(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise FolderUnusable(folders.explain(path.parent, error)) from error


def sole_user(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _worth_another_try(told: str) -> bool:
    hopeless = (
        "No space left",
        "Permission denied",
        "incompatible with server",
        "Read-only file system",
        "invalid value for parameter",
    )
    return not any(word in told for word in hopeless)


def _sentence(told: str, place: Path) -> str:
    """Say in one sentence why the server did not start."""
    if "No space left" in told:
        return f"The disk that holds {place} is full; free some space and start again."
    if "Permission denied" in told or "Read-only file system" in told:
        return f"The database cannot write to {place.parent}; give the folder to this user or choose another with --data-dir."
    lines = [
        line for line in told.strip().splitlines() if "FATAL" in line or "error" in line.lower()
    ] or told.strip().splitlines()
    last = lines[-1].split("FATAL:")[-1].strip() if lines else "it said nothing"
    return f"The database did not start ({last}); {place} says more."
