"""How full a month is, or the week of many: a day says it in words and a bar, and opens that day's board."""

import calendar as months
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import ClassVar

from waypost.kernel.context import Context
from waypost.kernel.dates import say_day
from waypost.kernel.scope import Scope
from waypost.scheduling.queries.clinic import Clinic, clinic
from waypost.scheduling.queries.loads import loads
from waypost.scheduling.rules.types import Calendar
from waypost.web.schedule import fullness
from waypost.web.schedule.board_rows import BY, Asked, calendars_of, days_of, midnight
from waypost.web.schedule.frames import BoardFrame
from waypost.web.schedule.fullness import Fullness
from waypost.web.words import count

DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class Cell:
    """One day: its number or name, how full it is, and where its board is."""

    label: str
    full: Fullness
    url: str
    said: str
    today: bool


@dataclass(frozen=True, slots=True)
class Line:
    """A week of the month, or one calendar's week; a place outside the month is None."""

    title: str
    note: str
    url: str
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadPage(BoardFrame):
    template: ClassVar[str] = "waypost/schedule/load.html"
    heads: Sequence[str]
    lines: Sequence[Line]
    month: bool
    whose: str  # what the table is of, in words


@dataclass(frozen=True, slots=True)
class Loaded:
    """What a table of load is made from."""

    asked: Asked
    here: Clinic
    calendars: list[Calendar]
    heads: tuple[str, ...]
    lines: list[Line]
    note: str
    whose: str


def look(ctx: Context, asked: Asked, scope: Scope, today: date) -> Loaded:
    """Read how full the days are that are asked for, by one query."""
    here = clinic(ctx.tenant, ctx.now)
    every = calendars_of(here, asked, most=len(here.bookables))
    mine = [c for c in every if c.resource == asked.who]
    chosen = mine or every
    days = days_of(asked)
    zone = chosen[0].zone if chosen else ctx.zone
    found = loads(
        scope, [c.resource for c in chosen], midnight(days[0], zone), midnight(days[-1] + timedelta(1), zone), zone=zone, now=ctx.now
    )
    whose = mine[0].name if mine else f"all {BY[asked.by].lower()}"
    if asked.span == "month":
        totals = {day: fullness.of_all(chosen, day, found) for day in days}
        lines, heads = _month(asked, totals, today), DAYS
    else:
        heads = tuple(say_day(day)[:-6] for day in days)
        lines = [_week_of(asked, one, [(day, fullness.of_calendar(one, day, found)) for day in days], today) for one in chosen]
        totals = {day: fullness.of_all(chosen, day, found) for day in days}
        lines.append(_week_of(asked, None, list(totals.items()), today))
    booked, opened = sum(f.load.minutes for f in totals.values()), sum(f.open_minutes for f in totals.values())
    full = f"{round(100 * booked / opened)}% full" if opened else "closed"
    note = f"{_when(asked, days)} · {full} · {count(sum(f.load.visits for f in totals.values()), 'visit')}"
    return Loaded(asked, here, chosen, heads, lines, note, whose)


def _when(asked: Asked, days: Sequence[date]) -> str:
    if asked.span == "month":
        return f"{months.month_name[days[0].month]} {days[0].year}"
    return f"{say_day(days[0])} – {say_day(days[-1])}"


def _month(asked: Asked, totals: dict[date, Fullness], today: date) -> list[Line]:
    first, last = min(totals), max(totals)
    monday = first - timedelta(days=first.weekday())
    weeks = [[monday + timedelta(days=7 * n + at) for at in range(7)] for n in range((last - monday).days // 7 + 1)]
    return [Line("", "", "", tuple(_cell(asked, d, totals[d], today) if d in totals else None for d in week)) for week in weeks]


def _cell(asked: Asked, day: date, full: Fullness, today: date, who: str | None = None) -> Cell:
    url = asked.url(span="day", day=day, who=asked.who if who is None else who)
    return Cell(str(day.day), full, url, f"{say_day(day, today=today)}: {full.said}", day == today)


def _week_of(asked: Asked, one: Calendar | None, days: Sequence[tuple[date, Fullness]], today: date) -> Line:
    cells = tuple(_cell(asked, day, full, today, one.resource if one else "") for day, full in days)
    if one is None:
        return Line("All", "together", "", cells)
    return Line(one.name, ", ".join(sorted(one.can)[:2]).replace("-", " "), asked.url(span="week", who=one.resource), cells)


def step(asked: Asked, by: int) -> date:
    """Return a day of the month (or week) before or after."""
    if asked.span != "month":
        return asked.day + timedelta(days=7 * by)
    at = asked.day.year * 12 + asked.day.month - 1 + by
    return date(at // 12, at % 12 + 1, 1)
