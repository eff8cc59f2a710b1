"""POST /fhir/Type: file a new resource, or answer the one that If-None-Exist finds."""

from waypost.api import bodies
from waypost.api.conditions import condition
from waypost.api.http import Request, Response, of_version
from waypost.api.outcome import text_of
from waypost.coordination import owners
from waypost.kernel.problem import Issue


def create(request: Request, kind: str) -> Response:
    body = bodies.of_type(request, kind)
    unless = (
        condition(request, kind, request.headers["if-none-exist"])
        if "if-none-exist" in request.headers
        else None
    )
    version, made = owners.of(kind).create(request.context, body.text, kind, unless)
    return filed(request, of_version(version, status=201 if made else 200, base=request.base))


def filed(request: Request, response: Response) -> Response:
    """Answer with the body that `Prefer: return` asks for; the resource by default."""
    wanted = request.prefer.get("return", "representation")
    if wanted == "minimal":
        return Response(response.status, "", response.headers)
    if wanted == "operationoutcome" or wanted == "OperationOutcome":
        done = Issue("information", "informational", "It has been filed.")
        return Response(response.status, text_of([done]), response.headers)
    return response
