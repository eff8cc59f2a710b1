"""Reads of the coverage room."""

from waypost.kernel.scope import Scope
from waypost.records import queries as records

PAYERS_MAX = 200


def payers(scope: Scope) -> dict[str, str]:
    """Return the payers that are on record, by name, with their Organization's id."""
    found = records.fetch(
        scope,
        f"SELECT {records.COLUMNS} FROM records_token t"
        " JOIN records_current c ON c.tenant = t.tenant AND c.type = t.type AND c.id = t.id AND NOT c.deleted"
        " JOIN records_version v ON v.tenant = c.tenant AND v.type = c.type AND v.id = c.id AND v.version = c.version"
        " WHERE t.tenant = %s AND t.type = 'Organization' AND t.param = 'type' AND t.code IN ('pay', 'ins')"
        f" AND ({scope.where}) ORDER BY c.name, c.id LIMIT %s",
        [scope.tenant, *scope.params, PAYERS_MAX],
    )
    return {v.resource.get("name", ""): v.id for v in reversed(found) if v.resource.get("name")}
