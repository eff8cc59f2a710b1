"""PUT /fhir/Type/id: file the next version, or the first under an id of the caller's choice."""

from waypost.api import bodies, problems
from waypost.api.conditions import condition
from waypost.api.http import Request, Response, of_version, version_asked
from waypost.api.interactions.create import filed
from waypost.coordination import owners


def update(request: Request, kind: str, id: str) -> Response:
    body = bodies.of_type(request, kind, id=id)
    version = owners.of(kind).update(
        request.context,
        body.text,
        kind,
        id,
        expected(request),
        only_new=request.headers.get("if-none-match") == "*",
    )
    return filed(request, of_version(version, status=201 if version.version == 1 else 200, base=request.base))


def update_where(request: Request, kind: str) -> Response:
    """PUT /fhir/Type?criteria: update the one match, or create where there is none."""
    body = bodies.of_type(request, kind)
    if not request.query:
        raise problems.MethodUnsuitable(extra={"allow": "GET, HEAD, POST"})
    where = condition(request, kind, request.query)
    version = owners.update_where(request.context, body.text, kind, body.id, where, expected(request))
    return filed(request, of_version(version, status=201 if version.version == 1 else 200, base=request.base))


def expected(request: Request) -> int | None:
    return version_asked(request, "if-match")
