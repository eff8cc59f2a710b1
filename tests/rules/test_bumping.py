"""Whose time is taken away hurts most: facts in, an order with its reasons out."""

from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.coordination.bumping.rules import WEIGHTS, Bumped, harm, in_order

TODAY = date(2026, 11, 24)
PLAIN = Bumped("v", datetime(2026, 12, 4, 15, tzinfo=UTC), booked=TODAY)


@pytest.mark.parametrize(
    ("change", "points", "said"),
    [
        ({}, 0, ()),
        ({"priority": "stat"}, 100, ("ordered stat",)),
        ({"priority": "urgent", "moved_by_us": 2}, 110, ("ordered urgent", "moved by us 2 times before")),
        ({"abnormal": True}, 50, ("an abnormal result led to it",)),
        ({"requests": (("interpreter", "accepted"), ("ride", "requested"))}, 21, ("interpreter confirmed", "ride asked for")),
        ({"requests": (("ride", "cancelled"),)}, 0, ()),
        ({"prepares": True}, 0, ()),
        ({"prepares": True, "starts": datetime(2026, 11, 26, 15, tzinfo=UTC)}, 20, ("preparation has begun",)),
        ({"booked": date(2026, 10, 1)}, 14, ("waits since it was booked 54 days ago",)),
        ({"booked": date(2025, 1, 1)}, 24, ("waits since it was booked 692 days ago",)),
        ({"patients": 3}, 10, ("3 patients",)),
    ],
)
def test_what_counts_and_how_much(change, points, said):
    found = harm(replace(PLAIN, **change), TODAY)
    assert (found.points, found.reasons) == (points, said)


def test_every_weight_has_a_source_and_a_day():
    assert all(one.source and one.since for one in WEIGHTS)
    assert harm(replace(PLAIN, priority="stat"), date(2025, 12, 31)).points == 0


VISITS = st.lists(
    st.builds(Bumped, id=st.uuids().map(str), starts=st.datetimes(datetime(2026, 11, 25), datetime(2026, 12, 9), timezones=st.just(UTC)),
              priority=st.sampled_from(["routine", "urgent", "asap", "stat"]), moved_by_us=st.integers(0, 3)),
    unique_by=lambda one: one.id,
)  # fmt: skip


@given(VISITS, st.randoms())
def test_the_same_facts_give_the_same_order(visits, chance):
    mixed = list(visits)
    chance.shuffle(mixed)
    ordered = in_order(visits, TODAY)
    assert ordered == in_order(mixed, TODAY)
    points = [hurt.points for _, hurt in ordered]
    assert points == sorted(points, reverse=True)
