"""What each kind of work is: its lane, who may close it, how it ends. Dated rows with their sources.

Printed in docs/rules/worklist.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import IntEnum

TASK = "urn:waypost:task"
POOL = "urn:waypost:pool"
LANE = "urn:waypost:lane"


class Lane(IntEnum):
    """What is at stake, gravest first."""

    SAFETY = 0
    LAW = 1
    PAYMENT = 2
    PROMISE = 3
    AGE = 4


LANE_WORDS = {
    Lane.SAFETY: "patient safety",
    Lane.LAW: "a duty by law",
    Lane.PAYMENT: "a payment clock",
    Lane.PROMISE: "a promise",
    Lane.AGE: "age",
}
LANE_CODES = {
    "safety": Lane.SAFETY,
    "law": Lane.LAW,
    "payment": Lane.PAYMENT,
    "promise": Lane.PROMISE,
    "age": Lane.AGE,
}

CLINICAL = frozenset({"nurse", "clinician"})
PRODUCT = "product decision"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One way in which a piece of work ends, as the person who closes it chooses it."""

    code: str
    word: str


@dataclass(frozen=True, slots=True)
class Kind:
    """`closed_by`: roles whose closing counts; empty means anyone who works tasks."""

    code: str
    name: str
    lane: Lane
    outcomes: tuple[Outcome, ...]
    closed_by: frozenset[str] = frozenset()
    since: date = date(2026, 1, 1)
    until: date | None = None
    source: str = PRODUCT


_REACHED = (Outcome("reached", "Reached, done"), Outcome("reached-declined", "Reached, declined"),
            Outcome("not-reached", "Given up: not reached"))  # fmt: skip
_BOOKED = (Outcome("booked", "Booked"), Outcome("declined", "Patient declined"), Outcome("elsewhere", "Done elsewhere"),
           Outcome("not-needed", "No longer needed"))  # fmt: skip
_CONFIRMED = (
    Outcome("confirmed", "Confirmed"),
    Outcome("moved", "Moved"),
    Outcome("cancelled", "Cancelled"),
    Outcome("not-reached", "Given up: not reached"),
)
_DONE = (
    Outcome("done", "Done"),
    Outcome("not-needed", "No longer needed"),
    Outcome("not-possible", "Not possible"),
)

_DECIDED = (Outcome("keep-trying", "Keep trying"), Outcome("otherwise", "Try otherwise"), Outcome("ended", "The order is ended"),
            Outcome("letter", "Letter sent"))  # fmt: skip
_FILLED = (Outcome("filled", "Filled"), Outcome("will-fill", "Reached, will pick it up"), Outcome("prescriber", "With the prescriber"),
           Outcome("stopped", "No longer taken"), Outcome("not-reached", "Given up: not reached"))  # fmt: skip

_ANSWERED = (Outcome("answered", "Answered"), Outcome("not-needed", "No longer needed"), Outcome("not-possible", "Cannot be answered here"))

KINDS = (
    Kind("result", "Call with result", Lane.SAFETY, _REACHED, CLINICAL, source="FUP-1, FUP-3"),
    Kind("discharge-call", "Call after discharge", Lane.PAYMENT, _REACHED, CLINICAL, source="TCM-2, TCM-10"),
    Kind("walk-in", "See a walk-in", Lane.SAFETY, (Outcome("seen", "Seen by a nurse"), Outcome("worked-in", "Worked in"),
         Outcome("booked", "Booked"), Outcome("redirected", "Redirected"), Outcome("left", "Left before")), CLINICAL),
    Kind("left-unseen", "Call who left without being seen", Lane.SAFETY, _REACHED, CLINICAL),
    Kind("reconcile", "Reconcile medications", Lane.SAFETY, _DONE, CLINICAL, source="TCM-5"),
    Kind("order-missing", "Get the order for a visit", Lane.PAYMENT, _DONE),
    Kind("authorization", "Prior authorization", Lane.PAYMENT, _DONE, source="FUP-6"),
    Kind("coverage", "Verify coverage", Lane.PAYMENT, _DONE),
    Kind("came-of-age", "Ask whom they want told, now that they are 18", Lane.LAW, _DONE, source="OUT-9"),
    Kind("proxy", "Leave to be told that ends", Lane.LAW, _DONE, source="OUT-9"),
    Kind("discharge-visit", "Book the visit after discharge", Lane.PAYMENT, _BOOKED, source="TCM-4, TCM-10"),
    Kind("promise", "Keep a promise", Lane.PROMISE, _DONE),
    Kind("call-back", "Call back", Lane.PROMISE, _REACHED),
    Kind("confirm", "Confirm a visit", Lane.AGE, _CONFIRMED),
    Kind("call", "Call", Lane.AGE, _REACHED),
    Kind("waitlist", "Find a time", Lane.AGE, _BOOKED[1:]),
    Kind("referral", "Referral without a date", Lane.AGE, _BOOKED, source="FUP-4"),
    Kind("unreached", "Letter and decision: not reached", Lane.AGE, _DECIDED, source="FUP-4"),
    Kind("refill", "Refill not picked up", Lane.AGE, _FILLED, source="FUP-5"),
    Kind("mammogram", "Letter after a mammogram", Lane.LAW, _DONE, source="FUP-2"),
    Kind("recall", "Due for care", Lane.AGE, _BOOKED),
    Kind("book", "Book a visit", Lane.AGE, _BOOKED),
    Kind("bump", "Find another time: theirs is needed", Lane.PROMISE, _BOOKED),
    Kind("check-orders", "Check orders after a visit", Lane.AGE, _DONE, CLINICAL),
    Kind("records", "Get records", Lane.AGE, _DONE),
    Kind("social", "Ask about help", Lane.AGE, _DONE),
    Kind("question", "Answer a department’s question", Lane.PROMISE, _ANSWERED),
    Kind("interpreter", "Interpreter", Lane.AGE, _DONE, source="OUT-10"),
    Kind("ride", "Ride", Lane.AGE, _DONE),
    Kind("missing", "Ask for what is missing", Lane.AGE, _DONE),
    Kind("arrange", "Arrange an interpreter or a ride", Lane.AGE, _DONE, source="OUT-10"),
    Kind("prepare", "Send how to prepare", Lane.AGE, _DONE, source="SCH-6"),
    Kind("ready", "Get a visit ready", Lane.AGE, _DONE, source="SCH-6, FUP-6"),
    Kind("no-show", "Call who did not come", Lane.AGE, _REACHED, source="SCH-1"),
    Kind("report", "Get a report", Lane.AGE, _DONE, source="FUP-4"),
    Kind("care-lead", "Choose who leads the care", Lane.AGE, _DONE, source="FACT-8"),
    Kind("file-document", "File a document", Lane.AGE, _DONE),
)
OTHER = Kind("", "Work", Lane.AGE, _DONE)
_BY_CODE = {kind.code: kind for kind in KINDS}


def kind_of(code: str, on: date) -> Kind:
    """Return the row for a kind of work on a day; unknown kinds are work like any other."""
    found = _BY_CODE.get(code, OTHER)
    return found if found.since <= on and (found.until is None or on <= found.until) else OTHER


@dataclass(frozen=True, slots=True)
class Pool:
    """Where work waits that has no owner, and the roles that take it from there."""

    code: str
    name: str
    roles: frozenset[str]


POOLS = (
    Pool("desk", "Front desk", frozenset({"scheduler", "coordinator"})),
    Pool("scheduling", "Schedulers", frozenset({"scheduler", "coordinator"})),
    Pool("nurses", "Nurses", frozenset({"nurse"})),
    Pool("coordinators", "Care coordinators", frozenset({"coordinator"})),
    Pool("referrals", "Referrals", frozenset({"coordinator", "scheduler"})),
    Pool("coverage", "Coverage", frozenset({"billing", "coordinator"})),
    Pool("records", "Records", frozenset({"records"})),
    Pool("billing", "Billing", frozenset({"billing"})),
    Pool("radiology", "Radiology", frozenset({"nurse", "clinician"})),
    Pool("laboratory", "Laboratory", frozenset({"nurse", "clinician"})),
    Pool("pharmacy", "Pharmacy", frozenset({"nurse", "clinician"})),
)
POOL_NAMES = {pool.code: pool.name for pool in POOLS}


def pools_of(roles: Iterable[str]) -> tuple[str, ...]:
    """Return the pools that people of these roles work from; a supervisor sees them all."""
    mine = frozenset(roles)
    return tuple(pool.code for pool in POOLS if "supervisor" in mine or pool.roles & mine)
