"""Writing the audit: with the act's transaction, or at once where there is none."""

import os
from collections.abc import Sequence

from django.db import connection

from waypost.audit.entries import SHARDS, Entry, sealed


def append(tenant: int, entries: Sequence[Entry], *, shard: int | None = None) -> None:
    """Add entries to one shard of the tenant's chain.

    The shard's head stays locked until the surrounding transaction ends, so an act appends once, last of all;
    by default a process keeps to one shard.
    """
    if not entries:
        return
    chosen = os.getpid() % SHARDS if shard is None else shard
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_append(%s, %s::smallint, %s::json)", [tenant, chosen, sealed(entries)])
