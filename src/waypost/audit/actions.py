"""Writing the audit: with the act's transaction, or at once where there is none."""

import os
import threading
from collections.abc import Sequence
from itertools import count
from typing import Any

from django.db import connection

from waypost.audit.entries import SHARDS, Entry, sealed


def append(tenant: int, entries: Sequence[Entry], *, shard: int | None = None) -> None:
    """Add entries to one shard of the tenant's chain.

    The shard's head stays locked until the surrounding transaction ends, so an act appends once, last of all;
    by default a thread keeps to one shard.
    """
    if not entries:
        return
    with connection.cursor() as cursor:
        cursor.execute(*statement(tenant, entries, shard=shard))


def statement(tenant: int, entries: Sequence[Entry], *, shard: int | None = None) -> tuple[str, list[Any]]:
    """Return what `append` sends, for whoever has a quicker way of sending it."""
    chosen = own_shard() if shard is None else shard
    return "SELECT audit_append(%s, %s::smallint, %s::json)", [tenant, chosen, sealed(entries)]


_THREADS_A_PROCESS = 4  # as many as may write at once without waiting for each other's commit
_threads = count()
_mine = threading.local()


def own_shard() -> int:
    """Return this thread's shard. Asked for each time, since processes fork after they have loaded this."""
    pid = os.getpid()
    if getattr(_mine, "pid", None) != pid:
        _mine.pid, _mine.shard = pid, (pid * _THREADS_A_PROCESS + next(_threads)) % SHARDS
    return int(_mine.shard)
