"""One view with one key, drawn once for all who watch it."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from waypost.access import scopes
from waypost.kernel.context import Context
from waypost.web.live import limits
from waypost.web.live.views import Shown, View

Key = tuple[int, str, Any]  # tenant, view, what the view's rendering depends on


@dataclass(frozen=True, slots=True)
class Looker:
    """One who is about to be shown a board: what they have of it so far, by its tag; '' where nothing."""

    ctx: Context
    has: str


@dataclass(slots=True)
class Board:
    """What is drawn, when, and how it came out last."""

    tenant: int
    view: View
    key: Any
    shown: Shown | None = None
    changed: bool = True
    drawing: bool = False
    cost: float = 0.0
    drawn: float = field(default_factory=time.monotonic)
    _told: tuple[Shown | None, Shown, str] | None = None

    @property
    def name(self) -> Key:
        return self.tenant, self.view.name, self.key

    def is_due(self, now: float) -> bool:
        """Say whether it is to be drawn again: it changed or is old, and has been left alone for a while."""
        old = now - self.drawn >= self.view.every_seconds
        rest = max(self.view.rest_seconds, min(limits.REST_OF_COST * self.cost, limits.REST_SECONDS_MAX))
        return self.shown is None or ((self.changed or old) and now - self.drawn >= rest)

    def told(self, before: Shown | None, shown: Shown, at: str) -> str:
        """Return what a page that has `before` is told; made once for all who have the same."""
        if self._told is None or self._told[0] is not before or self._told[1] is not shown:
            data = {
                "view": self.view.name,
                "tag": shown.tag,
                "at": at,
                "parts": shown.since(before),
                "rows": shown.rows,
            }
            self._told = before, shown, orjson.dumps(data).decode()
        return self._told[2]


def draw(board: Board, lookers: Sequence[Looker], *, again: bool) -> Shown:
    """Draw a board, or take it as it is drawn, and audit for everyone what they are about to see. Runs in a thread."""
    before = board.shown
    shown = board.view.render(lookers[0].ctx, board.key) if again or before is None else before
    changed = shown.seen_in(shown.since(before))
    everyone = shown.seen_in(shown.parts)
    seen = [
        (one.ctx, changed if before is not None and one.has == before.tag else everyone)
        for one in lookers
        if one.has != shown.tag
    ]
    scopes.shown(seen, board.view.what, action="read-live")
    return shown
