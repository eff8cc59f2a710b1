"""Work that comes again, and work that waits for other work: what a Task says of it. Pure."""

from calendar import monthrange
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from waypost.kernel.business_days import business_days_after, is_business_day
from waypost.kernel.dates import local_day, read_moment, write_moment

Json = dict[str, Any]
REPEATS = "urn:waypost:extension:repeats"
WAITS_FOR = "urn:waypost:extension:waits-for"
UNITS = {"day": "business day", "week": "week", "month": "month"}


@dataclass(frozen=True, slots=True)
class Repeat:
    """Every so many business days, weeks or months. What would fall on a closed day falls on the next business day."""

    every: int
    unit: str  # day | week | month

    def say(self) -> str:
        return f"every {UNITS[self.unit]}" if self.every == 1 else f"every {self.every} {UNITS[self.unit]}s"


def write(repeat: Repeat) -> Json:
    return {"url": REPEATS, "valueDuration": {"value": repeat.every, "unit": repeat.unit}}


def read(task: Json) -> Repeat | None:
    found = next((one.get("valueDuration") or {} for one in task.get("extension", ()) if one.get("url") == REPEATS), {})
    every, unit = found.get("value"), found.get("unit")
    return Repeat(int(every), unit) if every and unit in UNITS else None


def waits_for(task: Json) -> str:
    """Return the id of the Task that must end first, or ''."""
    found = (one.get("valueReference") or {} for one in task.get("extension", ()) if one.get("url") == WAITS_FOR)
    return next((ref.get("reference", "").removeprefix("Task/") for ref in found), "")


def next_due(repeat: Repeat, due: datetime, ended: datetime, zone: str) -> datetime:
    """Return when the next one is due: at the same hour, counted from the last due date and never in the past."""
    here = due.astimezone(ZoneInfo(zone))
    day = here.date()
    while True:
        if repeat.unit == "day":
            day = business_days_after(day, repeat.every)
        elif repeat.unit == "week":
            day += timedelta(weeks=repeat.every)
        else:
            months = day.year * 12 + day.month - 1 + repeat.every
            year, month = months // 12, months % 12 + 1
            day = date(year, month, min(here.day, monthrange(year, month)[1]))
        shown = day
        while not is_business_day(shown):
            shown += timedelta(days=1)
        if shown > local_day(ended, zone):
            return datetime.combine(shown, time(here.hour, here.minute), ZoneInfo(zone)).astimezone(UTC)


def follower(task: Json, due: datetime, ended: datetime, zone: str) -> Json | None:
    """Return the Task that comes after one that has ended, or None where it does not repeat."""
    repeat = read(task)
    if repeat is None:
        return None
    made = deepcopy({k: v for k, v in task.items() if k not in {"id", "meta", "output", "executionPeriod", "statusReason", "note"}})
    made["status"] = "accepted" if made.get("owner") else "requested"
    made["authoredOn"] = made["lastModified"] = write_moment(ended)
    made["restriction"] = {**made.get("restriction", {}), "period": {"end": write_moment(next_due(repeat, due, ended, zone))}}
    made["extension"] = [one for one in made.get("extension", ()) if one.get("url") not in {WAITS_FOR, "urn:waypost:extension:snoozed-until"}]
    return made


def due_or(task: Json, zone: str, otherwise: datetime) -> datetime:
    text = ((task.get("restriction") or {}).get("period") or {}).get("end")
    return read_moment(text, zone) or otherwise
