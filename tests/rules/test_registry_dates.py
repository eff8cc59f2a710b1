"""Dates in the ways people type them."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.kernel.dates import say_day
from waypost.registry.dates import read_date, readings

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    "text",
    ["3/12/1957", "03/12/1957", "3-12-57", "3.12.57", "3 12 57", "03121957", "19570312", "031257", "1957-03-12", "1957/3/12",
     "Mar 12 1957", "March 12, 1957", "12 March 1957", "12mar1957", "mar 12 57", "12-Mar-57", "March 12th, 1957",
     "12 de marzo de 1957", "marzo 12 1957", "  3/12/1957 ", "born 3/12/1957", "1957 mar 12", "Tue, Mar 12, 1957", "dob 3/12/57"],
)  # fmt: skip
def test_a_birth_date_is_read(text):
    assert read_date(text, today=TODAY) == date(1957, 3, 12)


@pytest.mark.parametrize(
    ("text", "prefer", "expected"),
    [
        ("25/12/1990", "past", date(1990, 12, 25)),
        ("12/4", "future", date(2026, 12, 4)),
        ("1/4", "future", date(2027, 1, 4)),
        ("1/4", "past", date(2026, 1, 4)),
        ("dec 4", "future", date(2026, 12, 4)),
        ("1/4/30", "future", date(2030, 1, 4)),
        ("1/4/30", "past", date(1930, 1, 4)),
        ("today", "past", TODAY),
        ("tomorrow", "future", date(2026, 11, 25)),
        ("2/29/2024", "past", date(2024, 2, 29)),
    ],
)
def test_the_likeliest_date_is_meant(text, prefer, expected):
    assert read_date(text, today=TODAY, prefer=prefer) == expected


@pytest.mark.parametrize(
    "text",
    [
        "",
        "soon",
        "13/13/2020",
        "2/30/2020",
        "99",
        "004182",
        "castillo",
        "2025550142",
        "3/12/957",
        "may",
        "12/",
        "1/2/3/4",
        "12:30",
    ],
)
def test_what_is_no_date_is_none(text):
    assert read_date(text, today=TODAY) is None


def test_both_orders_are_offered_where_both_make_a_date():
    assert readings("3/12/1957", today=TODAY) == (date(1957, 3, 12), date(1957, 12, 3))


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2099, 12, 31)))
def test_every_date_that_we_write_is_read_back(day):
    for text in (say_day(day), day.isoformat(), f"{day.month}/{day.day}/{day.year}", day.strftime("%m%d%Y")):
        assert read_date(text, today=TODAY) == day


@given(st.text(max_size=40))
def test_no_text_breaks_the_reader(text):
    readings(text, today=TODAY)
