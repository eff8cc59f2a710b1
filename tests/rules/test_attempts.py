"""How often one tries before giving up: the rulebook's rows, and what they say is still due."""

from datetime import date

import pytest
from tests.rules.facts_cases import ZONE, contact, local

from waypost.coordination.contacts.attempts import tried
from waypost.coordination.contacts.reading import contacts_of


def done(*attempts, kind="referral", now="2026-11-24 10:22"):
    made = [contact(at, id=f"c{n}", reached=False, by=by, channel=channel, medium=medium)
            for n, (at, channel, medium, by) in enumerate(attempts)]  # fmt: skip
    return tried(contacts_of(made), kind, local(now), ZONE)


def call(at, by="clerk"):
    return at, "call", "PHONE", by


def text(at, by="clerk"):
    return at, "text", "SMSWRIT", by


def said(found):
    return found.lacking.say(ZONE, date(2026, 11, 24))


def test_fup_4_three_attempts_two_ways_one_after_work_over_ten_days():
    enough = done(call("2026-11-10 10:00"), call("2026-11-12 18:00"), text("2026-11-20 10:00"))
    assert enough.enough
    assert enough.words == "3rd attempt; enough. Send a letter, and ask whoever referred what to do."


@pytest.mark.parametrize(("attempts", "lacks"), [
    ((), "3 attempts, one after 5 PM, before 8 AM or on a day off, the last on Dec 4 or later"),
    ((call("2026-11-23 10:00"),), "2 attempts, one by text or e-mail, one after 5 PM, before 8 AM or on a day off, the last on Dec 3 or later"),
    ((call("2026-11-10 10:00"), call("2026-11-12 18:00"), call("2026-11-20 10:00")), "1 attempt, by text or e-mail"),
    ((call("2026-11-10 10:00"), text("2026-11-12 10:00"), call("2026-11-20 10:00")), "1 attempt, after 5 PM, before 8 AM or on a day off"),
    ((call("2026-11-20 10:00"), text("2026-11-21 10:00"), call("2026-11-23 18:00")), "1 attempt, on Nov 30 or later"),
])  # fmt: skip
def test_fup_4_what_is_lacking_is_said(attempts, lacks):
    found = done(*attempts)
    assert not found.enough
    assert said(found).startswith(f"Still due: {lacks} (FUP-4). Next: ")


def test_fup_4_the_next_is_offered_this_evening_or_when_the_ten_days_are_over():
    assert said(done(call("2026-11-24 09:00"))).endswith("Next: Tue, Nov 24, 5:30 PM, by text or e-mail.")
    assert said(done(call("2026-11-24 09:00"), now="2026-11-24 19:00")).endswith("Next: Wed, Nov 25, 5:30 PM, by text or e-mail.")
    late = done(call("2026-11-18 10:00"), text("2026-11-20 18:00"))
    assert said(late).endswith("Next: Mon, Nov 30, 10:00 AM."), "the tenth day is a Saturday"


def test_tcm_3_two_separate_attempts_by_clinical_staff():
    assert done(call("2026-11-23 10:00", "nurse"), call("2026-11-24 09:00", "nurse"), kind="discharge-call").enough
    mixed = done(call("2026-11-23 10:00", "nurse"), call("2026-11-24 09:00"), kind="discharge-call")
    assert (mixed.made, mixed.outreach) == (1, 1)
    assert said(mixed).startswith("Still due: 1 attempt by a nurse or clinician (TCM-2, TCM-3).")
    at_once = done(call("2026-11-23 10:00", "nurse"), call("2026-11-23 10:20", "nurse"), kind="discharge-call")
    assert at_once.made == 1, "the line was redialed: one attempt"


def test_work_of_which_no_rule_says_how_often_may_be_given_up():
    assert done(kind="confirm").enough
    assert done(call("2026-11-23 10:00"), kind="confirm").words == "1st attempt."
