"""The act that is running: one transaction, one audit, one id on every version it files."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass, field

from django.db import connection, transaction

from waypost.audit import actions as audit_actions
from waypost.audit.entries import Entry
from waypost.kernel.context import Context
from waypost.records import prepared, tenancy


@dataclass(slots=True)
class Act:
    ctx: Context
    entries: list[Entry] = field(default_factory=list)
    last: list[Callable[[], None]] = field(default_factory=list)  # run just before the commit
    inner: int = 0  # acts that have joined this one and are running
    restoring: bool = False  # an undo: states are put back, no rule of transition applies


_running: ContextVar[Act | None] = ContextVar("waypost_act", default=None)


def running() -> Act | None:
    return _running.get()


def current() -> Act:
    act = _running.get()
    assert act is not None, "records are filed inside an action"
    return act


@contextmanager
def act(ctx: Context) -> Iterator[Act]:
    """Open the one transaction of an act, or join the one that is open.

    Audit entries are gathered and written last, so that no act holds the audit's lock while it waits for another's.
    """
    outer = _running.get()
    if outer is not None:
        assert outer.ctx.tenant == ctx.tenant, "one act, one tenant"
        outer.inner += 1
        try:
            yield outer
        finally:
            outer.inner -= 1
        return
    mine = Act(ctx.for_act() if ctx.act.int == 0 else ctx)
    token = _running.set(mine)
    try:
        tenancy.enter(ctx.tenant)
        with transaction.atomic():
            yield mine
            if mine.last:
                prepared.send_now()
            for call in mine.last:
                call()
            if mine.entries:
                prepared.commit(*audit_actions.statement(ctx.tenant, mine.entries))
    finally:
        prepared.drop()
        _running.reset(token)


def note(ctx: Context, entry: Entry) -> None:
    """Audit with the running act, or at once where none runs."""
    mine = _running.get()
    if mine is not None:
        mine.entries.append(entry)
    else:
        assert not connection.in_atomic_block or tenancy.in_test(), "a read inside a bare transaction would hold the audit"
        audit(ctx.tenant, [entry])


def audit(tenant: int, entries: Sequence[Entry]) -> None:
    """Write audit entries with the transaction that is open, or in one of their own."""
    if entries:
        prepared.rows(*audit_actions.statement(tenant, entries))
