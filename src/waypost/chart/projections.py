"""The documents that wait to be filed: one row each, derived from their newest version."""

from typing import Any

import orjson

from waypost.chart.documents.reading import came_at, is_unfiled, patient_of
from waypost.records import prepared
from waypost.records.projecting import Change, Projection


def project(tenant: int, changes: list[Change]) -> None:
    """Put the rows of the changed documents in place of the old ones."""
    again = [version.id for version, _, _ in changes if version.version > 1]
    rows: list[dict[str, Any]] = [
        {"id": version.id, "patient": patient_of(after), "at": came_at(after) or version.at.isoformat()}
        for version, _, after in changes
        if after is not None and is_unfiled(after)
    ]
    if again:
        prepared.soon("DELETE FROM chart_unfiled WHERE tenant = %s AND id = ANY(%s)", [tenant, again])
    if rows:
        prepared.soon(
            "INSERT INTO chart_unfiled (tenant, id, patient, at) SELECT %s::int, id, patient, at"
            " FROM json_to_recordset(%s::json) AS r(id text, patient text, at timestamptz)",
            [tenant, orjson.dumps(rows).decode()],
        )


PROJECTIONS = (Projection("chart.unfiled", ("DocumentReference",), project, ("chart_unfiled",), soon=True),)
