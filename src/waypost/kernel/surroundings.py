"""Tells a failure of disk or database from one of our own, by what the driver says of it."""

import errno
import traceback
from collections.abc import Iterator
from pathlib import Path

from waypost.kernel.problem import Problem
from waypost.kernel.problems import DatabaseAway, DiskFull

CAUSES_MAX = 10
DISK_FULL = "53100"  # SQLSTATE
NO_ANSWER = frozenset(
    {"OperationalError", "InterfaceError", "ConnectionTimeout", "AdminShutdown", "CrashShutdown", "CannotConnectNow"}
)


def store_problem(error: BaseException) -> Problem | None:
    """Return the Problem of a full disk or of a database that is away, or None where it is something else."""
    for cause in causes(error):
        if isinstance(cause, OSError) and cause.errno in {errno.ENOSPC, errno.EDQUOT}:
            return DiskFull()
        if getattr(cause, "sqlstate", None) == DISK_FULL:
            return DiskFull()
        if type(cause).__module__.startswith("psycopg") and type(cause).__name__ in NO_ANSWER:
            return DatabaseAway()
    return None


def causes(error: BaseException | None) -> Iterator[BaseException]:
    """Yield an error and what led to it."""
    for _ in range(CAUSES_MAX):
        if error is None:
            return
        yield error
        error = error.__cause__ or error.__context__


def frames(error: BaseException | None) -> str:
    """Return where an error arose, for a log: kinds and places, never a message, which may hold what somebody typed."""
    if error is None:
        return "?"
    places = reversed(traceback.extract_tb(error.__traceback__))
    return f"{type(error).__name__} at " + " < ".join(
        f"{Path(f.filename).name}:{f.lineno} {f.name}" for f in places
    )
