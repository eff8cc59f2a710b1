"""Who else is to know when work is late: dated rows with their sources. Computed when read."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from waypost.coordination.worklist.kinds import Lane
from waypost.coordination.worklist.ranking import Standing
from waypost.kernel.business_days import business_days_before
from waypost.kernel.dates import local_day


@dataclass(frozen=True, slots=True)
class Escalation:
    """Work of a kind that is late by so many business days goes up; 0 is the start of the next business day.

    `unclaimed`: it goes up when it was made so many business days ago and nobody has taken it. `grave`: only where it
    stands for patient safety.
    """

    kind: str
    late_days: int
    to: str
    source: str
    unclaimed: bool = False
    grave: bool = False
    since: date = date(2026, 1, 1)
    until: date | None = None


ROWS = (
    Escalation("discharge-call", 0, "supervisor", "TCM-10"),
    Escalation("result", 0, "manager", "FUP-3"),
    Escalation("result", 2, "clinician lead", "FUP-3", unclaimed=True, grave=True),
    Escalation("authorization", 1, "supervisor", "product decision"),
    Escalation("came-of-age", 2, "supervisor", "product decision"),
    Escalation("promise", 1, "supervisor", "product decision"),
    Escalation("call-back", 1, "supervisor", "product decision"),
    Escalation("referral", 5, "supervisor", "product decision"),
)


def rows_for(kind: str, on: date) -> list[Escalation]:
    return [r for r in ROWS if r.kind == kind and r.since <= on and (r.until is None or on <= r.until)]


def cutoff(row: Escalation, now: datetime, zone: str) -> datetime:
    """Return the moment before which work must have been due to be up by now: `late_days` whole business days lie between."""
    tomorrow = local_day(now, zone) + timedelta(days=1)
    day = business_days_before(tomorrow, row.late_days + 1)
    return datetime.combine(day, time.min, ZoneInfo(zone))


@dataclass(frozen=True, slots=True)
class Cutoffs:
    """The rows in force and their moments, side by side, for a query."""

    kinds: list[str]
    before: list[datetime]
    unclaimed: list[bool]
    grave: list[bool]


def cutoffs(now: datetime, zone: str) -> Cutoffs:
    """Return what has gone up by now, for a query."""
    on = local_day(now, zone)
    rows = [row for row in ROWS if row in rows_for(row.kind, on)]
    return Cutoffs([r.kind for r in rows], [cutoff(r, now, zone) for r in rows], [r.unclaimed for r in rows], [r.grave for r in rows])


def says(kind: str, standing: Standing, now: datetime, zone: str, *, owned: bool) -> str:
    """Say that a piece of work has gone up, and to whom; '' where it has not."""
    row = next((row for row in rows_for(kind, local_day(now, zone)) if _is_up(row, standing, now, zone, owned=owned)), None)
    if row is None:
        return ""
    days = f"{row.late_days} business day{'s' if row.late_days > 1 else ''}"
    if row.unclaimed:
        said = f"{days} without anyone who took it"
    else:
        said = f"{days} late" if row.late_days else "late at the start of the next business day"
    return f"Escalated to the {row.to}: {said} ({row.source})."


def _is_up(row: Escalation, standing: Standing, now: datetime, zone: str, *, owned: bool) -> bool:
    since = standing.authored if row.unclaimed else standing.due
    fits = not (row.unclaimed and owned) and (not row.grave or standing.lane == Lane.SAFETY)
    return fits and since is not None and since <= cutoff(row, now, zone)
