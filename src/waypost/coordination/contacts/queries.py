"""What was tried for pieces of work. Open to all staff, as the work itself is: it says when and how, never what was said."""

from collections.abc import Iterable
from typing import Any

from waypost.coordination.contacts.reading import Contact
from waypost.kernel.scope import Scope
from waypost.records import queries


def of_tasks(scope: Scope, tasks: Iterable[str]) -> dict[str, list[Contact]]:
    """Return the contacts about each of these Tasks, oldest first."""
    wanted = sorted({f"Task/{id_}" for id_ in tasks})
    if not wanted:
        return {}
    found: dict[str, list[Contact]] = {}
    values: list[Any] = [scope.tenant, wanted]
    for id_, about, patient, at, channel, reached, outcome, by, inbound in queries.rows(
        scope,
        "SELECT id, about, patient, at, channel, reached, outcome, by, inbound FROM coordination_contact"
        " WHERE tenant = %s AND about = ANY(%s) ORDER BY at, id",
        values,
    ):
        made = Contact(id_, patient, at, channel, reached, outcome, by, inbound, (about,))
        found.setdefault(about.removeprefix("Task/"), []).append(made)
    return found
