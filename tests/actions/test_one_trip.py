"""What is sent together is kept together, or not at all; what the database refuses keeps its name."""

import pytest
from django.db import connection

from waypost.access import Permission, action
from waypost.records import actions, prepared, queries
from waypost.records.problems import NotFound, Stale
from waypost.registry.problems import MrnTaken

NUMBERED = {"resourceType": "Patient", "identifier": [{"system": "urn:waypost:mrn", "value": "004182"}]}
PATIENT = '{"resourceType":"Patient","name":[{"family":"Castillo"}]}'


@action(Permission.RECORD_FILE)
def file(ctx, *resources):
    return [actions.file(ctx, one) for one in resources]


@action(Permission.RECORD_FILE)
def file_last(ctx, text, fail=None):
    made = actions.file_last(ctx, text)
    if fail:
        raise fail
    return made


def read(ctx, version):
    from waypost.access import scopes

    return queries.read(scopes.for_resource(ctx, version.type, version.id), version.type, version.id)


def idle():
    return connection.connection.pgconn.transaction_status == 0 and not getattr(prepared._mine, "waiting", None)


def test_a_refused_number_takes_its_version_with_it(context):
    ctx = context("records")
    file(ctx, NUMBERED)
    with pytest.raises(MrnTaken):
        file(ctx, {**NUMBERED, "id": "second"})
    with pytest.raises(NotFound):
        read(ctx, type("V", (), {"type": "Patient", "id": "second"}))
    assert idle()


def test_what_is_filed_last_is_kept_with_the_commit(context):
    ctx = context("records")
    made = file_last(ctx, PATIENT)
    assert idle()
    assert read(ctx, made).text == made.text


def test_a_refusal_of_what_is_filed_last_is_met_when_the_act_ends(context):
    import json

    ctx = context("records")
    file(ctx, NUMBERED)
    with pytest.raises(MrnTaken):
        file_last(ctx, json.dumps(NUMBERED))
    assert idle()
    assert read(ctx, file_last(ctx, PATIENT)).version == 1


def test_an_act_that_fails_after_its_last_filing_keeps_nothing(context):
    ctx = context("records")
    with pytest.raises(Stale):
        file_last(ctx, PATIENT.replace('"name"', '"id":"gone","name"'), fail=Stale())
    assert idle()
    with pytest.raises(NotFound):
        read(ctx, type("V", (), {"type": "Patient", "id": "gone"}))


def test_within_another_act_the_last_is_not_left_to_the_commit(context):
    ctx = context("records")

    @action(Permission.RECORD_FILE)
    def outer(ctx):
        made = file_last(ctx, PATIENT)
        return made, read(ctx, made)

    made, seen = outer(ctx)
    assert seen.text == made.text


def test_statements_that_wait_run_ahead_of_the_next_that_is_waited_for(database):
    from django.db import transaction

    with transaction.atomic(), prepared.gathered():
        prepared.soon("SELECT set_config('waypost.trip', %s, true)", ["out"])
        prepared.soon("SELECT set_config('waypost.trip', %s, true)", ["home"])
        assert prepared.rows("SELECT current_setting('waypost.trip')", []) == [("home",)]
