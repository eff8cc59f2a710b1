"""Who works here, for the lists that name them."""

from waypost.chart.queries import name_of
from waypost.kernel.scope import Scope
from waypost.records import queries as records

STAFF_MAX = 500


def practitioners(scope: Scope) -> list[tuple[str, str]]:
    """Return active practitioners as (id, name), in order of name."""
    found = records.fetch(
        scope,
        f"{records.CURRENT} WHERE c.tenant = %s AND c.type = 'Practitioner' AND NOT c.deleted AND ({scope.where})"
        " ORDER BY c.name, c.id LIMIT %s",
        [scope.tenant, *scope.params, STAFF_MAX],
    )
    return [(v.id, name_of(v.resource)) for v in found if v.resource.get("active", True)]
