"""Money at the desk: taken, taken back while its day is open, given back on a later day. Nothing that was noted is changed."""

from dataclasses import dataclass
from decimal import Decimal

from waypost.access import Permission, action, scopes
from waypost.coordination.flow import closing
from waypost.coordination.flow.checkin import payments, queries, reading
from waypost.coordination.flow.checkin.payments import Payment
from waypost.coordination.flow.problems import (
    DayClosed,
    MoreThanTaken,
    NotAnAmount,
    PaymentDayClosed,
    PaymentDayOpen,
    PaymentSettled,
    ReasonNeeded,
)
from waypost.kernel import ids
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day
from waypost.kernel.scope import Scope
from waypost.records import actions as records
from waypost.records import queries as records_queries
from waypost.records.problems import NotFound
from waypost.records.versions import Version
from waypost.scheduling import actions as scheduling
from waypost.scheduling import fhir


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """Money taken at the desk."""

    amount: Decimal | None
    method: str
    what: str
    key: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GivenBack:
    """What is given back of a payment whose day is closed."""

    amount: Decimal | None
    reason: str
    key: str = ""


@action(Permission.APPOINTMENT_STATUS)
def take_payment(ctx: Context, visit: str, patient: str, taken: Taken) -> Version:
    """Note what was taken, with the next receipt number of the day. Raises NotAnAmount, and DayClosed once it is closed."""
    if taken.amount is None or taken.method not in reading.METHODS or taken.what not in reading.FOR:
        raise NotAnAmount
    found = scheduling.current(ctx, visit, None)
    site = fhir.site_of(found.resource)
    scheduling.lock(ctx, [site or "Location/"])
    seen = queries.check_in(ctx, found, patient)
    scope = _scope(ctx, seen.one.patient)
    _check_open(ctx, site)
    id_, kept = _once(ctx, scope, "payment", visit, taken.key)
    if kept is not None:
        return kept
    made = payments.notice(
        id_=id_, receipt=_next_receipt(ctx, scope, site), amount=taken.amount, method=taken.method, what=taken.what,
        at=_said(ctx), visit=visit, patient=seen.one.patient, site=site, by=ctx.actor.name, clinic=_clinic_name(ctx, site),
        practitioner=ctx.actor.practitioner or "",
    )  # fmt: skip
    return records.file(ctx, made, id=id_)


@action(Permission.APPOINTMENT_STATUS)
def void(ctx: Context, payment: str, reason: str, *, expect: int | None = None) -> Version:
    """Take back a payment, or a correction, while its day is open: it stays on record and counts no more.

    Raises ReasonNeeded, PaymentSettled where it was taken back or corrected before, and PaymentDayClosed.
    """
    one, kept = _standing(ctx, payment, reason)
    if one.at is not None and closing.is_closed(ctx, one.site, local_day(one.at, ctx.zone)):
        raise PaymentDayClosed
    if _given_back(ctx, one):
        raise PaymentSettled
    made = payments.voided(kept.resource, reason.strip(), _said(ctx), ctx.actor.name)
    return records.file(ctx, made, id=payment, expect=kept.version if expect is None else expect)


@action(Permission.APPOINTMENT_STATUS)
def give_back(ctx: Context, payment: str, back: GivenBack) -> Version:
    """Note what is given back of a payment whose day is closed: an entry below zero of today, with a receipt of its own.

    Raises ReasonNeeded, NotAnAmount, MoreThanTaken, PaymentSettled, PaymentDayOpen where it is voided instead, and DayClosed.
    """
    one, _ = _standing(ctx, payment, back.reason)
    scope = _scope(ctx, one.patient)
    id_, before = _once(ctx, scope, "given-back", payment, back.key)
    if before is not None:
        return before
    if one.at is None or not closing.is_closed(ctx, one.site, local_day(one.at, ctx.zone)):
        raise PaymentDayOpen
    _check_open(ctx, one.site)
    if back.amount is None or one.amount <= 0:
        raise NotAnAmount
    if back.amount > one.amount - _given_back(ctx, one):
        raise MoreThanTaken
    made = payments.notice(
        id_=id_, receipt=_next_receipt(ctx, scope, one.site), amount=-back.amount, method=one.method, what=one.what, at=_said(ctx),
        visit=one.visit, patient=one.patient, site=one.site, by=ctx.actor.name, clinic=_clinic_name(ctx, one.site),
        practitioner=ctx.actor.practitioner or "", corrects=one, reason=back.reason.strip(),
    )  # fmt: skip
    return records.file(ctx, made, id=id_)


def left_of(one: Payment, of_visit: list[Payment]) -> Decimal:
    """Return what is left of a payment after what was given back of it."""
    return one.amount + sum((each.amount for each in of_visit if each.stands and each.corrects == one.id), Decimal(0))


# ---------------------------------------------------------------- parts


def _standing(ctx: Context, payment: str, reason: str) -> tuple[Payment, Version]:
    """Return a payment that stands, under the lock of its site. Raises NotFound, ReasonNeeded and PaymentSettled."""
    if not reason.strip():
        raise ReasonNeeded
    scope = _scope(ctx, "")
    site = payments.read(records_queries.read(scope, "PaymentNotice", payment).resource, 0).site
    scheduling.lock(ctx, [site or "Location/"])
    kept = records_queries.read(scope, "PaymentNotice", payment)
    one = payments.read(kept.resource, kept.version)
    if not one.receipt or not one.visit:
        raise NotFound
    if not one.stands:
        raise PaymentSettled
    return one, kept


def _given_back(ctx: Context, one: Payment) -> Decimal:
    return one.amount - left_of(one, queries.of_visits(_scope(ctx, one.patient), [one.visit]))


def _check_open(ctx: Context, site: str) -> None:
    if closing.is_closed(ctx, site, local_day(ctx.now, ctx.zone)):
        raise DayClosed


def _once(ctx: Context, scope: Scope, kind: str, about: str, key: str) -> tuple[str, Version | None]:
    """Return the id of a wish, and what came of it where it came before."""
    id_ = str(ids.uuid5_of(kind, str(ctx.tenant), about, key)) if key else str(ids.uuid7(ctx.now))
    return id_, records_queries.read_or_none(scope, "PaymentNotice", id_)


def _next_receipt(ctx: Context, scope: Scope, site: str) -> str:
    today = local_day(ctx.now, ctx.zone)
    count = 1 + sum(one.site == site for one in queries.of_day(scope, today))
    return f"{today:%y%m%d}-{_site_mark(site)}{count:03d}"


def _site_mark(site: str) -> str:
    """Return what tells one site's receipts from another's: no two sites count alike on one day."""
    return f"{ids.uuid5_of('site', site).hex[:2].upper()}-" if site else ""


def _clinic_name(ctx: Context, site: str) -> str:
    scope = scopes.for_staff(ctx, what=site or "Location")
    found = records_queries.read_or_none(scope, "Location", site.partition("/")[2]) if site else None
    return (found.resource.get("name") if found else "") or "The clinic"


def _scope(ctx: Context, patient: str) -> Scope:
    return scopes.for_staff(ctx, what="PaymentNotice", patient=patient or None)


def _said(ctx: Context) -> str:
    return fhir.say(ctx.now.replace(microsecond=0))
