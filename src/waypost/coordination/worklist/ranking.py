"""The order of the worklist: total, the same for the same facts, and said in words.

What is at stake now (patient safety, late, due today, or the patient is in the building) stands before what is due
later. Now: patient safety, law, payment clocks, promises, age; within one of them what is late first, then whoever is
here, then what is due first. A patient in the building lifts an item up to the payment clocks. Later: by day, then by
what is at stake. Ties fall by urgency, by how long it has waited, and last by id.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from waypost.coordination.worklist.kinds import LANE_WORDS, Lane
from waypost.kernel.dates import local_day, say_day, say_moment, say_time

PRIORITIES = ("stat", "asap", "urgent", "routine")
HERE_LIFTS_TO = Lane.PAYMENT


@dataclass(frozen=True, slots=True)
class Standing:
    """The facts that an item's place follows from."""

    id: str
    lane: Lane
    due: datetime | None  # the end of its last moment
    priority: int  # place in PRIORITIES
    authored: datetime
    here: bool = False


@dataclass(frozen=True, slots=True)
class Moment:
    """When the list is read, and where."""

    now: datetime
    zone: str


Key = tuple[bool, int, int, int, int, int, float, int, datetime, str]
NEVER = float("inf")


def at_stake_now(one: Standing, at: Moment) -> bool:
    return one.lane is Lane.SAFETY or one.here or (one.due is not None and _days(one.due, at) <= 0)


def key(one: Standing, at: Moment) -> Key:
    """Return what items are sorted by."""
    pressing = at_stake_now(one, at)
    return (
        not pressing,
        _stake(one) if pressing else 0,
        int(not is_late(one, at)) if pressing else 0,
        int(not one.here) if pressing else 0,
        0 if pressing else (_days(one.due, at) if one.due else 10**6),
        0 if pressing else int(one.lane),
        one.due.timestamp() if one.due else NEVER,
        one.priority,
        one.authored,
        one.id,
    )


def in_order(items: Iterable[Standing], at: Moment) -> list[Standing]:
    return sorted(items, key=lambda one: key(one, at))


def is_late(one: Standing, at: Moment) -> bool:
    return one.due is not None and one.due <= at.now


def why_here(one: Standing, at: Moment) -> str:
    """Say in one sentence why an item stands where it stands."""
    words = LANE_WORDS[one.lane]
    if one.lane is Lane.SAFETY:
        return "First: patient safety."
    if one.due is None:
        return "In the building now: ask in person." if one.here else "Has no due date, so it stands last."
    if is_late(one, at):
        return (
            f"Now, as {words} is late: due {_when(one.due, at)}."
            if one.lane is not Lane.AGE
            else f"Now, as it is late: due {_when(one.due, at)}."
        )
    if one.here:
        return "In the building now: ask in person."
    if _days(one.due, at) <= 0:
        return (
            f"Today, as {words} runs out {_when(one.due, at)}."
            if one.lane is not Lane.AGE
            else f"Today: due {_when(one.due, at)}."
        )
    return f"Later: due {_when(one.due, at)}{'' if one.lane is Lane.AGE else f', {words}'}."


def why_above(upper: Standing, lower: Standing, at: Moment) -> str:
    """Say in one sentence why one item stands above another: the first thing in which they differ."""
    place = next(n for n, (a, b) in enumerate(zip(key(upper, at), key(lower, at), strict=True)) if a != b)
    return _DIFFERENCES[place](upper, lower, at)


def _stake(one: Standing) -> int:
    return min(one.lane, HERE_LIFTS_TO) if one.here else int(one.lane)


def _days(due: datetime, at: Moment) -> int:
    """Return in how many local days something is due; its last moment counts, not the midnight after."""
    return (local_day(due - timedelta(seconds=1), at.zone) - local_day(at.now, at.zone)).days


def _when(due: datetime, at: Moment) -> str:
    today, last = local_day(at.now, at.zone), local_day(due - timedelta(seconds=1), at.zone)
    day = "today" if last == today else say_day(last, today=today)
    return day if _is_whole_day(due, at) else f"{day} at {say_time(due, at.zone)}"


def _is_whole_day(due: datetime, at: Moment) -> bool:
    """Say whether something is due by the end of a day rather than at an hour."""
    in_a_minute = due + timedelta(minutes=1)
    return local_day(in_a_minute, at.zone) != local_day(due - timedelta(seconds=1), at.zone)


def _said(one: Standing, at: Moment) -> str:
    return f"due {_when(one.due, at)}" if one.due else "without a due date"


def _pressing(upper: Standing, lower: Standing, at: Moment) -> str:
    return f"{why_here(upper, at)[:-1]}; the other is {_said(lower, at)}."


def _stakes(upper: Standing, lower: Standing, at: Moment) -> str:
    if upper.here and _stake(upper) < upper.lane:
        return "The patient is in the building, so it can be done in person now."
    first = LANE_WORDS[upper.lane]
    return f"{first[0].upper()}{first[1:]} comes before {LANE_WORDS[lower.lane]}."


_DIFFERENCES = (
    _pressing,
    _stakes,
    lambda a, b, at: f"It is late: {_said(a, at)}; the other is not yet.",
    lambda a, b, at: "The patient is in the building, so it can be done in person now.",
    lambda a, b, at: f"It is {_said(a, at)}; the other is {_said(b, at)}.",
    _stakes,
    lambda a, b, at: f"It is {_said(a, at)}; the other is {_said(b, at)}.",
    lambda a, b, at: f"It was asked for as {PRIORITIES[a.priority]}, the other as {PRIORITIES[b.priority]}.",
    lambda a, b, at: (
        f"It has waited longer: since {say_moment(a.authored, at.zone, today=local_day(at.now, at.zone))}."
    ),
    lambda a, b, at: (
        "They are alike in all that counts; the order of their numbers keeps it the same every time."
    ),
)
