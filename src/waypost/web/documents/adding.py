"""Adding documents: files of any number, or photos from a phone, to a chart or to the inbox."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from waypost.access import scopes
from waypost.access.permissions import Permission, allowed
from waypost.access.problems import NotPermitted
from waypost.chart.documents import actions, limits, queries
from waypost.coordination import patients
from waypost.formats.papers.limits import PAPER_BYTES_MAX
from waypost.formats.papers.problems import PaperTooLarge
from waypost.kernel.ids import uuid7
from waypost.kernel.problem import Problem
from waypost.web import asked
from waypost.web.chart.bands import band
from waypost.web.pages import Page, Request, done, go_to, render_page
from waypost.web.parts import Band


@dataclass(frozen=True, slots=True)
class Refused:
    """A file that was not taken in, and why."""

    name: str
    title: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddPage(Page):
    template: ClassVar[str] = "waypost/documents/add.html"
    band: Band | None
    action: str
    back: str
    wish: str
    refused: Sequence[Refused] = field(default_factory=tuple)
    taken: int = 0
    next: str = ""
    files_max: int = limits.TOGETHER_MAX


@require_http_methods(["GET", "POST"])
def add_for_patient(request: Request, id: str) -> HttpResponse:
    """Add documents to a chart that is open; each then waits for somebody to say what it is."""
    if not allowed(request.ctx.actor.roles, Permission.DOCUMENT_FILE):
        raise NotPermitted
    scopes.for_patient(request.ctx, id)
    return add(request, patient=id)


@require_http_methods(["GET", "POST"])
def add_to_inbox(request: Request) -> HttpResponse:
    """Add documents of which it is not known yet whose they are."""
    roles = request.ctx.actor.roles
    if not (allowed(roles, Permission.DOCUMENT_FILE) and allowed(roles, Permission.DOCUMENT_SORT)):
        raise NotPermitted
    return add(request, patient=None)


def add(request: Request, *, patient: str | None) -> HttpResponse:
    """Show the form, or take in what came with it. Asked by the page's script, answer each file in JSON."""
    if request.method == "GET":
        return _show(request, patient)
    wish = asked.key(request.POST, "wish")
    taken: list[str] = []
    refused: list[Refused] = []
    for number, one in enumerate(_files(request)):
        try:
            taken.append(_take(request, one, patient, f"{wish}:{number}" if wish else ""))
        except Problem as problem:
            if problem.status == 403:
                raise
            refused.append(Refused(actions.named(one.name or "") or "File", str(problem.title), str(problem.remedy)))
    following = _next(patient, taken)
    if "application/json" in request.headers.get("Accept", ""):
        said = [f"{one.title} {one.remedy}" for one in refused]
        return JsonResponse({"taken": taken, "refused": said, "next": following})
    if not taken or refused:
        return _show(request, patient, refused=refused, taken=taken, status=200 if taken else 422)
    if request.POST.get("together") and len(taken) > 1:
        opened = [queries.open_document(request.ctx, one) for one in taken]
        made = actions.join(request.ctx, actions.joined(opened))
        done(request, "Added as one document.")
        return go_to(request, "document", made.id)
    done(request, "Document added." if len(taken) == 1 else f"{len(taken)} documents added.")
    return go_to(request, following)


def _files(request: Request) -> list[UploadedFile]:
    every = [*request.FILES.getlist("files"), *request.FILES.getlist("photos")]
    return every[: limits.TOGETHER_MAX]


def _take(request: Request, one: UploadedFile, patient: str | None, wish: str) -> str:
    return actions.take_in(request.ctx, read_paper(one), patient=patient, wish=wish)


def read_paper(one: UploadedFile) -> actions.Paper:
    """Look into a file that was sent. Raises the problem that says why it is not taken in."""
    if (one.size or 0) > PAPER_BYTES_MAX:
        raise PaperTooLarge
    return actions.Paper.read(one.read(), one.name or "")


def _next(patient: str | None, taken: Sequence[str]) -> str:
    if taken:
        return reverse("document", args=[taken[0]])
    return reverse("patient", args=[patient]) if patient else reverse("records")


def _show(
    request: Request, patient: str | None, *, refused: Sequence[Refused] = (), taken: Sequence[str] = (), status: int = 200
) -> HttpResponse:
    view = patients.head_of(request.ctx, patient) if patient else None
    page = AddPage(
        title=f"Add documents · {view.who.name}" if view else "Add documents",
        place="patients" if patient else "records",
        band=band(view, acts=()) if view else None,
        action=request.path,
        back=reverse("patient", args=[patient]) if patient else reverse("records"),
        wish=str(uuid7(request.ctx.now)),
        refused=refused,
        taken=len(taken),
        next=_next(patient, taken) if taken else "",
    )
    return render_page(request, page, status)
