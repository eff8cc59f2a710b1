"""Open work of one patient, each with who has it, when it is due and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from waypost.chart.rules.tellers import task_name
from waypost.chart.rules.words import Reading, codes, concept
from waypost.coordination.worklist.kinds import POOL_NAMES
from waypost.kernel.dates import local_day, read_moment, say_day, say_short, say_time

Json = dict[str, Any]

SOON_DAYS = 3
SHOWN = 5  # rows of open work before the rest is folded away
REQUESTS = frozenset({"interpreter", "ride"})  # shown with their visit


@dataclass(frozen=True, slots=True)
class Todo:
    """One open Task."""

    id: str
    version: int
    what: str
    state: str
    word: str
    owner: str
    why: str
    waits: str = ""  # id of the visit on the waitlist that a time is sought for


def task_code(task: Json) -> str:
    return next(iter(codes(task.get("code"), "urn:waypost:task")), "")


def due_at(task: Json, zone: str) -> datetime | None:
    """Return the end of a task's last moment; a bare date holds to the end of that day."""
    period = (task.get("restriction") or {}).get("period") or (task.get("executionPeriod") or {})
    text = period.get("end")
    at = read_moment(text, zone)
    return at + timedelta(days=1) if at and text and "T" not in text else at


def todos(tasks: Iterable[Json], now: datetime, reading: Reading) -> tuple[Todo, ...]:
    """Return open work, what is late first, then by when it is due; what has no due date comes last."""
    found = [(due_at(t, reading.zone), t) for t in tasks if task_code(t) not in REQUESTS]
    far = datetime.max.replace(tzinfo=now.tzinfo)
    found.sort(key=lambda pair: (pair[0] or far, task_name(pair[1])))
    return tuple(todo(task, due, now, reading) for due, task in found)


def todo(task: Json, due: datetime | None, now: datetime, reading: Reading) -> Todo:
    state, word = _due_words(due, now, reading)
    pool = next(iter(codes(next(iter(task.get("performerType", ())), None), "urn:waypost:pool")), "")
    owner = reading.name(task.get("owner")) or POOL_NAMES.get(pool, pool.replace("-", " ").capitalize())
    return Todo(
        id=task.get("id", ""),
        version=int(task.get("meta", {}).get("versionId") or 1),
        what=task_name(task),
        state=state,
        word=word,
        owner=owner or "Nobody has it yet",
        why=concept(task.get("reasonCode")),
        waits=waits_for(task) if task_code(task) == "waitlist" else "",
    )


def folded(todo: tuple[Todo, ...]) -> tuple[tuple[Todo, ...], tuple[Todo, ...]]:
    """Return what stands in sight and what is folded away: a visit that waits for a time is never out of sight."""
    first, rest = todo[:SHOWN], todo[SHOWN:]
    return first + tuple(one for one in rest if one.waits), tuple(one for one in rest if not one.waits)


def waits_for(task: Json) -> str:
    kind, _, id_ = ((task.get("focus") or {}).get("reference") or "").partition("/")
    return id_ if kind == "Appointment" else ""


def _due_words(due: datetime | None, now: datetime, reading: Reading) -> tuple[str, str]:
    if due is None:
        return "", "No due date"
    last = local_day(due - timedelta(seconds=1), reading.zone)
    if due <= now:
        days = (reading.today - last).days
        return (
            "late",
            f"Since {say_time(due, reading.zone)}"
            if days == 0
            else f"Since {say_short(last, today=reading.today)}",
        )
    if last == reading.today:
        ends = say_time(due, reading.zone)
        return "soon", "Today" if ends == "12:00 AM" else f"Today {ends}"
    state = "soon" if (last - reading.today).days <= SOON_DAYS else "info"
    return state, say_day(last, today=reading.today)
