"""A request and an answer of the FHIR door, free of any web framework."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from email.utils import format_datetime
from functools import cached_property
from urllib.parse import parse_qsl

from waypost.api import limits, problems
from waypost.kernel.context import Context
from waypost.records.versions import Version

JSON = "application/fhir+json; charset=utf-8"
_JSON_ASKED = ("json", "application/fhir+json", "application/json", "application/json+fhir", "text/json")
_ETAG = re.compile(r'(?:W/)?"?([^"]{1,64})"?')


@dataclass(frozen=True)
class Request:
    """One call, or one entry of a batch."""

    method: str
    path: str  # below /fhir, without leading or trailing slash
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)  # names in lower case
    body: bytes = b""
    base: str = ""  # absolute address of the door, without trailing slash
    ctx: Context | None = None

    @property
    def context(self) -> Context:
        assert self.ctx is not None, "the door lets nobody in without a Context"
        return self.ctx

    @cached_property
    def parameters(self) -> tuple[tuple[str, str], ...]:
        return pairs(self.query)

    @cached_property
    def prefer(self) -> Mapping[str, str]:
        found: dict[str, str] = {}
        for part in re.split(r"[;,]", self.headers.get("prefer", "")):
            name, _, value = part.strip().partition("=")
            found.setdefault(name.strip().lower(), value.strip().strip('"'))
        return found

    @property
    def strict(self) -> bool:
        return self.prefer.get("handling") == "strict"

    def within(self, **changes: object) -> "Request":
        return replace(self, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Response:
    status: int
    body: str | bytes = ""  # bytes as they are, of the type that `headers` names
    headers: tuple[tuple[str, str], ...] = ()
    problem: str = ""  # code of the problem answered, for the log


Interaction = Callable[..., Response]


def pairs(text: str) -> tuple[tuple[str, str], ...]:
    """Read a query or a form; refuses what is not UTF-8 and what is too much."""
    if len(text) > limits.QUERY_CHARACTERS_MAX:
        raise problems.SearchTooLarge("The query is too long; send it by POST in parts.")
    try:
        return tuple(
            parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=limits.PARAMETERS_MAX)
        )
    except UnicodeDecodeError:
        raise problems.ParameterUnsuitable("The query is not UTF-8.") from None
    except ValueError:
        raise problems.SearchTooLarge(f"A search may have {limits.PARAMETERS_MAX} parameters.") from None


def wants_bytes(request: Request) -> bool:
    """Say whether a Binary is wanted as the bytes that it holds: no form of FHIR's is asked for, and not just anything."""
    if any(name == "_format" for name, _ in request.parameters):
        return False
    kinds = [part.partition(";")[0].strip().lower() for part in request.headers.get("accept", "").split(",")]
    kinds = [kind for kind in kinds if kind]
    return bool(kinds) and not any(kind in _JSON_ASKED or kind in {"*/*", "application/*"} or "fhir" in kind for kind in kinds)


def check_accept(request: Request) -> None:
    """Refuse callers who cannot take JSON. A Binary is also had as its bytes."""
    if request.method in {"GET", "HEAD"} and request.path.startswith("Binary/") and wants_bytes(request):
        return
    asked = next((value for name, value in request.parameters if name == "_format"), None)
    if asked is not None:
        if asked.replace(" ", "+").partition(";")[0].strip().lower() in _JSON_ASKED:
            return
        raise problems.FormatUnsuitable
    accept = request.headers.get("accept", "")
    if not accept.strip():
        return
    for part in accept.lower().split(","):
        kind = part.partition(";")[0].strip()
        if kind in _JSON_ASKED or kind in {"*/*", "application/*"}:
            return
    raise problems.FormatUnsuitable


def version_asked(request: Request, name: str) -> int | None:
    """Return the version a conditional header names, if it is there."""
    text = request.headers.get(name, "").strip()
    if not text or text == "*":
        return None
    match = _ETAG.fullmatch(text)
    if match is None or not (match[1].isascii() and match[1].isdigit() and len(match[1]) < 10):
        raise problems.HeaderUnsuitable(expression=[f"http.{name}"])
    return int(match[1])


def of_version(version: Version, *, status: int = 200, body: str | None = None, base: str = "") -> Response:
    """Answer with a version: its text as it is stored, its tag and its time."""
    headers = [("ETag", version.etag), ("Last-Modified", format_datetime(version.at, usegmt=True))]
    if base:
        headers.append(("Location", f"{base}/{version.reference}/_history/{version.version}"))
    return Response(status, version.text if body is None else body, tuple(headers))
