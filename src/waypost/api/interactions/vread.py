"""GET /fhir/Type/id/_history/version: one version, whatever came after it."""

from waypost.access import scopes
from waypost.api.http import Request, Response
from waypost.api.interactions.read import held
from waypost.records import queries
from waypost.records.problems import NotFound


def vread(request: Request, kind: str, id: str, version: str) -> Response:
    if not (version.isascii() and version.isdigit() and len(version) < 10):
        raise NotFound
    return held(request, queries.vread(scopes.for_resource(request.context, kind, id), kind, id, int(version)))
