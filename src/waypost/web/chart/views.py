"""Everything about one patient on one page, and the pages behind its 'All'."""

from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import NoReverseMatch, reverse
from django.views.decorators.http import require_GET, require_POST

from waypost.access import scopes
from waypost.access.permissions import Permission, allowed
from waypost.chart.documents.reading import came_from, is_unfiled
from waypost.coordination import papers, patients
from waypost.coordination.facts import Fact
from waypost.records.problems import NotFound
from waypost.web import asked
from waypost.web.chart.bands import band
from waypost.web.chart.edits import EDITS
from waypost.web.chart.pages import (
    DocumentPage,
    DocumentsPage,
    Fix,
    PatientPage,
    ResultsPage,
    TimelineView,
    chips,
)
from waypost.web.documents.showing import handed_out, shown
from waypost.web.pages import Request, done, go_to, is_htmx, render_page, render_part
from waypost.web.parts import Act

REASONS = (  # value kept in the audit, words on the button, key
    ("caller", "The patient, or someone for them, is on the phone", "o"),
    ("arrival", "The patient is here", "h"),
    ("worklist", "It is on my worklist", "w"),
    ("cover", "I stand in for their coordinator", "i"),
)
WHOSE = {"allergy": "a nurse or clinician records this", "team": "the care team's own staff do this"}


@require_GET
def patient(request: Request, id: str) -> HttpResponse:
    """Show the patient."""
    view = patients.open_patient(request.ctx, id, kind=asked.text(request.GET, "kind", 40))
    may = forms_for(request)
    page = PatientPage(
        title=view.who.name,
        place="patients",
        view=view,
        band=band(view),
        fixes=tuple(_fix(id, fact, may) for fact in view.missing),
        chips=chips(view.chart.timeline) if view.chart else (),
        may=may,
        survivor=_survivor(request, view.who.merged_into),
        reasons=REASONS if view.closed == "ask" else (),
        visit_pages=_has("visit"),
        itinerary=_itinerary(view),
        labels=_labels(request, view),
    )
    return render_page(request, page)


def _itinerary(view: patients.PatientView) -> str:
    """Return where the letter of the next visit is, this patient's own: a visit may be a group's."""
    if not view.upcoming or view.who.died or not _has("visit-letter"):
        return ""
    return f"{reverse('visit-letter', args=[view.upcoming[0].id])}?{urlencode({'patient': view.who.id})}"


def _labels(request: Request, view: patients.PatientView) -> str:
    gone = view.who.died or view.who.merged_into or not allowed(request.ctx.actor.roles, Permission.PAPER_PRINT)
    return "" if gone else reverse("patient-labels", args=[view.who.id])


def _has(route: str) -> bool:
    """Return whether there is a page of one resource by this name."""
    try:
        reverse(route, args=["x"])
    except NoReverseMatch:
        return False
    return True


def forms_for(request: Request) -> frozenset[str]:
    """Return the edit forms that the reader's role may use, and 'documents' where it may add some."""
    roles = request.ctx.actor.roles
    found = {key for key, edit in EDITS.items() if allowed(roles, edit.permission)}
    return frozenset(found | ({"documents"} if allowed(roles, Permission.DOCUMENT_FILE) else set()))


def _fix(id: str, fact: Fact, may: frozenset[str]) -> Fix:
    if fact.form not in may:
        return Fix(fact, "", WHOSE.get(fact.form, "your role does not change this"))
    url = reverse("patient-edit", args=[id, fact.form])
    return Fix(fact, f"{url}?on={fact.target}" if fact.target else url)


def _survivor(request: Request, id: str | None) -> Act | None:
    if not id:
        return None
    try:
        other = patients.head_of(request.ctx, id)
    except NotFound:
        return None
    return Act(f"Open {other.who.name}, MRN {other.who.mrn}", reverse("patient", args=[id]))


@require_POST
def open_chart(request: Request, id: str) -> HttpResponse:
    """Open a closed chart: the reason is audited and lasts a working day."""
    reason = request.POST.get("reason", "")
    words = asked.text(request.POST, "words")
    known = {value for value, _, _ in REASONS}
    if reason in known or words:
        scopes.open_chart(request.ctx, id, reason if reason in known else f"other: {words}")
    else:
        done(request, "The chart stays closed until you say why.")
    return go_to(request, "patient", id)


@require_GET
def timeline(request: Request, id: str) -> HttpResponse:
    """Show more of the timeline: the next lines, or another kind."""
    kind, after = asked.text(request.GET, "kind", 40), asked.text(request.GET, "after")
    found = patients.more_timeline(request.ctx, id, kind=kind, after=after)
    whole = not is_htmx(request)
    view = patients.head_of(request.ctx, id) if whole else None
    page = TimelineView(
        title=f"Timeline · {view.who.name}" if view else "Timeline",
        place="patients",
        id=id,
        band=band(view) if view else None,
        timeline=found,
        chips=chips(found),
        may=forms_for(request),
        visit_pages=_has("visit"),
        after=after,
    )
    if whole:
        return render_page(request, page)
    part = "waypost/chart/lines_part.html" if after else "waypost/chart/timeline_part.html"
    return render_part(request, part, page)


@require_GET
def results(request: Request, id: str) -> HttpResponse:
    """Show every kind of result with the figures behind its line."""
    found = patients.every_result(request.ctx, id)
    view = patients.head_of(request.ctx, id)
    page = ResultsPage(
        title=f"Results · {view.who.name}", place="patients", id=id, band=band(view), results=found
    )
    return render_page(request, page)


@require_GET
def documents(request: Request, id: str) -> HttpResponse:
    """Show every document."""
    found = patients.every_document(request.ctx, id)
    view = patients.head_of(request.ctx, id)
    page = DocumentsPage(
        title=f"Documents · {view.who.name}", place="patients", id=id, band=band(view), documents=found
    )
    return render_page(request, page)


@require_GET
def document(request: Request, id: str, did: str) -> HttpResponse:
    """Show one document: its pages as pictures made here, or its words."""
    paper = papers.open_paper(request.ctx, id, did)
    view = patients.head_of(request.ctx, id)
    page = DocumentPage(
        title=f"Document · {view.who.name}",
        place="patients",
        id=id,
        band=band(view),
        paper=paper,
        to_file=is_unfiled(paper.opened.resource),
        came_from=came_from(paper.opened.resource),
        problem=paper.problem if paper.opened.data else None,
        held=bool(paper.opened.data),
        elsewhere=paper.opened.elsewhere,
        **shown(paper.look),
    )
    return render_page(request, page)


@require_GET
def document_file(request: Request, id: str, did: str) -> HttpResponse:
    """Hand out a document's file, to be saved."""
    return handed_out(papers.open_paper(request.ctx, id, did).opened)
