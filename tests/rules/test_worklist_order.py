"""The order of the worklist: total, the same for the same facts, and explained."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.coordination.worklist import ranking
from waypost.coordination.worklist.kinds import Lane
from waypost.coordination.worklist.ranking import Moment, Standing

NEW_YORK = ZoneInfo("America/New_York")
NOW = datetime(2026, 11, 24, 10, 22, tzinfo=NEW_YORK)
AT = Moment(NOW.astimezone(UTC), "America/New_York")


def local(day, hour=0, minute=0):
    return datetime(2026, 11, day, hour, minute, tzinfo=NEW_YORK).astimezone(UTC)


def item(id, lane, due, *, here=False, priority=3, authored=None):
    return Standing(id, lane, due, priority, authored or local(12, 9), here)


MORNING = [
    item("potassium", Lane.SAFETY, local(24, 15, 10)),
    item("discharge", Lane.PAYMENT, local(24)),  # the first attempt was due by the end of Monday
    item("infusion", Lane.AGE, local(24, 17), here=True),
    item("authorization", Lane.PAYMENT, local(24, 17)),
    item("referral", Lane.AGE, local(26)),
    item("rent", Lane.PROMISE, local(28)),
    item("someday", Lane.AGE, None),
]


def test_a_tuesday_morning_stands_as_on_the_mock_page():
    found = ranking.in_order(reversed(MORNING), AT)
    assert [one.id for one in found] == [one.id for one in MORNING]


@pytest.mark.parametrize(
    ("id", "says"),
    [
        ("potassium", "First: patient safety."),
        ("discharge", "Now, as a payment clock is late: due Mon, Nov 23."),
        ("infusion", "In the building now: ask in person."),
        ("authorization", "Today, as a payment clock runs out today at 5:00 PM."),
        ("referral", "Later: due Wed, Nov 25."),
        ("rent", "Later: due Fri, Nov 27, a promise."),
        ("someday", "Has no due date, so it stands last."),
    ],
)
def test_each_item_says_why_it_stands_where_it_stands(id, says):
    assert ranking.why_here(next(one for one in MORNING if one.id == id), AT) == says


def test_why_one_stands_above_the_next_is_one_sentence():
    said = [ranking.why_above(upper, lower, AT) for upper, lower in pairwise(MORNING)]
    assert said == [
        "Patient safety comes before a payment clock.",
        "It is late: due Mon, Nov 23; the other is not yet.",
        "The patient is in the building, so it can be done in person now.",
        "Today, as a payment clock runs out today at 5:00 PM; the other is due Wed, Nov 25.",
        "It is due Wed, Nov 25; the other is due Fri, Nov 27.",
        "It is due Fri, Nov 27; the other is without a due date.",
    ]


standings = st.builds(
    Standing,
    id=st.uuids().map(str),
    lane=st.sampled_from(Lane),
    due=st.none() | st.integers(-72, 24 * 20).map(lambda hours: AT.now + timedelta(hours=hours, minutes=7)),
    priority=st.integers(0, 3),
    authored=st.integers(0, 3).map(lambda days: AT.now - timedelta(days=days)),
    here=st.booleans(),
)


@given(st.lists(standings, max_size=12, unique_by=lambda one: one.id), st.randoms())
def test_the_same_facts_give_the_same_order_however_they_come(items, chance):
    shuffled = items[:]
    chance.shuffle(shuffled)
    assert ranking.in_order(items, AT) == ranking.in_order(shuffled, AT)


@given(standings, standings)
def test_every_two_items_can_be_told_apart_in_words(one, other):
    if one.id == other.id:
        return
    upper, lower = ranking.in_order([one, other], AT)
    assert ranking.why_above(upper, lower, AT).endswith(".")
