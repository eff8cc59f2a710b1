"""Free times as the page shows them: the strip to scale, the place, and why."""

import itertools
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from waypost.kernel.dates import say_day
from waypost.scheduling.limits import STEPS_MAX
from waypost.scheduling.rules.types import CARE_ROLES
from waypost.scheduling.rules.wishes import FoundTime, Part, Relax
from waypost.web import words
from waypost.web.parts import Strip, StripPart

KINDS = {
    "clinician": "doc",
    "nurse": "nurse",
    "technician": "nurse",
    "interpreter": "nurse",
    "device": "dev",
    "room": "room",
}
WEIGHT = {"clinician": 0, "device": 1, "nurse": 2, "technician": 3, "interpreter": 4, "room": 5}
LABEL_PERCENT_MIN = 14  # a narrower part of a strip has no room for its name; the words beside it say it
_STEPS = frozenset(str(n) for n in range(STEPS_MAX))


def key_of(time: FoundTime) -> str:
    """Return what names a time in an address: its instant and its main resource."""
    return f"{time.start:%Y%m%dT%H%M}Z-{main_part(time).resource}"


def main_part(time: FoundTime) -> Part:
    """Return who gives the visit its face: the first clinician, else the first person, else what there is."""
    return min(time.parts, key=lambda part: (WEIGHT.get(part.role, 9), part.step))


def take_of(time: FoundTime) -> str:
    """Return which resource takes which step, for the booking form."""
    return ",".join(f"{part.step}={part.resource}" for part in time.parts)


def read_take(text: str) -> tuple[tuple[int, str], ...]:
    """Read what `take_of` wrote; what is not such a list is nothing."""
    pairs = [pair.partition("=") for pair in text.split(",") if pair]
    return tuple((int(step), resource) for step, _, resource in pairs if step in _STEPS and "/" in resource)


def strip_of(time: FoundTime) -> Strip:
    """Return which minutes need whom or what, to scale; the person before the device before the room."""
    whole = (time.end - time.start).total_seconds()
    edges = sorted({time.start, time.end, *(edge for part in time.parts for edge in part.shown)})
    edges = [edge for edge in edges if time.start <= edge <= time.end]
    pieces: list[tuple[str, str, datetime, datetime]] = []
    for low, high in itertools.pairwise(edges):
        active = [p for p in time.parts if p.shown.start <= low and p.shown.end >= high]
        seen = min(active, key=lambda p: (WEIGHT.get(p.role, 9), p.step), default=None)
        kind = KINDS.get(seen.role, "room") if seen else ""
        label = seen.name if seen and (seen.role != "room" or len(time.parts) == 1) else ""
        if pieces and pieces[-1][:2] == (kind, label):
            pieces[-1] = (kind, label, pieces[-1][2], high)
        else:
            pieces.append((kind, label, low, high))
    parts = []
    for kind, label, low, high in pieces:
        percent = round(100 * (high - low).total_seconds() / whole, 2)
        parts.append(StripPart(kind, label if percent >= LABEL_PERCENT_MIN else "", percent))
    told = [f"{label} {_minutes(high - low)} minutes" for _, label, low, high in pieces if label]
    return Strip(", then ".join(told) or f"{_minutes(time.end - time.start)} minutes", tuple(parts))


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds() // 60)


def place_of(time: FoundTime, sites: Mapping[str, str], *, video: bool = False) -> str:
    """Return 'Room 4, Riverside', or that it is by video."""
    if video:
        return "By video"
    rooms = [part.name for part in time.parts if part.role == "room"]
    return ", ".join([*dict.fromkeys(rooms), sites.get(time.site, "")]).strip(", ")


def people_of(time: FoundTime) -> str:
    """Return the people of a visit in the order in which the patient meets them."""
    people = sorted((p for p in time.parts if p.role in CARE_ROLES), key=lambda p: p.shown.start)
    return ", then ".join(dict.fromkeys(p.name for p in people))


def day_of(time: FoundTime, today: datetime) -> str:
    return say_day(time.start.astimezone(ZoneInfo(time.zone)).date(), today=today.date())


def hours_of(time: FoundTime) -> str:
    zone = ZoneInfo(time.zone)
    return words.hours(time.start.astimezone(zone), time.end.astimezone(zone))


RELAX_WORDS = {
    "site": "the site", "who": "those named", "until": "the last day", "hours": "the time of day",
    "weekdays": "the weekdays", "one_trip": "one trip", "gender": "the provider's gender", "language": "the provider's language",
    "interpreter": "an interpreter on site", "wheelchair": "wheelchair access", "telehealth": "by video",
}  # fmt: skip
RELAX_CHOICE = {
    "site": ("site",), "who": ("who",), "until": ("within",), "hours": ("part", "hours"), "weekdays": ("days",), "one_trip": ("trip",),
    "gender": ("gender",), "language": ("speaks",), "interpreter": ("interpreter",), "wheelchair": ("wheelchair",), "telehealth": ("video",),
}  # fmt: skip


def said_relax(relax: Relax, zone: str, today: datetime, named: str = "") -> str:
    """Return 'Without “Riverside”: 9 more, first Wed, Nov 25'."""
    more = f"{relax.more} more" if relax.more < 99 else "99 or more"
    first = say_day(relax.first.astimezone(ZoneInfo(zone)).date(), today=today.date())
    return f"Without {named or RELAX_WORDS.get(relax.constraint, relax.constraint)}: {more}, first {first}"


def takes(kind_minutes: int, steps: Sequence[tuple[str, int]]) -> str:
    """Return 'Takes 70 min: room 70, device 40, provider 25.'"""
    names = {
        "clinician": "provider",
        "technician": "technician",
        "nurse": "nurse",
        "device": "device",
        "room": "room",
    }
    told = ", ".join(f"{names.get(role, role)} {minutes}" for role, minutes in steps)
    return f"Takes {kind_minutes} min: {told}."
