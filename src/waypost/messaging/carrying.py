"""Carrying one delivery: written down as begun, then sent, then written down as ended; never in one transaction."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import connection, transaction

from waypost.access import Permission, action, scopes
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day
from waypost.messaging import contacts, fhir, gateways, jobs, queries
from waypost.messaging.actions import email_choice
from waypost.messaging.limits import ATTEMPTS_MAX, RETRY_MINUTES, UNCERTAIN_AFTER, UNDO_WINDOW
from waypost.messaging.rules import calendars, emails
from waypost.messaging.rules.facts import Clinic
from waypost.records import queries as records
from waypost.records import tenancy
from waypost.records.versions import Version


def carry(ctx: Context, delivery: UUID, organization: queries.Organization) -> str:
    """Carry one delivery if it is due and return the state it is in afterwards ('' where there is none)."""
    gateway = gateways.mail()
    begun = _begin(ctx, delivery, organization, gateway)
    if isinstance(begun, str):
        return begun
    mail, attempt = begun
    try:
        receipt = gateway.send(mail)
    except gateways.NotSent as told:
        return _not_sent(ctx, delivery, attempt, told)
    except gateways.Uncertain as told:
        return _close(ctx, delivery, attempt, "unknown", told.detail)
    return _close(ctx, delivery, attempt, "sent", receipt)


def sweep(ctx: Context) -> tuple[int, int]:
    """Mark attempts that never ended as unknown, and defer again what is overdue. Return how many of each."""
    tenancy.enter(ctx.tenant)
    with transaction.atomic():
        tenancy.enter(ctx.tenant)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id FROM messaging_delivery d"
                " WHERE tenant = %s AND state = 'sending' AND EXISTS (SELECT 1 FROM messaging_attempt a WHERE a.tenant = d.tenant"
                " AND a.delivery = d.id AND a.n = d.tries AND a.ended_at IS NULL AND a.started_at < %s)",
                [ctx.tenant, ctx.now - UNCERTAIN_AFTER],
            )
            lost = [row[0] for row in cursor.fetchall()]
            cursor.execute(
                "SELECT id FROM messaging_delivery WHERE tenant = %s AND state = 'waiting' AND due_at < %s ORDER BY due_at LIMIT 500",
                [ctx.tenant, ctx.now - timedelta(minutes=2)],
            )
            overdue = [row[0] for row in cursor.fetchall()]
        for id_ in overdue:
            jobs.defer_delivery(ctx.tenant, id_, due_at=ctx.now)
    return sum(_lose(ctx, id_) for id_ in lost), len(overdue)


@action(Permission.LETTER_SEND)
def _lose(ctx: Context, delivery: UUID) -> bool:
    """Mark an attempt that has no ending as unknown, unless it ended meanwhile."""
    found = queries.select(ctx.tenant, "id = %s AND state = 'sending' FOR UPDATE", [delivery])
    if found:
        detail = "the attempt has no ending"
        _settle(ctx, delivery, "unknown", detail)
        contacts.file_email(ctx, found[0], "unknown", detail, ctx.now)
    return bool(found)


def _begin(
    ctx: Context, delivery: UUID, organization: queries.Organization, gateway: gateways.MailGateway
) -> str | tuple[gateways.Mail, int]:
    """Decide whether it still goes, compose it from the record as it is now, and note that an attempt begins."""
    scope = scopes.everything(ctx, "deliver", what=f"Delivery/{delivery}")
    with transaction.atomic():
        found = queries.select(ctx.tenant, "id = %s FOR UPDATE", [delivery])
        if not found:
            return ""
        one = found[0]
        if one.state != "waiting" or one.due_at > ctx.now:
            return one.state
        appointment = records.read_or_none(scope, "Appointment", one.appointment)
        patient = records.read_or_none(scope, "Patient", one.patient)
        reason = _why_not(one, appointment)
        if reason or appointment is None or patient is None:
            return _settle(ctx, delivery, "withdrawn", reason or "the patient is no longer on record")
        choice = email_choice(patient.resource, ctx)
        if not choice.address:
            return _settle(ctx, delivery, "withdrawn", choice.reason)
        site = records.read_or_none(scope, "Location", fhir.site_id(appointment.resource))
        clinic = fhir.clinic(
            site.resource if site else None, name=organization.name, phone=organization.phone, zone=organization.zone,
            sender=gateway.sender,
        )  # fmt: skip
        mail = _compose(one, appointment, clinic, choice.address, patient.resource, made_at=ctx.now)
        _keep_text(ctx.tenant, one, mail)
        if isinstance(gateway, gateways.NullMail):
            return _settle(ctx, delivery, "kept", "no mail server is set")
        return mail, _note_begin(ctx, one)


def _why_not(one: queries.Delivery, appointment: Version | None) -> str:
    """An undo, a later move or a cancellation within the undo window makes the news old."""
    if appointment is None:
        return "the visit was undone"
    status = appointment.resource.get("status")
    off = one.patient not in fhir.patients_of(appointment.resource)  # taken off a group that goes on
    if (one.kind == "cancelled") != (off or status in {"cancelled", "entered-in-error", "noshow"}):
        return "the visit was changed again"
    if appointment.version != one.version and appointment.at - one.created_at <= UNDO_WINDOW + timedelta(
        seconds=5
    ):
        return "the visit was changed again"
    return ""


def _compose(
    one: queries.Delivery,
    appointment: Version,
    clinic: Clinic,
    address: str,
    patient: dict[str, Any],
    *,
    made_at: datetime,
) -> gateways.Mail:
    language, home = fhir.letter_language(patient), fhir.home_zone(patient, local_day(made_at, clinic.zone))
    visit = fhir.visit(appointment.resource, appointment.version, names={}, what="", language=language, home_zone=home)
    words = emails.compose(clinic, visit, kind=one.kind, language=language)
    off = one.kind == "cancelled"
    file = calendars.calendar(clinic, visit, language=language, made_at=made_at, cancelled=off)
    return gateways.Mail(
        key=str(one.id), to=address, subject=words.subject, text=words.text, language=language, at=made_at, calendar=file,
        calendar_method="CANCEL" if off else "PUBLISH", sender_name=clinic.name,
    )  # fmt: skip


def _keep_text(tenant: int, one: queries.Delivery, mail: gateways.Mail) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE messaging_delivery SET address = %s, language = %s, subject = %s, body = %s, calendar = %s"
            " WHERE tenant = %s AND id = %s",
            [mail.to, mail.language, mail.subject, mail.text, mail.calendar.decode(), tenant, one.id],
        )


def _note_begin(ctx: Context, one: queries.Delivery) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE messaging_delivery SET state = 'sending', tries = tries + 1 WHERE tenant = %s AND id = %s RETURNING tries",
            [ctx.tenant, one.id],
        )
        attempt = int(cursor.fetchone()[0])
        cursor.execute(
            "INSERT INTO messaging_attempt (tenant, delivery, n, started_at) VALUES (%s, %s, %s, %s)",
            [ctx.tenant, one.id, attempt, ctx.now],
        )
    return attempt


def _not_sent(ctx: Context, delivery: UUID, attempt: int, told: gateways.NotSent) -> str:
    if not told.again or attempt >= ATTEMPTS_MAX:
        return _close(ctx, delivery, attempt, "refused", told.detail)
    later = ctx.now + timedelta(minutes=RETRY_MINUTES[min(attempt, len(RETRY_MINUTES)) - 1])
    with transaction.atomic():
        _end(ctx, delivery, attempt, "waiting", told.detail, due_at=later)
        jobs.defer_delivery(ctx.tenant, delivery, due_at=later)
    return "waiting"


@action(Permission.LETTER_SEND)
def _close(ctx: Context, delivery: UUID, attempt: int, state: str, detail: str) -> str:
    """Write down the last outcome of a delivery and the contact it was, together or not at all."""
    _end(ctx, delivery, attempt, state, detail)
    [one] = queries.select(ctx.tenant, "id = %s", [delivery])
    contacts.file_email(ctx, one, state, detail, ctx.clock.now())
    return state


def _end(
    ctx: Context, delivery: UUID, attempt: int, state: str, detail: str, *, due_at: datetime | None = None
) -> str:
    with transaction.atomic():
        tenancy.enter(ctx.tenant)
        with connection.cursor() as cursor:
            cursor.execute(
                "UPDATE messaging_attempt SET ended_at = %s, outcome = %s, detail = %s WHERE tenant = %s AND delivery = %s AND n = %s",
                [ctx.clock.now(), state, detail[:500], ctx.tenant, delivery, attempt],
            )
        return _settle(ctx, delivery, state, "" if state == "sent" else detail[:500], due_at=due_at)


def _settle(ctx: Context, delivery: UUID, state: str, reason: str, *, due_at: datetime | None = None) -> str:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE messaging_delivery SET state = %s, reason = %s, due_at = coalesce(%s, due_at),"
            " settled_at = CASE WHEN %s = 'waiting' THEN NULL ELSE %s END WHERE tenant = %s AND id = %s",
            [state, reason, due_at, state, ctx.clock.now(), ctx.tenant, delivery],
        )
    return state
