"""One piece of work: in its row on Today, or as a page of its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, ClassVar
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from waypost.access import scopes
from waypost.coordination.contacts import attempts
from waypost.coordination.contacts.queries import of_tasks as contacts_of
from waypost.coordination.problems import GivenUpTooSoon
from waypost.coordination.staff import practitioners
from waypost.coordination.today import here_on
from waypost.coordination.worklist import actions, escalating, queries, reading, repeating
from waypost.coordination.worklist.kinds import pools_of
from waypost.coordination.worklist.queries import Listed
from waypost.coordination.worklist.ranking import Moment, why_above, why_here
from waypost.kernel.dates import local_day, say_moment
from waypost.records import queries as records
from waypost.records.versions import Version
from waypost.registry import queries as registry
from waypost.web.forms import DeskForm
from waypost.web.frame import today_of
from waypost.web.pages import Page, Request, is_htmx, render_page, render_part
from waypost.web.parts import Act, Status
from waypost.web.work import items
from waypost.web.work.forms import AssignForm, DoneForm, HandOverForm, SnoozeForm

HISTORY_MAX = 20


@dataclass(frozen=True, slots=True)
class Form:
    """One act with a form: opened by its button, or open where it came back."""

    do: str
    label: str
    key: str
    verb: str
    form: DeskForm
    primary: bool = False
    opened: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkPage(Page):
    template: ClassVar[str] = "waypost/work/work.html"
    place: str = "today"
    id: str
    version: int
    ended: bool
    status: Status | None
    whom: str
    whom_url: str
    why: str
    facts: Sequence[tuple[str, str]]
    stands: str
    above: str
    next: Act | None
    may: str
    refused: str
    nurses: bool
    buttons: Sequence[tuple[str, str, str]]  # act, label, key
    forms: Sequence[Form]
    notes: Sequence[tuple[str, str]]
    history: Sequence[tuple[str, str]]


@require_safe
def work(request: Request, id: str) -> HttpResponse:
    """Show one piece of work with its acts."""
    return show(request, id)


def show(
    request: Request, id: str, *, failed: tuple[str, DeskForm] | None = None, refused: str = "",
    again: GivenUpTooSoon | None = None, status: int = 200,
) -> HttpResponse:  # fmt: skip
    """Answer with the page, or with the opened row.

    `failed` is a form that came back, and the act it is for; `again` why work may not be given up yet.
    """
    page = _page(request, id, failed, refused, again)
    if is_htmx(request):
        return render_part(request, "waypost/work/opened.html", page, status)
    return render_page(request, page, status)


def _page(request: Request, id: str, failed: tuple[str, DeskForm] | None, refused: str, again: GivenUpTooSoon | None) -> WorkPage:
    ctx = request.ctx
    now = today_of(request)
    at = Moment(ctx.now, ctx.zone)
    scope = scopes.for_resource(ctx, "Task", id)
    version = records.read(scope, "Task", id)
    task = version.resource
    here = [who for visit in here_on(scope, now.date()) for who in visit.patients]
    one = queries.one(scope, id, at, here=here)
    patient = reading.id_of(task.get("for"), "Patient")
    person = registry.people(scope, [patient]).get(patient) if patient else None
    kind = actions.kind_of_task(ctx, task)
    may = actions.may_close(ctx.actor.roles, kind)
    mine = bool(one and one.owner == f"Practitioner/{ctx.actor.practitioner}")
    stands, above = _explained(scope, one, at, pools_of(ctx.actor.roles), here) if one else ("", "")
    forms = _forms(scope, request, kind.outcomes if may else (), failed, again) if one else ()
    return WorkPage(
        title=items.what_of(task),
        id=id,
        version=version.version,
        ended=one is None,
        status=items.status_of(one, now) if one else Status("ok", _ended(task)),
        whom=items.two_ids(person),
        whom_url=reverse("patient", args=[patient]) if patient else "",
        why=items.why_of(task),
        facts=_facts(scope, one, kind.source, at) if one else (),
        stands=stands,
        above=above,
        next=items.next_act(one) if one else None,
        may="" if may else "Counts when a nurse or a clinician calls: hand it to a nurse. A call of your own is outreach and noted in the chart.",
        refused=refused,
        nurses=bool(one and not may and one.pool != "nurses"),
        buttons=_buttons(one, mine=mine, who=ctx.actor.practitioner or "") if one else (),
        forms=forms,
        notes=[(_by(note), note.get("text", "")) for note in task.get("note", ())],
        history=_history(scope, version, now, ctx.zone),
    )


def _explained(
    scope: Any, one: Listed, at: Moment, pools: Sequence[str], here: Sequence[str]
) -> tuple[str, str]:
    """Say why an item stands where it stands, and why it stands above the next."""
    lists = (queries.listed(scope, view, at, pools, here=here) for view in ("mine", "team"))
    below = next((lower for found in lists for upper, lower in pairwise(found) if upper.version.id == one.version.id), None)
    if below is None:
        return why_here(one.standing, at), ""
    return why_here(
        one.standing, at
    ), f"Above “{items.what_of(below.task)}”: {why_above(one.standing, below.standing, at)}"


def _facts(scope: Any, one: Listed, source: str, at: Moment) -> list[tuple[str, str]]:
    """Return who has it and by which rule; what was tried, what it waits for, when it comes again, who else knows."""
    id_ = one.version.id
    tried = attempts.tried(contacts_of(scope, [id_]).get(id_, ()), one.kind, at.now, at.zone).words
    first = repeating.waits_for(one.task)
    before = records.read_or_none(scope, "Task", first) if first else None
    waits = items.what_of(before.resource) if before and before.resource.get("status") in reading.OPEN else ""
    again = repeating.read(one.task)
    found = [
        ("Who has it", items.holder_of(one)), ("Rule", source), ("Tried", tried), ("Waits for", waits),
        ("Comes again", again.say() if again else ""), ("Gone up", escalating.says(one.kind, one.standing, at.now, at.zone, owned=bool(one.owner))),
    ]  # fmt: skip
    return [(label, value) for label, value in found if value]


def _buttons(one: Listed, *, mine: bool, who: str) -> list[tuple[str, str, str]]:
    found = [] if mine or not who else [("claim", "Take it", "t")]
    if one.sleeps:
        found.append(("wake", "Take up now", ""))
    watched = any(
        reading.id_of(e.get("valueReference"), "Practitioner") == who
        for e in reading.extensions(one.task, reading.WATCHER)
    )
    if who and not mine:
        found.append(("unwatch", "Stop watching", "") if watched else ("watch", "Watch", "w"))
    return found


def _forms(
    scope: Any, request: Request, outcomes: Sequence[Any], failed: tuple[str, DeskForm] | None, again: GivenUpTooSoon | None
) -> list[Form]:
    ctx = request.ctx
    put_off = _next_attempt(again, ctx.zone) if again else {}
    made = [
        Form(
            "snooze",
            "Snooze",
            "s",
            "Put off",
            SnoozeForm(today=local_day(ctx.now, ctx.zone), auto_id="snooze_%s", initial=put_off),
            opened=bool(put_off),
        ),
        Form("assign", "Assign", "a", "Give", AssignForm(people=practitioners(scope), auto_id="assign_%s")),
        Form("hand", "Hand to a team", "h", "Hand over", HandOverForm(auto_id="hand_%s")),
    ]
    if outcomes:
        made.insert(
            0,
            Form("done", "Done", "e", "Finish", DoneForm(outcomes=outcomes, auto_id="done_%s"), primary=True),
        )
    if failed is None:
        return made
    return [
        Form(f.do, f.label, f.key, f.verb, failed[1], f.primary) if f.do == failed[0] else f for f in made
    ]


def _next_attempt(problem: GivenUpTooSoon, zone: str) -> dict[str, str]:
    """Return what the form that puts work off holds where it may not be given up yet: the next attempt's day and hour."""
    at = datetime.fromisoformat(problem.extra["next"]).astimezone(ZoneInfo(zone))
    how = f", by {problem.extra['by']}" if problem.extra["by"] else ""
    return {"until": "on", "on": at.date().isoformat(), "at": f"{at:%H:%M}", "reason": f"Not reached; next attempt{how}"}


def _history(scope: Any, version: Version, now: datetime, zone: str) -> list[tuple[str, str]]:
    found = records.history(scope, "Task", version.id, count=HISTORY_MAX)
    names = {one.actor: one.actor.partition(":")[2] or one.actor for one in found}
    return [(say_moment(one.at, zone, today=now.date()), f"{_did(one)}, {names[one.actor]}") for one in found]


def _did(version: Version) -> str:
    task = version.resource
    status = task.get("status", "")
    if version.version == 1:
        return "Filed"
    if status == "completed":
        return f"Finished: {_ended(task)}"
    if status == "on-hold":
        return f"Put off: {(task.get('statusReason') or {}).get('text', '')}"
    owner = (task.get("owner") or {}).get("display", "")
    return f"With {owner}" if owner else "In the team"


def _ended(task: dict[str, Any]) -> str:
    return reading.outcome_of(task) or (task.get("statusReason") or {}).get("text") or "Closed by itself"


def _by(note: dict[str, Any]) -> str:
    return note.get("authorString") or (note.get("authorReference") or {}).get("display", "")
