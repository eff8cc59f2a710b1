"""A patient's way through a visit: Encounter and Appointment move together, under their locks, or not at all."""

import threading
from datetime import timedelta

import pytest
from tests import small_clinic
from tests.small_clinic import at

from waypost.access import scopes
from waypost.coordination import actions as coordination
from waypost.coordination.flow import actions, queries, reading
from waypost.coordination.flow.actions import StepWish
from waypost.coordination.flow.problems import FlowMoved, NotNext, NotThisPatient, RoomElsewhere, RoomTaken
from waypost.coordination.flow.steps import Step
from waypost.coordination.undo import undo_act
from waypost.coordination.wishes import BookingWish
from waypost.kernel.dates import local_day
from waypost.kernel.problem import Problem
from waypost.records import queries as records
from waypost.records.problems import NotFound


@pytest.fixture
def clinic(context):
    return small_clinic.make(context())


@pytest.fixture
def ctx(context):
    return context("scheduler", door="web")


def booked(clinic, n=0, *, hour=11, day=24, kind="talk", **more):
    return coordination.book_visit(clinic.ctx, BookingWish(clinic.patients[n], kind, at(hour, day=day), **more)).id


def go(ctx, visit, step, **more):
    return actions.take_along(ctx, StepWish(appointment=visit, step=Step(step), **more))


def stands(ctx, visit, n=0):
    since, _ = queries.bounds(local_day(ctx.now, ctx.zone), ctx.zone)
    scope = scopes.for_flow(ctx, since)
    return queries.with_flow(scope, [records.read(scope, "Appointment", visit)])[n]


def each(ctx, visit):
    """Return where each patient of a group stands."""
    since, _ = queries.bounds(local_day(ctx.now, ctx.zone), ctx.zone)
    scope = scopes.for_flow(ctx, since)
    return {one.patient: one.step for one in queries.with_flow(scope, [records.read(scope, "Appointment", visit)])}


def test_a_visit_from_arrival_to_done(clinic, ctx, clock):
    visit = booked(clinic)
    for step, status in (("arrived", "arrived"), ("forms", "arrived"), ("roomed", "arrived"), ("with-provider", "checked-in"),
                         ("checkout", "checked-in"), ("done", "fulfilled")):  # fmt: skip
        made = go(ctx, visit, step, room="Location/room2" if step == "roomed" else "")
        assert made.resource["status"] == status
        assert stands(ctx, visit).step == step
        clock.advance(timedelta(minutes=5))
    one = stands(ctx, visit)
    assert [stood.by for stood in one.flow.stood] == ["Scheduler"] * 6
    assert reading.waits(one.flow, one.start, ctx.now).cycle == 0  # all of it before the visit was to begin


def test_undo_takes_encounter_and_appointment_back_together(clinic, ctx):
    visit = booked(clinic)
    undo_act(ctx, go(ctx, visit, "arrived").act)
    assert (stands(ctx, visit).step, stands(ctx, visit).flow.version) == (Step.BOOKED, 0)
    go(ctx, visit, "arrived")
    undo_act(ctx, go(ctx, visit, "left").act)
    assert stands(ctx, visit).step is Step.ARRIVED
    assert stands(ctx, visit).visit.resource["status"] == "arrived"


def test_numbers_are_counted_up_at_each_site_each_day(clinic, ctx):
    visits = [booked(clinic, n, hour=13 + n) for n in range(3)]
    for visit in visits:
        go(ctx, visit, "arrived")
    assert [stands(ctx, visit).flow.number for visit in visits] == [1, 2, 3]


def test_a_stale_page_is_told(clinic, ctx):
    visit = booked(clinic)
    go(ctx, visit, "arrived", seen=0)
    with pytest.raises(FlowMoved) as told:
        go(ctx, visit, "arrived", seen=0)
    assert told.value.extra == {"step": "arrived"}
    with pytest.raises(FlowMoved):
        go(ctx, visit, "roomed", room="Location/room2", seen=0)


def test_steps_are_not_jumped_and_ends_are_ends(clinic, ctx):
    visit = booked(clinic)
    with pytest.raises(NotNext):
        go(ctx, visit, "checkout")
    go(ctx, visit, "arrived")
    go(ctx, visit, "left")
    for step in Step:
        with pytest.raises(NotNext):
            go(ctx, visit, step)


def test_who_left_gives_the_time_back(clinic, ctx):
    visit = booked(clinic, named=("Practitioner/lind",))
    go(ctx, visit, "arrived")
    assert go(ctx, visit, "left").resource["cancelationReason"]["coding"][0]["code"] == "left"
    booked(clinic, 1, named=("Practitioner/lind",))


def test_one_room_takes_one_patient(clinic, ctx):
    first, second = booked(clinic), booked(clinic, 1, hour=13)
    for visit in (first, second):
        go(ctx, visit, "arrived")
    go(ctx, first, "roomed", room="Location/room2")
    with pytest.raises(RoomTaken):
        go(ctx, second, "roomed", room="Location/room2")
    assert stands(ctx, second).step is Step.ARRIVED
    go(ctx, first, "with-provider")
    with pytest.raises(RoomTaken):
        go(ctx, second, "roomed", room="Location/room2")
    go(ctx, first, "checkout")
    go(ctx, second, "roomed", room="Location/room2")


def test_a_room_with_places_takes_as_many(clinic, ctx):
    visits = [booked(clinic, n, hour=13 + n) for n in range(4)]
    for visit in visits:
        go(ctx, visit, "arrived")
    for visit in visits[:3]:
        go(ctx, visit, "roomed", room="Location/chairs")
    with pytest.raises(RoomTaken):
        go(ctx, visits[3], "roomed", room="Location/chairs")


def test_a_room_of_another_site_and_what_is_no_room_are_refused(clinic, ctx):
    from waypost.scheduling import actions as scheduling

    scheduling.save_calendars(clinic.ctx, [{**small_clinic.calendar("Location/far", "room", "Room far"), "site": "Location/hillside"}])
    visit = booked(clinic)
    go(ctx, visit, "arrived")
    for room in ("Location/far", "Location/riverside", "Practitioner/lind", "Location/nowhere"):
        with pytest.raises(RoomElsewhere):
            go(ctx, visit, "roomed", room=room)


def test_a_group_goes_one_by_one(clinic, ctx, clock):
    visit = booked(clinic, 0, kind="class", hour=11)
    coordination.add_to_group(clinic.ctx, visit, clinic.patients[1])
    coordination.add_to_group(clinic.ctx, visit, clinic.patients[2])
    a, b, c = clinic.patients[:3]
    clock.advance(timedelta(hours=1))
    assert go(ctx, visit, "arrived", patient=a).resource["status"] == "arrived"
    go(ctx, visit, "with-provider", patient=a)
    go(ctx, visit, "arrived", patient=b)
    go(ctx, visit, "left", patient=b)
    assert go(ctx, visit, "done", patient=a).resource["status"] == "checked-in"
    assert actions.missed(ctx, visit, c).resource["status"] == "fulfilled"
    since, _ = queries.bounds(local_day(ctx.now, ctx.zone), ctx.zone)
    found = {one.patient: one.step for one in queries.day(scopes.for_flow(ctx, since), local_day(ctx.now, ctx.zone))}
    assert found == {a: Step.DONE, b: Step.LEFT, c: Step.MISSED}
    with pytest.raises(NotThisPatient):
        go(ctx, visit, "arrived", patient=clinic.patients[3])


@pytest.mark.parametrize("count", [2, 3])
def test_of_a_group_that_nobody_came_to_one_may_come_after_all(clinic, ctx, clock, count):
    visit, people = booked(clinic, 0, kind="class", hour=11), clinic.patients[:count]
    for one in people[1:]:
        coordination.add_to_group(clinic.ctx, visit, one)
    clock.advance(timedelta(hours=1))
    coordination.no_show(ctx, visit)
    assert each(ctx, visit) == dict.fromkeys(people, Step.MISSED)
    assert go(ctx, visit, "arrived", patient=people[1]).resource["status"] == "arrived"
    assert each(ctx, visit) == dict.fromkeys(people, Step.MISSED) | {people[1]: Step.ARRIVED}
    assert go(ctx, visit, "done", patient=people[1]).resource["status"] == "fulfilled"


def test_who_has_not_come_is_not_taken_along_with_a_group(clinic, ctx, clock):
    visit = booked(clinic, 0, kind="class", hour=11)
    for one in clinic.patients[1:3]:
        coordination.add_to_group(clinic.ctx, visit, one)
    clock.advance(timedelta(hours=1))
    go(ctx, visit, "arrived", patient=clinic.patients[0])
    coordination.check_in(ctx, visit)
    assert coordination.fulfil(ctx, visit).resource["status"] == "checked-in"
    assert each(ctx, visit) == dict.fromkeys(clinic.patients[:3], Step.BOOKED) | {clinic.patients[0]: Step.DONE}


def test_what_was_asked_for_one_of_a_group_ends_with_them(clinic, ctx, clock):
    from waypost.coordination import requests

    visit = booked(clinic, 0, kind="class", hour=11, ride="Van")
    coordination.add_to_group(clinic.ctx, visit, clinic.patients[1])
    clock.advance(timedelta(hours=1))
    actions.missed(ctx, visit, clinic.patients[1])
    assert len(requests.of_visits(ctx, [visit])) == 1
    actions.missed(ctx, visit, clinic.patients[0])
    assert requests.of_visits(ctx, [visit]) == []


def test_who_was_missed_may_come_after_all(clinic, ctx, clock):
    visit = booked(clinic, hour=11)
    clock.advance(timedelta(hours=1))
    coordination.no_show(ctx, visit)
    assert stands(ctx, visit).step is Step.MISSED
    assert go(ctx, visit, "arrived").resource["status"] == "arrived"


def test_the_delay_is_told_and_kept(clinic, ctx):
    visit = booked(clinic)
    go(ctx, visit, "arrived")
    actions.tell_delay(ctx, visit, 25, seen=1)
    assert (stands(ctx, visit).flow.told.minutes, stands(ctx, visit).flow.told.by) == (25, "Scheduler")
    assert stands(ctx, visit).step is Step.ARRIVED


def test_another_tenant_sees_and_moves_nothing(clinic, ctx, new_tenant, context):
    visit = booked(clinic)
    stranger = context("scheduler", door="web", at=new_tenant("Elsewhere"))
    with pytest.raises(NotFound):
        go(stranger, visit, "arrived")
    since, _ = queries.bounds(local_day(ctx.now, ctx.zone), ctx.zone)
    assert queries.day(scopes.for_flow(stranger, since), local_day(ctx.now, ctx.zone)) == ()


def test_what_the_flow_shows_opens_no_chart(clinic, ctx):
    visit = booked(clinic)
    go(ctx, visit, "arrived")
    since, _ = queries.bounds(local_day(ctx.now, ctx.zone), ctx.zone)
    scope = scopes.for_flow(ctx, since)
    small_clinic.file_all(clinic.ctx, [
        {"resourceType": "Encounter", "id": "old", "status": "finished", "class": {"code": "AMB"}, "period": {"start": "2026-11-24T14:00:00Z"},
         "subject": {"reference": f"Patient/{clinic.patients[0]}"}, "reasonCode": [{"text": "private"}]},
        {"resourceType": "Observation", "id": "a1c", "status": "final", "subject": {"reference": f"Patient/{clinic.patients[0]}"}, "code": {"text": "x"}},
    ])  # fmt: skip
    assert records.read_or_none(scope, "Encounter", "old") is None
    assert records.read_or_none(scope, "Observation", "a1c") is None
    assert records.read_or_none(scope, "Encounter", reading.encounter_id(ctx.tenant, visit, clinic.patients[0]))


def race(*acts):
    """Do all of these at once, each on a connection of its own, and return what each was told: 'done' or a code."""
    from django.db import connections

    ready, told = threading.Barrier(len(acts)), [""] * len(acts)

    def run(n, act):
        try:
            ready.wait(timeout=20)
            act()
            told[n] = "done"
        except Problem as problem:
            told[n] = problem.code
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(n, act)) for n, act in enumerate(acts)]
    for one in threads:
        one.start()
    for one in threads:
        one.join(timeout=60)
    return sorted(told)


def test_two_desks_check_in_the_same_patient_once(clinic, ctx):
    for n in range(3):
        visit = booked(clinic, n, hour=13 + n)
        told = race(*[lambda v=visit: go(ctx, v, "arrived", seen=0)] * 4)
        assert told == ["coordination.flow-moved"] * 3 + ["done"]
        assert stands(ctx, visit).flow.version == 1


def test_two_patients_to_one_room_one_goes_in(clinic, ctx):
    visits = [booked(clinic, n, hour=13 + n) for n in range(3)]
    for visit in visits:
        go(ctx, visit, "arrived")
    told = race(*[lambda v=visit: go(ctx, v, "roomed", room="Location/room4") for visit in visits])
    assert told == ["coordination.room-taken"] * 2 + ["done"]


def test_numbers_given_at_once_differ(clinic, ctx):
    visits = [booked(clinic, n, hour=13 + n) for n in range(4)]
    assert race(*[lambda v=visit: go(ctx, v, "arrived") for visit in visits]) == ["done"] * 4
    assert sorted(stands(ctx, visit).flow.number for visit in visits) == [1, 2, 3, 4]
