"""What stands around every page: who works here, the places, the find box, the undo line."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse

from waypost.access.permissions import Permission, allowed
from waypost.kernel.clock import Clock, SystemClock
from waypost.kernel.context import Context
from waypost.web.places import Place, exists, places

RIGHT_TO_LEFT = frozenset({"ar", "fa", "he", "ur"})
THEME_COOKIE, KEYS_COOKIE = "waypost_theme", "waypost_keys"
UNDO_SECONDS_MAX = 10
UNDO_SESSION_KEY = "undo"
PARKED_SESSION_KEY = "parked"


@dataclass(frozen=True, slots=True)
class Undo:
    """The last act, while it can be taken back."""

    said: str
    act: str
    url: str
    seconds: int
    back: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    language: str = "en"
    direction: str = "ltr"
    theme: str = ""
    keys: bool = True
    who: str = ""
    places: Sequence[Place] = field(default_factory=tuple)
    find_url: str = ""
    account_url: str = ""
    undo: Undo | None = None
    parks: bool = False  # forms can be parked by this reader
    parked: int = 0  # how many lie on the shelf
    on_call: str = ""  # the way back to the call that is open
    taken_up: str = ""  # the parked form that was sent and came back
    asked: str = ""


def context_of(request: HttpRequest) -> Context | None:
    """Return the Context of a signed-in person; None before sign-in."""
    return getattr(request, "ctx", None)


def clock_of(request: HttpRequest) -> Clock:
    ctx = context_of(request)
    return ctx.clock if ctx else SystemClock()


def frame_of(request: HttpRequest | None) -> Frame:
    if request is None:
        return Frame()
    language = getattr(request, "LANGUAGE_CODE", None) or "en"
    theme = request.COOKIES.get(THEME_COOKIE, "")
    shared: dict[str, Any] = {
        "language": language,
        "direction": "rtl" if language[:2] in RIGHT_TO_LEFT else "ltr",
        "theme": theme if theme in {"light", "dark"} else "",
        "keys": request.COOKIES.get(KEYS_COOKIE) != "off",
    }
    ctx = context_of(request)
    if ctx is None:
        return Frame(**shared)
    many, on_call = getattr(request, "session", {}).get(PARKED_SESSION_KEY) or (0, "")
    return Frame(
        **shared,
        who=who_of(ctx),
        places=places(ctx.actor.roles),
        find_url=reverse("find") if exists("find") else "",
        account_url=reverse("settings") if exists("settings") else "",
        undo=_undo(request),
        parks=allowed(ctx.actor.roles, Permission.FORM_PARK),
        parked=many,
        on_call="" if request.path.startswith("/call") else on_call,
        taken_up=_taken_up(request),
    )


def who_of(ctx: Context) -> str:
    roles = ", ".join(sorted(role.replace("_", " ").capitalize() for role in ctx.actor.roles))
    return (
        f"{ctx.actor.name} · {roles}" if roles and roles.lower() != ctx.actor.name.lower() else ctx.actor.name
    )


def remember_act(request: HttpRequest, said: str, act: str, back: str = "") -> None:
    """Offer to undo `act` for ten seconds. `said` names no patient: sessions hold no care data.

    `back` is where one stands after the undo; without it, the page the line was shown on.
    """
    until = clock_of(request).now().timestamp() + UNDO_SECONDS_MAX
    request.session[UNDO_SESSION_KEY] = {"said": said, "act": act, "until": until, "back": back}


def forget_act(request: HttpRequest) -> None:
    request.session.pop(UNDO_SESSION_KEY, None)


def _undo(request: HttpRequest) -> Undo | None:
    kept = getattr(request, "session", {}).get(UNDO_SESSION_KEY)
    if not kept or not exists("undo"):
        return None
    left = kept["until"] - clock_of(request).now().timestamp()
    if left <= 0:
        return None
    return Undo(
        kept["said"],
        kept["act"],
        reverse("undo"),
        max(1, round(left)),
        kept.get("back") or request.get_full_path(),
    )


def _taken_up(request: HttpRequest) -> str:
    try:
        return str(UUID(request.POST.get("parked", ""))) if request.method == "POST" else ""
    except ValueError:
        return ""


def today_of(request: HttpRequest) -> datetime:
    """Return the present in the clinic's zone."""
    from waypost.web.words import local

    ctx = context_of(request)
    return local(clock_of(request).now(), ctx.zone if ctx else "UTC")
