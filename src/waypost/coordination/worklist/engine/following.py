"""One pass of the rules over a tenant: what the feed touched, then who is due to be looked at again.

The cursor moves in the transaction that files the Tasks, so that a kill loses nothing and makes nothing twice; one lock
a tenant keeps a second worker from doing the same work at the same time.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection, transaction

from waypost.access import scopes
from waypost.access.acting import action
from waypost.access.permissions import Permission
from waypost.coordination.worklist.engine import failures, loading, looks, switches
from waypost.coordination.worklist.rules import settling
from waypost.coordination.worklist.rules.answering import InForce, ask
from waypost.coordination.worklist.rules.table import APART_TYPES, READS
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day
from waypost.kernel.scope import Scope
from waypost.records import actions as records
from waypost.records import feed
from waypost.records.problems import Stale
from waypost.records.versions import Filing, Version

ACTOR = "rules"
FEED_ROWS_MAX = 4_000
PATIENTS_MAX = 200  # looked at in one transaction
_LOCK = 91
_PATIENT = re.compile(r'"reference"\s*:\s*"Patient/([A-Za-z0-9.-]{1,64})"')


@dataclass(frozen=True, slots=True)
class Done:
    """What one pass did; `more` where there is more to do at once."""

    patients: int = 0
    filed: int = 0
    more: bool = False


@action(Permission.TASK_WORK)
def follow(ctx: Context) -> Done:
    """Look at the next batch of patients and file what the rules make, change and end."""
    if not _locked(ctx.tenant):
        return Done()
    scope = scopes.everything(ctx, "rule", what="feed")
    types, types_digest = loading.kinds_of_visit(scope)
    rules = switches.in_force(switches.switches(scope), local_day(ctx.now, ctx.zone))
    digest = switches.digest(rules, types_digest)
    place, looked_with = _cursor(scope)
    if place is None or looked_with != digest:
        looks.everyone(scope, ctx.now)
    place = place or feed.now(scope)
    told = feed.after(scope, place, FEED_ROWS_MAX)
    touched = _touched(scope, told)
    if len(touched) > PATIENTS_MAX:
        looks.mark(scope, touched, ctx.now)
        touched = []
    room = PATIENTS_MAX - len(touched)
    due = looks.due(scope, ctx.now, room)
    _move(scope, told[-1].place if told else place, digest)
    patients = [*touched, *(one for one in due if one not in set(touched))]
    filed = settle(ctx, scope, patients, rules, types)
    return Done(len(patients), filed, more=len(told) == FEED_ROWS_MAX or len(due) == room)


def waiting(ctx: Context) -> int:
    """Return how many patients are still to be looked at now."""
    return looks.waiting(scopes.everything(ctx, "rule", what="feed"), ctx.now)


def settle(ctx: Context, scope: Scope, patients: Sequence[str], rules: tuple[InForce, ...], types: dict[str, settling.Json]) -> int:
    """Look at these patients; one that cannot be settled with the others is tried alone, then noted."""
    if not patients:
        return 0
    try:
        with transaction.atomic():
            return _settle(ctx, scope, patients, rules, types)
    except Stale:
        raise
    except Exception as error:
        if len(patients) > 1:
            return sum(settle(ctx, scope, [one], rules, types) for one in patients)
        failures.note(scope, patients[0], {failures.FILING: failures.said_of(error)}, ctx.now)
        looks.set_again(scope, {patients[0]: ctx.now + failures.RETRY})
        return 0


def _settle(ctx: Context, scope: Scope, patients: Sequence[str], rules: tuple[InForce, ...], types: dict[str, settling.Json]) -> int:
    loaded = loading.load(ctx, scope, patients, types)
    answered = {id_: ask(one.facts, rules) for id_, one in loaded.items()}
    wanted = {id_: settling.wanted(ctx.tenant, id_, loaded[id_].facts, answers) for id_, answers in answered.items()}
    ended = {task for id_ in loaded for task in wanted[id_] if task not in loaded[id_].tasks}
    named = loading.named(scope, ended)
    filings: list[Filing] = []
    for id_, one in loaded.items():
        standing: dict[str, Version] = {**one.tasks, **{t: named[t] for t in wanted[id_] if t in named}}
        tasks = settling.settle(one.facts, answered[id_], wanted[id_], {t: {**v.resource, "id": t} for t, v in standing.items()})
        filings += [Filing(t, "Task", t["id"], standing[t["id"]].version if t["id"] in standing else 0) for t in tasks]
    if filings:
        records.file_many(ctx, filings)
    failures.settle(scope, {id_: answers.failures for id_, answers in answered.items()}, ctx.now)
    again = {id_: answers.again for id_, answers in answered.items()}
    soon = ctx.now + failures.RETRY
    looks.set_again(scope, {
        id_: min(again.get(id_) or soon, soon) if id_ in answered and answered[id_].failures else again.get(id_)
        for id_ in patients
    })  # fmt: skip
    return len(filings)


def _touched(scope: Scope, told: Iterable[feed.Told]) -> list[str]:
    """Return whom the versions are about, now and before; our own Tasks touch nobody."""
    mine = f"system:{ACTOR}"
    heard = [one for one in told if one.type in READS | {"Task"} and not (one.type == "Task" and one.actor == mine)]
    found = {one.patient: None for one in heard if one.patient}
    found |= {f"{one.type}/{one.id}": None for one in heard if one.type in APART_TYPES and (one.patient is None or one.version > 1)}
    again = [(one.type, one.id, one.version - 1) for one in heard if one.version > 1 and one.type != "Patient"]
    group = [(one.type, one.id, one.version) for one in heard if one.type == "Appointment"]
    for body in feed.bodies(scope, [*again, *group]):
        found.update(dict.fromkeys(_PATIENT.findall(body)))
    return list(found)


def _locked(tenant: int) -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s, %s)", [_LOCK, tenant])
        return cursor.fetchone()[0]


def _cursor(scope: Scope) -> tuple[feed.Place | None, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT xact, seq, rules FROM coordination_cursor WHERE tenant = %s", [scope.tenant])
        row = cursor.fetchone()
    return (feed.Place(row[0], row[1]), row[2]) if row else (None, "")


def _move(scope: Scope, place: feed.Place, digest: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO coordination_cursor AS c (tenant, xact, seq, rules) VALUES (%s, %s, %s, %s)"
            " ON CONFLICT (tenant) DO UPDATE SET xact = EXCLUDED.xact, seq = EXCLUDED.seq, rules = EXCLUDED.rules"
            " WHERE (c.xact, c.seq, c.rules) IS DISTINCT FROM (EXCLUDED.xact, EXCLUDED.seq, EXCLUDED.rules)",
            [scope.tenant, place.xact, place.seq, digest],
        )
