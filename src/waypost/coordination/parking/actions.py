"""Park a form, take it off the shelf."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import orjson
from django.db import connection

from waypost.access.acting import action
from waypost.access.permissions import Permission
from waypost.audit.entries import entry
from waypost.coordination.problems import ParkedTooLarge, ParkedTooMany
from waypost.kernel import ids
from waypost.kernel.context import Context
from waypost.records import acts

KEPT_DAYS = 7
PARKED_MAX = 50
TYPED_BYTES_MAX = 128 * 1024


@dataclass(frozen=True, slots=True)
class ParkWish:
    """A form as it stands. `again` is the id under which it lies on the shelf already."""

    place: str
    title: str
    typed: Sequence[tuple[str, str]]
    focus: str = ""
    patient: str = ""
    again: UUID | None = None


@action(Permission.FORM_PARK)
def park(ctx: Context, wish: ParkWish) -> UUID:
    """Put a half-done form on one's own shelf. What has lain there too long goes."""
    typed = orjson.dumps(list(wish.typed)).decode()
    if len(typed) > TYPED_BYTES_MAX:
        raise ParkedTooLarge
    id_ = wish.again or ids.uuid7(ctx.now)
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM coordination_parked WHERE tenant = %s AND (until <= %s OR (id = %s AND actor = %s))",
            [ctx.tenant, ctx.now, id_, ctx.actor.key],
        )
        cursor.execute(
            "SELECT count(*) FROM coordination_parked WHERE tenant = %s AND actor = %s",
            [ctx.tenant, ctx.actor.key],
        )
        if cursor.fetchone()[0] >= PARKED_MAX:
            raise ParkedTooMany
        cursor.execute(
            "INSERT INTO coordination_parked (tenant, id, actor, at, until, place, title, patient, focus, typed)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb)",
            [ctx.tenant, id_, ctx.actor.key, ctx.now, ctx.now + timedelta(days=KEPT_DAYS), wish.place, wish.title,
             wish.patient or None, wish.focus, typed],
        )  # fmt: skip
    acts.note(ctx, entry(ctx, "park", patient=wish.patient or None, what="Form"))
    return id_


@action(Permission.FORM_PARK)
def drop(ctx: Context, id: UUID) -> bool:
    """Take one's own form off the shelf: it was sent, or is not wanted any more. False where it is not there."""
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM coordination_parked WHERE tenant = %s AND id = %s AND actor = %s RETURNING patient",
            [ctx.tenant, id, ctx.actor.key],
        )
        row = cursor.fetchone()
    if row:
        acts.note(ctx, entry(ctx, "unpark", patient=row[0], what="Form"))
    return row is not None
