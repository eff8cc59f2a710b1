"""How much harm it does to take a visit's time away. Pure: facts in, points and their reasons out; the same facts, the same order.

The rows say what counts, how much, since when, and where that comes from. They order a list; they decide nothing.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

HOUSE = "House rule of Waypost, for a clinic to change"
URGENCY = "HL7 request-priority: stat, asap and urgent are to be done at once, as soon as possible, before routine"
PREPARES_DAYS = 2  # before a visit with a preparation it has begun: fasting, pills left out
WEEKS_MAX = 12


@dataclass(frozen=True, slots=True)
class Weight:
    """One thing that counts, and how much."""

    code: str
    points: int
    words: str
    source: str
    since: date = date(2026, 1, 1)
    until: date | None = None


WEIGHTS = (
    Weight("stat", 100, "ordered stat", URGENCY),
    Weight("asap", 80, "ordered as soon as possible", URGENCY),
    Weight("urgent", 60, "ordered urgent", URGENCY),
    Weight("result", 50, "an abnormal result led to it", HOUSE),
    Weight("bumped", 25, "moved by us before", HOUSE),
    Weight("prepared", 20, "preparation has begun", HOUSE),
    Weight("arranged", 15, "confirmed already", HOUSE),
    Weight("asked", 6, "asked for", HOUSE),
    Weight("patient", 5, "more in the group", HOUSE),
    Weight("week", 2, "waited since it was booked", HOUSE),
)


@dataclass(frozen=True, slots=True)
class Bumped:
    """A visit in the way, by the facts that count."""

    id: str
    starts: datetime
    priority: str = "routine"  # of its order
    abnormal: bool = False  # a result that led to the order is marked abnormal
    booked: date | None = None
    moved_by_us: int = 0
    prepares: bool = False
    requests: tuple[tuple[str, str], ...] = ()  # ('interpreter', 'accepted')
    patients: int = 1


@dataclass(frozen=True, slots=True)
class Harm:
    points: int
    reasons: tuple[str, ...]


def harm(one: Bumped, today: date) -> Harm:
    """Return what counts against taking this visit's time away, the heaviest first."""
    weights = {w.code: w for w in WEIGHTS if w.since <= today and (w.until is None or today <= w.until)}
    found: list[tuple[int, str]] = []

    def add(code: str, times: int = 1, words: str = "") -> None:
        if code in weights and times > 0:
            found.append((weights[code].points * times, words or weights[code].words))

    add(one.priority)
    add("result", int(one.abnormal))
    add("bumped", one.moved_by_us, f"moved by us {one.moved_by_us} {'time' if one.moved_by_us == 1 else 'times'} before")
    days = (one.starts.date() - today).days
    add("prepared", int(one.prepares and 0 <= days <= PREPARES_DAYS))
    for kind, state in one.requests:
        if state in {"accepted", "in-progress", "completed", "ready"}:
            add("arranged", 1, f"{kind} confirmed")
        elif state in {"requested", "received"}:
            add("asked", 1, f"{kind} asked for")
    add("patient", one.patients - 1, f"{one.patients} patients")
    weeks = min((today - one.booked).days // 7, WEEKS_MAX) if one.booked else 0
    add("week", weeks, f"waits since it was booked {(today - one.booked).days} days ago" if one.booked else "")
    found.sort(key=lambda pair: -pair[0])
    return Harm(sum(points for points, _ in found), tuple(words for _, words in found))


def in_order(visits: Iterable[Bumped], today: date) -> list[tuple[Bumped, Harm]]:
    """Return the visits worst harm first; among equals the sooner one, then by id."""
    weighed = [(one, harm(one, today)) for one in visits]
    return sorted(weighed, key=lambda pair: (-pair[1].points, pair[0].starts, pair[0].id))
