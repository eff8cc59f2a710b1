"""Reading the audit a page at a time, and what was last verified. Whoever calls has decided and audited the look."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ends: later pages go on below it, whatever is added above."""

    at: datetime
    shard: int
    seq: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """Which entries are wanted. `patient` also finds searches that returned the patient."""

    since: datetime
    until: datetime
    actor: str = ""
    patient: str = ""
    actions: Sequence[str] = ()
    before: Place | None = None


@dataclass(frozen=True, slots=True)
class Seen:
    """One entry as it was written."""

    place: Place
    fields: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Check:
    """One verification of a tenant's chains."""

    at: datetime
    actor: str
    checked: int
    findings: int
    anchored: bool


def page(tenant: int, asked: Asked, count: int) -> list[Seen]:
    """Return at most `count` entries, newest first."""
    where, params = ["tenant = %s", "at >= %s", "at < %s"], [tenant, asked.since, asked.until]
    values: list[Any] = list(params)
    if asked.actor:
        where.append("actor = %s")
        values.append(asked.actor)
    if asked.actions:
        where.append("action = ANY(%s)")
        values.append(list(asked.actions))
    if asked.patient:
        where.append("(patient = %s OR (patient IS NULL AND strpos(content, %s) > 0))")
        values += [asked.patient, json.dumps(asked.patient)]
    if asked.before is not None:
        where.append("(at, shard, seq) < (%s, %s, %s)")
        values += [asked.before.at, asked.before.shard, asked.before.seq]
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT at, shard, seq, content FROM audit_entry WHERE {' AND '.join(where)}"
            " ORDER BY at DESC, shard DESC, seq DESC LIMIT %s",
            [*values, count],
        )
        return [Seen(Place(at, shard, seq), json.loads(content)) for at, shard, seq, content in cursor.fetchall()]


def last_check(tenant: int) -> Check | None:
    """Return when the chains were last verified, and how it went."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT at, actor, checked, findings, anchored FROM audit_check WHERE tenant = %s ORDER BY at DESC LIMIT 1", [tenant]
        )
        row = cursor.fetchone()
    return Check(*row) if row else None


def keep_check(tenant: int, check: Check) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO audit_check (tenant, at, actor, checked, findings, anchored) VALUES (%s, %s, %s, %s, %s, %s)"
            " ON CONFLICT DO NOTHING",
            [tenant, check.at, check.actor, check.checked, check.findings, check.anchored],
        )
