"""The desk's own pages: how many queries each takes, what bad input gets, that every icon is there."""

import random
import re
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.actions.people import a_patient
from tests.desk.test_find import bring
from waypost.web.find.doings import DOINGS
from waypost.web.templatetags.waypost import _icon

WEB = Path(__file__).parents[2] / "src" / "waypost" / "web"
CTX = {"HTTP_HX_REQUEST": "true"}


@pytest.fixture
def client(context, desk):
    chance = random.Random(3)
    people = [a_patient(number, chance) for number in range(1, 41)]
    tasks = [
        {"resourceType": "Task", "id": f"t{n}", "status": "requested", "intent": "order", "description": f"Call {n}",
         "code": {"coding": [{"system": "urn:waypost:task", "code": "call"}]}, "for": {"reference": f"Patient/{person['id']}"},
         "owner": {"reference": "Practitioner/ana"}, "authoredOn": "2026-11-20T10:00:00Z", "lastModified": "2026-11-20T10:00:00Z",
         "restriction": {"period": {"end": f"2026-11-{20 + n % 9}T22:00:00Z"}}}
        for n, person in enumerate(people)
    ]  # fmt: skip
    ana = {"resourceType": "Practitioner", "id": "ana", "name": [{"family": "Ruiz", "given": ["Ana"]}]}
    bring(context(), [ana, *people, *tasks])
    made = desk("coordinator", practitioner="ana")
    made.get("/patients")  # the session is noted once a minute
    return made


@pytest.mark.parametrize(
    ("method", "path", "body", "most"),
    [
        ("get", "/", {}, 15),
        ("get", "/patients", {}, 4),
        ("get", "/patients/register", {}, 4),
        ("get", "/settings", {}, 5),
        ("post", "/find", {"q": "garcia maria", "typing": "1"}, 9),
        ("post", "/find", {"q": "garcia maria"}, 9),
    ],
)
def test_each_page_takes_so_many_queries(client, method, path, body, most):
    with CaptureQueriesContext(connection) as taken:
        answer = getattr(client, method)(path, body, **(CTX if "typing" in body else {}))
    assert answer.status_code == 200
    assert len(taken) <= most, "\n".join(query["sql"][:120] for query in taken)


def test_today_shows_my_work_with_two_identifiers(client):
    page = client.get("/").content.decode()
    assert page.count('class="item"') == 40
    assert re.search(r"MRN 000 0\d\d", page)
    assert "40 for you" in page


@pytest.mark.parametrize(
    "text",
    [
        "\x00",
        "a" * 10_000,
        "<script>alert(1)</script>",
        "'; DROP TABLE registry_person; --",
        "{{ 7*7 }}",
        "%s %(x)s",
        "\u202e\u0000",
        "🦉",
        "9" * 200,
        "1/1/1/1/1",
        "((((",
        "\\",
    ],
)
def test_nothing_typed_into_the_box_breaks_it(client, text):
    for body in ({"q": text}, {"q": text, "typing": "1"}):
        answer = client.post("/find", body, **(CTX if "typing" in body else {}))
        assert answer.status_code == 200
        assert "<script>alert" not in answer.content.decode()
    page = client.post("/patients/register/found", {"q": text})
    assert page.status_code == 200
    assert "<script>alert" not in page.content.decode()


@pytest.mark.parametrize(
    "field", ["family", "given", "preferred", "t0-number", "p0-name", "city", "payer", "email"]
)
@pytest.mark.parametrize(
    "text", ["\x00", "x" * 100_000, "<b>bold</b>", "\ud800".encode("utf-8", "surrogatepass")]
)
def test_nothing_typed_into_the_form_breaks_it(client, field, text):
    sent = {"family": "Ok", "given": "Ada", "born": "3/12/1957", "key": f"k-{field}-{len(text)}", field: text}
    answer = client.post("/patients/register", sent)
    assert answer.status_code in {303, 400, 409, 422}
    assert "<b>bold</b>" not in answer.content.decode()


def test_a_page_that_is_not_there_says_so_in_the_frame(client):
    answer = client.get("/nowhere")
    assert answer.status_code == 404
    assert "There is no page here." in answer.content.decode()
    assert 'id="find"' in answer.content.decode()


def test_undo_of_what_is_not_ours_to_undo_is_refused_in_words(client):
    for act in ("", "no-uuid", "0192f000-0000-7000-8000-000000000000"):
        answer = client.post("/undo", {"act": act, "back": "https://elsewhere.example/"})
        assert answer.status_code in {404, 409}, answer.status_code
        assert "elsewhere" not in answer.headers.get("Location", "")


def test_undo_leads_nowhere_outside(client):

    new = client.post(
        "/patients/register", {"family": "Quill", "given": "Ada", "born": "1/2/1950", "key": "undo-1"}
    )
    assert new.status_code == 303
    page = client.get("/patients").content.decode()
    act = re.search(r'name="act" value="([^"]+)"', page)[1]
    back = client.post("/undo", {"act": act, "back": "https://elsewhere.example/"})
    assert (back.status_code, back["Location"]) == (303, "/")


def test_every_icon_that_a_template_names_is_there():
    text = "\n".join(path.read_text() for path in (WEB / "templates").rglob("*.html"))
    named = (
        set(re.findall(r'{% icon "([a-z0-9-]+)"', text)) | {d.icon for d in DOINGS}
    )
    assert [name for name in sorted(named) if not _icon(name)] == []


def test_no_template_holds_a_script_or_a_style_element():
    for path in (WEB / "templates").rglob("*.html"):
        text = path.read_text()
        assert "<style" not in text, path
        assert not re.search(r"<script(?![^>]*\bsrc=)(?![^>]*application/json)", text), path
        assert not re.search(r"\son[a-z]+=[\"']", text), path
