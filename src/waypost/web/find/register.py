"""Registering a patient: likely duplicates first, then as much as is known; what is missing becomes work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, ClassVar
from uuid import uuid4

from django.http import HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from waypost.access import scopes
from waypost.coordination.registering import register as register_whole
from waypost.kernel.dates import say_short
from waypost.registry import queries
from waypost.registry.limits import ASKED_CHARACTERS_MAX
from waypost.registry.matching import read_asked
from waypost.registry.queries import Hit
from waypost.web.find.register_forms import PersonForm, PhoneForm, RegisterForm
from waypost.web.frame import today_of
from waypost.web.pages import Page, Request, done, go_to, render_page

PHONES, PEOPLE = 2, 2


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
    fixing: Sequence[Any] = ()  # every form that has something to fix


def _forms(today: date, data: Any = None, initial: dict[str, Any] | None = None) -> RegisterPage:
    initial = initial or {}
    form = RegisterForm(data, initial=initial)
    form.fields["born"].today = today  # type: ignore[attr-defined]
    phones = [
        PhoneForm(data, prefix=f"t{n}", initial={"number": initial.get("phone", "")} if n == 0 else {})
        for n in range(PHONES)
    ]
    phones[0].fields["number"].hide_optional = True  # type: ignore[attr-defined]
    people = [PersonForm(data, prefix=f"p{n}") for n in range(PEOPLE)]
    for person in people:
        person.fields["until"].today = today  # type: ignore[attr-defined]
    key = (data or {}).get("key") or uuid4().hex
    return RegisterPage(title="Register a patient", form=form, phones=phones, people=people, key=key)


@require_POST
def from_find(request: Request) -> HttpResponse:
    """Open the page with what stood in the find box: nothing is typed twice."""
    today = today_of(request).date()
    text = request.POST.get("q", "")[:ASKED_CHARACTERS_MAX]
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
        given, _, family = letters.partition(" ")
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
    today = today_of(request).date()
    if request.method == "GET":
        return render_page(request, _forms(today))
    page = _forms(today, request.POST)
    every = [page.form, *page.phones, *page.people]
    if not all([form.is_valid() for form in every]):  # noqa: C419 - every form is to say what it lacks
        return render_page(request, _again(page, fixing=[form for form in every if form.errors]), status=422)
    phones = [wish for form in page.phones if (wish := form.wish())]
    wish = page.form.wish(phones, [wish for form in page.people if (wish := form.wish())])
    alike = _duplicates(request, wish, today)
    seen = " ".join(sorted(hit.id for hit in alike))
    if alike and request.POST.get("seen", "") != seen:
        return render_page(request, _again(page, duplicates=alike, seen=seen), status=409)
    made = register_whole(request.ctx, wish, key=page.key)
    done(request, "Registered.", act=made.act, back="/patients")
    return go_to(request, f"/patients/{made.patient}")


def _again(page: RegisterPage, **change: Any) -> RegisterPage:
    from dataclasses import replace

    return replace(page, **change)


def _duplicates(request: Request, wish: Any, today: date) -> tuple[Hit, ...]:
    scope = scopes.for_search(request.ctx, "Patient")
    names = [f"{wish.family} {wish.given}"]
    alike = queries.duplicates(scope, names, wish.born, [phone.number for phone in wish.phones], today=today)
    if alike:
        scopes.found(request.ctx, "Patient", [hit.id for hit in alike], action="duplicates")
    return alike
