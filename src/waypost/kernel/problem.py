"""What can go wrong in a way that a caller can meet and mend."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar


@dataclass(frozen=True, slots=True)
class Issue:
    """One finding, in the shape of OperationOutcome.issue."""

    severity: str  # fatal | error | warning | information
    code: str  # from the FHIR issue-type value set
    diagnostics: str
    expression: str = ""  # FHIRPath into the caller's input


class Problem(Exception):
    """A refusal with a stable code, words for people and places in the input.

    Doors print it in their own format: OperationOutcome, RFC 9457, HL7 ERR, or a page. No patient data stands in it.
    """

    code: ClassVar[str] = "kernel.problem"
    status: ClassVar[int] = 400
    issue: ClassVar[str] = "processing"  # FHIR issue-type
    title: ClassVar[str] = "That could not be done."
    remedy: ClassVar[str] = ""

    def __init__(
        self,
        detail: str = "",
        *,
        expression: Sequence[str] = (),
        issues: Sequence[Issue] = (),
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(detail or self.title)
        self.detail = detail
        self.expression = tuple(expression)
        self.issues = tuple(issues)
        self.extra = dict(extra or {})

    def as_issues(self) -> tuple[Issue, ...]:
        if self.issues:
            return self.issues
        place = self.expression[0] if self.expression else ""
        return (Issue("error", self.issue, self.detail or self.title, place),)
