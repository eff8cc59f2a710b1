"""Which covers stand at a moment. Read from the dated records each time: no job gives anything back."""

from datetime import datetime

from waypost.coordination.cover.reading import NOBODY, Cover, Standing, read
from waypost.kernel.scope import Scope
from waypost.records import queries


def of(scope: Scope, starts: datetime, ends: datetime) -> list[Cover]:
    """Return the covers of which some part lies between two moments."""
    found = queries.fetch(
        scope,
        f"{queries.CURRENT} JOIN coordination_cover w ON w.tenant = c.tenant AND w.id = c.id"
        " WHERE c.tenant = %s AND c.type = 'Basic' AND NOT c.deleted AND w.starts <= %s AND w.ends > %s ORDER BY w.starts, w.id",
        [scope.tenant, ends, starts],
    )
    return [made for one in found if (made := read(one.resource))]


def standing(scope: Scope, who: str, at: datetime) -> Standing:
    """Return what one person has lent and taken on at a moment."""
    if not who:
        return NOBODY
    found = [one for one in of(scope, at, at) if who in {one.whose, one.by}]
    return Standing(
        next((one for one in found if one.whose == who), None), tuple(one for one in found if one.by == who)
    )
