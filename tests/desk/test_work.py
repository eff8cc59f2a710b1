"""Today and the acts on work, as a coordinator meets them."""


import pytest

from waypost.access import scopes
from waypost.coordination.worklist import queries as worklist
from waypost.records import queries
from waypost.web.work import today, today_live


def iso(at):
    return at.isoformat().replace("+00:00", "Z")


@pytest.fixture
def day(calls):
    """File people and work, visits to be booked where no kind is named."""

    def work(id, kind="book", **more):
        return calls(id, kind, **more)

    work.ctx = calls.ctx
    return work


def text(answer):
    return answer.content.decode()


def task(day, id):
    return queries.read(scopes.everything(day.ctx), "Task", id).resource


def test_a_row_says_why_it_stands_there_and_opens_to_its_acts(coordinator, day):
    day("result", "result", words="Call with result")
    day("book", hours=1)
    page = text(coordinator.get("/"))
    assert page.index("Call with result") < page.index("Do book")
    assert "First: patient safety." in page
    opened = text(coordinator.get("/work/result", headers={"HX-Request": "true"}))
    assert "Above “Do book”: Patient safety comes before age." in opened
    assert "<html" not in opened
    assert "Counts when a nurse or a clinician calls" in opened
    assert 'value="done"' not in opened
    assert 'value="done"' in text(coordinator.get("/work/book"))


def test_finishing_needs_an_outcome_and_keeps_what_was_typed(coordinator, day):
    version = day("book")
    wish = {"task": f"book:{version.version}", "do": "done", "note": "Thursday at nine"}
    answer = coordinator.post("/work/act", wish)
    assert answer.status_code == 422
    assert "Choose how it ended." in text(answer)
    assert "Thursday at nine" in text(answer)
    assert coordinator.post("/work/act", wish | {"outcome": "booked"}).status_code == 303
    assert task(day, "book")["status"] == "completed"
    assert "Nothing waits for you." in text(coordinator.get("/"))


def test_work_is_put_off_with_a_reason_and_comes_back(coordinator, day, clock):
    day("later")
    answer = coordinator.post("/work/act", {"task": "later:1", "do": "snooze", "until": "day", "reason": ""})
    assert answer.status_code == 422
    coordinator.post("/work/act", {"task": "later:1", "do": "snooze", "until": "day", "reason": "Waits for the payer"})
    assert "Nothing waits for you." in text(coordinator.get("/"))
    assert "Put off: Waits for the payer" in text(coordinator.get("/?view=snoozed"))
    assert task(day, "later")["extension"][0]["valueDateTime"] == "2026-11-25T13:00:00Z"  # Wednesday, 8 AM in New York


def test_several_are_taken_or_handed_over_at_once_or_none(coordinator, day):
    for n in range(3):
        day(f"free{n}", owner="", pool="coordinators")
    answer = coordinator.post("/work/act", {"task": [f"free{n}:1" for n in range(3)], "do": "claim"})
    assert answer.status_code == 303
    assert "3 pieces of work" in text(coordinator.get("/"))
    answer = coordinator.post("/work/act", {"task": ["free0:2", "free1:1"], "do": "hand", "pool": "nurses"})
    assert answer.status_code in {409, 412}
    assert task(day, "free0")["owner"]["reference"] == "Practitioner/ruiz"


def test_what_a_colleague_finished_meanwhile_is_said(coordinator, day):
    day("book")
    coordinator.post("/work/act", {"task": "book:1", "do": "done", "outcome": "booked"})
    answer = coordinator.post("/work/act", {"task": "book:2", "do": "claim"})
    assert answer.status_code == 409
    assert "Someone has finished this meanwhile." in text(answer)


def test_an_act_is_undone_from_its_line(coordinator, day):
    day("book")
    coordinator.post("/work/act", {"task": "book:1", "do": "done", "outcome": "booked"})
    page = text(coordinator.get("/"))
    act = page.split('name="act" value="')[1].split('"')[0]
    coordinator.post("/undo", {"act": act, "back": "/"})
    assert task(day, "book")["status"] == "requested"


def test_a_nurse_closes_what_a_clerk_may_not(coordinator, desk, day):
    day("result", "result", owner="", pool="nurses")
    assert coordinator.post("/work/act", {"task": "result:1", "do": "done", "outcome": "reached"}).status_code == 403
    nurse = desk("nurse", practitioner="pavel")
    assert nurse.post("/work/act", {"task": "result:1", "do": "done", "outcome": "reached"}).status_code == 303


@pytest.mark.parametrize("wanted", ["", "none", "book:²", "book:99999999999", "../x:1", "book:1\x00"])
def test_what_is_not_there_is_refused_in_words(coordinator, day, wanted):
    day("book")
    answer = coordinator.post("/work/act", {"task": wanted, "do": "claim"})
    assert 400 <= answer.status_code < 500 or (answer.status_code == 303 and wanted.startswith("book:"))


def test_today_needs_few_queries_whatever_waits(coordinator, day, django_assert_max_num_queries):
    for n in range(60):
        day(f"w{n:02}", hours=n)
    coordinator.get("/")
    with django_assert_max_num_queries(16):
        page = text(coordinator.get("/"))
    assert page.count('class="item"') == 50
    assert "The next 10 of 60" in page
    assert text(coordinator.get("/?page=2")).count('class="item"') == 10


def test_of_a_very_long_list_it_is_said_that_there_is_more(coordinator, day, monkeypatch):
    for module in (worklist, today, today_live):
        monkeypatch.setattr(module, "COUNT_MAX", 54)
    for n in range(60):
        day(f"w{n:02}", hours=n)
    page = text(coordinator.get("/"))
    assert "54+ for you" in page
    assert "The next 50 of 54+" in page
    assert "The next" not in text(coordinator.get("/?page=2"))
