"""What stands on a board: one query, whatever the number of columns."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from waypost.kernel.scope import Scope
from waypost.records import tenancy

# Patients are named as the person index names them; of a group the first, and how many more. Requests are Tasks that
# focus on the visit (an interpreter, a ride). The text of an appointment is read only where it is kept-free time.
BOARD = """
SELECT b.resource, b.appointment, b.shown_starts, b.shown_ends, b.starts, b.ends, b.kind, b.lane, c.status, c.code,
       CASE WHEN b.kind = 'block' THEN v.body::jsonb ->> 'description' END,
       others.patients, others.rest, person.name, person.born, person.language, person.died, requests.kinds
FROM scheduling_rows(%(tenant)s, %(resources)s, %(since)s, %(until)s) b
JOIN records_current c ON c.tenant = b.tenant AND c.type = 'Appointment' AND c.id = b.appointment
LEFT JOIN records_version v ON b.kind = 'block' AND v.tenant = b.tenant AND v.type = 'Appointment' AND v.id = b.appointment
  AND v.version = c.version
LEFT JOIN LATERAL (
  SELECT array_agg(substr(o.resource, 9)) FILTER (WHERE o.resource LIKE 'Patient/%%') AS patients,
         array_agg(o.resource ORDER BY o.part) FILTER (WHERE o.resource NOT LIKE 'Patient/%%' AND o.resource <> b.resource) AS rest
  FROM scheduling_booking o WHERE o.tenant = b.tenant AND o.appointment = b.appointment) others ON true
LEFT JOIN registry_person person ON person.tenant = b.tenant AND person.id = others.patients[1]
LEFT JOIN LATERAL (
  SELECT array_agg(DISTINCT split_part(t.code, '|', 2) || ':' || t.status) AS kinds FROM records_ref r
  JOIN records_current t ON t.tenant = r.tenant AND t.type = 'Task' AND t.id = r.id AND NOT t.deleted
  WHERE b.kind = 'visit' AND r.tenant = b.tenant AND left(r.target, 500) = 'Appointment/' || b.appointment
    AND r.type = 'Task' AND r.param = 'focus') requests ON true
WHERE b.hold_until IS NULL OR b.hold_until > %(now)s
ORDER BY b.resource, b.starts
"""


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
    language: str
    died: bool
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
    *plain, status, code, reason, patients, rest, name, born, language, died, requests = values
    asked = tuple(tuple(str(one).split(":", 1)) for one in requests or ())  # type: ignore[attr-defined]
    return BoardRow(
        *plain, status or "", code or "", reason or "", tuple(patients or ()), tuple(rest or ()), name or "", born,  # type: ignore[arg-type, misc]
        language or "", bool(died), asked,
    )  # fmt: skip


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
