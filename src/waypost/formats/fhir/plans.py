"""What is to be checked at each element of each type, from the compiled definitions; made once a type.

`walk` follows a plan over a resource. Places are linked tuples, put into words only when there is something to say.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache
from typing import Any

from waypost.formats.fhir import definitions, values
from waypost.formats.fhir.fhirpath import Node, Step, compile_path, holds, node_of
from waypost.formats.fhir.fhirpath import Run as PathRun
from waypost.kernel.problem import Issue

Place = tuple[Any, str, int | None]  # the place above, FHIRPath name, index
Value = Callable[["Run", Any, Place], None]

# Checked by hand in `values.py`, faster and with better words.
BY_HAND = {
    "ele-1",
    "ext-1",
    "txt-1",
    "txt-2",
    "per-1",
    "qty-3",
    "cpt-2",
    "att-1",
    "ref-1",
    "dom-2",
    "dom-3",
    "dom-4",
    "dom-5",
}


@dataclass(slots=True)
class Run:
    """One validation: what has been found, and where in the resource we are."""

    root: dict[str, Any]
    now: datetime | None = None
    issues: list[Issue] = field(default_factory=list)
    resource: dict[str, Any] = field(default_factory=dict)
    broken: bool = False  # its structure is already known to be wrong
    contained: dict[str, Any] | None = None

    def say(self, code: str, words: str, place: Place, severity: str = "error") -> None:
        self.issues.append(Issue(severity, code, words, put(place)))


@dataclass(slots=True)
class Rule:
    key: str
    human: str
    step: Step


@dataclass(slots=True)
class Plan:
    name: str
    fields: dict[
        str, tuple[str, Value | None, str | None, list[Rule]]
    ]  # by JSON key: FHIRPath name, check, type below
    whole: Value | None
    rules: list[Rule]


def put(place: Place | None) -> str:
    """Return a place as FHIRPath."""
    parts: list[str] = []
    while place is not None:
        above, name, index = place
        parts.append(name if index is None else f"{name}[{index}]")
        place = above
    return ".".join(reversed(parts))


@cache
def _rules() -> dict[str, list[Rule]]:
    found: dict[str, list[Rule]] = {}
    for row in definitions.invariants():
        if row["key"] not in BY_HAND:
            rule = Rule(row["key"], row["human"], compile_path(row["expression"]))
            found.setdefault(row["path"], []).append(rule)
    return found


@cache
def plan_of(name: str) -> Plan:
    """Return the plan of a type, a backbone ('Patient.contact') or what stands beside a primitive ('Element')."""
    fields = {}
    for key, element in definitions.elements_of(name).items():
        label = element.choice or key
        below = element.type if definitions.elements_of(element.type) else None
        path = f"{name}.{label}[x]" if element.choice else f"{name}.{label}"
        rules = [] if path == below else _rules().get(path, [])
        check = values.check_of(name, key, element)
        if check is not None or below is not None or rules:
            fields[key] = (label, check, below, rules)
    return Plan(name, fields, values.whole_of(name), _rules().get(name, []))


def walk(run: Run, value: dict[str, Any], plan: Plan, place: Place) -> None:
    """Check one object and all below it."""
    fields = plan.fields
    for key, child in value.items():
        found = fields.get(key)
        if found is None:
            if key[:1] == "_":
                _beside(run, child, key[1:], plan, place)
            elif key == "fhir_comments":
                run.say("structure", "'fhir_comments' is not an element of FHIR R4.", (place, key, None))
            continue
        label, check, below, rules = found
        if type(child) is list:
            for index, each in enumerate(child):
                if each is not None:
                    _value(run, each, check, below, rules, (place, label, index))
        else:
            _value(run, child, check, below, rules, (place, label, None))
    if len(value) < 2 and (not value or "id" in value or "resourceType" in value):
        run.say("invariant", "Every element has a value or children (ele-1).", place)
    if plan.whole is not None:
        plan.whole(run, value, place)
    if plan.rules:
        _judge(run, (value, plan.name, None), plan.rules, place)


def _value(
    run: Run, value: Any, check: Value | None, below: str | None, rules: list[Rule], place: Place
) -> None:
    if check is not None:
        check(run, value, place)
    if below is not None and type(value) is dict:
        if below == "Resource":
            walk_resource(run, value, place)
        else:
            walk(run, value, plan_of(below), place)
    if rules:
        _judge(run, (value, below or "string", None), rules, place)


def _beside(run: Run, value: Any, key: str, plan: Plan, place: Place) -> None:
    """Check the extensions beside a primitive."""
    element = definitions.elements_of(plan.name).get(key)
    label = element.choice or key if element else key
    for index, each in enumerate(value if type(value) is list else [value]):
        if type(each) is dict:
            walk(run, each, plan_of("Element"), (place, label, index if type(value) is list else None))


def walk_resource(run: Run, resource: dict[str, Any], place: Place) -> None:
    """Check a resource: the whole, one contained, or one in an entry."""
    name = resource.get("resourceType")
    if type(name) is not str or name not in definitions.resource_types():
        return
    above = run.resource, run.contained, run.root
    run.resource, run.contained = resource, None
    if place[0] is None or place[1] != "contained":
        run.root = resource
    values.resource(run, resource, place)
    walk(run, resource, plan_of(name), place)
    run.resource, run.contained, run.root = above


def _judge(run: Run, node: Node, rules: list[Rule], place: Place) -> None:
    path_run = PathRun(node_of(run.resource, "Resource"), node_of(run.root, "Resource"), [node])
    for rule in rules:
        try:
            fine = holds(rule.step, path_run, node)
        except (TypeError, AttributeError, ValueError, KeyError):
            if not run.broken:
                raise
            continue
        if not fine:
            run.say("invariant", f"{rule.human} ({rule.key})", place)
