"""Acts on work: take it, give it, put it off, end it with an outcome. Each keeps history and can be undone."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

from waypost.access import scopes
from waypost.access.acting import action
from waypost.access.permissions import Permission
from waypost.coordination.contacts import attempts
from waypost.coordination.contacts import queries as contacts
from waypost.coordination.contacts.attempts import GIVEN_UP
from waypost.coordination.contacts.reading import Contact
from waypost.coordination.problems import (
    GivenUpTooSoon,
    NobodyToShare,
    OutcomeNeeded,
    SnoozeNeedsReason,
    SnoozeTooLong,
    WorkEnded,
    WorkForLicensed,
)
from waypost.coordination.worklist import reading, repeating
from waypost.coordination.worklist.kinds import OTHER, POOL_NAMES, TASK, Kind, kind_of
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day
from waypost.kernel.ids import uuid5_of
from waypost.records import actions as records
from waypost.records import queries
from waypost.records.versions import Filing, Version

Json = dict[str, Any]
Change = Callable[[Json], Json]
SNOOZE_DAYS_MAX = 90
WAITLIST = "waitlist"
Wanted = tuple[str, int | None]  # a Task's id, and the version that was seen


@action(Permission.TASK_WORK)
def claim(ctx: Context, tasks: list[Wanted]) -> list[Version]:
    """Make work one's own."""
    who = ctx.actor.practitioner or ""
    return _amend(ctx, tasks, lambda task: reading.owned(task, who, ctx.actor.name))


@action(Permission.TASK_WORK)
def assign(ctx: Context, tasks: list[Wanted], practitioner: str, name: str) -> list[Version]:
    """Give work to a colleague."""
    return _amend(ctx, tasks, lambda task: reading.owned(task, practitioner, name))


@action(Permission.WORK_BALANCE)
def share(ctx: Context, tasks: list[Wanted], among: list[tuple[str, str]]) -> list[Version]:
    """Deal work out among colleagues (id, name) in turn, in the order given, so that each gets as much and as pressing."""
    if not among:
        raise NobodyToShare
    turns = {id_: among[n % len(among)] for n, (id_, _) in enumerate(tasks)}
    return _amend(ctx, tasks, lambda task: reading.owned(task, *turns[task["id"]]))


@action(Permission.TASK_WORK)
def hand_over(ctx: Context, tasks: list[Wanted], pool: str, note: str = "") -> list[Version]:
    """Give work to a pool: nurses, the front desk, coverage. It then has no owner there yet."""
    name = POOL_NAMES[pool]
    return _amend(ctx, tasks, lambda task: _noted(ctx, reading.pooled(task, pool, name), note))


@action(Permission.TASK_WORK)
def snooze(ctx: Context, tasks: list[Wanted], until: datetime, reason: str) -> list[Version]:
    """Put work off until a moment, and say why."""
    if not reason.strip():
        raise SnoozeNeedsReason(expression=["Task.statusReason"])
    if until <= ctx.now or (until - ctx.now).days > SNOOZE_DAYS_MAX:
        raise SnoozeTooLong(expression=["Task.extension"])
    return _amend(ctx, tasks, lambda task: reading.snoozed(task, until, reason.strip()))


@action(Permission.TASK_WORK)
def wake(ctx: Context, tasks: list[Wanted]) -> list[Version]:
    """Take snoozed work up again before its time."""
    return _amend(ctx, tasks, reading.woken)


@action(Permission.TASK_WORK)
def complete(ctx: Context, tasks: list[Wanted], outcome: str, note: str = "") -> list[Version]:
    """End work with an outcome.

    Raises WorkForLicensed where only licensed staff may, GivenUpTooSoon before the attempts that its rule asks for are made.
    """
    tried = contacts.of_tasks(scopes.for_staff(ctx, what="Task"), [id_ for id_, _ in tasks]) if outcome == GIVEN_UP else {}

    def change(task: Json) -> Json:
        kind = kind_of_task(ctx, task)
        if kind.closed_by and not kind.closed_by & ctx.actor.roles:
            raise WorkForLicensed
        chosen = next((one for one in kind.outcomes if one.code == outcome), None)
        if chosen is None:
            raise OutcomeNeeded(expression=["Task.output"])
        if outcome == GIVEN_UP:
            _tried_enough(ctx, task["id"], kind, tried.get(task["id"], ()))
        return reading.ended(task, chosen, note.strip(), ctx.now.replace(microsecond=0))

    ended = _amend(ctx, tasks, change)
    _leave_the_waitlist(ctx, ended)
    _come_again(ctx, ended)
    return ended


def _tried_enough(ctx: Context, id_: str, kind: Kind, made: Sequence[Contact]) -> None:
    lacking = attempts.tried(made, kind.code, ctx.now, ctx.zone).lacking
    if lacking is None:
        return
    raise GivenUpTooSoon(
        lacking.say(ctx.zone, local_day(ctx.now, ctx.zone)),
        expression=["Task.output"],
        extra={
            "task": id_, "rule": lacking.rule.source, "attempts": lacking.attempts, "by": lacking.channel, "outside-hours": lacking.outside_hours,
            "licensed": lacking.rule.licensed, "last-from": lacking.until.isoformat() if lacking.until else "", "next": lacking.at.isoformat(),
        },
    )  # fmt: skip


def _come_again(ctx: Context, ended: list[Version]) -> None:
    """File the next one of work that repeats; its id follows from the one that ended, so that it comes once."""
    filings = []
    for one in ended:
        task = one.resource
        made = repeating.follower(task, repeating.due_or(task, ctx.zone, ctx.now), ctx.now, ctx.zone)
        if made is not None:
            id_ = str(uuid5_of("repeat", str(ctx.tenant), one.id))
            filings.append(Filing({**made, "id": id_}, "Task", id_, expect=0))
    if filings:
        records.file_many(ctx, filings)


def _leave_the_waitlist(ctx: Context, ended: list[Version]) -> None:
    """Cancel the visits that waited for the work that was ended: nobody looks for a time for them any more."""
    scope = scopes.for_staff(ctx, what="Appointment")
    filings = []
    for one in ended:
        visit_id = reading.id_of(one.resource.get("focus"), "Appointment")
        if not visit_id or kind_of_task(ctx, one.resource).code != WAITLIST:
            continue
        visit = queries.read(scope, "Appointment", visit_id)
        if visit.resource.get("status") == "waitlist":
            why = reading.outcome_of(one.resource)
            filings.append(Filing({**visit.resource, "status": "cancelled", "cancelationReason": {"text": why}},
                                  "Appointment", visit_id, expect=visit.version))  # fmt: skip
    if filings:
        records.file_many(ctx, filings)


@action(Permission.TASK_WORK)
def watch(ctx: Context, tasks: list[Wanted], *, on: bool = True) -> list[Version]:
    """Keep an eye on somebody else's work, or no longer."""
    return _amend(ctx, tasks, lambda task: reading.watched(task, ctx.actor.practitioner or "", on=on))


def may_close(roles: frozenset[str], kind: Kind) -> bool:
    return not kind.closed_by or bool(kind.closed_by & roles)


def kind_of_task(ctx: Context, task: Json) -> Kind:
    return kind_of(reading.code_of(task.get("code"), TASK), local_day(ctx.now, ctx.zone)) or OTHER


def _amend(ctx: Context, tasks: list[Wanted], change: Change) -> list[Version]:
    """File each Task as changed, all or none; one that has ended meanwhile, or is newer than seen, refuses them all."""
    scope = scopes.for_staff(ctx, what="Task")
    filings = []
    for id_, seen in tasks:
        version = queries.read(scope, "Task", id_)
        if version.resource.get("status") not in reading.OPEN:
            raise WorkEnded
        filings.append(
            Filing(change(version.resource), "Task", id_, expect=version.version if seen is None else seen)
        )
    return records.file_many(ctx, filings)


def _noted(ctx: Context, task: Json, words: str) -> Json:
    if not words.strip():
        return task
    by: Json = {"authorString": ctx.actor.name}
    if ctx.actor.practitioner:
        by = {
            "authorReference": {
                "reference": f"Practitioner/{ctx.actor.practitioner}",
                "display": ctx.actor.name,
            }
        }
    return reading.with_note(task, words.strip(), by, ctx.now.replace(microsecond=0))
