"""What lies on one's own shelf. Nobody reads another's."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from waypost.audit.entries import entry
from waypost.kernel.context import Context
from waypost.records import acts, tenancy

WARN_DAYS = 2  # before it goes


@dataclass(frozen=True, slots=True)
class Parked:
    id: UUID
    at: datetime
    until: datetime
    place: str
    title: str
    patient: str
    focus: str
    typed: tuple[tuple[str, str], ...]

    def goes_soon(self, now: datetime) -> bool:
        return self.until - now <= timedelta(days=WARN_DAYS)


def mine(ctx: Context) -> list[Parked]:
    """Return what one has parked, the newest first."""
    return _rows(ctx, "true", [])


def one(ctx: Context, id: UUID) -> Parked | None:
    """Return one's own parked form with what was typed. The look is audited."""
    found = next(iter(_rows(ctx, "id = %s", [id])), None)
    if found:
        acts.note(ctx, entry(ctx, "read", patient=found.patient or None, what="Form"))
    return found


def _rows(ctx: Context, condition: str, values: list[Any]) -> list[Parked]:
    tenancy.enter(ctx.tenant)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, at, until, place, title, coalesce(patient, ''), focus, typed::text FROM coordination_parked"
            f" WHERE tenant = %s AND actor = %s AND until > %s AND {condition} ORDER BY at DESC, id",
            [ctx.tenant, ctx.actor.key, ctx.now, *values],
        )
        return [
            Parked(*row[:7], typed=tuple((name, value) for name, value in orjson.loads(row[7])))
            for row in cursor.fetchall()
        ]
