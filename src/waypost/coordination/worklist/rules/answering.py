"""Asking every rule about one patient. A rule that raises is set aside for that patient; the others go on."""

import traceback
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from waypost.coordination.worklist.rules.shapes import Again, Facts, Item, Rule
from waypost.registry import fhir as people


@dataclass(frozen=True, slots=True)
class InForce:
    """A rule as it is in force, with its figures."""

    rule: Rule
    figures: Mapping[str, int]


@dataclass(slots=True)
class Answers:
    """What the rules said about one patient."""

    items: dict[str, list[Item]] = field(default_factory=dict)  # by the rule's code; only of rules that answered
    failures: dict[str, str] = field(default_factory=dict)  # by the rule's code: where it broke, no patient data
    again: datetime | None = None


def ask(facts: Facts, rules: Iterable[InForce]) -> Answers:
    """Return what every rule says; of the dead and of merged records none says anything.

    Of a resource that is about nobody yet only the rules are asked that look at such.
    """
    answers = Answers()
    if not facts.id:
        rules = [one for one in rules if one.rule.apart]
    nobody = people.died(facts.patient) or bool(people.survivor(facts.patient)) or facts.patient.get("active") is False
    for one in rules:
        code = one.rule.code
        if nobody:
            answers.items[code] = []
            continue
        try:
            said = list(one.rule.decide(facts, one.figures))
        except Exception as error:
            answers.failures[code] = where_of(error)
            continue
        items = {item.key: item for item in said if isinstance(item, Item)}
        answers.items[code] = list(items.values())
        for other in said:
            if isinstance(other, Again) and (answers.again is None or other.at < answers.again):
                answers.again = other.at
    return answers


def where_of(error: Exception) -> str:
    """Return the kind of an error and where it arose; its words are left out, as they may hold patient data."""
    frames = traceback.extract_tb(error.__traceback__)
    last = frames[-1] if frames else None
    place = f" in {Path(last.filename).stem}.{last.name}, line {last.lineno}" if last else ""
    return f"{type(error).__name__}{place}"
