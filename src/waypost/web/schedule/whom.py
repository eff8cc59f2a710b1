"""For whom: a patient chosen by name, birth date, phone or MRN. The words are posted: they stand in no address."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from waypost.access import scopes
from waypost.registry import queries
from waypost.registry.limits import ASKED_CHARACTERS_MAX
from waypost.registry.queries import Hit
from waypost.web import asked as asking
from waypost.web.frame import today_of
from waypost.web.pages import Page, Request, go_to, render_page
from waypost.web.schedule import choices as choosing

HITS_MAX = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class WhomPage(Page):
    template: ClassVar[str] = "waypost/schedule/whom.html"
    place: str = "schedule"
    asked: str
    hits: Sequence[tuple[Hit, str]]
    did_you_mean: str = ""
    kept: Sequence[tuple[str, str]] = field(default_factory=tuple)
    back: str = ""


@require_POST
def whom(request: Request) -> HttpResponse:
    """Find the patient that times are sought for; exactly one, and the page of times follows at once."""
    choices = choosing.read(request.POST)
    text = asking.text(request.POST, "q", ASKED_CHARACTERS_MAX)
    scope = scopes.for_search(request.ctx, "Patient")
    found = queries.find(scope, text, today=today_of(request).date(), count=HITS_MAX)
    scopes.found(request.ctx, "Patient", [hit.id for hit in found.hits])
    address = reverse("find-times")
    kept = [
        (name, str(value))
        for name, value in request.POST.items()
        if name in choosing.Choices.__dataclass_fields__ and value
    ]
    if len(found.hits) == 1 and request.POST.get("go"):
        return go_to(request, f"{address}?{choices.query(patient=found.hits[0].id)}")
    page = WhomPage(
        title="For whom?",
        asked=text,
        hits=[(hit, f"{address}?{choices.query(patient=hit.id)}") for hit in found.hits],
        did_you_mean=found.did_you_mean,
        kept=kept,
        back=f"{address}?{choices.query()}",
    )
    return render_page(request, page)
