"""Rules about visits that are booked."""

from collections.abc import Iterator

from waypost.coordination.worklist.rules.shapes import Again, Answer, Facts, Figure, Figures, Item, Json, Rule
from waypost.coordination.worklist.rules.words import (
    ahead,
    answer_of,
    business_days_before,
    fate,
    lead,
    visit_key,
    what_visit,
    when,
)
from waypost.kernel.dates import local_day

UNANSWERED = frozenset({"needs-action", "tentative", "declined"})


def _unconfirmed(facts: Facts, figures: Figures) -> Iterator[Answer]:
    for visit, start in ahead(facts):
        answer = answer_of(facts, visit)
        if answer not in UNANSWERED:
            continue
        day = local_day(start, facts.zone)
        opens = facts.start_of(business_days_before(day, figures["days"]))
        if facts.now < opens:
            yield Again(opens)
            continue
        yield Again(start)
        name = what_visit(visit)
        said = {"tentative": "The patient is not sure about", "declined": "The patient said no to"}.get(answer, "No answer yet about")
        yield Item(
            key=visit_key(visit, start), what=f"Confirm {name}, {when(facts, start)}",
            why=f"{said} the visit on {when(facts, start)}; to be confirmed by the end of the business day before (SCH-2).",
            due=min(facts.end_of(business_days_before(day, 1)), start), owner=lead(facts), focus=f"Appointment/{visit['id']}",
        )  # fmt: skip


def _confirmed(facts: Facts, task: Json) -> str:
    return fate(facts, task, "The patient has confirmed.")


RULES = (
    Rule(
        code="visit-unconfirmed", name="Visits not confirmed", kind="confirm", source="SCH-2", pool="scheduling",
        says="A visit within the next business days that the patient has not confirmed is to be confirmed by the end of the"
        " business day before. Ends when it is confirmed, moved, cancelled, or has begun.",
        reads=("Appointment", "CareTeam"), decide=_unconfirmed, gone=_confirmed, act="call",
        figures=(Figure("days", "Ask this many business days before the visit", 2, 1, 10, "business days"),),
    ),
)  # fmt: skip
