"""A board: columns are people, rooms or devices (or the days of one of them); height is time to scale.

Pure: what is open, closed and taken goes in; boxes with top and height in pixels come out.
"""

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from zoneinfo import ZoneInfo

from waypost.kernel.spans import Span, subtract, union
from waypost.web import words
from waypost.web.parts import Mark

HOUR_PIXELS_MIN, HOUR_PIXELS_MAX = 96, 288
CARD_PIXELS_MIN = 24  # a target that a finger finds, and a line that is not cut
LINE_PIXELS = 17
FREE_MINUTES_MIN = 10
STATE_KIND = {
    "booked": "", "arrived": "here", "checked-in": "here", "fulfilled": "done", "pending": "risk", "noshow": "done",
}  # fmt: skip
STATE_WORD = {
    "booked": "", "arrived": "arrived", "checked-in": "with provider", "fulfilled": "done", "pending": "held", "noshow": "did not come",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """One booking in one column."""

    appointment: str
    span: Span
    status: str
    name: str  # 'Silva, Rui ’64'
    birth_year: str = ""
    visit_type: str = ""
    with_whom: str = ""
    marks: tuple[Mark, ...] = ()
    kind: str = "visit"  # visit | hold | block
    reason: str = ""
    url: str = ""
    movable: bool = False
    sizable: bool = False  # its end may be moved


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """What one column is drawn from."""

    key: str  # resource reference, or the day
    title: str
    note: str = ""
    opened: tuple[Span, ...] = ()
    closed: tuple[tuple[Span, str], ...] = ()
    taken: tuple[Taken, ...] = ()
    capacity: int = 1
    day: date | None = None
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """A booking as it is drawn; `left` and `width` in percent where several stand beside each other."""

    key: str
    top: int
    height: int
    left: float
    width: float
    url: str
    name: str
    line: str
    said: str
    kind: str
    marks: tuple[Mark, ...]
    lines: int = 1  # whole lines that fit: text is never cut in half
    movable: bool = False
    minute: int = 0  # of the local day, at which it is shown to begin
    lasts: int = 0  # minutes, of what may be made longer or shorter; else 0

    @property
    def tall(self) -> int:
        return self.lines * LINE_PIXELS

    @property
    def place(self) -> str:
        beside = f";left:calc({self.left}% + 3px);width:calc({self.width}% - 6px)" if self.width < 100 else ""
        return f"top:{self.top}px;height:{self.height}px{beside}"


@dataclass(frozen=True, slots=True)
class Box:
    top: int
    height: int
    label: str
    url: str = ""
    said: str = ""

    @property
    def place(self) -> str:
        return f"top:{self.top}px;height:{self.height}px"


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    title: str
    note: str
    visits: tuple[Card, ...]
    free: tuple[Box, ...]
    closed: tuple[Box, ...]
    now: int | None
    day: str = ""
    url: str = ""


@dataclass(frozen=True, slots=True)
class Board:
    columns: tuple[Column, ...]
    hours: tuple[tuple[int, str], ...]
    height: int
    hour: int
    visits: int
    free: int
    now: int | None = None


def bounds(lanes: Iterable[Lane], zone: str) -> tuple[int, int]:
    """Return the first and last whole hour of the local day that anything touches; 8 to 17 where nothing does."""
    place = ZoneInfo(zone)
    low, high = 24, 0
    for lane in lanes:
        for span in (*lane.opened, *(t.span for t in lane.taken)):
            start, end = span.start.astimezone(place), span.end.astimezone(place)
            low = min(low, start.hour)
            high = max(high, 24 if end.date() > start.date() else end.hour + (end.minute > 0))
    return (low, high) if low < high else (8, 17)


def draw(
    lanes: Sequence[Lane], days: Sequence[date], *, zone: str, now: datetime, free_url: str = ""
) -> Board:
    """Return the board. `days` has one day for all lanes, or one for each."""
    first, last = bounds(lanes, zone)
    hour = hour_pixels(lanes)
    columns = tuple(
        _column(
            lane, _scale(days[index] if len(days) > 1 else days[0], first, last, zone, hour), now, free_url
        )
        for index, lane in enumerate(lanes)
    )
    hours = tuple(((at - first) * hour, _hour_word(at)) for at in range(first + 1, last))
    visits = len({t.appointment for lane in lanes for t in lane.taken if t.kind == "visit"})
    return Board(
        columns,
        hours,
        (last - first) * hour,
        hour,
        visits,
        sum(len(c.free) for c in columns),
        next((c.now for c in columns if c.now is not None), None),
    )


def hour_pixels(lanes: Iterable[Lane]) -> int:
    """Return how tall an hour is: so tall that the shortest visit has a whole line."""
    shortest = min((t.span.length for lane in lanes for t in lane.taken), default=timedelta(minutes=15))
    minutes = max(shortest.total_seconds() / 60, 5)
    return min(max(ceil(CARD_PIXELS_MIN * 60 / minutes), HOUR_PIXELS_MIN), HOUR_PIXELS_MAX)


def _hour_word(hour: int) -> str:
    return "12 PM" if hour == 12 else f"{hour % 12 or 12} {'AM' if hour < 12 else 'PM'}"


def _scale(day: date, first: int, last: int, zone: str, hour: int) -> "_Scale":
    return _Scale(
        datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)) + timedelta(hours=first),
        (last - first) * hour,
        hour,
    )


def _column(lane: Lane, scale: "_Scale", now: datetime, free_url: str) -> Column:
    place, day = ZoneInfo(str(scale.base.tzinfo)), scale.base.date()
    visits = tuple(_visit(one, scale, place) for one in _side_by_side(lane.taken))
    busy = union(one.span for one in lane.taken) if lane.capacity == 1 else _full(lane)
    soon = _next_five(now)
    ahead = (Span(max(span.start, soon), span.end) for span in subtract(lane.opened, busy) if span.end > soon)
    free = tuple(
        _free(span, lane, scale, place, free_url)
        for span in ahead
        if span.length >= timedelta(minutes=FREE_MINUTES_MIN) and scale.height_of(span) >= CARD_PIXELS_MIN
    )
    closed = tuple(_closed(span, reason, scale) for span, reason in lane.closed if scale.height_of(span) > 0)
    line = (
        scale.at(now) if 0 <= scale.at(now) <= scale.height and now.astimezone(place).date() == day else None
    )
    return Column(
        lane.key,
        lane.title,
        lane.note,
        visits,
        free,
        closed,
        line,
        lane.day.isoformat() if lane.day else "",
        lane.url,
    )


@dataclass(frozen=True, slots=True)
class _Scale:
    base: datetime
    height: int
    hour: int

    def at(self, instant: datetime) -> int:
        local = instant.astimezone(self.base.tzinfo)  # of one zone, so their difference is that of the wall clock
        return round((local - self.base).total_seconds() * self.hour / 3600)

    def top_of(self, span: Span) -> int:
        return max(0, self.at(span.start))

    def height_of(self, span: Span) -> int:
        return min(self.height, self.at(span.end)) - self.top_of(span)


def _next_five(now: datetime) -> datetime:
    step = 300
    return datetime.fromtimestamp(ceil(now.timestamp() / step) * step, tz=now.tzinfo)


def _full(lane: Lane) -> tuple[Span, ...]:
    """Return where every lane of a room or group is taken."""
    edges = sorted({edge for one in lane.taken for edge in one.span})
    full = [
        Span(low, high)
        for low, high in itertools.pairwise(edges)
        if sum(one.span.start <= low and one.span.end >= high for one in lane.taken) >= lane.capacity
    ]
    return union(full)


def _side_by_side(taken: Sequence[Taken]) -> list[tuple[Taken, int, int]]:
    """Return each booking with its place among those that overlap it, and how many stand beside each other."""
    ordered = sorted(taken, key=lambda one: (one.span.start, one.span.end))
    found: list[tuple[Taken, int, int]] = []
    group: list[tuple[Taken, int]] = []
    ends: list[datetime] = []

    def close() -> None:
        found.extend((one, place, len(ends)) for one, place in group)
        group.clear()
        ends.clear()

    for one in ordered:
        if ends and one.span.start >= max(ends):
            close()
        place = next((i for i, end in enumerate(ends) if end <= one.span.start), len(ends))
        if place == len(ends):
            ends.append(one.span.end)
        else:
            ends[place] = one.span.end
        group.append((one, place))
    close()
    return found


def _visit(placed: tuple[Taken, int, int], scale: _Scale, place: ZoneInfo) -> Card:
    one, index, beside = placed
    height = max(scale.height_of(one.span) - 1, CARD_PIXELS_MIN)
    start, end = one.span.start.astimezone(place), one.span.end.astimezone(place)
    state = STATE_WORD.get(one.status, one.status)
    line = " · ".join(part for part in (one.visit_type, one.with_whom, state) if part)
    if one.kind == "block":
        line = one.reason
    born = f", born {one.birth_year}" if one.birth_year else ""
    marks = "".join(f", {mark.word.lower()}" for mark in one.marks)
    said = f"{one.name.split(' ’')[0]}{born}, {line or 'visit'}, {words.clock(start)} to {words.clock(end)}{marks}"
    return Card(
        top=scale.top_of(one.span),
        height=height,
        url=one.url,
        name=one.name,
        line=line if height >= 2 * LINE_PIXELS + 4 else "",
        lines=max(1, (height - 4) // LINE_PIXELS),
        said=said,
        kind="hold"
        if one.kind == "hold"
        else "block"
        if one.kind == "block"
        else STATE_KIND.get(one.status, ""),
        marks=tuple(mark for mark in one.marks if beside == 1 or mark.always),
        left=round(100 * index / beside, 2),
        width=round(100 / beside, 2),
        key=one.appointment,
        movable=one.movable,
        minute=start.hour * 60 + start.minute,
        lasts=round(one.span.length.total_seconds() / 60) if one.sizable else 0,
    )


def _free(span: Span, lane: Lane, scale: _Scale, place: ZoneInfo, free_url: str) -> Box:
    minutes = int((span.end - span.start).total_seconds() // 60)
    start, end = span.start.astimezone(place), span.end.astimezone(place)
    url = (
        free_url.format(resource=lane.key, day=start.date().isoformat(), at=f"{span.start:%Y%m%dT%H%M}Z")
        if free_url
        else ""
    )
    height = max(scale.height_of(span) - 1, CARD_PIXELS_MIN)
    label = (
        f"Free {minutes} min"
        if minutes < 120
        else f"Free {minutes // 60} h {minutes % 60} min"
        if minutes % 60
        else f"Free {minutes // 60} h"
    )
    return Box(
        scale.top_of(span),
        height,
        label,
        url,
        f"{label}, {lane.title}, {words.clock(start)} to {words.clock(end)}: book",
    )


def _closed(span: Span, reason: str, scale: _Scale) -> Box:
    return Box(scale.top_of(span), scale.height_of(span), reason)
