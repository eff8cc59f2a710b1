"""Interpreter and ride: Tasks beside a visit, asked for, answered, and asked again when the visit moves."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from waypost.access import scopes
from waypost.coordination import limits
from waypost.kernel import ids
from waypost.kernel.context import Context
from waypost.kernel.dates import say_moment
from waypost.records import queries
from waypost.records.versions import Filing, Version
from waypost.scheduling import fhir

TASK = "urn:waypost:task"
POOL = "urn:waypost:pool"
RIDE = "From home and back"
NAMES = {"interpreter": "Interpreter", "ride": "Ride"}
FOLLOWING = frozenset({*NAMES, "order-missing", "waitlist"})  # what goes with a visit when it is moved, missed or cancelled
OPEN = frozenset(
    {"draft", "requested", "received", "accepted", "rejected", "ready", "in-progress", "on-hold"}
)
Resource = dict[str, Any]


def ask(ctx: Context, kind: str, appointment: Resource, patient: str, words: str) -> Filing:
    """Return the request for one visit and patient; asking twice makes one Task."""
    id_ = str(ids.uuid5_of("request", kind, str(ctx.tenant), appointment["id"], patient))
    return _beside(ctx, id_, kind, NAMES[kind], appointment, patient, "scheduling", words)


def order_missing(ctx: Context, appointment: Resource, patient: str) -> Filing:
    """Return the work that a visit leaves behind which needs an order and was booked without one by another system."""
    id_ = str(ids.uuid5_of("order-missing", str(ctx.tenant), appointment["id"]))
    name, words = "Get the order for a visit", "Booked without an order"
    return _beside(ctx, id_, "order-missing", name, appointment, patient, "coordinators", words)


def _beside(
    ctx: Context, id_: str, kind: str, name: str, appointment: Resource, patient: str, pool: str, words: str
) -> Filing:
    """Return the Task that a visit brings with it, for a team, due before the visit."""
    start = fhir.instant(appointment["start"])
    assert start is not None
    task: Resource = {
        "resourceType": "Task",
        "id": id_,
        "status": "requested",
        "intent": "order",
        "priority": "routine",
        "code": {"coding": [{"system": TASK, "code": kind, "display": name}], "text": name},
        "focus": {"reference": f"Appointment/{appointment['id']}"},
        "for": {"reference": f"Patient/{patient}"},
        "authoredOn": fhir.say(ctx.now.replace(microsecond=0)),
        "performerType": [{"coding": [{"system": POOL, "code": pool}]}],
        "restriction": {"period": {"end": fhir.say(due(start, ctx.now))}},
        "reasonCode": {"text": f"{words}, for the visit on {say_moment(start, ctx.zone)}"},
    }
    return Filing(task, "Task", id_)


def due(start: datetime, now: datetime) -> datetime:
    """Return by when a request should be answered: a day before the visit, but leave two hours to ask."""
    wanted = start - timedelta(hours=limits.ASK_HOURS_BEFORE)
    soonest = now.replace(microsecond=0) + timedelta(hours=limits.ASK_HOURS_MIN)
    return min(max(wanted, soonest), start) if start > now else soonest


def of_visits(ctx: Context, appointments: Iterable[str], patient: str = "") -> list[Version]:
    """Return the open requests beside these visits, of one patient or of all."""
    wanted = sorted({f"Appointment/{id_}" for id_ in appointments})
    scope = scopes.for_staff(ctx, what="Task")
    found = queries.fetch(
        scope,
        f"{queries.CURRENT} JOIN records_ref r ON r.tenant = c.tenant AND r.type = 'Task' AND r.id = c.id"
        " AND r.param = 'focus' AND left(r.target, 500) = ANY(%s)"
        f" WHERE c.tenant = %s AND c.type = 'Task' AND NOT c.deleted AND ({scope.where})",
        [wanted, scope.tenant, *scope.params],
    )
    mine = [one for one in found if not patient or (one.resource.get("for") or {}).get("reference") == f"Patient/{patient}"]
    return [one for one in mine if kind_of(one.resource) in FOLLOWING and one.resource.get("status") in OPEN]


def kind_of(task: Resource) -> str:
    codings = (task.get("code") or {}).get("coding") or ()
    return next((c.get("code", "") for c in codings if c.get("system") == TASK), "")


def again(ctx: Context, task: Version, start: datetime, why: str = "The visit was moved.") -> Filing:
    """Return the request as it stands after its visit's times changed: asked for anew, whatever was answered before."""
    words = str((task.resource.get("reasonCode") or {}).get("text") or kind_of(task.resource))
    changed: Resource = {
        **{k: v for k, v in task.resource.items() if k != "output"},
        "status": "requested",
        "statusReason": {"text": why},
        "lastModified": fhir.say(ctx.now.replace(microsecond=0)),
        "restriction": {"period": {"end": fhir.say(due(start, ctx.now))}},
        "reasonCode": {
            "text": f"{words.partition(', for the visit on')[0]}, for the visit on {say_moment(start, ctx.zone)}"
        },
    }
    return Filing(changed, "Task", task.id, expect=task.version)


def close(ctx: Context, task: Version, why: str) -> Filing:
    """Return the request withdrawn."""
    changed: Resource = {
        **task.resource,
        "status": "cancelled",
        "statusReason": {"text": why},
        "lastModified": fhir.say(ctx.now.replace(microsecond=0)),
    }
    return Filing(changed, "Task", task.id, expect=task.version)
