"""Run the web server: the desk and the FHIR door. Jobs run in `waypost worker`.

It listens on this machine only unless `--host` says otherwise; put a proxy that speaks TLS in front of it and set
`WAYPOST_BASE_URL` to the address people use. Without `DATABASE_URL` it starts the data folder's own database and looks
after it: a database that dies is started again.
"""

import argparse
import logging
import os

from waypost.cli.options import add_address

EXAMPLES = (
    "waypost serve",
    "WAYPOST_BASE_URL=https://waypost.example.org waypost serve --host 0.0.0.0 --port 8080",
)
WORKERS = 2
CONNECTIONS_MAX = 4096  # idle ones cost a few kilobytes each
READ_HEADER_MS_MAX = 30_000
NEEDS = "nothing"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_address(parser)
    parser.add_argument(
        "--workers", type=int, default=WORKERS, metavar="N", help=f"web processes (default {WORKERS})"
    )


def run(args: argparse.Namespace) -> int:
    """Serve until told to stop."""
    from waypost.config.database import data_dir
    from waypost.config.parent import die_with_parent
    from waypost.ops import checks, database, processes, setting_up

    if parent := os.environ.pop("WAYPOST_DIE_WITH_PARENT", ""):
        die_with_parent(int(parent))
    processes.see_that_port_is_free(args.host, args.port)
    static = setting_up.use_static_folder()
    checks.refuse_wrong_settings()
    with database.opened(data_dir()):
        checks.refuse_extraordinary_role()
        setting_up.make_keys()
        database.set_up_django()
        if (gate := os.environ.pop("WAYPOST_GATE", "")) and not _loaded_and_let_through(gate):
            return 1
        database.see_that_tables_are_there()
        setting_up.collect_static(static)
        processes.guard_database(data_dir())
        _serve(args)
    return 0


def _loaded_and_let_through(gate: str) -> bool:
    """Load the pages while the clinic is brought up to date by another process, and wait for its end."""
    from waypost.config import server
    from waypost.ops import processes, setting_up

    server.preload()
    setting_up.close_connections()
    return processes.wait_at_gate(gate)


def _serve(args: argparse.Namespace) -> None:
    from granian.constants import Interfaces, Loops
    from granian.http import HTTP1Settings
    from granian.log import LogLevels
    from granian.server import Server

    from waypost.config import server
    from waypost.ops import garbage, processes, setting_up

    logging.getLogger("granian").setLevel(logging.WARNING)
    server.preload()
    setting_up.close_connections()
    garbage.spare()
    serving = Server(
        "waypost.config.server:build",
        factory=True,
        address=args.host,
        port=args.port,
        interface=Interfaces.RSGI,
        loop=Loops.asyncio,
        workers=args.workers,
        websockets=False,
        backlog=CONNECTIONS_MAX,
        backpressure=CONNECTIONS_MAX,
        respawn_failed_workers=True,
        respawn_interval=0.2,
        workers_kill_timeout=10,
        http1_settings=HTTP1Settings(header_read_timeout=READ_HEADER_MS_MAX),
        log_level=LogLevels.warning,
    )
    serving.respawned_wrks = processes.Respawns()
    serving.serve()
