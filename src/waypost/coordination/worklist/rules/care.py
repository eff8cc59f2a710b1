"""Rules about what was found and what was ordered: results to be told, referrals without a date or a report, follow-up."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta

from waypost.coordination.referrals.state import Around, around_of, is_referral, report_step, seen_step
from waypost.coordination.worklist.rules.shapes import Again, Answer, Facts, Figure, Figures, Item, Json, Rule
from waypost.coordination.worklist.rules.words import (
    lead,
    read_at,
    refers_to,
    start_of,
    when,
)
from waypost.kernel.business_days import business_days_after
from waypost.kernel.dates import local_day, read_day, read_moment, say_short

CRITICAL = frozenset({"HH", "LL", "AA", "critical"})
ABNORMAL = frozenset({"H", "L", "A", "HU", "LU", "POS", "DET", "R"})
FINAL = frozenset({"final", "amended", "corrected"})
REFERRAL = "3457005"  # SNOMED CT: patient referral
AROUND = ("Appointment", "Encounter", "Communication", "DocumentReference", "DiagnosticReport")  # what says where an order stands
BOOKED = frozenset({"booked", "pending", "arrived", "checked-in", "fulfilled"})
FREE_TEXT_MAX = 60


# ---------------------------------------------------------------- results


def _results(facts: Facts, figures: Figures) -> Iterator[Answer]:
    within = {r for report in facts.all("DiagnosticReport") for r in _references(report.get("result"))}
    for result in (*facts.all("DiagnosticReport"), *facts.all("Observation")):
        reference = f"{result['resourceType']}/{result.get('id', '')}"
        if reference in within or result.get("status") not in FINAL:
            continue
        grade = _grade(facts, result)
        issued = read_moment(result.get("issued") or result.get("effectiveDateTime"), facts.zone)
        if not grade or issued is None or issued > facts.now or _known_to_patient(facts, result, reference, issued):
            continue
        yield from _to_be_told(facts, figures, result, reference, grade, issued)


def _to_be_told(facts: Facts, figures: Figures, result: Json, reference: str, grade: str, issued: datetime) -> Iterator[Answer]:
    day = local_day(issued, facts.zone)
    ends = facts.end_of(day + timedelta(days=figures["back"]))
    opens = facts.start_of(day + timedelta(days=figures["normal"] - figures["early"])) if grade == "normal" else issued
    if facts.now >= ends:
        return
    yield Again(ends)
    if facts.now < opens:
        yield Again(opens)
        return
    due = {
        "critical": issued + timedelta(minutes=figures["minutes"]),
        "abnormal": facts.end_of(business_days_after(day, figures["abnormal"])),
        "normal": facts.end_of(day + timedelta(days=figures["normal"])),
    }[grade]
    said = {
        "critical": "a clinician is to be told at once (FUP-1)",
        "abnormal": f"the patient is to be told within {figures['abnormal']} business days (FUP-3)",
        "normal": f"the patient is to be told within {figures['normal']} days (FUP-3)",
    }[grade]
    yield Item(
        key=reference, focus=reference, what=f"{'Tell a clinician now' if grade == 'critical' else 'Call with result'}: {_said(result)}",
        why=f"Result of {when(facts, issued)}, {grade}, not yet told; {said}.", due=due,
        priority={"critical": "stat", "abnormal": "urgent", "normal": "routine"}[grade], lane="" if grade != "normal" else "age",
    )  # fmt: skip


def _grade(facts: Facts, result: Json) -> str:
    """Return critical, abnormal, normal, or '' where nobody said what it means. Nothing is interpreted here."""
    if result["resourceType"] == "Observation":
        if not _codes(result.get("category")) & {"laboratory", "imaging"}:
            return ""
        return _graded(_codes(result.get("interpretation")))
    wanted = set(_references(result.get("result")))
    parts = [o for o in facts.all("Observation") if f"Observation/{o.get('id', '')}" in wanted]
    grades = {_graded(_codes(part.get("interpretation"))) for part in parts}
    return next((grade for grade in ("critical", "abnormal", "normal") if grade in grades), "")


def _graded(codes: set[str]) -> str:
    if codes & CRITICAL:
        return "critical"
    if codes & ABNORMAL:
        return "abnormal"
    return "normal" if "N" in codes else ""


def _known_to_patient(facts: Facts, result: Json, reference: str, issued: datetime) -> bool:
    """Say whether somebody told the patient: in a contact about it, or in a visit that ended after it was known."""
    for one in facts.all("Communication"):
        at = read_at(facts, one)
        if one.get("status") == "completed" and at is not None and at >= issued and refers_to(one.get("about"), reference):
            return True
    for met in facts.all("Encounter"):
        ended = read_moment((met.get("period") or {}).get("end"), facts.zone)
        if met.get("status") == "finished" and ended is not None and ended > issued:
            return True
    return False


def _said(result: Json) -> str:
    code = result.get("code") or {}
    name = code.get("text") or next((c.get("display", "") for c in code.get("coding") or ()), "") or "result"
    value = result.get("valueQuantity") or {}
    figure = f" {value['value']} {value.get('unit', '')}".rstrip() if "value" in value else ""
    return f"{name[:FREE_TEXT_MAX]}{figure}"


def _told(facts: Facts, task: Json) -> str:
    return "The patient was told, was seen since, or the result was taken back."


# ---------------------------------------------------------------- referrals and orders


def orders(facts: Facts) -> Iterator[tuple[Json, date]]:
    """Yield active orders that somebody is to be seen for, with the day on which they were made."""
    for order in facts.all("ServiceRequest"):
        made = read_moment(order.get("authoredOn"), facts.zone)
        if order.get("status") == "active" and is_referral(order) and made is not None:
            yield order, local_day(made, facts.zone)


def _without_a_date(facts: Facts, figures: Figures) -> Iterator[Answer]:
    for order, made in orders(facts):
        if _target(order) is not None or dated(facts, order):
            continue
        grade, days = _urgency(order, figures)
        ends = facts.end_of(made + timedelta(days=figures["back"]))
        if facts.now >= ends:
            continue
        yield Again(ends)
        yield Item(
            key=order["id"], focus=f"ServiceRequest/{order['id']}", what=f"Book: {named(order)} has no date", owner=lead(facts),
            why=f"Ordered {say_short(made)}{by(order)}, {grade}, and no visit is booked; a date was due within {days} days, by"
            f" {say_short(made + timedelta(days=days))} (FUP-4).",
            due=facts.end_of(made + timedelta(days=days)), priority={"emergent": "stat", "urgent": "urgent"}.get(grade, "routine"),
            lane="safety" if grade == "emergent" else "",
        )  # fmt: skip


def _without_a_report(facts: Facts, figures: Figures) -> Iterator[Answer]:
    for order in facts.all("ServiceRequest"):
        if order.get("status") not in {"active", "completed"} or REFERRAL not in _codes(order.get("category")):
            continue
        seen = _seen(facts, order)
        if seen is None or report_step(_around(facts, order), seen, facts.zone).done:
            continue
        due = facts.end_of(seen + timedelta(days=figures["days"]))
        opens, ends = due - timedelta(days=figures["early"]), due + timedelta(days=figures["back"])
        if facts.now < opens:
            yield Again(opens)
            continue
        if facts.now >= ends:
            continue
        yield Again(ends)
        yield Item(
            key=f"{order['id']}@{seen}", focus=f"ServiceRequest/{order['id']}", what=f"Get the report: {named(order)}",
            why=f"Seen {say_short(seen)} for {named(order)}, and no report is on record; one is due within {figures['days']} days (FUP-4).", due=due,
        )  # fmt: skip


def _follow_up(facts: Facts, figures: Figures) -> Iterator[Answer]:
    for order, made in orders(facts):
        target = _target(order)
        if target is None or dated(facts, order):
            continue
        opens = facts.start_of(target - timedelta(days=figures["days"]))
        ends = facts.end_of(target + timedelta(days=figures["back"]))
        if facts.now < opens:
            yield Again(opens)
            continue
        if facts.now >= ends:
            continue
        yield Again(ends)
        yield Item(
            key=f"{order['id']}@{target}", focus=f"ServiceRequest/{order['id']}", what=f"Book follow-up: {named(order)}", owner=lead(facts),
            why=f"Ordered {say_short(made)}{by(order)} for {say_short(target)}, and nothing is booked (FUP-4).", due=facts.end_of(target),
        )  # fmt: skip


def _target(order: Json) -> date | None:
    period = order.get("occurrencePeriod") or {}
    return read_day(order.get("occurrenceDateTime") or period.get("end") or period.get("start"))


def _urgency(order: Json, figures: Figures) -> tuple[str, int]:
    return {
        "stat": ("emergent", 0), "asap": ("urgent", figures["urgent"]), "urgent": ("urgent", figures["urgent"]),
    }.get(order.get("priority", ""), ("routine", figures["routine"]))  # fmt: skip


def _visits_of(facts: Facts, order: Json, *statuses: str) -> list[Json]:
    reference = f"ServiceRequest/{order.get('id', '')}"
    return [v for v in facts.all("Appointment") if v.get("status") in statuses and refers_to(v.get("basedOn"), reference)]


def dated(facts: Facts, order: Json) -> bool:
    """Say whether there is a visit for an order, or was one elsewhere."""
    return bool(_visits_of(facts, order, *BOOKED)) or _seen(facts, order) is not None


def _around(facts: Facts, order: Json) -> Around:
    return around_of(order, (one for kind in AROUND for one in facts.all(kind)))


def _seen(facts: Facts, order: Json) -> date | None:
    """Return the day on which the patient was last seen for an order, as the list of referrals reads it."""
    return seen_step(_around(facts, order), facts.today, facts.zone).on


def _scheduled(facts: Facts, task: Json) -> str:
    order = _order_of(facts, task)
    if order is None or order.get("status") != "active":
        return f"The order is {(order or {}).get('status', 'no longer on record')}."
    found = [start for v in _visits_of(facts, order, *BOOKED) if (start := start_of(v)) is not None]
    if found:
        return f"A visit is booked for {when(facts, max(found))}."
    seen = _seen(facts, order)
    return f"Seen {say_short(seen)}." if seen else "The order has aged out or was given a day of its own."


def _report_came(facts: Facts, task: Json) -> str:
    return "The report has come, or the visit did not take place."


def _order_of(facts: Facts, task: Json) -> Json | None:
    reference = (task.get("focus") or {}).get("reference", "")
    return next((o for o in facts.all("ServiceRequest") if f"ServiceRequest/{o.get('id', '')}" == reference), None)


def named(order: Json) -> str:
    code = order.get("code") or {}
    said = code.get("text") or next((c.get("display", "") for c in code.get("coding") or ()), "") or "Order"
    return said[:FREE_TEXT_MAX]


def by(order: Json) -> str:
    name = (order.get("requester") or {}).get("display", "")
    return f" by {name}" if name else ""


def _codes(concepts: Json | Sequence[Json] | None) -> set[str]:
    found = [concepts] if isinstance(concepts, dict) else concepts or ()
    return {c.get("code", "") for one in found for c in one.get("coding") or ()}


def _references(found: Sequence[Json] | None) -> list[str]:
    return [one.get("reference", "") for one in found or ()]


def _back(days: int) -> Figure:
    return Figure("back", "Let it go after this many days", days, 7, 400, "days")


RULES = (
    Rule(
        code="result-untold", name="Results to be told", kind="result", source="FUP-1, FUP-3", pool="nurses",
        says="A result that its laboratory marked critical goes to a clinician at once; abnormal ones are told within five business"
        " days, normal ones within fourteen days. Ends when a contact about it or a visit since is on record. Nothing is interpreted here.",
        reads=("DiagnosticReport", "Observation", "Communication", "Encounter"), decide=_results, gone=_told, act="call", own_only=True,
        figures=(
            Figure("minutes", "Critical: a clinician is told within", 30, 5, 240, "minutes"),
            Figure("abnormal", "Abnormal: the patient is told within", 5, 1, 10, "business days"),
            Figure("normal", "Normal: the patient is told within", 14, 1, 30, "days"),
            Figure("early", "Normal: shown this many days before", 4, 0, 14, "days"), _back(30),
        ),
    ),
    Rule(
        code="referral-undated", name="Referrals and orders without a date", kind="referral", source="FUP-4", pool="referrals",
        says="An active order for which no visit is booked: at once when emergent, within two days when urgent, fourteen when routine."
        " Ends when a visit for it is booked, the patient was seen elsewhere, or the order ends.",
        reads=("ServiceRequest", *AROUND, "CareTeam"), decide=_without_a_date, gone=_scheduled, act="times",
        figures=(
            Figure("urgent", "Urgent: a date within", 2, 1, 7, "days"), Figure("routine", "Routine: a date within", 14, 3, 60, "days"), _back(180),
        ),
    ),
    Rule(
        code="referral-unreported", name="Referrals without a report", kind="report", source="FUP-4", pool="referrals",
        says="The patient was seen for a referral, and no report has come back. Ends when a report that names the order is on record.",
        reads=("ServiceRequest", *AROUND), decide=_without_a_report, gone=_report_came, act="chart",
        figures=(
            Figure("days", "A report within", 14, 3, 60, "days"), Figure("early", "Shown this many days before", 4, 0, 14, "days"), _back(90),
        ),
    ),
    Rule(
        code="follow-up-overdue", name="Follow-up due or overdue", kind="recall", source="FUP-4", pool="scheduling",
        says="An order that names the day by which the patient is to be seen again, with nothing booked. Ends when a visit for it is booked.",
        reads=("ServiceRequest", *AROUND, "CareTeam"), decide=_follow_up, gone=_scheduled, act="times",
        figures=(Figure("days", "Shown this many days before the day", 21, 1, 90, "days"), _back(180)),
    ),
)  # fmt: skip
