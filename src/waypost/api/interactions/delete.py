"""DELETE /fhir/Type/id: file a version that says it is gone; 409 while others refer to it."""

from waypost.api.http import Request, Response
from waypost.api.interactions.update import expected
from waypost.coordination import owners


def delete(request: Request, kind: str, id: str) -> Response:
    version = owners.of(kind).delete(request.context, kind, id, expected(request))
    return Response(204, "", (("ETag", version.etag),) if version is not None else ())
