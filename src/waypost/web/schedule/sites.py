"""The names of the sites that the clinic's calendars stand at."""

from waypost.kernel.scope import Scope
from waypost.records import queries as records
from waypost.records.versions import Version
from waypost.scheduling.queries.clinic import Clinic


def site_names(scope: Scope, here: Clinic) -> dict[str, str]:
    """Return 'Location/x' -> name, by one read of primary keys."""
    sites = {one.calendar.site for one in here.bookables.values() if one.calendar.site}
    found = records.many(scope, [("Location", ref.partition("/")[2]) for ref in sites])
    return {ref: _name(found, ref) for ref in sorted(sites)}


def _name(found: dict[tuple[str, str], Version], ref: str) -> str:
    version = found.get(("Location", ref.partition("/")[2]))
    return version.resource.get("name", "") if version is not None else ""
