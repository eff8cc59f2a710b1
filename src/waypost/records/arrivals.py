"""What an import brought, and which of its references lead nowhere.

The keys are kept in a table of this thread's session: an import may bring more than memory holds, and only the database
can say, once all of it is here, what a reference leads to. What is asked costs as much as was brought, however much was
here before.
"""

from collections.abc import Iterable, Iterator

from django.db import connection, transaction

from waypost.kernel.scope import Scope
from waypost.records import prepared, tenancy

KEYS_TOGETHER = 2_000
Key = tuple[str, str]

# Each look is by an index, one for each resource and one for each reference. Right after an import the tables' statistics
# are old: the planner would take a grown table for a small one and read it whole each time.
_LOST = """
SELECT a.type, a.id, r.target
FROM (SELECT DISTINCT type, id FROM pg_temp.records_arrived) a
CROSS JOIN LATERAL (
  SELECT DISTINCT o.target, split_part(o.target, '/', 1) AS kind, split_part(o.target, '/', 2) AS key FROM records_ref o
  WHERE o.tenant = %s AND o.type = a.type AND o.id = a.id AND split_part(o.target, '/', 3) = ''
    AND split_part(o.target, '/', 2) <> '' AND position(':' in o.target) = 0 AND position('?' in o.target) = 0
) r
LEFT JOIN LATERAL (
  SELECT 1 AS here FROM records_current c
  WHERE c.tenant = %s AND c.type = r.kind AND c.id = r.key AND NOT c.deleted LIMIT 1
) found ON true
WHERE found.here IS NULL
ORDER BY a.type, a.id, r.target
"""


class Arrivals:
    """The resources that one import took in or found here already. Belongs to the thread that made it."""

    def __init__(self) -> None:
        self._waiting: list[Key] = []
        with connection.cursor() as cursor:
            cursor.execute(
                'CREATE TEMPORARY TABLE records_arrived (type text COLLATE "C" NOT NULL, id text COLLATE "C" NOT NULL)'
            )

    def add(self, keys: Iterable[Key]) -> None:
        self._waiting += keys
        if len(self._waiting) >= KEYS_TOGETHER:
            self._send()

    def dangling(self, scope: Scope) -> Iterator[tuple[str, str, str]]:
        """Yield (type, id, target) for each reference by Type/id, of what arrived, to what is not here now."""
        self._send()
        with transaction.atomic():
            tenancy.enter(scope.tenant)
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL enable_seqscan = off")
                cursor.execute("SET LOCAL cursor_tuple_fraction = 1")
            with connection.chunked_cursor() as cursor:
                cursor.execute(_LOST, [scope.tenant, scope.tenant])
                yield from cursor

    def _send(self) -> None:
        keys, self._waiting = self._waiting, []
        if keys:
            prepared.rows(
                "INSERT INTO pg_temp.records_arrived SELECT * FROM unnest(%s::text[], %s::text[])",
                list(zip(*keys, strict=True)),
            )
