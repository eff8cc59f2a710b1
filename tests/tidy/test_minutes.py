"""docs/minutes.md says what its tasks say, and each keeps what was promised."""

import pytest
from scripts import minutes
from scripts.hands import HOME_SECONDS, KEY_SECONDS, THINK_SECONDS, go, person_seconds, press, say
from scripts.journeys import TASKS

NAMES = ["Find", "Register", "Book", "Move", "Log a call", "Check in", "File a document", "Close a referral", "Hand over ten items"]
WAIT_SECONDS_MAX = 10  # of the program, for one task, on a slow machine
KEYS_TO_BOOK_MAX = 15


def test_the_page_has_every_task_with_its_keys_as_they_are():
    page = minutes.PAGE.read_text()
    assert [task.name for task in TASKS] == NAMES
    for task in TASKS:
        commands, typed = minutes.counts(task.steps)
        assert f"| {task.name} | {commands + typed} | {commands} | {typed} |" in page, f"run `make minutes`: {task.name}"
        assert f"> {minutes.pressed(task)}\n" in page, f"run `make minutes`: {task.name}"


@pytest.mark.parametrize("task", [task for task in TASKS if task.seconds_max], ids=lambda task: task.name)
def test_a_practised_person_keeps_what_was_promised(task):
    assert person_seconds(task.steps) + WAIT_SECONDS_MAX < task.seconds_max


def test_a_visit_is_booked_in_15_keys():
    assert sum(minutes.counts(next(task for task in TASKS if task.name == "Book").steps)) <= KEYS_TO_BOOK_MAX


def test_a_thought_is_counted_once_and_shift_is_a_key():
    assert person_seconds([press("g", "r")]) == pytest.approx(HOME_SECONDS + THINK_SECONDS + 2 * KEY_SECONDS)
    assert minutes.counts([go("/"), say("Ab", "Tab"), go("Control+Enter")]) == (4, 3)
