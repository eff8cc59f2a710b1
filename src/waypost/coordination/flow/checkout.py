"""Checkout: each follow-up order is booked, or it is said why not; what is left is somebody's work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from waypost.access import Permission, action, scopes
from waypost.access.rules import Decision
from waypost.coordination.contacts.writing import work
from waypost.coordination.flow.problems import NoFollowUp, OrdersOpen
from waypost.coordination.orders import IN_FORCE
from waypost.coordination.referrals.state import EXTENSION, NOT_BOOKED, is_referral, put_off
from waypost.coordination.worklist.kinds import POOL, POOL_NAMES, TASK
from waypost.kernel import ids
from waypost.kernel.business_days import business_days_after
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day, read_moment
from waypost.kernel.scope import Scope
from waypost.records import actions as records
from waypost.records import queries
from waypost.records.versions import Filing, Version
from waypost.scheduling import fhir

Json = dict[str, Any]
LIVE = ("booked", "pending", "arrived", "checked-in", "fulfilled", "waitlist")
ORDERS_MAX = 24
UNCHECKED_HOURS = 24  # a nurse looks by then at orders that the desk may not see


@dataclass(frozen=True, slots=True)
class WhyNot:
    """Why an order is not booked now: it ends there, or it waits in a pool for so many business days."""

    word: str
    pool: str = ""
    days: int = 0
    outcome: str = ""


WHY_NOT = {
    "calls": WhyNot("The patient will call", "scheduling", 5),
    "no-time": WhyNot("No time that suits", "scheduling", 2),
    "authorization": WhyNot("Waits for prior authorization", "coverage", 3),
    "asks": WhyNot("The provider is to say when", "nurses", 1),
    "declined": WhyNot("The patient declined", outcome="declined"),
    "elsewhere": WhyNot("Done elsewhere", outcome="elsewhere"),
    "not-needed": WhyNot("No longer needed", outcome="not-needed"),
}


@dataclass(frozen=True, slots=True)
class NotNow:
    """An order is not booked, and why: a code of WHY_NOT."""

    order: str
    why: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class FollowUp:
    """One order; `said` is why it was not booked, where somebody said so."""

    id: str
    what: str
    on: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class FollowUps:
    """`closed`: the chart is, and a reason opens it."""

    orders: tuple[FollowUp, ...]
    closed: bool = False

    @property
    def left(self) -> list[str]:
        """Return the orders that are neither booked nor said anything of."""
        return [one.id for one in self.orders if not one.said]


def follow_ups(ctx: Context, visit: Version, patient: str) -> FollowUps:
    """Return the patient's orders that no visit stands for, without the one that this visit was for."""
    scope, decision = scopes.widest(ctx, patient, what="ServiceRequest")
    if decision is not Decision.ALLOW:
        return FollowUps((), closed=True)
    found = [
        one
        for one in queries.about(scope, patient, ["ServiceRequest"], count=ORDERS_MAX)
        if one.resource.get("status") in IN_FORCE and is_referral(one.resource)
    ]
    own = {ref.get("reference") for ref in visit.resource.get("basedOn", ())}
    booked = _booked(scope, [one.id for one in found])
    open_ = [one for one in found if one.id not in booked and one.reference not in own]
    tasks = queries.many(scope, [("Task", task_id(ctx.tenant, one.id)) for one in open_])
    return FollowUps(tuple(_follow_up(ctx, one, tasks.get(("Task", task_id(ctx.tenant, one.id)))) for one in open_))


def task_id(tenant: int, order: str) -> str:
    return str(ids.uuid5_of("order-not-booked", str(tenant), order))


def _booked(scope: Scope, orders: list[str]) -> set[str]:
    """Return which orders a visit stands for."""
    wanted = [f"ServiceRequest/{one}" for one in orders]
    rows = queries.rows(
        scope,
        "SELECT DISTINCT r.target FROM records_ref r JOIN records_current c ON c.tenant = r.tenant AND c.type = r.type AND c.id = r.id"
        " WHERE r.tenant = %s AND r.type = 'Appointment' AND r.param = 'based-on' AND left(r.target, 500) = ANY(%s)"
        f" AND NOT c.deleted AND c.status = ANY(%s) AND ({scope.where})",
        [scope.tenant, wanted, list(LIVE), *scope.params],
    )
    return {target.partition("/")[2] for (target,) in rows}


def _follow_up(ctx: Context, order: Version, task: Version | None) -> FollowUp:
    code = order.resource.get("code") or {}
    what = code.get("text") or next((c.get("display", "") for c in code.get("coding", ())), "") or "An order"
    ordered = read_moment(order.resource.get("authoredOn"), ctx.zone)
    said = put_off(task.resource, ctx.zone) if task else None
    return FollowUp(order.id, what, local_day(ordered, ctx.zone).isoformat() if ordered else "", said.words if said else "")


def settle(ctx: Context, visit: Version, patient: str, said: Sequence[NotNow]) -> list[Filing]:
    """Keep what is said of orders as a visit ends, and return the work that its end leaves behind. Raises OrdersOpen.

    Where the chart is closed to who ends it, nothing tells whether there is an order: a nurse looks in every case.
    """
    if said:
        not_booked(ctx, visit, patient, said)
    follow = follow_ups(ctx, visit, patient)
    if follow.left:
        raise OrdersOpen(f"{len(follow.left)} left.", extra={"orders": follow.left, "patient": patient})
    return [_unchecked(ctx, visit, patient)] if follow.closed else []


def _unchecked(ctx: Context, visit: Version, patient: str) -> Filing:
    id_ = str(ids.uuid5_of("orders-unchecked", str(ctx.tenant), visit.id, patient))
    task = work(
        ctx, patient, "check-orders", words="Check orders after a visit", due=ctx.now + timedelta(hours=UNCHECKED_HOURS),
        why="The visit was ended by someone to whom the chart is closed: nobody has looked for orders to be booked.", pool="nurses",
    )  # fmt: skip
    del task["requester"]  # nobody asked for it
    return Filing(task | {"id": id_, "focus": {"reference": f"Appointment/{visit.id}"}}, "Task", id_)


@action(Permission.TASK_WORK)
def not_booked(ctx: Context, visit: Version, patient: str, said: Sequence[NotNow]) -> list[Version]:
    """Say why orders are not booked now; what waits is work of a team, with its day. Raises NoFollowUp."""
    waiting = {one.id: one for one in follow_ups(ctx, visit, patient).orders}
    if any(one.order not in waiting or one.why not in WHY_NOT for one in said):
        raise NoFollowUp
    return records.file_many(ctx, [_put_off(ctx, patient, waiting[one.order], one) for one in said])


def _put_off(ctx: Context, patient: str, order: FollowUp, one: NotNow) -> Filing:
    """Return the work that an order leaves which is not booked, in place of what was said before."""
    reason, id_ = WHY_NOT[one.why], task_id(ctx.tenant, order.id)
    scope = scopes.for_staff(ctx, what=f"Task/{id_}", patient=patient)
    before = queries.read_or_none(scope, "Task", id_)
    said = f"{reason.word}. {one.note}" if one.note else reason.word
    concept = {"coding": [{"system": NOT_BOOKED, "code": one.why, "display": reason.word}], "text": said}
    made: Json = {
        "resourceType": "Task",
        "id": id_,
        "status": "completed" if reason.outcome else "requested",
        "intent": "order",
        "priority": "routine",
        "code": {"coding": [{"system": TASK, "code": "book", "display": "Book a visit"}], "text": "Book a visit"},
        "description": f"Book: {order.what}",
        "focus": {"reference": f"ServiceRequest/{order.id}"},
        "for": {"reference": f"Patient/{patient}"},
        "authoredOn": fhir.say(ctx.now.replace(microsecond=0)),
        "extension": [{"url": EXTENSION + "not-booked", "valueCodeableConcept": concept}],
        "reasonCode": {"text": f"Not booked at checkout: {said}."},
    }
    if reason.outcome:
        coding = {"system": "urn:waypost:outcome", "code": reason.outcome, "display": reason.word}
        made["output"] = [{"type": {"text": "Outcome"}, "valueCodeableConcept": {"coding": [coding], "text": said}}]
    else:
        due = business_days_after(local_day(ctx.now, ctx.zone), reason.days)
        made["performerType"] = [{"coding": [{"system": POOL, "code": reason.pool, "display": POOL_NAMES[reason.pool]}]}]
        made["restriction"] = {"period": {"end": due.isoformat()}}
    return Filing(made, "Task", id_, expect=before.version if before else 0)
