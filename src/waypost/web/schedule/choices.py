"""What has been chosen on Find times: kept in the address as opaque ids and codes, shown as chips.

Nothing a patient could be known by stands in it: no name, no reason, no note.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import QueryDict

from waypost.kernel.dates import read_day
from waypost.scheduling.limits import CELL_MINUTES
from waypost.scheduling.rules.wishes import FindWish
from waypost.web import asked

DAY_MINUTES = 24 * 60
PARTS_OF_DAY = {"am": (0, 12 * 60), "pm": (12 * 60, DAY_MINUTES)}
HOURS_SEPARATOR = "-"
NAMES_MAX = 20
ROWS, ROWS_LONG = 12, 40
_ID, _REFERENCE = asked.ID, asked.REFERENCE
_INSTANT = re.compile(r"[0-9]{8}T[0-9]{4}Z")
_CLOCK = "(?:[01][0-9]|2[0-3])[0-5][0-9]"
_CHOSEN = re.compile(r"[0-9]{8}T[0-9]{4}Z-[A-Za-z0-9.\-/]{1,100}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Choices:
    """`visit` is what was typed or chosen for the kind of visit; its code once it is known."""

    patient: str = ""
    visit: str = ""
    move: str = ""  # id of the Appointment that a new time is sought for
    within: str = ""  # days, or the last day as 2026-11-27
    since: str = ""  # first day to look at
    at: str = ""  # instant from which to look, where a free stretch of a board was pressed
    part: str = ""  # am | pm
    hours: str = ""  # between which hours it may start: '0900-1130', '0900-' or '-1130'
    days: str = ""  # weekdays, 0 = Monday: '024'
    site: str = ""  # id of the Location
    who: str = ""  # references of providers, rooms and devices, with commas between them
    gender: str = ""
    speaks: str = ""
    interpreter: str = ""  # '1': on site
    wheelchair: str = ""
    video: str = ""  # '1': by video; '0': in person, where the visit that is moved is by video
    trip: str = ""
    chosen: str = ""  # the time whose booking card is open
    over: str = ""  # instant that is to be booked though it is taken; `who` says whose
    group: str = ""  # id of a group visit to join
    order: str = ""  # id of the ServiceRequest it is for
    wait: str = ""  # id of the Appointment on the waitlist that this books
    more: str = ""  # '1': a longer list

    def query(self, **changes: str) -> str:
        """Return the query string of these choices with some of them changed; a time booked over goes with the time."""
        if "chosen" in changes:
            changes.setdefault("over", "")
        changed = replace(self, **changes)
        pairs = [(f.name, getattr(changed, f.name)) for f in fields(changed)]
        return urlencode([(name, value) for name, value in pairs if value])

    def with_(self, **changes: str) -> "Choices":
        return replace(self, **changes)

    @property
    def names(self) -> tuple[str, ...]:
        """Who and what was named: any of these people, any of these rooms, any of these devices."""
        return tuple(self.who.split(",")) if self.who else ()

    @property
    def by_video(self) -> bool:
        return self.video == "1"

    @property
    def weekdays(self) -> frozenset[int]:
        return frozenset(int(c) for c in self.days)

    def toggled_day(self, day: int) -> str:
        return "".join(str(d) for d in sorted(self.weekdays ^ {day}))


def read(given: Mapping[str, Any]) -> Choices:
    """Read choices from a query or a form. What cannot be meant is left out, never guessed."""
    checks = {
        "patient": _ID, "move": _ID, "wait": _ID, "site": _ID, "group": _ID, "order": _ID, "chosen": _CHOSEN,
        "within": re.compile(r"[0-9]{1,3}|[0-9]{4}-[0-9]{2}-[0-9]{2}"), "since": asked.DAY,
        "part": re.compile(r"am|pm"), "hours": re.compile(f"{_CLOCK}-(?:{_CLOCK})?|-{_CLOCK}"), "at": _INSTANT, "over": _INSTANT, "days": re.compile(r"[0-6]{1,7}"), "gender": re.compile(r"female|male"),
        "speaks": re.compile(r"[a-z]{2,3}"), "video": re.compile(r"[01]"), "visit": re.compile(r"[^\x00-\x1f<>]{1,80}"),
    }  # fmt: skip
    found: dict[str, str] = {"who": ",".join(_named(given))}
    for field in fields(Choices):
        if field.name == "who":
            continue
        value = str(given.get(field.name) or "").strip()
        if value and checks.get(field.name, re.compile("1")).fullmatch(value) and _can_be(field.name, value):
            found[field.name] = value
    return Choices(**found)


def _can_be(name: str, value: str) -> bool:
    """Tell whether a day or an instant is one that can be counted on."""
    if name in {"at", "over", "chosen"}:
        return instant(value.partition("-")[0]) is not None
    return name not in {"since", "within"} or "-" not in value or asked.day({name: value}, name) is not None


def _named(given: Mapping[str, Any]) -> list[str]:
    """Return the references that were chosen, each once, whether sent one by one or together."""
    sent = given.getlist("who") if isinstance(given, QueryDict) else [given.get("who") or ""]
    parts = [part.strip() for one in sent for part in str(one).split(",")]
    return list(dict.fromkeys(part for part in parts if _REFERENCE.fullmatch(part)))[:NAMES_MAX]


def hours_of(choices: Choices) -> tuple[tuple[int, int], ...]:
    """Return the minutes of the day in which the visit may start; the hours that were typed come before a part of the day."""
    if not choices.hours:
        return (PARTS_OF_DAY[choices.part],) if choices.part else ()
    low, _, high = choices.hours.partition(HOURS_SEPARATOR)
    last = _minutes(high) + CELL_MINUTES if high else DAY_MINUTES  # at the latest means that hour too
    return ((_minutes(low) if low else 0, min(last, DAY_MINUTES)),)


def _minutes(digits: str) -> int:
    return int(digits[:2]) * 60 + int(digits[2:])


def last_day(choices: Choices, today: date) -> date | None:
    """Return the last day that is looked at, where one was chosen."""
    if choices.within.isdecimal():
        return (read_day(choices.since) or today) + timedelta(days=int(choices.within) - 1)
    return read_day(choices.within) if choices.within else None


def wish(choices: Choices, code: str, *, now: datetime, zone: str, interpreter: str = "") -> FindWish:
    """Return what the finder is asked."""
    today = now.astimezone(ZoneInfo(zone)).date()
    last, first = last_day(choices, today), read_day(choices.since)
    return FindWish(
        visit_type=code,
        patient=choices.patient or None,
        who=frozenset(choices.names),
        site=f"Location/{choices.site}" if choices.site else None,
        since=instant(choices.at) or (_midnight(first, zone) if first else None),
        until=_midnight(last + timedelta(days=1), zone) if last else None,
        weekdays=choices.weekdays,
        hours=hours_of(choices),
        language=choices.speaks or None,
        gender=choices.gender or None,
        interpreter=interpreter or None,
        interpreter_on_site=bool(choices.interpreter),
        wheelchair=bool(choices.wheelchair),
        telehealth=choices.by_video,
        one_trip=bool(choices.trip),
        instead_of=choices.move or None,
        limit=ROWS_LONG if choices.more else ROWS,
    )


def instant(text: str) -> datetime | None:
    """Read 20261125T1330Z; None where that is no time one can count on."""
    if not _INSTANT.fullmatch(text):
        return None
    try:
        found = datetime.strptime(text, "%Y%m%dT%H%MZ").replace(tzinfo=UTC)
    except ValueError:
        return None
    return found if asked.within_reach(found.date()) else None


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def matching(typed: str, names: Sequence[tuple[str, str]]) -> list[str]:
    """Return the codes that what was typed may mean, best first: code, whole name, start of the name, words of it."""
    wanted = typed.strip().casefold()
    exact = [code for code, name in names if wanted in {code.casefold(), name.casefold()}]
    if exact or not wanted:
        return exact
    starts = [code for code, name in names if name.casefold().startswith(wanted)]
    parts = wanted.split()
    words = [
        code
        for code, name in names
        if code not in starts
        and all(
            any(word.startswith(part) for word in re.split(r"[\s,()/-]+", name.casefold())) for part in parts
        )
    ]
    return starts + words


def meant(typed: str, names: Sequence[tuple[str, str]]) -> tuple[str | None, list[str]]:
    """Return the one code that was meant, and the others that might have been.

    Exact, or the only one, or the only name that begins so; otherwise nobody guesses.
    """
    codes = matching(typed, names)
    wanted, known = typed.strip().casefold(), dict(names)
    begins = [
        code for code in codes if known[code].casefold().startswith(wanted) or code.casefold() == wanted
    ]
    chosen = codes[0] if len(codes) == 1 else begins[0] if len(begins) == 1 else None
    return chosen, [code for code in codes if code != chosen]
