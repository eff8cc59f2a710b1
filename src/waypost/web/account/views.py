"""Signing in and out, and the settings of one person."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from allauth.account.forms import LoginForm
from allauth.account.views import LoginView
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from waypost.access.permissions import Permission, allowed
from waypost.web.account.guard import IDLE_MINUTES_MAX, WORK_HOURS_MAX
from waypost.web.account.kept import COOKIE, KEPT_BYTES_MAX, Kept, keep, take
from waypost.web.frame import KEYS_COOKIE, THEME_COOKIE
from waypost.web.pages import Page, Request, done, go_to, render_page
from waypost.web.setup.first_steps import FirstStep, first_steps_of

DEMO_ROLES = (
    "coordinator", "scheduler", "clinician", "nurse", "records", "billing", "supervisor", "administrator", "auditor",
)  # fmt: skip
YEAR_SECONDS = 365 * 24 * 3600


@dataclass(frozen=True, slots=True, kw_only=True)
class Demo:
    """The ready sign-ins of the demo clinic."""

    password: str
    roles: Sequence[str] = DEMO_ROLES


def demo() -> Demo | None:
    if not getattr(settings, "WAYPOST_DEMO", False):
        return None
    return Demo(password=getattr(settings, "WAYPOST_DEMO_PASSWORD", "waypost-demo"))


class SignIn(LoginView):
    """allauth's sign-in with our page. Paste is allowed, a passkey is one button."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(**kwargs) | {"demo": demo(), "expired": False}


def sign_in_again(request: HttpRequest, path: str, typed: Sequence[tuple[str, str]]) -> HttpResponse:
    """Ask for the sign-in in the middle of a form; what was typed is kept until after it."""
    from django.shortcuts import render

    size = sum(len(name) + len(value) for name, value in typed)
    answer = render(
        request,
        "account/login.html",
        {
            "form": LoginForm(request=request),
            "expired": True,
            "kept": size < KEPT_BYTES_MAX // 2,
            "demo": demo(),
            "next": reverse("kept"),
            "redirect_field_name": "next",
            "redirect_field_value": reverse("kept"),
            "PASSKEY_LOGIN_ENABLED": True,
        },
        status=401,
    )
    keep(request, answer, Kept(path, typed))
    return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class KeptPage(Page):
    """What was typed before the session ended, ready to be sent again."""

    template: ClassVar[str] = "waypost/account/kept.html"
    path: str
    typed: Sequence[tuple[str, str]]


def kept(request: Request) -> HttpResponse:
    """Show what was kept through the sign-in, with one button that sends it."""
    found = take(request)
    if found is None:
        return go_to(request, "today")
    answer = render_page(
        request, KeptPage(title="What you typed is kept", path=found.path, typed=found.typed)
    )
    answer.delete_cookie(COOKIE)
    return answer


@dataclass(frozen=True, slots=True, kw_only=True)
class SettingsPage(Page):
    template: ClassVar[str] = "waypost/account/settings.html"
    place: str = "settings"
    name: str
    username: str
    roles: Sequence[str]
    clinic: str
    zone: str
    theme: str
    keys: bool
    two_step: bool
    passkeys: int
    sets_up: bool
    calendars: bool
    audits: bool
    steps: Sequence[FirstStep] = ()  # what is missing before the first visit can be booked
    idle_minutes: int = IDLE_MINUTES_MAX
    work_hours: int = WORK_HOURS_MAX


def settings_page(request: Request) -> HttpResponse:
    """Show what one person may set, and how they sign in."""
    account = request.user
    ways = list(Authenticator.objects.filter(user=account).values_list("type", flat=True))
    page = SettingsPage(
        title="Settings",
        name=request.ctx.actor.name,
        username=account.get_username(),
        roles=sorted(request.ctx.actor.roles),
        clinic=account.tenant.name,
        zone=request.ctx.zone.replace("_", " "),
        theme=request.COOKIES.get(THEME_COOKIE, ""),
        keys=request.COOKIES.get(KEYS_COOKIE) != "off",
        two_step=Authenticator.Type.TOTP in ways,
        passkeys=ways.count(Authenticator.Type.WEBAUTHN),
        sets_up=allowed(request.ctx.actor.roles, Permission.CLINIC_SET_UP),
        calendars=allowed(request.ctx.actor.roles, Permission.CALENDAR_EDIT),
        audits=allowed(request.ctx.actor.roles, Permission.AUDIT_READ),
        steps=first_steps_of(request),
    )
    return render_page(request, page)


@require_POST
def save_look(request: Request) -> HttpResponse:
    """Keep light or dark, and whether keys act, in this browser."""
    done(request, "Saved for this browser.")
    answer = go_to(request, "settings")
    theme = request.POST.get("theme", "")
    _cookie(request, answer, THEME_COOKIE, theme if theme in {"light", "dark"} else "")
    _cookie(request, answer, KEYS_COOKIE, "" if request.POST.get("keys") else "off")
    return answer


def _cookie(request: HttpRequest, answer: HttpResponse, name: str, value: str) -> None:
    if value:
        answer.set_cookie(
            name, value, max_age=YEAR_SECONDS, samesite="Lax", secure=request.is_secure(), httponly=True
        )
    else:
        answer.delete_cookie(name)


@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest, **kwargs: Any) -> HttpResponseBase:
    return SignIn.as_view()(request, **kwargs)
