"""Deriving every projection anew, and saying where it differs from what is kept.

In a session of its own, temporary tables take the names of the projections' tables, so that the very functions that
project in a filing write the rebuild. It runs on one snapshot and locks nothing: a clinic goes on working. A rebuild
then removes the rows that should not be and adds those that are missing.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection, transaction

from waypost.formats.fhir.text import parse
from waypost.kernel.scope import Scope
from waypost.records import projecting
from waypost.records.actions import index_row
from waypost.records.versions import Version

BATCH = 500
SAMPLE = 5  # differing rows shown per table and side
INDEX_TABLES = ("records_current", "records_token", "records_string", "records_ref", "records_date", "records_number")
Progress = Callable[[int, int], None]


def _silent(done: int, of: int) -> None:
    """Tell nobody."""


@dataclass(frozen=True, slots=True)
class Difference:
    """How one table differs from what the versions say."""

    table: str
    missing: int
    extra: int
    sample: tuple[str, ...]


def check(scope: Scope, progress: Progress = _silent) -> list[Difference]:
    """Return where projections differ from a rebuild; changes nothing."""
    return _rebuilt(scope, progress, mend=False)


def rebuild(scope: Scope, progress: Progress = _silent) -> list[Difference]:
    """Make every projection what the versions say, and return what differed."""
    return _rebuilt(scope, progress, mend=True)


def tables() -> list[str]:
    """Return the tables that can be rebuilt."""
    return [*INDEX_TABLES, *dict.fromkeys(table for one in projecting.everything() for table in one.tables)]


def _rebuilt(scope: Scope, progress: Progress, *, mend: bool) -> list[Difference]:
    assert scope.level == "all", "a rebuild reads the whole tenant"
    with _own_session(), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
            cursor.execute("SELECT set_config('waypost.tenant', %s, true)", [str(scope.tenant)])
            for table in tables():
                cursor.execute(f"CREATE TEMP TABLE {table} (LIKE public.{table} INCLUDING ALL) ON COMMIT DROP")
            cursor.execute("SELECT count(*) FROM public.records_current WHERE tenant = %s", [scope.tenant])
            total = cursor.fetchone()[0]
        done = 0
        for batch in _newest(scope.tenant):
            _derive(scope.tenant, batch)
            done += len(batch)
            progress(done, total)
        found = [difference for table in tables() if (difference := _difference(table, scope.tenant))]
        if mend:
            _mend_all(scope.tenant, [difference.table for difference in found])
        else:
            transaction.set_rollback(True)
    return found


def _mend_all(tenant: int, differing: list[str]) -> None:
    for table in differing:
        _mend(table, tenant)
    for projection in projecting.everything():
        if projection.mended is not None and set(projection.tables) & set(differing):
            projection.mended(tenant)


@contextmanager
def _own_session() -> Iterator[None]:
    """A statement prepared before the temporary tables existed would still mean the real ones."""
    assert not connection.in_atomic_block
    connection.close()
    try:
        yield
    finally:
        connection.close()


def _newest(tenant: int) -> Iterator[list[Version]]:
    after = ("", "")
    while True:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT DISTINCT ON (type, id) type, id, version, at, actor, act, body, deleted FROM public.records_version"
                " WHERE tenant = %s AND (type, id) IN (SELECT type, id FROM public.records_version WHERE tenant = %s"
                " AND (type, id) > (%s, %s) GROUP BY type, id ORDER BY type, id LIMIT %s)"
                " ORDER BY type, id, version DESC",
                [tenant, tenant, *after, BATCH],
            )
            rows = [Version(*row) for row in cursor.fetchall()]
        if not rows:
            return
        yield rows
        after = (rows[-1].type, rows[-1].id)


def _derive(tenant: int, batch: list[Version]) -> None:
    """Index and project as a filing does; each version stands as if it were the first."""
    rows: list[dict[str, Any]] = []
    changes: list[projecting.Change] = []
    for version in batch:
        resource = parse(version.text) if not version.deleted else None  # numbers as written, as in a filing
        row = index_row(version, resource if resource is not None else _last_words(tenant, version))
        if version.deleted:
            row |= {"code": None, "status": None, "owner": None, "sort_at": None, "name": None, "label": None,
                    "tokens": [], "strings": [], "refs": [], "dates": [], "numbers": []}
        rows.append(row | {"at": version.at})
        if resource is not None:
            changes.append((version, None, version.resource))
    text = orjson.dumps(rows, default=str).decode()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO pg_temp.records_current"
            " (tenant, type, id, version, at, deleted, patient, code, status, owner, sort_at, name, label)"
            " SELECT %s, r.type, r.id, r.version, r.at, r.deleted, r.patient, r.code, r.status, r.owner, r.sort_at, r.name,"
            " r.label FROM json_to_recordset(%s::json) AS r(type text, id text, version int, at timestamptz,"
            " deleted boolean, patient text, code text, status text, owner text, sort_at timestamptz, name text, label text)",
            [tenant, text],
        )
        cursor.execute("SELECT records_index(%s, %s::json)", [tenant, text])
    for projection in projecting.everything():
        mine = [one for one in changes if one[0].type in projection.types]
        if mine:
            projection.project(tenant, mine)


def _last_words(tenant: int, version: Version) -> dict[str, Any]:
    """Return the content before a deletion: whose record it was part of stays known."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT body FROM public.records_version WHERE tenant = %s AND type = %s AND id = %s AND NOT deleted"
            " ORDER BY version DESC LIMIT 1", [tenant, version.type, version.id])
        row = cursor.fetchone()
    return parse(row[0]) if row else {"resourceType": version.type, "id": version.id}


def _difference(table: str, tenant: int) -> Difference | None:
    columns = _columns(table)
    with connection.cursor() as cursor:
        sides = {}
        shown: list[str] = []
        for word, one, other in (("missing", "pg_temp", "public"), ("extra", "public", "pg_temp")):
            query = (f"(SELECT {columns} FROM {one}.{table} WHERE tenant = %s EXCEPT ALL"
                     f" SELECT {columns} FROM {other}.{table} WHERE tenant = %s)")
            cursor.execute(f"SELECT count(*) FROM {query} d", [tenant, tenant])
            sides[word] = cursor.fetchone()[0]
            if sides[word]:
                cursor.execute(f"SELECT d::text FROM {query} d ORDER BY 1 LIMIT {SAMPLE}", [tenant, tenant])
                shown += [f"{word}: {row[0]}" for row in cursor.fetchall()]
    if not sides["missing"] and not sides["extra"]:
        return None
    return Difference(table, sides["missing"], sides["extra"], tuple(shown))


def _mend(table: str, tenant: int) -> None:
    """Remove what should not be, add what is missing. Whole rows are compared, and doubles counted."""
    columns = _columns(table)
    written = _columns(table, writable=True)
    with connection.cursor() as cursor:
        cursor.execute(
            f"WITH extra AS (SELECT ROW({columns})::text AS row, count(*) AS n FROM (SELECT {columns} FROM public.{table}"
            f" WHERE tenant = %s EXCEPT ALL SELECT {columns} FROM pg_temp.{table} WHERE tenant = %s) d GROUP BY 1),"
            f" kept AS (SELECT ctid AS place, ROW({columns})::text AS row,"
            f" row_number() OVER (PARTITION BY {columns}) AS nth FROM public.{table} WHERE tenant = %s)"
            f" DELETE FROM public.{table} WHERE ctid IN (SELECT kept.place FROM kept JOIN extra USING (row)"
            " WHERE kept.nth <= extra.n)", [tenant, tenant, tenant])
        cursor.execute(
            f"INSERT INTO public.{table} ({written}) SELECT {written} FROM (SELECT {columns} FROM pg_temp.{table}"
            f" WHERE tenant = %s EXCEPT ALL SELECT {columns} FROM public.{table} WHERE tenant = %s) d", [tenant, tenant])


def _columns(table: str, *, writable: bool = False) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT string_agg(quote_ident(attname), ', ' ORDER BY attnum) FROM pg_attribute"
            " WHERE attrelid = %s::regclass AND attnum > 0 AND NOT attisdropped AND (NOT %s OR attgenerated = '')",
            [f"public.{table}", writable])
        return cursor.fetchone()[0]

