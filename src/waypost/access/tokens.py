"""Bearer tokens: made once, shown once, kept as a hash."""

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction

from waypost.access.models import AccessToken, Account
from waypost.kernel.clock import Clock
from waypost.kernel.context import Actor

LIFE = timedelta(days=30)


def hash_of(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


@transaction.atomic
def issue(account: Account, *, clock: Clock, scopes: list[str], note: str = "", life: timedelta = LIFE) -> str:
    """Return a new token for the account; it cannot be shown again."""
    token = f"wp_{secrets.token_urlsafe(32)}"
    now = clock.now()
    AccessToken.objects.create(hash=hash_of(token), account=account, scopes=scopes, created=now, expires=now + life,
                               note=note)
    return token


def actor_of(account: Account, scopes: list[str] | None = None) -> Actor:
    """Return who an account is when it acts."""
    roles = frozenset(account.roles)
    kind = "client" if "client" in roles else "staff"
    return Actor(kind, str(account.pk), account.shown_name, roles, account.practitioner or None,
                 tuple(scopes) if scopes is not None else None)
