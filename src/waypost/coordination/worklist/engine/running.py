"""Following the feed for as long as a worker runs: each tenant four times a second."""

import logging
import threading
import time
from collections.abc import Callable

from django.db import DatabaseError, close_old_connections, connection

from waypost.access import accounts
from waypost.coordination.worklist.engine import following
from waypost.coordination.worklist.engine.following import ACTOR, Done, follow
from waypost.kernel.clock import Clock
from waypost.kernel.context import Context
from waypost.kernel.problem import Problem
from waypost.records.problems import Stale

POLL_SECONDS = 0.25
AFTER_FAILURE_SECONDS = 2
TRIES = 5
log = logging.getLogger("waypost.rules")


def pass_over(ctx: Context) -> Done:
    """Do one pass; where a person changed one of its Tasks meanwhile, do it again with what stands now."""
    for left in range(TRIES, 0, -1):
        try:
            return follow(ctx)
        except Stale:
            if left == 1:
                raise
    raise AssertionError


Progress = Callable[[int, int], object]


def catch_up(ctx: Context, progress: Progress | None = None) -> int:
    """Do all there is to do now, and return how many Tasks were filed."""
    filed = looked = 0
    while True:
        done = pass_over(ctx)
        filed, looked = filed + done.filed, looked + done.patients
        if progress:
            progress(looked, looked + following.waiting(ctx))
        if not done.more:
            return filed


def run_once(clock: Clock | None = None, progress: Progress | None = None) -> int:
    """Do all there is to do for every clinic."""
    return sum(catch_up(accounts.context_of(tenant, ACTOR, door="worker", clock=clock), progress) for tenant in accounts.tenants())


def run(stop: threading.Event) -> None:
    """Go on until told to stop; come back by itself when the database was away."""
    while not stop.is_set():
        started = time.monotonic()
        try:
            more = False
            for tenant in accounts.tenants():
                more |= pass_over(accounts.context_of(tenant, ACTOR, door="worker")).more
            close_old_connections()
        except (DatabaseError, Problem) as error:
            log.warning("The rules could not run (%s); trying again.", type(error).__name__)
            connection.close()
            stop.wait(AFTER_FAILURE_SECONDS)
            continue
        if not more:
            stop.wait(max(0.0, POLL_SECONDS - (time.monotonic() - started)))
    connection.close()
