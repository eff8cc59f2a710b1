"""A visit is made longer or shorter; who was asked for it is asked anew, and the patient is told where their own times changed."""

from typing import Any

from waypost.access import Permission, action
from waypost.coordination import requests
from waypost.coordination.actions.booking import announce, patients_of
from waypost.coordination.actions.visits import read, start_of
from waypost.coordination.once import once
from waypost.coordination.wishes import LengthWish
from waypost.kernel.context import Context
from waypost.records import actions as records
from waypost.records.versions import Version
from waypost.scheduling import actions as scheduling
from waypost.scheduling import fhir


@action(Permission.APPOINTMENT_BOOK)
def resize_visit(ctx: Context, wish: LengthWish) -> Version:
    """Let a visit, or time kept free, end at another time. Raises what `scheduling.resize` raises; then nothing changed."""
    return once(ctx, wish.key, lambda: _resize(ctx, wish))


def _resize(ctx: Context, wish: LengthWish) -> Version:
    before = read(ctx, wish.appointment)
    made = scheduling.resize(ctx, wish.appointment, wish.end, expect=wish.expect)
    if _times(before.resource) == _times(made.resource):
        return made
    if made.resource["status"] in {"booked", "pending"}:
        why = "The visit is longer now." if wish.end > (fhir.instant(before.resource["end"]) or wish.end) else "The visit is shorter now."
        again = [requests.again(ctx, task, start_of(made.resource), why) for task in requests.of_visits(ctx, [made.id])]
        if again:
            records.file_many(ctx, again)
        if made.resource["status"] == "booked":
            announce(ctx, made, patients_of(ctx, made), "moved")
    return made


def _times(resource: dict[str, Any]) -> list[Any]:
    """Return when each patient is wanted: what a letter and a calendar file tell them."""
    whole = {"start": resource.get("start"), "end": resource.get("end")}
    return [part.get("period") or whole for part in resource.get("participant", ()) if fhir.reference(part).startswith("Patient/")]
