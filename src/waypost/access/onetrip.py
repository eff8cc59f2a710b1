"""The hot read: token, decision, read and audit in one trip to the database.

Only what is plainly allowed is answered here. Anything else (no token, a closed chart, an absent resource) returns None
and goes the ordinary way, which decides again and audits the refusal. The rules are those of `access.rules`; the
database checks the facts.
"""

import hmac
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import cast

from django.db import connection
from psycopg import pq
from psycopg.pq.abc import PGconn, PGresult

from waypost.access.bearer import Bearer
from waypost.access.rules import CHART_ROLES, OPEN_TYPES, WHOLE_RECORD_ROLES, may_read_open
from waypost.access.smart import permits
from waypost.audit.actions import own_shard
from waypost.audit.entries import Entry, audit_key

REMEMBERED_TOKENS_MAX = 1_024
_READ = b"SELECT * FROM access_read($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13,$14)"
_WHOSE = b"SELECT access_patient_of($1,$2,$3)"


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of a token; the database checks it each time."""

    bearer: Bearer
    account: bytes
    tenant: bytes
    roles: bytes
    practitioner: bytes


@dataclass(frozen=True, slots=True)
class Read:
    version: int
    at: datetime
    body: bytes


Look = list[bytes | None]  # the parameters of `access_read`
_known: dict[bytes, Known] = {}


def remember(digest: bytes, bearer: Bearer) -> None:
    """Keep whom a token spoke for, so that the next read needs no look-up of its own."""
    if len(_known) >= REMEMBERED_TOKENS_MAX:
        _known.clear()
    actor = bearer.actor
    roles = "{" + ",".join(f'"{role}"' for role in bearer.roles_as_kept) + "}"
    _known[digest] = Known(
        bearer,
        actor.id.encode(),
        str(bearer.tenant).encode(),
        roles.encode(),
        (actor.practitioner or "").encode(),
    )


def read(digest: bytes, kind: str, id: str, *, now: datetime, request_id: str) -> Read | None:
    """Return the resource if this token may read it, with the look audited; None sends the caller the ordinary way."""
    one = look(digest, kind, id, now=now, request_id=request_id)
    return read_all([one])[0] if one is not None else None


def look(digest: bytes, kind: str, id: str, *, now: datetime, request_id: str) -> Look | None:
    """Return what the database must be asked for one read, the audit entry with it; None where it is not plainly allowed."""
    known = _known.get(digest)
    if known is None:
        return None
    actor = known.bearer.actor
    if not permits(actor.scopes, kind, write=False):
        return None
    if kind == "Patient":
        patient: bytes | None = id.encode()
    else:
        raw = _connection()
        found = _run(raw, b"waypost_whose", [known.tenant, kind.encode(), id.encode()]) if raw is not None else None
        if found is None:
            return None
        patient = found.get_value(0, 0)
    need = need_of(actor.roles, kind, about_a_patient=patient is not None)
    if need is None:
        return None
    content = Entry(
        at=now, actor=actor.key, action="read" if need == "open" else "read-chart", what=f"{kind}/{id}",
        patient=patient.decode() if patient is not None else None, door="api", request=request_id,
    ).content().encode()  # fmt: skip
    mac = hmac.digest(audit_key(), content, "sha256").hex().encode()
    return [
        b"\\x" + digest.hex().encode(), now.isoformat().encode(), known.account, known.tenant, known.roles,
        known.practitioner, actor.key.encode(), kind.encode(), id.encode(), patient, need.encode(), b"%d" % own_shard(),
        content, mac,
    ]  # fmt: skip


def read_all(looks: Sequence[Look]) -> list[Read | None]:
    """Read all that is asked for, in one trip and one commit: who reads at the same time shares the wait for the disk."""
    raw = _connection()
    if raw is None or not looks:
        return [None] * len(looks)
    if len(looks) == 1:
        return [_as_read(_run(raw, b"waypost_read", looks[0]))]
    raw.enter_pipeline_mode()
    try:
        for one in looks:
            raw.send_query_prepared(b"waypost_read", one)
        raw.pipeline_sync()
        answers = [_next_of(raw) for _ in looks]
        ended = raw.get_result()
        whole = ended is not None and ended.status == pq.ExecStatus.PIPELINE_SYNC
    finally:
        if raw.status == pq.ConnStatus.OK:
            raw.exit_pipeline_mode()
    if not whole or any(found is None or found.status != pq.ExecStatus.TUPLES_OK for found in answers):
        if raw.status != pq.ConnStatus.OK:
            connection.close()
        return [None] * len(looks)  # one that fails takes the others' audit with it, so all go the ordinary way
    return [_as_read(found) for found in answers]


def _next_of(raw: PGconn) -> PGresult | None:
    found = raw.get_result()
    if found is not None and found.status != pq.ExecStatus.PIPELINE_SYNC:
        raw.get_result()  # each statement's results end with a None
    return found


def _as_read(rows: PGresult | None) -> Read | None:
    if rows is None or rows.ntuples != 1:
        return None
    version, at, body = rows.get_value(0, 0), rows.get_value(0, 1), rows.get_value(0, 2)
    assert version is not None
    assert at is not None
    assert body is not None
    return Read(int(version), datetime.fromisoformat(at.decode()).astimezone(UTC), body)


@lru_cache(maxsize=4_096)
def need_of(roles: frozenset[str], kind: str, *, about_a_patient: bool) -> str | None:
    """Return what the database must find: 'open' nothing, 'whole' an unrestricted chart, 'chart' a relationship too."""
    if not may_read_open(roles) or "system" in roles:
        return None
    if kind in OPEN_TYPES or not about_a_patient:
        return "open"
    if not roles & CHART_ROLES:
        return None
    return "whole" if roles & WHOLE_RECORD_ROLES else "chart"


def _connection() -> PGconn | None:
    """Return Django's own connection to the server, if it is fit for a statement of its own."""
    if connection.in_atomic_block:
        return None
    raw = connection.connection
    if raw is None or raw.closed:
        return None
    pgconn: PGconn = raw.pgconn
    if not getattr(raw, "waypost_prepared", False):
        for name, text in ((b"waypost_read", _READ), (b"waypost_whose", _WHOSE)):
            if pgconn.prepare(name, text).status != pq.ExecStatus.COMMAND_OK:
                return None
        raw.waypost_prepared = True
    return pgconn


def _run(pgconn: PGconn, name: bytes, values: list[bytes | None]) -> PGresult | None:
    found = pgconn.exec_prepared(name, cast("Sequence[bytes]", values))  # None stands for NULL, which the stub forgets
    if found.status != pq.ExecStatus.TUPLES_OK:
        if pgconn.status != pq.ConnStatus.OK:
            connection.close()
        return None
    return found
