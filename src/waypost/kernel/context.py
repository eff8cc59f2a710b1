"""Who acts, for whom, when and through which door."""

from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from waypost.kernel import ids
from waypost.kernel.clock import Clock


@dataclass(frozen=True, slots=True)
class Actor:
    """A person, client or named system acting."""

    kind: str  # staff | patient | proxy | client | system
    id: str  # stable key: account id, client id, or the system's name
    name: str
    roles: frozenset[str] = frozenset()
    practitioner: str | None = None  # Practitioner id of a member of staff
    scopes: tuple[str, ...] | None = None  # SMART scopes of a token; None where the roles alone decide

    @property
    def key(self) -> str:
        return f"{self.kind}:{self.id}"


def system_actor(name: str) -> Actor:
    """Return the actor for work that nobody asked for by hand: the worker, the demo, an import."""
    return Actor("system", name, name, frozenset({"system"}))


@dataclass(frozen=True, slots=True)
class Context:
    """What an action is told about its surroundings. One Context, one act."""

    actor: Actor
    tenant: int
    zone: str  # IANA name of the tenant's home zone
    clock: Clock
    door: str  # web | api | cli | interfaces | worker
    request_id: str = ""
    purpose: str = "TREAT"  # v3-PurposeOfUse
    act: UUID = field(default_factory=lambda: UUID(int=0))

    @property
    def now(self) -> datetime:
        return self.clock.now()

    def for_act(self) -> "Context":
        """Return this context with a fresh act id; every version filed by one act carries it."""
        return replace(self, act=ids.uuid7(self.clock.now()))
