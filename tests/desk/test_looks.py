"""Every look is audited: whoever a page of the desk shows, the audit names, all of them."""

import re
from urllib.parse import parse_qs, urlsplit

import orjson
import pytest
from django.db import connections

from tests.desk import walking
from tests.desk.test_schedule import links, words

NAME = re.compile(r"Castillo([0-3])")


@pytest.fixture
def client(desk, clinic):
    return desk("supervisor")


@pytest.fixture
def known(client, clinic):
    return walking.furnish(clinic, client)


def audited(clinic):
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT shard, seq, content FROM audit_entry WHERE tenant = %s", [clinic.ctx.tenant])
        return {(shard, seq): orjson.loads(content) for shard, seq, content in cursor.fetchall()}


class Walk:
    """Looks at pages and keeps who was shown and not named."""

    def __init__(self, client, clinic):
        self.client, self.clinic = client, clinic
        self.looked, self.missed, self.shown = 0, [], {}

    def look(self, address, sent=None):
        before = audited(self.clinic)
        answer = self.client.get(address) if sent is None else self.client.post(address, sent)
        fresh = [one for key, one in audited(self.clinic).items() if key not in before]
        named = {one.get("patient") for one in fresh if one["outcome"] == "ok"}
        named |= {id_ for one in fresh for id_ in ((one.get("detail") or {}).get("patients") or ())}
        shown = set()
        if answer.status_code < 400 and "text" in answer.get("Content-Type", ""):
            shown = {self.clinic.patients[int(n)] for n in NAME.findall(answer.content.decode())}
        if "/letter" in address or "/calendar" in address:  # what they show is packed away: whose they are stands in the address
            shown |= set(parse_qs(urlsplit(address).query).get("patient", ())) if answer.status_code < 400 else set()
        self.looked += 1
        self.shown[address] = shown
        if shown - named:
            self.missed.append((address, sorted(self.clinic.patients.index(id_) for id_ in shown - named)))
        return answer


def test_every_page_of_the_desk_names_all_it_shows(client, clinic, known):
    walk = Walk(client, clinic)
    for name, addresses in walking.addresses(known).items():
        for address in addresses:
            if name != "account_logout":
                walk.look(address)
    for address in (
        "/?view=unclaimed",
        *(f"/schedule?day=2026-11-25&by={by}&span={span}" for by in ("provider", "room", "device") for span in ("day", "week")),
        "/schedule?day=2026-11-25&span=week&who=Practitioner/kim",
        f"/visits/{known.visit}?do=cancel",
        f"/visits/{known.visit}/letter?patient={known.patient}",
        f"/visits/{known.group}/calendar?patient={clinic.patients[2]}",
        f"/patients/{known.patient}/timeline?kind=visit",
        f"/schedule/outside?patient={known.patient}",
        f"/schedule/times?patient={known.patient}&visit=class",
        f"/schedule/times?move={known.visit}&patient={known.patient}&visit=talk",
    ):
        walk.look(address)
    times = walk.look(f"/schedule/times?patient={known.patient}&visit=talk")
    walk.look(links(times, "chosen=")[0])
    assert walk.missed == []
    assert walk.looked > 60
    everyone = set(clinic.patients)
    assert set().union(*walk.shown.values()) == everyone
    assert walk.shown["/schedule/outbox"]
    assert walk.shown["/schedule?day=2026-11-25&by=provider&span=day"]
    assert walk.shown[f"/visits/{known.group}"] == {clinic.patients[1], clinic.patients[2]}


def test_what_is_shown_in_answer_to_words_is_named_too(client, clinic, known):
    walk = Walk(client, clinic)
    for address, sent in (
        ("/find", {"q": "Castillo"}),
        ("/schedule/for", {"q": "Castillo", "visit": "talk"}),
        ("/patients/merge", {"stays": "000001", "gone": "000002"}),
        ("/patients/register", {"family": "Castillo1", "given": "Marisol", "born": "3/12/1957", "gender": "female", "t0-number": "2025550142", "key": "k"}),
        (f"/visits/{known.visit}/cancel", {}),
        (f"/visits/{known.visit}/no-show", {"expect": "x"}),
        (f"/visits/{known.group}/join", {"patient": clinic.patients[1], "reason": "To learn", "key": "j"}),
    ):
        answer = walk.look(address, sent)
        if address in {"/find", "/schedule/for"}:
            assert NAME.search(words(answer))
    assert walk.missed == []


def test_a_board_names_all_it_shows_in_one_entry(client, clinic, known):
    before = audited(clinic)
    client.get("/schedule?day=2026-11-25")
    [look] = [one for key, one in audited(clinic).items() if key not in before]
    assert look["detail"]["patients"] == sorted(clinic.patients[:3])
