"""The worklist on a real database: its order in SQL agrees with the rule, and acts on it keep everything."""

import random
from datetime import timedelta

import pytest

from waypost.access import scopes
from waypost.access.problems import NotPermitted
from waypost.coordination import problems
from waypost.coordination.undo import undo_act
from waypost.coordination.worklist import actions, queries, ranking
from waypost.coordination.worklist.kinds import KINDS, LANE_CODES, kind_of
from waypost.coordination.worklist.ranking import Moment
from waypost.records import actions as records
from waypost.records import queries as kept
from waypost.records.acts import act
from waypost.records.problems import Stale
from waypost.records.versions import Filing

ME, POOL = "ruiz", "coordinators"


def iso(at):
    return at.isoformat().replace("+00:00", "Z")


def task(ctx, id, kind="book", *, due=None, owner=ME, pool="", lane="", priority="routine", patient="p1", authored=None):
    made = {
        "resourceType": "Task", "id": id, "status": "requested", "intent": "order", "priority": priority,
        "code": {"coding": [{"system": "urn:waypost:task", "code": kind}]}, "description": f"Do {id}",
        "for": {"reference": f"Patient/{patient}"}, "authoredOn": iso(authored or ctx.now - timedelta(days=3)),
    }  # fmt: skip
    if due:
        made["restriction"] = {"period": {"end": iso(due)}}
    if owner:
        made["owner"] = {"reference": f"Practitioner/{owner}"}
    if pool:
        made["performerType"] = [{"coding": [{"system": "urn:waypost:pool", "code": pool}]}]
    if lane:
        made["extension"] = [{"url": "urn:waypost:extension:lane", "valueCode": lane}]
    return made


@pytest.fixture
def keep(context):
    def file(*resources):
        with act(context()) as running:
            return records.file_many(running.ctx, [Filing(one, one["resourceType"], one["id"]) for one in resources])

    return file


@pytest.fixture
def coordinator(context, keep):
    keep({"resourceType": "Patient", "id": "p1", "name": [{"family": "Brandt"}]},
         {"resourceType": "Practitioner", "id": ME}, {"resourceType": "Practitioner", "id": "pavel"})  # fmt: skip
    return context("coordinator", practitioner=ME, door="web")


def read(ctx, view="mine", here=(), **more):
    found = queries.listed(scopes.for_staff(ctx), view, Moment(ctx.now, ctx.zone), (POOL,), here=here, **more)
    return [one.version.id for one in found]


def standing(ctx, one):
    return kept.read(scopes.for_staff(ctx), "Task", one).resource


def test_the_order_in_sql_is_the_order_of_the_rule(coordinator, keep):
    chance = random.Random(20261124)
    made = []
    for n in range(400):
        due = coordinator.now + timedelta(hours=chance.randrange(-60, 24 * 12)) if chance.random() < 0.9 else None
        made.append(task(
            coordinator, f"t{n:03}", due=due, lane=chance.choice(list(LANE_CODES)), patient=f"p{chance.randrange(2, 60)}",
            priority=chance.choice(ranking.PRIORITIES), authored=coordinator.now - timedelta(hours=chance.randrange(6)),
        ))  # fmt: skip
    keep(*made)
    here = [f"p{n}" for n in range(2, 60, 5)]
    at = Moment(coordinator.now, coordinator.zone)
    found = queries.listed(scopes.for_staff(coordinator), "mine", at, (POOL,), here=here, count=400)
    assert len(found) == 400
    assert [one.standing for one in found] == ranking.in_order([one.standing for one in found], at)
    assert len({ranking.key(one.standing, at) for one in found}) == 400
    pages = [read(coordinator, here=here, count=50, skip=skip) for skip in range(0, 400, 50)]
    assert [id for page in pages for id in page] == [one.version.id for one in found]


def test_work_is_divided_into_mine_the_teams_and_nobodys(coordinator, keep):
    keep(task(coordinator, "mine"), task(coordinator, "theirs", owner="pavel", pool=POOL), task(coordinator, "free", owner="", pool=POOL),
         task(coordinator, "nurses", owner="", pool="nurses"), task(coordinator, "ride", "ride", owner="", pool=POOL))  # fmt: skip
    assert read(coordinator) == ["mine"]
    assert set(read(coordinator, "team")) == {"mine", "theirs", "free"}
    assert read(coordinator, "unclaimed") == ["free"]
    counts = queries.counts(scopes.for_staff(coordinator), Moment(coordinator.now, coordinator.zone), (POOL,))
    assert counts == {"mine": 1, "team": 3, "unclaimed": 1, "watching": 0, "snoozed": 0, "blocked": 0, "escalated": 0, "late": 0, "today": 0}


def test_a_long_list_is_counted_no_further_than_is_said(coordinator, keep, monkeypatch):
    monkeypatch.setattr(queries, "COUNT_MAX", 5)
    keep(*(task(coordinator, f"t{n}", due=coordinator.now - timedelta(hours=n)) for n in range(9)), task(coordinator, "free", owner="", pool=POOL))
    counts = queries.counts(scopes.for_staff(coordinator), Moment(coordinator.now, coordinator.zone), (POOL,), views=["mine", "unclaimed"])
    assert counts == {"mine": 6, "team": 0, "unclaimed": 1, "watching": 0, "snoozed": 0, "blocked": 0, "escalated": 0, "late": 6, "today": 0}


def test_work_is_claimed_and_given_and_handed_over_with_a_note(coordinator, keep):
    keep(task(coordinator, "free", owner="", pool=POOL))
    actions.claim(coordinator, [("free", 1)])
    assert read(coordinator) == ["free"]
    actions.assign(coordinator, [("free", 2)], "pavel", "Pavel")
    assert read(coordinator) == []
    actions.hand_over(coordinator, [("free", 3)], "nurses", "Asks about the dose")
    made = standing(coordinator, "free")
    assert "owner" not in made
    assert made["note"][0]["text"] == "Asks about the dose"
    assert made["performerType"][0]["coding"][0]["code"] == "nurses"


def test_two_people_cannot_claim_the_same_work(coordinator, context, keep):
    keep(task(coordinator, "free", owner="", pool=POOL))
    actions.claim(coordinator, [("free", 1)])
    with pytest.raises(Stale):
        actions.claim(context("coordinator", practitioner="pavel", door="web"), [("free", 1)])


def test_snoozed_work_sleeps_and_wakes_by_itself(coordinator, keep, clock):
    keep(task(coordinator, "later"))
    with pytest.raises(problems.SnoozeNeedsReason):
        actions.snooze(coordinator, [("later", 1)], coordinator.now + timedelta(days=1), " ")
    actions.snooze(coordinator, [("later", 1)], coordinator.now + timedelta(days=1), "Waits for the payer")
    assert read(coordinator) == []
    assert read(coordinator, "snoozed") == ["later"]
    tomorrow = Moment(coordinator.now + timedelta(days=1, minutes=1), coordinator.zone)
    assert [one.version.id for one in queries.listed(scopes.for_staff(coordinator), "mine", tomorrow, (POOL,), here=())] == ["later"]
    actions.wake(coordinator, [("later", 2)])
    assert read(coordinator) == ["later"]


def test_work_ends_with_an_outcome_and_the_act_can_be_undone(coordinator, keep):
    keep(task(coordinator, "book"), task(coordinator, "other"))
    with pytest.raises(problems.OutcomeNeeded):
        actions.complete(coordinator, [("book", 1)], "")
    done = actions.complete(coordinator, [("book", 1), ("other", 1)], "booked", "Thursday")
    assert read(coordinator) == []
    assert standing(coordinator, "book")["output"][0]["valueCodeableConcept"]["text"] == "Booked. Thursday"
    with pytest.raises(problems.WorkEnded):
        actions.complete(coordinator, [("book", 2)], "booked")
    undo_act(coordinator, done[0].act)
    assert read(coordinator) == ["book", "other"]
    assert "output" not in standing(coordinator, "book")


def test_of_a_batch_all_or_none_is_done(coordinator, keep):
    keep(task(coordinator, "one"), task(coordinator, "two"))
    actions.complete(coordinator, [("two", 1)], "booked")
    with pytest.raises(problems.WorkEnded):
        actions.complete(coordinator, [("one", 1), ("two", 1)], "booked")
    assert read(coordinator) == ["one"]


def test_a_clerk_does_not_close_a_nurses_call(coordinator, context, keep):
    keep(task(coordinator, "result", "result"))
    with pytest.raises(problems.WorkForLicensed):
        actions.complete(coordinator, [("result", 1)], "reached")
    nurse = context("nurse", practitioner="kim", door="web")
    actions.complete(nurse, [("result", 1)], "reached")
    assert standing(coordinator, "result")["status"] == "completed"


def test_an_auditor_works_no_tasks(context, coordinator, keep):
    keep(task(coordinator, "one"))
    with pytest.raises(NotPermitted):
        actions.claim(context("auditor", practitioner="a", door="web"), [("one", 1)])


def test_watched_work_is_seen_until_it_is_no_longer_watched(coordinator, keep):
    keep(task(coordinator, "theirs", owner="pavel"))
    actions.watch(coordinator, [("theirs", 1)])
    assert read(coordinator, "watching") == ["theirs"]
    actions.watch(coordinator, [("theirs", 2)], on=False)
    assert read(coordinator, "watching") == []
    assert "extension" not in standing(coordinator, "theirs")


def test_every_kind_of_work_ends_in_some_way(clock):
    assert all(kind.outcomes for kind in KINDS)
    assert kind_of("no-such-kind", clock.now().date()).outcomes


def test_a_rebuild_finds_the_rows_as_they_are(coordinator, keep, context):
    from waypost.records import rebuilding

    keep(task(coordinator, "one", due=coordinator.now), task(coordinator, "two", owner="", pool=POOL))
    actions.complete(coordinator, [("one", 1)], "booked")
    assert rebuilding.check(scopes.everything(context())) == []


def test_whoever_ends_the_search_for_a_time_takes_the_visit_off_the_waitlist(coordinator, keep):
    keep({"resourceType": "Appointment", "id": "wanted", "status": "waitlist",
          "participant": [{"actor": {"reference": "Patient/p1"}, "status": "accepted"}]},
         {**task(coordinator, "wait", "waitlist"), "focus": {"reference": "Appointment/wanted"}})  # fmt: skip
    done = actions.complete(coordinator, [("wait", 1)], "declined", "Goes elsewhere")
    visit = kept.read(scopes.for_staff(coordinator), "Appointment", "wanted").resource
    assert (visit["status"], visit["cancelationReason"]["text"]) == ("cancelled", "Patient declined. Goes elsewhere")
    undo_act(coordinator, done[0].act)
    assert kept.read(scopes.for_staff(coordinator), "Appointment", "wanted").resource["status"] == "waitlist"
