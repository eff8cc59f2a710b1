"""From a bearer token to a Context, in one query. The token fixes the tenant."""

import json
from dataclasses import dataclass
from datetime import datetime

from waypost.access.problems import SignInNeeded
from waypost.access.tokens import hash_of
from waypost.kernel.clock import Clock
from waypost.kernel.context import Actor, Context
from waypost.records import prepared

TOKEN_CHARACTERS_MAX = 512


_WHO = (
    "SELECT a.id, a.display, a.username, array_to_json(a.roles)::text, a.practitioner, array_to_json(t.scopes)::text,"
    " t.expires, n.id, n.zone"
    " FROM access_token t JOIN access_account a ON a.id = t.account_id JOIN access_tenant n ON n.id = a.tenant_id"
    " WHERE t.hash = %s AND t.revoked IS NULL AND t.expires > %s AND a.is_active"
)


@dataclass(frozen=True, slots=True)
class Bearer:
    """Who a token speaks for, and where."""

    actor: Actor
    tenant: int
    zone: str
    expires: datetime
    roles_as_kept: tuple[str, ...] = ()  # in the order of the table, so that a change is seen


def digest_of(header: str) -> bytes:
    """Return the hash of the token in an `Authorization` header. Raises SignInNeeded."""
    kind, _, token = header.partition(" ")
    token = token.strip()
    if kind.lower() != "bearer" or not token or len(token) > TOKEN_CHARACTERS_MAX or not token.isascii():
        raise SignInNeeded
    return hash_of(token)


def bearer(digest: bytes, now: datetime) -> Bearer:
    """Return whom a token's hash speaks for. Raises SignInNeeded."""
    found = prepared.rows(_WHO, [digest, now])
    if not found:
        raise SignInNeeded
    account, display, username, roles, practitioner, scopes, expires, tenant, zone = found[0]
    roles, scopes = json.loads(roles), json.loads(scopes)
    kind = "client" if "client" in roles else "staff"
    actor = Actor(
        kind, str(account), display or username, frozenset(roles), practitioner or None, tuple(scopes) or None
    )
    return Bearer(actor, tenant, zone, expires, tuple(roles))


def context(who: Bearer, clock: Clock, *, request_id: str, purpose: str = "TREAT") -> Context:
    return Context(who.actor, who.tenant, who.zone, clock, "api", request_id, purpose)
