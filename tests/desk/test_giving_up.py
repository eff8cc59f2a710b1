"""Work ends unreached only when it was tried as often as its rule asks; until then the next attempt is offered."""

from datetime import timedelta

import pytest

from tests.desk.conftest import file
from tests.desk.test_call import contacts, kept, text, wish
from tests.rules.facts_cases import contact
from waypost.coordination.problems import GivenUpTooSoon
from waypost.coordination.worklist import actions


def attempt(**more):
    return wish(outcome="no-answer", verified=[], **more)


def test_on_a_call_it_is_refused_with_what_is_due_and_what_was_typed_stays(coordinator, calls):
    calls("ring")
    answer = coordinator.post("/call/p1", attempt(task="ring", words="Rang for a minute", **{"item-ring": "end:not-reached"}))
    assert answer.status_code == 409
    page = text(answer)
    assert "It is too soon to give up. Still due: 2 attempts, one by text or e-mail, one after 5 PM" in page
    assert "Rang for a minute" in page
    moment = page.split("(FUP-4). Next: ")[1].split(".")[0]
    assert f"File the call; try again {moment}<" in page, "the button offers what the words say"
    assert not contacts(calls), "all or nothing"
    assert kept(calls, "Task", "ring")["status"] == "requested"


def test_one_button_files_the_call_and_puts_the_work_off_until_the_next_attempt(coordinator, calls):
    calls("ring")
    answer = coordinator.post("/call/p1", attempt(task="ring", instead="ring", **{"item-ring": "end:not-reached"}))
    assert answer.status_code == 303
    assert [c["status"] for c in contacts(calls)] == ["not-done"]
    task = kept(calls, "Task", "ring")
    assert task["status"] == "on-hold"
    assert task["extension"][0]["valueDateTime"] == "2026-11-24T22:30:00Z", "half past five this evening"


def test_the_last_attempt_of_three_may_give_up(coordinator, calls):
    calls("ring")
    for id_, at, way, medium in (("a", "2026-11-10 10:00", "call", "PHONE"), ("b", "2026-11-12 18:00", "text", "SMSWRIT")):
        before = contact(at, id=id_, by="clerk", reached=False, about="Task/ring", channel=way, medium=medium)
        file(calls.ctx, {**before, "subject": {"reference": "Patient/p1"}})
    answer = coordinator.post("/call/p1", attempt(task="ring", **{"item-ring": "end:not-reached"}))
    assert answer.status_code == 303
    assert kept(calls, "Task", "ring")["status"] == "completed"


def test_a_clerks_calls_do_not_let_a_nurse_give_up(coordinator, desk, calls, clock, context):
    calls("home", "discharge-call", pool="nurses")
    for key in "ab":
        coordinator.post("/call/p1", attempt(key=key, task="home", **{"item-home": "open"}))
        clock.advance(timedelta(hours=3))
    nurse = context("nurse", practitioner="pavel", door="web")
    with pytest.raises(GivenUpTooSoon) as raised:
        actions.complete(nurse, [("home", None)], "not-reached")
    assert (raised.value.extra["attempts"], raised.value.extra["licensed"]) == (2, True)
    for key in "cd":
        answer = desk("nurse", practitioner="pavel").post("/call/p1", attempt(key=key, task="home", **{"item-home": "open"}))
        assert answer.status_code == 303
        clock.advance(timedelta(hours=3))
    assert actions.complete(nurse, [("home", None)], "not-reached")


def test_on_the_worklist_the_row_keeps_what_was_typed_and_offers_the_next_attempt(coordinator, calls):
    calls("ring")
    answer = coordinator.post("/work/act", {"task": "ring:1", "do": "done", "outcome": "not-reached", "note": "Nobody there"})
    assert answer.status_code == 409
    page = text(answer)
    assert "Still due: 3 attempts" in page
    assert "Nobody there" in page
    assert "Not reached; next attempt" in page
    put_off = {"task": "ring:1", "do": "snooze", "until": "on", "on": "11/24/2026", "at": "5:30 PM", "reason": "Not reached; next attempt"}
    assert coordinator.post("/work/act", put_off).status_code == 303
    assert kept(calls, "Task", "ring")["extension"][0]["valueDateTime"] == "2026-11-24T22:30:00Z"
