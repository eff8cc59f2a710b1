"""Taking a site, room, device or person out of use: what is booked with them is listed first."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from waypost.access import scopes
from waypost.access.permissions import Permission
from waypost.coordination import clinic
from waypost.kernel.scope import Scope
from waypost.records import queries as records
from waypost.registry import clinic as fhir
from waypost.scheduling.queries import templates
from waypost.scheduling.queries.boards import BoardRow
from waypost.scheduling.rules.types import calendar_of
from waypost.web.pages import Page, Request, done, go_to, render_page
from waypost.web.setup import pages
from waypost.web.setup.calendars import Left, lefts_of


@dataclass(frozen=True, slots=True, kw_only=True)
class RetirePage(Page):
    template: ClassVar[str] = "waypost/setup/retire.html"
    place: str = "settings"
    tab: str
    left: Sequence[Left]
    stands: Sequence[str] = ()  # what still stands at a site
    accept: str
    kept: Sequence[tuple[str, str]]
    back: str
    said: str = "Retiring cancels none of them. Move them, or tell the patients, from here."
    verb: str = "Retire all the same"


@require_POST
def retire(request: Request, kind: str, id: str) -> HttpResponse:
    """Retire, once what is booked (or still stands there) has been seen; or bring back."""
    pages.needs(request, Permission.CLINIC_SET_UP)
    scope = scopes.for_staff(request.ctx, what=f"{kind}/{id}")
    version = records.read(scope, kind, id)
    home = "setup-people" if kind == "Practitioner" else "setup-places"
    back = bool(request.POST.get("back"))
    rows = [] if back else _booked(request, scope, version.reference)
    stands = [] if back else [one.body.get("name", one.key) for one in templates.calendars(scope)
                              if one.body.get("site") == version.reference and not one.body.get("retired")]  # fmt: skip
    accept = pages.digest([*(row.appointment for row in rows), *stands])
    if accept and request.POST.get("accept") != accept:
        scopes.found(request.ctx, "Appointment", [one for row in rows for one in row.patients])
        found = templates.calendar(scope, version.reference)
        left = lefts_of(scope, rows, calendar_of(found.body)) if found else []
        page = RetirePage(title=f"Retire {fhir.name_of(version.resource)}", tab=home.removeprefix("setup-"), left=left, stands=stands,
                          accept=accept, kept=[("version", str(pages.seen(request)))], back=reverse(home))  # fmt: skip
        return render_page(request, page, 422)
    made = clinic.retire(request.ctx, kind, id, expect=pages.seen(request), back=back)
    done(request, "In use again." if back else "Retired. What was booked stays booked.", made.act)
    return go_to(request, home)


def _booked(request: Request, scope: Scope, resource: str) -> list[BoardRow]:
    found = templates.calendar(scope, resource)
    if found is None:
        return []
    return templates.left_outside(scope, None, calendar_of({**found.body, "retired": True}), now=request.ctx.now)
