"""A small family of processes: each is started, watched, started again when it dies, and ended with the rest."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from waypost.ops import limits, postgres
from waypost.ops.problems import CannotRun, PortInUse


@dataclass(slots=True)
class Child:
    """One process of the family."""

    name: str
    command: Sequence[str]
    process: "subprocess.Popen[bytes] | None" = None
    gate: "Gate | None" = None
    deaths: list[float] = field(default_factory=list)


class Gate:
    """Lets a child load what it needs, and keeps it from its work until the way is free."""

    def __init__(self) -> None:
        self.child_end, self._own_end = os.pipe()

    def open(self) -> None:
        os.write(self._own_end, b"go")
        self.close()

    def close(self) -> None:
        """Leave; a child that still waits will end."""
        if self._own_end >= 0:
            os.close(self._own_end)
            os.close(self.child_end)
            self._own_end = self.child_end = -1


def wait_at_gate(number: str) -> bool:
    """Return, in a child, once the way is free; False where it never will be."""
    with os.fdopen(int(number), "rb") as gate:
        return gate.read() == b"go"


class Family:
    """Processes that live and end together. Its methods are called from one thread."""

    def __init__(self, environ: Mapping[str, str]) -> None:
        self._environ = {
            **os.environ,
            **environ,
            "WAYPOST_DIE_WITH_PARENT": str(os.getpid()),
            "DATABASE_URL_EMBEDDED": "0",
        }
        self._children: list[Child] = []
        self._asked_to_stop = threading.Event()

    def add(self, name: str, *arguments: str, gate: Gate | None = None) -> None:
        """Start `waypost ARGUMENTS…` as a member of the family; with a gate, it begins its work when that opens."""
        child = Child(name, [sys.executable, "-m", "waypost", *arguments], gate=gate)
        self._children.append(child)
        self._start(child)

    def listen(self) -> None:
        """From now on Ctrl-C and SIGTERM ask for a clean end."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self._asked_to_stop.set())

    @property
    def stopping(self) -> bool:
        return self._asked_to_stop.is_set()

    def watch(self, until: Callable[[], bool] | None = None) -> None:
        """Keep the family alive until asked to stop, or until `until` says yes."""
        while not self.stopping and not (until and until()):
            for child in self._children:
                self._look_after(child)
            self._asked_to_stop.wait(0.05 if until else 0.2)

    def stop(self) -> None:
        """End every process, the last started first; a deaf one is killed."""
        for child in reversed(self._children):
            if child.process and child.process.poll() is None:
                child.process.terminate()
        for child in reversed(self._children):
            if child.process:
                try:
                    child.process.wait(limits.CHILD_STOP_SECONDS_MAX)
                except subprocess.TimeoutExpired:
                    child.process.kill()
                    child.process.wait()

    def _start(self, child: Child) -> None:
        # In a session of its own: Ctrl-C reaches only us, and we end the family in order.
        environ, passed = self._environ, ()
        if child.gate is not None and child.gate.child_end >= 0:
            environ, passed = {**environ, "WAYPOST_GATE": str(child.gate.child_end)}, (child.gate.child_end,)
        child.process = subprocess.Popen(
            child.command, env=environ, stdin=subprocess.DEVNULL, start_new_session=True, pass_fds=passed
        )

    def _look_after(self, child: Child) -> None:
        if child.process is None or child.process.poll() is None:
            return
        now = time.monotonic()
        child.deaths = [t for t in child.deaths if now - t < limits.DEATHS_WINDOW_SECONDS] + [now]
        if len(child.deaths) > limits.DEATHS_MAX:
            raise CannotRun(
                f"The {child.name} ended {len(child.deaths)} times within {limits.DEATHS_WINDOW_SECONDS} seconds (exit code {child.process.returncode}); what it printed above says why."
            )
        print(f"The {child.name} ended; starting it again.", file=sys.stderr, flush=True)
        self._start(child)


class Respawns(dict[int, float]):
    """When each web process was started again, as Granian asks for it.

    Granian gives up when one dies twice within five seconds. Two kills are no reason to close the clinic; six within
    half a minute are a defect that starting again will not mend.
    """

    def __init__(self) -> None:
        super().__init__()
        self._deaths: list[float] = []

    def get(self, key: int, default: float = 0) -> float:  # type: ignore[override]
        now = time.monotonic()
        self._deaths = [t for t in self._deaths if now - t < limits.DEATHS_WINDOW_SECONDS] + [now]
        return now if len(self._deaths) > limits.DEATHS_MAX else 0


def see_that_port_is_free(host: str, port: int) -> None:
    """Refuse in one sentence when the port cannot be had."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except PermissionError as error:
            raise PortInUse(
                f"Port {port} is reserved for root; choose one above 1023 with --port."
            ) from error
        except OSError as error:
            if host not in {"127.0.0.1", "0.0.0.0", "::1", "::"} and error.errno != 98:  # noqa: S104
                raise PortInUse(
                    f"{host} is not an address of this machine; choose another with --host."
                ) from error
            raise PortInUse(
                f"Port {port} is in use by another program; choose another with --port {port + 1}."
            ) from error


def healthy(host: str, port: int, seconds: float = 2) -> str | None:
    """Return the version that answers at `/healthz`, or None."""
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104
    shown = f"[{shown}]" if ":" in shown else shown
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    try:
        with opener.open(f"http://{shown}:{port}/healthz", timeout=seconds) as answer:
            return str(json.loads(answer.read())["version"])
    except (OSError, ValueError, KeyError):
        return None


def guard_database(folder: Path) -> None:
    """Start the data folder's server again whenever it dies, for as long as this process lives."""
    if os.environ.get("DATABASE_URL_EMBEDDED") != "1":
        return
    threading.Thread(target=_guard, args=(folder,), daemon=True, name="database-guard").start()


def _guard(folder: Path) -> None:
    while True:
        time.sleep(limits.GUARD_EVERY_SECONDS)
        try:
            postgres.revive(folder)
        except Exception as error:
            print(f"The database is down: {error}", file=sys.stderr, flush=True)
            time.sleep(limits.GUARD_AFTER_FAILURE_SECONDS)
