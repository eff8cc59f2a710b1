"""SCH-1: which status may follow which, and who may say so."""

from datetime import datetime, timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

HOLDING = frozenset({"pending", "booked", "arrived", "checked-in", "fulfilled"})  # these keep the time
FREEING = frozenset({"cancelled", "noshow", "entered-in-error"})  # these give it back
TIMELESS = frozenset({"proposed", "waitlist", "cancelled"})  # may lack start and end
REASONED = frozenset({"cancelled", "noshow"})  # only these carry a cancelationReason
GOING_ON = frozenset({"arrived", "checked-in"})
RESIZED = frozenset({"booked", "pending"}) | GOING_ON  # may be made longer or shorter
STATUSES = HOLDING | FREEING | TIMELESS


class Move(NamedTuple):
    """One lawful step. `after_start`: not before the visit has begun by so long; `same_day`: local day of the visit."""

    old: str
    new: str
    after_start: bool = False
    same_day: bool = False


APPOINTMENT_MOVES = (  # printed in docs/rules/appointment.md
    Move("proposed", "pending"),
    Move("proposed", "booked"),
    Move("proposed", "waitlist"),
    Move("proposed", "cancelled"),
    Move("waitlist", "proposed"),
    Move("waitlist", "pending"),
    Move("waitlist", "booked"),
    Move("waitlist", "cancelled"),
    Move("pending", "booked"),
    Move("pending", "cancelled"),
    Move("booked", "arrived"),
    Move("booked", "checked-in"),
    Move("booked", "fulfilled"),
    Move("booked", "noshow", after_start=True),
    Move("booked", "cancelled"),
    Move("arrived", "checked-in"),
    Move("arrived", "fulfilled"),
    Move("arrived", "cancelled"),
    Move("checked-in", "fulfilled"),
    Move("checked-in", "cancelled"),
    Move("noshow", "arrived", same_day=True),
)
_BY_PAIR = {(move.old, move.new): move for move in APPOINTMENT_MOVES}


def why_not(
    old: str, new: str, *, start: datetime | None, now: datetime, zone: str, grace: timedelta = timedelta(0)
) -> str | None:
    """Return why a visit may not go from `old` to `new`, or None where it may."""
    if old == new:
        return None
    if new == "entered-in-error":
        return None
    move = _BY_PAIR.get((old, new))
    if move is None:
        return f"A visit that is {old} cannot become {new}."
    if move.after_start and start is not None and now < start + grace:
        return "The visit has not begun, or is still within its minutes of grace."
    if move.same_day and start is not None:
        tz = ZoneInfo(zone)
        if start.astimezone(tz).date() != now.astimezone(tz).date():
            return "A missed visit can be turned into an arrival on the same day only."
    return None


def next_statuses(old: str) -> tuple[str, ...]:
    return (*(move.new for move in APPOINTMENT_MOVES if move.old == old), "entered-in-error")
