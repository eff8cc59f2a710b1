"""GET /fhir/Type?… of the plain kinds: those that came at the same time are found, decided and audited together.

Answers only what the ordinary route would answer with 200, and the same, by the same plan and statement. None leaves a
call to that route: includes, chains, summaries, counts, whatever is misspelt, and every caller who may see nothing.
"""

import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.pq.abc import PGresult

from waypost.access import onetrip, searching
from waypost.access.bearer import digest_of
from waypost.access.problems import SignInNeeded
from waypost.api.fast import ACCEPTED, COMMON, TYPE, Answer
from waypost.api.http import pairs
from waypost.api.interactions.search import searchset
from waypost.api.search.kinds import param_of
from waypost.api.search.parse import Asked, search
from waypost.formats.fhir import definitions
from waypost.kernel.clock import Clock
from waypost.kernel.problem import Problem
from waypost.records.search import run, sql
from waypost.records.search.predicates import of_one_patient

PATH = re.compile(r"/fhir/([A-Z][A-Za-z]{1,63})")
COMPUTED = frozenset({"Slot"})  # found by thinking, not in the index
_PLAIN_NAME = re.compile(r"[a-z][a-z0-9\-]*(?::[A-Za-z]+)?|_sort|_count|_cursor|_id|_lastUpdated")
_ID, _BODY, _PATIENT, _FIRST_KEY = 1, 6, run.COLUMNS, run.COLUMNS + 1


@dataclass(frozen=True, slots=True)
class Wished:
    """A search that may be answered here, and what its answer depends on besides its rows."""

    wish: searching.Wish
    asked: Asked
    base: str
    with_body: bool


def respond_to_all(environs: Sequence[dict[str, Any]], clock: Clock, base: str) -> list[Answer | None]:
    """Answer searches that came at the same time, in two trips to the database."""
    wished = [ask(environ, clock, base) for environ in environs]
    found = iter(searching.find_all([one.wish for one in wished if one is not None]))
    return [answer(one, next(found)) if one is not None else None for one in wished]


def ask(environ: dict[str, Any], clock: Clock, base: str) -> Wished | None:
    """Read a call; None where it is not one for here."""
    method = environ["REQUEST_METHOD"]
    match = PATH.fullmatch(environ["PATH_INFO"])
    if match is None or method not in {"GET", "HEAD"} or environ.get("HTTP_ACCEPT", "") not in ACCEPTED:
        return None
    kind = match[1]
    if kind not in definitions.resource_types() or kind in COMPUTED:
        return None
    try:
        known = onetrip.known(digest_of(environ.get("HTTP_AUTHORIZATION", "")))
    except SignInNeeded:
        return None
    if known is None:
        return None
    request_id = environ.get("HTTP_X_REQUEST_ID", "")[:64] or secrets.token_hex(8)
    opened = searching.opened(known, kind, clock, request_id)
    if opened is None:
        return None
    ctx, scope = opened
    asked = _plain(kind, environ["QUERY_STRING"], ctx.now, base)
    if asked is None:
        return None
    plan = asked.plan
    page = sql.page(plan, scope.tenant, run.filters({kind: scope}), run.CLINICAL)
    wish = searching.Wish(known, ctx, kind, (page.text, page.values), _PATIENT, plan.count)
    return Wished(wish, asked, base, method == "GET")


def _plain(kind: str, query: str, now: datetime, base: str) -> Asked | None:
    """Return what is asked where one statement answers it and nothing needs saying besides."""
    try:
        named = pairs(query.encode("latin-1").decode("utf-8"))
        if not all(_PLAIN_NAME.fullmatch(name) for name, _ in named):
            return None
        asked = search(kind, named, lookup=param_of, now=now, base=base)
    except (Problem, UnicodeError):
        return None
    plan = asked.plan
    if asked.warnings or plan.shape != "full" or plan.includes:
        return None
    in_two_statements = sql.by_clinical_date(plan, run.CLINICAL) and not of_one_patient(plan)
    return None if in_two_statements else asked


def answer(wished: Wished, rows: PGresult | None) -> Answer | None:
    """Put the rows into a Bundle; None where they could not be had."""
    if rows is None:
        return None
    plan, get = wished.asked.plan, rows.get_value
    shown = min(rows.ntuples, plan.count)
    found = [(f"{plan.type}/{_text(get(row, _ID))}", _text(get(row, _BODY))) for row in range(shown)]
    after = None
    if rows.ntuples > plan.count and shown:
        marks = [get(shown - 1, column) for column in range(_FIRST_KEY, rows.nfields)]
        after = (*(one.decode() if one is not None else None for one in marks), _text(get(shown - 1, _ID)))
    total = shown if plan.after is None and after is None else None
    body = searchset(wished.base, wished.asked, found, after, total=total).encode("utf-8", "replace")
    headers = [*COMMON, TYPE, ("Content-Length", str(len(body)))]
    return "200 OK", headers, body if wished.with_body else b""


def _text(value: bytes | None) -> str:
    assert value is not None
    return value.decode()
