"""Everything that is wrong with a resource, each with its place.

`fhirkit` (Rust) checks structure, cardinality and types; what it lacks is ours.
"""

from datetime import datetime

import fhirkit

from waypost.formats.fhir.text import parse
from waypost.kernel.problem import Issue, Problem


def validate(resource_text: str, *, type: str | None = None, now: datetime | None = None) -> list[Issue]:
    """Return every problem of a resource text, with FHIRPath locations; an empty list means it may be kept.

    `type` is the type the door expects. `now` lets facts of the future be refused.
    """
    try:
        resource = parse(resource_text)
    except Problem as problem:
        return list(problem.as_issues())
    name = resource.get("resourceType")
    if type is not None and name != type:
        return [Issue("error", "structure", f"A {type} was expected.", "resourceType")]
    try:
        found = fhirkit.validate(resource_text)
    except fhirkit.ParseError as error:
        return [Issue("error", "structure", str(error), "")]
    return [Issue(one.severity, "structure", one.message, one.path) for one in found]
