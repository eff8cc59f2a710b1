"""What went wrong, in words: title, how to mend it, a reference; and what was typed stays."""

import logging
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.http import HttpRequest, HttpResponse

from waypost.kernel.problem import Problem
from waypost.kernel.surroundings import frames, store_problem
from waypost.web.frame import context_of
from waypost.web.pages import Page, is_htmx, render_page, render_part

log = logging.getLogger("waypost.web")
NOT_KEPT = ("csrfmiddlewaretoken", "password", "credential", "code")
OTHER_DOORS = ("/fhir", "/hooks/", "/ics/", "/.well-known/")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProblemPage(Page):
    """`typed`: what the form held, so that it can be sent again."""

    template: ClassVar[str] = "waypost/problem.html"
    remedy: str = ""
    detail: str = ""
    reference: str = ""
    code: str = ""
    typed: Sequence[tuple[str, str]] = ()
    back: str = "/"
    path: str = ""
    signed_in: bool = False


def typed_in(request: HttpRequest) -> tuple[tuple[str, str], ...]:
    """Return what a form posted, without secrets and tokens."""
    if request.method != "POST":
        return ()
    try:
        posted = request.POST
    except Exception:  # the body was cut off or too large: nothing to keep
        return ()
    return tuple(
        (name, value)
        for name, values in posted.lists()
        for value in values
        if not any(secret in name.lower() for secret in NOT_KEPT)
    )


def answer_problem(request: HttpRequest, problem: Problem) -> HttpResponse:
    return _answer(
        request,
        status=problem.status,
        title=str(problem.title),
        remedy=str(problem.remedy),
        detail="; ".join(issue.diagnostics for issue in problem.issues if issue.diagnostics != problem.title)
        or (problem.detail if problem.detail != problem.title else ""),
        code=problem.code,
    )


def _answer(
    request: HttpRequest, *, status: int, title: str, remedy: str, detail: str = "", code: str = ""
) -> HttpResponse:
    ctx = context_of(request)
    page = ProblemPage(
        title=title,
        remedy=remedy,
        detail=detail,
        code=code,
        reference=(ctx.request_id if ctx else "") or getattr(request, "request_id", ""),
        typed=typed_in(request),
        back=request.headers.get("Referer", "/") if ctx else "/",
        path=request.get_full_path(),
        signed_in=ctx is not None,
    )
    if is_htmx(request):
        return render_part(request, "waypost/parts/problem.html", page, status)
    return render_page(request, page, status)


class ProblemPages:
    """Middleware that turns a Problem nobody has met into a page. Other doors answer in their own format."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if request.path.startswith(OTHER_DOORS):
            return None
        problem = exception if isinstance(exception, Problem) else store_problem(exception)
        return None if problem is None else answer_problem(request, problem)


def not_allowed(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(
        request,
        status=403,
        title="Your role does not open this page.",
        remedy="Ask a supervisor, or go back.",
    )


def stale_form(request: HttpRequest, reason: str = "") -> HttpResponse:
    """CSRF_FAILURE_VIEW: the form is older than the sign-in, so its token no longer fits."""
    return _answer(
        request,
        status=403,
        title="This form was opened before you signed in.",
        remedy="What you typed is below. Send it again, or go back to the page.",
    )


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(
        request,
        status=404,
        title="There is no page here.",
        remedy="It may have moved. Find it by the box on top.",
    )


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _answer(request, status=400, title="That could not be read.", remedy="Go back and send it again.")


def broken(request: HttpRequest) -> HttpResponse:
    """HANDLER500. The log gets the reference, the route and the frames, never a value or a message that may hold one."""
    match = request.resolver_match
    log.error(
        "page %s failed, reference %s: %s",
        match.view_name if match else "?",
        getattr(request, "request_id", "?"),
        frames(sys.exc_info()[1]),
    )
    return _answer(
        request,
        status=500,
        title="Something broke on our side.",
        remedy="Nothing was half done. What you typed is below; try again, or give the reference to whoever looks after Waypost.",
    )
