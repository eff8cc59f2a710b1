"""Reading a body: bytes in, one resource of the expected type out, or a coded refusal."""

import base64
from dataclasses import dataclass
from typing import Any

from waypost.api import limits, problems
from waypost.api.http import Request
from waypost.formats.fhir import text as fhir_text

_MEDIA = frozenset({"application/fhir+json", "application/json", "application/json+fhir", "text/json", ""})
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True, slots=True)
class Body:
    """One resource as it came, and read."""

    text: str
    resource: dict[str, Any]

    @property
    def type(self) -> str:
        kind = self.resource.get("resourceType")
        return kind if isinstance(kind, str) else ""

    @property
    def id(self) -> str | None:
        found = self.resource.get("id")
        return found if isinstance(found, str) else None


def media(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def read(request: Request) -> Body:
    """Return the resource in the body. Refuses other media, too many bytes and whatever is not one JSON object."""
    if media(request) not in _MEDIA:
        raise problems.MediaUnsuitable
    if len(request.body) > limits.BODY_BYTES_MAX:
        raise problems.BodyTooLarge
    if not request.body.strip():
        raise problems.BodyUnreadable("The body is empty.")
    text = fhir_text.decode(request.body)
    return Body(text, fhir_text.parse(text))


def of_type(request: Request, kind: str, *, id: str | None = None) -> Body:
    """Return the resource in the body, which must have the address's type and, where named, its id."""
    body = _bytes_as_binary(request, id) if kind == "Binary" and media(request) not in _MEDIA else read(request)
    if not body.type:
        raise problems.BodyUnreadable("`resourceType` is missing.", expression=["resourceType"])
    if body.type != kind:
        raise problems.BodyMismatch(f"The body is not a {kind}.", expression=["resourceType"])
    if id is not None and body.id != id:
        raise problems.BodyMismatch("The body's id is not the address's.", expression=[f"{kind}.id"])
    if id is None and "id" in body.resource and not isinstance(body.resource["id"], str):
        raise problems.IdUnsuitable(expression=[f"{kind}.id"])
    return body


def _bytes_as_binary(request: Request, id: str | None) -> Body:
    """Return bytes of any type as the Binary that holds them; `X-Security-Context` names what guards them."""
    if len(request.body) > limits.BINARY_BYTES_MAX:
        raise problems.BodyTooLarge
    if not request.body:
        raise problems.BodyUnreadable("The body is empty.")
    made: dict[str, Any] = {"resourceType": "Binary", "contentType": request.headers.get("content-type", "").strip()}
    if id is not None:
        made["id"] = id
    if guard := request.headers.get("x-security-context", "").strip():
        made["securityContext"] = {"reference": guard.removeprefix(f"{request.base}/")}
    made["data"] = base64.b64encode(request.body).decode()
    return Body(fhir_text.dumps(made), made)
