"""A series through the web door: booked whole, one, the rest or all of it moved and canceled, and what is in the way."""

import re
from datetime import timedelta
from html import unescape

import pytest

from tests.desk.test_schedule import booked, choose, hidden, links, words
from tests.small_clinic import at
from waypost.access import scopes
from waypost.coordination import actions as coordination
from waypost.coordination.actions.visits import series_of
from waypost.coordination.wishes import BookingWish, SeriesWish
from waypost.records import queries
from waypost.scheduling import fhir

WEEK, HOUR = timedelta(days=7), timedelta(hours=1)
FIRST = at(9, day=30)  # Monday, Nov 30


@pytest.fixture
def client(desk, clinic):
    return desk("scheduler")


@pytest.fixture
def series(clinic):
    """Three Mondays at 9:00 with Dr Lind."""
    wish = BookingWish(clinic.patients[0], "talk", FIRST, named=("Practitioner/lind",))
    return coordination.book_series(clinic.ctx, SeriesWish(wish, count=3))


def visits(clinic, one):
    return series_of(clinic.ctx, one, fhir.extension(one.resource, "series"))


def starts(clinic, one):
    return [fhir.instant(v.resource["start"]) - FIRST for v in visits(clinic, one)]


def card_at(client, visit, start):
    """Find times for a visit that is to be moved, from an instant on, and choose just that time."""
    url = links(client.get(f"/visits/{visit.id}"), "move=")[0]
    times = client.get(f"{url}&at={start:%Y%m%dT%H%MZ}&who=Practitioner/lind")
    return client.get(links(times, f"chosen={start:%Y%m%dT%H%MZ}")[0])


def move(client, card, reach, **more):
    return client.post("/schedule/book", {**hidden(card), "moved_for": "patient", "reach": reach, **more})


def in_the_way(clinic, at_):
    """Both cardiologists have another visit then."""
    for n, who in ((1, "lind"), (2, "abara")):
        booked(clinic, start=at_, patient=n, named=(f"Practitioner/{who}",))


def test_a_series_is_booked_whole_and_shown_on_each_visit(client, clinic):
    card = choose(client, clinic, n=3)
    sent = {**hidden(card), "reason": "Cough", "repeat": "1", "times": "3", "skip_taken": "on", "do": "book"}
    answer = client.post("/schedule/book", sent)
    assert answer.status_code == 303, words(answer)
    said = words(client.get(answer["Location"]))
    assert len(re.findall(r"\w+, \w+ \d+, \d+:\d+ [AP]M · Booked", said.partition(" Series ")[2])) >= 2


def test_a_hold_is_for_one_and_says_so(client, clinic):
    card = choose(client, clinic)
    sent = {**hidden(card), "reason": "Cough", "repeat": "1", "times": "3", "do": "hold"}
    answer = client.post("/schedule/book", sent)
    assert answer.status_code == 422
    assert "A hold is for one visit." in words(answer)
    assert "taken" not in words(answer).replace("dates that are taken", "")
    assert 'value="Cough"' in answer.content.decode()
    assert client.post("/schedule/book", {**sent, "repeat": ""}).status_code == 303


@pytest.mark.parametrize(
    ("reach", "after"),
    [("one", [0 * WEEK, WEEK + HOUR, 2 * WEEK]), ("rest", [0 * WEEK, WEEK + HOUR, 2 * WEEK + HOUR]),
     ("all", [HOUR, WEEK + HOUR, 2 * WEEK + HOUR])],
)  # fmt: skip
def test_one_the_rest_or_all_of_a_series_moves(client, clinic, series, reach, after):
    second = visits(clinic, series)[1]
    answer = move(client, card_at(client, second, FIRST + WEEK + HOUR), reach)
    assert answer.status_code == 303, words(answer)
    assert starts(clinic, series) == after


@pytest.mark.parametrize(("reach", "gone"), [("one", 1), ("rest", 2), ("all", 3)])
def test_one_the_rest_or_all_of_a_series_is_canceled(client, clinic, series, reach, gone):
    second = visits(clinic, series)[1]
    sent = {"code": "patient", "reach": reach, "key": reach, "expect": str(second.version)}
    assert client.post(f"/visits/{second.id}/cancel", sent).status_code == 303
    states = [v.resource["status"] for v in visits(clinic, series)]
    assert states.count("cancelled") == gone
    assert states[1] == "cancelled"


def test_a_date_in_the_way_is_named_and_nothing_moves_by_itself(client, clinic, series):
    in_the_way(clinic, FIRST + WEEK + HOUR)
    answer = move(client, card_at(client, series, FIRST + HOUR), "rest")
    said = words(answer)
    assert answer.status_code == 409
    assert "Nothing was moved." in said
    assert "Mon, Dec 7, 10:00 AM is not free" in said
    assert "Leave it where it is: Mon, Dec 7, 9:00 AM" in said
    assert starts(clinic, series) == [0 * WEEK, WEEK, 2 * WEEK]


def test_the_one_in_the_way_is_left_where_it_is(client, clinic, series):
    in_the_way(clinic, FIRST + WEEK + HOUR)
    card = move(client, card_at(client, series, FIRST + HOUR), "rest")
    second = visits(clinic, series)[1]
    answer = move(client, card, "rest", **{f"apart-{second.id}": "stay"})
    assert answer.status_code == 303, words(answer)
    assert starts(clinic, series) == [HOUR, WEEK, 2 * WEEK + HOUR]


def test_the_one_in_the_way_gets_a_time_of_its_own(client, clinic, series):
    in_the_way(clinic, FIRST + WEEK + HOUR)
    card = move(client, card_at(client, series, FIRST + HOUR), "rest")
    second = visits(clinic, series)[1]
    page = card.content.decode()
    own = re.findall(r'<option value="(\d{8}T\d{4}Z)"', page[page.index(f'name="apart-{second.id}"') :])[0]
    answer = move(client, card, "rest", **{f"apart-{second.id}": own})
    assert answer.status_code == 303, words(answer)
    first, moved, last = visits(clinic, series)
    assert f"{fhir.instant(moved.resource['start']):%Y%m%dT%H%MZ}" == own
    assert [fhir.instant(v.resource["start"]) - FIRST for v in (first, last)] == [HOUR, 2 * WEEK + HOUR]


def test_another_hour_for_all_is_free_for_all(client, clinic, series):
    in_the_way(clinic, FIRST + WEEK + HOUR)
    card = move(client, card_at(client, series, FIRST + HOUR), "rest")
    instead = unescape(re.search(r'name="take_instead" value="([^"]+)"', card.content.decode())[1])
    answer = move(client, card, "rest", take_instead=instead)
    assert answer.status_code == 303, words(answer)
    first, *others = starts(clinic, series)
    assert others == [first + WEEK, first + 2 * WEEK]


def test_another_hour_for_all_keeps_to_what_was_chosen(client, clinic, series):
    in_the_way(clinic, FIRST + WEEK + 5 * HOUR)
    url = links(client.get(f"/visits/{series.id}"), "move=")[0]
    start = FIRST + 5 * HOUR
    times = client.get(f"{url}&at={start:%Y%m%dT%H%MZ}&who=Practitioner/lind&part=pm")
    card = move(client, client.get(links(times, f"chosen={start:%Y%m%dT%H%MZ}")[0]), "rest")
    offered = re.findall(r'name="take_instead" value="\d{8}T(\d{4})Z', card.content.decode())
    assert offered
    assert all(clock >= "1700" for clock in offered), "afternoons in New York"


def test_a_holiday_in_the_way_of_a_series_is_named(client, clinic):
    """A day and an hour later, the second would fall on Thanksgiving."""
    wish = BookingWish(clinic.patients[0], "talk", at(14, day=24), named=("Practitioner/lind",))
    made = coordination.book_series(clinic.ctx, SeriesWish(wish, count=2, every_days=1))
    later = queries.read(scopes.everything(clinic.ctx), "Appointment", made.id)
    answer = move(client, card_at(client, later, at(15, day=25)), "rest")
    assert answer.status_code == 409
    said = words(answer)
    assert "Thu, Nov 26, 3:00 PM is not free" in said
    assert "That time is outside open hours." in said
