"""FUP-2, FUP-4's ladder, FUP-5 and FUP-6 of the rulebook: their worked cases."""

from datetime import date

import pytest
from tests.rules.facts_cases import answers, contact, due, facts, iso, items, local, order, stay, visit

from waypost.coordination.referrals.state import around_of, loop_of
from waypost.coordination.referrals.writing import with_report
from waypost.coordination.worklist import escalating
from waypost.coordination.worklist.kinds import Lane
from waypost.coordination.worklist.ranking import Standing
from waypost.coordination.worklist.rules.refills import Away, Fill, critical, gap, reaches, runs_out
from waypost.coordination.worklist.rules.settling import task_of
from waypost.coordination.worklist.rules.table import BY_CODE


def gone(rule, item, now, *resources):
    seen = facts(now, *resources)
    return BY_CODE[rule].gone(seen, task_of(seen, "t1", BY_CODE[rule], item))


# ---------------------------------------------------------------- FUP-2


def mammogram(issued, *, category="", id="m1", **more):
    made = {"resourceType": "DiagnosticReport", "id": id, "status": "final", "issued": iso(issued), "code": {"text": "Screening mammogram, both"}, **more}
    return made | ({"conclusionCode": [{"coding": [{"system": "http://snomed.info/sct", "code": category}]}]} if category else {})


def letter(at, about, *, id="k1", to=""):
    made = contact(at, id=id, about=about, channel="letter", medium="MAILWRIT")
    return made | ({"recipient": [{"reference": to}]} if to else {})


def test_fup_2_a_letter_in_plain_words_within_30_days():
    (item,) = items("mammogram-letter", "2026-11-03 09:00", mammogram("2026-11-02 09:00"))
    assert (due(item), item.priority) == ("2026-12-02 24:00", "routine")
    assert not items("mammogram-letter", "2026-11-20 09:00", mammogram("2026-11-02 09:00"), letter("2026-11-05 09:00", "DiagnosticReport/m1"))
    assert not items("mammogram-letter", "2026-11-03 09:00", {**mammogram("2026-11-02 09:00"), "code": {"text": "Chest X-ray"}})


@pytest.mark.parametrize("category", ["397144001", "397145000"])
def test_fup_2_suspicious_within_7_calendar_days_to_patient_and_provider(category):
    read = mammogram("2026-11-20 09:00", category=category)
    found = {item.key: item for item in items("mammogram-letter", "2026-11-20 10:00", read)}
    assert {key: due(item) for key, item in found.items()} == {"m1:patient": "2026-11-27 24:00", "m1:provider": "2026-11-27 24:00"}
    assert all(item.lane == "safety" for item in found.values())
    told = letter("2026-11-21 09:00", "DiagnosticReport/m1", to="Practitioner/kim")
    (left,) = items("mammogram-letter", "2026-11-22 10:00", read, told)
    assert left.key == "m1:patient"
    assert gone("mammogram-letter", found["m1:provider"], "2026-11-22 10:00", read, told) == "Whoever referred has it."


def test_fup_2_a_benign_one_does_not_hurry():
    (item,) = items("mammogram-letter", "2026-11-20 10:00", mammogram("2026-11-20 09:00", category="397141009"))
    assert due(item) == "2026-12-20 24:00"


# ---------------------------------------------------------------- FUP-4: seen and reported, read once by rule and page


def paper(on):
    return {"resourceType": "DocumentReference", "id": "d1", "status": "current", "date": f"{on}T10:00:00-05:00",
            "context": {"related": [{"reference": "ServiceRequest/o1"}]}}  # fmt: skip


def met(on, **more):
    return {"resourceType": "Encounter", "id": "e9", "status": "finished", "period": {"start": iso(f"{on} 09:00"), "end": iso(f"{on} 09:30")},
            "basedOn": [{"reference": "ServiceRequest/o1"}], **more}  # fmt: skip


@pytest.mark.parametrize(("came", "owed"), [("2026-11-01", True), ("2026-11-02", False), ("2026-11-12", False)])
@pytest.mark.parametrize("seen", [visit("2026-11-02 09:00", status="fulfilled", order="o1"), met("2026-11-02")])
def test_fup_4_a_report_dated_before_the_visit_is_not_its_report_for_rule_and_page(seen, came, owed):
    resources = (seen, paper(came))
    assert bool(items("referral-unreported", "2026-11-13 09:00", order("2026-10-20"), *resources)) is owed
    page = loop_of(around_of(order("2026-10-20"), resources), date(2026, 11, 13), "America/New_York")
    assert (page.next == "report") is owed
    assert page.step("seen").on == date(2026, 11, 2)


def test_fup_4_an_older_report_that_somebody_filed_as_this_referrals_is_its_report():
    seen, filed = visit("2026-11-02 09:00", status="fulfilled", order="o1"), with_report({**paper("2026-10-01"), "context": {}}, order("2026-10-20"))
    assert not items("referral-unreported", "2026-11-13 09:00", order("2026-10-20"), seen, filed)
    assert loop_of(around_of(order("2026-10-20"), (seen, filed)), date(2026, 11, 13), "America/New_York").next == "told"


def test_fup_4_an_encounter_that_names_the_order_says_that_the_patient_was_seen():
    assert not items("referral-undated", "2026-11-13 09:00", order("2026-10-20"), met("2026-11-02"))
    assert items("referral-undated", "2026-11-13 09:00", order("2026-10-20"), met("2026-11-02", status="in-progress"))


# ---------------------------------------------------------------- FUP-4: the ladder


def tried(at, n, *, channel="call", medium="PHONE"):
    return contact(at, id=f"c{n}", by="clerk", reached=False, about="ServiceRequest/o1", channel=channel, medium=medium)


LADDER = (tried("2026-11-04 10:00", 1), tried("2026-11-06 18:00", 2, channel="text", medium="SMSWRIT"), tried("2026-11-16 10:00", 3))


def test_fup_4_after_three_attempts_a_letter_and_the_referrers_decision():
    assert not items("unreached", "2026-11-17 09:00", order("2026-11-02"), *LADDER[:2])
    found = {item.key: item for item in items("unreached", "2026-11-17 09:00", order("2026-11-02"), *LADDER)}
    assert set(found) == {"letter:o1@2026-11-16", "decision:o1@2026-11-16"}
    assert all(due(item) == "2026-11-18 24:00" for item in found.values())
    assert items("referral-undated", "2026-11-17 09:00", order("2026-11-02"), *LADDER), "overdue triggers the next step, and never closes"


def test_fup_4_the_letter_ends_the_letter_and_the_decision_is_a_persons():
    sent = letter("2026-11-17 15:00", "ServiceRequest/o1")
    sent = {**sent, "status": "not-done"}
    (left,) = items("unreached", "2026-11-18 09:00", order("2026-11-02"), *LADDER, sent)
    assert left.key == "decision:o1@2026-11-16"
    letter_item = next(i for i in items("unreached", "2026-11-17 09:00", order("2026-11-02"), *LADDER) if i.key.startswith("letter"))
    assert gone("unreached", letter_item, "2026-11-18 09:00", order("2026-11-02"), *LADDER, sent).startswith("A letter has gone out")


@pytest.mark.parametrize(("more", "why"), [
    (contact("2026-11-17 10:00", id="c9", about="ServiceRequest/o1"), "The patient was reached."),
    (visit("2026-12-01 09:00", order="o1"), "A visit is booked, or the patient was seen."),
])  # fmt: skip
def test_fup_4_whoever_is_reached_or_booked_after_all_needs_neither(more, why):
    item = items("unreached", "2026-11-17 09:00", order("2026-11-02"), *LADDER)[0]
    assert not items("unreached", "2026-11-18 09:00", order("2026-11-02"), *LADDER, more)
    assert gone("unreached", item, "2026-11-18 09:00", order("2026-11-02"), *LADDER, more) == why


def test_fup_4_overdue_follow_up_has_the_same_ladder():
    again = order("2026-08-20", occurrenceDateTime="2026-11-01", category="390906007")
    assert len(items("unreached", "2026-11-17 09:00", again, *LADDER)) == 2


# ---------------------------------------------------------------- FUP-5


def test_fup_5_a_90_day_fill_of_july_1_is_8_days_short_on_october_7():
    end = runs_out([Fill(date(2026, 7, 1), 90)])
    assert end == date(2026, 9, 29), "the supply ends with September 28"
    assert gap(end, date(2026, 10, 7)) == 8
    assert reaches(end, 8, date(2026, 10, 7)) == date(2026, 10, 7)


def test_fup_5_what_is_left_of_an_early_fill_is_carried_over():
    assert runs_out([Fill(date(2026, 7, 1), 30), Fill(date(2026, 7, 21), 30)]) == date(2026, 8, 30)
    assert runs_out([Fill(date(2026, 7, 1), 30), Fill(date(2026, 8, 10), 30)]) == date(2026, 9, 9), "a gap before is not made up for"


def test_fup_5_days_in_a_hospital_are_no_gap():
    away = [Away(date(2026, 10, 1), date(2026, 10, 5))]
    assert gap(date(2026, 9, 29), date(2026, 10, 7), away) == 4
    assert reaches(date(2026, 9, 29), 8, date(2026, 10, 20), away) == date(2026, 10, 11)


@pytest.mark.parametrize(("name", "kind"), [
    ("Warfarin sodium 5 MG oral tablet", "anticoagulant"), ("insulin glargine 100 UNT/ML", "insulin"), ("Levetiracetam 500 mg", "anti-seizure"),
    ("Clozapine 100 mg", "antipsychotic"), ("Tacrolimus 1 mg capsule", "transplant"), ("Lisinopril 10 mg", ""),
])  # fmt: skip
def test_fup_5_which_drugs_are_critical(name, kind):
    assert critical(name, date(2026, 11, 24)) == kind


def prescribed(name="Lisinopril 10 mg", *, status="active", id="rx1"):
    return {"resourceType": "MedicationRequest", "id": id, "status": status, "intent": "order", "medicationCodeableConcept": {"text": name}}


def handed(on, days=90, *, id="d1", name="Lisinopril 10 mg", **more):
    supply = {"daysSupply": {"value": days, "code": "d"}} if days else {}
    return {"resourceType": "MedicationDispense", "id": id, "status": "completed", "whenHandedOver": iso(f"{on} 12:00"),
            "medicationCodeableConcept": {"text": name}, **supply, **more}  # fmt: skip


@pytest.mark.parametrize(("now", "key"), [
    ("2026-10-02 09:00", ""), ("2026-10-03 09:00", "watch"), ("2026-10-06 09:00", "watch"), ("2026-10-07 09:00", "contact"), ("2026-12-27 09:00", "contact"),
    ("2026-12-28 09:00", ""),
])  # fmt: skip
def test_fup_5_watched_after_3_days_and_called_after_7(now, key):
    found = items("refill-gap", now, prescribed(), handed("2026-07-01"))
    assert [item.key.rpartition(":")[2] for item in found] == ([key] if key else [])


def test_fup_5_the_clock_alone_brings_each_step():
    assert answers("refill-gap", "2026-09-01 09:00", prescribed(), handed("2026-07-01")).again == local("2026-10-03 00:00")
    assert answers("refill-gap", "2026-10-03 09:00", prescribed(), handed("2026-07-01")).again == local("2026-10-07 00:00")
    (item,) = items("refill-gap", "2026-10-09 09:00", prescribed(), handed("2026-07-01"))
    assert due(item) == "2026-10-08 24:00"
    assert "Last filled Jul 1, 2026; supply ran out after Sep 28, 2026" in item.why


def test_fup_5_a_critical_drug_is_called_about_the_same_day():
    rx, fill = prescribed("Apixaban 5 mg"), handed("2026-07-01", name="Apixaban 5 mg")
    assert not items("refill-gap", "2026-09-29 09:00", rx, fill)
    (item,) = items("refill-gap", "2026-09-30 00:00", rx, fill)
    assert (due(item), item.lane, item.priority) == ("2026-09-30 24:00", "safety", "urgent")


@pytest.mark.parametrize("more", [
    (prescribed(), handed("2026-07-01"), handed("2026-10-06", id="d2")), (prescribed(status="stopped"), handed("2026-07-01")), (prescribed(),),
    (prescribed(), handed("2026-07-01", days=None)), (handed("2026-07-01"),),
])  # fmt: skip
def test_fup_5_a_fill_an_end_of_the_prescription_or_an_unknown_supply_asks_for_nothing(more):
    assert not items("refill-gap", "2026-10-07 09:00", *more)


def test_fup_5_how_it_ends_is_said():
    (item,) = items("refill-gap", "2026-10-07 09:00", prescribed(), handed("2026-07-01"))
    assert gone("refill-gap", item, "2026-10-08 09:00", prescribed(), handed("2026-07-01"), handed("2026-10-07", id="d2")) == "Filled Oct 7, 2026."
    assert gone("refill-gap", item, "2026-10-08 09:00", handed("2026-07-01")) == "It is no longer prescribed."


def test_fup_5_a_stay_counts_by_the_record():
    home = stay("2026-10-05 15:00", came="2026-10-01 10:00")
    assert [i.key[-5:] for i in items("refill-gap", "2026-10-07 09:00", prescribed(), handed("2026-07-01"), home)] == ["watch"]
    assert answers("refill-gap", "2026-10-07 09:00", prescribed(), handed("2026-07-01"), home).again == local("2026-10-11 00:00")


# ---------------------------------------------------------------- FUP-6


def asked(created, *, priority="normal"):
    return {"resourceType": "Claim", "id": "k1", "status": "active", "use": "preauthorization", "created": iso(created),
            "priority": {"coding": [{"code": priority}]}, "insurer": {"display": "Northfield"}}  # fmt: skip


def answered(**more):
    return {"resourceType": "ClaimResponse", "id": "a1", "status": "active", "use": "preauthorization", "outcome": "complete", "created": "2026-11-20",
            "request": {"reference": "Claim/k1"}, **more}  # fmt: skip


@pytest.mark.parametrize(("priority", "before", "after"), [
    ("stat", "2026-11-20 09:59", "2026-11-20 10:00"), ("normal", "2026-11-24 23:59", "2026-11-25 00:00"),
])  # fmt: skip
def test_fup_6_72_hours_expedited_7_calendar_days_standard(priority, before, after):
    claim = asked("2026-11-17 10:00", priority=priority)
    assert not items("authorization-undecided", before, claim)
    (item,) = items("authorization-undecided", after, claim)
    assert item.what == "Ask Northfield for its decision"
    assert items("authorization-undecided", after, claim, answered(outcome="queued")), "pended is no decision"
    assert not items("authorization-undecided", after, claim, answered(preAuthRef="A-1"))


def test_fup_6_a_denial_has_a_reason():
    claim = asked("2026-11-17 10:00")
    (item,) = items("authorization-undecided", "2026-11-20 10:00", claim, answered(disposition="Denied"))
    assert (item.key, due(item)) == ("a1:reason", "2026-11-23 24:00")
    assert not items("authorization-undecided", "2026-11-20 10:00", claim, answered(disposition="Denied: not medically necessary"))
    assert not items("authorization-undecided", "2026-11-20 10:00", claim, answered(disposition="Denied", processNote=[{"text": "Out of network"}]))


# ---------------------------------------------------------------- FUP-3: who else is to know


@pytest.mark.parametrize(("now", "owned", "lane", "said"), [
    ("2026-11-18 23:00", False, Lane.SAFETY, ""),
    ("2026-11-19 00:00", False, Lane.SAFETY, "Escalated to the clinician lead: 2 business days without anyone who took it (FUP-3)."),
    ("2026-11-19 00:00", True, Lane.SAFETY, ""),
    ("2026-11-19 00:00", False, Lane.AGE, ""),
    ("2026-11-24 09:00", True, Lane.SAFETY, "Escalated to the manager: late at the start of the next business day (FUP-3)."),
])  # fmt: skip
def test_fup_3_nobody_took_it_in_2_days_and_nobody_told_in_5(now, owned, lane, said):
    standing = Standing("r", lane, local("2026-11-24 00:00"), 2, local("2026-11-16 10:00"))  # abnormal, of Monday; due by the fifth business day
    assert escalating.says("result", standing, local(now), "America/New_York", owned=owned) == said
