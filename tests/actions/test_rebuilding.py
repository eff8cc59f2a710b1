"""A rebuild derives the same rows; a planted difference in any table is found and mended."""

import pytest
from django.db import connection, connections
from tests import small_clinic

from waypost.access import Permission, action, scopes
from waypost.records import actions, rebuilding, tenancy
from waypost.scheduling import actions as scheduling
from waypost.scheduling.actions import VisitWish

RESOURCES = [
    {
        "resourceType": "Patient",
        "id": "p1",
        "name": [{"family": "Ruiz", "given": ["Ana"]}],
        "birthDate": "1980-02-03",
        "generalPractitioner": [{"reference": "Practitioner/osei"}],
        "meta": {
            "security": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}]
        },
    },
    {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "4548-4"}]},
        "subject": {"reference": "Patient/p1"},
        "effectiveDateTime": "2026-09-02",
        "valueQuantity": {"value": 8.4, "unit": "%"},
    },
    {
        "resourceType": "CareTeam",
        "id": "c1",
        "status": "active",
        "subject": {"reference": "Patient/p1"},
        "participant": [{"member": {"reference": "Practitioner/lind"}}],
    },
    {
        "resourceType": "Flag",
        "id": "f1",
        "status": "active",
        "code": {"text": "x"},
        "subject": {"reference": "Patient/p1"},
    },
]


@pytest.fixture
def filed(context):
    ctx = context()

    @action(Permission.RECORD_FILE)
    def file(ctx, resource):
        return actions.file(ctx, resource)

    @action(Permission.RECORD_DELETE)
    def delete(ctx, type_, id_):
        return actions.delete(ctx, type_, id_)

    for resource in RESOURCES:
        file(ctx, resource)
    file(ctx, RESOURCES[0] | {"birthDate": "1980-02-04"})
    delete(ctx, "Flag", "f1")
    return ctx


def test_a_rebuild_finds_nothing_to_mend(filed):
    assert rebuilding.check(scopes.everything(filed)) == []


def test_a_planted_difference_in_each_table_is_found_and_mended(filed):
    with connections["owner"].cursor() as cursor:
        for table in rebuilding.tables():
            cursor.execute(f"SELECT count(*) FROM {table} WHERE tenant = %s", [filed.tenant])
            if cursor.fetchone()[0] == 0:
                continue
            cursor.execute(
                f"DELETE FROM {table} WHERE ctid = (SELECT min(ctid) FROM {table} WHERE tenant = %s)",
                [filed.tenant],
            )
            found = rebuilding.check(scopes.everything(filed))
            assert [(one.table, one.missing) for one in found] == [(table, 1)]
            rebuilding.rebuild(scopes.everything(filed))
            assert rebuilding.check(scopes.everything(filed)) == []


def test_a_row_too_many_is_found_and_removed(filed):
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO records_token SELECT * FROM records_token WHERE tenant = %s LIMIT 1", [filed.tenant]
        )
    found = rebuilding.rebuild(scopes.everything(filed))
    assert [(one.table, one.missing, one.extra) for one in found] == [("records_token", 0, 1)]
    assert rebuilding.check(scopes.everything(filed)) == []


def test_the_booking_ledger_is_rebuilt_and_the_processes_are_told(context):
    clinic = small_clinic.make(context())
    made = scheduling.book(clinic.ctx, VisitWish("echo", small_clinic.at(9), (clinic.person(0),)))
    everything = scopes.everything(clinic.ctx)
    assert rebuilding.check(everything) == []

    def held_and_told():
        tenancy.enter(clinic.ctx.tenant)
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM scheduling_booking WHERE appointment = %s", [made.id])
            held = cursor.fetchone()[0]
            cursor.execute("SELECT max(n) FROM scheduling_change")
            return held, cursor.fetchone()[0]

    before = held_and_told()
    with connections["owner"].cursor() as cursor:
        cursor.execute("DELETE FROM scheduling_booking WHERE appointment = %s AND resource LIKE 'Device/%%'", [made.id])
    found = rebuilding.check(everything)
    assert [(one.table, one.missing, one.extra) for one in found] == [("scheduling_booking", 1, 0)]
    assert held_and_told() == (before[0] - 1, before[1])
    rebuilding.rebuild(everything)
    held, told = held_and_told()
    assert held == before[0]
    assert told > before[1]
    assert rebuilding.check(everything) == []
