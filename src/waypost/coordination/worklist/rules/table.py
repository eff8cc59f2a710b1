"""Every rule that makes work, in the order in which the page lists them."""

from waypost.coordination.worklist.rules import (
    authorizing,
    care,
    cover,
    mammograms,
    outreach,
    papers,
    persons,
    readiness,
    refills,
    transitions,
    visits,
)
from waypost.coordination.worklist.rules.shapes import SWITCH, Json, Rule

RULES: tuple[Rule, ...] = (
    *transitions.RULES, *care.RULES, *mammograms.RULES, *outreach.RULES, *refills.RULES, *visits.RULES, *readiness.RULES, *cover.RULES,
    *authorizing.RULES, *persons.RULES, *papers.RULES,
)  # fmt: skip
BY_CODE = {rule.code: rule for rule in RULES}
READS = frozenset({"Patient", *(kind for rule in RULES for kind in rule.reads)})
APART_TYPES = frozenset(kind for rule in RULES for kind in rule.apart)


def rule_of(task: Json) -> Rule | None:
    """Return the rule that made a Task, or None where people or doors did."""
    return BY_CODE.get(code_of(task))


def code_of(task: Json) -> str:
    """Return the code of the rule that made a Task, also of one that is no more; '' where none did."""
    uri = task.get("instantiatesUri") or ""
    return uri.removeprefix(SWITCH) if uri.startswith(SWITCH) else ""
