"""A booking and all that belongs to it: order, requests, notes, key, undo, series, group, death."""

from dataclasses import replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from tests import small_clinic
from tests.small_clinic import at

from waypost.access import Permission, action, scopes
from waypost.coordination import actions, deceased, requests
from waypost.coordination.actions import BookingWish, CancelWish, MoveWish, SeriesWish
from waypost.coordination.problems import (
    AlreadyOnRoster,
    NotYours,
    OrderNeeded,
    PatientDeceased,
    SeriesNotFree,
    UndoTooLate,
)
from waypost.coordination.undo import undo_act
from waypost.records import actions as records
from waypost.records import queries as records_queries
from waypost.records.problems import Gone, Stale
from waypost.scheduling import fhir
from waypost.scheduling.problems import GroupFull, NobodyFree, PatientElsewhere, SlotTaken


@pytest.fixture
def clinic(context):
    return small_clinic.make(context())


@pytest.fixture
def ctx(clinic, context):
    return context("coordinator", practitioner="ana", door="web")


@action(Permission.RECORD_IMPORT)
def file(ctx, resource, **kwargs):
    return records.file(ctx, resource, **kwargs)


def wish(clinic, start, n=0, code="talk", **more):
    return BookingWish(clinic.patients[n], code, start, **more)


def order_for(clinic, n=0, status="active"):
    return file(
        clinic.ctx,
        {
            "resourceType": "ServiceRequest", "status": status, "intent": "order", "code": {"text": "Echocardiogram"},
            "subject": {"reference": f"Patient/{clinic.patients[n]}"},
        },
    ).id  # fmt: skip


def read(clinic, type_, id_):
    return records_queries.read(scopes.everything(clinic.ctx), type_, id_)


def tasks(clinic, appointment):
    return {requests.kind_of(t.resource): t.resource for t in requests.of_visits(clinic.ctx, [appointment])}


def held(clinic):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM scheduling_booking WHERE tenant = %s", [clinic.ctx.tenant])
        return cursor.fetchone()[0]


def test_an_order_is_needed_where_the_kind_of_visit_says_so(clinic, ctx):
    for order in (None, order_for(clinic, 1), order_for(clinic, 0, "revoked"), "none"):
        with pytest.raises(OrderNeeded):
            actions.book_visit(ctx, wish(clinic, at(9), code="echo", order=order))
    order = order_for(clinic)
    made = actions.book_visit(ctx, wish(clinic, at(9), code="echo", order=order, reason="After hospital"))
    assert made.resource["basedOn"] == [{"reference": f"ServiceRequest/{order}"}]
    assert made.resource["reasonCode"] == [{"text": "After hospital"}]


def test_notes_to_staff_and_patient_stand_apart_and_requests_have_a_state(clinic, ctx):
    made = actions.book_visit(
        ctx,
        wish(
            clinic,
            at(9),
            staff_note="Weigh",
            patient_note="Bring pills",
            interpreter="Spanish, on site",
            ride="Van",
        ),
    )
    assert (made.resource["comment"], made.resource["patientInstruction"]) == ("Weigh", "Bring pills")
    asked = tasks(clinic, made.id)
    assert {kind: t["status"] for kind, t in asked.items()} == {
        "interpreter": "requested",
        "ride": "requested",
    }
    assert asked["ride"]["for"]["reference"] == f"Patient/{clinic.patients[0]}"


def test_requests_follow_a_move_and_a_cancellation(clinic, ctx):
    made = actions.book_visit(ctx, wish(clinic, at(9), interpreter="Spanish, on site"))
    task = read(clinic, "Task", tasks(clinic, made.id)["interpreter"]["id"])
    file(clinic.ctx, {**task.resource, "status": "accepted"}, id=task.id)
    actions.move_visit(ctx, MoveWish(made.id, at(14, 30), expect=1))
    again = tasks(clinic, made.id)["interpreter"]
    assert again["status"] == "requested"
    assert "2:30 PM" in again["reasonCode"]["text"]
    gone = actions.cancel_visit(ctx, CancelWish(made.id, "patient", "Has a cold"))
    assert gone.resource["status"] == "cancelled"
    assert read(clinic, "Task", task.id).resource["status"] == "cancelled"
    undo_act(ctx, gone.act)
    assert read(clinic, "Task", task.id).resource["status"] == "requested"
    assert read(clinic, "Appointment", made.id).resource["status"] == "booked"


def test_a_wish_sent_twice_books_once(clinic, ctx):
    first = actions.book_visit(ctx, wish(clinic, at(9), key="form-1", ride="Van"))
    second = actions.book_visit(ctx, wish(clinic, at(9), key="form-1", ride="Van"))
    assert (first.id, first.version) == (second.id, second.version)
    assert held(clinic) == 3
    cancel = CancelWish(first.id, key="form-2")
    assert actions.cancel_visit(ctx, cancel).version == actions.cancel_visit(ctx, cancel).version == 2


def test_just_taken_comes_with_the_next_best_times(clinic, ctx):
    actions.book_visit(ctx, wish(clinic, at(9), named=("Practitioner/lind",)))
    with pytest.raises(SlotTaken) as taken:
        actions.book_visit(ctx, wish(clinic, at(9), 1, named=("Practitioner/lind",)))
    times = taken.value.extra["times"]
    assert len(times) == 3
    assert times[0].start == at(9, 25)
    assert times[0].parts[0].resource == "Practitioner/lind"
    made = actions.book_visit(ctx, wish(clinic, times[0].start, 1, named=("Practitioner/lind",)))
    assert made.version == 1


def test_undo_of_a_booking_leaves_nothing_and_belongs_to_who_did_it(clinic, ctx, context, clock):
    made = actions.book_visit(ctx, wish(clinic, at(9), ride="Van"))
    other = replace(ctx, actor=replace(ctx.actor, id="else"))
    with pytest.raises(NotYours):
        undo_act(other, made.act)
    undo_act(ctx, made.act)
    assert held(clinic) == 0
    with pytest.raises(Gone):
        read(clinic, "Appointment", made.id)
    later = actions.book_visit(ctx, wish(clinic, at(9)))
    clock.advance(timedelta(minutes=11))
    with pytest.raises(UndoTooLate):
        undo_act(ctx, later.act)


def test_undo_says_so_where_the_time_is_gone(clinic, ctx):
    made = actions.book_visit(ctx, wish(clinic, at(9), named=("Practitioner/lind",)))
    moved = actions.move_visit(ctx, MoveWish(made.id, at(10)))
    actions.book_visit(ctx, wish(clinic, at(9), 1, named=("Practitioner/lind",)))
    with pytest.raises(SlotTaken):
        undo_act(ctx, moved.act)


def test_a_hold_is_confirmed_with_what_the_card_says_by_then(clinic, ctx):
    hold = actions.book_visit(ctx, wish(clinic, at(9), code="echo", hold=True, interpreter="Spanish"))
    assert tasks(clinic, hold.id) == {}
    with pytest.raises(OrderNeeded):
        actions.confirm_visit(ctx, hold.id, wish(clinic, at(9), code="echo"))
    full = wish(
        clinic, at(9), code="echo", order=order_for(clinic), interpreter="Spanish", staff_note="Weigh"
    )
    made = actions.confirm_visit(ctx, hold.id, full)
    assert (made.resource["status"], made.resource["comment"]) == ("booked", "Weigh")
    assert set(tasks(clinic, made.id)) == {"interpreter"}


def test_a_series_keeps_its_hour_over_the_change_of_clocks_and_says_what_is_not_free(clinic, ctx, clock):
    clock.advance(timedelta(days=90))
    start = at(9) + timedelta(days=91)
    first = wish(clinic, start)
    series = SeriesWish(first, count=4)
    made = actions.book_series(ctx, series)
    from waypost.coordination.actions.visits import series_of

    visits = series_of(ctx, made, fhir.extension(made.resource, "series"))
    assert len(visits) == 4
    walls = {
        fhir.instant(v.resource["start"]).astimezone(ZoneInfo("America/New_York")).strftime("%H:%M")
        for v in visits
    }
    assert walls == {"09:00"}
    assert len({fhir.instant(v.resource["start"]).hour for v in visits}) == 2, (
        "another hour of UTC after 14 March 2027"
    )
    actions.book_visit(ctx, wish(clinic, start + timedelta(days=2), 1))
    actions.book_visit(ctx, wish(clinic, start + timedelta(days=2), 2))
    with pytest.raises(SeriesNotFree) as found:
        actions.book_series(
            ctx, SeriesWish(wish(clinic, start + timedelta(days=1), 3), count=3, every_days=1)
        )
    assert start + timedelta(days=2) in found.value.extra["taken"]


def test_one_visit_of_a_series_the_rest_or_all(clinic, ctx):
    start = at(9, day=30)
    made = actions.book_series(ctx, SeriesWish(wish(clinic, start), count=4))
    from waypost.coordination.actions.visits import series_of

    def visits():
        return series_of(ctx, made, fhir.extension(made.resource, "series"))

    def starts():
        return [fhir.instant(v.resource["start"]) - start for v in visits()]

    week, hour = timedelta(days=7), timedelta(hours=1)
    second = visits()[1]
    actions.move_visit(ctx, MoveWish(second.id, start + week + hour))
    assert starts() == [0 * week, week + hour, 2 * week, 3 * week]
    moved = actions.move_visit(ctx, MoveWish(visits()[2].id, start + 3 * week, reach="rest"))
    assert starts() == [0 * week, week + hour, 3 * week, 4 * week], "the third onto the fourth's old time"
    undo_act(ctx, moved.act)
    assert starts() == [0 * week, week + hour, 2 * week, 3 * week]
    actions.cancel_visit(ctx, CancelWish(visits()[2].id, reach="rest"))
    assert [v.resource["status"] for v in visits()] == ["booked", "booked", "cancelled", "cancelled"]
    actions.cancel_visit(ctx, CancelWish(visits()[1].id, reach="all"))
    assert {v.resource["status"] for v in visits()} == {"cancelled"}


def test_a_group_has_a_roster(clinic, ctx):
    made = actions.book_visit(ctx, wish(clinic, at(9), code="class"))
    for n in (1, 2):
        actions.add_to_group(ctx, made.id, clinic.patients[n])
    with pytest.raises(AlreadyOnRoster):
        actions.add_to_group(ctx, made.id, clinic.patients[2])
    with pytest.raises(GroupFull):
        actions.add_to_group(ctx, made.id, clinic.patients[3])
    with pytest.raises(PatientElsewhere):
        actions.book_visit(ctx, wish(clinic, at(9, 30), 2))
    left = actions.remove_from_group(ctx, made.id, clinic.patients[0])
    assert set(fhir.patients_of(left.resource)) == set(clinic.patients[1:3])
    actions.add_to_group(ctx, made.id, clinic.patients[3])
    moved = actions.move_visit(ctx, MoveWish(made.id, at(14)))
    assert set(fhir.patients_of(moved.resource)) == set(clinic.patients[1:4])


def test_an_outside_visit_blocks_the_patient(clinic, ctx):
    made = actions.add_outside_visit(
        ctx, clinic.patients[0], at(9), at(11), place="City Eye Clinic", phone="2025550111"
    )
    assert made.resource["participant"][1]["actor"]["display"] == "City Eye Clinic"
    with pytest.raises(PatientElsewhere):
        actions.book_visit(ctx, wish(clinic, at(10)))


def test_death_cancels_what_was_to_come_in_one_act_that_can_be_undone(clinic, ctx):
    single = actions.book_visit(ctx, wish(clinic, at(9), ride="Van"))
    group = actions.book_visit(ctx, wish(clinic, at(14), 1, code="class"))
    actions.add_to_group(ctx, group.id, clinic.patients[0])
    died = deceased.mark_deceased(ctx, clinic.patients[0], on="2026-11-24")
    assert read(clinic, "Appointment", single.id).resource["status"] == "cancelled"
    assert fhir.patients_of(read(clinic, "Appointment", group.id).resource) == [clinic.patients[1]]
    assert read(clinic, "Patient", clinic.patients[0]).resource["deceasedDateTime"] == "2026-11-24"
    with pytest.raises(PatientDeceased):
        actions.book_visit(ctx, wish(clinic, at(9)))
    undo_act(ctx, died.act)
    assert read(clinic, "Appointment", single.id).resource["status"] == "booked"
    assert set(tasks(clinic, single.id)) == {"ride"}
    assert "deceasedDateTime" not in read(clinic, "Patient", clinic.patients[0]).resource


def test_an_old_view_of_a_visit_changes_nothing(clinic, ctx):
    made = actions.book_visit(ctx, wish(clinic, at(9)))
    actions.move_visit(ctx, MoveWish(made.id, at(10), expect=1))
    with pytest.raises(Stale):
        actions.cancel_visit(ctx, CancelWish(made.id, expect=1))
    assert held(clinic) == 3


def test_arrival_and_no_show(clinic, ctx, clock):
    made = actions.book_visit(ctx, wish(clinic, at(9), ride="Van"))
    clock.advance(at(9, 20) - clock.now())
    missed = actions.no_show(ctx, made.id, reason="Could not be reached")
    assert missed.resource["status"] == "noshow"
    assert tasks(clinic, made.id) == {}
    assert actions.arrive(ctx, made.id).resource["status"] == "arrived"
    assert actions.check_in(ctx, made.id).resource["status"] == "checked-in"
    assert actions.fulfil(ctx, made.id).resource["status"] == "fulfilled"


def test_two_kinds_of_refusal_do_not_offer_what_is_not_there(clinic, ctx):
    for n in range(2):
        actions.book_visit(ctx, wish(clinic, at(9), n))
    with pytest.raises(NobodyFree) as found:
        actions.book_visit(ctx, wish(clinic, at(9), 2))
    assert all(t.start >= at(9) for t in found.value.extra["times"])
