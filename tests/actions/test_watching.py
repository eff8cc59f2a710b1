"""Watching: every version is told once, as soon as it is committed, however late that is."""

import psycopg
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from waypost.access import Permission, action
from waypost.records import actions as records
from waypost.records import watching

TYPES = ["Basic"]
INSERT = (
    "INSERT INTO records_version (tenant, type, id, version, at, actor, act, body, hash)"
    " VALUES (%s, %s, %s, 1, now(), 'test', gen_random_uuid(), '{}', '')"
)


@action(Permission.RECORD_FILE)
def file(ctx, id_, **more):
    return records.file(ctx, {"resourceType": "Basic", "id": id_, "code": {"text": "x"}, **more})


@pytest.fixture
def other(cluster, database):
    """A second connection as the ordinary role, in whatever transaction a test opens."""
    parameters = connection.get_connection_params()
    parameters = {
        name: parameters[name]
        for name in ("dbname", "user", "password", "host", "port")
        if name in parameters
    }
    with psycopg.connect(**parameters) as line:
        yield line


def begun(line, tenant, *ids, kind="Basic"):
    line.execute("SELECT set_config('waypost.tenant', %s, false)", [str(tenant)])
    for id_ in ids:
        line.execute(INSERT, [tenant, kind, id_])


def told(look):
    return sorted(change.id for change in look.changes)


def test_what_is_filed_is_told_once_with_what_it_follows(context, tenant):
    file(context(), "before")
    look = watching.look(tenant.pk, watching.begin(), TYPES)
    assert told(look) == []
    file(context(), "a")
    file(context(), "a", language="en")
    look = watching.look(tenant.pk, look.snapshot, TYPES)
    assert [(one.version, one.before.get("language"), one.after.get("language")) for one in look.changes] == [
        (1, None, None), (2, None, "en")]  # fmt: skip
    assert told(watching.look(tenant.pk, look.snapshot, TYPES)) == []


def test_a_transaction_that_began_earlier_and_ends_later_is_not_missed(context, tenant, other):
    snapshot = watching.begin()
    begun(other, tenant.pk, "slow")
    file(context(), "quick")
    look = watching.look(tenant.pk, snapshot, TYPES)
    assert told(look) == ["quick"]
    other.commit()
    look = watching.look(tenant.pk, look.snapshot, TYPES)
    assert told(look) == ["slow"]
    assert told(watching.look(tenant.pk, look.snapshot, TYPES)) == []


def test_one_that_ran_when_the_watch_began_is_told_when_it_ends_long_after(context, tenant, other):
    begun(other, tenant.pk, "older")
    look = watching.Look(watching.begin())
    for n in range(5):
        file(context(), f"n{n}")
        look = watching.look(tenant.pk, look.snapshot, TYPES)
        assert told(look) == [f"n{n}"]
    begun(other, tenant.pk, "oldest-too")
    other.commit()
    look = watching.look(tenant.pk, look.snapshot, TYPES)
    assert told(look) == ["older", "oldest-too"]
    assert told(watching.look(tenant.pk, look.snapshot, TYPES)) == []


def test_what_was_rolled_back_is_not_told(context, tenant, other):
    snapshot = watching.begin()
    begun(other, tenant.pk, "never")
    look = watching.look(tenant.pk, snapshot, TYPES)
    other.rollback()
    assert told(watching.look(tenant.pk, look.snapshot, TYPES)) == []


def test_another_tenant_and_other_types_are_not_told(context, tenant, new_tenant, other):
    stranger = new_tenant()
    snapshot = watching.begin()
    begun(other, stranger.pk, "theirs")
    other.commit()
    begun(other, tenant.pk, "list", kind="List")
    other.commit()
    assert told(watching.look(tenant.pk, snapshot, TYPES)) == []


def test_too_many_are_not_told_one_by_one(context, tenant, other):
    snapshot = watching.begin()
    begun(other, tenant.pk, *(f"x{n}" for n in range(watching.CHANGES_MAX + 5)))
    other.commit()
    look = watching.look(tenant.pk, snapshot, TYPES)
    assert look.too_many
    assert told(watching.look(tenant.pk, look.snapshot, TYPES)) == []


def test_a_look_reads_only_what_is_new(context, tenant):
    """As the ordinary role, under row-level security: what has long been committed is not read through."""
    file(context(), "a")
    snapshot = watching.begin()
    with CaptureQueriesContext(connection) as asked:
        watching.look(tenant.pk, snapshot, TYPES)
    with connection.cursor() as cursor:
        cursor.execute("SET enable_seqscan = off")
        cursor.execute(f"EXPLAIN {asked.captured_queries[-1]['sql']}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
        cursor.execute("RESET enable_seqscan")
    conditions = [line for line in plan.splitlines() if "Index Cond" in line and "xact" in line]
    assert len(conditions) == 2, plan
