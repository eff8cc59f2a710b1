"""How full a month is, and the week of many: in words, by one query, each day a way to its board."""

import re
from datetime import timedelta

import pytest
from django.test.utils import CaptureQueriesContext

from tests.desk.test_schedule import booked, words
from tests.small_clinic import at
from waypost.kernel.spans import Span
from waypost.scheduling import actions as scheduling

QUERIES_MAX = 10


@pytest.fixture
def client(desk, clinic):
    return desk("scheduler")


def said(answer, day):
    return [one for one in re.findall(r'aria-label="([^"]*)"', answer.content.decode()) if f"{day}:" in one]


def test_a_month_says_how_full_each_day_is(client, clinic):
    booked(clinic, named=("Practitioner/lind",))
    booked(clinic, start=at(10), patient=1, named=("Practitioner/lind",), hold=True)
    page = client.get("/schedule?span=month&day=2026-11-25&who=Practitioner/lind")
    assert "November 2026 · 1% full · 1 visit" in words(page)
    assert "Wed, Nov 25: 10% full, 50 min of 8 h booked, 1 visit, 1 on hold" in " ".join(said(page, "Nov 25")), said(page, "Nov 25")
    assert "Thanksgiving" in " ".join(said(page, "Nov 26"))
    assert "/schedule?day=2026-11-25&amp;by=provider&amp;span=day&amp;who=Practitioner%2Flind" in page.content.decode()


def test_one_visit_counts_once_in_the_department_and_kept_free_is_not_open(client, clinic):
    booked(clinic, "echo", order_told="Dr Lind, today")
    page = client.get("/schedule?span=load&day=2026-11-25&by=provider")
    assert "All together" in words(page)
    rooms = client.get("/schedule?span=month&day=2026-11-25&by=room")
    assert "1 visit" in said(rooms, "Nov 25")[0]
    scheduling.block(clinic.ctx, ["Practitioner/kim"], Span(at(8), at(12, 30)), "Leave")
    page = client.get("/schedule?span=load&day=2026-11-25")
    assert any("0 min of 4 h booked" in one for one in said(page, "Nov 25")), said(page, "Nov 25")


def test_a_day_opened_from_it_is_that_ones_alone(client, clinic):
    page = client.get("/schedule?day=2026-11-25&span=day&who=Practitioner/lind")
    assert page.content.decode().count('class="col"') == 1
    assert "All providers" in words(page)


def test_it_takes_one_query_however_many(client, clinic, database):
    from django.db import connection

    for n in range(3):
        booked(clinic, start=at(9) + timedelta(hours=n), patient=n)
    client.get("/schedule?span=month&day=2026-11-25")
    with CaptureQueriesContext(connection) as queries:
        client.get("/schedule?span=load&day=2026-11-25")
    assert len(queries) <= QUERIES_MAX, [q["sql"][:90] for q in queries]
    assert sum("GROUPING SETS" in q["sql"] for q in queries) == 1


def test_what_is_typed_wrong_shows_this_month(client, clinic):
    for address in ("span=month&day=0001-01-01", "span=month&who=nonsense", "span=load&dept=nothing", "span=month&day=9999-12-31", "span=load&by=x"):
        assert client.get(f"/schedule?{address}").status_code == 200, address
