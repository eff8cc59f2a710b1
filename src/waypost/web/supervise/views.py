"""The supervisor's page: load by person, about to be late, unowned, who is away; and balancing it in one act."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from waypost.access import accounts, scopes
from waypost.access.permissions import Permission, allowed
from waypost.access.problems import NotPermitted
from waypost.coordination.staff import practitioners
from waypost.coordination.worklist import actions
from waypost.coordination.worklist import queries as worklist
from waypost.coordination.worklist.kinds import POOL_NAMES
from waypost.coordination.worklist.queries import Listed, Load
from waypost.coordination.worklist.ranking import Moment
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day, say_day
from waypost.kernel.problem import Problem
from waypost.registry import queries as registry
from waypost.scheduling.queries.clinic import clinic
from waypost.scheduling.rules.types import Calendar
from waypost.web import asked
from waypost.web.frame import today_of
from waypost.web.pages import Page, Request, done, go_to, render_page
from waypost.web.parts import Status
from waypost.web.words import count
from waypost.web.work import items

SHOWN_MAX, SHARED_MAX = 100, 200
SOON = timedelta(hours=4)
LEAVE_DAYS = 14
NOBODY = "nobody"
Sharing = tuple[list[actions.Wanted], list[tuple[str, str]]]  # what is shared among whom


@dataclass(frozen=True, slots=True)
class Person:
    """One line of the table: who, how much, and when they are away."""

    id: str
    name: str
    open: int
    late: int
    today: int
    snoozed: int
    bar: int  # percent of the heaviest load
    away: str
    away_now: bool
    url: str
    on: bool


@dataclass(frozen=True, slots=True)
class Unowned:
    team: str
    open: int
    late: int


@dataclass(frozen=True, slots=True)
class Item:
    key: str
    status: Status
    what: str
    whom: str
    holder: str
    url: str


@dataclass(frozen=True, slots=True)
class Preview:
    """What sharing would do, before it is done: the very items, and how many go to whom."""

    said: str
    goes: Sequence[tuple[str, str]]  # name; how many, and what they would have then
    tasks: Sequence[str]
    among: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class SupervisePage(Page):
    template: ClassVar[str] = "waypost/supervise/supervise.html"
    place: str = "supervise"
    note: str
    people: Sequence[Person]
    unowned: Sequence[Unowned]
    unowned_url: str
    soon: Sequence[Item]
    whose: str  # whose work is listed, '' for none
    who: str
    rows: Sequence[Item]
    more: int
    among: Sequence[tuple[str, str, str, bool]]  # id, name, load and leave in words, ticked
    problem: str = ""
    preview: Preview | None = None


@require_safe
def supervise(request: Request) -> HttpResponse:
    """Show who has how much; `?who=` lists one person's work (or what nobody has) to be shared out."""
    return _show(request, request.GET.get("who", ""))


def _show(request: Request, who: str, *, problem: str = "", status: int = 200, sharing: Sharing | None = None) -> HttpResponse:
    ctx = request.ctx
    if not allowed(ctx.actor.roles, Permission.WORK_BALANCE):
        raise NotPermitted
    scope = scopes.for_search(ctx, "Task")
    at = Moment(ctx.now, ctx.zone)
    found = worklist.loads(scope, at)
    names = dict(practitioners(scopes.for_staff(ctx, what="Practitioner")))
    team = dict(accounts.colleagues(ctx.tenant, Permission.TASK_WORK))
    away = {id_: _away(ctx, id_) for id_ in {*team, *(one.owner.partition("/")[2] for one in found)}}
    people = _people(found, names | team, away, who)
    listed = worklist.of_owner(scope, "" if who == NOBODY else who, at, count=SHOWN_MAX) if who else []
    soon = worklist.pressing(scope, at, ctx.now + SOON, count=SHOWN_MAX)
    rows = _items(request, [*listed, *soon], names | team)
    many = {one.id: one.open for one in people}
    has = sum(one.open for one in found if one.owner == ("" if who == NOBODY else f"Practitioner/{who}"))
    page = SupervisePage(
        title="Supervise", note=f"{count(sum(one.open for one in people), 'open item')} with {count(len([one for one in people if one.open]), 'person', 'people')}",
        people=people, unowned=[Unowned(POOL_NAMES.get(one.pool, one.pool or "No team"), one.open, one.late) for one in found if not one.owner],
        unowned_url=_url(NOBODY), soon=rows[len(listed):], whose=_whose(who, names | team), who=who,
        rows=rows[:len(listed)], more=max(has - len(listed), 0),
        among=[(id_, name, _has(many.get(id_, 0), away[id_]), not away[id_][1] and id_ != who) for id_, name in team.items() if id_ != who], problem=problem,
        preview=_preview(sharing, _whose(who, names | team), many) if sharing else None,
    )  # fmt: skip
    return render_page(request, page, status)


def _whose(who: str, names: dict[str, str]) -> str:
    return "What nobody has" if who == NOBODY else names.get(who, "")


def _preview(sharing: Sharing, whose: str, many: dict[str, int]) -> Preview:
    tasks, among = sharing
    each = [len(tasks[n :: len(among)]) for n in range(len(among))]
    goes = [(name, f"{count(gets, 'item')}, then {many.get(id_, 0) + gets} open") for (id_, name), gets in zip(among, each, strict=True)]
    out_of = "" if whose == "What nobody has" or not whose else f" from {whose}"
    names = [name for _, name in among]
    to = f"{', '.join(names[:-1])} and {names[-1]}" if len(names) > 1 else names[0]
    said = f"Moves {count(len(tasks), 'item')}{out_of} to {to}."
    return Preview(said, goes, [f"{id_}:{'' if seen is None else seen}" for id_, seen in tasks], [id_ for id_, _ in among])


def _has(many: int, away: tuple[str, bool]) -> str:
    return ", ".join(part for part in (f"{many} open", away[0]) if part)


def _url(who: str) -> str:
    return f"{reverse('supervise')}?{urlencode({'who': who})}#share"


def _people(found: Sequence[Load], names: dict[str, str], away: dict[str, tuple[str, bool]], who: str) -> list[Person]:
    heavy = max((one.open for one in found if one.owner), default=0)
    people = []
    for one in found:
        id_ = one.owner.partition("/")[2]
        if one.owner:
            people.append(
                Person(id_, names.get(id_, id_), one.open, one.late, one.today, one.snoozed, round(100 * one.open / heavy), *away[id_], _url(id_), id_ == who)
            )
    return people


def _away(ctx: Context, practitioner: str) -> tuple[str, bool]:
    """Return when someone is away in the next two weeks, by their calendar, and whether that is today."""
    calendar = clinic(ctx.tenant, ctx.now).calendar(f"Practitioner/{practitioner}") if practitioner else None
    if calendar is None:
        return "", False
    today = local_day(ctx.now, calendar.zone)
    days = [one for n in range(LEAVE_DAYS) if _leave(calendar, one := today + timedelta(days=n))]
    if not days:
        return "", False
    last = next(day for day in days if day + timedelta(days=1) not in days)
    until = f" to {say_day(last, today=today)}" if last != days[0] else ""
    return f"away {say_day(days[0], today=today)}{until}", days[0] == today


def _leave(calendar: Calendar, day: object) -> bool:
    """Tell whether a whole day is taken off that would be a day at work."""
    return any(one.closed and not one.hours and one.first <= day <= one.last for one in calendar.exceptions)  # type: ignore[operator]


def _items(request: Request, listed: Sequence[Listed], names: dict[str, str]) -> list[Item]:
    ctx = request.ctx
    scope = scopes.for_staff(ctx, what="Patient")
    whom = registry.people(scope, [one.patient for one in listed if one.patient])
    scopes.found(ctx, "Task", sorted({one.patient for one in listed if one.patient}))
    now = today_of(request)
    return [
        Item(
            f"{one.version.id}:{one.version.version}", items.status_of(one, now), items.what_of(one.task),
            items.two_ids(whom.get(one.patient)), names.get(one.owner.partition("/")[2], "") or POOL_NAMES.get(one.pool, ""),
            reverse("work", args=[one.version.id]),
        )
        for one in listed
    ]  # fmt: skip


@require_POST
def share(request: Request) -> HttpResponse:
    """Give the chosen work, or an even share of all of it, to colleagues: one act, shown first as it would be."""
    ctx = request.ctx
    given, who = request.POST, request.POST.get("who", "")
    if not allowed(ctx.actor.roles, Permission.WORK_BALANCE):
        raise NotPermitted
    team = dict(accounts.colleagues(ctx.tenant, Permission.TASK_WORK))
    among = [(id_, team[id_]) for id_ in given.getlist("among") if id_ in team]
    tasks: list[actions.Wanted] = [_wanted(text) for text in given.getlist("task")[:SHARED_MAX]]
    if given.get("do") == "all" and who:
        tasks.clear()
        scope = scopes.for_search(ctx, "Task")
        listed = worklist.of_owner(scope, "" if who == NOBODY else who, Moment(ctx.now, ctx.zone), count=SHARED_MAX)
        tasks.extend((one.version.id, one.version.version) for one in listed)
    if not tasks:
        return _show(request, who, problem="Nothing is chosen to share. Tick the rows, or share all of it evenly.", status=422)
    if among and given.get("sure") != "yes":
        return _show(request, who, sharing=(tasks, among))
    try:
        made = actions.share(ctx, tasks, among)
    except Problem as problem:
        if problem.status >= 500 or problem.status in {401, 403}:
            raise
        return _show(request, who, problem=f"{problem.title} {problem.remedy}", status=problem.status)
    done(request, f"{count(len(made), 'item')} shared among {count(len(among), 'colleague')}.", made[0].act, back=reverse("supervise"))
    return go_to(request, "supervise")


def _wanted(text: str) -> actions.Wanted:
    id_, _, seen = text.partition(":")
    said = {"id": id_, "seen": seen}
    return asked.id_(said, "id"), asked.number(said, "seen")
