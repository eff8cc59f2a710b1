"""What goes out is written down in the act that causes it, and carried when that act can no longer be undone."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import connection

from waypost.access import Permission, action
from waypost.kernel import ids
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day
from waypost.messaging import fhir, jobs, queries
from waypost.messaging.contacts import file_letter
from waypost.messaging.limits import UNDO_WINDOW
from waypost.messaging.problems import NoSuchDelivery, NothingToSend
from waypost.messaging.rules import emails
from waypost.records import acts
from waypost.records.versions import Version

CHANNELS = ("email",)
__all__ = ["announce", "email_choice", "file_letter", "send_again"]


def email_choice(patient: dict[str, Any], ctx: Context) -> emails.Choice:
    """Return where an e-mail to this patient would go today, or why none goes (OUT-7, OUT-8)."""
    boxes, elsewhere = fhir.mailboxes(patient, local_day(ctx.now, ctx.zone))
    return emails.choose(
        boxes,
        confidential_elsewhere=elsewhere,
        deceased=bool(patient.get("deceasedDateTime") or patient.get("deceasedBoolean")),
        merged=any(link.get("type") == "replaced-by" for link in patient.get("link", ())),
    )


@action(Permission.LETTER_SEND)
def announce(
    ctx: Context, appointment: Version, patients: Sequence[dict[str, Any]], *, kind: str
) -> list[UUID]:
    """Let each patient who gave leave know by e-mail that the visit is booked, moved or cancelled.

    Called inside the act that did it; the same version announced twice goes out once. Nothing is sent here.
    """
    made: list[UUID] = []
    for patient in patients:
        if not email_choice(patient, ctx).address:
            continue
        key = f"{appointment.id}/{appointment.version}/{kind}/email/{patient['id']}"
        id_ = ids.uuid5_of("delivery", str(ctx.tenant), key)
        if _write(ctx, id_, key, appointment, patient["id"], kind):
            jobs.defer_delivery(ctx.tenant, id_, due_at=ctx.now + UNDO_WINDOW + timedelta(seconds=1))
            made.append(id_)
    return made


@action(Permission.LETTER_SEND)
def send_again(ctx: Context, delivery: UUID) -> None:
    """Send once more what was refused, or what may or may not have gone out; a person decided that."""
    found = queries.select(ctx.tenant, "id = %s FOR UPDATE", [delivery])
    if not found:
        raise NoSuchDelivery
    if found[0].state not in {"refused", "unknown", "kept"}:
        raise NothingToSend
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE messaging_delivery SET state = 'waiting', reason = '', due_at = %s, settled_at = NULL"
            " WHERE tenant = %s AND id = %s",
            [ctx.now, ctx.tenant, delivery],
        )
    jobs.defer_delivery(ctx.tenant, delivery, due_at=ctx.now)


def _write(ctx: Context, id_: UUID, key: str, appointment: Version, patient: str, kind: str) -> bool:
    act = acts.current()
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO messaging_delivery (tenant, id, key, channel, kind, patient, appointment, version, act, actor,"
            " created_at, due_at, state) VALUES (%s, %s, %s, 'email', %s, %s, %s, %s, %s, %s, %s, %s, 'waiting')"
            " ON CONFLICT DO NOTHING",
            [ctx.tenant, id_, key, kind, patient, appointment.id, appointment.version, act.ctx.act, ctx.actor.key, ctx.now,
             ctx.now + UNDO_WINDOW],
        )  # fmt: skip
        return cursor.rowcount == 1
