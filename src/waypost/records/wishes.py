"""A wish carries its sender's id; sent twice, it gets its first answer."""

from collections.abc import Callable
from typing import Any

import orjson
from django.db import connection

from waypost.records import acts


def once(key: str, do: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """Return what `do` answers, or what it answered the first time this actor sent `key`.

    Inside an action only: the answer commits with the act. Two at the same moment wait for each other on the key.
    """
    act = acts.current()
    who = [act.ctx.tenant, act.ctx.actor.key, key]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 77))", ["/".join(map(str, who))])
        cursor.execute("SELECT answer::text FROM records_wish WHERE tenant = %s AND actor = %s AND key = %s", who)
        row = cursor.fetchone()
        if row:
            return orjson.loads(row[0])
        answer = do()
        cursor.execute("INSERT INTO records_wish (tenant, actor, key, at, answer) VALUES (%s, %s, %s, %s, %s::jsonb)",
                       [*who, act.ctx.now, orjson.dumps(answer).decode()])
    return answer
