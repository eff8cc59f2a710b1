"""Interpreter and ride on the page of a visit: each with its state and the acts that change it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from waypost.access.permissions import Permission, allowed
from waypost.coordination import answering, requests
from waypost.coordination.problems import AnswerNeedsWho
from waypost.kernel.context import Context
from waypost.records.versions import Version
from waypost.web import asked
from waypost.web.pages import Request, done, go_to
from waypost.web.parts import Fact, Status
from waypost.web.schedule.request_states import STATES

SAID = {"confirmed": "Confirmed.", "impossible": "Noted: not possible.", "unneeded": "No longer needed.", "again": "Asked for again."}
LIVE = frozenset({"booked", "pending", "arrived", "checked-in"})


@dataclass(frozen=True, slots=True)
class RequestRow:
    """One request, what is known of it, and where it is answered ('' where nothing is to be done)."""

    id: str
    version: int
    kind: str
    whom: str  # of a group: whose it is
    words: str
    status: Status
    said: str
    url: str
    open: bool  # asked for, not yet answered


def rows_of(ctx: Context, visit: Version, tasks: Sequence[Version], names: Mapping[str, str]) -> list[RequestRow]:
    """Return the requests of a visit; `names` are those of a group's roster."""
    may = allowed(ctx.actor.roles, Permission.TASK_WORK) and visit.resource.get("status") in LIVE
    url = reverse("visit-request", args=[visit.id]) if may else ""
    rows = []
    for one in tasks:
        task = one.resource
        words = str((task.get("reasonCode") or {}).get("text") or "").partition(", for the visit on")[0]
        state = task.get("status", "")
        patient = (task.get("for") or {}).get("reference", "").partition("/")[2]
        rows.append(
            RequestRow(
                one.id, one.version, requests.NAMES[requests.kind_of(task)], names.get(patient, "") if len(names) > 1 else "", words,
                STATES.get(state, Status("", state)), answering.answer_of(task), url, STATES.get(state, Status("", "")).kind == "soon",
            )
        )  # fmt: skip
    return rows


def facts_of(rows: Sequence[RequestRow]) -> tuple[Fact, ...]:
    """Return what the band says of them."""
    return tuple(Fact(row.kind, row.status.word) for row in rows if row.status.word != "No longer needed")


@require_POST
def answer(request: Request, id: str) -> HttpResponse:
    """Write down what became of the interpreter or the ride that was asked for."""
    given = request.POST
    said = asked.text(given, "answer", 20)
    if said not in answering.ANSWERS:
        return go_to(request, "visit", id)
    try:
        made = answering.answer_request(
            request.ctx, id, asked.id_(given, "task"), said, who=asked.text(given, "who", 120), reference=asked.text(given, "reference", 60),
            why=asked.text(given, "why"), expect=asked.number(given, "expect"),
        )  # fmt: skip
    except AnswerNeedsWho as problem:
        done(request, f"{problem.title} {problem.remedy}")
        return go_to(request, "visit", id)
    done(request, SAID[said], made.act)
    return go_to(request, "visit", id)
