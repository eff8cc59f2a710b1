"""Who watches: decided when a stream opens and asked again while it lasts."""

from collections.abc import Callable, Iterable
from contextlib import suppress
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


@dataclass(frozen=True, slots=True, eq=False)
class Viewer:
    """One person's session, with the Context in which they look; or a guest, whose link is asked again."""

    session: str
    ctx: Context
    ask: Callable[[], Context] | None = None  # of a guest; raises a Problem once the link has ended


def guest(ask: Callable[[], Context]) -> Viewer:
    """Return who opens a stream by a link that needs no sign-in. Raises a Problem where it opens nothing."""
    return Viewer("", ask(), ask)


def still_here(viewers: Iterable[Viewer]) -> dict[Viewer, Context]:
    """Return the Context of each viewer who may still look: signed in, or by a link that holds."""
    everyone = set(viewers)
    found = still_signed_in({one.session for one in everyone if one.ask is None})
    here = {one: found[one.session] for one in everyone if one.ask is None and one.session in found}
    for one in everyone:
        if one.ask is not None:
            with suppress(Problem):
                here[one] = one.ask()
    return here


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
