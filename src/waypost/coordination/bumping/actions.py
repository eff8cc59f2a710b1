"""Keeping time free over visits: the block waits until each visit in it has another time or is someone's work."""

from collections.abc import Sequence

from waypost.access import Permission, action
from waypost.coordination import requests
from waypost.coordination.bumping import queries
from waypost.coordination.once import once
from waypost.coordination.problems import BumpsOpen, NothingToBump
from waypost.coordination.worklist.kinds import POOL_NAMES
from waypost.kernel import ids
from waypost.kernel.context import Context
from waypost.kernel.dates import say_moment
from waypost.kernel.spans import Span
from waypost.records import actions as records
from waypost.records.versions import Filing, Version
from waypost.scheduling import actions as scheduling
from waypost.scheduling import fhir
from waypost.scheduling.problems import SlotTaken


@action(Permission.CALENDAR_EDIT)
def keep_free(ctx: Context, resources: Sequence[str], span: Span, reason: str, *, key: str = "") -> Version:
    """Keep time free. Where visits stand in it they stay, nothing more is booked there, and the block is pending."""

    def do() -> Version:
        try:
            return scheduling.block(ctx, resources, span, reason)
        except SlotTaken:
            return scheduling.block(ctx, resources, span, reason, over=True)

    return once(ctx, key, do)


@action(Permission.CALENDAR_EDIT)
def settle(ctx: Context, block: str, *, expect: int | None = None) -> Version:
    """Let the block stand. Raises BumpsOpen while a visit in it has neither another time nor anyone who looks for one."""
    found = queries.block_of(ctx, block)
    waiting = [one for one in queries.in_the_way(ctx, found) if one.work is None]
    if waiting:
        raise BumpsOpen(extra={"open": len(waiting)})
    return scheduling.confirm_block(ctx, block, expect=expect)


@action(Permission.TASK_WORK)
def make_work(ctx: Context, block: str, visit: str, pool: str, reason: str) -> Version:
    """Give the search for another time to a team, with the reason; the visit stands until then."""
    found = queries.block_of(ctx, block)
    one = next((one for one in queries.in_the_way(ctx, found) if one.row.appointment == visit), None)
    if one is None or not one.row.patients:
        raise NothingToBump
    id_ = str(ids.uuid5_of("bump", str(ctx.tenant), block, visit))
    task = {
        "resourceType": "Task",
        "id": id_,
        "status": "requested",
        "intent": "order",
        "priority": "urgent" if one.harm.points else "routine",
        "code": {"coding": [{"system": requests.TASK, "code": queries.KIND, "display": "Find another time"}], "text": "Find another time"},
        "description": f"Find another time: the visit of {say_moment(one.row.shown_starts, ctx.zone)} cannot stay",
        "focus": {"reference": f"Appointment/{visit}"},
        "for": {"reference": f"Patient/{one.row.patients[0]}"},
        "authoredOn": fhir.say(ctx.now.replace(microsecond=0)),
        "performerType": [{"coding": [{"system": requests.POOL, "code": pool, "display": POOL_NAMES[pool]}], "text": POOL_NAMES[pool]}],
        "restriction": {"period": {"end": fhir.say(requests.due(one.row.shown_starts, ctx.now))}},
        "reasonCode": {"text": reason},
    }
    return records.file_many(ctx, [Filing(task, "Task", id_)])[0]
