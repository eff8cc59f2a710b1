"""What an actor may see, decided and audited before the first row is read."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Scope:
    """A decision to let someone read. Made only by `access.scopes`, which audits it.

    `where` is a boolean SQL expression over `c`, the row of `records_current`; `params` are its arguments.
    A Scope made by nobody lets nothing through.
    """

    tenant: int
    actor: str  # Actor.key
    practitioner: str | None = None
    patient: str | None = None  # the one patient it was made for, if any
    level: str = "contact"  # contact | chart | all
    where: str = "false"
    params: tuple[object, ...] = ()
    zone: str = "UTC"
