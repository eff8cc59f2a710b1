"""Locks of an act, and the ledger's answer under them: one call of the database takes all and says what is free."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection

from waypost.access import scopes
from waypost.kernel.context import Context
from waypost.kernel.spans import Span
from waypost.records import prepared
from waypost.records import queries as records_queries
from waypost.records.versions import Filing
from waypost.scheduling import fhir
from waypost.scheduling.projections import practitioners_of
from waypost.scheduling.rules import ledger


@dataclass(frozen=True, slots=True)
class Want:
    """A span of a resource that an act needs."""

    resource: str
    span: Span
    capacity: int = 1


def lock(ctx: Context, resources: Iterable[str]) -> None:
    """Take the locks of everything an act will touch, in the one order, before it touches anything.

    An act that books, moves or cancels more than once calls this first, with the resources of all of it.
    """
    prepared.rows("SELECT scheduling_lock(%s, %s)", [ctx.tenant, sorted(set(resources))])


def lock_act(ctx: Context, act_id: Any) -> None:
    """Take the locks of whatever an earlier act's Appointments held or hold: what its undo will touch."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v.body FROM records_version a JOIN records_version v ON v.tenant = a.tenant AND v.type = a.type"
            " AND v.id = a.id AND v.version >= a.version - 1"
            " WHERE a.tenant = %s AND a.act = %s AND a.type = 'Appointment'",
            [ctx.tenant, act_id],
        )
        resources = {
            r for (body,) in cursor.fetchall() if body for r in fhir.resources_of(orjson.loads(body))
        }
    lock(ctx, resolved(ctx, resources))


def resolved(ctx: Context, resources: Iterable[str]) -> set[str]:
    found = set(resources)
    people = practitioners_of(ctx.tenant, found)
    return {people.get(one, one) for one in found}


def take(
    ctx: Context,
    wants: Sequence[Want],
    *,
    also: Iterable[str] = (),
    ignore: Sequence[str] = (),
    override: bool = False,
) -> tuple[list[int], list[str]] | list[int]:
    """Return a lane for each want and the holds that ran out in the way; or which of the wants are taken."""
    rows = [
        {"n": n, "resource": w.resource, "starts": w.span.start, "ends": w.span.end, "capacity": w.capacity}
        for n, w in enumerate(wants)
    ]
    found = prepared.rows(
        "SELECT scheduling_take(%s, %s, %s::json, %s, %s, %s)",
        [
            ctx.tenant,
            sorted({w.resource for w in wants} | set(also)),
            orjson.dumps(rows).decode(),
            list(ignore),
            ctx.now,
            override,
        ],
    )
    answer = orjson.loads(found[0][0])
    if "taken" in answer:
        return sorted(answer["taken"])
    lanes = {one["n"]: one["lane"] for one in answer["lanes"] or ()}  # none where nothing at all was in the way
    return [lanes.get(n, 0) for n in range(len(wants))], sorted(answer["expired"] or ())


def free_as_it_was(ctx: Context, resource: dict[str, Any]) -> bool:
    """Tell, under its locks, whether everything an Appointment once held is free in the very lanes it had."""
    rows = [row for row in ledger.rows(resource) if row.lane is not None]
    people = practitioners_of(ctx.tenant, {row.resource for row in rows})
    with connection.cursor() as cursor:
        for row in rows:
            cursor.execute(
                "SELECT EXISTS (SELECT 1 FROM scheduling_booking WHERE tenant = %s AND resource = %s AND lane = %s"
                " AND starts < %s AND ends > %s AND appointment <> %s)",
                [ctx.tenant, people.get(row.resource, row.resource), row.lane, row.ends, row.starts, row.appointment],
            )
            if cursor.fetchone()[0]:
                return False
    return True


def released(ctx: Context, expired: Iterable[str]) -> list[Filing]:
    """Return what closes holds that have run out; their time is given to the act that found them in its way."""
    found = records_queries.many(scopes.for_staff(ctx), [("Appointment", id_) for id_ in expired])
    return [
        Filing(
            fhir.cancelled(one.resource, "cancelled", "hold-expired", "The hold ran out."),
            "Appointment",
            one.id,
            expect=one.version,
        )
        for one in found.values()
    ]
