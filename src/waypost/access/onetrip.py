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

from psycopg.pq.abc import PGresult

from waypost.access.bearer import Bearer
from waypost.access.rules import CHART_ROLES, OPEN_TYPES, PAPER_TYPES, WHOLE_RECORD_ROLES, may_read_open
from waypost.access.smart import permits
from waypost.audit.actions import own_shard
from waypost.audit.entries import Entry, audit_key
from waypost.records import prepared

REMEMBERED_TOKENS_MAX = 1_024
_READ = f"SELECT * FROM access_read({','.join(['%s'] * 14)})"
_WHOSE = "SELECT access_patient_of(%s, %s, %s)"
_HOLDS = (
    "SELECT 1 FROM access_token t JOIN access_account a ON a.id = t.account_id WHERE t.hash = %s AND t.revoked IS NULL"
    " AND t.expires > %s AND a.id = %s AND a.tenant_id = %s AND a.is_active AND a.roles::text[] = %s AND a.practitioner = %s"
)


@dataclass(frozen=True, slots=True)
class Known:
    """What is remembered of a token; the database checks it each time."""

    digest: bytes
    bearer: Bearer

    @property
    def facts(self) -> tuple[int, int, tuple[str, ...], str]:
        """Return account, tenant, roles and practitioner, as the tables must have them for this to hold."""
        who = self.bearer
        return int(who.actor.id), who.tenant, who.roles_as_kept, who.actor.practitioner or ""

    def holds(self, now: datetime) -> prepared.Statement:
        """Return the statement that finds a row if what is remembered is still so."""
        return _HOLDS, (self.digest, now, *self.facts)


@dataclass(frozen=True, slots=True)
class Read:
    version: int
    at: datetime
    body: bytes


Look = tuple[object, ...]  # the parameters of `access_read`
_known: dict[bytes, Known] = {}


def remember(digest: bytes, bearer: Bearer) -> None:
    """Keep whom a token spoke for, so that the next call needs no look-up of its own."""
    if len(_known) >= REMEMBERED_TOKENS_MAX:
        _known.clear()
    _known[digest] = Known(digest, bearer)


def known(digest: bytes) -> Known | None:
    return _known.get(digest)


def read(digest: bytes, kind: str, id: str, *, now: datetime, request_id: str) -> Read | None:
    """Return the resource if this token may read it, with the look audited; None sends the caller the ordinary way."""
    one = look(digest, kind, id, now=now, request_id=request_id)
    return read_all([one])[0] if one is not None else None


def look(digest: bytes, kind: str, id: str, *, now: datetime, request_id: str) -> Look | None:
    """Return what the database must be asked for one read, the audit entry with it; None where it is not plainly allowed."""
    remembered = _known.get(digest)
    if remembered is None:
        return None
    actor, tenant = remembered.bearer.actor, remembered.bearer.tenant
    if not permits(actor.scopes, kind, write=False):
        return None
    patient: str | None = id
    if kind != "Patient":
        found = prepared.together([(_WHOSE, (tenant, kind, id))])
        if found is None:
            return None
        whose = found[0].get_value(0, 0)
        patient = whose.decode() if whose is not None else None
    need = need_of(actor.roles, kind, about_a_patient=patient is not None)
    if need is None:
        return None
    content = Entry(
        at=now, actor=actor.key, action="read" if need == "open" else "read-chart", what=f"{kind}/{id}",
        patient=patient, door="api", request=request_id,
    ).content()  # fmt: skip
    mac = hmac.digest(audit_key(), content.encode(), "sha256").hex()
    return (digest, now, *remembered.facts, actor.key, kind, id, patient, need, own_shard(), content, mac)


def read_all(looks: Sequence[Look]) -> list[Read | None]:
    """Read all that is asked for, in one trip and one commit: who reads at the same time shares the wait for the disk.

    One that fails takes the others' audit with it, so all go the ordinary way.
    """
    found = prepared.together([(_READ, look) for look in looks])
    return [_as_read(one) for one in found] if found is not None else [None] * len(looks)


def _as_read(rows: PGresult) -> Read | None:
    if rows.ntuples != 1:
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
    if kind in PAPER_TYPES and not about_a_patient:
        return None  # what holds it, or the role, decides
    if kind in OPEN_TYPES or not about_a_patient:
        return "open"
    if not roles & CHART_ROLES:
        return None
    return "whole" if roles & WHOLE_RECORD_ROLES else "chart"
