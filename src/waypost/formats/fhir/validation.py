"""Everything that is wrong with a resource, each with its place.

`fhirkit` (Rust) checks structure, cardinality and types; `plans`, `values` and `facts` check what it lacks: required
bindings, ids, references, narrative, invariants, days that exist, facts that can be. Two implementations of the
binding and cardinality checks agree in tests/twins.
"""

import re
from datetime import datetime
from typing import Any

import fhirkit

from waypost.formats.fhir import definitions, plans
from waypost.formats.fhir.text import parse
from waypost.kernel.problem import Issue, Problem

_QUOTED = re.compile(r'^(?:"(?:[^"\\]|\\.)*"|[-+.0-9eE]+) is\b', re.DOTALL)
_STEP = re.compile(r"(_?[A-Za-z]\w*)((?:\[\d+\])?)")


def validate(
    resource_text: str,
    *,
    type: str | None = None,
    now: datetime | None = None,
    resource: dict[str, Any] | None = None,
) -> list[Issue]:
    """Return every problem of a resource text, with FHIRPath locations; no error in it means that it may be kept.

    `type` is the type the door expects; `now` lets facts of the future be refused; `resource` is what `parse` made of
    the text, where the caller has it already.
    """
    if resource is None:
        try:
            resource = parse(resource_text)
        except Problem as problem:
            return [
                Issue("error", problem.issue, one.diagnostics, one.expression) for one in problem.as_issues()
            ]
    name = resource.get("resourceType")
    if not isinstance(name, str) or name not in definitions.resource_types():
        words = "A resource needs a resourceType." if name is None else "FHIR R4 has no such resource type."
        return [Issue("error", "structure", words, "")]
    if type is not None and name != type:
        return [Issue("error", "structure", f"A {type} was expected; this is a {name}.", name)]
    found = _structure(resource_text, resource)
    run = plans.Run(resource, now, broken=bool(found))
    plans.walk_resource(run, resource, (None, name, None))
    said = {issue.expression for issue in found}
    return found + [one for one in run.issues if one.code != "value" or one.expression not in said]


def errors(issues: list[Issue]) -> list[Issue]:
    """Return the issues that forbid keeping a resource."""
    return [issue for issue in issues if issue.severity in {"error", "fatal"}]


def _structure(text: str, resource: dict[str, Any]) -> list[Issue]:
    try:
        found = fhirkit.validate(text)
    except fhirkit.ParseError as error:
        return [Issue("error", "structure", str(error), "")]
    return [
        Issue(one.severity, "structure", _sentence(one.message), as_fhirpath(one.path, resource))
        for one in found
    ]


def _sentence(message: str) -> str:
    """Return fhirkit's words without the value they quote: what is said of people stands in no message."""
    message = _QUOTED.sub("this is", message)
    return message[:1].upper() + message[1:] + ("" if message.endswith(".") else ".")


def as_fhirpath(path: str, resource: dict[str, Any]) -> str:
    """Return a path of JSON keys as FHIRPath: `deceasedDateTime` is `deceased`, `_birthDate` is `birthDate`."""
    head, *rest = path.split(".")
    kind: str = head
    here: Any = resource
    steps = [head]
    for part in rest:
        match = _STEP.fullmatch(part)
        if match is None:
            steps.append(part.replace("[x]", ""))
            continue
        key, index = match.groups()
        element = definitions.elements_of(kind).get(key.lstrip("_"))
        steps.append((element.choice or key.lstrip("_") if element else key.lstrip("_")) + index)
        kind = "Element" if key[0] == "_" else element.type if element else ""
        here = _inside(here, key, index)
        if kind == "Resource" and isinstance(here, dict):
            kind = str(here.get("resourceType"))
    return ".".join(steps)


def _inside(value: Any, key: str, index: str) -> Any:
    found = value.get(key) if isinstance(value, dict) else None
    if not index:
        return found
    at = int(index[1:-1])
    return found[at] if isinstance(found, list) and at < len(found) else None
