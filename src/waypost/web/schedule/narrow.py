"""Closer wishes for Find times: several providers, a room, a device, days and hours as people type them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from typing import Any

from waypost.kernel.dates import read_day, say_day
from waypost.scheduling.limits import HORIZON_DAYS
from waypost.scheduling.queries.slots import kinds_of
from waypost.scheduling.rules.types import CARE_ROLES
from waypost.web.forms import DeskForm, TypedDateField
from waypost.web.schedule.choices import HOURS_SEPARATOR, Choices
from waypost.web.schedule.clocks import ClockField
from waypost.web.schedule.searching import Search
from waypost.web.words import clock

FIELDS = ("from_day", "until_day", "hour_from", "hour_to")


class NarrowForm(DeskForm):
    """Not before, not after, and between which hours a visit may start."""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="narrow_%s", **kwargs)
        self.today = today
        self.fields["from_day"] = TypedDateField(
            label="Not before", today=today, prefer="future", required=False, help_text="For instance: Jan 5."
        )
        self.fields["until_day"] = TypedDateField(label="Not after", today=today, prefer="future", required=False)
        self.fields["hour_from"] = ClockField(label="Starts at the earliest", required=False)
        self.fields["hour_to"] = ClockField(label="And at the latest", required=False)

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        last = self.today + timedelta(days=HORIZON_DAYS)
        first, until = said.get("from_day"), said.get("until_day")
        for name, day in (("from_day", first), ("until_day", until)):
            if day is not None and day < self.today:
                self.add_error(name, f"{say_day(day, today=self.today)} is past.")
        if first is not None and first > last:
            self.add_error("from_day", f"Times are looked for until {say_day(last, today=self.today)}. Choose an earlier day.")
        if first is not None and until is not None and until < first:
            self.add_error("until_day", "The last day is before the first.")
        if said.get("hour_from") and said.get("hour_to") and said["hour_to"] < said["hour_from"]:
            self.add_error("hour_to", "The latest hour is before the earliest.")
        return said

    def applied(self, choices: Choices) -> Choices:
        """Return the choices with what was typed in the place of what stood there."""
        said = self.cleaned_data
        first, until = said.get("from_day"), said.get("until_day")
        until = min(until, self.today + timedelta(days=HORIZON_DAYS)) if until else None  # no further is looked
        within = until.isoformat() if until else choices.within if choices.within.isdecimal() else ""
        hours = HOURS_SEPARATOR.join(_digits(said.get(name)) for name in ("hour_from", "hour_to"))
        hours = "" if hours == HOURS_SEPARATOR else hours
        return choices.with_(
            since=first.isoformat() if first else "",
            at="" if first else choices.at,
            within=within,
            hours=hours,
            part="" if hours else choices.part,
        )


@dataclass(frozen=True, slots=True)
class Panel:
    """The part of the choices that is folded away until it is used."""

    form: NarrowForm
    others: Sequence[tuple[str, str, bool]]  # more providers: reference, name, chosen
    rooms: Sequence[tuple[str, str, bool]]
    devices: Sequence[tuple[str, str, bool]]
    open: bool


def bound(given: Mapping[str, Any], today: date) -> NarrowForm | None:
    """Return the form where it was sent, else None."""
    return NarrowForm(given, today=today) if any(name in given for name in FIELDS) else None


def panel(found: Search) -> Panel | None:
    """Return what may be narrowed further for the kind of visit; None before one is chosen."""
    if found.kind is None:
        return None
    choices = found.choices
    form = bound(found.request.GET, found.today)
    form = form or NarrowForm(initial=_initial(choices), today=found.today)
    names = choices.names
    people = able(found, CARE_ROLES)
    first = next((r for r in names if r in dict(people)), "")  # stands in the list of providers itself
    others = [(r, name, r in names) for r, name in people if r != first]
    rooms, devices = ([(r, n, r in names) for r, n in able(found, {role})] for role in ("room", "device"))
    used = any(on for _, _, on in (*others, *rooms, *devices)) or any(_initial(choices).values())
    return Panel(form, others if len(people) > 1 else [], rooms, devices, open=used or bool(form.errors))


def able(found: Search, roles: Any) -> list[tuple[str, str]]:
    """Return who or what of these roles can take a step of this kind of visit, by name."""
    kind = found.kind
    if kind is None:
        return []
    wanted = {step.role for step in kind.steps} & set(roles)
    named = [
        (resource, one.calendar.name)
        for resource, one in found.here.bookables.items()
        if one.calendar.role in wanted and kind in kinds_of(found.here, resource)
    ]
    return sorted(named, key=lambda pair: pair[1])


def _initial(choices: Choices) -> dict[str, str]:
    hours = choices.hours.partition(HOURS_SEPARATOR)
    return {
        "from_day": _typed(read_day(choices.since)),
        "until_day": "" if choices.within.isdecimal() else _typed(read_day(choices.within)),
        "hour_from": _said(hours[0]),
        "hour_to": _said(hours[2]),
    }


def _typed(day: date | None) -> str:
    return f"{day.month}/{day.day}/{day.year}" if day else ""


def _digits(at: time | None) -> str:
    return f"{at:%H%M}" if at else ""


def _said(digits: str) -> str:
    return clock(time(int(digits[:2]), int(digits[2:]))) if digits else ""


def hours_said(choices: Choices) -> str:
    """Return '9:00 AM to 11:30 AM', 'from 9:00 AM' or 'until 11:30 AM'; '' where no hours were typed."""
    if not choices.hours:
        return ""
    low, _, high = choices.hours.partition(HOURS_SEPARATOR)
    if low and high:
        return f"{_said(low)} to {_said(high)}"
    return f"from {_said(low)}" if low else f"until {_said(high)}"
