"""Pages as pictures made here, and the original as a file to save. Nothing that was sent is ever shown as it came."""

from typing import Any

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from waypost.chart.documents import opening
from waypost.chart.documents.queries import Opened, look_at, open_document
from waypost.formats.papers import kinds
from waypost.formats.papers.looking import Look
from waypost.web.pages import Request

SANDBOX = "default-src 'none'; sandbox"


@require_GET
def page(request: Request, did: str, n: int) -> HttpResponse:
    """Show one page, counted from 1, as a PNG."""
    opened = open_document(request.ctx, did)
    look, problem = look_at(opened)
    if problem is not None or look is None or look.mime == kinds.TEXT or not 1 <= n <= look.pages:
        raise Http404
    return _alone(HttpResponse(opening.picture(opened.data, n - 1), content_type="image/png"))


@require_GET
def original(request: Request, did: str) -> HttpResponse:
    """Hand out the file as it came, to be saved: under its real kind where that is known, as bytes where not."""
    return handed_out(open_document(request.ctx, did))


def handed_out(opened: Opened) -> HttpResponse:
    """Return a document's file, to be saved."""
    if not opened.data:
        raise Http404
    look, _ = look_at(opened)
    if look is None:
        answer = HttpResponse(opened.data, content_type="application/octet-stream")
        answer["Content-Disposition"] = "attachment"
    else:
        answer = HttpResponse(opened.data, content_type=look.mime)
        answer["Content-Disposition"] = f'attachment; filename="document.{kinds.ENDINGS[look.mime]}"'
    return _alone(answer)


def shown(look: Look | None) -> dict[str, Any]:
    """Return what of a paper a page shows: numbers of pages that have a picture, or words."""
    if look is None:
        return {}
    if look.mime == kinds.TEXT:
        return {"words": look.text}
    return {"pages": range(1, look.pages + 1), "inside": look.inside}


def _alone(answer: HttpResponse) -> HttpResponse:
    answer["Content-Security-Policy"] = SANDBOX
    answer["X-Content-Type-Options"] = "nosniff"
    answer["Cache-Control"] = "no-store"
    return answer
