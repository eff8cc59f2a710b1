"""GET /fhir/Type/id ahead of everything: one look at the address, one trip to the database, one answer.

Answers only what the ordinary route would answer with 200 or 304, and the same; None leaves a call to that route.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import format_datetime
from typing import Any

from waypost.access import onetrip
from waypost.access.bearer import digest_of
from waypost.access.problems import SignInNeeded
from waypost.formats.fhir import definitions, outside
from waypost.kernel.clock import Clock

MARK = outside.MARK.encode()
Answer = tuple[str, list[tuple[str, str]], bytes]
_PATH = re.compile(r"/fhir/([A-Z][A-Za-z]{1,63})/([A-Za-z0-9\-.]{1,64})")
ACCEPTED = frozenset({"", "*/*", "application/fhir+json", "application/json"})
COMMON = (("X-Content-Type-Options", "nosniff"), ("Cache-Control", "no-store"))
TYPE = ("Content-Type", "application/fhir+json; charset=utf-8")


@dataclass(frozen=True, slots=True)
class Asked:
    """A call that may be answered here: what the database is asked, and what the answer depends on besides."""

    look: onetrip.Look
    wanted: str  # If-None-Match
    with_body: bool


def respond_to_all(environs: Sequence[dict[str, Any]], clock: Clock) -> list[Answer | None]:
    """Answer calls that came at the same time, in one trip to the database."""
    asked = [ask(environ, clock) for environ in environs]
    found = iter(onetrip.read_all([one.look for one in asked if one is not None]))
    return [answer(one, next(found)) if one is not None else None for one in asked]


def ask(environ: dict[str, Any], clock: Clock) -> Asked | None:
    """Read a call; None where it is not one for here."""
    method = environ["REQUEST_METHOD"]
    if (
        method not in {"GET", "HEAD"}
        or environ.get("QUERY_STRING")
        or environ.get("HTTP_ACCEPT", "") not in ACCEPTED
    ):
        return None
    match = _PATH.fullmatch(environ["PATH_INFO"])
    if match is None or match[1] not in definitions.resource_types() or not match[2].strip("."):
        return None
    wanted = environ.get("HTTP_IF_NONE_MATCH", "")
    if wanted and not (wanted.startswith('W/"') and wanted[3:-1].isdigit()):
        return None
    try:
        digest = digest_of(environ.get("HTTP_AUTHORIZATION", ""))
    except SignInNeeded:
        return None
    request_id = environ.get("HTTP_X_REQUEST_ID", "")[:64] or secrets.token_hex(8)
    look = onetrip.look(digest, match[1], match[2], now=clock.now(), request_id=request_id)
    return Asked(look, wanted, method == "GET") if look is not None else None


def answer(asked: Asked, found: onetrip.Read | None) -> Answer | None:
    """Put what was found into an answer; None where nothing was."""
    if found is None or MARK in found.body:  # what is kept outside is put back by the ordinary route
        return None
    tag = f'W/"{found.version}"'
    headers = [("ETag", tag), ("Last-Modified", format_datetime(found.at, usegmt=True)), *COMMON]
    if asked.wanted == tag:
        return "304 Not Modified", headers, b""
    headers += (TYPE, ("Content-Length", str(len(found.body))))
    return "200 OK", headers, found.body if asked.with_body else b""
