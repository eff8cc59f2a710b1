"""Keeping time free over visits: nobody is canceled in silence, and the block waits until each visit is settled."""

import re

import pytest

from tests.desk.test_schedule import booked, words
from tests.desk.test_set_up import undo
from tests.small_clinic import at
from waypost.access import scopes
from waypost.coordination import actions as coordination
from waypost.coordination.wishes import MoveWish
from waypost.records import queries
from waypost.scheduling.problems import SlotTaken

SENT = {"who": "Practitioner/lind", "day": "11/25/2026", "starts": "9", "ends": "12", "reason": "Training", "key": "k"}


@pytest.fixture
def client(desk, clinic):
    return desk("supervisor")


def state(clinic, id_):
    return queries.read(scopes.everything(clinic.ctx), "Appointment", id_).resource["status"]


def test_free_time_is_kept_at_once_and_given_back(client, clinic):
    answer = client.post("/schedule/keep-free", SENT)
    assert answer.status_code == 303
    page = client.get(answer["Location"])
    assert "Dr Lind kept free Stands" in words(page)
    assert "Training" in words(client.get("/schedule?day=2026-11-25"))
    undo(client, answer["Location"])
    booked(clinic, named=("Practitioner/lind",))


def test_visits_in_the_way_are_listed_worst_first_and_the_block_waits(client, clinic):
    plain = booked(clinic, named=("Practitioner/lind",))
    hurt = booked(clinic, start=at(10), patient=1, named=("Practitioner/lind",), interpreter="Spanish", ride="From home and back")
    answer = client.post("/schedule/keep-free", SENT)
    where = answer["Location"]
    page = client.get(where)
    said = words(page)
    assert "kept free Waits" in said
    assert "2 of 2 still to be settled" in said
    assert said.index("Castillo1") < said.index("Castillo0")
    assert "Interpreter asked for; ride asked for." in said
    assert state(clinic, plain.id) == state(clinic, hurt.id) == "booked"
    with pytest.raises(SlotTaken):
        booked(clinic, start=at(11), patient=2, named=("Practitioner/lind",))
    refused = client.post(where + "/settle", {})
    assert refused.status_code == 409
    moves = re.findall(r'name="visit" value="([^"]+)"><input type="hidden" name="expect" value="(\d+)">.*?name="to" value="([^"]+)"', page.content.decode())
    assert moves[0][0] == hurt.id
    assert client.post(where + "/move", {"visit": moves[0][0], "expect": moves[0][1], "to": moves[0][2]}).status_code == 303
    assert "1 of 1 still to be settled" in words(client.get(where))
    assert client.post(where + "/work", {"visit": plain.id, "pool": "scheduling", "reason": ""}).status_code == 422
    assert client.post(where + "/work", {"visit": plain.id, "pool": "scheduling", "reason": "Call first"}).status_code == 303
    settled = words(client.get(where))
    assert "Schedulers looks for another time." in settled
    assert state(clinic, plain.id) == "booked"
    assert client.post(where + "/settle", {}).status_code == 303
    assert state(clinic, where.rpartition("/")[2]) == "booked"
    assert client.post(where + "/end", {}).status_code == 303
    assert state(clinic, where.rpartition("/")[2]) == "cancelled"


def test_moved_by_us_before_counts(client, clinic):
    visit = booked(clinic, start=at(14), named=("Practitioner/lind",))
    coordination.move_visit(clinic.ctx, MoveWish(visit.id, at(9), named=("Practitioner/lind",), code="clinic", reason="Room"))
    where = client.post("/schedule/keep-free", SENT)["Location"]
    assert "Moved by us 1 time before." in words(client.get(where))


def test_only_whoever_keeps_calendars_keeps_time_free(desk, clinic):
    client = desk("scheduler")
    assert client.get("/schedule/keep-free").status_code == 403
    assert "Keep time free" not in words(client.get("/schedule"))
    visit = booked(clinic)
    assert client.get(f"/schedule/kept-free/{visit.id}").status_code == 404


def test_a_crooked_form_is_answered_in_words(client, clinic):
    answer = client.post("/schedule/keep-free", {**SENT, "ends": "8", "reason": ""})
    assert answer.status_code == 422
    assert "It ends before it starts." in words(answer)
