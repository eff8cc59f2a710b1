"""Who else is to know when work is late: dated rows with their sources. Computed when read."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from waypost.kernel.business_days import business_days_before
from waypost.kernel.dates import local_day


@dataclass(frozen=True, slots=True)
class Escalation:
    """Work of a kind that is late by so many business days goes up; 0 is the start of the next business day."""

    kind: str
    late_days: int
    to: str
    source: str
    since: date = date(2026, 1, 1)
    until: date | None = None


ROWS = (
    Escalation("discharge-call", 0, "supervisor", "TCM-10"),
    Escalation("result", 2, "clinician lead", "FUP-3"),
    Escalation("authorization", 1, "supervisor", "product decision"),
    Escalation("came-of-age", 2, "supervisor", "product decision"),
    Escalation("promise", 1, "supervisor", "product decision"),
    Escalation("call-back", 1, "supervisor", "product decision"),
    Escalation("referral", 5, "supervisor", "product decision"),
)


def row_for(kind: str, on: date) -> Escalation | None:
    return next(
        (r for r in ROWS if r.kind == kind and r.since <= on and (r.until is None or on <= r.until)), None
    )


def cutoff(row: Escalation, now: datetime, zone: str) -> datetime:
    """Return the moment before which work must have been due to be up by now: `late_days` whole business days lie between."""
    tomorrow = local_day(now, zone) + timedelta(days=1)
    day = business_days_before(tomorrow, row.late_days + 1)
    return datetime.combine(day, time.min, ZoneInfo(zone))


def cutoffs(now: datetime, zone: str) -> tuple[list[str], list[datetime]]:
    """Return kinds and their moments, for a query."""
    rows = [row for row in ROWS if row_for(row.kind, local_day(now, zone)) is row]
    return [row.kind for row in rows], [cutoff(row, now, zone) for row in rows]


def says(kind: str, due: datetime | None, now: datetime, zone: str) -> str:
    """Say that a late piece of work has gone up, and to whom; '' where it has not."""
    row = row_for(kind, local_day(now, zone))
    if row is None or due is None or due > cutoff(row, now, zone):
        return ""
    days = f"{row.late_days} business day{'s' if row.late_days > 1 else ''} late" if row.late_days else "late at the start of the next business day"
    return f"Escalated to the {row.to}: {days} ({row.source})."
