"""The call's page: what the form needs to know, and what stands beside it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.urls import reverse

from waypost.access import scopes
from waypost.coordination import patients
from waypost.coordination.contacts import attempts, queries
from waypost.coordination.contacts.attempts import Tried
from waypost.coordination.contacts.kinds import REASONS, reason_for
from waypost.coordination.contacts.scripts import CALLING, EMERGENCY, OPENING, PATHS, SCRIPTS, Script
from waypost.coordination.patients import PatientView
from waypost.coordination.problems import GivenUpTooSoon
from waypost.coordination.staff import practitioners
from waypost.coordination.worklist import actions as worklist
from waypost.coordination.worklist import queries as work
from waypost.coordination.worklist.queries import Listed
from waypost.coordination.worklist.ranking import Moment
from waypost.kernel.dates import local_day, say_moment
from waypost.kernel.ids import uuid7
from waypost.registry.fhir import say_phone
from waypost.web import asked
from waypost.web.call.forms import CallForm, Item
from waypost.web.call.start import caller_of
from waypost.web.chart.bands import band
from waypost.web.pages import Page, Request
from waypost.web.parts import Act, Band
from waypost.web.work import items


@dataclass(frozen=True, slots=True)
class Open:
    """One open piece of work beside the call."""

    id: str
    what: str
    why: str
    url: str
    tried: str
    licensed: bool  # only a nurse or clinician ends it, and the reader is neither


@dataclass(frozen=True, slots=True, kw_only=True)
class CallPage(Page):
    template: ClassVar[str] = "waypost/call/call.html"
    place: str = "patients"
    id: str
    band: Band
    form: CallForm
    key: str
    task: str
    dials: Sequence[Act]
    told: Sequence[tuple[str, str]]
    open: Sequence[Open]
    visits: Sequence[Any]
    next: Sequence[Act]
    scripts: Sequence[Script]
    paths: Sequence[tuple[str, tuple[str, ...], str]]
    opening: str
    emergency: str
    stale: bool = False
    instead: tuple[str, str, str] = ("", "", "")  # the work that was given up too soon, and when to try again


@dataclass(frozen=True, slots=True)
class Known:
    """What is read for a call, once for the page and once for what comes back from it."""

    view: PatientView
    open: Sequence[Listed]
    tried: dict[str, Tried]
    items: Sequence[Item]
    needs: dict[str, Any]


def known(request: Request, patient: str, task: str) -> Known:
    ctx = request.ctx
    view = patients.head_of(ctx, patient)
    scope = scopes.for_staff(ctx, what="Task", patient=patient)
    found = work.of_patient(scope, patient, Moment(ctx.now, ctx.zone))
    contacts = queries.of_tasks(scope, [one.version.id for one in found])
    tried = {
        one.version.id: attempts.tried(contacts.get(one.version.id, ()), one.kind, ctx.now, ctx.zone)
        for one in found
    }
    offered = [
        Item(
            one.version.id,
            one.version.version,
            items.what_of(one.task),
            kind.outcomes if worklist.may_close(ctx.actor.roles, kind) else (),
            opened=one.version.id == task,
            again=lacking.at if (lacking := tried[one.version.id].lacking) else None,
        )
        for one in found
        if (kind := worklist.kind_of_task(ctx, one.task))
    ]
    offered.sort(key=lambda one: not one.opened)  # what the call is about stands first
    me = (ctx.actor.practitioner or "", f"{ctx.actor.name} (you)")
    others = [one for one in practitioners(scope) if one[0] != me[0]]
    needs: dict[str, Any] = {
        "today": local_day(ctx.now, ctx.zone),
        "relations": [(p.id, f"{p.name}, {p.relationship}") for p in view.people],
        "numbers": [(str(p.place), p.shown) for p in view.phones],
        "people": [me, *others] if me[0] else others,
        "items": offered,
    }
    return Known(view, found, tried, offered, needs)


def fresh(request: Request, found: Known, task: str) -> CallForm:
    """Return the form as it opens: nothing asked that is known."""
    kind = next((one.kind for one in found.open if one.version.id == task), "")
    caller = say_phone(caller_of(request.GET))
    initial = {
        "inbound": "in" if request.GET.get("in") == "1" else "out",
        "who": "patient",
        "call_back": caller or (found.view.phones[0].shown if found.view.phones else ""),
        "reason": reason_for(kind) if kind else ("other" if request.GET.get("in") != "1" else ""),
    }
    return CallForm(initial=initial, **found.needs)


def page_of(request: Request, patient: str, task: str, found: Known, form: CallForm, *, stale: bool = False, too_soon: GivenUpTooSoon | None = None) -> CallPage:
    view = found.view
    inbound = form["inbound"].value() == "in"
    return CallPage(
        title=f"Call · {view.who.name}",
        id=patient,
        band=band(view, acts=()),
        form=form,
        key=asked.key(request.POST) or str(uuid7(request.ctx.now)),
        task=task,
        dials=[Act(p.shown, f"tel:{p.dial}") for p in view.phones],
        told=[(f"{p.name}, {p.relationship}", f"OK to talk about {p.told_words}" if p.leaves else "Not to be told anything") for p in view.people],
        open=[_open(one, found, request) for one in found.open],
        visits=view.upcoming,
        next=_next(patient, view),
        scripts=[one for reason in REASONS for one in SCRIPTS if one.code == reason.code],
        paths=PATHS,
        opening=OPENING if inbound else CALLING,
        emergency=EMERGENCY,
        stale=stale,
        instead=_instead(request, too_soon),
    )


def _instead(request: Request, problem: GivenUpTooSoon | None) -> tuple[str, str, str]:
    """Return the work that was given up too soon, and the next attempt's moment as sent and in words."""
    if problem is None:
        return "", "", ""
    ctx, more = request.ctx, problem.extra
    how = f", by {more['by']}" if more["by"] else ""
    return more["task"], more["next"], say_moment(datetime.fromisoformat(more["next"]), ctx.zone, today=local_day(ctx.now, ctx.zone)) + how


def _open(one: Listed, found: Known, request: Request) -> Open:
    kind = worklist.kind_of_task(request.ctx, one.task)
    return Open(
        id=one.version.id,
        what=items.what_of(one.task),
        why=items.why_of(one.task),
        url=reverse("work", args=[one.version.id]),
        tried=found.tried[one.version.id].words,
        licensed=not worklist.may_close(request.ctx.actor.roles, kind),
    )


def _next(patient: str, view: PatientView) -> list[Act]:
    if view.who.died or view.who.merged_into:
        return []
    made = [Act("Book a visit", f"{reverse('find-times')}?{urlencode({'patient': patient})}", "b")]
    if view.upcoming:
        made.append(Act("Next visit: move, cancel, letter", reverse("visit", args=[view.upcoming[0].id]), "m"))
    made.append(Act("New work", f"{reverse('work-new')}?{urlencode({'patient': patient})}", "n"))
    made.append(Act("Open chart", reverse("patient", args=[patient])))
    return made
