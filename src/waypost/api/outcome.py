"""OperationOutcome: every refusal of this door, and the warnings in its Bundles."""

from collections.abc import Iterable
from typing import Any

import orjson

from waypost.api.http import Response
from waypost.kernel.problem import Issue, Problem

SYSTEM = "urn:waypost:problem"


def outcome(issues: Iterable[Issue], *, code: str = "", title: str = "") -> dict[str, Any]:
    """Return the resource. Our own code stands in details.coding, the place in expression."""
    return {"resourceType": "OperationOutcome", "issue": [_issue(one, code, title) for one in issues]}


def _issue(issue: Issue, code: str, title: str) -> dict[str, Any]:
    made: dict[str, Any] = {"severity": issue.severity, "code": issue.code}
    if code:
        made["details"] = {"coding": [{"system": SYSTEM, "code": code}], "text": str(title)}
    if issue.diagnostics:
        made["diagnostics"] = str(issue.diagnostics)
    if issue.expression:
        made["expression"] = [issue.expression]
    return made


def text_of(issues: Iterable[Issue], *, code: str = "", title: str = "") -> str:
    return _dump(outcome(issues, code=code, title=title))


def refusal(problem: Problem) -> Response:
    """Answer a problem in this door's format."""
    words = f"{problem.title} {problem.remedy}".strip()
    issues = problem.as_issues()
    headers = [("WWW-Authenticate", 'Bearer realm="fhir"')] if problem.status == 401 else []
    if "allow" in problem.extra:
        headers.append(("Allow", problem.extra["allow"]))
    return Response(
        problem.status, text_of(issues, code=problem.code, title=words), tuple(headers), problem=problem.code
    )


def our_mistake(reference: str) -> Response:
    """Answer a defect of ours: a reference to look up in the log, and nothing else."""
    issue = Issue("fatal", "exception", f"Something went wrong here. Reference {reference}.")
    return Response(500, text_of([issue], code="api.our-mistake", title="Something went wrong here."))


def _dump(resource: dict[str, Any]) -> str:
    return orjson.dumps(resource, default=str).decode("utf-8", "replace")
