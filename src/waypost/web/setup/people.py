"""People whom patients are booked with: providers, nurses, technicians, interpreters."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from waypost.access import scopes
from waypost.access.permissions import Permission
from waypost.coordination import clinic
from waypost.kernel.problem import Problem
from waypost.kernel.scope import Scope
from waypost.records import queries as records
from waypost.registry import clinic as fhir
from waypost.scheduling.queries import templates
from waypost.terminology.languages import LANGUAGES
from waypost.web.pages import Page, Request, done, go_to, render_page
from waypost.web.parts import Act
from waypost.web.setup import pages
from waypost.web.setup.fields import CanField, LanguagesField
from waypost.web.setup.pages import SetupFormPage
from waypost.web.setup.places import (
    ServingForm,
    ThingRow,
    departments,
    hours_choices,
    site_choices,
    thing_row,
)

GENDERS = (("", "Not said"), ("female", "Female"), ("male", "Male"), ("other", "Other"))


class BookedPersonForm(ServingForm):
    title = forms.CharField(label="Title", required=False, max_length=20, widget=forms.TextInput(attrs={"class": "short"}), help_text="Dr, or nothing.")
    given = forms.CharField(label="First name", max_length=100)
    family = forms.CharField(label="Last name", max_length=100)
    suffix = forms.CharField(label="Letters after the name", required=False, max_length=30, widget=forms.TextInput(attrs={"class": "short"}), help_text="MD, RN, FNP.")
    role = forms.ChoiceField(label="What they are", choices=list(fhir.ROLE_WORDS.items()), widget=forms.RadioSelect)
    specialty = forms.CharField(label="Specialty", required=False, max_length=100)
    gender = forms.ChoiceField(label="Gender", choices=GENDERS, required=False, widget=forms.RadioSelect,
                               help_text="Patients may ask for it.")  # fmt: skip
    languages = LanguagesField(label="Languages they work in", help_text="With commas between: English, Spanish.")
    site = forms.ChoiceField(label="Site")
    department = forms.CharField(label="Department", required=False, max_length=60, widget=forms.TextInput(attrs={"list": "departments"}))
    can = CanField(label="What they can do", help_text="Short words with commas between, as cardiology, echo. A visit type asks for them; without any they serve visits that ask for nothing special.")
    hours_like = forms.ChoiceField(label="Hours to begin with", required=False)

    def __init__(self, *args: Any, sites: Sequence[tuple[str, str]], hours: Sequence[tuple[str, str]] | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.place_choices(sites, hours)

    def wish(self) -> clinic.PersonWish:
        names = ("given", "family", "suffix", "role", "specialty", "gender", "languages", "site")
        return clinic.PersonWish(prefix=self.cleaned_data["title"], **{name: self.cleaned_data[name] for name in names})


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage(Page):
    template: ClassVar[str] = "waypost/setup/people.html"
    place: str = "settings"
    tab: str = "people"
    groups: Sequence[tuple[str, Sequence[ThingRow]]]
    others: Sequence[ThingRow]
    edits: bool


@require_safe
def people(request: Request) -> HttpResponse:
    """List who is booked, by what they are, with their hours; and who else is on the record."""
    pages.needs(request, Permission.CLINIC_SET_UP, Permission.CALENDAR_EDIT)
    scope = scopes.for_staff(request.ctx, what="Practitioner")
    calendars = {one.key: one for one in templates.calendars(scope)}
    groups: dict[str, list[ThingRow]] = {word: [] for word in fhir.ROLE_WORDS.values()}
    others: list[ThingRow] = []
    for version in clinic.of_type(scope, "Practitioner"):
        found = calendars.get(version.reference)
        row = thing_row(version, found, name=found.body.get("name", "") if found else "")
        if found is None:
            others.append(row)
        else:
            groups.setdefault(fhir.ROLE_WORDS.get(found.body.get("role", ""), "Others"), []).append(row)
    shown = [(f"{word}s", sorted(rows, key=lambda row: row.retired)) for word, rows in groups.items() if rows]
    return render_page(request, PeoplePage(title="People who are booked", groups=shown, others=others,
                                           edits=pages.may(request, Permission.CLINIC_SET_UP)))  # fmt: skip


@require_http_methods(["GET", "POST"])
def add(request: Request) -> HttpResponse:
    """Add someone whom patients are booked with."""
    pages.needs(request, Permission.CLINIC_SET_UP)
    scope = scopes.for_staff(request.ctx, what="Practitioner")
    if not clinic.sites(scope):
        done(request, "A site comes first; people work there.")
        return go_to(request, "setup-place-add", "site")
    form = _form(request, scope, {"role": "clinician", "languages": ["en"], "hours_like": clinic.WEEKDAYS}, new=True)
    if form.is_valid():
        try:
            made = clinic.add_person(request.ctx, form.wish(), form.serving(), key=pages.key_of(request))
        except Problem as problem:
            pages.refused(form, problem)
        else:
            done(request, "Added.", records.read(scope, *made.split("/")).act, back=reverse("setup-people"))
            return go_to(request, "setup-calendar", *made.split("/"))
    hint = "Someone whom patients are booked with. Who may sign in is another list, under Settings."
    return pages.show(request, _page(request, scope, form, "Add a person who is booked", "Add", hint=hint), form)


@require_http_methods(["GET", "POST"])
def change(request: Request, id: str) -> HttpResponse:
    """Change someone whom patients are booked with."""
    pages.needs(request, Permission.CLINIC_SET_UP)
    scope = scopes.for_staff(request.ctx, what=f"Practitioner/{id}")
    version = records.read(scope, "Practitioner", id)
    role = clinic.role_of(scope, id)
    wish = fhir.person_of(version.resource, role.resource if role else None)
    found = templates.calendar(scope, version.reference)
    body = found.body if found else {}
    initial = {name: getattr(wish, name) for name in BookedPersonForm.base_fields if hasattr(wish, name)}
    initial |= {"department": body.get("department") or "", "title": wish.prefix, "can": body.get("can") or [], "role": body.get("role") or wish.role,
                "site": body.get("site") or wish.site}  # fmt: skip
    form = _form(request, scope, initial, new=False)
    if form.is_valid():
        try:
            made = clinic.change_person(request.ctx, id, form.wish(), form.serving(), expect=pages.seen(request))
        except Problem as problem:
            pages.refused(form, problem)
        else:
            done(request, "Saved.", made.act if made.version != pages.seen(request) else None)
            return go_to(request, "setup-people")
    acts = [Act("Hours", reverse("setup-calendar", args=["Practitioner", id]))] if found else []
    acts.append(Act("History", reverse("setup-history", args=["Practitioner", id])))
    page = _page(request, scope, form, wish.shown, "Save", version=version.version, acts=acts,
                 hint="" if found else "Not booked yet: saving this gives them a calendar.",
                 retire_url=reverse("setup-retire", args=["Practitioner", id]), retired=fhir.is_retired(version.resource))  # fmt: skip
    return pages.show(request, page, form)


def _form(request: Request, scope: Scope, initial: dict[str, Any], *, new: bool) -> BookedPersonForm:
    data = request.POST if request.method == "POST" else None
    return BookedPersonForm(data, initial=initial, sites=site_choices(scope), hours=hours_choices(scope) if new else None)


def _page(request: Request, scope: Scope, form: BookedPersonForm, title: str, verb: str, *, version: int = 0, **more: Any) -> SetupFormPage:
    shown = pages.seen(request) if form.is_bound and not form.non_field_errors() else version
    return SetupFormPage(title=title, form=form, verb=verb, back=reverse("setup-people"), key=pages.key_of(request), tab="people",
                         version=shown, lists={"departments": departments(scope), "languages": sorted(LANGUAGES.values())}, **more)  # fmt: skip
