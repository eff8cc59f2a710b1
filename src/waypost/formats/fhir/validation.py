"""Everything that is wrong with a resource, each with its place.

`fhirkit` (Rust) checks structure, cardinality and types; `plans`, `values` and `facts` check what it lacks: required
bindings, ids, references, narrative, invariants, days that exist, facts that can be. Two implementations of the
binding and cardinality checks agree in tests/twins.
"""

import re
from datetime import datetime
from functools import lru_cache
from typing import Any

import fhirkit

from waypost.formats.fhir import definitions, plans
from waypost.formats.fhir.text import parse
from waypost.kernel.problem import Issue, Problem

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
    found = _structure(resource_text)
    run = plans.Run(resource, now, broken=bool(found))
    plans.walk_resource(run, resource, (None, name, None))
    return found + run.issues


def errors(issues: list[Issue]) -> list[Issue]:
    """Return the issues that forbid keeping a resource."""
    return [issue for issue in issues if issue.severity in {"error", "fatal"}]


def _structure(text: str) -> list[Issue]:
    try:
        found = fhirkit.validate(text)
    except fhirkit.ParseError as error:
        return [Issue("error", "structure", str(error), "")]
    return [Issue(one.severity, "structure", _sentence(one.message), as_fhirpath(one.path)) for one in found]


def _sentence(message: str) -> str:
    return message[:1].upper() + message[1:] + ("" if message.endswith(".") else ".")


@lru_cache(maxsize=1024)
def as_fhirpath(path: str) -> str:
    """Return a path of JSON keys as FHIRPath: `deceasedDateTime` is `deceased`, `_birthDate` is `birthDate`."""
    head, *rest = path.split(".")
    kind = _STEP.sub(r"\1", head)
    steps = [head]
    for part in rest:
        match = _STEP.match(part)
        if match is None:
            steps.append(part.replace("[x]", ""))
            continue
        key, index = match.groups()
        element = definitions.elements_of(kind).get(key.lstrip("_")) if kind != "Resource" else None
        steps.append((element.choice or key.lstrip("_") if element else key.lstrip("_")) + index)
        kind = "Element" if key[0] == "_" else element.type if element else "Resource"
    return ".".join(steps)
