"""What has been filed since one last looked, for who watches a tenant's record and can bear no wait.

A look remembers which transactions it saw; the next one brings what those it did not see have filed: each version once,
as soon as it is committed, in no order. Readers who keep a place and need the order ask `feed`, which waits for the oldest
open transaction.
"""

from collections.abc import Collection
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db import connection

from waypost.formats.fhir.text import plain
from waypost.records import tenancy

CHANGES_MAX = 500


@dataclass(frozen=True)
class Change:
    """One version that has been filed, beside the one it follows."""

    type: str
    id: str
    version: int
    text: str
    text_before: str

    @cached_property
    def after(self) -> dict[str, Any]:
        """The content, {} of what has been deleted. Read it, do not change it."""
        return plain(self.text) if self.text else {}

    @cached_property
    def before(self) -> dict[str, Any]:
        return plain(self.text_before) if self.text_before else {}


@dataclass(frozen=True, slots=True)
class Look:
    """What one look brought. `too_many`: more than is told one by one, so that anything may have changed."""

    snapshot: str
    changes: tuple[Change, ...] = ()
    too_many: bool = False


_COLUMNS = "SELECT tenant, type, id, version, body FROM records_version WHERE tenant = %s AND"
# Two ranges of one index, kept apart from the rest so that no plan reads a type's versions through instead.
_SINCE = (
    "WITH s AS MATERIALIZED (SELECT pg_current_snapshot()::text), new AS MATERIALIZED"
    f" ({_COLUMNS} xact >= %s::text::xid8 UNION ALL {_COLUMNS} xact = ANY(%s::text[]::xid8[]))"
    " SELECT s.*, n.* FROM s LEFT JOIN LATERAL (SELECT v.type, v.id, v.version, v.body, coalesce(b.body, '') FROM new v"
    " LEFT JOIN records_version b ON b.tenant = v.tenant AND b.type = v.type AND b.id = v.id AND b.version = v.version - 1"
    f" WHERE v.type = ANY(%s) LIMIT {CHANGES_MAX + 1}) n ON true"
)


def begin() -> str:
    """Return the snapshot from which a watch begins: what is committed by now is not told."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_current_snapshot()::text")
        return cursor.fetchone()[0]


def look(tenant: int, snapshot: str, types: Collection[str]) -> Look:
    """Return what has been filed of these types and was not to be seen in `snapshot`, and the snapshot for the next look."""
    tenancy.enter(tenant)
    _, below, running = snapshot.split(":")
    with connection.cursor() as cursor:
        cursor.execute(
            _SINCE, [tenant, below, tenant, [xid for xid in running.split(",") if xid], list(types)]
        )
        rows = cursor.fetchall()
    told = [Change(*row[1:]) for row in rows if row[1] is not None]
    return Look(rows[0][0], tuple(told[:CHANGES_MAX]), too_many=len(told) > CHANGES_MAX)
