"""The demo clinic in the database: made once, found again, and alive at each later start."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from waypost.demo import filing, sign_ins
from waypost.kernel.clock import FixedClock

NOW = datetime(2026, 11, 24, 15, 22, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock():
        yield filing.ensure(patients=60, seed=7, clock=FixedClock(NOW))


def _count(tenant, sql="", *params):
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM records_current WHERE tenant = %s {sql}", [tenant.pk, *params])
        return cursor.fetchone()[0]


def _versions(tenant):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM records_version WHERE tenant = %s", [tenant.pk])
        return cursor.fetchone()[0]


def test_patients_visits_and_sign_ins_are_there(made):
    from waypost.access.models import Account

    assert _count(made, "AND type = 'Patient'") >= 60
    assert _count(made, "AND type = 'Appointment'") > 150
    assert set(Account.objects.filter(tenant=made).values_list("username", flat=True)) == set(sign_ins.ROLES)
    nurse = Account.objects.get(username="nurse")
    assert nurse.check_password(sign_ins.PASSWORD)
    assert nurse.practitioner


def test_a_second_start_changes_nothing(made):
    before = _versions(made)
    filing.ensure(patients=60, seed=7, clock=FixedClock(NOW + timedelta(seconds=20)))
    assert _versions(made) == before


def test_a_half_made_clinic_is_finished(made):
    filing.make(made, 60, "7", now=NOW, progress=lambda _done, _all: None)
    before = _count(made)
    filing.ensure(patients=60, seed=7, clock=FixedClock(NOW + timedelta(seconds=20)))
    assert _count(made) == before


@pytest.mark.parametrize("later", [timedelta(hours=3), timedelta(days=1, hours=2), timedelta(days=9)])
def test_a_later_start_is_alive(made, later):
    now = NOW + later
    filing.ensure(clock=FixedClock(now))
    day = now.replace(hour=5, minute=0)
    today = "AND type = 'Appointment' AND sort_at >= %s AND sort_at < %s AND status = %s"
    done = _count(made, today, day, day + timedelta(days=1), "fulfilled")
    assert done > 3
    assert (
        _count(
            made,
            "AND type = 'Appointment' AND status IN ('booked', 'arrived') AND sort_at < %s",
            now - timedelta(hours=3),
        )
        == 0
    )
    open_ = "AND type = 'Encounter' AND status IN ('arrived', 'triaged', 'in-progress') AND sort_at < %s"
    assert _count(made, open_, now - timedelta(hours=3)) == 0
    assert _count(made, "AND type = 'Appointment' AND sort_at > %s", now + timedelta(days=80)) > 0
