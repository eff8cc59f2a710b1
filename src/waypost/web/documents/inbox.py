"""Documents to file: what came and is in no chart yet, and what was added to a chart and has no name yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from waypost.access import scopes
from waypost.access.permissions import Permission, allowed
from waypost.access.problems import NotPermitted
from waypost.chart.documents import actions, queries
from waypost.chart.documents.reading import came_at, kind_of, pages_of, patient_of, title_of, who_sent
from waypost.kernel.dates import read_moment
from waypost.records.versions import Version
from waypost.registry import queries as registry
from waypost.web import asked
from waypost.web.pages import Page, Request, done, go_to, render_page
from waypost.web.words import count


@dataclass(frozen=True, slots=True)
class Row:
    """One document of the list."""

    id: str
    url: str
    name: str
    whom: str
    source: str
    came: datetime | None
    pages: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxPage(Page):
    template: ClassVar[str] = "waypost/documents/inbox.html"
    place: str = "records"
    rows: Sequence[Row]
    note: str


@require_safe
def inbox(request: Request) -> HttpResponse:
    """Show what waits to be filed, the oldest first."""
    if not allowed(request.ctx.actor.roles, Permission.DOCUMENT_SORT):
        raise NotPermitted
    found = waiting(request)
    scope = scopes.for_staff(request.ctx, what="DocumentReference")
    known = registry.people(scope, [p for v in found.versions if (p := patient_of(v.resource))])
    rows = [_row(one, known, request.ctx.zone) for one in found.versions]
    more = f"; the oldest {len(rows)} are shown" if found.many > len(rows) else ""
    note = f"{count(found.many, 'document')} {'waits' if found.many == 1 else 'wait'}{more}" if rows else ""
    return render_page(request, InboxPage(title="Documents to file", rows=rows, note=note))


def waiting(request: Request) -> queries.Inbox:
    """Return what waits, of the charts that are open to the reader and of none yet; whose it shows is audited."""
    found = queries.inbox(scopes.for_search(request.ctx, "DocumentReference"))
    scopes.found(request.ctx, "DocumentReference", [p for v in found.versions if (p := patient_of(v.resource))])
    return found


def _row(one: Version, known: dict[str, registry.Person], zone: str) -> Row:
    resource = one.resource
    person = known.get(patient_of(resource) or "")
    kind, pages = kind_of(resource), pages_of(resource)
    hit = f"{person.name} · {registry.say_birth(person)} · MRN {registry.say_mrn(person.mrn)}" if person else ""
    return Row(
        id=one.id,
        url=reverse("document", args=[one.id]),
        name=title_of(resource) or (kind.word if kind else "Document without a title"),
        whom=hit,
        source=who_sent(resource),
        came=read_moment(came_at(resource), zone) or one.at,
        pages=count(pages, "page") if pages else "",
    )


@require_POST
def join(request: Request) -> HttpResponse:
    """Make one document of those that were ticked, in the order in which they came."""
    ids = [one for one in request.POST.getlist("document") if asked.ID.fullmatch(one)]
    opened = [queries.open_document(request.ctx, one) for one in dict.fromkeys(ids)]
    made = actions.join(request.ctx, actions.joined(opened))
    done(request, "Joined into one.", UUID(made.act), back=reverse("records"))
    return go_to(request, "document", made.id)
