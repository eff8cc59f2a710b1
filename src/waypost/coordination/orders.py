"""Whether an order stands, without opening the chart it lies in."""

from dataclasses import replace

from django.db import connection

from waypost.coordination.wishes import BookingWish
from waypost.kernel.context import Context
from waypost.records import actions as records
from waypost.records import tenancy
from waypost.scheduling import fhir
from waypost.scheduling.rules.types import VisitType

IN_FORCE = ("active", "draft", "on-hold")


def stands(tenant: int, order: str, patient: str) -> bool:
    """Tell whether a ServiceRequest exists, is this patient's and has not ended. Nothing of its content is shown."""
    tenancy.enter(tenant)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM records_current WHERE tenant = %s AND type = 'ServiceRequest' AND id = %s"
            " AND patient = %s AND NOT deleted AND status = ANY(%s))",
            [tenant, order, patient, list(IN_FORCE)],
        )
        return cursor.fetchone()[0]


def with_told(ctx: Context, wish: BookingWish, kind: VisitType) -> BookingWish:
    """File an order that the caller was told of as a draft, in the same act, and return the wish with its id."""
    if wish.order or not wish.order_told:
        return wish
    name = kind.name.get("en", kind.code)
    order = {
        "resourceType": "ServiceRequest",
        "status": "draft",
        "intent": "order",
        "code": {"text": name},
        "subject": {"reference": f"Patient/{wish.patient}"},
        "authoredOn": fhir.say(ctx.now.replace(microsecond=0)),
        "note": [{"text": f"Told at booking: {wish.order_told}"}],
    }
    if wish.reason:
        order["reasonCode"] = [{"text": wish.reason}]
    return replace(wish, order=records.file(ctx, order).id)
