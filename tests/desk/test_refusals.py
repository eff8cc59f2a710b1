"""Pages that need only what is open to all staff ask for no chart: the audit holds a refusal only where someone tried."""

import orjson
import pytest
from django.db import connections

from tests.desk.test_schedule import links, words


@pytest.fixture
def scheduler(desk, clinic):
    return desk("scheduler")


def audited(clinic, action):
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "SELECT content FROM audit_entry WHERE tenant = %s AND action = %s", [clinic.ctx.tenant, action]
        )
        return [orjson.loads(content) for (content,) in cursor.fetchall()]


def test_looking_at_booking_pages_of_a_closed_chart_refuses_nothing(scheduler, clinic):
    patient = clinic.patients[1]
    times = scheduler.get(f"/schedule/times?patient={patient}&visit=echo")
    card = scheduler.get(links(times, "chosen=")[0])
    assert "Who ordered it, and when" in words(card)
    assert scheduler.get(f"/schedule/outside?patient={patient}").status_code == 200
    assert audited(clinic, "refuse") == []
    looks = [one for one in audited(clinic, "read") if one.get("patient") == patient]
    assert looks
    assert audited(clinic, "read-chart") == []


def test_whoever_asks_for_a_closed_chart_is_refused_and_that_is_kept(scheduler, clinic):
    scheduler.get(f"/patients/{clinic.patients[1]}")
    [refusal] = audited(clinic, "refuse")
    assert refusal["patient"] == clinic.patients[1]
