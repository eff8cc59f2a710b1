"""Reading the record. A Scope first: it was decided and audited before it came here."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import connection, transaction

from waypost.kernel.scope import Scope
from waypost.records import prepared, tenancy
from waypost.records.problems import Gone, NotFound
from waypost.records.versions import Version

COLUMNS = "v.type, v.id, v.version, v.at, v.actor, v.act, v.body, v.deleted"
CURRENT = (
    f"SELECT {COLUMNS} FROM records_current c JOIN records_version v"
    " ON v.tenant = c.tenant AND v.type = c.type AND v.id = c.id AND v.version = c.version"
)


def read(scope: Scope, type_: str, id_: str) -> Version:
    """Return the newest version. Raises NotFound (also where the scope does not reach it) and Gone."""
    found = _by_name(scope, f"{CURRENT} WHERE c.tenant = %s AND c.type = %s AND c.id = %s AND ({scope.where})",
                     [scope.tenant, type_, id_, *scope.params])
    if not found:
        raise NotFound
    if found[0].deleted:
        raise Gone
    return found[0]


def read_or_none(scope: Scope, type_: str, id_: str) -> Version | None:
    try:
        return read(scope, type_, id_)
    except (NotFound, Gone):
        return None


def vread(scope: Scope, type_: str, id_: str, version: int) -> Version:
    """Return one version, whatever came after it."""
    found = [one for one in history(scope, type_, id_, version=version) if one.version == version]
    if not found:
        raise NotFound
    if found[0].deleted:
        raise Gone
    return found[0]


def history(scope: Scope, type_: str, id_: str, *, version: int | None = None, before: int | None = None,
            count: int = 500) -> list[Version]:
    """Return versions newest first, `before` excluded; deletions are among them. Empty where nothing is in scope."""
    return fetch(
        scope,
        f"SELECT {COLUMNS} FROM records_version v JOIN records_current c USING (tenant, type, id)"
        f" WHERE c.tenant = %s AND c.type = %s AND c.id = %s AND ({scope.where})"
        " AND (%s::int IS NULL OR v.version = %s) AND (%s::int IS NULL OR v.version < %s)"
        " ORDER BY v.version DESC LIMIT %s",
        [scope.tenant, type_, id_, *scope.params, version, version, before, before, count],
    )


def many(scope: Scope, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Version]:
    """Return the newest versions of those that exist and are in scope, by (type, id)."""
    wanted = [{"type": type_, "id": id_} for type_, id_ in set(keys)]
    if not wanted:
        return {}
    found = _by_name(
        scope,
        f"{CURRENT} JOIN json_to_recordset(%s::json) AS k(type text, id text) ON k.type = c.type AND k.id = c.id"
        f" WHERE c.tenant = %s AND NOT c.deleted AND ({scope.where})",
        [orjson.dumps(wanted).decode(), scope.tenant, *scope.params],
    )
    return {(one.type, one.id): one for one in found}


def about(scope: Scope, patient: str, types: Sequence[str], *, since: datetime | None = None,
          count: int = 1000) -> list[Version]:
    """Return what is kept of these types about one patient, newest clinical date first, at most `count` of each type."""
    return fetch(
        scope,
        f"SELECT {COLUMNS} FROM unnest(%s::text[]) AS k(type) CROSS JOIN LATERAL (SELECT * FROM records_current c"
        " WHERE c.tenant = %s AND c.patient = %s AND c.type = k.type AND NOT c.deleted"
        f" AND (%s::timestamptz IS NULL OR c.sort_at >= %s) AND ({scope.where})"
        " ORDER BY c.sort_at DESC, c.id LIMIT %s) c"
        " JOIN records_version v ON v.tenant = c.tenant AND v.type = c.type AND v.id = c.id AND v.version = c.version"
        " ORDER BY c.sort_at DESC NULLS LAST, c.id",
        [list(types), scope.tenant, patient, since, since, *scope.params, count],
    )


def of_act(scope: Scope, act: UUID) -> list[Version]:
    """Return the versions that one act filed."""
    return fetch(
        scope,
        f"SELECT {COLUMNS} FROM records_version v JOIN records_current c USING (tenant, type, id)"
        f" WHERE v.tenant = %s AND v.act = %s AND ({scope.where})",
        [scope.tenant, act, *scope.params],
    )


def fetch(scope: Scope, sql: str, params: Sequence[Any]) -> list[Version]:
    """Run a query that selects `COLUMNS` and return its versions."""
    return [Version(*row) for row in rows(scope, sql, params)]


def rows(scope: Scope, sql: str, params: Sequence[Any]) -> list[tuple[Any, ...]]:
    """Run a query of a room's own over the record's tables; it names the scope's tenant and its `where` itself."""
    tenancy.enter(scope.tenant)
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))
        return cursor.fetchall()


def _by_name(scope: Scope, sql: str, params: Sequence[Any]) -> list[Version]:
    """Do as `fetch`, for what is asked again and again."""
    tenancy.enter(scope.tenant)
    return [Version(*row) for row in prepared.rows(sql, params)]


def hashes(scope: Scope, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], set[bytes]]:
    """Return the content hashes of every kept version of these resources; those that never were are absent."""
    tenancy.enter(scope.tenant)
    found: dict[tuple[str, str], set[bytes]] = {}
    wanted = orjson.dumps([{"type": type_, "id": id_} for type_, id_ in set(keys)]).decode()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v.type, v.id, v.hash FROM json_to_recordset(%s::json) AS k(type text, id text)"
            " JOIN records_version v ON v.tenant = %s AND v.type = k.type AND v.id = k.id AND NOT v.deleted",
            [wanted, scope.tenant],
        )
        for type_, id_, digest in cursor.fetchall():
            found.setdefault((type_, id_), set()).add(bytes(digest))
    return found


def each(scope: Scope, type_: str) -> Iterator[str]:
    """Yield the newest text of every resource of a type that is not deleted, in order of id, on one snapshot."""
    with transaction.atomic(), connection.chunked_cursor() as cursor:
        tenancy.enter(scope.tenant)
        cursor.execute(
            f"SELECT v.body FROM records_current c JOIN records_version v"
            " ON v.tenant = c.tenant AND v.type = c.type AND v.id = c.id AND v.version = c.version"
            f" WHERE c.tenant = %s AND c.type = %s AND NOT c.deleted AND ({scope.where}) ORDER BY c.id",
            list[Any]((scope.tenant, type_, *scope.params)),
        )
        for (body,) in cursor:
            yield body


def types(scope: Scope) -> list[tuple[str, int]]:
    """Return the types that are kept, with how many resources of each."""
    tenancy.enter(scope.tenant)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT c.type, count(*) FROM records_current c WHERE c.tenant = %s AND NOT c.deleted AND ({scope.where})"
            " GROUP BY c.type ORDER BY c.type",
            list[Any]((scope.tenant, *scope.params)),
        )
        return [(type_, count) for type_, count in cursor.fetchall()]
