"""Run the rules that make and end work, and jobs as they fall due: letters, e-mail, reminders, the audit's anchors.

Any number of workers may run beside each other and beside the server. A worker that is killed loses nothing: its jobs
are taken up again.
"""

import argparse
import logging
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

EXAMPLES = (
    "waypost worker",
    "waypost worker --once",
)
AFTER_FAILURE_SECONDS = 2
STOP_SECONDS_MAX = 10
NEEDS = "nothing"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--once", action="store_true", help="run what is due now and stop")


def run(args: argparse.Namespace) -> int:
    """Work until told to stop; come back by itself when the database was away."""
    from waypost.config.database import data_dir
    from waypost.config.parent import die_with_parent
    from waypost.ops import checks, database, garbage, processes

    if parent := os.environ.pop("WAYPOST_DIE_WITH_PARENT", ""):
        die_with_parent(int(parent))
    checks.refuse_wrong_settings()
    with database.opened(data_dir()):
        checks.refuse_extraordinary_role()
        database.set_up_django()
        database.see_that_tables_are_there()
        processes.guard_database(data_dir())
        garbage.spare()
        with _rules(once=args.once):
            _work(once=args.once)
    return 0


@contextmanager
def _rules(*, once: bool) -> Iterator[None]:
    """Follow the feed beside the jobs, in a thread of its own."""
    from waypost.coordination.worklist.engine import running

    if once:
        running.run_once()
        yield
        return
    stop = threading.Event()
    beside = threading.Thread(target=running.run, args=(stop,), name="rules", daemon=True)
    beside.start()
    try:
        yield
    finally:
        stop.set()
        beside.join(timeout=STOP_SECONDS_MAX)


def _work(*, once: bool) -> None:
    from procrastinate.contrib.django import app
    from procrastinate.exceptions import ConnectorException
    from psycopg import OperationalError

    logging.getLogger("procrastinate").setLevel(logging.WARNING)
    while True:
        try:
            with app.replace_connector(app.connector.get_worker_connector()) as working:  # type: ignore[attr-defined]
                working.run_worker(
                    wait=not once,
                    name=f"waypost-{os.getpid()}",
                    install_signal_handlers=True,
                    delete_jobs="successful",
                )
            return
        except (ConnectorException, OperationalError) as error:
            if once:
                raise
            print(
                f"The database is away ({str(error).splitlines()[0]}); trying again.",
                file=sys.stderr,
                flush=True,
            )
            time.sleep(AFTER_FAILURE_SECONDS)
