"""The check-in slip of one patient of a visit."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from waypost.access import scopes
from waypost.coordination import notices
from waypost.coordination.printed.allowing import may_print
from waypost.coordination.work_ahead import REQUESTS, due_at
from waypost.coordination.worklist import reading
from waypost.coordination.worklist.kinds import POOL, POOL_NAMES, TASK, kind_of
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day, read_moment, say_day, say_time
from waypost.messaging import printing
from waypost.messaging.rules import slips
from waypost.records import queries as records
from waypost.registry import fhir as people
from waypost.scheduling.fhir import extension

Json = dict[str, Any]
_STATES = {"requested": "asked for, not confirmed", "accepted": "confirmed", "rejected": "not possible"}
HERE = frozenset({"arrived", "checked-in", "fulfilled"})


def check_in_slip(ctx: Context, appointment: str, *, patient: str = "") -> bytes:
    """Return the slip as PDF, in the language that the patient reads; of a group the patient is named. Audited as printed.

    Raises what `notices.notice` raises.
    """
    return printing.slip(compose(ctx, appointment, patient=patient))


def compose(ctx: Context, appointment: str, *, patient: str = "") -> slips.Slip:
    may_print(ctx, what=f"Appointment/{appointment}")
    notice = notices.notice(ctx, appointment, patient=patient, look="print", paper="check-in slip")
    whose = notice.patient["id"]
    scope = scopes.for_staff(ctx, what="Task", patient=whose)
    tasks = [v.resource for v in records.about(scope, whose, ["Task"]) if v.resource.get("status") in reading.OPEN]
    tasks.sort(key=lambda task: (due_at(task, ctx.zone) or datetime.max.replace(tzinfo=ctx.now.tzinfo), task.get("id", "")))
    work = [task for task in tasks if reading.code_of(task.get("code"), TASK) not in REQUESTS]
    return slips.compose(
        notice.clinic,
        notice.recipient,
        notice.visit,
        mrn=people.mrn(notice.patient),
        kinds=[reading.code_of(task.get("code"), TASK) for task in work],
        staff=[*_needs(notice), *_work(ctx, work)],
        arrived=_arrived(notice),
        now=ctx.now,
    )


def _arrived(notice: notices.Notice) -> datetime | None:
    """Return since when the patient is here: as noted, else when that was filed; None where they are not."""
    if notice.visit.status not in HERE:
        return None
    noted = read_moment(extension(notice.appointment.resource, "status-at"))
    return noted or (notice.appointment.at if notice.visit.status == "arrived" else None)


def _needs(notice: notices.Notice) -> Iterator[str]:
    yield from (str(need) for need in people.extensions(notice.patient, "need"))
    visit = notice.visit
    if visit.interpreter:
        language = people.who(notice.patient, local_day(notice.made_at, notice.clinic.zone)).language
        yield f"Interpreter{f', {language}' if language else ''}: {_STATES[visit.interpreter]}"
    elif people.interpreter_needed(notice.patient):
        yield "Needs an interpreter: none asked for this visit"
    if visit.ride:
        yield f"Ride: {_STATES[visit.ride]}"


def _work(ctx: Context, tasks: Sequence[Json]) -> Iterator[str]:
    """Say what is open by its kind, whose it is and when it is due: a slip is carried about, so never what it is about."""
    today = local_day(ctx.now, ctx.zone)
    for task in tasks:
        kind = kind_of(reading.code_of(task.get("code"), TASK), today)
        due = due_at(task, ctx.zone)
        pool = next((code for one in task.get("performerType", ()) if (code := reading.code_of(one, POOL))), "")
        owner = (task.get("owner") or {}).get("display") or POOL_NAMES.get(pool, "")
        yield " · ".join(part for part in (kind.name, _due(due, ctx), owner) if part)


def _due(due: datetime | None, ctx: Context) -> str:
    if due is None:
        return ""
    today, day = local_day(ctx.now, ctx.zone), local_day(due, ctx.zone)
    if day == today:
        return f"due today, {say_time(due, ctx.zone)}"
    return f"{'late since' if due < ctx.now else 'due'} {say_day(day, today=today)}"
