"""GET /fhir/Type/id: the newest version, its tag, and 304 where the caller has it already."""

from waypost.access import scopes
from waypost.api.http import Request, Response, of_version, version_asked
from waypost.records import queries


def read(request: Request, kind: str, id: str) -> Response:
    known = version_asked(request, "if-none-match")
    ctx = request.context
    version = queries.read(scopes.for_resource(ctx, kind, id), kind, id)
    if known is not None and known == version.version:
        return of_version(version, status=304, body="")
    return of_version(version)
