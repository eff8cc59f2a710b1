"""Who seems to pay before Medicare (a suggestion; the payers decide)."""

import pytest

from waypost.coordination.flow.checkin import msp

NO = {question.code: "no" for question in msp.QUESTIONS if not question.of}


@pytest.mark.parametrize(
    ("yes", "more", "first"),
    [
        ("", {}, ""),
        ("injury-work", {}, "Workers’ compensation"),
        ("accident", {}, "No-fault or liability insurance"),
        ("black-lung", {}, "Federal Black Lung Program"),
        ("veterans", {}, "Veterans Affairs"),
        ("group-plan", {"employer": "under-20"}, ""),
        ("group-plan", {"employer": "20-99"}, "The employer’s plan"),
        ("group-plan disability", {"employer": "20-99"}, ""),
        ("group-plan disability", {"employer": "100"}, "The employer’s plan"),
        ("group-plan kidney", {"employer": "under-20", "kidney-months": "yes"}, "The employer’s plan"),
        ("group-plan kidney", {"employer": "100", "kidney-months": "no"}, ""),
        ("kidney", {"kidney-months": "yes"}, ""),
    ],
)
def test_who_pays_first(yes, more, first):
    answers = {**NO, **dict.fromkeys(yes.split(), "yes"), **more}
    assert msp.missing(answers) == []
    assert msp.suggest(answers).first == first


def test_not_sure_is_said_as_such():
    assert not msp.suggest({**NO, "group-plan": "yes", "employer": "unsure"}).sure
    assert not msp.suggest({**NO, "accident": "unsure"}).sure
    assert msp.suggest(NO).sure


def test_questions_that_do_not_arise_are_not_asked():
    assert "employer" not in {one.code for one in msp.asked(NO)}
    assert "employer" in {one.code for one in msp.missing({**NO, "group-plan": "yes"})}


def test_answers_come_back_as_they_were_kept():
    answers = {**NO, "group-plan": "yes", "employer": "100"}
    assert msp.answers_of({"item": msp.items_of(answers)}) == answers


@pytest.mark.parametrize(
    ("coverage", "is_it"),
    [
        ({"status": "active", "type": {"text": "Medicare Part B"}}, True),
        ({"status": "active", "payor": [{"display": "Larkspur Medicare Advantage"}]}, True),
        ({"status": "active", "payor": [{"display": "State Medicaid"}]}, False),
        ({"status": "cancelled", "type": {"text": "Medicare Part B"}}, False),
    ],
)
def test_what_is_medicare(coverage, is_it):
    assert msp.has_medicare(coverage) is is_it
