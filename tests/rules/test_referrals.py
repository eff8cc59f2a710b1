"""Where a referral stands, told by the resources around it; ages by FUP-4 and FUP-3."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.coordination.referrals.state import STEPS, Around, is_referral, loop_of

ZONE = "America/New_York"
ORDERED = "2026-11-02"


def request(priority="routine", outside=False, status="active", end="", on=ORDERED):
    extension = [{"url": "urn:waypost:extension:outside", "valueBoolean": True}] if outside else []
    if end:
        coding = {"coding": [{"system": "urn:waypost:referral-end", "code": end}]}
        extension.append({"url": "urn:waypost:extension:end-reason", "valueCodeableConcept": coding})
    return {"resourceType": "ServiceRequest", "id": "r", "status": status, "intent": "order", "priority": priority, "authoredOn": on,
            "extension": extension}  # fmt: skip


def visit(status, day="2026-11-20", id="v"):
    return {"resourceType": "Appointment", "id": id, "status": status, "start": f"{day}T15:00:00Z"}


def noted(step, day, id="n", status="completed"):
    return {"resourceType": "Communication", "id": id, "status": status, "sent": f"{day}T15:00:00Z",
            "category": [{"coding": [{"system": "urn:waypost:referral", "code": step}]}], "payload": [{"contentString": "By fax"}]}  # fmt: skip


def report(day, to="ServiceRequest/r", status="current"):
    return {"resourceType": "DocumentReference", "id": "d", "status": status, "date": f"{day}T15:00:00Z", "description": "Consult note",
            "context": {"related": [{"reference": to}]}}  # fmt: skip


def loop(today, *others, **said):
    return loop_of(Around(request(**said), others), date.fromisoformat(today), ZONE)


@pytest.mark.parametrize(
    ("priority", "last", "after"),
    [("stat", "2026-11-02", "2026-11-03"), ("urgent", "2026-11-04", "2026-11-05"), ("asap", "2026-11-04", "2026-11-05"),
     ("routine", "2026-11-16", "2026-11-17"), ("", "2026-11-16", "2026-11-17")],
)  # fmt: skip
def test_fup_4_days_from_order_to_scheduled(priority, last, after):
    assert not loop(last, priority=priority).overdue
    assert loop(last, priority=priority).due == date.fromisoformat(last)
    assert loop(after, priority=priority).overdue


def test_fup_4_routine_ordered_11_02_unscheduled_11_17_is_overdue():
    found = loop("2026-11-17")
    assert (found.next, found.overdue, found.days, found.rule) == ("scheduled", True, 15, "FUP-4")


def test_what_was_ordered_for_a_day_is_due_by_that_day():
    later = {**request(), "occurrenceDateTime": "2027-02-02"}
    assert loop_of(Around(later), date(2026, 12, 24), ZONE).due == date(2027, 2, 2)


def test_a_test_of_blood_and_a_plan_are_no_referrals():
    assert is_referral(request())
    assert not is_referral({**request(), "category": [{"coding": [{"code": "108252007"}]}]})
    assert not is_referral({**request(), "intent": "plan"})


def test_fup_4_report_is_due_14_days_after_the_visit():
    seen = visit("fulfilled", "2026-11-10")
    assert (loop("2026-11-24", seen).next, loop("2026-11-24", seen).overdue) == ("report", False)
    assert loop("2026-11-25", seen).overdue


def test_fup_4_overdue_never_closes():
    far = loop("2028-11-02")
    assert far.overdue
    assert not far.ended


def test_fup_3_the_patient_is_told_within_5_business_days_of_the_report():
    around = (visit("fulfilled", "2026-11-10"), report("2026-11-20"))  # a Friday; Thanksgiving is no business day
    assert loop("2026-11-30", *around).due == date(2026, 11, 30)
    assert not loop("2026-11-30", *around).overdue
    assert loop("2026-12-01", *around).overdue


def test_in_house_it_is_sent_when_it_is_made_outside_when_somebody_noted_how():
    assert loop("2026-11-03").next == "scheduled"
    assert loop("2026-11-03", outside=True).next == "sent"
    sent = loop("2026-11-03", noted("sent", "2026-11-03"), outside=True)
    assert (sent.next, sent.step("sent").how, sent.step("sent").source) == ("scheduled", "By fax", "Communication/n")


def test_what_was_skipped_holds_nothing_up_and_is_not_made_up():
    found = loop("2026-11-21", visit("booked", "2026-11-25"), outside=True)
    assert found.next == "seen"
    assert not found.step("sent").done


def test_a_visit_that_fell_through_leaves_it_unscheduled():
    for status in ("cancelled", "noshow"):
        found = loop("2026-11-17", visit(status))
        assert (found.next, found.missed, found.overdue) == ("scheduled", "v", True)
    again = loop("2026-11-17", visit("noshow", id="a"), visit("booked", "2026-11-27", id="b"))
    assert (again.next, again.visit, again.missed) == ("seen", "b", "")


def test_a_hold_is_no_date_yet():
    assert loop("2026-11-03", visit("pending")).next == "scheduled"


def test_a_visit_that_took_place_counts_before_one_to_come():
    found = loop("2026-11-24", visit("fulfilled", "2026-11-20", "a"), visit("booked", "2026-12-04", "b"))
    assert (found.next, found.visit, found.due) == ("report", "a", date(2026, 12, 4))


def test_a_document_of_another_referral_or_a_withdrawn_one_is_no_report():
    seen = visit("fulfilled", "2026-11-10")
    assert loop("2026-11-24", seen, report("2026-11-20", to="ServiceRequest/other")).next == "report"
    assert loop("2026-11-24", seen, report("2026-11-20", status="entered-in-error")).next == "report"


def test_the_whole_loop():
    around = (visit("fulfilled", "2026-11-10"), report("2026-11-20"), noted("told", "2026-11-23"))
    found = loop("2026-11-24", *around, status="completed")
    assert (found.ended, found.next, found.due) == ("closed", "", None)
    assert [step.on and step.on.day for step in found.steps] == [2, 2, 10, 10, 20, 23]


@pytest.mark.parametrize("end", ["declined", "not-needed", "elsewhere"])
def test_it_ends_with_a_reason_and_is_then_never_late(end):
    found = loop("2027-11-24", status="revoked", end=end)
    assert (found.ended, found.overdue) == (end, False)


def test_a_day_is_the_clinics_own():
    late_evening = {**visit("fulfilled"), "start": "2026-11-11T03:00:00Z"}  # Nov 10, 10 PM in New York
    assert loop("2026-11-24", late_evening).step("seen").on == date(2026, 11, 10)


anything = st.lists(
    st.one_of(
        st.builds(visit, st.sampled_from(["booked", "cancelled", "noshow", "fulfilled", "pending", "arrived", "waitlist"]), st.dates(date(2026, 1, 1), date(2027, 1, 1)).map(str)),
        st.builds(noted, st.sampled_from(["sent", "seen", "told", "other"]), st.dates(date(2026, 1, 1), date(2027, 1, 1)).map(str)),
        st.builds(report, st.dates(date(2026, 1, 1), date(2027, 1, 1)).map(str)),
        st.just({"resourceType": "Communication"}), st.just({"resourceType": "Appointment"}), st.just({"resourceType": "DocumentReference"}),
    ), max_size=8,
)  # fmt: skip


@given(anything, st.randoms(), st.dates(date(2026, 1, 1), date(2028, 1, 1)))
def test_order_of_facts_does_not_matter_and_every_open_one_waits_for_something(others, chance, today):
    first = loop_of(Around(request(), tuple(others)), today, ZONE)
    shuffled = list(others)
    chance.shuffle(shuffled)
    again = loop_of(Around(request(), tuple(shuffled)), today, ZONE)
    assert (first.next, first.due, first.overdue) == (again.next, again.due, again.overdue)
    assert first.next in STEPS or first.step("told").done
    assert not first.overdue or (first.due and today - first.due >= timedelta(days=1))


@pytest.mark.parametrize("odd", [{}, {"id": "r"}, {"authoredOn": "2026"}, {"authoredOn": "soon"}, {"priority": 7}, {"extension": [{}]}])
def test_a_strangers_request_is_read_without_guessing(odd):
    assert loop_of(Around(odd), date(2026, 11, 24), ZONE).steps[0].code == "made"
