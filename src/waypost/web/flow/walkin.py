"""A walk-in: who it is, what they say in their words, what becomes of them, and who decided it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from waypost.access import scopes
from waypost.coordination import patients
from waypost.coordination.flow import walkins
from waypost.coordination.flow.walkins import WalkIn
from waypost.kernel import ids
from waypost.kernel.problem import Problem
from waypost.registry import queries as registry
from waypost.registry.limits import ASKED_CHARACTERS_MAX
from waypost.registry.queries import Hit
from waypost.scheduling.queries.clinic import Clinic, clinic
from waypost.web import asked
from waypost.web.chart.bands import band
from waypost.web.flow.board import usual_site
from waypost.web.forms import DeskForm
from waypost.web.frame import today_of
from waypost.web.pages import Page, Request, done, go_to, render_page
from waypost.web.parts import Band
from waypost.web.schedule.sites import site_names

HITS_MAX = 12
CLINICAL = ("clinician", "nurse")


class WalkInForm(DeskForm):
    words = forms.CharField(label="What they ask for, in their words", required=False, max_length=200,
                            help_text="Do not ask about symptoms. Anything urgent goes to a nurse now.")  # fmt: skip
    decision = forms.ChoiceField(label="What becomes of it", choices=list(walkins.DECISIONS.items()), widget=forms.RadioSelect, initial="nurse")
    decided = forms.ChoiceField(label="Who decided", required=False)
    visit_type = forms.ChoiceField(label="Worked in as", required=False)
    who = forms.ChoiceField(label="Worked in with", required=False)
    where = forms.CharField(label="Redirected to", required=False, max_length=120)
    site = forms.ChoiceField(label="Where")
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, here: Clinic, names: dict[str, str], me: tuple[str, str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        people = sorted((c.name, c.resource) for c in (b.calendar for b in here.bookables.values()) if c.role in CLINICAL and not c.retired)
        deciders = [*([me] if me[0] else []), *((ref, name) for name, ref in people if ref != me[0])]
        kinds = sorted((kind.name.get("en", kind.code), kind.code) for kind in here.offered if kind.capacity == 1 and not kind.order_required)
        choices: dict[str, list[tuple[str, str]]] = {
            "decided": [("", "Nobody yet"), *deciders],
            "visit_type": [("", "Choose"), *((code, name) for name, code in kinds)],
            "who": [("", "Whoever is free first"), *((ref, name) for name, ref in people)],
            "site": [(ref, name) for ref, name in sorted(names.items(), key=lambda pair: pair[1])] or [("", "Here")],
        }
        for name, options in choices.items():
            self.fields[name].choices = options  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        decision = said.get("decision")
        if decision in {"worked-in", "redirected"} and not said.get("decided"):
            self.add_error("decided", "Choose the nurse or provider who decided. You can send to a nurse without.")
        if decision == "worked-in" and not said.get("visit_type"):
            self.add_error("visit_type", "Choose the kind of visit.")
        if decision == "redirected" and not said.get("where"):
            self.add_error("where", "Say where they were sent.")
        return said


@dataclass(frozen=True, slots=True, kw_only=True)
class WalkInPage(Page):
    template: ClassVar[str] = "waypost/flow/walk_in.html"
    place: str = "flow"
    asked: str = ""
    hits: Sequence[tuple[Hit, str]] = ()
    band: Band | None = None
    patient: str = ""
    form: DeskForm | None = None


@require_http_methods(["GET", "POST"])
def walk_in(request: Request) -> HttpResponse:
    """Find who it is; then keep what becomes of them."""
    given = request.POST if request.method == "POST" else request.GET
    patient = asked.id_(given, "patient")
    if not patient:
        return _find(request)
    ctx = request.ctx
    here = clinic(ctx.tenant, ctx.now)
    names = site_names(scopes.for_staff(ctx, what="Location"), here)
    clinical = ctx.actor.roles & set(CLINICAL) and ctx.actor.practitioner
    me = (f"Practitioner/{ctx.actor.practitioner}", ctx.actor.name) if clinical else ("", "")
    more: dict[str, Any] = {"here": here, "names": names, "me": me}
    if request.method == "GET":
        usual = usual_site(request, names)
        form = WalkInForm(initial={"key": str(ids.uuid7(ctx.now)), "site": f"Location/{usual}" if usual else ""}, **more)
        return _show(request, patient, form)
    form = WalkInForm(request.POST, **more)
    if not form.is_valid():
        return _show(request, patient, form, 422)
    said = form.cleaned_data
    decider = said["decided"]
    name = dict(form.fields["decided"].choices).get(decider, "") if decider else ""  # type: ignore[attr-defined]
    wish = WalkIn(
        patient=patient, site=said["site"], decision=said["decision"], words=said["words"], decided=(decider, str(name)),
        visit_type=said["visit_type"], who=said["who"], where=said["where"], key=said["key"],
    )  # fmt: skip
    try:
        made = walkins.receive(ctx, wish)
    except Problem as problem:
        return _show(request, patient, form, form.refuse(problem))
    done(request, f"{walkins.DECISIONS[wish.decision]}.", made.act)
    if wish.decision == "booked":
        return go_to(request, f"{reverse('find-times')}?{urlencode({'patient': patient})}")
    return go_to(request, "flow")


def _find(request: Request) -> HttpResponse:
    text = asked.text(request.POST, "q", ASKED_CHARACTERS_MAX)
    if not text:
        return render_page(request, WalkInPage(title="Walk-in: who is it?"))
    scope = scopes.for_search(request.ctx, "Patient")
    found = registry.find(scope, text, today=today_of(request).date(), count=HITS_MAX)
    scopes.found(request.ctx, "Patient", [hit.id for hit in found.hits])
    hits = [(hit, f"{reverse('walk-in')}?{urlencode({'patient': hit.id})}") for hit in found.hits]
    return render_page(request, WalkInPage(title="Walk-in: who is it?", asked=text, hits=hits))


def _show(request: Request, patient: str, form: DeskForm, status: int = 200) -> HttpResponse:
    view = patients.head_of(request.ctx, patient)
    return render_page(request, WalkInPage(title="Walk-in", band=band(view, acts=()), patient=patient, form=form), status)
