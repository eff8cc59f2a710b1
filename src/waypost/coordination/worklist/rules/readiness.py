"""Whether a visit of the next business days is ready: order, authorization, results, outside records, forms, drug."""

from collections.abc import Iterator
from datetime import date, datetime

from waypost.coordination.referrals.state import LABORATORY
from waypost.coordination.worklist.reading import OPEN, due_of
from waypost.coordination.worklist.rules.shapes import Again, Answer, Facts, Figure, Figures, Item, Json, Rule
from waypost.coordination.worklist.rules.words import (
    ahead,
    fate,
    focused,
    lead,
    refers_to,
    visit_key,
    visit_type_of,
    what_visit,
    when,
)
from waypost.coverage.authorizations import Sought, known
from waypost.kernel.business_days import business_days_before
from waypost.kernel.dates import local_day, read_day

ORDER_STANDS = frozenset({"active", "draft", "on-hold", "completed"})
NOT_AUTHORIZED = {
    "needed": "prior authorization, which the payer asks for", "denied": "prior authorization (denied)", "reads-denied": "prior authorization (the answer reads like a denial)", "pended": "the decision on prior authorization",
    "ended": "prior authorization that reaches the day", "not-begun": "prior authorization that has begun by the day", "failed": "prior authorization (the request failed)",
}  # fmt: skip
ASKED_FOR = {"records": "outside records", "forms": "forms", "drug": "the drug"}


def _unready(facts: Facts, figures: Figures) -> Iterator[Answer]:
    for visit, start in ahead(facts):
        day = local_day(start, facts.zone)
        opens = facts.start_of(business_days_before(day, figures["days"]))
        if facts.now < opens:
            yield Again(opens)
            continue
        yield Again(start)
        lacking = list(_lacking(facts, visit, start, day))
        if lacking:
            yield Item(
                key=visit_key(visit, start), what=f"Get {what_visit(visit)} of {when(facts, start)} ready", focus=f"Appointment/{visit['id']}",
                why=f"The visit on {when(facts, start)} lacks {_listed(lacking)}.", due=min(facts.end_of(business_days_before(day, 1)), start), owner=lead(facts),
            )  # fmt: skip


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"


def _lacking(facts: Facts, visit: Json, start: datetime, day: date) -> Iterator[str]:
    """Yield what is not there, unless it is work of its own already."""
    kind, reference = visit_type_of(facts, visit), f"Appointment/{visit['id']}"
    order = _order_of(facts, visit)
    if kind.get("order_required") and order is None and not _open(facts, reference, "order-missing"):
        yield "an order"
    if not _open(facts, reference, "authorization"):
        state = _authorization(facts, visit, order, day)
        if state in NOT_AUTHORIZED:
            yield NOT_AUTHORIZED[state]
    yield from _results(facts, day)
    for task in facts.all("Task"):
        code = next((c.get("code", "") for c in (task.get("code") or {}).get("coding") or ()), "")
        due = due_of(task, facts.zone)
        mine = (task.get("focus") or {}).get("reference", reference) == reference
        if code in ASKED_FOR and task.get("status") in OPEN and mine and (due is None or due > start) and not task.get("instantiatesUri"):
            yield ASKED_FOR[code]
    if kind.get("drug") and not _drug(facts, day):
        yield "the drug"


def _open(facts: Facts, reference: str, kind: str) -> bool:
    return any(task.get("status") in OPEN for task in focused(facts, reference, kind))


def _order_of(facts: Facts, visit: Json) -> Json | None:
    return next(
        (o for o in facts.all("ServiceRequest") if refers_to(visit.get("basedOn"), f"ServiceRequest/{o.get('id', '')}") and o.get("status") in ORDER_STANDS),
        None,
    )


def _authorization(facts: Facts, visit: Json, order: Json | None, day: date) -> str:
    """Return how prior authorization stands for the visit, '' where no payer has said anything about it."""
    services = [c for s in visit.get("serviceType") or () for c in (s, (order or {}).get("code") or {})] or [(order or {}).get("code") or {}]
    codings = [c for s in services for c in s.get("coding") or ()]
    sought = Sought(
        day, order=(order or {}).get("id", ""), codes=frozenset((c.get("system", ""), c.get("code", "")) for c in codings),
        words=frozenset(w.casefold() for w in [*(s.get("text", "") for s in services), *(c.get("display", "") for c in codings)] if w),
    )  # fmt: skip
    claims = {one.get("id", ""): one for one in facts.all("Claim")}
    found = known(facts.all("ClaimResponse"), facts.all("CoverageEligibilityResponse"), sought, facts.today, claims=claims)
    return found[0].state if found else ""


def _results(facts: Facts, day: date) -> Iterator[str]:
    """Yield tests that were ordered to be done by the day of the visit and have no result."""
    for order in facts.all("ServiceRequest"):
        codes = {c.get("code") for one in order.get("category") or () for c in one.get("coding") or ()}
        due = read_day(order.get("occurrenceDateTime") or (order.get("occurrencePeriod") or {}).get("end"))
        if order.get("status") != "active" or not codes & LABORATORY or due is None or due > day:
            continue
        reference = f"ServiceRequest/{order.get('id', '')}"
        if not any(refers_to(one.get("basedOn"), reference) for one in (*facts.all("DiagnosticReport"), *facts.all("Observation"))):
            yield f"the result of {(order.get('code') or {}).get('text') or 'a test'}"


def _drug(facts: Facts, day: date) -> bool:
    """Say whether a drug for the visit is at hand: prepared or handed over, and not before the last month."""
    for one in facts.all("MedicationDispense"):
        at = read_day(one.get("whenPrepared") or one.get("whenHandedOver"))
        if one.get("status") in {"preparation", "in-progress", "completed"} and at is not None and (day - at).days <= 30:
            return True
    return False


def _ready(facts: Facts, task: Json) -> str:
    return fate(facts, task, "All that the visit needs is there, or is work of its own.")


RULES = (
    Rule(
        code="visit-unready", name="Visits that are not ready", kind="ready", source="SCH-6, FUP-6", pool="scheduling",
        says="A visit within the next three business days lacks its order, an authorization that the payer asks for, a result that was to be"
        " there, outside records, forms or its drug. Ends when nothing is lacking any more.",
        reads=(
            "Appointment", "ServiceRequest", "ClaimResponse", "Claim", "CoverageEligibilityResponse", "DiagnosticReport", "Observation", "Task",
            "MedicationDispense", "CareTeam",
        ),
        decide=_unready, gone=_ready, act="visit", figures=(Figure("days", "Look this many business days ahead", 3, 1, 10, "business days"),),
    ),
)  # fmt: skip
