"""Registering a patient: likely duplicates first, then as much as is known; what is missing becomes work."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar
from uuid import uuid4

from django.forms import Form
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from waypost.access import scopes
from waypost.access.permissions import Permission, allowed
from waypost.access.problems import NotPermitted
from waypost.coordination.registering import register as register_whole
from waypost.kernel.dates import say_short
from waypost.registry import queries
from waypost.registry.limits import ASKED_CHARACTERS_MAX
from waypost.registry.matching import read_asked
from waypost.registry.queries import Hit
from waypost.web import asked as asking
from waypost.web.find.register_forms import (
    MANY_MAX,
    MANY_MIN,
    NTH,
    PersonForm,
    PhoneForm,
    RegisterForm,
)
from waypost.web.frame import today_of
from waypost.web.pages import Page, Request, done, go_to, render_page


@dataclass(frozen=True, slots=True)
class Row:
    """One of several phones or people; `fresh` where it was just asked for."""

    nth: str
    form: Any
    fresh: bool


SECTIONS = {  # what is folded, and the fields that unfold it where something is in them or to be fixed
    "reach": ("phone_declined", "email", "email_ok", "line", "city", "state", "postal", "no_address", "address_declined"),
    "language": ("speaks", "writes", "interpreter", "needs"),
    "people": (),
    "pays": ("payer", "member", "self_pay", "guarantor"),
    "more": ("preferred", "former", "former_given", "multiple", "birth_sex", "identity", "pronouns", "pronouns_declined", "race", "ethnicity"),
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class RegisterPage(Page):
    """The forms, and who may already be here. `seen` names those that were shown and are someone else."""

    template: ClassVar[str] = "waypost/find/register.html"
    place: str = "patients"
    form: RegisterForm
    phones: Sequence[PhoneForm]
    people: Sequence[PersonForm]
    duplicates: Sequence[Hit] = ()
    seen: str = ""
    key: str
    more: str = ""  # what one more was asked of: phone or person
    fixing: Sequence[Any] = ()  # every form that has something to fix

    @property
    def rows(self) -> dict[str, list[Row]]:
        """Return the phones and the people, each with its place in words."""
        every = {"phone": self.phones, "person": self.people}
        return {
            what: [
                Row(NTH[n], form, self.more == what and n == len(forms) - 1) for n, form in enumerate(forms)
            ]
            for what, forms in every.items()
        }

    @property
    def room_for(self) -> dict[str, bool]:
        return {"phone": len(self.phones) < MANY_MAX, "person": len(self.people) < MANY_MAX}

    @property
    def unfolded(self) -> frozenset[str]:
        """Return the sections that stand open: those with something in them, to be fixed or asked for just now."""
        found = {
            name for name, fields in SECTIONS.items() if any(self._stands(self.form, field) for field in fields)
        }
        for name, what, forms in (("reach", "phone", self.phones), ("people", "person", self.people)):
            if self.more == what or any(self._stands(form, field) for form in forms for field in form.fields):
                found.add(name)
        return frozenset(found)

    def _stands(self, form: Any, field: str) -> bool:
        """Return whether a folded field has something in it or against it; the first number stands above the folds."""
        above = form is self.phones[0] and field == "number"
        return field in form.errors or (not above and form[field].value() not in (None, "", [], False))


def _forms(
    today: date, data: Any = None, initial: dict[str, Any] | None = None, *, more: str = ""
) -> RegisterPage:
    """Return the forms: what was sent to be judged, or (`more`) only to be kept beside one more phone or person."""
    initial = initial or {}
    many_phones = _many(data, "t", more=more == "phone")
    many_people = _many(data, "p", more=more == "person")
    sent = None if more else data
    form = RegisterForm(sent, initial=initial, people=many_people)
    form.fields["born"].today = today  # type: ignore[attr-defined]
    phones = [
        PhoneForm(sent, prefix=f"t{n}", initial={"number": initial.get("phone", "")} if n == 0 else {})
        for n in range(many_phones)
    ]
    phones[0].fields["number"].hide_optional = True  # type: ignore[attr-defined]
    if data is None:  # what is not known yet is ready to be typed
        form.fields["born" if initial.get("family") else "family"].widget.attrs["data-focus"] = True
    people = [PersonForm(sent, prefix=f"p{n}") for n in range(many_people)]
    for person in people:
        person.fields["until"].today = today  # type: ignore[attr-defined]
    if more:
        for each in (form, *phones, *people):
            each.initial = _typed(each, data)
    key = asking.key(data or {}) or uuid4().hex
    return RegisterPage(
        title="Register a patient", form=form, phones=phones, people=people, key=key, more=more
    )


def _many(data: Any, letter: str, *, more: bool) -> int:
    """Return how many phones ('t') or people ('p') the page has: as many as were sent, and one where more were asked."""
    sent = [int(found[1]) + 1 for name in data or () if (found := re.fullmatch(rf"{letter}(\d)-\w+", name))]
    return min(max([MANY_MIN, *sent]) + more, MANY_MAX)


def _typed(form: Form, data: Any) -> dict[str, Any]:
    """Return what was typed, as it was typed."""
    return {
        name: field.widget.value_from_datadict(data, {}, form.add_prefix(name))
        for name, field in form.fields.items()
    }


@require_POST
def from_find(request: Request) -> HttpResponse:
    """Open the page with what stood in the find box: nothing is typed twice."""
    today = today_of(request).date()
    text = asking.text(request.POST, "q", ASKED_CHARACTERS_MAX)
    asked = read_asked(text, today)
    initial: dict[str, Any] = {}
    letters = " ".join(
        part
        for part in text.replace(",", " , ").split()
        if not any(c.isdigit() for c in part) and part not in "()-/"
    )
    if "," in letters:
        family, _, given = letters.partition(",")
    else:
        given, _, family = letters.rpartition(" ") if " " not in letters.strip() else letters.partition(" ")
    if asked.words:
        initial |= {
            "family": family.strip().title() if family.islower() else family.strip(),
            "given": given.strip().title() if given.islower() else given.strip(),
        }
    if asked.dates:
        initial["born"] = say_short(asked.dates[0])
    if asked.phones:
        initial["phone"] = asked.phones[0]
    return render_page(request, _forms(today, initial=initial))


@require_http_methods(["GET", "POST"])
def register(request: Request) -> HttpResponse:
    """Register, unless something is to be fixed or someone alike is already here and has not been ruled out."""
    if not allowed(request.ctx.actor.roles, Permission.PATIENT_REGISTER):
        raise NotPermitted
    today = today_of(request).date()
    if request.method == "GET":
        return render_page(request, _forms(today))
    more = request.POST.get("more", "")
    if more in {"phone", "person", "kept"}:  # kept: as many rows as were sent, not judged yet
        return render_page(request, _forms(today, request.POST, more=more))
    page = _forms(today, request.POST)
    every = [page.form, *page.phones, *page.people]
    if not all([form.is_valid() for form in every]):  # noqa: C419 - every form is to say what it lacks
        return render_page(request, _again(page, fixing=[form for form in every if form.errors]), status=422)
    phones, people = list(page.phones), list(page.people)
    if not page.form.with_others(phones, people):
        return render_page(request, _again(page, fixing=[page.form]), status=422)
    wish = page.form.wish(phones, people)
    alike = _duplicates(request, wish, today)
    seen = " ".join(sorted(hit.id for hit in alike))
    if alike and request.POST.get("seen", "") != seen:
        return render_page(request, _again(page, duplicates=alike, seen=seen), status=409)
    made = register_whole(request.ctx, wish, key=page.key)
    done(request, "Registered.", act=made.act, back="/patients")
    return go_to(request, f"/patients/{made.patient}")


def _again(page: RegisterPage, **change: Any) -> RegisterPage:
    return replace(page, **change)


def _duplicates(request: Request, wish: Any, today: date) -> tuple[Hit, ...]:
    scope = scopes.for_search(request.ctx, "Patient")
    names = [f"{wish.family} {wish.given}".strip()]
    alike = queries.duplicates(scope, names, wish.born, [phone.number for phone in wish.phones], today=today)
    if alike:
        scopes.found(request.ctx, "Patient", [hit.id for hit in alike], action="duplicates")
    return alike
