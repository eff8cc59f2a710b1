"""A new piece of work: what, for whom, by when, again and again or after other work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse
from django.views.decorators.http import require_http_methods

from waypost.access import scopes
from waypost.coordination.staff import practitioners
from waypost.coordination.worklist import making, queries
from waypost.coordination.worklist.kinds import KINDS, POOLS
from waypost.coordination.worklist.ranking import Moment
from waypost.coordination.worklist.repeating import Repeat
from waypost.kernel.dates import local_day
from waypost.kernel.ids import uuid7
from waypost.records import queries as records
from waypost.registry import queries as registry
from waypost.web import asked
from waypost.web.forms import DeskForm, TypedDateField
from waypost.web.pages import Page, Request, done, go_to, render_page
from waypost.web.schedule.clocks import ClockField
from waypost.web.work import items

WORDS_CHARACTERS_MAX = 120
WITH_VISITS = frozenset({"interpreter", "ride", "waitlist", "order-missing", "came-of-age"})  # their own pages make these
EVENING = time(17)
REPEATS = (
    ("", "Once"), ("1 day", "Every business day"), ("1 week", "Every week"), ("2 week", "Every 2 weeks"),
    ("1 month", "Every month"), ("3 month", "Every 3 months"), ("6 month", "Every 6 months"), ("12 month", "Every year"),
)  # fmt: skip


class NewForm(DeskForm):
    kind = forms.ChoiceField(label="What kind of work?", choices=[(one.code, one.name) for one in KINDS if one.code not in WITH_VISITS], initial="call")
    words = forms.CharField(label="What is to be done?", max_length=WORDS_CHARACTERS_MAX)
    why = forms.CharField(label="Why", max_length=WORDS_CHARACTERS_MAX, help_text="One sentence; it stands in the list.")
    whom = forms.ChoiceField(label="Who does it?")
    on = TypedDateField(label="By the day", prefer="future")
    at = ClockField(label="by", required=False)
    repeats = forms.ChoiceField(label="How often?", choices=REPEATS, required=False, help_text="The next one comes when this one has ended; closed days are skipped.")
    after = forms.ChoiceField(label="Only after", required=False)

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]], before: Sequence[tuple[str, str]], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        whom, after, on = self.fields["whom"], self.fields["after"], self.fields["on"]
        assert isinstance(whom, forms.ChoiceField)
        assert isinstance(after, forms.ChoiceField)
        assert isinstance(on, TypedDateField)
        whom.choices = [*((f"person:{code}", name) for code, name in people), *((f"team:{pool.code}", pool.name) for pool in POOLS)]
        after.choices = [("", "Nothing: it can be done now"), *before]
        on.today = today
        if not before:
            del self.fields["after"]

    def wish(self, patient: str, zone: str, key: str) -> making.WorkWish:
        data = self.cleaned_data
        kind, _, code = data["whom"].partition(":")
        names = dict(self.fields["whom"].choices)  # type: ignore[attr-defined]
        every, _, unit = data["repeats"].partition(" ")
        return making.WorkWish(
            words=data["words"],
            due=datetime.combine(data["on"], data["at"] or EVENING, ZoneInfo(zone)),
            why=data["why"],
            patient=patient,
            kind=data["kind"],
            owner=code if kind == "person" else "",
            owner_name=names[data["whom"]].removesuffix(" (me)") if kind == "person" else "",
            pool=code if kind == "team" else "",
            repeat=Repeat(int(every), unit) if every else None,
            waits_for=data.get("after", ""),
            key=key,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class NewPage(Page):
    template: ClassVar[str] = "waypost/work/new.html"
    place: str = "today"
    form: NewForm
    patient: str
    whom: str
    key: str


@require_http_methods(["GET", "POST"])
def new(request: Request) -> HttpResponse:
    """Ask for a piece of work, or file it."""
    ctx = request.ctx
    patient = asked.id_(request.POST if request.method == "POST" else request.GET, "patient")
    scope = scopes.for_staff(ctx, what="Task", patient=patient or None)
    if patient:
        records.read(scope, "Patient", patient)
    found = queries.of_patient(scope, patient, Moment(ctx.now, ctx.zone)) if patient else []
    me = (ctx.actor.practitioner or "", f"{ctx.actor.name} (me)")
    others = [one for one in practitioners(scope) if one[0] != me[0]]
    needs: dict[str, Any] = {
        "people": [me, *others] if me[0] else others,
        "before": [(one.version.id, items.what_of(one.task)) for one in found],
        "today": local_day(ctx.now, ctx.zone),
    }
    form = NewForm(request.POST, **needs) if request.method == "POST" else NewForm(**needs)
    if request.method == "POST" and form.is_valid():
        made = making.make(ctx, form.wish(patient, ctx.zone, asked.key(request.POST)))
        done(request, "Filed.", made.act, back="/")
        return go_to(request, "patient", patient) if patient else go_to(request, "today")
    person = registry.people(scope, [patient]).get(patient) if patient else None
    key = asked.key(request.POST) or str(uuid7(ctx.now))
    page = NewPage(title="New work", form=form, patient=patient, whom=items.two_ids(person), key=key)
    return render_page(request, page, 422 if form.errors else 200)
