"""Rules about who pays for a visit: coverage that ends before it, and coverage that nobody has verified."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta

from waypost.coordination.worklist.rules.shapes import Again, Answer, Facts, Figure, Figures, Item, Json, Rule
from waypost.coordination.worklist.rules.words import (
    ahead,
    fate,
    visit_key,
    when,
)
from waypost.coverage.rules import CoverageView, view
from waypost.kernel.business_days import business_days_before
from waypost.kernel.dates import local_day, say_short


def _views(facts: Facts, on: date) -> Sequence[CoverageView]:
    kept = facts.all("Coverage")
    answers = facts.all("CoverageEligibilityResponse")
    return [view(one, answers, on, only=len(kept) == 1) for one in kept if one.get("status", "active") == "active"]


def _ending(facts: Facts, figures: Figures) -> Iterator[Answer]:
    for visit, start in ahead(facts):
        day = local_day(start, facts.zone)
        then = _views(facts, day)
        over = [one for one in then if one.ends is not None and one.ends < day and one.ends >= facts.today - timedelta(days=figures["days"])]
        if not over or any(one.self_pay or ((one.ends is None or one.ends >= day) and (one.begins is None or one.begins <= day)) for one in then):
            continue
        opens = facts.start_of(day - timedelta(days=figures["days"]))
        if facts.now < opens:
            yield Again(opens)
            continue
        yield Again(start)
        last = max(over, key=lambda one: (one.ends or day, one.id))
        assert last.ends is not None
        yield Item(
            key=f"{last.id}@{visit_key(visit, start)}", what=f"Ask what covers the visit on {when(facts, start)}", focus=f"Appointment/{visit['id']}",
            why=f"{last.payer} ends {say_short(last.ends)}, before the visit on {when(facts, start)}, and nothing on record follows it.",
            due=facts.end_of(business_days_before(day, 1)) if business_days_before(day, 1) >= facts.today else start,
        )  # fmt: skip


def _unverified(facts: Facts, figures: Figures) -> Iterator[Answer]:
    """One answer serves all visits that are near, so only the first asks for it."""
    for visit, start in sorted(ahead(facts), key=lambda pair: (pair[1], pair[0].get("id", "")))[:1]:
        day = local_day(start, facts.zone)
        opens = facts.start_of(business_days_before(day, figures["days"]))
        if facts.now < opens:
            yield Again(opens)
            return
        yield Again(start)
        for one in _views(facts, facts.today):
            if one.self_pay or one.state == "ended":
                continue
            stale = one.verified is None or (opens.date() - one.verified).days > figures["age"]
            if one.state != "refused" and not stale:
                continue
            said = "said it is not active" if one.state == "refused" else f"last answered {say_short(one.verified)}" if one.verified else "was never asked"
            yield Item(
                key=f"{one.id}@{visit_key(visit, start)}", what=f"Verify {one.payer} before {when(facts, start)}", focus=f"Appointment/{visit['id']}",
                why=f"{one.payer} {said}; to be verified within {figures['age']} days before the visit on {when(facts, start)}.",
                due=min(facts.end_of(business_days_before(day, 1)), start), priority="urgent" if one.state == "refused" else "routine",
            )  # fmt: skip


def _covered(facts: Facts, task: Json) -> str:
    return fate(facts, task, "A coverage in force on that day is on record.")


def _verified(facts: Facts, task: Json) -> str:
    return fate(facts, task, "The payer has answered, or the coverage has ended.")


RULES = (
    Rule(
        code="coverage-ending", name="Coverage ends before a visit", kind="coverage", source="product decision", pool="coverage",
        says="What covers the patient ends before a visit that is booked, and nothing on record follows it. Ends when another coverage is"
        " recorded, or the visit is no more.",
        reads=("Coverage", "CoverageEligibilityResponse", "Appointment"), decide=_ending, gone=_covered, act="coverage",
        figures=(Figure("days", "Look this many days ahead", 14, 1, 60, "days"),),
    ),
    Rule(
        code="coverage-unverified", name="Coverage not verified before a visit", kind="coverage", source="product decision", pool="coverage",
        says="A visit is near, and the payer's last answer is old, or was that the coverage is not active. Ends when the payer has answered.",
        reads=("Coverage", "CoverageEligibilityResponse", "Appointment"), decide=_unverified, gone=_verified, act="coverage",
        figures=(
            Figure("days", "Look this many business days ahead", 2, 1, 10, "business days"),
            Figure("age", "An answer is good for", 30, 1, 120, "days"),
        ),
    ),
)  # fmt: skip
