"""Hands on a keyboard: what is pressed, how long a practised person would need for it, and how long the program makes them wait.

Times of people are estimated by the keystroke-level model: S. K. Card, T. P. Moran and A. Newell, “The keystroke-level
model for user performance time with interactive systems”, Communications of the ACM 23 (7), July 1980, pp. 396-410.
"""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from playwright.sync_api import Page

KEY_SECONDS = 0.28  # K: an average typist who is no secretary, 40 words a minute
THINK_SECONDS = 1.35  # M: making up one's mind
HOME_SECONDS = 0.40  # H: bringing the hands to the keyboard, once a task
WAIT_SECONDS_MAX = 30
BROKEN = 500  # statuses from here on are the program's own mistakes


@dataclass(frozen=True, slots=True)
class Step:
    """One thought and the keys that carry it out, or something to wait for."""

    keys: Sequence[str] = ()
    text: str = ""  # typed before the keys are pressed
    thought: bool = True  # False where the keys only end the thought before, as Enter ends what was typed
    page: bool = False  # a page follows
    see: str = ""  # a part of the page that has to be there before one goes on

    @property
    def commands(self) -> int:
        return sum(len(key.split("+")) for key in self.keys)  # Control and Enter are two

    @property
    def pressed(self) -> int:
        return self.commands + sum(2 if letter.isupper() else 1 for letter in self.text)  # Shift is a key

    @property
    def words(self) -> str:
        typed = [f"“{self.text}”"] if self.text else []
        return " ".join(typed + [f"`{SHOWN.get(key, key)}`" for key in self.keys])


SHOWN = {" ": "Space", "Control+Enter": "Ctrl Enter", "ArrowDown": "↓", "ArrowUp": "↑", "ArrowLeft": "←", "ArrowRight": "→"}


def press(*keys: str, see: str = "") -> Step:
    """Make up one's mind and press keys; what they do happens in the page."""
    return Step(keys=keys, see=see)


def go(*keys: str, see: str = "") -> Step:
    """Make up one's mind and press keys that lead to a page."""
    return Step(keys=keys, page=True, see=see)


def then(*keys: str, page: bool = False, see: str = "") -> Step:
    """Press keys that need no new thought."""
    return Step(keys=keys, thought=False, page=page, see=see)


def say(text: str, *keys: str, page: bool = False, see: str = "") -> Step:
    """Type a text, and the keys that end it."""
    return Step(text=text, keys=keys, page=page, see=see)


def person_seconds(steps: Sequence[Step]) -> float:
    """Return how long a practised person needs for these steps, without waiting for the program."""
    keys = sum(step.pressed for step in steps) * KEY_SECONDS
    return HOME_SECONDS + keys + THINK_SECONDS * sum(step.thought for step in steps)


@dataclass
class Hands:
    """Drives one page by keyboard alone, and counts."""

    page: Page
    pages: int = 0
    waited: float = 0.0
    said: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.page.on("pageerror", lambda error: self.said.append(str(error)))
        self.page.on("response", lambda answer: self.said.append(f"{answer.status} for {answer.url}") if answer.status >= BROKEN else None)

    def do(self, steps: Sequence[Step]) -> None:
        for step in steps:
            for letter in step.text:
                self.page.keyboard.press(letter)
            for key in step.keys[:-1]:
                self.page.keyboard.press(key)
            last = step.keys[-1] if step.keys else ""
            with self._waiting():
                self._last(last, leads=step.page)
                if step.see:
                    self.page.locator(step.see).first.wait_for(timeout=WAIT_SECONDS_MAX * 1000)

    def _last(self, key: str, *, leads: bool) -> None:
        if leads:
            with self.page.expect_event("load", timeout=WAIT_SECONDS_MAX * 1000):
                self.page.keyboard.press(key)
            self.pages += 1
        elif key:
            self.page.keyboard.press(key)

    @contextmanager
    def _waiting(self) -> Iterator[None]:
        began = time.monotonic()
        yield
        self.waited += time.monotonic() - began
