"""The set-up forms lose nothing: what they show, sent back as it is, says the same calendar or visit type."""

from datetime import UTC, date, datetime
from urllib.parse import urlencode

import pytest
from django.http import QueryDict
from tests import small_clinic

from waypost.demo import clinic as demo
from waypost.scheduling.rules.types import calendar_of, visit_type_of
from waypost.web.setup.calendar_forms import CalendarForm, split, with_holidays
from waypost.web.setup.fields import read_clock, say_clock
from waypost.web.setup.preview import steps_of, week_of
from waypost.web.setup.visit_type_forms import WholeForm, code_for

TODAY = date(2026, 11, 24)
MANY = {
    "exceptions": [
        {"from": "2026-12-05", "to": "2026-12-05", "open": [["09:00", "11:00"], ["13:00", "24:00"]]},
        {"from": "2026-12-07", "to": "2026-12-09", "closed": True, "hours": [["08:00", "09:00"], ["16:00", "17:00"]], "reason": "Course"},
    ],
    "weekly": [{"days": [0, 6], "from": "00:00", "to": "12:00", "valid_from": "2026-06-01", "valid_until": "2026-09-01", "visit_types": ["talk"]}],
}  # fmt: skip


@pytest.fixture(scope="module")
def built():
    return demo.build(5, "forms", now=datetime(2026, 11, 24, 15, 22, tzinfo=UTC))


def sent(*forms_or_sets):
    """Return what a browser would send of these forms, untouched."""
    pairs = []
    for one in forms_or_sets:
        parts = [one.management_form, *one.forms] if hasattr(one, "management_form") else [one]
        for form in parts:
            for field in form:
                value = field.field.prepare_value(field.value())
                values = value if isinstance(value, list | tuple) else [] if value is None or value is False or value == "" else [value]
                pairs += [(field.html_name, "on" if each is True else each) for each in values]
    return QueryDict(urlencode(pairs))


def test_every_calendar_comes_back_as_it_was(built):
    kinds = [(body["code"], body["code"]) for body in built.visit_types]
    for body in [*built.calendars, small_clinic.CALENDARS[0] | MANY, small_clinic.CALENDARS[0] | {"weekly": []}]:
        rows = {**body, "exceptions": split(body["exceptions"])}
        more = [*kinds, ("talk", "Follow-up")]
        shown = CalendarForm(None, rows, kinds=more, today=TODAY)
        back = CalendarForm(sent(*shown.sets.values()), rows, kinds=more, today=TODAY)
        assert back.is_valid(), back.errors
        assert calendar_of(back.body(body)) == calendar_of(body)


def test_every_visit_type_comes_back_as_it_was(built):
    for body in [*built.visit_types, small_clinic.ECHO, small_clinic.CLASS]:
        shown = WholeForm(None, body)
        back = WholeForm(sent(shown.form, shown.steps), body)
        assert back.is_valid(), (body["code"], back.errors)
        new = visit_type_of(back.body(body["code"], body))
        assert new.steps == visit_type_of(body).steps
        assert (new.name, new.minutes, new.grace, new.capacity) == (body["name"], body["minutes"], body.get("grace", 15),
                                                                      body.get("capacity", 1))  # fmt: skip
        assert all(round(sum(part.percent for part in bar.strip.parts)) == 100 for bar in steps_of(new))


@pytest.mark.parametrize(
    ("typed", "read"),
    [("8", "08:00"), ("8:30", "08:30"), ("830", "08:30"), ("8 am", "08:00"), ("12 am", "00:00"), ("12 PM", "12:00"), ("1p.m.", "13:00"),
     ("13:05", "13:05"), ("noon", "12:00"), ("midnight", "24:00"), ("24:00", "24:00"), ("24:30", None), ("8:60", None), ("13 pm", None),
     ("", None), ("later", None)],
)  # fmt: skip
def test_clock_times_as_people_type_them(typed, read):
    assert read_clock(typed) == read


@pytest.mark.parametrize("minute", range(0, 24 * 60 + 1, 5))
def test_a_clock_time_that_is_said_is_read_again(minute):
    kept = f"{minute // 60:02d}:{minute % 60:02d}"
    assert read_clock(say_clock(kept)) == kept


def test_federal_holidays_are_added_once():
    body, count = with_holidays({"exceptions": []}, TODAY)
    assert {"from": "2026-11-26", "to": "2026-11-26", "closed": True, "reason": "Thanksgiving Day"} in body["exceptions"]
    assert count > 15
    assert with_holidays(body, TODAY)[1] == 0


def test_codes_are_made_from_names_and_differ():
    assert code_for("Échocardiogram & consult, with a very long name", []) == "echocardiogram-consul"
    assert code_for("Talk", ["talk", "talk-2"]) == "talk-3"


def test_a_week_says_and_draws_the_same():
    week = week_of(calendar_of(small_clinic.CALENDARS[0]), date(2026, 11, 23), TODAY)
    assert [day.hours for day in week.days[:4]] == ["8 AM–12 PM, 1–5 PM"] * 3 + ["Closed"]
    assert week.days[3].closed == "Thanksgiving"
    assert week.days[0].bars == [(0.0, 44.44), (55.56, 44.44)]
    assert week.total == "32 h"
