"""What every board has around it: the day, the ways to look at it, and what it is narrowed by."""

from collections.abc import Sequence
from dataclasses import dataclass

from waypost.web.pages import Page
from waypost.web.parts import Act


@dataclass(frozen=True, slots=True)
class Chip:
    label: str
    url: str
    on: bool


@dataclass(frozen=True, slots=True)
class Pick:
    name: str
    label: str
    value: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardFrame(Page):
    place: str = "schedule"
    note: str
    before: Act
    after: Act
    today_url: str
    is_today: bool
    views: Sequence[Chip]
    picks: Sequence[Pick]
    kept: Sequence[tuple[str, str]]
    day_text: str
    action: str
    book_url: str
    block_url: str  # '' for whoever keeps no calendars
    sheet_url: str = ""
    door_url: str = ""  # the day of one room or provider, to hang at its door
    empty_why: str = "No calendar here."
    empty_what: str = "Choose another site or department, or the other columns."
