"""Reading the outbox."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection

from waypost.kernel.scope import Scope
from waypost.records import tenancy

COLUMNS = (
    "id", "key", "channel", "kind", "patient", "appointment", "version", "act", "actor", "created_at", "due_at", "state",
    "reason", "tries", "language", "address", "subject", "body", "calendar", "settled_at",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing that was to leave the building, and what became of it."""

    id: UUID
    key: str
    channel: str
    kind: str
    patient: str
    appointment: str
    version: int
    act: UUID
    actor: str
    created_at: datetime
    due_at: datetime
    state: str
    reason: str
    tries: int
    language: str
    address: str
    subject: str
    body: str
    calendar: str
    settled_at: datetime | None


@dataclass(frozen=True, slots=True)
class Organization:
    """The tenant as it signs its letters and its mail."""

    name: str
    phone: str
    zone: str


@dataclass(frozen=True, slots=True)
class Attempt:
    n: int
    started_at: datetime
    ended_at: datetime | None
    outcome: str
    detail: str


def select(tenant: int, where: str, params: list[Any]) -> list[Delivery]:
    tenancy.enter(tenant)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {', '.join(COLUMNS)} FROM messaging_delivery WHERE tenant = %s AND {where}",
            [tenant, *params],
        )
        return [Delivery(*row) for row in cursor.fetchall()]


def outbox(scope: Scope, *, count: int = 100, before: datetime | None = None) -> list[Delivery]:
    """Return the newest deliveries first."""
    return select(
        scope.tenant,
        "(%s::timestamptz IS NULL OR created_at < %s) ORDER BY created_at DESC, id LIMIT %s",
        [before, before, count],
    )


def about_appointment(scope: Scope, appointment: str) -> list[Delivery]:
    return select(scope.tenant, "appointment = %s ORDER BY created_at DESC", [appointment])


def delivery(scope: Scope, id_: UUID) -> Delivery | None:
    found = select(scope.tenant, "id = %s", [id_])
    return found[0] if found else None


def attempts(scope: Scope, id_: UUID) -> list[Attempt]:
    tenancy.enter(scope.tenant)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT n, started_at, ended_at, outcome, detail FROM messaging_attempt"
            " WHERE tenant = %s AND delivery = %s ORDER BY n",
            [scope.tenant, id_],
        )
        return [Attempt(*row) for row in cursor.fetchall()]


def organization(tenant: int) -> Organization:
    """Return how a tenant signs. It is no care data and stands outside row-level security."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, phone, zone FROM access_tenant WHERE id = %s", [tenant])
        return Organization(*cursor.fetchone())


def tenants() -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM access_tenant ORDER BY id")
        return [row[0] for row in cursor.fetchall()]
