"""What an actor may see, decided and audited before the first row is read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """A decision to let someone read. Made only by `access.scopes`, which audits it.

    `patients` limits rows to these patients; `None` means the row filter named by `rows` decides:
    'open' (types every member of staff may see), 'charts' (patients the actor has a relationship with),
    'all' (systems, reindexing, export).
    """

    tenant: int
    actor: str  # Actor.key
    practitioner: str | None
    rows: str = "open"
    patients: frozenset[str] | None = None
    level: str = "contact"  # contact | chart
    zone: str = "UTC"
