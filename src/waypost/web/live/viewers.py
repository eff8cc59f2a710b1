"""Who watches: decided when a stream opens and asked again while it lasts."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.conf import settings
from django.http import parse_cookie

from waypost.access import sessions
from waypost.access.tokens import actor_of
from waypost.kernel import ids
from waypost.kernel.context import Context
from waypost.kernel.problem import Problem
from waypost.web import middleware
from waypost.web.account.guard import has_lasted


class SignedOut(Problem):
    code, status, issue = "web.live-signed-out", 401, "login"
    title, remedy = "You are signed out.", "Sign in again to go on."


@dataclass(frozen=True, slots=True)
class Viewer:
    """One person's session, with the Context in which they look."""

    session: str
    ctx: Context


def session_of(cookies: str) -> str:
    return parse_cookie(cookies).get(settings.SESSION_COOKIE_NAME, "")


def admit(cookies: str) -> Viewer:
    """Return who opens a stream. Raises SignedOut."""
    key = session_of(cookies)
    found = still_signed_in([key]) if key else {}
    if key not in found:
        raise SignedOut
    return Viewer(key, found[key])


def still_signed_in(keys: Iterable[str]) -> dict[str, Context]:
    """Return the Context of each session that is signed in and has neither rested nor lasted too long."""
    now = middleware.CLOCK.now()
    found = sessions.signed_in(keys, now)
    return {
        key: Context(actor=actor_of(one.account), tenant=one.account.tenant.pk, zone=one.account.tenant.zone,
                     clock=middleware.CLOCK, door="web", request_id=str(ids.uuid7(now)))
        for key, one in found.items()
        if one.account.tenant is not None and not has_lasted(one.kept, now.timestamp())
    }  # fmt: skip


def same(one: Context, other: Context) -> bool:
    """Say whether nothing has changed in what someone may see."""
    return one.actor == other.actor and one.tenant == other.tenant
