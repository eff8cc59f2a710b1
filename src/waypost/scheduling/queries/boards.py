"""What stands on a board: one query, whatever the number of columns."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from waypost.kernel.scope import Scope
from waypost.records import tenancy

BOARD = "SELECT * FROM scheduling_board(%(tenant)s, %(resources)s, %(since)s, %(until)s, %(now)s)"


@dataclass(frozen=True, slots=True)
class BoardRow:
    """One booking of one resource. `patients` are ids; name and birth are of the first."""

    resource: str
    appointment: str
    shown_starts: datetime
    shown_ends: datetime
    starts: datetime
    ends: datetime
    kind: str  # visit | hold | block
    lane: int | None
    status: str
    code: str
    reason: str
    patients: tuple[str, ...]
    rest: tuple[str, ...]  # the others who take part
    name: str
    born: date | None
    requests: tuple[tuple[str, str], ...]  # ('interpreter', 'requested')

    @property
    def visit_type(self) -> str:
        return self.code.rpartition("|")[2]


def board(
    scope: Scope, resources: Sequence[str], since: datetime, until: datetime, *, now: datetime
) -> list[BoardRow]:
    """Return what each resource holds between two instants; holds that have run out are gone."""
    tenancy.enter(scope.tenant)
    with connection.cursor() as cursor:
        cursor.execute(
            BOARD,
            {
                "tenant": scope.tenant,
                "resources": list(resources),
                "since": since,
                "until": until,
                "now": now,
            },
        )
        return [_row(*row) for row in cursor.fetchall()]


def _row(*values: object) -> BoardRow:
    *plain, status, code, reason, patients, rest, name, born, requests = values
    asked = tuple(tuple(str(one).split(":", 1)) for one in requests or ())  # type: ignore[attr-defined]
    return BoardRow(
        *plain, status or "", code or "", reason or "", tuple(patients or ()), tuple(rest or ()), name or "", born, asked  # type: ignore[arg-type, misc]
    )


GROUPS = """
SELECT c.id, min(b.starts), array_agg(b.resource) FROM records_current c
JOIN scheduling_booking b ON b.tenant = c.tenant AND b.appointment = c.id
WHERE c.tenant = %s AND c.type = 'Appointment' AND NOT c.deleted AND c.status = 'booked' AND c.sort_at >= %s
  AND split_part(c.code, '|', 2) = %s
GROUP BY c.id HAVING count(*) FILTER (WHERE b.resource LIKE 'Patient/%%') < %s ORDER BY 2 LIMIT %s
"""
GROUPS_SHOWN_MAX = 6


@dataclass(frozen=True, slots=True)
class Group:
    """A group that is booked and has room; `people` are all who take part."""

    appointment: str
    starts: datetime
    people: tuple[str, ...]

    @property
    def taken(self) -> int:
        return sum(one.startswith("Patient/") for one in self.people)


def groups_ahead(scope: Scope, visit_type: str, now: datetime, *, capacity: int) -> list[Group]:
    """Return the next groups of one kind that are not full."""
    tenancy.enter(scope.tenant)
    with connection.cursor() as cursor:
        cursor.execute(GROUPS, [scope.tenant, now, visit_type, capacity, GROUPS_SHOWN_MAX])
        return [Group(id_, starts, tuple(people)) for id_, starts, people in cursor.fetchall()]


WHEN_BOOKED = (
    "SELECT sort_at FROM records_current WHERE tenant = %s AND type = 'Appointment' AND id = ANY(%s) AND sort_at IS NOT NULL"
    " UNION ALL SELECT starts FROM scheduling_booking WHERE tenant = %s AND resource = ANY(%s)"
)


def when_booked(tenant: int, appointments: Iterable[str], patients: Iterable[str]) -> list[datetime]:
    """Return when some visits and those of some patients begin: on which boards they may stand. It tells nobody whose."""
    visits, people = list(appointments), [f"Patient/{one}" for one in patients]
    if not visits and not people:
        return []
    tenancy.enter(tenant)
    with connection.cursor() as cursor:
        cursor.execute(WHEN_BOOKED, [tenant, visits, tenant, people])
        return [row[0] for row in cursor.fetchall()]
