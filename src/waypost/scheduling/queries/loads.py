"""How full days are: one query for a month of any number of calendars; nobody's name is read."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from waypost.kernel.scope import Scope
from waypost.kernel.spans import Span
from waypost.records import tenancy

# Visits and holds are summed by day and resource, and by day alone, where one visit counts once. Time kept free may last
# for weeks and comes as it is.
LOADS = """
WITH here AS MATERIALIZED (
  SELECT b.resource, b.appointment, b.kind, b.starts, b.ends, (b.starts AT TIME ZONE %(zone)s)::date AS day
  FROM scheduling_rows(%(tenant)s, %(resources)s, %(since)s, %(until)s) b
  WHERE b.hold_until IS NULL OR b.hold_until > %(now)s
)
SELECT resource, day, NULL::timestamptz, NULL::timestamptz, sum(extract(epoch FROM ends - starts)) / 60,
       count(DISTINCT appointment) FILTER (WHERE kind = 'visit'), count(DISTINCT appointment) FILTER (WHERE kind = 'hold')
FROM here WHERE kind <> 'block' GROUP BY GROUPING SETS ((day), (resource, day))
UNION ALL
SELECT resource, day, starts, ends, 0, 0, 0 FROM here WHERE kind = 'block'
"""


@dataclass(frozen=True, slots=True)
class Load:
    """What is booked on one local day: minutes with set-up and clean-up, visits and holds."""

    minutes: int = 0
    visits: int = 0
    holds: int = 0


@dataclass(frozen=True, slots=True)
class Loads:
    by_day: dict[date, Load]
    by_calendar: dict[tuple[str, date], Load]
    kept_free: dict[str, list[Span]]


def loads(scope: Scope, resources: Sequence[str], since: datetime, until: datetime, *, zone: str, now: datetime) -> Loads:
    """Return what is booked between two instants, by local day; holds that have run out are gone."""
    tenancy.enter(scope.tenant)
    found = Loads({}, {}, {})
    with connection.cursor() as cursor:
        cursor.execute(LOADS, {"tenant": scope.tenant, "resources": list(resources), "since": since, "until": until, "zone": zone, "now": now})
        for resource, day, starts, ends, minutes, visits, holds in cursor.fetchall():
            if starts is not None:
                found.kept_free.setdefault(resource, []).append(Span(starts, ends))
            elif resource is None:
                found.by_day[day] = Load(round(minutes), visits, holds)
            else:
                found.by_calendar[resource, day] = Load(round(minutes), visits, holds)
    return found
