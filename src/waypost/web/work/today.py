"""Today: my open work, who comes, what was promised."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import ClassVar
from urllib.parse import quote

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from waypost.access import scopes
from waypost.coordination import today as work
from waypost.coordination.today import Visit, Work
from waypost.kernel.dates import say_date, say_day
from waypost.registry import queries as registry
from waypost.registry.fhir import dial, say_mrn
from waypost.registry.queries import Person
from waypost.web.frame import today_of
from waypost.web.pages import Page, Request, render_page
from waypost.web.parts import Act, Item, Status
from waypost.web.places import exists
from waypost.web.words import clock, count, local

SHOWN_MAX, ARRIVALS_MAX = 50, 8
CALLS = frozenset({"call", "result", "call-back", "promise"})
HERE = frozenset({"arrived", "checked-in"})


@dataclass(frozen=True, slots=True)
class Arrival:
    at: str
    status: Status
    name: str
    ids: str
    line: str
    url: str


@dataclass(frozen=True, slots=True)
class Tab:
    label: str
    url: str
    here: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TodayPage(Page):
    template: ClassVar[str] = "waypost/find/today.html"
    place: str = "today"
    note: str
    tabs: Sequence[Tab]
    items: Sequence[Item]
    more: int
    empty: str
    free: int  # how many nobody has taken, where one's own list is shown
    arrivals: Sequence[Arrival]
    visits: str
    promises: Sequence[Item]


@require_safe
def today(request: Request) -> HttpResponse:
    """Show the first page of the day."""
    ctx = request.ctx
    now = today_of(request)
    scope = scopes.for_staff(ctx, "worklist")
    mine, free = work.my_work(scope), work.unclaimed(scope)
    visits = work.visits_of(scope, now.date())
    unclaimed = request.GET.get("view") == "unclaimed"
    shown = (free if unclaimed else mine)[:SHOWN_MAX]
    coming = [
        v
        for v in visits
        if v.status in HERE or (v.status == "booked" and v.start >= now - timedelta(minutes=30))
    ]
    promised = [w for w in mine if work.promised(w) and w.due and local(w.due, ctx.zone).date() <= now.date()]
    people = registry.people(
        scope, [w.patient for w in (*shown, *promised)] + [v.patient for v in coming[:ARRIVALS_MAX]]
    )
    scopes.found(ctx, "Task", sorted(people), action="worklist")
    late = sum(1 for w in mine if w.due and w.due < now)
    due = sum(1 for w in mine if w.due and w.due >= now and local(w.due, ctx.zone).date() == now.date())
    page = TodayPage(
        title=say_day(now.date(), today=now.date()),
        note=f"{clock(now)} · {len(mine)} for you · {late} late · {due} due today · {_many(free)} unclaimed",
        tabs=(
            Tab(f"Mine {len(mine)}", "/", not unclaimed),
            Tab(f"Unclaimed {_many(free)}", "/?view=unclaimed", unclaimed),
        ),
        items=[_item(w, people.get(w.patient), now) for w in shown],
        more=len(free if unclaimed else mine) - len(shown),
        empty="Nothing waits for anyone." if unclaimed else "Nothing waits for you.",
        free=0 if unclaimed else len(free),
        arrivals=[_arrival(v, people.get(v.patient), now) for v in coming[:ARRIVALS_MAX]],
        visits=_visits(visits),
        promises=[_item(w, people.get(w.patient), now) for w in promised[:6]],
    )
    return render_page(request, page)


def _many(works: Sequence[Work]) -> str:
    return f"{len(works)}+" if len(works) >= work.TASKS_MAX else str(len(works))


def _item(one: Work, person: Person | None, now: datetime) -> Item:
    url = reverse("patient", args=[one.patient]) if one.patient and exists("patient") else ""
    act = None
    if one.kind == "waitlist" and one.visit:
        act = Act("Find times", reverse("visit-times", args=[one.visit]), "b")
    elif one.kind in {"book", "referral", "recall"} and one.patient and exists("find-times"):
        act = Act("Find times", f"{reverse('find-times')}?patient={quote(one.patient)}", "b")
    elif one.kind in CALLS and person and person.phones:
        act = Act("Call", f"tel:{dial(person.phones[0])}", "c")
    elif url:
        act = Act("Open", url)
    return Item(status=_due(one, now), what=one.what, whom=_two_ids(person), why=one.why, url=url, act=act)


def _due(one: Work, now: datetime) -> Status:
    if one.due is None:
        return Status("", "No date")
    due = one.due.astimezone(now.tzinfo)
    whole_day = (due.hour, due.minute) == (23, 59)
    if due < now:
        word = (
            f"Since {say_day(due.date(), today=now.date()).split(',')[0]}"
            if (now - due).days < 7
            else f"Since {say_day(due.date(), today=now.date()).split(', ', 1)[1]}"
        )
        return Status("late", word if due.date() != now.date() else f"Since {clock(due)}")
    if due.date() == now.date():
        return Status("soon", "Today" if whole_day else f"By {clock(due)}")
    return Status(
        "info" if (due.date() - now.date()).days <= 3 else "", say_day(due.date(), today=now.date())
    )


def _two_ids(person: Person | None) -> str:
    if person is None:
        return ""
    return f"{person.name} · {_ids(person)}"


def _ids(person: Person | None) -> str:
    if person is None:
        return ""
    return f"{say_date(person.birth) or 'birth date not known'} · MRN {say_mrn(person.mrn) or 'none'}"


def _arrival(visit: Visit, person: Person | None, now: datetime) -> Arrival:
    start = visit.start.astimezone(now.tzinfo)
    if visit.status in HERE:
        status = Status("ok", "Arrived")
    elif start < now:
        status = Status("late", "Not here yet")
    else:
        status = Status("info", "Expected")
    return Arrival(
        at=clock(start),
        status=status,
        name=person.name if person else "Patient",
        ids=_ids(person),
        line=" · ".join(part for part in (visit.what, visit.clinician) if part),
        url=reverse("visit", args=[visit.id])
        if exists("visit")
        else reverse("patient", args=[visit.patient])
        if exists("patient")
        else "",
    )


def _visits(visits: Sequence[Visit]) -> str:
    if not visits:
        return "No visits today."
    tally: Mapping[str, int] = {s: sum(1 for v in visits if v.status == s) for s in ("fulfilled", "noshow")}
    here = sum(1 for v in visits if v.status in HERE)
    parts = [count(len(visits), "visit"), f"{here} here now", f"{tally['fulfilled']} done"]
    return " · ".join(parts + ([f"{tally['noshow']} did not come"] if tally["noshow"] else []))
