"""Who may sign in: an administrator adds people, sets what they may do, closes an account, sets a new password."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django import forms
from django.http import Http404, HttpResponse
from django.views.decorators.http import require_http_methods, require_safe

from waypost.access import accounts, scopes
from waypost.access.rules import STAFF_ROLES
from waypost.coordination import staff
from waypost.kernel.problem import Problem
from waypost.web.forms import DeskForm
from waypost.web.pages import Page, Request, done, go_to, render_page

ROLES = [(role, role.capitalize()) for role in sorted(STAFF_ROLES - {"client"})] + [("client", "Client (a program)")]


class PersonForm(DeskForm):
    """One account. A new password is needed for a new one only."""

    display = forms.CharField(label="Name", max_length=100, help_text="As colleagues see it.")
    username = forms.CharField(label="User name", max_length=100, widget=forms.TextInput(attrs={"autocomplete": "off"}))
    roles = forms.MultipleChoiceField(label="Roles", choices=ROLES, widget=forms.CheckboxSelectMultiple,
                                      help_text="What each may do stands in the documentation, under permissions.")
    practitioner = forms.ChoiceField(label="Who they are on the record", required=False,
                                     help_text="Their own patients' charts then open without asking.")
    password = forms.CharField(label="Password", help_text="12 characters or more. They can change it under Settings.",
                               widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}), max_length=200)
    active = forms.BooleanField(label="May sign in", required=False)

    def __init__(self, *args: Any, known: Sequence[tuple[str, str]], old: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["practitioner"].choices = [("", "Nobody there yet"), *known]  # type: ignore[attr-defined]
        if old:
            del self.fields["username"]
            self.fields["password"].required = False
            self.fields["password"].label = "New password"
            self.fields["password"].help_text = "Leave it empty to keep the old one. A new one ends their sessions."
        else:
            del self.fields["active"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    id: int
    name: str
    username: str
    roles: str
    active: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage(Page):
    template: ClassVar[str] = "waypost/account/people.html"
    place: str = "settings"
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPage(Page):
    template: ClassVar[str] = "waypost/account/person.html"
    place: str = "settings"
    form: PersonForm
    verb: str


@require_safe
def people(request: Request) -> HttpResponse:
    """List who may sign in."""
    rows = [Row(id=one.pk, name=one.shown_name, username=one.username, roles=", ".join(sorted(one.roles)),
                active=one.is_active) for one in accounts.accounts_of(request.ctx)]
    return render_page(request, PeoplePage(title="People who sign in", rows=rows))


@require_http_methods(["GET", "POST"])
def add(request: Request) -> HttpResponse:
    """Let another person sign in."""
    accounts.accounts_of(request.ctx)
    form = PersonForm(request.POST or None, known=_known(request), old=False)
    if form.is_valid():
        given = form.cleaned_data
        try:
            accounts.add_account(request.ctx, request.user.tenant, given["username"], given["password"], given["roles"],
                                 given["display"], given["practitioner"])
        except accounts.AccountRefused as problem:
            return _again(request, form, problem, "Add", "Add a person")
        done(request, "Added. They can sign in now.")
        return go_to(request, "people")
    return render_page(request, PersonPage(title="Add a person", form=form, verb="Add"), 422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def change(request: Request, id: int) -> HttpResponse:
    """Change one account."""
    account = next((one for one in accounts.accounts_of(request.ctx) if one.pk == id), None)
    if account is None:
        raise Http404
    title = account.shown_name
    initial = {"display": account.display, "roles": account.roles, "practitioner": account.practitioner,
               "active": account.is_active}
    form = PersonForm(request.POST or None, initial=initial, known=_known(request), old=True)
    if form.is_valid():
        given = form.cleaned_data
        try:
            accounts.change_account(request.ctx, account, roles=given["roles"], display=given["display"],
                                    practitioner=given["practitioner"], active=given["active"], password=given["password"])
        except accounts.AccountRefused as problem:
            return _again(request, form, problem, "Save", title)
        done(request, "Saved.")
        return go_to(request, "people")
    return render_page(request, PersonPage(title=title, form=form, verb="Save"), 422 if form.errors else 200)


def _again(request: Request, form: PersonForm, problem: Problem, verb: str, title: str) -> HttpResponse:
    form.add_error(None, problem.detail or str(problem.title))
    return render_page(request, PersonPage(title=title, form=form, verb=verb), 422)


def _known(request: Request) -> list[tuple[str, str]]:
    return staff.practitioners(scopes.for_staff(request.ctx, what="Practitioner"))
