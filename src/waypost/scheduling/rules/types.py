"""What a visit needs and when someone or something can be had, read from the stored bodies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from waypost.scheduling import limits

Body = Mapping[str, Any]
DAY_MINUTES = 24 * 60
CARE_ROLES = frozenset({"clinician", "nurse", "technician", "interpreter"})
ROLES = CARE_ROLES | {"room", "device"}


class BadBody(ValueError):
    """A visit type or calendar that cannot be meant; says where and why."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(f"{where}: {why}")
        self.where, self.why = where, why


@dataclass(frozen=True, slots=True)
class Step:
    """One part of a visit that needs one person, room or device; minutes from the visit's start."""

    role: str
    can: frozenset[str]
    start: int
    minutes: int
    before: int = 0
    after: int = 0

    @property
    def held_from(self) -> int:
        return self.start - self.before

    @property
    def held_until(self) -> int:
        return self.start + self.minutes + self.after


@dataclass(frozen=True, slots=True)
class VisitType:
    code: str
    name: Mapping[str, str]
    department: str
    minutes: int
    steps: tuple[Step, ...]
    arrive_early: int = 0
    order_required: bool = False
    telehealth: bool = False
    capacity: int = 1
    grace: int = 15
    preparation: Mapping[str, str] | None = None
    retired: bool = False  # not offered any more; what is booked stays

    @property
    def held_from(self) -> int:
        return min((0, *(step.held_from for step in self.steps)))

    @property
    def held_until(self) -> int:
        return max((self.minutes, *(step.held_until for step in self.steps)))

    @property
    def main_step(self) -> int:
        """Index of the step whose person gives the visit its face: the first clinician, else the first step."""
        for index, step in enumerate(self.steps):
            if step.role == "clinician":
                return index
        for index, step in enumerate(self.steps):
            if step.role in CARE_ROLES:
                return index
        return 0

    def lasting(self, minutes: int) -> "VisitType":
        """Return this kind at a length of its own: the parts that end with the visit end with it still, if each has time left."""
        by = minutes - self.minutes
        steps = tuple(
            replace(step, minutes=step.minutes + by) if step.start + step.minutes == self.minutes else step for step in self.steps
        )
        fits = all(step.minutes > 0 and step.start + step.minutes <= minutes for step in steps)
        return replace(self, minutes=minutes, steps=steps) if by and fits else self

    def steps_for(self, *, telehealth: bool) -> tuple[tuple[int, Step], ...]:
        """Return the steps that must be had, numbered; a visit by video needs people only."""
        wanted = CARE_ROLES if telehealth else ROLES
        return tuple((i, step) for i, step in enumerate(self.steps) if step.role in wanted)


@dataclass(frozen=True, slots=True)
class Hours:
    """Open (or closed) minutes of some weekdays, in local time, Monday = 0."""

    days: frozenset[int]
    start: int
    end: int
    valid_from: date | None = None
    valid_until: date | None = None
    visit_types: frozenset[str] | None = None
    reason: str = ""

    def on(self, day: date) -> bool:
        return (
            day.weekday() in self.days
            and (self.valid_from is None or day >= self.valid_from)
            and (self.valid_until is None or day <= self.valid_until)
        )


@dataclass(frozen=True, slots=True)
class DayException:
    """What differs on the days first..last: closed all day, closed for some hours, or open otherwise."""

    first: date
    last: date
    closed: bool
    hours: tuple[tuple[int, int], ...] = ()  # with closed: these only; otherwise the hours that hold instead
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Calendar:
    resource: str
    role: str
    name: str
    can: frozenset[str]
    site: str
    zone: str
    weekly: tuple[Hours, ...]
    closed: tuple[Hours, ...] = ()
    exceptions: tuple[DayException, ...] = ()
    gender: str = ""
    languages: frozenset[str] = frozenset()
    wheelchair: bool = False
    capacity: int = 1
    retired: bool = False  # opens nothing, whatever its hours say


def minute_of_day(text: str, where: str) -> int:
    """Return '08:30' as minutes after midnight; '24:00' ends a day."""
    hour, _, minute = text.partition(":")
    if not (hour.isdecimal() and minute.isdecimal() and len(hour) == len(minute) == 2):
        raise BadBody(where, "a time is written as 08:30")
    value = int(hour) * 60 + int(minute)
    if int(minute) > 59 or value > DAY_MINUTES:
        raise BadBody(where, "a day has the times 00:00 to 24:00")
    return value


def _hours(entry: Body, where: str) -> Hours:
    start, end = minute_of_day(entry["from"], where), minute_of_day(entry["to"], where)
    if start >= end:
        raise BadBody(where, "it ends before it starts")
    days = frozenset(entry["days"])
    if not days <= frozenset(range(7)):
        raise BadBody(where, "days are 0 (Monday) to 6 (Sunday)")
    kinds = entry.get("visit_types")
    return Hours(
        days,
        start,
        end,
        _day(entry.get("valid_from")),
        _day(entry.get("valid_until")),
        frozenset(kinds) if kinds else None,
        entry.get("reason", ""),
    )


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def _exception(entry: Body, where: str) -> DayException:
    first, last = date.fromisoformat(entry["from"]), date.fromisoformat(entry.get("to") or entry["from"])
    if last < first:
        raise BadBody(where, "it ends before it starts")
    closed = bool(entry.get("closed"))
    pairs: Sequence[Sequence[str]] = entry.get("hours" if closed else "open") or ()
    hours = tuple((minute_of_day(a, where), minute_of_day(b, where)) for a, b in pairs)
    return DayException(first, last, closed, hours, entry.get("reason", ""))


def calendar_of(body: Body) -> Calendar:
    """Read a calendar; `BadBody` says what is wrong with it."""
    try:
        role = body["role"]
        if role not in ROLES:
            raise BadBody("role", f"one of {', '.join(sorted(ROLES))}")
        capacity = int(body.get("capacity") or 1)
        if not 1 <= capacity <= limits.LANES_MAX:
            raise BadBody("capacity", f"1 to {limits.LANES_MAX}")
        return Calendar(
            resource=body["resource"],
            role=role,
            name=body["name"],
            can=frozenset(body.get("can") or ()),
            site=body.get("site") or "",
            zone=body["zone"],
            weekly=tuple(_hours(e, f"weekly[{i}]") for i, e in enumerate(body.get("weekly") or ())),
            closed=tuple(_hours(e, f"closed[{i}]") for i, e in enumerate(body.get("closed") or ())),
            exceptions=tuple(
                _exception(e, f"exceptions[{i}]") for i, e in enumerate(body.get("exceptions") or ())
            ),
            gender=body.get("gender") or "",
            languages=frozenset(body.get("languages") or ()),
            wheelchair=bool(body.get("wheelchair")),
            capacity=capacity,
            retired=bool(body.get("retired")),
        )
    except KeyError as missing:
        raise BadBody(str(missing.args[0]), "is needed") from missing
    except (TypeError, ValueError, AttributeError) as wrong:
        if isinstance(wrong, BadBody):
            raise
        raise BadBody("calendar", str(wrong)) from wrong


def visit_type_of(body: Body) -> VisitType:
    """Read a visit type; `BadBody` says what is wrong with it."""
    try:
        steps = tuple(_step(e, f"steps[{i}]") for i, e in enumerate(body["steps"]))
        minutes = int(body["minutes"])
        code = str(body["code"])
        if not steps or len(steps) > limits.STEPS_MAX:
            raise BadBody("steps", f"1 to {limits.STEPS_MAX}")
        if not 0 < minutes <= limits.VISIT_MINUTES_MAX:
            raise BadBody("minutes", f"1 to {limits.VISIT_MINUTES_MAX}")
        if (
            not code
            or len(code) > limits.CODE_CHARS_MAX
            or not code.replace("-", "").isalnum()
            or not code.isascii()
        ):
            raise BadBody("code", f"letters, digits and hyphens, at most {limits.CODE_CHARS_MAX}")
        if any(step.start + step.minutes > minutes for step in steps):
            raise BadBody("steps", "each lies within the visit's minutes")
        return VisitType(
            code=code,
            name=body["name"],
            department=body.get("department") or "",
            minutes=minutes,
            steps=steps,
            arrive_early=int(body.get("arrive_early") or 0),
            order_required=bool(body.get("order_required")),
            telehealth=bool(body.get("telehealth")),
            capacity=int(body.get("capacity") or 1),
            grace=int(body.get("grace", 15)),
            preparation=body.get("preparation"),
            retired=bool(body.get("retired")),
        )
    except KeyError as missing:
        raise BadBody(str(missing.args[0]), "is needed") from missing
    except (TypeError, ValueError, AttributeError) as wrong:
        if isinstance(wrong, BadBody):
            raise
        raise BadBody("visit type", str(wrong)) from wrong


def _step(entry: Body, where: str) -> Step:
    step = Step(
        role=entry["role"],
        can=frozenset(entry.get("can") or ()),
        start=int(entry.get("start") or 0),
        minutes=int(entry["minutes"]),
        before=int(entry.get("before") or 0),
        after=int(entry.get("after") or 0),
    )
    if step.role not in ROLES:
        raise BadBody(where, f"role is one of {', '.join(sorted(ROLES))}")
    if step.start < 0 or step.minutes <= 0 or step.before < 0 or step.after < 0:
        raise BadBody(where, "minutes are counted forward from the visit's start")
    return step
