"""Signed links that need no sign-in: a patient's own part of a check-in, and the screen of a waiting room.

They hold ids alone, are short-lived, and open one thing. A wrong birth date may be typed a few times.
"""

from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

from django.core import signing
from django.core.cache import cache
from django.http import Http404, HttpRequest, HttpResponse

from waypost.access import accounts
from waypost.kernel.context import Actor, Context
from waypost.web import middleware

HERE_SALT, WALL_SALT, PROVEN_SALT = "waypost.here", "waypost.wall", "waypost.here.proven"
HERE_HOURS, WALL_DAYS, PROVEN_MINUTES = 12, 31, 30
TRIES_MAX, TRIES_MINUTES = 5, 15
COOKIE = "waypost_here"


@dataclass(frozen=True, slots=True)
class Here:
    """What a patient's link opens."""

    tenant: int
    visit: str
    patient: str


def here_token(tenant: int, visit: str, patient: str) -> str:
    return signing.dumps([tenant, visit, patient, _now()], salt=HERE_SALT, compress=True)


def wall_token(tenant: int, site: str) -> str:
    return signing.dumps([tenant, site, _now()], salt=WALL_SALT, compress=True)


def read_here(token: str) -> Here:
    """Return what a link opens. Raises Http404 where it is none of ours, or too old."""
    tenant, visit, patient = _read(token, HERE_SALT, timedelta(hours=HERE_HOURS))
    return Here(tenant, visit, patient)


def read_wall(token: str) -> tuple[int, str]:
    tenant, site = _read(token, WALL_SALT, timedelta(days=WALL_DAYS))
    return tenant, site


def _read(token: str, salt: str, age: timedelta) -> list:
    try:
        *parts, at = signing.loads(token, salt=salt)
    except (signing.BadSignature, ValueError, TypeError):
        raise Http404 from None
    if not 0 <= _now() - at <= age.total_seconds():
        raise Http404
    return parts


def _now() -> int:
    return int(middleware.CLOCK.now().timestamp())


def patients_context(here: Here) -> Context:
    """Return the Context of a patient who holds the link."""
    tenant = next((one for one in accounts.tenants() if one.pk == here.tenant), None)
    if tenant is None:
        raise Http404
    actor = Actor("patient", here.patient, "The patient", frozenset({"patient"}))
    return Context(actor=actor, tenant=tenant.pk, zone=tenant.zone, clock=middleware.CLOCK, door="web")


def walls_context(tenant: int, site: str) -> Context:
    """Return the Context of a waiting room's screens at a site."""
    found = next((one for one in accounts.tenants() if one.pk == tenant), None)
    if found is None:
        raise Http404
    return accounts.context_of(found, f"wall:{site.partition('/')[2]}" if site else "wall", door="web", clock=middleware.CLOCK)


# ---------------------------------------------------------------- who holds it


def proven(request: HttpRequest, token: str) -> bool:
    """Say whether this browser has given the birth date a short while ago."""
    try:
        mark, at = signing.loads(request.COOKIES.get(COOKIE, ""), salt=PROVEN_SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return False
    return mark == _mark(token) and 0 <= _now() - at <= PROVEN_MINUTES * 60


def prove(answer: HttpResponse, token: str, *, secure: bool) -> None:
    value = signing.dumps([_mark(token), _now()], salt=PROVEN_SALT)
    answer.set_cookie(COOKIE, value, max_age=PROVEN_MINUTES * 60, path="/here/", httponly=True, samesite="Lax", secure=secure)


def forget(answer: HttpResponse) -> None:
    answer.delete_cookie(COOKIE, path="/here/", samesite="Lax")


def tries_left(token: str) -> int:
    return TRIES_MAX - int(cache.get(f"here:{_mark(token)}", 0))


def failed(token: str) -> None:
    key = f"here:{_mark(token)}"
    cache.set(key, int(cache.get(key, 0)) + 1, TRIES_MINUTES * 60)


def _mark(token: str) -> str:
    return sha256(token.encode()).hexdigest()[:24]
