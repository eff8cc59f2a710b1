"""Templates of availability: weekly hours, lunch and meetings, holidays, leave and exceptions."""

from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Any, Protocol

from waypost.demo.fhir import Json
from waypost.demo.places import RIVERSIDE, Thing
from waypost.demo.staff import Staff
from waypost.demo.times import ZONE_NAME, cell_of, days, holidays_between

PAST_DAYS = 75
AHEAD_DAYS = 430
_OPEN = (
    {"days": [0, 1, 2, 3, 4], "from": "07:30", "to": "18:00"},
    {"days": [5], "from": "08:30", "to": "13:30"},
)


def calendars(staff: list[Staff], things: list[Thing], today: date, seed: str) -> list[Json]:
    """Return the calendar body of everyone and everything that can be booked."""
    shut = [
        {"from": on.isoformat(), "to": on.isoformat(), "closed": True, "reason": name}
        for on, name in holidays_between(
            today - timedelta(days=PAST_DAYS), today + timedelta(days=AHEAD_DAYS)
        )
    ]
    people = [_person(each, shut, today, seed) for each in staff if each.can]
    return people + [_thing(each, shut) for each in things]


def _weekly(days: tuple[int, ...] | list[int], start: str, end: str) -> Json:
    return {
        "days": list(days),
        "from": start,
        "to": end,
        "valid_from": None,
        "valid_until": None,
        "visit_types": None,
    }


def _person(each: Staff, shut: list[Json], today: date, seed: str) -> Json:
    return {
        "resource": each.reference,
        "role": each.role,
        "name": each.shown,
        "department": each.department,
        "can": list(each.can),
        "site": f"Location/{each.site.id}",
        "zone": ZONE_NAME,
        "gender": each.gender,
        "languages": list(each.languages),
        "wheelchair": True,
        "capacity": 1,
        "weekly": [_weekly(*window) for window in each.weekly],
        "closed": [
            {"days": list(on), "from": start, "to": end, "reason": why} for on, start, end, why in each.closed
        ],
        "exceptions": shut + _leave(each, today, seed),
    }


def _thing(each: Thing, shut: list[Json]) -> Json:
    closed = []
    if each.name == "Ultrasound 2" and each.site is RIVERSIDE:
        closed = [{"days": [1], "from": "12:00", "to": "13:00", "reason": "Maintenance"}]
    if each.name == "MRI scanner":
        closed = [{"days": [2], "from": "07:30", "to": "09:00", "reason": "Maintenance"}]
    return {
        "resource": each.reference,
        "role": each.role,
        "name": each.name,
        "department": each.department,
        "can": list(each.can),
        "site": f"Location/{each.site.id}",
        "zone": ZONE_NAME,
        "gender": None,
        "languages": [],
        "wheelchair": each.wheelchair,
        "capacity": 1,
        "weekly": [_weekly(window["days"], window["from"], window["to"]) for window in _OPEN],
        "closed": closed,
        "exceptions": shut,
    }


def _leave(each: Staff, today: date, seed: str) -> list[Json]:
    """Return a week of leave, a course day and, for some, an extra Saturday morning."""
    rng = Random(f"{seed}:leave:{each.key}")
    made: list[Json] = []
    monday = today - timedelta(days=today.weekday())
    if each.key in {"lind", "osei", "kim"}:
        weeks_ahead = {"lind": 5, "osei": 7, "kim": 9}[each.key]
    else:
        weeks_ahead = rng.choice([-6, -5, -3, 3, 4, 6, 7, 8, 10, 11])
    start = monday + timedelta(weeks=weeks_ahead)
    made.append(
        {
            "from": start.isoformat(),
            "to": (start + timedelta(days=4)).isoformat(),
            "closed": True,
            "reason": "Leave",
        }
    )
    course = monday + timedelta(weeks=rng.choice([2, 5, 9, 12]), days=rng.randrange(5))
    if not start <= course <= start + timedelta(days=6):
        made.append(
            {"from": course.isoformat(), "to": course.isoformat(), "closed": True, "reason": "Training"}
        )
    if each.role == "clinician" and each.department == "primary-care" and rng.random() < 0.5:
        saturday = monday + timedelta(weeks=rng.choice([2, 3, 4]), days=5)
        made.append(
            {
                "from": saturday.isoformat(),
                "to": saturday.isoformat(),
                "open": [["09:00", "12:00"]],
                "reason": "Extra clinic",
            }
        )
    return made


class Openings(Protocol):
    """When someone or something can be booked, and the calendar that says so."""

    @property
    def body(self) -> Json: ...

    def mask(self, on: date) -> int: ...


@dataclass(frozen=True, slots=True)
class Hours:
    """One calendar, compiled to the cells of a day that are open."""

    body: Json

    def mask(self, on: date) -> int:
        """Return the open cells of a local day as bits."""
        text = on.isoformat()
        exceptions = [each for each in self.body["exceptions"] if each["from"] <= text <= each["to"]]
        if any(each.get("closed") for each in exceptions):
            return 0
        windows: list[Any] = [pair for each in exceptions for pair in each.get("open", ())]
        if not windows:
            windows = [
                (each["from"], each["to"]) for each in self.body["weekly"] if on.weekday() in each["days"]
            ]
        opened = 0
        for start, end in windows:
            opened |= cells(cell_of(start), cell_of(end))
        for each in self.body["closed"]:
            if on.weekday() in each["days"]:
                opened &= ~cells(cell_of(each["from"]), cell_of(each["to"]))
        return opened


def cells(start: int, end: int) -> int:
    """Return bits `start` up to, not including, `end`."""
    return (1 << end) - (1 << start) if end > start else 0


def open_days(body: Json, first: date, last: date) -> list[date]:
    hours = Hours(body)
    return [on for on in days(first, last) if hours.mask(on)]
