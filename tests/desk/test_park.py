"""Park: what is half done waits on one's own shelf, on any machine, for a week."""

import json
import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client

from tests.desk.test_call import contacts, text, wish

TYPED = [["inbound", "in"], ["words", "Asks for a later day, ¿mañana?"], ["verified", "name"], ["verified", "birth"]]


def park(client, **more):
    return client.post("/park", {"at": "/call/p1?task=ring", "title": "Call · Brandt, Eva", "typed": json.dumps(TYPED),
                                 "focus": "words|0", "patient": "p1", "to": "/call"} | more)  # fmt: skip


def anew(client):
    """Sign the same person in on another machine."""
    made = Client(SERVER_NAME="localhost")
    made.force_login(client.account)
    made.account = client.account
    return made


def shelf(client):
    return re.findall(r'/parked/([^/"]+)/drop', text(client.get("/parked")))


def test_a_form_is_parked_and_comes_back_to_the_field(coordinator, calls):
    answer = park(coordinator)
    assert (answer.status_code, answer["Location"]) == (303, "/call")
    start = text(coordinator.get("/call"))
    assert "Brandt, Eva" in start
    assert "1 parked" in start
    (id,) = shelf(coordinator)
    found = coordinator.get(f"/parked/{id}/typed").json()
    assert found == {"typed": TYPED, "focus": "words|0"}
    assert "mañana" in text(coordinator.get(f"/parked/{id}"))
    assert f"/call/p1?task=ring&amp;parked={id}" in text(coordinator.get("/"))  # back to the call, on top


def test_it_survives_the_shift_and_the_machine(coordinator, calls):
    park(coordinator)
    elsewhere = anew(coordinator)
    assert "1 parked" in text(elsewhere.get("/patients"))
    assert shelf(elsewhere) == shelf(coordinator)


def test_sending_it_takes_it_off_the_shelf_and_a_refusal_leaves_it(coordinator, calls):
    park(coordinator)
    (id,) = shelf(coordinator)
    refused = coordinator.post("/call/p1", wish(parked=id, verified=[]))
    assert refused.status_code == 422
    assert f'data-parked="{id}"' in text(refused)
    assert shelf(coordinator) == [id]
    coordinator.post("/call/p1", wish(parked=id))
    assert shelf(coordinator) == []
    assert len(contacts(calls)) == 1


def test_parked_twice_it_lies_there_once(coordinator, calls):
    park(coordinator)
    (id,) = shelf(coordinator)
    park(coordinator, again=id, typed=json.dumps([["words", "More"]]))
    assert shelf(coordinator) == [id]
    assert coordinator.get(f"/parked/{id}/typed").json()["typed"] == [["words", "More"]]


def test_nobody_reads_anothers_shelf(coordinator, desk, calls, new_tenant):
    park(coordinator)
    (id,) = shelf(coordinator)
    other = desk("nurse", practitioner="pavel")
    assert shelf(other) == []
    for path in (f"/parked/{id}", f"/parked/{id}/typed"):
        assert other.get(path).status_code == 404
    assert other.post(f"/parked/{id}/drop").status_code == 404
    park(other, again=id)  # a stranger's id makes no change to it
    assert coordinator.get(f"/parked/{id}/typed").json()["typed"] == TYPED


def test_it_warns_before_its_week_is_over_and_then_goes(coordinator, calls, clock):
    park(coordinator)
    assert "goes on" not in text(coordinator.get("/parked"))
    clock.advance(timedelta(days=5, hours=1))
    coordinator = anew(coordinator)
    assert "goes on Dec 1" in text(coordinator.get("/parked"))
    clock.advance(timedelta(days=2))
    coordinator = anew(coordinator)
    assert shelf(coordinator) == []
    park(coordinator)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM coordination_parked WHERE tenant = %s", [calls.ctx.tenant])
        assert cursor.fetchone()[0] == 1


def test_it_is_dropped(coordinator, calls):
    park(coordinator)
    (id,) = shelf(coordinator)
    assert coordinator.post(f"/parked/{id}/drop").status_code == 303
    assert shelf(coordinator) == []
    assert coordinator.post(f"/parked/{id}/drop").status_code == 404


@pytest.mark.parametrize("at", ["https://elsewhere.example/", "//elsewhere.example/x", "", "javascript:alert(1)"])
def test_the_way_back_leads_nowhere_else(coordinator, calls, at):
    assert park(coordinator, at=at).status_code == 404
    assert shelf(coordinator) == []


@pytest.mark.parametrize("typed", ["", "{", "[]", '[["a"]]', "[[1, 2]]", '{"a": "b"}', "null"])
def test_what_cannot_be_read_is_an_empty_form(coordinator, calls, typed):
    assert park(coordinator, typed=typed).status_code == 303


def test_no_secret_is_parked(coordinator, calls):
    park(coordinator, typed=json.dumps([["password", "x"], ["csrfmiddlewaretoken", "y"], ["words", "z"]]))
    (id,) = shelf(coordinator)
    assert coordinator.get(f"/parked/{id}/typed").json()["typed"] == [["words", "z"]]


def test_parking_and_taking_up_are_audited_without_what_was_typed(coordinator, calls):
    park(coordinator)
    (id,) = shelf(coordinator)
    coordinator.get(f"/parked/{id}/typed")
    with connection.cursor() as cursor:
        cursor.execute("SELECT action, content FROM audit_entry WHERE tenant = %s AND content::jsonb->>'what' = 'Form' ORDER BY at", [calls.ctx.tenant])
        found = cursor.fetchall()
    assert [action for action, _ in found] == ["park", "read"]
    assert "mañana" not in " ".join(content for _, content in found)


@pytest.mark.parametrize("said", ["+12025550142", "tel:+1-202-555-0142", "(202) 555-0142", "tel%3A2025550142"])
def test_a_softphones_number_leaves_the_address_bar_and_finds_the_patient(coordinator, calls, said):
    first = coordinator.get("/call", {"number": said})
    assert first.status_code == 303
    assert "0142" not in first["Location"]
    second = coordinator.get(first["Location"])
    assert second.status_code == 303
    assert second["Location"].startswith("/call/p1?")
    assert "0142" not in second["Location"]
    page = text(coordinator.get(second["Location"]))
    assert 'value="(202) 555-0142"' in page
    assert "checked" in page.split('value="in"')[1][:60]


def test_an_unknown_number_asks_who_it_is(coordinator, calls):
    first = coordinator.get("/call?number=2025550999")
    page = text(coordinator.get(first["Location"]))
    assert "Nobody has this number on record." in page
    found = text(coordinator.post("/call", {"q": "brandt eva"}))
    assert 'href="/call/p1?in=1' in found
    assert text(coordinator.get("/call?from=gAAAA")).count("Who is calling?") >= 1


def test_a_number_is_not_kept_through_the_sign_in(calls):
    answer = Client(SERVER_NAME="localhost").get("/call?number=2025550142")
    assert "0142" not in answer["Location"]
