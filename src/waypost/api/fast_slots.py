"""GET /fhir/Slot of our own Schedules: those that came at the same time are checked and audited together, then computed.

Computing a day takes less than asking whether the process's picture of the calendars is still true, so the question is
asked once for all that wait, with their tokens. What the ordinary route would not answer with 200 is left to it.
"""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from psycopg.pq.abc import PGresult

from waypost.access import onetrip, searching
from waypost.access.bearer import digest_of
from waypost.access.problems import SignInNeeded
from waypost.access.searching import Wish
from waypost.api.fast import ACCEPTED, COMMON, TYPE, Answer
from waypost.api.http import Request, pairs
from waypost.api.interactions import slots
from waypost.kernel.clock import Clock
from waypost.kernel.context import Context
from waypost.kernel.problem import Problem
from waypost.kernel.scope import Scope
from waypost.scheduling import queries

PATH = "/fhir/Slot"
_PLAIN = frozenset({"schedule", "start", "status", "service-type"})


@dataclass(frozen=True, slots=True)
class Wished:
    """A call that may be answered here, and what its answer depends on besides the calendars."""

    wish: Wish
    scope: Scope
    request: Request
    asked: slots.Pairs


def respond_to_all(environs: Sequence[dict[str, Any]], clock: Clock, base: str) -> list[Answer | None]:
    """Answer calls that came at the same time, in two trips to the database."""
    wished = [ask(environ, clock, base) for environ in environs]
    found = iter(searching.find_all([one.wish for one in wished if one is not None]))
    return [answer(one, next(found)) if one is not None else None for one in wished]


def ask(environ: dict[str, Any], clock: Clock, base: str) -> Wished | None:
    """Read a call; None where it is not one for here."""
    method = environ["REQUEST_METHOD"]
    if environ["PATH_INFO"] != PATH or method not in {"GET", "HEAD"}:
        return None
    if environ.get("HTTP_ACCEPT", "") not in ACCEPTED:
        return None
    try:
        known = onetrip.known(digest_of(environ.get("HTTP_AUTHORIZATION", "")))
    except SignInNeeded:
        return None
    opened = known and searching.opened(
        known, "Slot", clock, environ.get("HTTP_X_REQUEST_ID", "")[:64] or secrets.token_hex(8)
    )
    if not known or not opened:
        return None
    ctx, scope = opened
    moved = queries.moved(ctx.tenant, ctx.now)
    asked = _plain(environ["QUERY_STRING"], ctx)
    if moved is None or not slots.ours(queries.seen(ctx.tenant, ctx.now), base, asked):
        return None
    return Wished(Wish(known, ctx, "Slot", moved), scope, Request(method, "Slot", base=base, ctx=ctx), asked)


def _plain(query: str, ctx: Context) -> slots.Pairs:
    """Return what is asked, if it is well-formed and nothing needs saying besides; else nothing."""
    try:
        asked = pairs(query.encode("latin-1").decode("utf-8"))
        slots.window(asked, ctx.now)
    except (Problem, UnicodeError):
        return ()
    return asked if all(name in _PLAIN for name, _ in asked) else ()


def answer(wished: Wished, moved: PGresult | None) -> Answer | None:
    """Compute the slots and put them into a Bundle; None where the token stands for nobody."""
    if moved is None:
        return None
    ctx = wished.request.context
    here = queries.clinic(ctx.tenant, ctx.now) if moved.ntuples else queries.seen(ctx.tenant, ctx.now)
    found = slots.computed(here, wished.scope, wished.request, wished.asked)
    assert isinstance(found.body, str), "a Bundle is text"
    body = found.body.encode("utf-8", "replace")
    headers = [*COMMON, TYPE, ("Content-Length", str(len(body)))]
    return "200 OK", headers, body if wished.request.method == "GET" else b""
