"""What stands where a visit would be made longer: taken times without names, told in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import connection

from waypost.kernel.spans import Span
from waypost.records import tenancy

IN_THE_WAY = (
    "SELECT b.resource, b.starts, b.ends, b.kind, split_part(coalesce(c.code, ''), '|', 2) FROM scheduling_rows(%s, %s, %s, %s) b"
    " LEFT JOIN records_current c ON c.tenant = %s AND c.type = 'Appointment' AND c.id = b.appointment"
    " WHERE b.appointment <> %s AND (b.hold_until IS NULL OR b.hold_until > %s) ORDER BY b.starts, b.resource"
)


@dataclass(frozen=True, slots=True)
class Busy:
    """One booking, and nothing of whose it is."""

    resource: str
    starts: datetime
    ends: datetime
    kind: str  # visit | hold | block
    visit_type: str


def busy(tenant: int, resources: Sequence[str], span: Span, *, but: str, now: datetime) -> list[Busy]:
    """Return what some resources hold within a span, without one visit and without holds that have run out."""
    tenancy.enter(tenant)
    with connection.cursor() as cursor:
        cursor.execute(IN_THE_WAY, [tenant, list(resources), span.start, span.end, tenant, but, now])
        return [Busy(*row) for row in cursor.fetchall()]
