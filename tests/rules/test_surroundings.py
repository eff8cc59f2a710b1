"""A full disk and a database that is away are told from a mistake of ours, and say nothing of what was written."""

import errno

import psycopg
import pytest
from django.db import DatabaseError, IntegrityError, OperationalError

from waypost.kernel.problems import DatabaseAway, DiskFull
from waypost.kernel.surroundings import frames, store_problem


def caused(error, cause):
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (OSError(errno.ENOSPC, "No space left on device"), DiskFull),
        (caused(DatabaseError("x"), psycopg.errors.DiskFull("x")), DiskFull),
        (caused(OperationalError("x"), psycopg.OperationalError("x")), DatabaseAway),
        (caused(OperationalError("x"), psycopg.errors.AdminShutdown("x")), DatabaseAway),
        (caused(IntegrityError("x"), psycopg.errors.UniqueViolation("x")), type(None)),
        (caused(OperationalError("x"), psycopg.errors.DeadlockDetected("x")), type(None)),
        (ValueError("Ada Byron"), type(None)),
    ],
)
def test_what_surrounds_us_is_told_from_our_own_mistakes(error, kind):
    assert isinstance(store_problem(error), kind)


def test_a_log_line_names_places_and_never_what_somebody_typed():
    try:
        raise ValueError("Ada Byron")
    except ValueError as error:
        line = frames(error)
    assert "test_surroundings.py" in line
    assert "Ada" not in line
