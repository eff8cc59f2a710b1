"""The rules' worked cases, each named by its id in the rulebook."""

from datetime import date

import pytest
from tests.rules.facts_cases import (
    PERSON,
    answers,
    contact,
    due,
    items,
    lab,
    local,
    order,
    relative,
    request,
    stay,
    visit,
)

from waypost.coordination.worklist.rules import tcm
from waypost.kernel.business_days import business_days_after, business_days_before, is_business_day

HOME = "2026-10-09 15:00"  # Friday; Monday the 12th is a holiday


# ---------------------------------------------------------------- CAL


def test_cal_1_weekends_and_federal_holidays_are_no_business_days():
    assert not is_business_day(date(2026, 11, 28))
    assert not is_business_day(date(2026, 11, 26))
    assert not is_business_day(date(2026, 7, 3)), "July 4 is a Saturday, so Friday is observed"
    assert is_business_day(date(2026, 11, 27))


@pytest.mark.parametrize("day", [(2026, 7, 3), (2026, 11, 11), (2027, 6, 18), (2027, 7, 5), (2027, 12, 24), (2027, 12, 31)])
def test_cal_2_the_days_as_they_are_observed(day):
    assert not is_business_day(date(*day))


def test_cal_3_day_0_is_the_day_of_the_event():
    assert business_days_after(date(2026, 11, 25), 2) == date(2026, 11, 30)
    assert business_days_after(date(2026, 7, 2), 2) == date(2026, 7, 7)
    assert business_days_before(date(2026, 11, 30), 1) == date(2026, 11, 27)
    assert business_days_before(date(2026, 10, 13), 1) == date(2026, 10, 9)


# ---------------------------------------------------------------- TCM


@pytest.mark.parametrize(
    ("kind", "to", "begins"),
    [("IMP", "home", True), ("OBSENC", "home", True), ("NONAC", "alt-home", True), ("IMP", "rest-home", True), ("EMER", "home", False), ("IMP", "snf", False)],
)
def test_tcm_1_which_discharges_begin_it(kind, to, begins):
    assert bool(items("discharge-call", "2026-10-09 17:00", stay(HOME, kind=kind, to=to))) is begins
    assert tcm.eligible(kind, to) is begins


def test_tcm_2_a_nurse_who_reaches_the_patient_ends_the_call():
    assert not items("discharge-call", "2026-10-13 12:00", stay(HOME), contact("2026-10-13 09:00"))


@pytest.mark.parametrize("made", [contact("2026-10-13 09:00", by="clerk"), contact("2026-10-13 09:00", reached=False), contact("2026-10-08 09:00")])
def test_tcm_2_a_clerks_call_an_attempt_and_a_call_before_do_not(made):
    (item,) = items("discharge-call", "2026-10-13 12:00", stay(HOME), made)
    assert "contact by clinical staff is due by Oct 14, 2026 (TCM-2)" in item.why


def test_tcm_3_two_attempts_keep_it_reportable_and_trying_goes_on():
    tries = [contact("2026-10-13 09:00", reached=False, id="a"), contact("2026-10-14 18:00", reached=False, id="b")]
    (item,) = items("discharge-call", "2026-10-15 12:00", stay(HOME), *tries)
    assert "stays reportable; keep trying" in item.why
    assert "keep trying" not in items("discharge-call", "2026-10-15 12:00", stay(HOME), tries[0])[0].why


@pytest.mark.parametrize(("complexity", "day", "code"), [("high", 7, "99496"), ("high", 8, "99495"), ("high", 14, "99495"), ("high", 15, ""),
                                                         ("moderate", 5, "99495"), ("moderate", 15, ""), ("low", 3, "")])  # fmt: skip
def test_tcm_4_what_a_visit_pays(complexity, day, code):
    assert tcm.visit_code(complexity, day) == code


def test_tcm_4_the_visit_is_owed_until_one_is_booked_in_time():
    (item,) = items("discharge-visit", "2026-10-10 09:00", stay(HOME))
    assert "by Oct 16, 2026 at high complexity, by Oct 23, 2026 at moderate" in item.why
    assert not items("discharge-visit", "2026-10-10 09:00", stay(HOME), visit("2026-10-20 09:00"))
    assert items("discharge-visit", "2026-10-10 09:00", stay(HOME), visit("2026-10-24 09:00")), "day 15 is too late"
    assert not items("discharge-visit", "2026-10-24 09:00", stay(HOME))


def test_tcm_5_medications_are_reconciled_on_or_before_the_visit():
    (item,) = items("discharge-medications", "2026-10-10 09:00", stay(HOME), visit("2026-10-14 09:00"))
    assert due(item) == "2026-10-14 24:00"
    (item,) = items("discharge-medications", "2026-10-10 09:00", stay(HOME))
    assert due(item) == "2026-10-16 24:00"


def test_tcm_6_the_period_is_the_discharge_and_29_days():
    assert tcm.clocks(date(2026, 10, 9)).ends == date(2026, 11, 7)
    assert items("discharge-call", "2026-11-07 23:59", stay(HOME))
    assert not items("discharge-call", "2026-11-08 00:00", stay(HOME))


def test_tcm_6_death_ends_all_of_it():
    assert not items("discharge-call", "2026-10-13 12:00", stay(HOME), patient={**PERSON, "deceasedBoolean": True})


def test_tcm_7_a_readmission_stops_the_clocks_and_a_new_discharge_starts_them():
    again = stay(None, id="e2", status="in-progress", came="2026-10-12 10:00")
    assert not items("discharge-call", "2026-10-13 12:00", stay(HOME), again)
    back = stay("2026-10-15 10:00", id="e2", came="2026-10-12 10:00")
    (item,) = items("discharge-call", "2026-10-16 12:00", stay(HOME), back)
    assert item.key == "e2@2026-10-15"


def test_tcm_8_a_visit_that_took_place_is_as_good_as_one_that_is_booked():
    assert not items("discharge-visit", "2026-10-15 09:00", stay(HOME), visit("2026-10-14 09:00", status="fulfilled"))


def test_tcm_9_the_hospitals_own_notices_are_not_ours():
    assert not items("discharge-call", "2026-10-08 09:00", stay(None, status="in-progress"))


def test_tcm_10_the_call_is_due_on_business_day_1_and_escalates_on_day_2():
    found = answers("discharge-call", "2026-10-09 17:00", stay(HOME))
    (item,) = found.items["discharge-call"]
    assert (due(item), item.priority) == ("2026-10-13 24:00", "urgent")
    assert found.again == local("2026-10-14 00:00")
    (item,) = items("discharge-call", "2026-10-14 00:00", stay(HOME))
    assert item.priority == "asap"
    (item,) = items("discharge-visit", "2026-10-09 17:00", stay(HOME))
    assert due(item) == "2026-10-14 24:00"


# ---------------------------------------------------------------- FUP


def test_fup_1_a_critical_value_goes_to_a_clinician_at_once():
    (item,) = items("result-untold", "2026-11-24 10:05", lab("2026-11-24 10:00", "HH"))
    assert (due(item), item.priority) == ("2026-11-24 10:30", "stat")
    assert item.what == "Tell a clinician now: Potassium 5.9 mmol/L"


def test_fup_2_nobody_here_interprets_what_came_without_a_mark():
    plain = {k: v for k, v in lab("2026-11-24 10:00", "H").items() if k != "interpretation"}
    assert not items("result-untold", "2026-11-24 10:05", plain)
    assert not items("result-untold", "2026-11-24 10:05", {**lab("2026-11-24 10:00", "H"), "status": "preliminary"})


def test_fup_3_abnormal_results_are_told_in_5_business_days_normal_ones_in_14_days():
    (item,) = items("result-untold", "2026-11-24 10:05", lab("2026-11-24 10:00", "H"))
    assert (due(item), item.priority) == ("2026-12-02 24:00", "urgent"), "Thanksgiving is no business day"
    assert not items("result-untold", "2026-11-24 10:05", lab("2026-11-24 10:00", "N"))
    (item,) = items("result-untold", "2026-12-05 10:05", lab("2026-11-24 10:00", "N"))
    assert due(item) == "2026-12-08 24:00"


@pytest.mark.parametrize("told", [
    contact("2026-11-24 12:00", about="Observation/l1"),
    {"resourceType": "Encounter", "id": "e", "status": "finished", "class": {"code": "AMB"}, "period": {"end": "2026-11-24T20:00:00Z"}},
])  # fmt: skip
def test_fup_3_a_contact_about_it_or_a_visit_since_ends_it(told):
    assert not items("result-untold", "2026-11-24 17:00", lab("2026-11-24 10:00", "H"), told)
    assert items("result-untold", "2026-11-24 17:00", lab("2026-11-24 16:00", "H"), told)


def test_fup_3_a_report_stands_for_its_parts():
    report = {"resourceType": "DiagnosticReport", "id": "d1", "status": "final", "issued": "2026-11-24T15:00:00Z", "code": {"text": "Metabolic panel"},
              "result": [{"reference": "Observation/l1"}, {"reference": "Observation/l2"}]}  # fmt: skip
    parts = [lab("2026-11-24 10:00", "N"), lab("2026-11-24 10:00", "L", id="l2")]
    (item,) = items("result-untold", "2026-11-24 10:05", report, *parts)
    assert (item.key, item.what) == ("DiagnosticReport/d1", "Call with result: Metabolic panel")


@pytest.mark.parametrize(("priority", "last"), [("routine", "2026-11-16"), ("urgent", "2026-11-04"), ("asap", "2026-11-04"), ("stat", "2026-11-02")])
def test_fup_4_an_order_is_dated_by_its_urgency(priority, last):
    (item,) = items("referral-undated", "2026-11-17 09:00", order("2026-11-02", priority=priority))
    assert due(item) == f"{last} 24:00"


def test_fup_4_a_visit_ends_it_a_cancelled_one_does_not():
    assert not items("referral-undated", "2026-11-17 09:00", order("2026-11-02"), visit("2026-12-01 09:00", order="o1"))
    assert items("referral-undated", "2026-11-17 09:00", order("2026-11-02"), visit("2026-12-01 09:00", order="o1", status="cancelled"))
    assert not items("referral-undated", "2026-11-17 09:00", order("2026-11-02", status="revoked"))
    assert not items("referral-undated", "2026-11-17 09:00", order("2026-11-02", category="108252007")), "nobody is seen for a blood test"


def test_fup_4_a_report_is_due_14_days_after_the_visit():
    seen = visit("2026-11-02 09:00", status="fulfilled", order="o1")
    assert not items("referral-unreported", "2026-11-10 09:00", order("2026-10-20"), seen)
    (item,) = items("referral-unreported", "2026-11-13 09:00", order("2026-10-20"), seen)
    assert due(item) == "2026-11-16 24:00"
    came = {"resourceType": "DocumentReference", "id": "d", "status": "current", "date": "2026-11-12T10:00:00Z",
            "context": {"related": [{"reference": "ServiceRequest/o1"}]}}  # fmt: skip
    assert not items("referral-unreported", "2026-11-13 09:00", order("2026-10-20"), seen, came)


def test_fup_4_whom_another_house_has_seen_needs_no_date_and_owes_a_report():
    seen = {"resourceType": "Communication", "id": "n", "status": "completed", "sent": "2026-11-02T17:00:00Z", "basedOn": [{"reference": "ServiceRequest/o1"}],
            "category": [{"coding": [{"system": "urn:waypost:referral", "code": "seen"}]}]}  # fmt: skip
    (item,) = items("referral-unreported", "2026-11-13 09:00", order("2026-10-20"), seen)
    assert due(item) == "2026-11-16 24:00"
    assert not items("referral-undated", "2026-11-13 09:00", order("2026-10-20"), seen)
    other = {**seen, "basedOn": [{"reference": "ServiceRequest/o2"}]}
    assert not items("referral-unreported", "2026-11-13 09:00", order("2026-10-20"), other)
    assert items("referral-undated", "2026-11-13 09:00", order("2026-10-20"), other)


def test_fup_4_follow_up_is_overdue_when_its_day_passes_with_nothing_booked():
    again = order("2026-08-20", occurrenceDateTime="2026-11-20", category="390906007")
    assert not items("follow-up-overdue", "2026-10-20 09:00", again)
    (item,) = items("follow-up-overdue", "2026-11-24 09:00", again)
    assert due(item) == "2026-11-20 24:00"
    assert not items("follow-up-overdue", "2026-11-24 09:00", again, visit("2026-12-01 09:00", order="o1"))
    assert not items("referral-undated", "2026-11-24 09:00", again), "one order is one item"


# ---------------------------------------------------------------- OUT and AGE


def test_out_9_leave_that_ends_is_asked_for_again():
    assert not items("proxy-ending", "2026-11-16 09:00", relative(until="2026-12-01"))
    (item,) = items("proxy-ending", "2026-11-17 00:00", relative(until="2026-12-01"))
    assert due(item) == "2026-12-01 24:00"
    assert not items("proxy-ending", "2026-12-02 00:00", relative(until="2026-12-01"))
    assert not items("proxy-ending", "2026-11-24 09:00", relative())


def test_age_1_the_family_is_told_a_month_before_the_birthday():
    kid = {**PERSON, "birthDate": "2008-12-15"}
    mother = relative(code="MTH")
    assert not items("proxy-ending", "2026-11-14 09:00", mother, patient=kid)
    (item,) = items("proxy-ending", "2026-11-24 09:00", mother, patient=kid)
    assert (due(item), item.what) == ("2026-12-14 24:00", "Tell the family what ends at 18")
    assert not items("proxy-ending", "2026-12-15 00:00", mother, patient=kid)
    assert not items("proxy-ending", "2026-11-24 09:00", relative(code="SIS"), patient=kid)


def test_age_1_born_on_a_leap_day_turns_18_on_march_1():
    (item,) = items("proxy-ending", "2026-02-20 09:00", relative(code="MTH"), patient={**PERSON, "birthDate": "2008-02-29"})
    assert due(item) == "2026-02-28 24:00"


@pytest.mark.parametrize(("status", "now", "there"), [
    ("requested", "2026-11-25 08:00", False), ("requested", "2026-11-25 10:00", True), ("accepted", "2026-11-25 10:00", False),
    ("rejected", "2026-11-24 10:00", True), ("completed", "2026-11-25 10:00", False),
])  # fmt: skip
def test_out_10_an_interpreter_not_confirmed_by_the_cut_off(status, now, there):
    asked = request("interpreter", status, due="2026-11-25 09:00")
    assert bool(items("request-unanswered", now, visit("2026-11-27 09:00"), asked)) is there


def test_out_10_an_interpreter_needed_and_never_asked_for():
    needs = {**PERSON, "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired", "valueBoolean": True}]}
    assert items("interpreter-unasked", "2026-11-24 09:00", visit("2026-11-27 09:00"), patient=needs)
    assert not items("interpreter-unasked", "2026-11-24 09:00", visit("2026-11-27 09:00"), request("interpreter"), patient=needs)
    assert not items("interpreter-unasked", "2026-11-24 09:00", visit("2026-11-27 09:00"))


# ---------------------------------------------------------------- SCH


@pytest.mark.parametrize(("now", "answer", "there"), [
    ("2026-11-24 23:59", "needs-action", False), ("2026-11-25 00:00", "needs-action", True), ("2026-11-25 00:00", "accepted", False),
    ("2026-11-27 08:59", "declined", True), ("2026-11-30 09:00", "needs-action", False),
])  # fmt: skip
def test_sch_2_a_visit_is_confirmed_by_the_business_day_before(now, answer, there):
    found = items("visit-unconfirmed", now, visit("2026-11-30 09:00", answer=answer))  # Monday after Thanksgiving
    assert bool(found) is there
    assert all(due(item) == "2026-11-27 24:00" for item in found)


def test_sch_2_the_clock_alone_brings_it_up():
    assert answers("visit-unconfirmed", "2026-11-24 09:00", visit("2026-11-30 09:00", answer="needs-action")).again == local("2026-11-25 00:00")


def test_sch_1_who_did_not_come_is_called_by_the_next_business_day():
    missed = visit("2026-11-24 09:00", status="noshow")
    (item,) = items("no-show", "2026-11-24 10:00", missed)
    assert due(item) == "2026-11-25 24:00"
    assert not items("no-show", "2026-11-24 10:00", missed, visit("2026-12-01 09:00", id="v2"))
    assert not items("no-show", "2026-11-24 12:00", missed, contact("2026-11-24 11:00", about="Appointment/v1", by="clerk"))
    assert items("no-show", "2026-11-24 12:00", missed, contact("2026-11-24 11:00", about="Appointment/v1", reached=False)), "an attempt is no contact"
    assert not items("no-show", "2026-12-09 09:00", missed)


def test_sch_6_preparation_goes_out_before_the_visit():
    coming = visit("2026-11-30 09:00")
    assert items("preparation-unsent", "2026-11-24 09:00", coming)
    letter = contact("2026-11-24 08:00", about="Appointment/v1", channel="notice", medium="MAILWRIT")
    assert not items("preparation-unsent", "2026-11-24 09:00", coming, letter)
    assert not items("preparation-unsent", "2026-11-24 09:00", visit("2026-11-30 09:00", kind="echo"))


def test_sch_6_a_visit_without_its_order_is_not_ready():
    coming = visit("2026-11-30 09:00", kind="echo")
    assert not items("visit-unready", "2026-11-23 09:00", coming), "the fourth business day before"
    (item,) = items("visit-unready", "2026-11-24 09:00", coming)
    assert "lacks an order" in item.why
    assert not items("visit-unready", "2026-11-24 09:00", visit("2026-11-30 09:00", kind="echo", order="o1"), order("2026-11-02"))
    assert not items("visit-unready", "2026-11-24 09:00", coming, request("order-missing")), "it is work of its own already"


def test_fup_6_a_visit_whose_authorization_was_denied_is_not_ready():
    answer = {"resourceType": "ClaimResponse", "id": "a", "status": "active", "use": "preauthorization", "outcome": "complete",
              "disposition": "Denied: not medically necessary", "created": "2026-11-20"}  # fmt: skip
    (item,) = items("visit-unready", "2026-11-24 09:00", visit("2026-11-30 09:00"), answer)
    assert "lacks prior authorization (the answer reads like a denial)" in item.why
    assert not items("visit-unready", "2026-11-24 09:00", visit("2026-11-30 09:00"), {**answer, "preAuthRef": "A-1", "disposition": "Approved"})


@pytest.mark.parametrize("kind", ["records", "forms", "drug"])
def test_sch_6_what_was_asked_for_and_comes_only_after_the_visit_is_lacking(kind):
    late = request(kind, due="2026-12-02 09:00")
    assert items("visit-unready", "2026-11-24 09:00", visit("2026-11-30 09:00"), late)
    assert not items("visit-unready", "2026-11-24 09:00", visit("2026-11-30 09:00"), request(kind, due="2026-11-27 09:00"))


def test_sch_6_a_test_to_be_done_by_the_visit_has_a_result():
    blood = order("2026-11-02", id="b1", category="108252007", occurrenceDateTime="2026-11-25", code={"text": "Potassium"})
    (item,) = items("visit-unready", "2026-11-24 09:00", visit("2026-11-30 09:00"), blood)
    assert "the result of Potassium" in item.why
    assert not items("visit-unready", "2026-11-24 09:00", visit("2026-11-30 09:00"), blood, lab("2026-11-20 09:00", "N", basedOn=[{"reference": "ServiceRequest/b1"}]))


# ---------------------------------------------------------------- coverage, details, care team, papers, promises


def coverage(**more):
    return {"resourceType": "Coverage", "id": "k1", "status": "active", "payor": [{"display": "Northfield"}], **more}


def said(on, inforce=True):
    return {"resourceType": "CoverageEligibilityResponse", "id": "q1", "status": "active", "created": on, "outcome": "complete",
            "insurance": [{"coverage": {"reference": "Coverage/k1"}, "inforce": inforce}]}  # fmt: skip


def test_coverage_that_ends_before_a_visit_is_asked_about():
    ends = coverage(period={"start": "2026-01-01", "end": "2026-11-30"})
    (item,) = items("coverage-ending", "2026-11-24 09:00", ends, visit("2026-12-02 09:00"))
    assert "ends Nov 30, 2026, before the visit" in item.why
    assert not items("coverage-ending", "2026-11-24 09:00", ends, visit("2026-11-30 09:00"))
    follows = {**coverage(period={"start": "2026-12-01"}), "id": "k2"}
    assert not items("coverage-ending", "2026-11-24 09:00", ends, follows, visit("2026-12-02 09:00"))


@pytest.mark.parametrize(("answers_", "there"), [((), True), ((said("2026-11-10"),), False), ((said("2026-09-10"),), True), ((said("2026-11-10", inforce=False),), True)])
def test_coverage_is_verified_before_a_visit(answers_, there):
    assert bool(items("coverage-unverified", "2026-11-24 09:00", coverage(), *answers_, visit("2026-11-25 09:00"))) is there
    assert not items("coverage-unverified", "2026-11-23 09:00", coverage(), *answers_, visit("2026-11-30 09:00"))


def test_fact_2_a_phone_number_is_asked_for_before_a_visit_and_no_longer_once_it_is_there():
    bare = {k: v for k, v in PERSON.items() if k != "telecom"}
    (item,) = items("details-missing", "2026-11-24 09:00", visit("2026-11-30 09:00"), patient=bare)
    assert (item.what, item.why) == ("Ask for phone number", "On record there is no phone number.")
    assert not items("details-missing", "2026-11-24 09:00", patient=bare), "nobody comes, nobody asks"
    assert not items("details-missing", "2026-11-24 09:00", visit("2026-11-30 09:00"))


def test_a_number_that_reached_the_wrong_person_is_asked_for_again():
    wrong = contact("2026-11-20 09:00", by="clerk", reached=False, outcome="wrong-number")
    assert items("details-bounced", "2026-11-24 09:00", wrong)
    assert not items("details-bounced", "2026-11-24 09:00", wrong, patient={**PERSON, "meta": {"lastUpdated": "2026-11-21T09:00:00Z"}})


def test_a_wrong_number_in_the_evening_is_of_that_day():
    (item,) = items("details-bounced", "2026-11-25 09:00", contact("2026-11-23 20:00", by="clerk", reached=False, outcome="wrong-number"))
    assert due(item) == "2026-11-25 24:00"


def test_fact_8_a_care_team_has_a_lead():
    team = {"resourceType": "CareTeam", "id": "t1", "status": "active", "meta": {"lastUpdated": "2026-11-20T15:00:00Z"}, "participant": []}
    (item,) = items("care-team-lead", "2026-11-24 09:00", team)
    assert due(item) == "2026-11-30 24:00"
    led = {**team, "participant": [{"role": [{"coding": [{"code": "coordinator"}]}], "member": {"reference": "Practitioner/ruiz", "display": "Ana Ruiz"}}]}
    assert not items("care-team-lead", "2026-11-24 09:00", led)


def test_a_document_is_filed_within_two_business_days():
    paper = {"resourceType": "DocumentReference", "id": "d1", "status": "current", "docStatus": "preliminary", "date": "2026-11-24T15:00:00Z",
             "subject": {"reference": "Patient/p1"}, "description": "Fax"}  # fmt: skip
    (item,) = items("document-unfiled", "2026-11-24 11:00", paper)
    assert (due(item), item.what) == ("2026-11-27 24:00", "File: Fax")
    assert not items("document-unfiled", "2026-11-24 11:00", {**paper, "docStatus": "final"})


def test_a_promise_that_was_not_kept_becomes_the_teams():
    promised = {**request("promise", "accepted", due="2026-11-24 10:00"), "owner": {"reference": "Practitioner/kim", "display": "Kim"}}
    assert not items("promise-unkept", "2026-11-24 10:59", promised)
    (item,) = items("promise-unkept", "2026-11-24 11:00", promised)
    assert item.what == "Keep the promise that Kim could not keep"
