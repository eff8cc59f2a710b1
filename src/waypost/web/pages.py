"""A page is a typed context and one template. Views build one and hand it to `render_page`; nothing else renders."""

from dataclasses import dataclass
from typing import ClassVar

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.template.loader import render_to_string

from waypost.access.models import Account
from waypost.kernel.context import Context
from waypost.web.frame import frame_of, remember_act


class Request(HttpRequest):
    """A request as the pages see it: with the Context that `web.middleware` made."""

    ctx: Context
    user: Account  # pyright: ignore[reportIncompatibleVariableOverride]  # pages stand behind sign-in


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """The context of one template, as `page`. `place` lights a place in the rail."""

    template: ClassVar[str]
    title: str
    place: str = ""


def is_htmx(request: HttpRequest) -> bool:
    """Say whether a part of a page is wanted (a boosted link wants a whole one)."""
    return request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"


def render_page(request: HttpRequest, page: Page, status: int = 200) -> HttpResponse:
    """Answer with the whole page. A page about patients is kept in no cache."""
    text = render_to_string(page.template, {"page": page}, request)
    answer = HttpResponse(text, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def render_part(request: HttpRequest, template: str, page: Page, status: int = 200) -> HttpResponse:
    """Answer htmx with one part of a page; the undo line comes along where there is one."""
    text = render_to_string(template, {"page": page, "frame": frame_of(request)}, request)
    frame = frame_of(request)
    if frame.undo:
        text += render_to_string("waypost/parts/undo.html", {"undo": frame.undo, "oob": True}, request)
    answer = HttpResponse(text, status=status)
    answer["Cache-Control"] = "no-store"
    return answer


def go_to(request: HttpRequest, to: str, *args: object, **kwargs: object) -> HttpResponse:
    """Go on to another page after an act: 303, or what htmx understands as the same."""
    url = resolve_url(to, *args, **kwargs)
    if is_htmx(request):
        answer = HttpResponse(status=204)
        answer["HX-Redirect"] = url
        return answer
    answer = HttpResponseRedirect(url)
    answer.status_code = 303
    return answer


def done(request: HttpRequest, said: str, act: object | None = None, *, back: str = "") -> None:
    """Say on the next page what was done, with Undo where the act (`Version.act`) can be taken back.

    `said` is short and names no patient ('Booked.', 'Phone number changed.'). `back` is where Undo leads where the
    page itself will be gone.
    """
    if act is not None:
        remember_act(request, said, str(act), back)
        return
    from django.contrib import messages

    messages.success(request, said)
