"""GET /fhir/Type/id: the newest version, its tag, and 304 where the caller has it already."""

import re

from waypost.access import scopes
from waypost.api.http import Request, Response, of_version, version_asked, wants_bytes
from waypost.records import outside, queries
from waypost.records.versions import Version

MEDIA = re.compile(r"[A-Za-z0-9!#$&^_.+-]{1,80}/[A-Za-z0-9!#$&^_.+-]{1,80}(?:; ?charset=[A-Za-z0-9-]{1,40})?")


def read(request: Request, kind: str, id: str) -> Response:
    known = version_asked(request, "if-none-match")
    ctx = request.context
    version = queries.read(scopes.for_resource(ctx, kind, id), kind, id)
    if known is not None and known == version.version:
        return of_version(version, status=304, body="")
    return held(request, version)


def held(request: Request, version: Version) -> Response:
    """Answer with a version, what is kept outside put back; a Binary as its bytes where those are asked for.

    Bytes are handed out to be saved: whatever they are, a browser shows and runs none of them.
    """
    tenant = request.context.tenant
    if version.type != "Binary" or not wants_bytes(request):
        return of_version(version, body=outside.whole(tenant, version.text))
    answer = of_version(version)
    kind = str(version.resource.get("contentType", ""))
    more = (
        ("Content-Type", kind if MEDIA.fullmatch(kind) else "application/octet-stream"),
        ("Content-Disposition", "attachment"),
        ("Content-Security-Policy", "default-src 'none'; sandbox"),
    )
    return Response(200, outside.data_of(tenant, version.resource), (*answer.headers, *more))
