"""Make a demo clinic and run it: server, worker, database.

Everybody in it is made up. The clinic has a data folder of its own, apart from a real one. Run the command again and it
goes on from where it was, topped up so that today is alive. Ctrl-C stops everything. After a crash, run it again: what
was acknowledged is there.
"""

import argparse
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from waypost.cli import audit, reporting
from waypost.cli.options import PORT, add_address, positive

if TYPE_CHECKING:
    from waypost.ops.processes import Family, Gate

EXAMPLES = (
    "waypost demo",
    "waypost demo --patients 200 --port 8123 --data-dir /tmp/try",
)
PATIENTS = 1_000
SEED = 1
PORTS_TRIED = 20
NEEDS = "nothing"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_address(parser)
    parser.set_defaults(port=None)
    parser.add_argument(
        "--patients",
        type=positive,
        default=PATIENTS,
        metavar="N",
        help=f"how many patients (default {PATIENTS:,}); counts when the clinic is made",
    )
    parser.add_argument(
        "--seed",
        type=int,
        default=SEED,
        metavar="S",
        help="chance's seed: the same seed makes the same clinic",
    )
    parser.add_argument(
        "--short-history",
        action="store_true",
        help="about ten resources a patient, to try size rather than detail; counts when the clinic is made",
    )
    parser.add_argument(
        "--prepare", action="store_true", help="make or top up the clinic and stop, without running it"
    )


def run(args: argparse.Namespace) -> int:
    """Bring the clinic up to today, then run until Ctrl-C."""
    from waypost.config.database import data_dir
    from waypost.ops import database, folders, processes

    os.environ["WAYPOST_DEMO"] = "1"
    folder = folders.prepare(_demo_folder(args.data_dir))
    os.environ["WAYPOST_DATA_DIR"] = str(folder.root)
    running = _running_at(folder.root)
    if running and not args.prepare:
        print(f"The demo clinic already runs at {running}.")
        return 0
    port = args.port or _free_port(args.host)
    if not args.prepare:
        processes.see_that_port_is_free(args.host, port)
    os.environ.setdefault("WAYPOST_BASE_URL", f"http://{_shown(args.host)}:{port}")
    goes_on = folder.postgres.exists()
    with database.opened(data_dir()):
        if args.prepare:
            return _prepared(args, folder.root)
        family, gate = processes.Family({"PYTHONUNBUFFERED": "1"}), processes.Gate()
        try:
            if (
                goes_on
            ):  # the server loads its pages while the clinic is topped up; a new clinic needs both processors
                _add_server(family, args.host, port, gate)
            code = _prepared(args, folder.root)
            if code:
                return code
            gate.open()
            if not goes_on:
                _add_server(family, args.host, port, None)
            processes.guard_database(data_dir())
            return _run_family(family, args.host, port, folder.root)
        finally:
            gate.close()
            family.stop()


def _prepared(args: argparse.Namespace, root: Path) -> int:
    """Prepare in a process of its own, so that what it needed to load does not stay in memory while the clinic runs."""
    from waypost.ops import folders

    code = in_a_fork(lambda: _prepare(args))
    if code:
        folders.see_that_disk_has_room(root)  # if that is why, say so
    return code


def _add_server(family: "Family", host: str, port: int, gate: "Gate | None") -> None:
    family.add("server", "serve", "--host", host, "--port", str(port), gate=gate)


def _demo_folder(named: str | None) -> Path:
    """Keep the demo's patients apart from a clinic's: without a name, its folder is the usual one's neighbour."""
    from waypost.config.database import data_dir

    return data_dir() if named or os.environ.get("WAYPOST_DATA_DIR") else data_dir().with_name("waypost-demo")


def _prepare(args: argparse.Namespace) -> int:
    """Make or top up everything the clinic needs; runs in the fork."""
    from waypost.ops import database, garbage, setting_up

    static = setting_up.use_static_folder()
    setting_up.make_keys()
    database.set_up_django()
    with reporting.progress("Setting up the database", quiet=args.json) as shown:
        made = database.migrate()
        shown.to(made, made)
    setting_up.collect_static(static)
    if made:
        setting_up.derive_anew()
    from waypost.demo import filing

    garbage.spare()
    with reporting.progress("Making the demo clinic", quiet=args.json) as shown:
        filing.ensure(patients=args.patients, seed=args.seed, short=args.short_history, progress=shown.to)
    if made:
        database.take_stock()
    from waypost.coordination.worklist.engine import running

    with reporting.progress("Making the day's work", quiet=args.json) as shown:
        running.run_once(progress=shown.to)
    audit.anchor()
    return 0


def in_a_fork(work: Callable[[], int]) -> int:
    """Do `work` in a forked process and return its exit code; refusals are printed as ever."""
    sys.stdout.flush()
    sys.stderr.flush()
    pid = os.fork()
    if pid:
        try:
            return os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
        except KeyboardInterrupt:
            os.waitpid(pid, 0)  # the terminal has told it too
            return 130
    code = 1
    try:
        code = work()
    except KeyboardInterrupt:
        code = 130
    except Exception as error:
        known = reporting.known(error)
        if known is None:
            import traceback

            traceback.print_exc()
        else:
            code = reporting.refuse(known, as_json=False)
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(code)


def _run_family(family: "Family", host: str, port: int, root: Path) -> int:
    from waypost.ops import limits, processes

    family.listen()
    address_file = root / "address"
    address = f"http://{_shown(host)}:{port}"
    try:
        family.add("worker", "worker")
        deadline = time.monotonic() + limits.READY_SECONDS_MAX
        family.watch(until=lambda: processes.healthy(host, port) is not None or time.monotonic() > deadline)
        if not family.stopping:
            if processes.healthy(host, port) is None:
                print("The server does not answer; what it printed above says why.", file=sys.stderr)
                return 1
            address_file.write_text(f"{address}\n")
            _greet(address)
            family.watch()
    finally:
        address_file.unlink(missing_ok=True)
        family.stop()
    print("Stopped. `waypost demo` goes on from here.", flush=True)
    return 0


def _greet(address: str) -> None:
    from waypost.demo.sign_ins import PASSWORD, SIGN_INS

    width = max(len(name) for name, _ in SIGN_INS)
    people = "\n".join(f"  {name:<{width}}  {who}" for name, who in SIGN_INS)
    print(
        f"\nWaypost is ready at {address}\n\nSign in as any of these, each with the password {PASSWORD}\n{people}\n\nAll people here are made up. Ctrl-C stops everything.",
        flush=True,
    )


def _running_at(root: Path) -> str | None:
    """Return the address at which this folder's demo answers, if it does."""
    from urllib.parse import urlsplit

    from waypost.ops import processes

    try:
        address = (root / "address").read_text().strip()
        parts = urlsplit(address)
        return address if processes.healthy(parts.hostname or "", parts.port or 0) else None
    except (OSError, ValueError):
        return None


def _free_port(host: str) -> int:
    """Return the usual port, or the next that is free."""
    from waypost.ops import processes
    from waypost.ops.problems import PortInUse

    for port in range(PORT, PORT + PORTS_TRIED):
        try:
            processes.see_that_port_is_free(host, port)
        except PortInUse:
            continue
        return port
    raise PortInUse(f"Ports {PORT} to {PORT + PORTS_TRIED - 1} are all in use; choose another with --port.")


def _shown(host: str) -> str:
    shown = "127.0.0.1" if host in {"0.0.0.0", "::"} else host  # noqa: S104 - compared, not bound
    return f"[{shown}]" if ":" in shown else shown
