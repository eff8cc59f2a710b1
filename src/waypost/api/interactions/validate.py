"""POST /fhir/Type/$validate: every finding about a resource, nothing filed."""

from waypost.api import bodies
from waypost.api.http import Request, Response
from waypost.api.outcome import text_of
from waypost.formats.fhir.validation import validate
from waypost.kernel.problem import Issue


def validate_body(request: Request, kind: str) -> Response:
    body = bodies.of_type(request, kind)
    issues = validate(body.text, type=kind, now=request.context.now)
    return Response(
        200, text_of(issues or [Issue("information", "informational", "Nothing is wrong with it.")])
    )
