"""Who changed what, when; and bringing an earlier version back."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.http import HttpResponse
from django.views.decorators.http import require_GET, require_POST

from waypost.access.permissions import Permission, allowed
from waypost.coordination import care, histories, patients
from waypost.web import asked
from waypost.web.chart.bands import band
from waypost.web.pages import Page, Request, done, go_to, render_page
from waypost.web.parts import Band


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryPage(Page):
    template: ClassVar[str] = "waypost/chart/history.html"
    id: str
    band: Band
    steps: Sequence[histories.Step]
    type: str = ""
    rid: str = ""
    word: str = ""
    restores: bool = False
    newest: int = 0


@require_GET
def whole(request: Request, id: str) -> HttpResponse:
    """Show the latest changes of everything about the patient."""
    view = patients.head_of(request.ctx, id)
    page = HistoryPage(
        title=f"Changes · {view.who.name}",
        place="patients",
        id=id,
        band=band(view, acts=()),
        steps=histories.of_patient(request.ctx, id),
    )
    return render_page(request, page)


@require_GET
def of_resource(request: Request, id: str, type: str, rid: str) -> HttpResponse:
    """Show every version of one resource, newest first."""
    steps = histories.of_resource(request.ctx, id, type, rid)
    view = patients.head_of(request.ctx, id)
    permission = care.RESTORED_BY.get(type)
    roles = request.ctx.actor.roles
    page = HistoryPage(
        title=f"History · {view.who.name}",
        place="patients",
        id=id,
        band=band(view, acts=()),
        steps=steps,
        type=type,
        rid=rid,
        word=steps[0].word,
        restores=permission is not None and allowed(roles, permission) and allowed(roles, Permission.UNDO),
        newest=steps[0].version,
    )
    return render_page(request, page)


@require_POST
def restore(request: Request, id: str, type: str, rid: str) -> HttpResponse:
    """File an earlier version again."""
    version, seen = asked.number(request.POST, "restore", least=1), asked.number(request.POST, "newest", least=1)
    if version is not None and seen is not None:
        made = care.restore_version(request.ctx, id, type, rid, version, seen)
        done(request, "Earlier version brought back.", made.act)
    return go_to(request, "resource-history", id, type, rid)
