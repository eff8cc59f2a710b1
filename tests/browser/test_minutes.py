"""The tasks of docs/minutes.md, done by keyboard alone and looked up in the record."""

import pytest
from scripts import clinic_at, minutes
from scripts.journeys import TASKS

pytestmark = pytest.mark.browser


def test_every_task_is_done_by_keyboard_and_stands_in_the_record(chromium):
    with clinic_at.opened(browser=chromium) as clinic:
        for task in TASKS:
            minutes.do(clinic, task)
