"""The count in the top bar, and taking a form off the shelf once it has been sent."""

from collections.abc import Callable, Sequence
from uuid import UUID

from django.http import HttpRequest, HttpResponse

from waypost.access.permissions import Permission, allowed
from waypost.coordination.parking import actions, queries
from waypost.web.frame import PARKED_SESSION_KEY, context_of

FIELD = "parked"
CALLS = "/call/"


def id_of(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def back_to(found: queries.Parked) -> str:
    """Return the address that takes a form up again."""
    return f"{found.place}{'&' if '?' in found.place else '?'}{FIELD}={found.id}"


def note(request: HttpRequest, found: Sequence[queries.Parked]) -> None:
    """Keep for the top bar how many there are, and the way back to the call that is open: ids, no care data."""
    call = next((back_to(one) for one in found if one.place.startswith(CALLS)), "")
    if request.session.get(PARKED_SESSION_KEY) != [len(found), call]:
        request.session[PARKED_SESSION_KEY] = [len(found), call]


class Shelf:
    """Middleware: a parked form that was sent and taken is parked no longer; a sign-in learns how many there are."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        ctx = context_of(request)
        if ctx and PARKED_SESSION_KEY not in request.session and request.method == "GET":
            note(request, queries.mine(ctx))
        answer = self.get_response(request)
        if ctx and request.method == "POST" and _taken(answer) and allowed(ctx.actor.roles, Permission.FORM_PARK):
            found = id_of(request.POST.get(FIELD, ""))
            if found and actions.drop(ctx, found):
                note(request, queries.mine(ctx))
        return answer


def _taken(answer: HttpResponse) -> bool:
    return answer.status_code in {302, 303} or "HX-Redirect" in answer
