"""Searches that came at the same time, in two trips: tokens, decisions and rows, then the audit of what they found.

An audit entry names every patient found, under a key that the database does not have, so it cannot be written where the
rows are found. Only what is plainly allowed is answered here; the rest returns None and goes the ordinary way.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import InterfaceError, OperationalError, connection
from psycopg.pq.abc import PGresult

from waypost.access import onetrip, scopes
from waypost.access.bearer import context
from waypost.access.rules import may_read_open
from waypost.access.smart import permits
from waypost.audit.actions import statement as appending
from waypost.audit.entries import entry
from waypost.kernel.clock import Clock
from waypost.kernel.context import Context
from waypost.kernel.scope import Scope
from waypost.records import prepared, tenancy


@dataclass(frozen=True, slots=True)
class Wish:
    """One search: who asks, over which type, and its statement with the column that says whose each row is."""

    known: onetrip.Known
    ctx: Context
    kind: str
    statement: prepared.Statement
    whose: int | None = None  # where the rows are about people
    shown: int = 0  # rows beyond these only say that there are more


def opened(known: onetrip.Known, kind: str, clock: Clock, request_id: str) -> tuple[Context, Scope] | None:
    """Return the Scope of a search where making one refuses nothing and audits nothing yet."""
    actor = known.bearer.actor
    if "system" in actor.roles or not may_read_open(actor.roles) or not permits(actor.scopes, kind, write=False):
        return None
    ctx = context(known.bearer, clock, request_id=request_id)
    return ctx, scopes.for_search(ctx, kind)


def find_all(wishes: Sequence[Wish]) -> list[PGresult | None]:
    """Return each search's rows, audited; None for those that the ordinary route must answer."""
    found: list[PGresult | None] = [None] * len(wishes)
    for tenant in {wish.known.bearer.tenant for wish in wishes}:
        mine = [place for place, wish in enumerate(wishes) if wish.known.bearer.tenant == tenant]
        for place, rows in zip(mine, _find(tenant, [wishes[place] for place in mine]), strict=True):
            found[place] = rows
    return found


def _find(tenant: int, wishes: Sequence[Wish]) -> list[PGresult | None]:
    try:
        tenancy.enter(tenant)
    except (OperationalError, InterfaceError):
        connection.close()
        return [None] * len(wishes)
    tokens = {wish.known.digest: wish for wish in wishes}
    answers = prepared.together(
        [*(wish.known.holds(wish.ctx.now) for wish in tokens.values()), *(wish.statement for wish in wishes)]
    )
    if answers is None:
        return [None] * len(wishes)
    good = {digest for digest, held in zip(tokens, answers, strict=False) if held.ntuples == 1}
    rows = [
        one if wish.known.digest in good else None
        for wish, one in zip(wishes, answers[len(tokens) :], strict=True)
    ]
    entries = [
        entry(wish.ctx, "search", what=wish.kind, detail=_patients(wish, one))
        for wish, one in zip(wishes, rows, strict=True)
        if one is not None
    ]
    if entries and prepared.together([appending(tenant, entries)]) is None:
        return [None] * len(wishes)
    return rows


def _patients(wish: Wish, rows: PGresult) -> dict[str, list[str]] | None:
    if wish.whose is None:
        return None
    found = (rows.get_value(row, wish.whose) for row in range(min(rows.ntuples, wish.shown)))
    return {"patients": sorted({value.decode() for value in found if value})}
