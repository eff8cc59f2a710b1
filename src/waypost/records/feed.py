"""The feed: versions in the order of their transactions, as far as the oldest one that is still open.

A reader keeps a place and asks for what came after. Nothing is skipped, however long an act takes, and nothing is told
twice. Nobody is woken by a commit: readers come round by themselves.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection

from waypost.kernel.scope import Scope
from waypost.records import tenancy


@dataclass(frozen=True, slots=True)
class Place:
    """Where a reader is: the last version it was told of."""

    xact: int
    seq: int


@dataclass(frozen=True, slots=True)
class Told:
    """One version of the feed, without its text: `bodies` has that."""

    place: Place
    type: str
    id: str
    version: int
    actor: str
    patient: str | None  # whose record it is part of now


_AFTER = """
SELECT v.xact::text::bigint, v.seq, v.type, v.id, v.version, v.actor, c.patient
FROM records_version v JOIN records_current c ON c.tenant = v.tenant AND c.type = v.type AND c.id = v.id
WHERE v.tenant = %s AND (v.xact, v.seq) > (%s::text::xid8, %s) AND v.xact < pg_snapshot_xmin(pg_current_snapshot())
ORDER BY v.xact, v.seq LIMIT %s
"""


def after(scope: Scope, place: Place, count: int) -> list[Told]:
    """Return the next versions of the tenant."""
    assert scope.level == "all", "the feed tells of everything"
    tenancy.enter(scope.tenant)
    with connection.cursor() as cursor:
        cursor.execute(_AFTER, [scope.tenant, str(place.xact), place.seq, count])
        return [Told(Place(xact, seq), *row) for xact, seq, *row in cursor.fetchall()]


def now(scope: Scope) -> Place:
    """Return the place after which comes all that is not known to have been committed."""
    tenancy.enter(scope.tenant)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint")
        return Place(cursor.fetchone()[0], -1)


def bodies(scope: Scope, wanted: Sequence[tuple[str, str, int]]) -> list[str]:
    """Return the texts of these versions (type, id, number); those that are deletions say nothing."""
    if not wanted:
        return []
    tenancy.enter(scope.tenant)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v.body FROM unnest(%s::text[], %s::text[], %s::int[]) AS w(type, id, version)"
            " JOIN records_version v ON v.tenant = %s AND v.type = w.type AND v.id = w.id AND v.version = w.version",
            [*map(list, zip(*wanted, strict=True)), scope.tenant],
        )
        return [body for (body,) in cursor.fetchall() if body]
