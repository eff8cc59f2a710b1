"""Who is signed in, asked for many at once and outside a request: for what stays open longer than one."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.auth import HASH_SESSION_KEY, SESSION_KEY
from django.contrib.sessions.models import Session
from django.utils.crypto import constant_time_compare

from waypost.access.models import Account


@dataclass(frozen=True, slots=True)
class SignedIn:
    """An account with the session it is signed in by."""

    account: Account
    kept: dict[str, Any]


def signed_in(keys: Iterable[str], now: datetime) -> dict[str, SignedIn]:
    """Return, by the session's key, who is signed in; two queries for any number of sessions.

    As in a request: the session is there, the account may sign in, and its password is the one it signed in with.
    """
    kept = {
        one.session_key: one.get_decoded()
        for one in Session.objects.filter(session_key__in=set(keys), expire_date__gt=now)
    }
    numbers = {int(data[SESSION_KEY]) for data in kept.values() if SESSION_KEY in data}
    accounts = {
        one.pk: one for one in Account.objects.select_related("tenant").filter(pk__in=numbers, is_active=True)
    }
    found: dict[str, SignedIn] = {}
    for key, data in kept.items():
        account = accounts.get(int(data.get(SESSION_KEY, 0)))
        if account and constant_time_compare(data.get(HASH_SESSION_KEY, ""), account.get_session_auth_hash()):
            found[key] = SignedIn(account, data)
    return found
