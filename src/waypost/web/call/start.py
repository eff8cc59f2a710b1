"""Who is calling? By a softphone's hook, a tel: link, or what the caller says. A number stands in no address for longer than a redirect."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar
from urllib.parse import unquote, urlencode

from django.http import HttpResponse, QueryDict
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from waypost.access import scopes
from waypost.registry import queries
from waypost.registry.fhir import say_phone
from waypost.registry.limits import ASKED_CHARACTERS_MAX
from waypost.registry.queries import Found
from waypost.web import asked as asking
from waypost.web.frame import today_of
from waypost.web.pages import Page, Request, go_to, render_page
from waypost.web.park import views as shelf
from waypost.web.sealed import seal, unseal

HITS_MAX = 12
USE = "caller's number"
NUMBER_CHARACTERS_MAX = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPage(Page):
    template: ClassVar[str] = "waypost/call/start.html"
    place: str = "patients"
    asked: str = ""
    number: str = ""  # of the caller, in words
    more: str = ""  # what goes with the address of each one's call
    found: Found = field(default_factory=Found)
    parked: Sequence[shelf.Row] = ()


@require_http_methods(["GET", "POST"])
def start(request: Request) -> HttpResponse:
    """Ask who is calling, or show whom the number may belong to."""
    if request.method == "POST":
        return _show(request, asking.text(request.POST, "q", ASKED_CHARACTERS_MAX), unseal(request.POST.get("from", ""), USE))
    number = number_of(request.GET.get("number", ""))
    if request.GET.get("number"):
        return go_to(request, f"{reverse('call-start')}?{urlencode({'from': seal(number, USE)})}" if number else "call-start")
    caller = unseal(request.GET.get("from", ""), USE)
    if caller:
        hits = _find(request, caller).hits
        if len(hits) == 1:
            return go_to(request, f"{reverse('call', args=[hits[0].id])}?{_more(caller)}")
    return _show(request, caller, caller)


def number_of(text: str) -> str:
    """Return the number that a softphone or a tel: link hands over: its digits, with a plus where there is one."""
    words = unquote(text[:NUMBER_CHARACTERS_MAX]).strip().removeprefix("tel:").partition(";")[0]
    digits = "".join(c for c in words if c.isascii() and c.isdigit())
    return ("+" if words.strip().startswith("+") else "") + digits if digits else ""


def caller_of(given: QueryDict) -> str:
    """Return the number that a call came from, '' where none did."""
    return unseal(given.get("from", ""), USE)


def _show(request: Request, text: str, caller: str) -> HttpResponse:
    found = _find(request, text) if text else Found()
    page = StartPage(
        title="Who is calling?",
        asked="" if text == caller else text,
        number=say_phone(caller) if caller else "",
        more=_more(caller) if caller else "in=1",
        found=found,
        parked=shelf.rows_of(request),
    )
    return render_page(request, page)


def _more(caller: str) -> str:
    return urlencode({"in": "1", "from": seal(caller, USE)})


def _find(request: Request, text: str) -> Found:
    scope = scopes.for_search(request.ctx, "Patient")
    found = queries.find(scope, text, today=today_of(request).date(), count=HITS_MAX)
    scopes.found(request.ctx, "Patient", [hit.id for hit in found.hits])
    return found
