"""What a calendar opens in one week, drawn to scale and in words; and a visit type's steps."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from waypost.kernel.dates import say_day
from waypost.scheduling.rules import templates
from waypost.scheduling.rules.types import Calendar, VisitType
from waypost.web.parts import Strip, StripPart
from waypost.web.schedule.rows import KINDS, LABEL_PERCENT_MIN
from waypost.web.setup.pages import minutes_said

ROLE_SAID = {"clinician": "Provider", "nurse": "Nurse", "technician": "Technician", "interpreter": "Interpreter",
             "room": "Room", "device": "Device"}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Day:
    """One day: what is open, as bars in percent of the day that is drawn, and what closes it."""

    name: str
    bars: Sequence[tuple[float, float]]  # left and width
    hours: str
    closed: str
    today: bool


@dataclass(frozen=True, slots=True)
class Week:
    first: str  # ISO day of its Monday
    said: str
    days: Sequence[Day]
    ticks: Sequence[tuple[float, str]]
    total: str


def week_of(calendar: Calendar, monday: date, today: date) -> Week:
    """Return the open time of the week that begins on a Monday."""
    dates = [monday + timedelta(days=n) for n in range(7)]
    opened = {day: templates.hours_on(calendar, day) for day in dates}
    every = [one for hours in opened.values() for one in hours]
    low = min([one.start // 60 * 60 for one in every], default=8 * 60)
    high = max([-(-one.end // 60) * 60 for one in every], default=17 * 60)
    width = high - low
    days = []
    for day in dates:
        shut = [one.reason for one in templates.closed_on(calendar, day) if one.reason]
        hours = sorted(opened[day])
        days.append(Day(
            say_day(day, today=today), [(round(100 * (a - low) / width, 2), round(100 * (b - a) / width, 2)) for a, b, _ in hours],
            ", ".join(minutes_said(a, b) + (" for some visit types" if kinds else "") for a, b, kinds in hours) or "Closed",
            ", ".join(dict.fromkeys(shut)), day == today,
        ))  # fmt: skip
    step = 60 if width <= 6 * 60 else 120 if width <= 14 * 60 else 240
    ticks = [(round(100 * (at - low) / width, 2), _hour(at)) for at in range(low, high, step)]
    minutes = sum(one.end - one.start for one in every)
    total = f"{minutes // 60} h {minutes % 60} min" if minutes % 60 else f"{minutes // 60} h"
    return Week(monday.isoformat(), f"Week of {say_day(monday, today=today)}", days, ticks, total)


def _hour(minute: int) -> str:
    hour = minute // 60
    return f"{hour % 12 or 12} {'AM' if hour % 24 < 12 else 'PM'}"


@dataclass(frozen=True, slots=True)
class StepBar:
    """One step of a visit type: a strip of its own, set-up and clean-up at its ends."""

    label: str
    said: str
    strip: Strip


def steps_of(kind: VisitType) -> list[StepBar]:
    """Return each step drawn to one scale, from the first set-up to the last clean-up."""
    low, high = kind.held_from, kind.held_until
    bars = []
    for step in kind.steps:
        what = ROLE_SAID.get(step.role, step.role)
        can = f" ({', '.join(sorted(one.replace('-', ' ') for one in step.can))})" if step.can else ""
        edges = [("", "", low, step.held_from), ("set", "", step.held_from, step.start),
                 (KINDS.get(step.role, "room"), f"{step.minutes} min", step.start, step.start + step.minutes),
                 ("set", "", step.start + step.minutes, step.held_until), ("", "", step.held_until, high)]  # fmt: skip
        parts = [(name, label, round(100 * (b - a) / (high - low), 2)) for name, label, a, b in edges if b > a]
        said = f"minutes {step.start} to {step.start + step.minutes}"
        if step.before or step.after:
            said += f"; held {step.before} before and {step.after} after"
        bars.append(StepBar(what + can, said, Strip(
            f"{what}: {said}", [StripPart(name, label if percent >= LABEL_PERCENT_MIN else "", percent) for name, label, percent in parts]
        )))  # fmt: skip
    return bars
