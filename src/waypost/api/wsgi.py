"""The door as a WSGI callable, ahead of Django's middleware: no session, no cookie, no template."""

from collections.abc import Callable, Iterable, Sequence
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.db import connection

from waypost.api import door, fast, fast_search, fast_slots, limits, problems
from waypost.api.http import JSON, Request, Response
from waypost.api.outcome import refusal

Start = Callable[[str, list[tuple[str, str]]], Any]
PREFIX = "/fhir"
TRIED = "waypost.tried"  # set where the quick way has been tried, and was not the way


def mine(environ: dict[str, Any]) -> bool:
    """Return whether a call is for this door."""
    path: str = environ.get("PATH_INFO", "")
    return path.startswith(PREFIX) and (len(path) == len(PREFIX) or path[len(PREFIX)] == "/")


def application(environ: dict[str, Any], start_response: Start) -> Iterable[bytes]:
    """Answer one call: a plain look quickly, everything else by the door."""
    quick = None if environ.get(TRIED) else quickly([environ])[0]
    if quick is not None:
        start_response(quick[0], quick[1])
        return [quick[2]]
    door.settle()
    try:
        response = respond(environ)
    finally:
        if connection.in_atomic_block:
            connection.close()
    body = response.body if isinstance(response.body, bytes) else response.body.encode("utf-8", "replace")
    phrase = HTTPStatus(response.status).phrase
    headers = [*response.headers, ("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store")]
    if body and isinstance(response.body, str):
        headers.append(("Content-Type", JSON))
    if response.status not in {204, 304}:
        headers.append(("Content-Length", str(len(body))))
    start_response(f"{response.status} {phrase}", headers)
    return [b"" if environ["REQUEST_METHOD"] == "HEAD" else body]


def quickly(environs: Sequence[dict[str, Any]]) -> list[fast.Answer | None]:
    """Answer plain reads and searches that came at the same time; None for what is neither."""
    answers = fast.respond_to_all(environs, door.CLOCK)
    for respond_to_all in (fast_search.respond_to_all, fast_slots.respond_to_all):
        left = [place for place, found in enumerate(answers) if found is None]
        if left:
            searches = [environs[place] for place in left]
            found = respond_to_all(searches, door.CLOCK, base(searches[0]))
            for place, one in zip(left, found, strict=True):
                answers[place] = one
    return answers


def respond(environ: dict[str, Any]) -> Response:
    try:
        path = environ.get("PATH_INFO", "").encode("latin-1").decode("utf-8")[len(PREFIX) :]
        query = environ.get("QUERY_STRING", "").encode("latin-1").decode("utf-8")
    except (UnicodeDecodeError, UnicodeEncodeError):
        return refusal(problems.PathUnknown())
    body = _body(environ)
    if body is None:
        return refusal(problems.BodyTooLarge())
    return door.answer(
        Request(
            environ["REQUEST_METHOD"],
            path,
            query,
            _headers(environ),
            body,
            base(environ),
        )
    )


def base(environ: dict[str, Any]) -> str:
    """Return the door's absolute address: the one a person set, else the one called."""
    configured: str = settings.WAYPOST_BASE_URL
    return f"{configured}{PREFIX}"


def _headers(environ: dict[str, Any]) -> dict[str, str]:
    found = {
        name[5:].replace("_", "-").lower(): value
        for name, value in environ.items()
        if name.startswith("HTTP_")
    }
    found["content-type"] = environ.get("CONTENT_TYPE", "") or ""
    return found


def _body(environ: dict[str, Any]) -> bytes | None:
    """Return the body whole; None where it is too large, after reading it away so that the answer arrives."""
    stream = environ.get("wsgi.input")
    length = environ.get("CONTENT_LENGTH") or ""
    declared = int(length) if length.isdigit() else None
    if stream is None or declared == 0 or (declared is None and "HTTP_TRANSFER_ENCODING" not in environ):
        return b""
    parts: list[bytes] = []
    size = 0
    while declared is None or size < declared:
        part = stream.read(min(65_536, declared - size) if declared is not None else 65_536)
        if not part:
            break
        size += len(part)
        if size <= limits.BODY_BYTES_MAX:
            parts.append(part)
    return b"".join(parts) if size <= limits.BODY_BYTES_MAX else None
