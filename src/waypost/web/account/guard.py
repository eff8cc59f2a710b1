"""Who is not signed in signs in first; sessions end after half an hour of rest and after twelve hours of work."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.http import urlencode

from waypost.web import middleware
from waypost.web.errors import typed_in
from waypost.web.pages import is_htmx

IDLE_MINUTES_MAX = 30
WORK_HOURS_MAX = 12
NOTED_EVERY_SECONDS = 60  # a session is written at most once a minute
STARTED, SEEN = "started", "seen"
OPEN = (
    "/sign-in/",
    "/account/",
    "/static/",
    "/healthz",
    "/fhir",
    "/hooks/",
    "/ics/",
    "/.well-known/",
    "/my/",
    "/here/",  # a patient's own part of a check-in, by a signed link
    "/wall/",  # the screen of a waiting room, by a signed link: it names nobody
    "/favicon",
)
CLOSED = (
    "/account/password/",
    "/account/two-step/",
)  # of the open ones; allauth guards its own steps of a sign-in


def has_lasted(session: Mapping[str, Any], now: float) -> bool:
    """Say whether a session has rested or lasted too long. What stays open by itself is no sign of life."""
    started, seen = session.get(STARTED, now), session.get(SEEN, now)
    return now - seen > IDLE_MINUTES_MAX * 60 or now - started > WORK_HOURS_MAX * 3600


class SessionRules:
    """Middleware between authentication and the Context: ends what has lasted too long."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            now = middleware.CLOCK.now().timestamp()
            session = request.session
            started, seen = session.get(STARTED, now), session.get(SEEN, now)
            if has_lasted(session, now):
                logout(request)
            elif STARTED not in session or now - seen >= NOTED_EVERY_SECONDS:
                session[STARTED], session[SEEN] = started, now
        return self.get_response(request)


class SignedIn:
    """Middleware after the Context: pages of the desk are for people who have signed in."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if getattr(request, "ctx", None) is not None or request.path.startswith(OPEN):
            return self.get_response(request)
        if is_htmx(request) and request.method == "GET":
            answer = HttpResponse(status=401)
            answer["HX-Refresh"] = "true"
            return answer
        if request.method == "POST" and not request.path.startswith(reverse("find")):
            from waypost.web.account.views import sign_in_again

            answer = sign_in_again(request, request.get_full_path(), typed_in(request))
            if is_htmx(request):
                answer["HX-Retarget"], answer["HX-Reswap"] = "body", "innerHTML"
            return answer
        if is_htmx(request):
            answer = HttpResponse(status=204)
            answer["HX-Refresh"] = "true"
            return answer
        wanted = request.get_full_path() if request.method == "GET" else "/"
        if "number" in request.GET:  # a caller's, by a softphone: it stands in no address
            wanted = request.path
        return redirect(f"{reverse('account_login')}?{urlencode({'next': wanted})}")


def signed_in_since(request: HttpRequest) -> datetime | None:
    started = request.session.get(STARTED)
    return datetime.fromtimestamp(started, UTC) if started else None
