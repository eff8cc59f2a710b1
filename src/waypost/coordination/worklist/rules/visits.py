"""Rules about visits that are booked: confirmed, prepared for, with what was asked for beside them."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from waypost.coordination.worklist.kinds import TASK
from waypost.coordination.worklist.reading import code_of, due_of
from waypost.coordination.worklist.rules.shapes import Again, Answer, Facts, Figure, Figures, Item, Json, Rule
from waypost.coordination.worklist.rules.words import (
    ahead,
    answer_of,
    fate,
    focused,
    lead,
    read_at,
    refers_to,
    visit_key,
    visit_type_of,
    visits,
    what_visit,
    when,
)
from waypost.kernel.business_days import business_days_after, business_days_before
from waypost.kernel.dates import local_day
from waypost.registry import fhir as people
from waypost.scheduling import fhir

UNANSWERED = frozenset({"needs-action", "tentative", "declined"})
REQUESTS = {"interpreter": "interpreter", "ride": "ride"}
HOLDS = ("booked", "pending", "arrived", "checked-in", "fulfilled")


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
        said = {"tentative": "The patient is not sure about", "declined": "The patient said no to"}.get(answer, "No answer yet about")
        yield Item(
            key=visit_key(visit, start), what=f"Confirm {what_visit(visit)}, {when(facts, start)}",
            why=f"{said} the visit on {when(facts, start)}; to be confirmed by the end of the business day before (SCH-2).",
            due=min(facts.end_of(business_days_before(day, 1)), start), owner=lead(facts), focus=f"Appointment/{visit['id']}",
        )  # fmt: skip


def _unanswered_requests(facts: Facts, figures: Figures) -> Iterator[Answer]:
    for visit, start in ahead(facts):
        day = local_day(start, facts.zone)
        for task in focused(facts, f"Appointment/{visit['id']}", *REQUESTS):
            if task.get("status") not in {"requested", "received", "rejected", "on-hold"}:
                continue
            kind = code_of(task.get("code"), TASK)
            refused = task.get("status") == "rejected"
            cut_off = min(due_of(task, facts.zone) or start, facts.end_of(business_days_before(day, figures["days"])))
            if facts.now < cut_off and not refused:
                yield Again(cut_off)
                continue
            yield Again(start)
            said = "was refused" if refused else f"was asked for and is not confirmed; the cut-off was {when(facts, cut_off)}"
            yield Item(
                key=f"{kind}@{visit_key(visit, start)}", focus=f"Appointment/{visit['id']}", priority="urgent", owner=lead(facts),
                what=f"{'Find another' if refused else 'Chase the'} {kind} for {when(facts, start)}",
                why=f"The {kind} for the visit on {when(facts, start)} {said} (OUT-10).",
                due=min(facts.end_of(local_day(cut_off, facts.zone)), start),
            )  # fmt: skip


def _interpreter_not_asked(facts: Facts, figures: Figures) -> Iterator[Answer]:
    if not people.interpreter_needed(facts.patient):
        return
    for visit, start in ahead(facts):
        if any(True for _ in focused(facts, f"Appointment/{visit['id']}", "interpreter")):
            continue
        day = local_day(start, facts.zone)
        opens = facts.start_of(business_days_before(day, figures["days"]))
        if facts.now < opens:
            yield Again(opens)
            continue
        yield Again(start)
        yield Item(
            key=visit_key(visit, start), what=f"Ask for an interpreter for {when(facts, start)}", focus=f"Appointment/{visit['id']}", priority="urgent",
            why=f"The patient needs an interpreter, and none has been asked for the visit on {when(facts, start)} (OUT-10).",
            due=min(facts.end_of(business_days_before(day, 2)), start),
        )  # fmt: skip


def _preparation_unsent(facts: Facts, figures: Figures) -> Iterator[Answer]:
    for visit, start in ahead(facts):
        kind = visit_type_of(facts, visit)
        if not any((kind.get("preparation") or {}).values()) or _told(facts, visit):
            continue
        day = local_day(start, facts.zone)
        opens = facts.start_of(business_days_before(day, figures["days"]))
        if facts.now < opens:
            yield Again(opens)
            continue
        yield Again(start)
        yield Item(
            key=visit_key(visit, start), what=f"Send how to prepare for {what_visit(visit)}, {when(facts, start)}", focus=f"Appointment/{visit['id']}",
            why=f"This visit needs preparation, and no letter, text or e-mail about it has gone out for {when(facts, start)} (SCH-6).",
            due=min(facts.end_of(business_days_before(day, 2)), start),
        )  # fmt: skip


def _told(facts: Facts, visit: Json) -> bool:
    reference = f"Appointment/{visit['id']}"
    return any(
        one.get("status") in {"completed", "in-progress"} and refers_to(one.get("about"), reference)
        and _medium(one) in {"MAILWRIT", "EMAILWRIT", "SMSWRIT", "FACE", "PHONE"}
        for one in facts.all("Communication")
    )  # fmt: skip


def _medium(one: Json) -> str:
    return next((c.get("code", "") for m in one.get("medium") or () for c in m.get("coding") or ()), "")


def _no_show(facts: Facts, figures: Figures) -> Iterator[Answer]:
    later = [(v, s) for v, s in visits(facts, *HOLDS)]
    for visit, start in visits(facts, "noshow"):
        day = local_day(start, facts.zone)
        ends = facts.end_of(day + timedelta(days=figures["days"]))
        if facts.now >= ends or _booked_again(visit, start, later) or _spoken_since(facts, visit, start):
            continue
        yield Again(ends)
        yield Item(
            key=visit_key(visit, start), what=f"Call: did not come to {what_visit(visit)}, {when(facts, start)}", focus=f"Appointment/{visit['id']}",
            why=f"The patient did not come on {when(facts, start)} and has no later visit of that kind; to be called by the end of the next business day (SCH-1).",
            due=facts.end_of(business_days_after(day, 1)), owner=lead(facts),
        )  # fmt: skip


def _booked_again(missed: Json, start: datetime, later: list[tuple[Json, datetime]]) -> bool:
    kind = fhir.visit_type_code(missed)
    return any(s > start and fhir.visit_type_code(v) == kind for v, s in later)


def _spoken_since(facts: Facts, visit: Json, start: datetime) -> bool:
    reference = f"Appointment/{visit['id']}"
    return any(
        one.get("status") == "completed" and (at := read_at(facts, one)) is not None and at > start and refers_to(one.get("about"), reference)
        for one in facts.all("Communication")
    )  # fmt: skip


def _confirmed(facts: Facts, task: Json) -> str:
    return fate(facts, task, "The patient has confirmed.")


def _answered(facts: Facts, task: Json) -> str:
    return fate(facts, task, "The request was answered, or is no longer needed.")


def _asked(facts: Facts, task: Json) -> str:
    return fate(facts, task, "An interpreter was asked for, or is not needed.")


def _sent(facts: Facts, task: Json) -> str:
    return fate(facts, task, "The preparation has gone out, or the visit needs none.")


def _reached(facts: Facts, task: Json) -> str:
    return fate(facts, task, "") if _status_of(facts, task) != "noshow" else "The patient was reached, has a later visit, or too much time has passed."


def _status_of(facts: Facts, task: Json) -> Any:
    wanted = ((task.get("focus") or {}).get("reference") or "").rpartition("/")[2]
    return next((v.get("status") for v in facts.all("Appointment") if v.get("id") == wanted), None)


def _days(words: str, default: int, most: int = 10) -> tuple[Figure, ...]:
    return (Figure("days", words, default, 0 if default < 2 else 1, most, "days"),)


RULES = (
    Rule(
        code="visit-unconfirmed", name="Visits not confirmed", kind="confirm", source="SCH-2", pool="scheduling",
        says="A visit within the next business days that the patient has not confirmed is to be confirmed by the end of the"
        " business day before. Ends when it is confirmed, moved, cancelled, or has begun.",
        reads=("Appointment", "CareTeam"), decide=_unconfirmed, gone=_confirmed, act="call",
        figures=_days("Ask this many business days before the visit", 2),
    ),
    Rule(
        code="request-unanswered", name="Interpreter or ride not confirmed by its cut-off", kind="arrange", source="OUT-10", pool="scheduling",
        says="An interpreter or a ride that was asked for and is not confirmed when its cut-off comes, or was refused, is chased."
        " Ends when it is confirmed, no longer needed, or the visit is.",
        reads=("Appointment", "Task", "CareTeam"), decide=_unanswered_requests, gone=_answered, act="visit",
        figures=_days("The cut-off is at the latest the end of this many business days before the visit", 1),
    ),
    Rule(
        code="interpreter-unasked", name="Interpreter needed and not asked for", kind="arrange", source="OUT-10", pool="scheduling",
        says="A patient who needs an interpreter has a visit for which none was asked. Ends when one is asked for.",
        reads=("Patient", "Appointment", "Task"), decide=_interpreter_not_asked, gone=_asked, act="visit",
        figures=_days("Look this many business days ahead", 5),
    ),
    Rule(
        code="preparation-unsent", name="Preparation not sent", kind="prepare", source="SCH-6", pool="desk",
        says="A visit that needs preparation, about which nothing has gone out to the patient. Ends when a letter, text, e-mail or"
        " call about the visit is on record.",
        reads=("Appointment", "Communication"), decide=_preparation_unsent, gone=_sent, act="visit",
        figures=_days("Look this many business days ahead", 5),
    ),
    Rule(
        code="no-show", name="Did not come, to be called", kind="no-show", source="SCH-1", pool="scheduling",
        says="Whoever did not come is called by the end of the next business day. Ends when they are reached about it or have a later"
        " visit of the kind.",
        reads=("Appointment", "Communication", "CareTeam"), decide=_no_show, gone=_reached, act="call",
        figures=_days("Let it go after this many days", 14, 60),
    ),
)  # fmt: skip
