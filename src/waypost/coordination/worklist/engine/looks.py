"""When to look at a patient again: the clock's part, one row a patient."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import connection

from waypost.coordination.worklist.rules.table import APART_TYPES
from waypost.kernel.scope import Scope


def due(scope: Scope, now: datetime, count: int) -> list[str]:
    """Return patients whose time to be looked at has come, those waiting longest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT patient FROM coordination_look WHERE tenant = %s AND at <= %s ORDER BY at, patient LIMIT %s",
            [scope.tenant, now, count],
        )
        return [patient for (patient,) in cursor.fetchall()]


def mark(scope: Scope, patients: Sequence[str], at: datetime) -> None:
    """Have these patients looked at, at `at` or before."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO coordination_look AS l (tenant, patient, at) SELECT %s, p, %s FROM unnest(%s::text[]) AS p"
            " ON CONFLICT (tenant, patient) DO UPDATE SET at = least(l.at, EXCLUDED.at)",
            [scope.tenant, at, list(patients)],
        )


def everyone(scope: Scope, at: datetime) -> None:
    """Have every patient looked at: the rules or what they read of the clinic have changed."""
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO coordination_look AS l (tenant, patient, at) SELECT c.tenant, c.id, %s FROM records_current c"
            " WHERE c.tenant = %s AND c.type = 'Patient' AND NOT c.deleted"
            " UNION ALL SELECT c.tenant, c.type || '/' || c.id, %s FROM records_current c"
            " WHERE c.tenant = %s AND c.type = ANY(%s) AND c.patient IS NULL AND NOT c.deleted"
            " ON CONFLICT (tenant, patient) DO UPDATE SET at = least(l.at, EXCLUDED.at)",
            [at, scope.tenant, at, scope.tenant, list(APART_TYPES)],
        )


def set_again(scope: Scope, times: Mapping[str, datetime | None]) -> None:
    """Write down when each of these is next to be looked at; None is never by the clock."""
    later = {id_: at for id_, at in times.items() if at is not None}
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM coordination_look WHERE tenant = %s AND patient = ANY(%s)",
            [scope.tenant, [id_ for id_ in times if id_ not in later]],
        )
        if later:
            cursor.execute(
                "INSERT INTO coordination_look AS l (tenant, patient, at)"
                " SELECT %s, * FROM unnest(%s::text[], %s::timestamptz[])"
                " ON CONFLICT (tenant, patient) DO UPDATE SET at = EXCLUDED.at WHERE l.at <> EXCLUDED.at",
                [scope.tenant, list(later), list(later.values())],
            )


def waiting(scope: Scope, now: datetime) -> int:
    """Return how many patients are still to be looked at."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM coordination_look WHERE tenant = %s AND at <= %s", [scope.tenant, now])
        return cursor.fetchone()[0]
