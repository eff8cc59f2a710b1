"""Half-open intervals of time and their algebra.

A span holds its start and not its end, so one may begin the moment another ends. `Spans` are sorted and
apart: no two of them touch or overlap. `union` makes any heap of spans so; everything here returns them so.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import NamedTuple


class Span(NamedTuple):
    """From `start` up to, not including, `end`; both aware."""

    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def holds(self, at: datetime) -> bool:
        return self.start <= at < self.end

    def overlaps(self, other: "Span") -> bool:
        return self.start < other.end and other.start < self.end

    def within(self, other: "Span") -> bool:
        return other.start <= self.start and self.end <= other.end


Spans = tuple[Span, ...]


def span(start: datetime, end: datetime) -> Span:
    """Return the span, having made sure that it is one."""
    assert start.tzinfo is not None and end.tzinfo is not None, "instants are aware"
    assert start < end, "a span ends after it starts"
    return Span(start, end)


def union(spans: Iterable[Span]) -> Spans:
    """Return the same time as sorted spans that neither touch nor overlap; empty ones vanish."""
    found: list[Span] = []
    for start, end in sorted(spans):
        if start >= end:
            continue
        if found and start <= found[-1].end:
            if end > found[-1].end:
                found[-1] = Span(found[-1].start, end)
        else:
            found.append(Span(start, end))
    return tuple(found)


def intersect(left: Spans, right: Spans) -> Spans:
    """Return the time that lies in both."""
    found: list[Span] = []
    i = j = 0
    while i < len(left) and j < len(right):
        start = max(left[i].start, right[j].start)
        end = min(left[i].end, right[j].end)
        if start < end:
            found.append(Span(start, end))
        if left[i].end <= right[j].end:
            i += 1
        else:
            j += 1
    return tuple(found)


def subtract(opened: Spans, taken: Spans) -> Spans:
    """Return the time of `opened` that is clear of `taken`."""
    found: list[Span] = []
    for start, end in opened:
        at = start
        for gone in taken:
            if gone.end <= at:
                continue
            if gone.start >= end:
                break
            if gone.start > at:
                found.append(Span(at, gone.start))
            at = gone.end
        if at < end:
            found.append(Span(at, end))
    return tuple(found)


def free_spans(opened: Spans, taken: Spans, *, length: timedelta) -> Spans:
    """Return the parts of `opened` clear of `taken` and at least `length` long."""
    assert length > timedelta(0)
    return tuple(one for one in subtract(opened, taken) if one.length >= length)


def total(spans: Spans) -> timedelta:
    return sum((one.length for one in spans), timedelta(0))
