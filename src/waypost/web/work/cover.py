"""Cover me until: lend one's work to a colleague, see it on both sides, take it back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST

from waypost.access import scopes
from waypost.coordination.cover import actions, queries
from waypost.coordination.cover.reading import Standing
from waypost.coordination.problems import (
    ColleagueOnLeave,
    CoverChain,
    CoverNeedsColleague,
    CoverStands,
    CoverTooLong,
)
from waypost.coordination.staff import practitioners
from waypost.kernel.dates import local_day, say_moment
from waypost.kernel.ids import uuid7
from waypost.web import asked
from waypost.web.forms import DeskForm, TypedDateField
from waypost.web.pages import Page, Request, done, go_to, render_page
from waypost.web.schedule.clocks import ClockField

EVENING = time(17)


class CoverForm(DeskForm):
    who = forms.ChoiceField(label="Who covers you?")
    on = TypedDateField(label="Until which day", prefer="future")
    at = ClockField(label="at", required=False, help_text="5:00 PM where nothing is written.")
    everything = forms.BooleanField(label="All my work, not promises and call-backs alone", required=False)

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]], today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        who, on = self.fields["who"], self.fields["on"]
        assert isinstance(who, forms.ChoiceField)
        assert isinstance(on, TypedDateField)
        who.choices = [("", "Choose"), *people]
        who.error_messages["required"] = "Choose a colleague."
        on.error_messages["required"] = "Write the day."
        on.today = today

    def until(self, zone: str) -> datetime:
        return datetime.combine(self.cleaned_data["on"], self.cleaned_data["at"] or EVENING, ZoneInfo(zone))


@dataclass(frozen=True, slots=True)
class Notice:
    """One cover that stands, as either side reads it."""

    words: str
    url: str
    verb: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CoverPage(Page):
    template: ClassVar[str] = "waypost/work/cover.html"
    place: str = "today"
    form: CoverForm
    key: str
    notices: Sequence[Notice]


@require_http_methods(["GET", "POST"])
def cover(request: Request) -> HttpResponse:
    """Ask who covers, or lend."""
    ctx = request.ctx
    scope = scopes.for_staff(ctx, what="Practitioner")
    people = [one for one in practitioners(scope) if one[0] != ctx.actor.practitioner]
    needs: dict[str, Any] = {"people": people, "today": local_day(ctx.now, ctx.zone)}
    if request.method != "POST":
        return _show(request, CoverForm(**needs))
    form = CoverForm(request.POST, **needs)
    if not form.is_valid():
        return _show(request, form, 422)
    who = form.cleaned_data["who"]
    wish = actions.CoverWish(who, dict(people)[who], form.until(ctx.zone), form.cleaned_data["everything"], asked.key(request.POST))
    try:
        made = actions.lend(ctx, wish)
    except (ColleagueOnLeave, CoverChain, CoverStands, CoverTooLong, CoverNeedsColleague) as problem:
        form.add_error(None, " ".join(part for part in (problem.title, problem.detail if problem.detail != problem.title else "", problem.remedy) if part))
        return _show(request, form, problem.status)
    done(request, f"{wish.to_name} covers you until {say_moment(wish.until, ctx.zone, today=needs['today'])}.", made.act)
    return go_to(request, "today")


@require_POST
def end(request: Request, id: str) -> HttpResponse:
    """Take back, or give back, before its time."""
    made = actions.take_back(request.ctx, id)
    done(request, "The cover has ended.", made.act)
    return go_to(request, "today")


def notices(request: Request, standing: Standing) -> list[Notice]:
    """Say on Today what is lent and what was taken on."""
    ctx = request.ctx
    today = local_day(ctx.now, ctx.zone)
    made = []
    if standing.lent:
        one = standing.lent
        what = "all your work" if one.everything else "your promises, call-backs and teams"
        until = say_moment(one.ends, ctx.zone, today=today)
        made.append(Notice(f"{one.by_name or 'A colleague'} covers {what} until {until}. It comes back by itself.", reverse("cover-end", args=[one.id]), "Take it back"))
    for one in standing.taken:
        what = "all work" if one.everything else "promises, call-backs and teams"
        until = say_moment(one.ends, ctx.zone, today=today)
        made.append(Notice(f"You cover {what} of {one.whose_name or 'a colleague'} until {until}.", reverse("cover-end", args=[one.id]), "Give it back"))
    return made


def _show(request: Request, form: CoverForm, status: int = 200) -> HttpResponse:
    ctx = request.ctx
    standing = queries.standing(scopes.for_staff(ctx, what="Basic"), ctx.actor.practitioner or "", ctx.now)
    key = asked.key(request.POST) or str(uuid7(ctx.now))
    return render_page(request, CoverPage(title="Cover me until", form=form, key=key, notices=notices(request, standing)), status)
