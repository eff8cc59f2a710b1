"""Rules on a real database: a fact becomes work, and its end ends the work; once, whoever runs beside."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import connection
from tests import small_clinic

from waypost.access import scopes
from waypost.coordination.worklist import actions
from waypost.coordination.worklist.engine import failures, running
from waypost.kernel.context import Context, system_actor
from waypost.records import actions as records
from waypost.records import queries
from waypost.records.acts import act
from waypost.records.versions import Filing


@pytest.fixture
def clinic(context, keep):
    """A small clinic whose patients have all details on record."""
    made = small_clinic.make(context())
    for id_ in made.patients:
        person = queries.read(scopes.everything(context()), "Patient", id_).resource
        keep({**person, "telecom": [{"system": "phone", "value": "2025550142"}], "address": [{"line": ["1 Main St"], "city": "Washington"}],
              "communication": [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "en"}]}, "preferred": True}]})  # fmt: skip
    return made


@pytest.fixture
def rules(tenant, clock):
    """Run the rules until nothing is left to do, and return how many Tasks were filed."""
    ctx = Context(system_actor("rules"), tenant.pk, tenant.zone, clock, "worker")
    return lambda: running.catch_up(ctx)


@pytest.fixture
def keep(context):
    def file(*resources):
        with act(context()) as running_act:
            return records.file_many(running_act.ctx, [Filing(one, one["resourceType"], one["id"]) for one in resources])

    return file


def visit(patient, start, *, id="v1", answer="needs-action", status="booked"):
    return {
        "resourceType": "Appointment", "id": id, "status": status, "description": "Follow-up",
        "start": start.isoformat(), "end": (start + timedelta(minutes=20)).isoformat(),
        "participant": [{"actor": {"reference": f"Patient/{patient}"}, "status": answer}],
    }  # fmt: skip


def work(ctx, *codes):
    """Return every Task that rules made, by status."""
    scope = scopes.everything(ctx)
    found = queries.fetch(scope, f"{queries.CURRENT} WHERE c.tenant = %s AND c.type = 'Task' AND NOT c.deleted", [scope.tenant])
    tasks = [one.resource for one in found if one.resource.get("instantiatesUri", "").startswith("urn:waypost:rule:")]
    return [t for t in tasks if not codes or t["instantiatesUri"].removeprefix("urn:waypost:rule:") in codes]


def test_a_fact_becomes_work_and_its_end_ends_the_work(clinic, rules, keep, context, clock):
    rules()
    who = clinic.patients[0]
    keep(visit(who, clock.now() + timedelta(days=1)))
    assert rules() == 1
    (made,) = work(context(), "visit-unconfirmed")
    assert (made["status"], made["for"]["reference"]) == ("requested", f"Patient/{who}")
    assert rules() == 0, "nothing is made twice, and our own Tasks touch nobody"
    keep(visit(who, clock.now() + timedelta(days=1), answer="accepted"))
    assert rules() == 1
    (ended,) = work(context(), "visit-unconfirmed")
    assert (ended["status"], ended["statusReason"]["text"]) == ("cancelled", "The patient has confirmed.")


def test_what_a_person_completed_stands_while_the_fact_is_the_same(clinic, rules, keep, context, clock):
    who, start = clinic.patients[0], clock.now() + timedelta(days=1)
    keep(visit(who, start))
    rules()
    (made,) = work(context(), "visit-unconfirmed")
    nurse = context("coordinator", practitioner="ruiz", door="web")
    actions.complete(nurse, [(made["id"], None)], "not-reached")
    assert rules() == 0
    keep(visit(who, start + timedelta(hours=1)))
    assert rules() == 1, "moved, it is another fact"
    assert sorted(t["status"] for t in work(context(), "visit-unconfirmed")) == ["completed", "requested"]


def test_a_fact_that_comes_back_opens_its_work_again(clinic, rules, keep, context, clock):
    who, start = clinic.patients[0], clock.now() + timedelta(days=1)
    for answer, state in (("needs-action", "requested"), ("accepted", "cancelled"), ("tentative", "requested")):
        keep(visit(who, start, answer=answer))
        assert rules() == 1
        (made,) = work(context(), "visit-unconfirmed")
        assert made["status"] == state
    assert "statusReason" not in made


def test_the_clock_alone_makes_work(clinic, rules, keep, context, clock):
    keep(visit(clinic.patients[0], clock.now() + timedelta(days=13)))
    assert rules() == 0
    clock.advance(timedelta(days=12))
    assert rules() == 1
    clock.advance(timedelta(days=2))
    assert rules() == 1
    assert work(context(), "visit-unconfirmed")[0]["statusReason"]["text"] == "The time of the visit has come."


def test_two_workers_make_everything_once(clinic, rules, keep, context, clock, tenant):
    keep(*(visit(clinic.patients[0], clock.now() + timedelta(hours=20 + n), id=f"v{n}") for n in range(6)))
    ctx = Context(system_actor("rules"), tenant.pk, tenant.zone, clock, "worker")

    def work_on(_):
        try:
            return sum(running.pass_over(ctx).filed for _ in range(4))
        finally:
            connection.close()

    with ThreadPoolExecutor(3) as pool:
        filed = sum(pool.map(work_on, range(3)))
    filed += rules()
    made = work(context(), "visit-unconfirmed")
    assert len(made) == 6
    assert filed == len(work(context()))
    assert all(t["meta"]["versionId"] == "1" for t in made)


def test_a_worker_that_dies_before_its_commit_loses_nothing_and_makes_nothing_twice(clinic, rules, keep, context, clock, monkeypatch):
    rules()
    keep(visit(clinic.patients[0], clock.now() + timedelta(days=1)))

    class Killed(BaseException):
        """As when the process is gone: nobody tidies up."""

    def die(*_, **__):
        raise Killed

    with monkeypatch.context() as patched:
        patched.setattr(failures, "settle", die)
        with pytest.raises(Killed):
            rules()
    assert not work(context(), "visit-unconfirmed")
    assert rules() == 1
    assert len(work(context(), "visit-unconfirmed")) == 1


def test_a_slow_act_is_not_passed_over(clinic, rules, keep, context, clock):
    """What was begun first and committed last comes when it is committed, though its numbers are the lower ones."""
    rules()
    slow, started, done = Event(), Event(), []

    def begin_and_wait():
        try:
            with act(context()) as running_act:
                made = visit(clinic.patients[0], clock.now() + timedelta(days=1), id="slow")
                records.file_many(running_act.ctx, [Filing(made, "Appointment", "slow")])
                started.set()
                slow.wait(20)
            done.append(True)
        finally:
            connection.close()

    thread = Thread(target=begin_and_wait)
    thread.start()
    started.wait(20)
    keep(visit(clinic.patients[1], clock.now() + timedelta(days=1), id="quick"))
    rules()
    slow.set()
    thread.join(20)
    assert done
    rules()
    assert {t["focus"]["reference"] for t in work(context(), "visit-unconfirmed")} == {"Appointment/slow", "Appointment/quick"}


def test_a_document_in_no_chart_is_work_until_it_is_filed(clinic, rules, keep, context):
    rules()
    paper = {"resourceType": "DocumentReference", "id": "fax", "status": "current", "content": [{"attachment": {"title": "Fax"}}]}
    keep(paper)
    assert rules() == 1
    (made,) = work(context(), "document-unfiled")
    assert "for" not in made
    keep({**paper, "subject": {"reference": f"Patient/{clinic.patients[0]}"}, "docStatus": "final"})
    assert rules() == 1
    (made,) = work(context(), "document-unfiled")
    assert made["statusReason"]["text"] == "The document was filed, or taken out of the record."


def test_work_that_somebody_has_filed_is_not_made_beside_it(clinic, rules, keep, context, clock):
    keep(visit(clinic.patients[0], clock.now() + timedelta(days=1)), {
        "resourceType": "Task", "id": "own", "status": "requested", "intent": "order", "for": {"reference": f"Patient/{clinic.patients[0]}"},
        "code": {"coding": [{"system": "urn:waypost:task", "code": "confirm"}]}, "focus": {"reference": "Appointment/v1"},
    })  # fmt: skip
    rules()
    assert not work(context(), "visit-unconfirmed")


def test_what_registering_asks_for_is_the_rules_work_and_ends_by_itself(clinic, rules, context, clock):
    from waypost.coordination.registering import register
    from waypost.registry.registration import Registration

    clerk = context("coordinator", practitioner="kim", door="web")
    made = register(clerk, Registration(family="Novak", given="Ana"), key="k")
    rules()
    (asked,) = [t for t in work(context(), "details-missing") if t["for"]["reference"] == f"Patient/{made.patient}"]
    assert asked["status"] == "requested"
    assert asked["reasonCode"]["text"].startswith("Registered without: birth date, phone number")
    assert asked["meta"]["versionId"] == "1", "the rule finds it as registering has made it"


def test_everyone_in_a_group_has_work_of_their_own(clinic, rules, keep, context, clock):
    rules()
    alone = visit(clinic.patients[0], clock.now() + timedelta(days=1))
    both = {**alone, "participant": [*alone["participant"], {"actor": {"reference": f"Patient/{clinic.patients[1]}"}, "status": "tentative"}]}
    keep(both)
    assert rules() == 2
    assert {t["for"]["reference"] for t in work(context(), "visit-unconfirmed")} == {f"Patient/{id_}" for id_ in clinic.patients[:2]}
    keep(alone)
    rules()
    assert sorted(t["status"] for t in work(context(), "visit-unconfirmed")) == ["cancelled", "requested"]


@pytest.mark.parametrize("count", [2, 3])
def test_sch_1_everyone_of_a_group_who_did_not_come_is_to_be_called(clinic, rules, context, clock, count):
    from waypost.coordination import actions as coordination
    from waypost.coordination.flow import actions as flow
    from waypost.coordination.flow.actions import StepWish
    from waypost.coordination.flow.steps import Step
    from waypost.coordination.wishes import BookingWish

    desk, people = context("scheduler", door="web"), clinic.patients[:count]

    def called():
        return {t["for"]["reference"].partition("/")[2] for t in work(context(), "no-show") if t["status"] == "requested"}

    group = coordination.book_visit(clinic.ctx, BookingWish(people[0], "class", small_clinic.at(11, day=24))).id
    for one in people[1:]:
        coordination.add_to_group(clinic.ctx, group, one)
    clock.advance(timedelta(hours=1))
    coordination.no_show(desk, group)
    rules()
    assert called() == set(people)
    flow.take_along(desk, StepWish(appointment=group, step=Step.ARRIVED, patient=people[0]))
    rules()
    assert called() == set(people[1:]), "that one came after all says nothing of the others"
    flow.take_along(desk, StepWish(appointment=group, step=Step.DONE, patient=people[0]))
    rules()
    assert called() == set(people[1:]), "the others' visit took place, not theirs"


def test_sch_1_one_of_a_group_who_did_not_come_is_called_while_the_others_visit_goes_on(clinic, rules, context, clock):
    from waypost.coordination import actions as coordination
    from waypost.coordination.flow import actions as flow
    from waypost.coordination.flow.actions import StepWish
    from waypost.coordination.flow.steps import Step
    from waypost.coordination.undo import undo_act
    from waypost.coordination.wishes import BookingWish

    desk, people = context("scheduler", door="web"), clinic.patients[:2]
    group = coordination.book_visit(clinic.ctx, BookingWish(people[0], "class", small_clinic.at(11, day=24))).id
    coordination.add_to_group(clinic.ctx, group, people[1])
    clock.advance(timedelta(hours=1))
    flow.take_along(desk, StepWish(appointment=group, step=Step.ARRIVED, patient=people[0]))
    missed = flow.missed(desk, group, people[1])
    rules()
    assert [(t["for"]["reference"], t["status"]) for t in work(context(), "no-show")] == [(f"Patient/{people[1]}", "requested")]
    undo_act(desk, missed.act)
    rules()
    assert [t["status"] for t in work(context(), "no-show")] == ["cancelled"]
