"""The record: versions, staleness, undo, deletion, tenancy, audit."""

import pytest
from django.db import ProgrammingError, connection, connections, transaction

from waypost.access import Permission, action, scopes
from waypost.access.problems import ChartClosed, ChartRestricted, NotPermitted
from waypost.audit import queries as audit_queries
from waypost.records import actions, queries, tenancy
from waypost.records.problems import DanglingReference, Gone, IdTaken, NotFound, Stale, StillReferredTo
from waypost.records.wishes import once


@action(Permission.RECORD_FILE)
def file(ctx, resource, **kwargs):
    return actions.file(ctx, resource, **kwargs)


@action(Permission.RECORD_DELETE)
def delete(ctx, type_, id_, **kwargs):
    return actions.delete(ctx, type_, id_, **kwargs)


@action(Permission.UNDO)
def undo(ctx, act):
    return actions.restore(ctx, act)


PATIENT = (
    '{"resourceType":"Patient","name":[{"family":"Castillo","given":["Marisol"]}],"birthDate":"1957-03-12"}'
)


def all_of(ctx):
    return scopes.everything(ctx)


def test_what_is_filed_comes_back_as_it_was_written(context):
    ctx = context()
    text = '{ "resourceType": "Observation", "status": "final", "code": {"text": "A1c"}, "valueQuantity": {"value": 8.40}}'
    made = file(ctx, text)
    read = queries.read(all_of(ctx), "Observation", made.id)
    assert '"value": 8.40' in read.text
    assert read.version == 1
    assert read.resource["meta"]["versionId"] == "1"


def test_each_update_is_a_version_and_the_earlier_ones_stay(context):
    ctx = context()
    made = file(ctx, PATIENT)
    file(ctx, PATIENT.replace("Marisol", "Maria"), id=made.id, expect=1)
    history = queries.history(all_of(ctx), "Patient", made.id)
    assert [v.version for v in history] == [2, 1]
    assert "Marisol" in queries.vread(all_of(ctx), "Patient", made.id, 1).text


def test_an_update_of_what_someone_else_changed_is_refused_whole(context):
    ctx = context()
    made = file(ctx, PATIENT)
    file(ctx, PATIENT, id=made.id, expect=1)
    with pytest.raises(Stale):
        file(ctx, PATIENT, id=made.id, expect=1)
    with pytest.raises(IdTaken):
        file(ctx, PATIENT, id=made.id, expect=0)
    assert queries.read(all_of(ctx), "Patient", made.id).version == 2


def test_deletion_keeps_history_and_can_be_undone(context):
    ctx = context()
    made = file(ctx, PATIENT)
    gone = delete(ctx, "Patient", made.id)
    with pytest.raises(Gone):
        queries.read(all_of(ctx), "Patient", made.id)
    undo(ctx, gone.act)
    assert "Marisol" in queries.read(all_of(ctx), "Patient", made.id).text


def test_undo_takes_back_all_of_an_act_or_nothing(context):
    ctx = context()

    @action(Permission.RECORD_FILE)
    def register(ctx):
        patient = actions.file(ctx, PATIENT)
        actions.file(
            ctx,
            {
                "resourceType": "Flag",
                "status": "active",
                "code": {"text": "Fall risk"},
                "subject": {"reference": patient.reference},
            },
        )
        return patient

    patient = register(ctx)
    undo(ctx, patient.act)
    with pytest.raises(Gone):
        queries.read(all_of(ctx), "Patient", patient.id)
    assert queries.about(all_of(ctx), patient.id, ["Patient", "Flag"]) == []

    second = register(ctx)
    file(ctx, PATIENT, id=second.id, expect=1)
    with pytest.raises(Stale):
        undo(ctx, second.act)


def test_what_others_refer_to_is_not_removed(context):
    ctx = context()
    patient = file(ctx, PATIENT)
    file(
        ctx,
        {
            "resourceType": "Flag",
            "status": "active",
            "code": {"text": "x"},
            "subject": {"reference": patient.reference},
        },
    )
    with pytest.raises(StillReferredTo):
        delete(ctx, "Patient", patient.id)


def test_a_reference_that_leads_nowhere_is_refused_at_the_desk_and_kept_by_an_import(context):
    flag = {
        "resourceType": "Flag",
        "status": "active",
        "code": {"text": "x"},
        "subject": {"reference": "Patient/none"},
    }
    with pytest.raises(DanglingReference):
        file(context(door="web"), flag)
    assert file(context(door="cli"), flag).version == 1


def test_a_wish_sent_twice_gets_its_first_answer(context):
    @action(Permission.RECORD_FILE)
    def wish(ctx, key):
        return once(key, lambda: {"id": actions.file(ctx, PATIENT).id})

    assert wish(context(), "k1") == wish(context(), "k1")
    assert wish(context(), "k2") != wish(context(), "k1")


def test_another_tenants_record_does_not_exist_here(context, new_tenant):
    made = file(context(), PATIENT)
    other = new_tenant("There")
    stranger = context(at=other)
    with pytest.raises(NotFound):
        queries.read(all_of(stranger), "Patient", made.id)
    tenancy.enter(other.pk)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM records_version")
        assert cursor.fetchone() == (0,)
        cursor.execute("SELECT set_config('waypost.tenant', '', false)")
        connection.connection.waypost_tenant = None
        cursor.execute("SELECT count(*) FROM records_version")
        assert cursor.fetchone() == (0,)


def test_history_cannot_be_changed_even_by_the_owner(context):
    file(context(), PATIENT)
    for alias in ("default", "owner"):
        with (
            pytest.raises(ProgrammingError),
            transaction.atomic(using=alias),
            connections[alias].cursor() as cursor,
        ):
            cursor.execute("UPDATE records_version SET body = ''")


def test_a_chart_opens_by_relationship_or_with_a_reason_and_a_restricted_one_not_at_all(context):
    ctx = context()
    patient = file(ctx, PATIENT)
    coordinator = context("coordinator", practitioner="ana", door="web")
    with pytest.raises(ChartClosed):
        scopes.for_patient(coordinator, patient.id)
    scopes.open_chart(coordinator, patient.id, "caller")
    assert scopes.for_patient(coordinator, patient.id).level == "chart"

    second = file(
        ctx, {"resourceType": "Patient", "generalPractitioner": [{"reference": "Practitioner/osei"}]}
    )
    doctor = context("clinician", practitioner="osei", door="web")
    assert scopes.for_patient(doctor, second.id).level == "chart"
    with pytest.raises(ChartClosed):
        scopes.for_patient(doctor, patient.id)

    closed = file(
        ctx,
        {
            "resourceType": "Patient",
            "meta": {
                "security": [
                    {"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "R"}
                ]
            },
        },
    )
    with pytest.raises(ChartRestricted):
        scopes.for_patient(coordinator, closed.id)
    with pytest.raises(NotPermitted):
        scopes.for_patient(context("billing"), patient.id)


def test_every_look_and_change_is_audited_and_tampering_is_found(context, tenant, tmp_path):
    ctx = context()
    made = file(ctx, PATIENT)
    scopes.for_patient(ctx, made.id)
    with pytest.raises(NotPermitted):
        file(context("auditor"), PATIENT)
    anchors = tmp_path / "anchors"
    audit_queries.anchor(anchors, "2026-11-24T15:22:00Z")
    checked, findings = audit_queries.verify(anchors, only=tenant.pk)
    assert checked >= 3
    assert findings == []
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT content FROM audit_entry WHERE tenant = %s ORDER BY seq", [tenant.pk])
        said = [row[0] for row in cursor.fetchall()]
        assert not any("Marisol" in line for line in said)
        cursor.execute("ALTER TABLE audit_entry DISABLE TRIGGER USER")
        cursor.execute(
            "DELETE FROM audit_entry e WHERE tenant = %s AND seq = (SELECT max(seq) FROM audit_entry x"
            " WHERE x.tenant = e.tenant AND x.shard = e.shard)",
            [tenant.pk],
        )
        cursor.execute("ALTER TABLE audit_entry ENABLE TRIGGER USER")
    _, findings = audit_queries.verify(anchors, only=tenant.pk)
    assert {f.reason for f in findings} >= {"tail cut", "anchored entry is gone"}


def test_an_act_that_begins_with_its_write_is_one_act(context):
    ctx = context()

    @action(Permission.RECORD_FILE)
    def begun(ctx):
        made.append(actions.file(ctx, {"resourceType": "Basic", "code": {"text": "kept"}}))
        raise ZeroDivisionError

    made = []
    with pytest.raises(ZeroDivisionError):
        begun(ctx)
    with pytest.raises(NotFound):
        queries.read(all_of(ctx), "Basic", made[0].id)
