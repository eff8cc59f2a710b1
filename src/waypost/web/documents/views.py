"""One document: how it looks on the left, what it is and whose on the right; filed with one key, never by itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from waypost.access.permissions import Permission, allowed
from waypost.access.problems import NotPermitted
from waypost.chart.documents import actions
from waypost.chart.documents.queries import Opened, look_at, open_document
from waypost.chart.documents.reading import is_unfiled, kind_of, patient_of
from waypost.coordination import patients
from waypost.kernel.problem import Problem
from waypost.web import asked
from waypost.web.chart.bands import band
from waypost.web.documents.forms import FileForm
from waypost.web.documents.showing import shown
from waypost.web.pages import Page, Request, done, go_to, render_page
from waypost.web.parts import Band


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPage(Page):
    template: ClassVar[str] = "waypost/documents/document.html"
    place: str = "records"
    id: str
    version: int
    name: str
    source: str
    band: Band | None
    patient: str
    form: FileForm
    pages: Sequence[int] = field(default_factory=tuple)
    words: str = ""
    inside: Sequence[str] = ()
    problem: Problem | None = None
    held: bool = False  # bytes are here, whether or not they can be shown
    elsewhere: str = ""


@require_http_methods(["GET", "HEAD"])
def document(request: Request, did: str) -> HttpResponse:
    """Show a document that waits to be filed; one that is filed stands in its chart."""
    opened = open_document(request.ctx, did)
    patient = patient_of(opened.resource)
    if patient and not is_unfiled(opened.resource):
        return go_to(request, "patient-document", patient, did)
    return show(request, opened)


@require_POST
def file(request: Request, did: str) -> HttpResponse:
    """File it as what the form says."""
    opened = open_document(request.ctx, did)
    patient = asked.id_(request.POST, "patient") or patient_of(opened.resource) or ""
    form = FileForm(request.POST)
    if not form.is_valid():
        return show(request, opened, form=form, status=422)
    version = actions.file_document(request.ctx, did, asked.number(request.POST, "version") or 0, form.filed(patient))
    done(request, "Filed.", version.act, back=reverse("document", args=[did]))
    return go_to(request, "patient", patient)


@require_POST
def not_ours(request: Request, did: str) -> HttpResponse:
    """Set it aside as not ours."""
    version = actions.set_aside(request.ctx, did, asked.number(request.POST, "version") or 0, asked.text(request.POST, "why"))
    done(request, "Set aside: not ours.", version.act, back=reverse("document", args=[did]))
    return go_to(request, "/")


def show(request: Request, opened: Opened, *, form: FileForm | None = None, status: int = 200) -> HttpResponse:
    """Answer with the page of one document."""
    if not allowed(request.ctx.actor.roles, Permission.DOCUMENT_FILE):
        raise NotPermitted
    look, problem = look_at(opened)
    patient = patient_of(opened.resource) or ""
    view = patients.head_of(request.ctx, patient) if patient else None
    page = DocumentPage(
        title="Document to file",
        id=opened.id,
        version=opened.version.version,
        name=name_of(opened),
        source="",
        band=band(view, acts=()) if view else None,
        patient=patient,
        form=form or FileForm(initial=_initial(opened)),
        problem=problem if opened.data else None,
        held=bool(opened.data),
        elsewhere=opened.elsewhere,
        **shown(look),
    )
    return render_page(request, page, status)


def name_of(opened: Opened) -> str:
    resource = opened.resource
    for content in resource.get("content") or ():
        title = (content.get("attachment") or {}).get("title")
        if title:
            return title
    return resource.get("description") or "Document without a title"


def _initial(opened: Opened) -> dict[str, str]:
    kind = kind_of(opened.resource)
    return {"kind": kind.code if kind else "", "title": "" if kind is None else name_of(opened)}
