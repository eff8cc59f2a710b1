"""A visit, or time kept free, is made longer or shorter: its end moves, and with it each part that ends with it."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from waypost.access import Permission, action
from waypost.access.permissions import allowed
from waypost.access.problems import NotPermitted
from waypost.kernel.context import Context
from waypost.kernel.dates import say_time
from waypost.kernel.spans import Span
from waypost.records import actions as records
from waypost.records.versions import Filing, Version
from waypost.scheduling import fhir, limits
from waypost.scheduling.actions.changes import current
from waypost.scheduling.actions.locking import Want, lock, released, resolved, take
from waypost.scheduling.actions.planning import Free
from waypost.scheduling.problems import InThePast, LengthTaken, NotAllowedNow, NotOpen, TooShort
from waypost.scheduling.projections import practitioners_of
from waypost.scheduling.queries.clinic import Clinic, clinic
from waypost.scheduling.queries.in_the_way import Busy, busy
from waypost.scheduling.rules import ledger, status


@action(Permission.APPOINTMENT_BOOK)
def resize(ctx: Context, id_: str, end: datetime, *, expect: int | None = None) -> Version:
    """Let a visit end at another time. The parts that end with it (the patient's too) end with it still; the others stay.

    Raises TooShort where a part would have no time left, LengthTaken in words where someone or something is taken,
    NotOpen where it would outlast their hours: a visit that goes on already may.
    """
    before = current(ctx, id_, expect)
    old = before.resource
    _check(ctx, old, end)
    code = fhir.visit_type_code(old) or ""
    here = clinic(ctx.tenant, ctx.now)
    kind = here.kinds.get(code)
    new = fhir.ending(old, end, usual=kind.minutes if kind else None)
    people = practitioners_of(ctx.tenant, set(fhir.resources_of(old)))
    rows = [row._replace(resource=people.get(row.resource, row.resource)) for row in ledger.rows({**new, "id": id_})]
    longer = end > _at(old, "end")
    lock(ctx, resolved(ctx, fhir.resources_of(old)))
    if longer and code != fhir.BLOCK and old["status"] not in status.GOING_ON:
        _check_open(ctx, here, code, rows, _at(old, "end"))
    lanes, expired = _taken(ctx, here, id_, code, rows, _at(old, "end")) if longer else ({}, [])
    new = fhir.with_lanes(new, lanes)
    filings = [*released(ctx, expired), Filing(new, "Appointment", id_, expect=before.version)]
    return records.file_many(ctx, filings)[-1]


def _at(resource: dict[str, Any], edge: str) -> datetime:
    found = fhir.instant(resource.get(edge))
    assert found is not None
    return found


def _check(ctx: Context, old: dict[str, Any], end: datetime) -> None:
    start, was = fhir.instant(old.get("start")), fhir.instant(old.get("end"))
    code = fhir.visit_type_code(old)
    if old.get("status") not in status.RESIZED or start is None or was is None or code is None:
        raise NotAllowedNow("Only a visit that was booked here, and is not over, is made longer or shorter.")
    if code == fhir.BLOCK and not allowed(ctx.actor.roles, Permission.CALENDAR_EDIT):
        raise NotPermitted
    if code == fhir.BLOCK and old["status"] == "pending":
        raise NotAllowedNow("This time waits for the visits in it to be settled.")
    if end <= ctx.now:
        raise InThePast
    longest = timedelta(days=limits.BLOCK_DAYS_MAX) if code == fhir.BLOCK else timedelta(minutes=limits.VISIT_MINUTES_MAX)
    if not timedelta(minutes=limits.CELL_MINUTES) <= end - start <= longest:
        raise TooShort(f"It lasts at least {limits.CELL_MINUTES} minutes, and at most {limits.VISIT_MINUTES_MAX // 60} hours.")
    for row in ledger.rows({**old, "id": ""}):
        follows = row.shown_ends == was
        if (row.shown_starts if follows else row.shown_ends) >= end + timedelta(seconds=not follows):
            name = (old["participant"][row.part].get("actor") or {}).get("display") or "One part"
            until = f"only begins at {say_time(row.shown_starts, ctx.zone)}" if follows else f"lasts until {say_time(row.shown_ends, ctx.zone)}"
            raise TooShort(f"The part of {name} {until}.")


def _check_open(ctx: Context, here: Clinic, code: str, rows: Sequence[ledger.Row], was: datetime) -> None:
    free = Free(here, ctx.tenant)
    for row in rows:
        one = here.bookables.get(row.resource)
        by = Span(min(was, row.ends), row.ends)
        if one is not None and by.start < by.end and not free.opened(one, code, by):
            raise NotOpen(f"{one.calendar.name} is not in until {say_time(row.ends, ctx.zone)}.")


def _taken(
    ctx: Context, here: Clinic, id_: str, code: str, rows: Sequence[ledger.Row], was: datetime
) -> tuple[dict[int, int], list[str]]:
    """Return a lane for each part that was not booked over others, and the holds that ran out in the way."""
    asked = [row for row in rows if (row.lane or 0) < limits.LANE_OVERRIDE]
    many = {row.resource: one.calendar.capacity for row in asked if (one := here.bookables.get(row.resource)) is not None}
    lanes = {r: 1 if code == fhir.BLOCK else n for r, n in many.items()}
    wants = [Want(row.resource, Span(row.starts, row.ends), lanes.get(row.resource, 1)) for row in asked]
    answer = take(ctx, wants, ignore=[id_])
    if isinstance(answer, tuple):
        return {row.part: lane for row, lane in zip(asked, answer[0], strict=True)}, answer[1]
    late = [asked[n] for n in answer]
    since = min(was, *(row.starts for row in late))
    found = busy(ctx.tenant, sorted({row.resource for row in late}), Span(since, max(row.ends for row in late)), but=id_, now=ctx.now)
    raise LengthTaken(_said(ctx, here, late, found), extra={"taken": late[0].resource})


def _said(ctx: Context, here: Clinic, late: Sequence[ledger.Row], found: Sequence[Busy]) -> str:
    """Say who or what is taken by what, from when until when; and how late it can end. It names no patient."""
    said, latest = [], None
    for row in late:
        one = next((b for b in found if b.resource == row.resource and b.starts < row.ends and b.ends > row.starts), None)
        if one is None:
            continue
        calendar = here.calendar(row.resource)
        who = calendar.name if calendar else "The patient"
        kind = here.kinds.get(one.visit_type)
        named = f" ({kind.name.get('en', kind.code)})" if kind else ""
        what = {"block": "time kept free", "hold": "a visit on hold"}.get(one.kind, f"a visit{named}")
        said.append(f"{who} is taken from {say_time(one.starts, ctx.zone)} to {say_time(one.ends, ctx.zone)} by {what}.")
        until = one.starts - (row.ends - row.shown_ends)
        latest = until if latest is None else min(latest, until)
    if latest is not None and latest > min(row.shown_starts for row in late):
        said.append(f"It can end at {say_time(latest, ctx.zone)} at the latest.")
    return " ".join(said)
