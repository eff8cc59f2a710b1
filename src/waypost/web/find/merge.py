"""Two charts of one person: look at both, then let one go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import ClassVar

from django import forms
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from waypost.access import scopes
from waypost.access.permissions import Permission, allowed
from waypost.access.problems import NotPermitted
from waypost.kernel.scope import Scope
from waypost.registry import queries
from waypost.registry.actions import merge_patients
from waypost.registry.queries import Hit
from waypost.web.forms import DeskForm
from waypost.web.frame import today_of
from waypost.web.pages import Page, Request, done, go_to, render_page


class MergeForm(DeskForm):
    """Two record numbers, as they are read out."""

    stays = forms.CharField(
        label="MRN of the chart that goes on",
        max_length=40,
        widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off", "inputmode": "numeric"}),
    )
    gone = forms.CharField(
        label="MRN of the chart that ends",
        max_length=40,
        widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off", "inputmode": "numeric"}),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class MergePage(Page):
    """`both`: the chart that goes on and the one that ends, once both numbers are known."""

    template: ClassVar[str] = "waypost/find/merge.html"
    place: str = "patients"
    form: MergeForm
    both: Sequence[Hit] = ()


@require_http_methods(["GET", "POST"])
def merge(request: Request) -> HttpResponse:
    """Ask for two numbers, show both people, merge on the second yes."""
    if not allowed(request.ctx.actor.roles, Permission.PATIENT_MERGE):
        scopes.refuse(request.ctx, NotPermitted(), what="merge")
    if request.method == "GET":
        return render_page(request, MergePage(title="Merge two charts", form=MergeForm()))
    form = MergeForm(request.POST)
    if not form.is_valid():
        return render_page(request, MergePage(title="Merge two charts", form=form), status=422)
    scope = scopes.for_search(request.ctx, "Patient")
    today = today_of(request).date()
    found = {name: _one(scope, form, name, today) for name in ("stays", "gone")}
    stays, gone = found["stays"], found["gone"]
    if stays and gone and stays.id == gone.id:
        form.add_error("gone", "This is the same chart. Write the other number.")
    if form.errors or stays is None or gone is None:
        return render_page(request, MergePage(title="Merge two charts", form=form), status=422)
    scopes.found(request.ctx, "Patient", [stays.id, gone.id], action="merge")
    if request.POST.get("sure") != f"{gone.id} {stays.id}":
        return render_page(request, MergePage(title="Merge two charts", form=form, both=(stays, gone)))
    version = merge_patients(request.ctx, gone.id, stays.id)
    done(request, "Merged.", act=version.act)
    return go_to(request, f"/patients/{stays.id}")


def _one(scope: Scope, form: MergeForm, name: str, today: date) -> Hit | None:
    """Return the one patient with that number; a merged number is refused, since its chart has ended already."""
    number = "".join(c for c in form.cleaned_data[name] if c.isdigit())
    hits = [
        hit
        for hit in queries.find(scope, f"MRN {number}", today=today).hits
        if number and hit.mrn.replace(" ", "").lstrip("0") == number.lstrip("0")
    ]
    if len(hits) != 1:
        form.add_error(name, "No chart goes on under this number. Check it.")
        return None
    return hits[0]
