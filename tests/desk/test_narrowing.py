"""Find times is narrowed as a caller says it: not before, between hours, one of several providers, this room, that device."""

import re

import pytest

from tests.desk.test_schedule import hidden, links, words
from waypost.access import scopes
from waypost.records import queries
from waypost.scheduling import fhir


@pytest.fixture
def client(desk, clinic):
    return desk("scheduler")


def times(client, clinic, visit="talk", **asked):
    return client.get("/schedule/times", {"patient": clinic.patients[0], "visit": visit, **asked})


def chosen(answer):
    """Return the instants of the times that are offered, in UTC."""
    return [re.search(r"chosen=(\d{8}T\d{4}Z)", link)[1] for link in links(answer, "chosen=")]


def test_in_six_weeks_within_two(client, clinic):
    page = times(client, clinic)
    [six] = links(page, "since=2027-01-05")
    [two] = [link for link in links(client.get(six), "within=14") if "since=2027-01-05" in link]
    offered = chosen(client.get(two))
    assert offered
    assert min(offered) >= "20270105T0500Z"
    assert max(offered) < "20270119T0500Z"


def test_not_before_a_day_that_is_typed(client, clinic):
    page = times(client, clinic, from_day="Jan 5", until_day="", hour_from="", hour_to="")
    assert min(chosen(page)) >= "20270105T0500Z"
    assert "Tue, Jan 5, 2027" in words(page)
    assert 'value="1/5/2027"' in page.content.decode() or 'value="Jan 5"' in page.content.decode()
    assert all("since=2027-01-05" in link for link in links(page, "chosen="))


def test_between_hours(client, clinic):
    page = times(client, clinic, hour_from="9:30", hour_to="10am")
    clocks = {instant[9:13] for instant in chosen(page)}
    assert clocks
    assert min(clocks) >= "1430"
    assert max(clocks) <= "1500"
    assert "9:30 AM to 10:00 AM" in words(page)
    let_go = links(page, "part=am")
    assert let_go
    assert "hours=" not in let_go[0]


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"from_day": "Jun 5 2028"}, "Choose an earlier day."),
        ({"from_day": "someday"}, "Write the date as"),
        ({"from_day": "Jan 5", "until_day": "Jan 4"}, "The last day is before the first."),
        ({"hour_from": "10", "hour_to": "9"}, "The latest hour is before the earliest."),
        ({"hour_from": "noonish"}, "Write the time as 2:30 PM or 14:30."),
    ],
)
def test_what_cannot_be_meant_is_said(client, clinic, asked, said):
    page = times(client, clinic, **asked)
    assert said in words(page)
    assert next(iter(asked.values())) in page.content.decode(), "what was typed is kept"


def test_a_last_day_beyond_what_is_looked_at_is_no_wish_more(client, clinic):
    assert chosen(times(client, clinic, until_day="12/31/9999"))


def test_one_of_several_providers_a_room_and_a_device(client, clinic):
    page = times(client, clinic, "echo", who=["Practitioner/lind", "", "Location/room4", "Device/us2"])
    text = page.content.decode()
    for value in ("Practitioner/lind", "Location/room4", "Device/us2"):
        assert re.search(rf'<option value="{value}" selected>', text), value
    card = client.get(links(page, "chosen=")[0])
    taken = dict(pair.split("=") for pair in hidden(card)["take"].split(","))
    assert set(taken.values()) == {"Practitioner/lind", "Location/room4", "Device/us2"}
    both = times(client, clinic, "talk", who=["Practitioner/lind", "Practitioner/abara"])
    text = both.content.decode()
    assert '<option value="Practitioner/lind" selected>' in text
    assert '<input type="checkbox" name="who" value="Practitioner/abara" checked>' in text
    assert chosen(both)


def test_what_is_narrowed_is_kept_on_the_waitlist(client, clinic):
    page = times(client, clinic, "echo", who=["Practitioner/lind", "Location/room4"], hour_from="9", hour_to="10", from_day="Jan 5")
    form = page.content.decode()
    form = form[form.index('id="wait"') :]
    sent = dict(re.findall(r'type="hidden" name="([^"]+)" value="([^"]*)"', form[: form.index("</form>")]))
    sent.pop("csrfmiddlewaretoken")
    answer = client.post("/schedule/wait", {**sent, "reason": "Short of breath"})
    assert answer.status_code == 303, words(answer)
    said = words(client.get(answer["Location"]))
    assert "Wanted 9:00 AM to 10:00 AM, with Dr Lind or Room 4, from Tue, Jan 5, 2027" in said
    made = queries.read(scopes.everything(clinic.ctx), "Appointment", answer["Location"].rpartition("/")[2])
    assert fhir.sought_of(made.resource)["who"] == "Practitioner/lind,Location/room4"
    again = client.get(client.get(f"{answer['Location']}/times")["Location"])
    assert 'value="1/5/2027"' in again.content.decode()
