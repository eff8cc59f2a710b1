"""With 40,000 rows in the ledger, what the schedule asks uses an index; as the ordinary role, and inside the functions."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from django.db import connection, connections

from waypost.access import scopes
from waypost.kernel.clock import FixedClock
from waypost.kernel.context import Context, system_actor
from waypost.records import tenancy
from waypost.scheduling import actions, queries
from waypost.scheduling.queries import FindWish

NOW = datetime(2026, 11, 24, 15, 22, tzinfo=UTC)
FILL = """
INSERT INTO scheduling_booking (tenant, appointment, part, resource, starts, ends, shown_starts, shown_ends, kind, lane)
  SELECT %(t)s, 'a' || n, p, CASE p WHEN 0 THEN 'Patient/p' || n %% 5000 ELSE 'Practitioner/c' || n %% 200 END,
         s, s + interval '20 minutes', s, s + interval '20 minutes', 'visit', n / 8000 %% 5
  FROM generate_series(1, 20000) n, generate_series(0, 1) p,
       LATERAL (SELECT timestamptz '2026-11-01' + (n / 200) * interval '30 minutes' AS s) x;
ANALYZE scheduling_booking;
"""
INSIDE = {
    "scheduling_rows": "SELECT b.* FROM unnest(ARRAY['Practitioner/c1', 'Practitioner/c2']) AS x(resource)"
    " JOIN scheduling_booking b ON b.tenant = {t} AND b.resource = x.resource AND b.span && tstzrange({at}, {at} + interval '1 day')",
    "scheduling_take": "SELECT 1 FROM scheduling_booking b WHERE b.tenant = {t} AND b.resource = 'Practitioner/c1'"
    " AND b.span && tstzrange({at}, {at} + interval '1 hour') AND (b.lane = 0 OR b.lane IS NULL OR b.lane >= 1)",
    "scheduling_project": "DELETE FROM scheduling_booking WHERE tenant = {t} AND appointment = ANY (ARRAY['a7'])",
}


@pytest.fixture(scope="module")
def busy(django_db_setup, django_db_blocker):
    """A tenant whose ledger is full; the rows alone."""
    from waypost.access.models import Tenant

    with django_db_blocker.unblock():
        home = Tenant.objects.create(
            slug=f"t{uuid4().hex[:12]}", name="Busy", zone="America/New_York", created=NOW
        )
        with connections["owner"].cursor() as cursor:
            cursor.execute(FILL, {"t": home.pk})
        yield Context(system_actor("test"), home.pk, home.zone, FixedClock(NOW), "cli")


def plan(cursor, statement, values=None) -> str:
    cursor.execute("EXPLAIN " + statement, values)
    return "\n".join(row[0] for row in cursor.fetchall())


def test_finding_asks_nothing_that_reads_the_whole_ledger(busy):
    hours = [{"days": [0, 1, 2, 3, 4], "from": "08:00", "to": "17:00"}]
    body = {"role": "clinician", "name": "Dr", "zone": busy.zone, "site": "Location/s", "weekly": hours}
    actions.save_visit_type(
        busy,
        {
            "code": "talk",
            "name": {"en": "Talk"},
            "minutes": 20,
            "steps": [{"role": "clinician", "minutes": 20}],
        },
    )
    actions.save_calendars(busy, [{**body, "resource": f"Practitioner/c{n}"} for n in range(50)])
    asked = []

    def listen(execute, text, values, many, context):
        asked.append((text, values))
        return execute(text, values, many, context)

    with connection.execute_wrapper(listen):
        queries.find_times(scopes.everything(busy), FindWish("talk", patient="p7"), clock=busy.clock)
    ledger = [(text, values) for text, values in asked if "scheduling_booking" in text]
    assert ledger
    tenancy.enter(busy.tenant)
    with connection.cursor() as cursor:
        for statement, values in ledger:
            assert "Seq Scan" not in plan(cursor, statement, values), statement


@pytest.mark.parametrize("name", INSIDE)
def test_functions_look_things_up_by_index(busy, name):
    at = f"timestamptz '{NOW + timedelta(days=3):%Y-%m-%d %H:%M}+00'"
    with connections["owner"].cursor() as cursor:
        found = plan(cursor, INSIDE[name].format(t=busy.tenant, at=at))
    assert "Seq Scan on scheduling_booking" not in found, found
    assert "Index" in found, found
