"""What was typed when a session had ended: kept through the sign-in, then sent again.

The text lies encrypted in the anonymous session, its key in a cookie of the browser that typed it: neither alone
says anything, so the session table holds no care data. Both last ten minutes.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from cryptography.fernet import Fernet, InvalidToken
from django.http import HttpRequest, HttpResponse

COOKIE = "waypost_kept"
SESSION_KEY = "kept"
KEPT_SECONDS_MAX = 600
KEPT_BYTES_MAX = 64 * 1024


@dataclass(frozen=True, slots=True)
class Kept:
    path: str
    typed: Sequence[tuple[str, str]]


def keep(request: HttpRequest, answer: HttpResponse, kept: Kept) -> None:
    """Keep a form for after the sign-in. What is larger than a form ever is is not kept."""
    text = json.dumps({"path": kept.path, "typed": list(kept.typed)}).encode()
    if len(text) > KEPT_BYTES_MAX:
        return
    key = Fernet.generate_key()
    request.session[SESSION_KEY] = Fernet(key).encrypt(text).decode()
    answer.set_cookie(
        COOKIE,
        key.decode(),
        max_age=KEPT_SECONDS_MAX,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )


def take(request: HttpRequest) -> Kept | None:
    """Return what was kept, once."""
    sealed, key = request.session.pop(SESSION_KEY, None), request.COOKIES.get(COOKIE)
    if not sealed or not key:
        return None
    try:
        found = json.loads(Fernet(key.encode()).decrypt(sealed.encode(), ttl=KEPT_SECONDS_MAX))
    except (InvalidToken, ValueError):
        return None
    return Kept(found["path"], [(name, value) for name, value in found["typed"]])
