"""Span algebra against the obvious: a set of minutes."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.kernel.spans import Span, free_spans, intersect, subtract, total, union

DAY = datetime(2026, 11, 24, tzinfo=UTC)


def at(minute: int) -> datetime:
    return DAY + timedelta(minutes=minute)


def spans():
    pair = st.tuples(st.integers(0, 120), st.integers(0, 40)).map(lambda p: Span(at(p[0]), at(p[0] + p[1])))
    return st.lists(pair, max_size=8)


def minutes(found) -> set[int]:
    return {m for m in range(200) if any(one.holds(at(m)) for one in found)}


def tidy(found) -> bool:
    return all(a.end < b.start for a, b in pairwise(found)) and all(a.start < a.end for a in found)


@given(spans(), spans())
def test_algebra_agrees_with_sets_of_minutes(left, right):
    a, b = union(left), union(right)
    assert minutes(a) == minutes(left)
    assert minutes(intersect(a, b)) == minutes(left) & minutes(right)
    assert minutes(subtract(a, b)) == minutes(left) - minutes(right)
    assert all(tidy(one) for one in (a, b, intersect(a, b), subtract(a, b)))
    assert total(a) == timedelta(minutes=len(minutes(left)))


@given(spans(), spans(), st.integers(1, 60))
def test_free_spans_are_the_long_enough_parts(opened, taken, length):
    free = subtract(union(opened), union(taken))
    assert free_spans(union(opened), union(taken), length=timedelta(minutes=length)) == tuple(
        one for one in free if one.length >= timedelta(minutes=length)
    )


@pytest.mark.parametrize(
    ("taken", "free"),
    [
        ("10:00-10:30", "09:00-10:00 10:30-12:00"),
        ("09:00-12:00", ""),
        ("08:00-09:00 12:00-13:00", "09:00-12:00"),
        ("09:00-09:10 11:45-12:00", "09:10-11:45"),
    ],
)
def test_a_morning_keeps_what_is_not_taken(taken, free):
    def read(text):
        parts = [one.split("-") for one in text.split()]
        return tuple(Span(clock(a), clock(b)) for a, b in parts)

    def clock(text):
        return DAY + timedelta(hours=int(text[:2]), minutes=int(text[3:]))

    assert free_spans(read("09:00-12:00"), read(taken), length=timedelta(minutes=20)) == read(free)


def test_a_visit_may_start_the_moment_another_ends():
    assert not Span(at(0), at(10)).overlaps(Span(at(10), at(20)))
