"""Random histories through the database: what the real engine leaves open is what the oracle says is owed, and a rebuild agrees."""

import os
from random import Random

import pytest
from tests.actions.test_rules_engine import keep as keep_fixture
from tests.actions.test_rules_engine import work
from tests.histories.oracle import Oracle
from tests.histories.pure import said_of
from tests.histories.world import BEGINS, TYPES, World

from waypost.access import scopes
from waypost.coordination.worklist import actions, reading
from waypost.coordination.worklist.engine import looks, running
from waypost.coordination.worklist.rules.shapes import key_of
from waypost.coordination.worklist.rules.table import code_of
from waypost.kernel.clock import FixedClock
from waypost.kernel.context import Context, system_actor
from waypost.records import queries, rebuilding
from waypost.scheduling import actions as scheduling

keep = keep_fixture
EVENTS = int(os.environ.get("WAYPOST_HISTORY_EVENTS_DB", "1000"))  # twenty seconds; `make soak` plays fifty thousand
SOAK_EVENTS = 50_000
BATCH = 10  # events between two looks of the engine
CHECKED_EVERY = 20  # batches between two checks of everybody


@pytest.fixture
def clock():
    return FixedClock(BEGINS)


def test_a_history_through_the_database_leaves_nothing_unowned_owed_or_gone(context, keep, tenant, clock):
    _play(context, keep, tenant, clock, seed=1, events=EVENTS)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(100, 110))
def test_long_histories_through_the_database(context, keep, tenant, clock, seed):
    _play(context, keep, tenant, clock, seed=seed, events=SOAK_EVENTS // 10)


def _play(context, keep, tenant, clock, *, seed, events):
    world, rng = World(seed, patients=20, prefix=f"s{seed}p"), Random(f"{seed}:people")
    engine = Context(system_actor("rules"), tenant.pk, tenant.zone, clock, "worker")
    _furnish(context, keep, world)
    for number in range(events // BATCH):
        filed = {}
        for _ in range(BATCH):
            event = world.event()
            if event:
                filed[event[1]["resourceType"], event[1]["id"]] = event[1]
        clock.advance(world.now - clock.now())
        keep(*filed.values())
        _a_person_acts(context, rng)
        running.catch_up(engine)
        if number % CHECKED_EVERY == 0:
            _check(context, world, f"seed {seed}, batch {number}")
    before = {t["id"]: said_of(t) for t in work(context()) if t["status"] in reading.OPEN}
    with running.following.connection.cursor() as cursor:
        cursor.execute("DELETE FROM coordination_look WHERE tenant = %s", [tenant.pk])
    looks.everyone(scopes.everything(context()), clock.now())
    assert running.catch_up(engine) == 0, "a sweep of everybody finds nothing to mend"
    assert before == {t["id"]: said_of(t) for t in work(context()) if t["status"] in reading.OPEN}
    assert rebuilding.check(scopes.everything(context())) == []


def _furnish(context, keep, world):
    visit_types = [
        {"code": code, "name": {"en": code}, "department": "Cardiology", "minutes": 20, "preparation": body.get("preparation", {}),
         "order_required": body["order_required"], "steps": [{"role": "clinician", "can": ["cardiology"], "start": 0, "minutes": 20}]}
        for code, body in TYPES.items()
    ]  # fmt: skip
    scheduling.save_visit_types(context(), visit_types)
    keep({"resourceType": "Practitioner", "id": "ruiz"}, {"resourceType": "Practitioner", "id": "kim"},
         *(record["Patient", who] for who, record in world.held.items()))  # fmt: skip


def _a_person_acts(context, rng):
    open_ones = sorted(t["id"] for t in work(context()) if t["status"] in reading.OPEN)
    if not open_ones or rng.random() < 0.5:
        return
    nurse, one = context("nurse", practitioner="kim", door="web"), rng.choice(open_ones)
    if rng.random() < 0.5:
        actions.claim(nurse, [(one, None)])
        return
    task = queries.read(scopes.for_staff(nurse), "Task", one).resource
    actions.complete(nurse, [(one, None)], actions.kind_of_task(nurse, task).outcomes[0].code)


def _check(context, world, where):
    tasks = work(context())
    scope = scopes.everything(context())
    for who, record in world.held.items():
        mine = [t for t in tasks if t.get("for", {}).get("reference") == f"Patient/{who}"]
        standing = {(code_of(t), key_of(t)) for t in mine if t["status"] in reading.OPEN}
        ended = {(code_of(t), key_of(t)) for t in mine if t["status"] == "completed"}
        now = queries.read(scope, "Patient", who)
        team = queries.read_or_none(scope, "CareTeam", f"{who}-team")
        record = {**record, ("Patient", who): now.resource, **({("CareTeam", team.id): team.resource} if team else {})}
        owed = Oracle(record, who, world.now).owed()
        assert not standing - owed, f"{where}, {who}: the fact is gone: {standing - owed}"
        assert not owed - standing - ended, f"{where}, {who}: owed without an item: {owed - standing - ended}"
        assert all(t.get("owner") or t.get("performerType") for t in mine), where
