"""Taking a document apart: where a new one begins, and which pages are left out."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from waypost.access.permissions import Permission, allowed
from waypost.access.problems import NotPermitted
from waypost.chart.documents import actions
from waypost.chart.documents.problems import NothingToTakeApart
from waypost.chart.documents.queries import look_at, open_document
from waypost.chart.documents.reading import title_of
from waypost.formats.papers import kinds
from waypost.web.pages import Page, Request, done, go_to, render_page


@dataclass(frozen=True, slots=True, kw_only=True)
class SplitPage(Page):
    template: ClassVar[str] = "waypost/documents/split.html"
    place: str = "records"
    id: str
    name: str
    pages: Sequence[int]


@require_http_methods(["GET", "POST"])
def split(request: Request, did: str) -> HttpResponse:
    """Show the pages to choose from; make each part a document of its own."""
    if not allowed(request.ctx.actor.roles, Permission.DOCUMENT_FILE):
        raise NotPermitted
    opened = open_document(request.ctx, did)
    look, problem = look_at(opened)
    if problem is not None:
        raise problem
    if look is None or look.mime == kinds.TEXT:
        raise NothingToTakeApart
    pages = range(1, look.pages + 1)
    if request.method == "GET":
        return render_page(request, SplitPage(title="Take apart", id=did, name=title_of(opened.resource), pages=pages))
    made = actions.split(request.ctx, actions.taken_apart(opened, _parts(request, pages)))
    done(request, "Taken apart.", UUID(made.act), back=reverse("document", args=[did]))
    return go_to(request, "document", made.id)


def _parts(request: Request, pages: Sequence[int]) -> list[list[int]]:
    begins, left_out = set(request.POST.getlist("begins")), set(request.POST.getlist("out"))
    parts: list[list[int]] = [[]]
    for page in pages:
        if str(page) in begins:
            parts.append([])
        if str(page) not in left_out:
            parts[-1].append(page)
    return parts
