"""One document: how it looks on the left, what it is and whose on the right; filed with one key, never by itself."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, ClassVar

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from waypost.access import scopes
from waypost.access.permissions import Permission, allowed
from waypost.access.problems import NotPermitted
from waypost.chart.documents import actions
from waypost.chart.documents.kinds import BY_CODE
from waypost.chart.documents.proposing import Proposal, evidence, propose
from waypost.chart.documents.queries import Opened, look_at, open_document
from waypost.chart.documents.reading import came_at, came_from, is_unfiled, patient_of, title_of, who_sent
from waypost.kernel.dates import local_day, read_moment
from waypost.kernel.problem import Problem
from waypost.records.versions import Version
from waypost.registry import queries as registry
from waypost.registry.limits import ASKED_CHARACTERS_MAX
from waypost.web import asked
from waypost.web.documents.forms import FileForm
from waypost.web.documents.inbox import waiting
from waypost.web.documents.showing import shown
from waypost.web.frame import today_of
from waypost.web.pages import Page, Request, done, go_to, is_htmx, render_page, render_part

HITS_MAX = 8


@dataclass(frozen=True, slots=True)
class Choice:
    """A patient whose it may be: two identifiers, and why it is proposed."""

    id: str
    name: str
    birth: str
    mrn: str
    why: str = ""
    proposed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPage(Page):
    template: ClassVar[str] = "waypost/documents/document.html"
    place: str = "records"
    id: str
    version: int
    name: str
    source: str
    came: datetime | None
    form: FileForm
    choices: Sequence[Choice]
    chosen: str
    doubt: str = ""
    kind_why: str = ""
    day_why: str = ""
    asked: str = ""
    hits: bool = False
    waiting: bool = True  # it can be filed; else it was made into others, or is not ours
    came_from: Sequence[str] = ()
    place_words: str = ""
    before: str = ""
    after: str = ""
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
def whose(request: Request, did: str) -> HttpResponse:
    """Find the patient whose document it is. The words are posted: they stand in no address."""
    return show(request, open_document(request.ctx, did), sought=asked.text(request.POST, "q", ASKED_CHARACTERS_MAX))


@require_POST
def file(request: Request, did: str) -> HttpResponse:
    """File it as what the form says, and go on to the next."""
    opened = open_document(request.ctx, did)
    before = patient_of(opened.resource) or ""
    patient = asked.id_(request.POST, "patient") or before
    form = FileForm(request.POST)
    if not form.is_valid() or not patient:
        if not patient:
            form.add_error(None, "Choose whose document it is.")
        return show(request, opened, form=form, chosen=patient, status=422)
    following = _after(waiting(request).versions, did, before)
    version = actions.file_document(request.ctx, did, asked.number(request.POST, "version") or 0, form.filed(patient))
    done(request, "Filed.", version.act, back=reverse("document", args=[did]))
    if following:
        return go_to(request, "document", following)
    return go_to(request, "patient", before) if before else go_to(request, "records")


@require_POST
def not_ours(request: Request, did: str) -> HttpResponse:
    """Set it aside as not ours, and go on to the next."""
    following = _after(waiting(request).versions, did, "")
    version = actions.set_aside(request.ctx, did, asked.number(request.POST, "version") or 0, asked.text(request.POST, "why"))
    done(request, "Set aside: not ours.", version.act, back=reverse("document", args=[did]))
    return go_to(request, "document", following) if following else go_to(request, "records")


def _after(versions: Sequence[Version], did: str, patient: str) -> str:
    """Return the next that waits behind this one, of the same patient where it was added to a chart; '' for none."""
    mine = [one for one in versions if not patient or patient_of(one.resource) == patient]
    ids = [one.id for one in mine]
    at = ids.index(did) if did in ids else -1
    others = ids[at + 1 :] + ids[: max(at, 0)]
    return others[0] if others else ""


def show(
    request: Request,
    opened: Opened,
    *,
    form: FileForm | None = None,
    chosen: str = "",
    sought: str = "",
    status: int = 200,
) -> HttpResponse:
    """Answer with the page of one document, or, asked by the find box, with the patients alone."""
    if not allowed(request.ctx.actor.roles, Permission.DOCUMENT_FILE):
        raise NotPermitted
    look, problem = look_at(opened)
    proposal = _proposal(request, opened, look.text if look else "")
    choices, hits = _choices(request, opened, proposal, sought)
    page = DocumentPage(
        title="Document to file",
        id=opened.id,
        version=opened.version.version,
        name=title_of(opened.resource) or "Document without a title",
        source=who_sent(opened.resource),
        came=read_moment(came_at(opened.resource), request.ctx.zone),
        form=form or FileForm(initial=_initial(opened, proposal)),
        choices=choices,
        chosen=chosen or patient_of(opened.resource) or ("" if hits else proposal.patient),
        doubt="" if patient_of(opened.resource) or sought else proposal.doubt,
        kind_why=proposal.kind_why,
        day_why=proposal.day_why,
        asked=sought,
        hits=hits,
        problem=problem if opened.data else None,
        held=bool(opened.data),
        elsewhere=opened.elsewhere,
        waiting=is_unfiled(opened.resource),
        came_from=came_from(opened.resource),
        **_neighbours(request, opened.id),
        **shown(look),
    )
    if sought and is_htmx(request):
        return render_part(request, "waypost/documents/whose.html", page, status)
    return render_page(request, page, status)


def _neighbours(request: Request, did: str) -> dict[str, str]:
    ids = [one.id for one in waiting(request).versions]
    if did not in ids:
        return {}
    at = ids.index(did)
    return {
        "place_words": f"{at + 1} of {len(ids)}",
        "before": reverse("document", args=[ids[at - 1]]) if at else "",
        "after": reverse("document", args=[ids[at + 1]]) if at + 1 < len(ids) else "",
    }


def _proposal(request: Request, opened: Opened, text: str) -> Proposal:
    today = local_day(request.ctx.now, request.ctx.zone)
    found = evidence(text, today)
    scope = scopes.for_staff(request.ctx, what="Patient")
    people = registry.told_of(scope, found.numbers, (*found.births, *found.dates), found.words)
    return propose(text, opened.resource, people, found, today)


def _choices(request: Request, opened: Opened, proposal: Proposal, sought: str) -> tuple[tuple[Choice, ...], bool]:
    """Return who may be chosen: whose chart it was added to, who was found, who is proposed; each is audited."""
    made: dict[str, Choice] = {}
    scope = scopes.for_search(request.ctx, "Patient")
    patient = patient_of(opened.resource)
    for one in registry.people(scope, [patient] if patient else []).values():
        made[one.id] = _choice(one, "It was added to this chart.")
    for one in proposal.candidates:
        made.setdefault(one.person.id, _choice(one.person, one.why, proposed=one.person.id == proposal.patient))
    hits = registry.find(scope, sought, today=today_of(request).date(), count=HITS_MAX).hits if sought else ()
    found = {hit.id: made.get(hit.id, Choice(hit.id, hit.name, hit.birth, hit.mrn)) for hit in hits}
    if found or made:
        scopes.found(request.ctx, "Patient", [*found, *made])
    return tuple((found | made).values()), bool(found)


def _choice(one: registry.Person, why: str, *, proposed: bool = False) -> Choice:
    return Choice(one.id, one.name, registry.say_birth(one), registry.say_mrn(one.mrn), why, proposed)


def _initial(opened: Opened, proposal: Proposal) -> dict[str, Any]:
    kind = BY_CODE.get(proposal.kind)
    title = str(opened.resource.get("description") or "") or (kind.word if kind else "")
    return {"kind": proposal.kind, "title": title, "day": proposal.day}
