"""Random histories, pure: after every event what is owed has an item, what is gone has none, all of it has an owner or pool."""

import os
from random import Random

import pytest
from tests.histories.oracle import Oracle
from tests.histories.pure import Engine, said_of
from tests.histories.world import World

from waypost.coordination.worklist import reading

EVENTS = int(os.environ.get("WAYPOST_HISTORY_EVENTS", "40000"))  # half a minute; `make soak` plays a million
SEEDS = 25
SOAK_SEEDS, SOAK_EVENTS = (
    400,
    2_500,
)  # a million; each ends within 2027, the last year whose holidays the oracle knows
REBUILT_EVERY = 200  # events between two comparisons with a full rebuild
FORGET = (
    150  # events after which every record begins anew, so that a long history stays as quick as a short one
)


@pytest.mark.parametrize("seed", range(SEEDS))
def test_random_histories_leave_nothing_unowned_owed_or_gone(seed):
    _play(seed, EVENTS // SEEDS)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(1_000, 1_000 + SOAK_SEEDS))
def test_a_million_events_leave_nothing_unowned_owed_or_gone(seed):
    _play(seed, SOAK_EVENTS)


def _play(seed, events):
    world = World(seed)
    engine, rng = Engine(world), Random(f"{seed}:people")
    for who in world.held:
        engine.look(who)
    for number in range(events):
        touched = _happens(world, engine, rng)
        for who in touched:
            engine.look(who)
            _check(world, engine, who, seed, number)
        if number % REBUILT_EVERY == 0:
            for who in world.held:
                _check(world, engine, who, seed, number)
                _check_rebuilt(engine, who, seed, number)
        if number % FORGET == FORGET - 1:
            _forget(world, engine)


def _happens(world, engine, rng):
    if rng.random() < 0.1:
        who = rng.choice(sorted(world.held))
        engine.a_person_acts(who, rng)
        return [who]
    event = world.event()
    return [event[0]] if event else engine.due()


def _check(world, engine, who, seed, number):
    where = f"seed {seed}, event {number}, {who}, {world.now}"
    standing = engine.standing(who)
    owed = Oracle(world.held[who], who, world.now).owed()
    assert not standing["open"] - owed, f"{where}: the fact is gone: {standing['open'] - owed}"
    assert not owed - standing["open"] - standing["ended"], (
        f"{where}: owed without an item: {owed - standing['open'] - standing['ended']}"
    )
    for task in engine.tasks[who].values():
        assert task["status"] not in reading.OPEN or task.get("owner") or task.get("performerType"), where
        assert task["status"] != "cancelled" or task["statusReason"]["text"], where


def _check_rebuilt(engine, who, seed, number):
    kept = {id_: said_of(t) for id_, t in engine.tasks[who].items() if t["status"] in reading.OPEN}
    assert kept == engine.rebuilt(who), f"seed {seed}, event {number}, {who}"


def _forget(world, engine):
    """Begin each record anew, so that a long history stays as quick as a short one."""
    for who in world.held:
        world.held[who] = {
            key: r for key, r in world.held[who].items() if key[0] in {"Patient", "CareTeam", "RelatedPerson"}
        }
        engine.tasks[who] = {}
        engine.look(who)
