"""Write docs/minutes.md: do each task of a day in a browser by keyboard alone, count, and see in the record that it happened.

    .venv/bin/python scripts/minutes.py            all of them, and write the page
    .venv/bin/python scripts/minutes.py "Book"     one, and print what came of it
"""

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "src"), str(ROOT)]
from scripts import clinic_at
from scripts.hands import HOME_SECONDS, KEY_SECONDS, THINK_SECONDS, Hands, Step, person_seconds
from scripts.journeys import TASKS, Task

PAGE = ROOT / "docs" / "minutes.md"
HEAD = f"""<!-- Written by `make minutes`; change scripts/journeys.py, not this page. -->

# Minutes

How many keys and how much time the tasks of a day cost. A script signs in to a demo clinic of its own
({clinic_at.PATIENTS} patients, on a Tuesday at 10:22 AM), does each task in Chromium with the keyboard alone, from Today on,
and then looks into the record: a task counts only if what it was for stands there.

* **Keys** are all keys pressed, Shift and Ctrl too; **typed** are those of words and numbers, **commands** the others.
* **Pages** are pages that were loaded; what changes within a page is not counted.
* **Program** is how long the program made one wait, measured on the machine that wrote this page.
* **Person** is what a practised person needs, waiting included, by the keystroke-level model: S. K. Card, T. P. Moran and
  A. Newell, “The keystroke-level model for user performance time with interactive systems”, *Communications of the ACM*
  23 (7), 1980, pp. 396-410. K = {KEY_SECONDS:.2f} s a key (an average typist who is no secretary, 40 words a minute),
  M = {THINK_SECONDS:.2f} s for each thought (a command, or what to type; keys that only end a thought have none),
  H = {HOME_SECONDS:.2f} s once, for the hands to come to the keyboard. Listening to a caller, and reading more than a glance
  takes, is not in it: a call lasts as long as people talk.
* **Promised** is the most that the design allows for the whole task.
"""


@dataclass(frozen=True, slots=True)
class Done:
    """What came of a task."""

    task: Task
    pages: int
    waited: float


def counts(steps: Sequence[Step]) -> tuple[int, int]:
    """Return how many keys are commands, and how many are typed."""
    commands = sum(step.commands for step in steps)
    return commands, sum(step.pressed for step in steps) - commands


def row(done: Done) -> str:
    commands, typed = counts(done.task.steps)
    promised = f"{done.task.seconds_max} s" if done.task.seconds_max else ""
    person = person_seconds(done.task.steps) + done.waited
    return (
        f"| {done.task.name} | {commands + typed} | {commands} | {typed} | {done.pages} | {done.waited:.1f} s | {person:.0f} s | {promised} |"
    )


def pressed(task: Task) -> str:
    """Say what is pressed, in order."""
    return " ".join(step.words for step in task.steps)


def document(all_done: Sequence[Done]) -> str:
    lines = [HEAD, "| task | keys | commands | typed | pages | program | person | promised |", "|---|--:|--:|--:|--:|--:|--:|--:|"]
    lines += [row(done) for done in all_done]
    lines += ["", "## What was pressed", "", "“Words” are typed; `keys` are pressed.", ""]
    for task in (done.task for done in all_done):
        lines += [f"**{task.name}**, as {task.role}. {task.about}", "", f"> {pressed(task)}", "", f"In the record: {task.proof}", ""]
    return "\n".join(lines)


def do(clinic: clinic_at.ClinicAt, task: Task) -> Done:
    """Do a task in a window of its own; stop where the record does not show it."""
    with clinic.browser.new_context(viewport={"width": 1280, "height": 800}) as context:
        page = context.new_page()
        clinic_at.sign_in(clinic, page, task.role)
        hands = Hands(page)
        hands.do(task.steps)
        if hands.said or not task.happened(clinic, page):
            raise SystemExit(f"minutes: {task.name}: {' '.join(hands.said) or 'nothing of it stands in the record.'}")
        return Done(task, hands.pages, hands.waited)


def main(names: Sequence[str]) -> None:
    wanted = [task for task in TASKS if not names or task.name in names]
    with clinic_at.opened() as clinic:
        all_done = []
        for task in wanted:
            all_done.append(do(clinic, task))
            print(row(all_done[-1]), flush=True)
    if not names:
        PAGE.write_text(document(all_done))
        print("docs/minutes.md written")


if __name__ == "__main__":
    main(sys.argv[1:])
