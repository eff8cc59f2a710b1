"""Acts on referrals. Each is one act of the record, with undo."""

from waypost.access import scopes
from waypost.access.acting import action
from waypost.access.permissions import Permission
from waypost.coordination.actions.people import living
from waypost.coordination.once import once
from waypost.coordination.referrals import queries, writing
from waypost.coordination.referrals.problems import (
    NotHappenedYet,
    ReferralEnded,
    ReferrerDecides,
    WhoOrdered,
    WhyNeeded,
)
from waypost.coordination.referrals.state import OPEN
from waypost.coordination.referrals.wishes import EndWish, NoteWish, ReferralWish
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day
from waypost.records import actions as records
from waypost.records import queries as record
from waypost.records.problems import NotFound, Stale
from waypost.records.versions import Filing, Version


@action(Permission.ORDER_ENTER)
def refer(ctx: Context, wish: ReferralWish) -> Version:
    """Make a referral or an order, for the clinician who ordered it."""

    def do() -> Version:
        living(ctx, wish.patient)
        scope = scopes.for_patient(ctx, wish.patient, what="ServiceRequest")
        if not wish.orderer or record.read_or_none(scope, "Practitioner", wish.orderer) is None:
            raise WhoOrdered(expression=["ServiceRequest.requester"])
        kept = queries.documents(scope, wish.patient, wish.documents) if wish.documents else []
        if len(kept) != len(set(wish.documents)):
            raise NotFound
        return records.file(ctx, writing.referral(ctx, wish))

    return once(ctx, wish.key, do)


@action(Permission.ORDER_ENTER)
def note_step(ctx: Context, wish: NoteWish) -> Version:
    """Note that it was sent, that the patient was seen, or that the patient was told: then the loop is closed."""

    def do() -> Version:
        if wish.on > local_day(ctx.now, ctx.zone):
            raise NotHappenedYet(expression=["Communication.sent"])
        found = _standing(ctx, wish.referral, wish.expect)
        request = {**found.resource, "id": found.id}
        filings = [Filing(writing.noted(ctx, request, wish), "Communication")]
        if wish.step == "told":
            filings.append(Filing({**found.resource, "status": "completed"}, "ServiceRequest", found.id, expect=found.version))
        return records.file_many(ctx, filings)[0]

    return once(ctx, wish.key, do)


@action(Permission.ORDER_ENTER)
def report_back(ctx: Context, referral: str, document: str, *, expect: int | None = None) -> Version:
    """File a document of the patient's as the report on a referral."""
    found = _standing(ctx, referral, expect)
    patient = found.resource["subject"]["reference"].partition("/")[2]
    scope = scopes.for_patient(ctx, patient, what=f"DocumentReference/{document}")
    kept = queries.documents(scope, patient, [document])
    if not kept:
        raise NotFound
    made = writing.with_report(kept[0].resource, {**found.resource, "id": found.id})
    return records.file(ctx, made, id=document, expect=kept[0].version)


@action(Permission.ORDER_ENTER)
def end(ctx: Context, wish: EndWish) -> Version:
    """End a referral before its loop is closed. Who referred decides: a clinician's own word, or theirs as staff were told."""

    def do() -> Version:
        if not wish.reason.strip():
            raise WhyNeeded(expression=["ServiceRequest.extension"])
        found = _standing(ctx, wish.referral, wish.expect)
        if not wish.decided_by:
            raise ReferrerDecides(expression=["ServiceRequest.requester"])
        return records.file(ctx, writing.ended(found.resource, wish, ctx.now), id=found.id, expect=found.version)

    return once(ctx, wish.key, do)


def _standing(ctx: Context, id_: str, expect: int | None) -> Version:
    """Return a referral that has not ended, as it was seen."""
    scope = scopes.for_resource(ctx, "ServiceRequest", id_)
    found = record.read(scope, "ServiceRequest", id_)
    if found.resource.get("status") not in OPEN:
        raise ReferralEnded
    if expect is not None and found.version != expect:
        raise Stale
    return found
