"""Booking on a real database: what is held, what is refused, what a race or a stale view cannot do."""

from copy import deepcopy
from datetime import timedelta

import pytest
from django.db import connection
from tests import small_clinic
from tests.small_clinic import at

from waypost.access import Permission, action, scopes
from waypost.access.problems import NotPermitted
from waypost.kernel.spans import Span
from waypost.records import actions as records
from waypost.records import queries as records_queries
from waypost.records.problems import Stale
from waypost.scheduling import actions, fhir, queries
from waypost.scheduling.actions import VisitWish
from waypost.scheduling.problems import (
    BadTemplate,
    CannotServe,
    GroupFull,
    InThePast,
    NobodyFree,
    NotAllowedNow,
    NotOpen,
    PatientElsewhere,
    SlotTaken,
)
from waypost.scheduling.queries import FindWish


@pytest.fixture
def clinic(context):
    return small_clinic.make(context())


@action(Permission.UNDO)
def undo(ctx, act):
    actions.lock_act(ctx, act)
    return records.restore(ctx, act)


@action(Permission.RECORD_IMPORT)
def file(ctx, resource, **kwargs):
    return records.file(ctx, resource, **kwargs)


def echo(clinic, start, n=0, **more):
    return VisitWish("echo", start, (clinic.person(n),), **more)


def talk(clinic, start, n=0, **more):
    return VisitWish("talk", start, (clinic.person(n),), **more)


def ledger(clinic, appointment=None):
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT resource, starts, ends, kind, lane FROM scheduling_booking WHERE tenant = %s"
            " AND (%s::text IS NULL OR appointment = %s) ORDER BY resource, starts, lane",
            [clinic.ctx.tenant, appointment, appointment],
        )
        return cursor.fetchall()


def find(clinic, code="echo", n=None, **more):
    patient = clinic.patients[n] if n is not None else None
    return queries.find_times(
        scopes.everything(clinic.ctx), FindWish(code, patient=patient, **more), clock=clinic.ctx.clock
    )


def test_a_visit_holds_clinician_room_device_and_patient_each_for_its_part(clinic):
    made = actions.book(clinic.ctx, echo(clinic, at(9)))
    held = {r: (s, e) for r, s, e, _, _ in ledger(clinic, made.id)}
    minute = timedelta(minutes=1)
    assert held.pop("Location/room4") == (at(9) - 5 * minute, at(9) + 75 * minute)
    assert held.pop("Device/us2") == (at(9), at(9) + 45 * minute)
    assert held.pop(f"Patient/{clinic.patients[0]}") == (at(9), at(9) + 70 * minute)
    ((doctor, span),) = held.items()
    assert doctor in ("Practitioner/lind", "Practitioner/abara")
    assert span == (at(9) + 45 * minute, at(9) + 70 * minute)
    read = made.resource
    assert read["start"] == "2026-11-25T14:00:00Z"
    assert fhir.extension(read, "arrive-at") == "2026-11-25T13:45:00Z"
    assert fhir.extension(read, "site") == {"reference": "Location/riverside"}


def test_what_overlaps_is_refused_and_what_touches_is_not(clinic):
    actions.book(clinic.ctx, echo(clinic, at(9)))
    with pytest.raises(SlotTaken):
        actions.book(clinic.ctx, echo(clinic, at(10), 1, named=("Device/us2", "Location/room4")))
    with pytest.raises(NobodyFree):
        actions.book(clinic.ctx, echo(clinic, at(10), 1))
    actions.book(clinic.ctx, echo(clinic, at(10, 20), 1))


def test_a_patient_is_in_one_place_at_a_time(clinic):
    actions.book(clinic.ctx, echo(clinic, at(9)))
    with pytest.raises(PatientElsewhere):
        actions.book(clinic.ctx, talk(clinic, at(10)))
    actions.book(clinic.ctx, talk(clinic, at(10, 10)))


def test_a_refused_booking_leaves_nothing(clinic):
    actions.book(clinic.ctx, talk(clinic, at(9), named=("Practitioner/lind",)))
    before = ledger(clinic)
    with pytest.raises(SlotTaken):
        actions.book_many(
            clinic.ctx, [talk(clinic, at(11), 1), talk(clinic, at(9), 1, named=("Practitioner/lind",))]
        )
    assert ledger(clinic) == before


def test_two_visits_in_one_act(clinic):
    made = actions.book_many(clinic.ctx, [talk(clinic, at(9)), echo(clinic, at(10))])
    assert made[0].act == made[1].act
    undo(clinic.ctx, made[0].act)
    assert ledger(clinic) == []


def test_closed_hours_past_and_strangers_are_refused(clinic):
    for start, problem in (
        (at(12, 10), NotOpen),
        (at(7), NotOpen),
        (at(9, day=26), NotOpen),
        (at(9, day=23), InThePast),
    ):
        with pytest.raises(problem):
            actions.book(clinic.ctx, talk(clinic, start))
    with pytest.raises(CannotServe):
        actions.book(clinic.ctx, talk(clinic, at(9), named=("Practitioner/kim",)))


def test_a_time_off_the_grid_or_past_the_horizon_is_judged_exactly(clinic):
    actions.book(clinic.ctx, talk(clinic, at(9, 3), named=("Practitioner/lind",)))
    actions.book(clinic.ctx, talk(clinic, at(9, 28), 1, named=("Practitioner/lind",)))
    far = at(9) + timedelta(days=364)
    for n in range(2):
        actions.book(clinic.ctx, talk(clinic, far, n))
    with pytest.raises(NobodyFree):
        actions.book(clinic.ctx, talk(clinic, far, 2))


def test_a_role_locks_its_practitioner(clinic):
    actions.book(clinic.ctx, talk(clinic, at(9), named=("PractitionerRole/lind-role",)))
    with pytest.raises(SlotTaken):
        actions.book(clinic.ctx, talk(clinic, at(9), 1, named=("Practitioner/lind",)))


def test_a_foreign_appointment_is_kept_even_where_it_overlaps_and_is_busy_for_us(clinic):
    ours = actions.book(clinic.ctx, talk(clinic, at(9), named=("Practitioner/lind",)))
    foreign = {
        "resourceType": "Appointment", "status": "booked", "start": fhir.say(at(9)), "end": fhir.say(at(11)),
        "participant": [{"actor": {"reference": "PractitionerRole/lind-role"}, "status": "accepted"}],
    }  # fmt: skip
    kept = file(clinic.ctx, foreign)
    assert ledger(clinic, kept.id) == [("Practitioner/lind", at(9), at(11), "visit", None)]
    with pytest.raises(SlotTaken):
        actions.book(clinic.ctx, talk(clinic, at(10), 1, named=("Practitioner/lind",)))
    assert not [
        t
        for t in find(clinic, "talk", who=frozenset({"Practitioner/lind"}), until=at(11)).times
        if t.start > at(8, 40)
    ]
    assert len(ledger(clinic, ours.id)) == 3


def test_capacity_above_one_is_numbered_lanes(clinic):
    made = [actions.book(clinic.ctx, VisitWish("infusion", at(9), (clinic.person(n),))) for n in range(3)]
    assert [row[4] for row in ledger(clinic) if row[0] == "Location/chairs"] == [0, 1, 2]
    with pytest.raises(NobodyFree):
        actions.book(clinic.ctx, VisitWish("infusion", at(9, 30), (clinic.person(3),)))
    actions.cancel(clinic.ctx, made[1].id)
    again = actions.book(clinic.ctx, VisitWish("infusion", at(9, 30), (clinic.person(3),)))
    assert [row[4] for row in ledger(clinic, again.id) if row[0] == "Location/chairs"] == [1]


def test_a_group_has_room_for_so_many(clinic):
    everyone = tuple(clinic.person(n) for n in range(4))
    with pytest.raises(GroupFull):
        actions.book(clinic.ctx, VisitWish("class", at(9), everyone))
    made = actions.book(clinic.ctx, VisitWish("class", at(9), everyone[:3]))
    assert len(fhir.patients_of(made.resource)) == 3


def test_a_hold_keeps_the_time_for_so_long(clinic, clock):
    hold = actions.book(
        clinic.ctx,
        talk(clinic, at(9), named=("Practitioner/lind",), hold_until=clock.now() + timedelta(minutes=15)),
    )
    assert hold.resource["status"] == "pending"
    with pytest.raises(SlotTaken):
        actions.book(clinic.ctx, talk(clinic, at(9), 1, named=("Practitioner/lind",)))
    clock.advance(timedelta(minutes=16))
    taken = actions.book(clinic.ctx, talk(clinic, at(9), 1, named=("Practitioner/lind",)))
    everything = scopes.everything(clinic.ctx)
    closed = records_queries.read(everything, "Appointment", hold.id)
    assert closed.resource["status"] == "cancelled"
    assert closed.act == taken.act
    with pytest.raises(NotAllowedNow):
        actions.confirm(clinic.ctx, hold.id)


def test_a_hold_becomes_a_booking(clinic, clock):
    hold = actions.book(clinic.ctx, talk(clinic, at(9), hold_until=clock.now() + timedelta(minutes=15)))
    clock.advance(timedelta(minutes=20))  # nobody took it meanwhile
    made = actions.confirm(clinic.ctx, hold.id)
    assert made.resource["status"] == "booked"
    assert {row[3] for row in ledger(clinic)} == {"visit"}
    assert fhir.extension(made.resource, "hold-until") is None


def test_a_move_keeps_the_record_its_words_and_its_people(clinic):
    made = actions.book(
        clinic.ctx, talk(clinic, at(9), named=("Practitioner/abara",), more={"comment": "Weigh on arrival"})
    )
    moved = actions.move(clinic.ctx, made.id, at(9, 10), expect=1)
    assert (moved.id, moved.version, moved.resource["comment"]) == (made.id, 2, "Weigh on arrival")
    assert "Practitioner/abara" in fhir.team_of(moved.resource)
    assert {row[1] for row in ledger(clinic)} == {at(9, 10)}
    with pytest.raises(Stale):
        actions.move(clinic.ctx, made.id, at(10), expect=1)
    actions.book(clinic.ctx, talk(clinic, at(14), 1, named=("Practitioner/abara",)))
    elsewhere = actions.move(clinic.ctx, made.id, at(14))
    assert "Practitioner/lind" in fhir.team_of(elsewhere.resource)
    with pytest.raises(SlotTaken):
        actions.move(clinic.ctx, made.id, at(14), named=("Practitioner/abara",))


def test_cancelled_frees_and_undo_takes_back_only_what_is_still_free(clinic):
    made = actions.book(clinic.ctx, talk(clinic, at(9), named=("Practitioner/lind",)))
    gone = actions.cancel(clinic.ctx, made.id, reason="Has a cold")
    assert ledger(clinic) == []
    assert gone.resource["cancelationReason"]["text"] == "Has a cold"
    back = undo(clinic.ctx, gone.act)[0]
    assert back.resource["status"] == "booked"
    assert len(ledger(clinic)) == 3
    gone = actions.cancel(clinic.ctx, made.id)
    actions.book(clinic.ctx, talk(clinic, at(9), 1, named=("Practitioner/lind",)))
    with pytest.raises(SlotTaken):
        undo(clinic.ctx, gone.act)
    assert (
        records_queries.read(scopes.everything(clinic.ctx), "Appointment", made.id).resource["status"]
        == "cancelled"
    )


def test_sch_1_holds_at_the_door_of_the_action(clinic, clock):
    made = actions.book(clinic.ctx, talk(clinic, at(9)))
    with pytest.raises(NotAllowedNow):
        actions.set_status(clinic.ctx, made.id, "noshow")
    clock.advance(at(9, 20) - clock.now())
    actions.set_status(clinic.ctx, made.id, "noshow")
    assert ledger(clinic) == []
    arrived = actions.set_status(clinic.ctx, made.id, "arrived")
    assert "cancelationReason" not in arrived.resource
    assert len(ledger(clinic)) == 3
    with pytest.raises(NotAllowedNow):
        actions.set_status(clinic.ctx, made.id, "booked")


def test_only_a_supervisor_overrides_and_says_why(clinic, context):
    actions.book(clinic.ctx, talk(clinic, at(9), named=("Practitioner/lind",)))
    twice = talk(clinic, at(9), 1, named=("Practitioner/lind",), override="Asked by Dr Lind")
    with pytest.raises(NotPermitted):
        actions.book(context("scheduler"), twice)
    made = actions.book(context("supervisor"), twice)
    assert [row[4] for row in ledger(clinic, made.id) if row[0] == "Practitioner/lind"] == [100]
    assert fhir.extension(made.resource, "override-reason") == "Asked by Dr Lind"
    with pytest.raises(SlotTaken):
        actions.book(clinic.ctx, talk(clinic, at(9), 2, named=("Practitioner/lind",)))


def test_a_block_keeps_every_lane_free(clinic):
    span = Span(at(9), at(11))
    actions.block(clinic.ctx, ["Location/chairs", "Practitioner/lind"], span, "Training")
    with pytest.raises(NobodyFree):
        actions.book(clinic.ctx, VisitWish("infusion", at(9), (clinic.person(),)))
    actions.book(clinic.ctx, VisitWish("infusion", at(14), (clinic.person(),)))
    with pytest.raises(SlotTaken):
        actions.block(clinic.ctx, ["Location/chairs"], Span(at(14), at(15)), "Training")


def test_an_appointment_elsewhere_takes_the_patients_time(clinic):
    actions.outside(
        clinic.ctx, clinic.person(), Span(at(9), at(11)), place="City Eye Clinic", phone="(202) 555-0111"
    )
    with pytest.raises(PatientElsewhere):
        actions.book(clinic.ctx, talk(clinic, at(10)))
    assert all(t.start >= at(11) for t in find(clinic, "talk", 0, since=at(9)).times)


def test_found_times_can_be_booked_and_are_then_gone(clinic):
    found = find(clinic, "echo", 0)
    assert found.times
    best = found.times[0]
    made = actions.book(clinic.ctx, echo(clinic, best.start, chosen={p.step: p.resource for p in best.parts}))
    again = find(clinic, "echo", 1)
    assert best.start not in {t.start for t in again.times}
    actions.cancel(clinic.ctx, made.id)
    assert [t.start for t in find(clinic, "echo", 1).times] == [
        t.start for t in find(clinic, "echo", 1).times
    ]
    assert best.start in {t.start for t in find(clinic, "echo", 1).times}


def test_a_visit_to_be_moved_does_not_stand_in_its_own_way(clinic):
    made = actions.book(clinic.ctx, echo(clinic, at(9)))
    day = {"since": at(8), "until": at(10)}
    assert find(clinic, "echo", 0, **day).times == ()
    assert find(clinic, "echo", 0, instead_of=made.id, **day).times


def test_the_finder_forgets_what_was_rolled_back(clinic):
    find(clinic, "talk")

    @action(Permission.APPOINTMENT_BOOK)
    def book_and_fail(ctx):
        actions.book(ctx, talk(clinic, at(9), named=("Practitioner/lind",)))
        inside = find(clinic, "talk", who=frozenset({"Practitioner/lind"}), since=at(9), until=at(9, 5))
        assert inside.times == ()
        raise SlotTaken

    with pytest.raises(SlotTaken):
        book_and_fail(clinic.ctx)
    assert find(clinic, "talk", who=frozenset({"Practitioner/lind"}), since=at(9), until=at(9, 5)).times


def test_slots_are_spaced_by_the_whole_hold_and_booking_one_takes_no_other(clinic):
    everything = scopes.everything(clinic.ctx)
    schedule = queries.schedule_id("Practitioner/lind")

    def slots():
        return queries.free_slots(
            everything, schedule, at(0), at(24), service_type="talk", clock=clinic.ctx.clock
        )

    offered = slots()
    assert len(offered) == 18  # 08:00-12:00 and 13:00-17:00, 25 minutes each
    for n, slot in enumerate(offered):
        assert queries.slot_by_id(everything, slot.id, clock=clinic.ctx.clock).status == "free"
        named = ("Practitioner/lind",)
        actions.book(clinic.ctx, VisitWish("talk", slot.start, (clinic.person(n % 4),), named=named))
        assert [s.start for s in slots()] == [s.start for s in offered[n + 1 :]]
        assert queries.slot_by_id(everything, slot.id, clock=clinic.ctx.clock).status == "busy"


def test_each_calendar_has_one_schedule_and_a_bad_one_is_refused_whole(clinic):
    everything = scopes.everything(clinic.ctx)
    schedule = records_queries.read(everything, "Schedule", queries.schedule_id("Practitioner/lind"))
    assert schedule.resource["actor"][0]["reference"] == "Practitioner/lind"
    codes = [t["coding"][0]["code"] for t in schedule.resource["serviceType"]]
    assert codes == ["echo", "talk"]
    with pytest.raises(BadTemplate) as found:
        actions.save_calendars(clinic.ctx, [small_clinic.CALENDARS[0], {"resource": "Practitioner/x"}])
    assert found.value.issues[0].expression == "[1].role"


def test_hours_that_changed_elsewhere_are_seen_at_once(clinic):
    """Another process closes a day; this one remembers it as open."""
    wish = talk(clinic, at(9, day=30), named=("Practitioner/lind",))
    remembered = deepcopy(queries.clinic(clinic.ctx.tenant, clinic.ctx.now))
    leave = {"from": "2026-11-30", "to": "2026-11-30", "closed": True, "reason": "Leave"}
    actions.save_calendar(clinic.ctx, {**small_clinic.CALENDARS[0], "exceptions": [leave]})
    queries.clinic.__globals__["_clinics"][clinic.ctx.tenant] = remembered
    with pytest.raises(NotOpen):
        actions.book(clinic.ctx, wish)


def test_a_booking_asks_this_many_questions(clinic, context, django_assert_num_queries):
    ctx = context("scheduler", door="web")
    actions.book(ctx, talk(clinic, at(9), named=("Practitioner/lind",)))
    # begin, hours, take, references, file, two projections, audit; commit
    with django_assert_num_queries(9):
        actions.book(ctx, talk(clinic, at(10), 1, named=("Practitioner/lind",)))
