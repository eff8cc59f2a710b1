"""Local weekly hours, closed blocks and exceptions, resolved per day into UTC spans.

An instant is open when the wall clock, read there and then, stands within open hours *and has not stood there
before that day*. So an hour that is skipped in spring opens nothing, and one that is repeated in autumn is open
the first time only: no visit is ever offered at a time that does not exist, or under a time that exists twice.
"""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import NamedTuple
from zoneinfo import ZoneInfo

from waypost.kernel.spans import Span, Spans, union
from waypost.scheduling.rules.types import DAY_MINUTES, Calendar

_DAY = timedelta(days=1)


class Stretch(NamedTuple):
    """UTC time under one offset; `fresh` is where its wall clock first says something new."""

    start: datetime
    fresh: datetime
    end: datetime
    offset: timedelta


class OpenHours(NamedTuple):
    """Local minutes of one day, and the visit types they are kept for (None: any)."""

    start: int
    end: int
    visit_types: frozenset[str] | None


class ClosedHours(NamedTuple):
    start: int
    end: int
    reason: str


@lru_cache(maxsize=256)
def _shifts(zone: str, year: int) -> tuple[tuple[datetime, timedelta, timedelta], ...]:
    """Return each change of offset in a UTC year: the instant, the offset before and after."""
    tz = ZoneInfo(zone)

    def offset(at: datetime) -> timedelta:
        found = at.astimezone(tz).utcoffset()
        assert found is not None
        return found

    shifts: list[tuple[datetime, timedelta, timedelta]] = []
    at = datetime(year, 1, 1, tzinfo=UTC)
    before = offset(at - timedelta(seconds=1))
    last = datetime(year + 1, 1, 1, tzinfo=UTC)
    low = at - timedelta(seconds=1)
    while at <= last:
        after = offset(at)
        if after != before:
            high = at
            while high - low > timedelta(seconds=1):
                middle = (low + (high - low) / 2).replace(microsecond=0)
                low, high = (middle, high) if offset(middle) == before else (low, middle)
            if high < last:  # one at midnight belongs to the next year
                shifts.append((high, before, after))
            before = after
        low = at
        at += timedelta(hours=6)
    return tuple(shifts)


@lru_cache(maxsize=1024)
def stretches(zone: str, first: date, last: date) -> tuple[Stretch, ...]:
    """Return the stretches of constant offset that hold the local days first..last."""
    start = datetime(first.year, first.month, first.day, tzinfo=UTC) - 2 * _DAY
    end = datetime(last.year, last.month, last.day, tzinfo=UTC) + 3 * _DAY
    changes = [
        s for year in range(start.year, end.year + 1) for s in _shifts(zone, year) if start < s[0] < end
    ]
    offset = start.astimezone(ZoneInfo(zone)).utcoffset()
    assert offset is not None
    found: list[Stretch] = []
    at = fresh = start
    for instant, before, after in changes:
        found.append(Stretch(at, fresh, instant, before))
        at, fresh, offset = instant, instant + max(before - after, timedelta(0)), after
    found.append(Stretch(at, fresh, end, offset))
    return tuple(found)


def to_utc(zone: str, local: Iterable[tuple[date, int, int]]) -> Spans:
    """Return local (day, from minute, to minute) as UTC spans, skipped time left out, repeated time once."""
    days = list(local)
    if not days:
        return ()
    parts = stretches(zone, min(d for d, _, _ in days), max(d for d, _, _ in days))
    found: list[Span] = []
    for day, begin, finish in days:
        midnight = datetime(day.year, day.month, day.day, tzinfo=UTC)
        wall_start, wall_end = midnight + timedelta(minutes=begin), midnight + timedelta(minutes=finish)
        for part in parts:
            start = max(wall_start - part.offset, part.fresh)
            end = min(wall_end - part.offset, part.end)
            if start < end:
                found.append(Span(start, end))
    return union(found)


def hours_on(calendar: Calendar, day: date) -> tuple[OpenHours, ...]:
    """Return the open local hours of one day, closed blocks taken out; the last fitting exception wins."""
    if calendar.retired:
        return ()
    rule = next((e for e in reversed(calendar.exceptions) if e.first <= day <= e.last), None)
    if rule is not None and not rule.closed:
        return tuple(OpenHours(start, end, None) for start, end in rule.hours)
    if rule is not None and not rule.hours:
        return ()
    holes = [(h.start, h.end) for h in calendar.closed if h.on(day)]
    if rule is not None:
        holes += rule.hours
    found: list[OpenHours] = []
    for hours in calendar.weekly:
        if hours.on(day):
            found += [OpenHours(a, b, hours.visit_types) for a, b in _without(hours.start, hours.end, holes)]
    return tuple(found)


def closed_on(calendar: Calendar, day: date) -> tuple[ClosedHours, ...]:
    """Return the closed local hours of one day that have a reason worth showing."""
    rule = next((e for e in reversed(calendar.exceptions) if e.first <= day <= e.last), None)
    if rule is not None and not rule.closed:
        return ()
    if rule is not None and not rule.hours:
        return (ClosedHours(0, DAY_MINUTES, rule.reason),)
    found = [ClosedHours(h.start, h.end, h.reason) for h in calendar.closed if h.on(day)]
    if rule is not None:
        found += [ClosedHours(a, b, rule.reason) for a, b in rule.hours]
    return tuple(sorted(found))


def _without(start: int, end: int, holes: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    parts: list[tuple[int, int]] = []
    at = start
    for a, b in sorted(holes):
        if b <= at or a >= end:
            continue
        if a > at:
            parts.append((at, a))
        at = max(at, b)
    if at < end:
        parts.append((at, end))
    return parts


def open_by_kind(calendar: Calendar, first: date, last: date) -> dict[frozenset[str] | None, Spans]:
    """Return the open spans of the local days first..last, apart by the visit types they are kept for."""
    local: dict[frozenset[str] | None, list[tuple[date, int, int]]] = {}
    day = first
    while day <= last:
        for start, end, kinds in hours_on(calendar, day):
            local.setdefault(kinds, []).append((day, start, end))
        day += _DAY
    return {kinds: to_utc(calendar.zone, entries) for kinds, entries in local.items()}


def open_spans(calendar: Calendar, first: date, last: date, *, visit_type: str | None = None) -> Spans:
    """Return when the calendar is open for a visit type (None: for anything at all)."""
    by_kind = open_by_kind(calendar, first, last)
    return union(
        one
        for kinds, spans in by_kind.items()
        if kinds is None or visit_type is None or visit_type in kinds
        for one in spans
    )
