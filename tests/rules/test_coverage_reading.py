"""Coverage: in force only where someone said so, never 'inactive' without proof."""

from datetime import date
from decimal import Decimal

import pytest

from waypost.coverage import rules

TODAY = date(2026, 11, 24)


def coverage(start="2026-01-01", end=None, **more):
    period = {k: v for k, v in (("start", start), ("end", end)) if v}
    return {
        "resourceType": "Coverage",
        "id": "c",
        "status": "active",
        "subscriberId": "88-204",
        "payor": [{"display": "Northfield"}],
        "period": period,
        **more,
    }


def answer(on, inforce=True, outcome="complete", items=()):
    insurance = {"coverage": {"reference": "Coverage/c"}, "item": list(items)}
    if inforce is not None:
        insurance["inforce"] = inforce
    return {
        "resourceType": "CoverageEligibilityResponse",
        "created": on,
        "outcome": outcome,
        "insurance": [insurance],
    }


@pytest.mark.parametrize(
    ("what", "heard", "state", "said"),
    [
        (coverage(), [], "unknown", "Never verified."),
        (coverage(), [answer("2026-11-20")], "active", "Northfield said active on Nov 20."),
        (coverage(), [answer("2026-09-02")], "unknown", "Last said active on Sep 2."),
        (coverage(), [answer("2026-11-20", None)], "unknown", "Never verified."),
        (coverage(), [answer("2026-11-20", False)], "refused", "Northfield said not active on Nov 20."),
        (
            coverage(),
            [answer("2026-11-20", None, "error")],
            "unknown",
            "Northfield did not answer on Nov 20.",
        ),
        (
            coverage(),
            [answer("2026-11-20", None, "error"), answer("2026-11-02")],
            "unknown",
            "Northfield did not answer on Nov 20; last said active on Nov 2.",
        ),
        (coverage(end="2026-11-23"), [answer("2026-11-20")], "ended", "Ended Nov 23, as recorded."),
        (coverage(end="2026-11-24"), [answer("2026-11-20")], "active", "Northfield said active on Nov 20."),
        (coverage(start="2027-01-01"), [], "not-yet", "Begins Jan 1, 2027, as recorded."),
        (coverage(status="cancelled"), [], "ended", "Recorded as cancelled."),
    ],
)
def test_the_state_of_a_coverage_is_what_someone_said(what, heard, state, said):
    view = rules.view(what, heard, TODAY)
    assert (view.state, view.said) == (state, said)


def test_an_answer_about_another_coverage_says_nothing_of_this_one():
    other = answer("2026-11-20")
    other["insurance"][0]["coverage"] = {"reference": "Coverage/other"}
    assert rules.view(coverage(), [other], TODAY).state == "unknown"


def benefit(kind, allowed=None, used=None, network=None):
    made = {"type": {"coding": [{"code": kind}]}}
    if allowed is not None:
        made["allowedMoney"] = {"value": allowed}
    if used is not None:
        made["usedMoney"] = {"value": used}
    item = {"benefit": [made]}
    if network:
        item["network"] = {"coding": [{"code": network}]}
    return item


@pytest.mark.parametrize(
    ("items", "left"),
    [
        ([benefit("deductible", 1500, 1087.5)], Decimal("412.5")),
        ([benefit("deductible", 500, 700)], Decimal(0)),
        ([benefit("deductible", 500)], None),  # used is not known: nothing is guessed
        ([benefit("deductible-left", 412.5)], Decimal("412.5")),
        ([benefit("deductible", 9000, 0, "out"), benefit("deductible", 500, 100, "in")], Decimal(400)),
        ([benefit("copay", 20)], None),
    ],
)
def test_the_deductible_left_is_shown_only_where_it_was_said(items, left):
    assert rules.deductible_left(answer("2026-11-20", items=items)["insurance"][0]) == left


def test_the_bands_words():
    assert rules.view(coverage(), [], TODAY).short == "Northfield, verify"
    assert rules.view(coverage(), [answer("2026-11-20")], TODAY).short == "Northfield"
    assert rules.view({"type": {"coding": [{"code": "SELFPAY"}]}}, [], TODAY).short == "Self-pay"
