"""Acts on one piece of work or on several at once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.views.decorators.http import require_POST

from waypost.access import scopes
from waypost.coordination.problems import GivenUpTooSoon, SnoozeTooLong, WorkForLicensed
from waypost.coordination.staff import practitioners
from waypost.coordination.worklist import actions
from waypost.kernel.dates import local_day
from waypost.kernel.problem import Problem
from waypost.records import queries as records
from waypost.records.versions import Version
from waypost.web import asked
from waypost.web.forms import DeskForm
from waypost.web.pages import Request, done, go_to
from waypost.web.work.forms import AssignForm, DoneForm, HandOverForm, SnoozeForm
from waypost.web.work.views import show

BATCH_MAX = 200


class NothingChosen(Problem):
    code, status, issue = "web.nothing-chosen", 422, "required"
    title, remedy = "No work was chosen.", "Tick the rows first."


@dataclass(frozen=True, slots=True)
class Done:
    versions: list[Version]
    said: str


@require_POST
def act(request: Request) -> HttpResponse:
    """Do one act on the chosen work, all of it or none."""
    tasks = [_wanted(text) for text in request.POST.getlist("task")[:BATCH_MAX]]
    if not tasks:
        raise NothingChosen
    do = request.POST.get("do", "")
    if do in _SIMPLE:
        return _finish(request, _SIMPLE[do](request, tasks))
    form = _form(request, do, tasks)
    if not form.is_valid():
        return show(request, tasks[0][0], failed=(do, form), status=422)
    try:
        return _finish(request, _FORMED[do](request, tasks, form))
    except WorkForLicensed as problem:  # the row offers to hand it to a nurse
        return show(request, tasks[0][0], refused=f"{problem.title} {problem.remedy}", status=problem.status)
    except SnoozeTooLong as problem:
        return show(request, tasks[0][0], failed=(do, form), status=form.refuse(problem))
    except GivenUpTooSoon as problem:  # what was typed stays, and the next attempt's time is offered
        form.add_error("outcome", f"{problem.title} {problem.detail}")
        return show(request, problem.extra["task"], failed=(do, form), again=problem, status=problem.status)


def _wanted(text: str) -> actions.Wanted:
    id_, _, seen = text.partition(":")
    said = {"id": id_, "seen": seen}
    return asked.id_(said, "id"), asked.number(said, "seen")


def _finish(request: Request, made: Done) -> HttpResponse:
    many = f" {len(made.versions)} pieces of work." if len(made.versions) > 1 else ""
    done(request, f"{made.said}{many}", made.versions[0].act)
    return go_to(request, "today")


def _form(request: Request, do: str, tasks: list[actions.Wanted]) -> DeskForm:
    ctx = request.ctx
    more: dict[str, Any] = {"auto_id": f"{do}_%s"}
    match do:
        case "done":
            task = records.read(scopes.for_staff(ctx, what="Task"), "Task", tasks[0][0]).resource
            return DoneForm(request.POST, outcomes=actions.kind_of_task(ctx, task).outcomes, **more)
        case "snooze":
            return SnoozeForm(request.POST, today=local_day(ctx.now, ctx.zone), **more)
        case "assign":
            return AssignForm(
                request.POST, people=practitioners(scopes.for_staff(ctx, what="Practitioner")), **more
            )
        case "hand":
            return HandOverForm(request.POST, **more)
        case _:
            raise NothingChosen


def _assign(request: Request, tasks: list[actions.Wanted], form: DeskForm) -> Done:
    who = form.cleaned_data["who"]
    assert isinstance(form, AssignForm)
    name = dict(form.fields["who"].choices)[who]  # type: ignore[attr-defined]
    return Done(actions.assign(request.ctx, tasks, who, name), f"Given to {name}.")


def _snooze(request: Request, tasks: list[actions.Wanted], form: DeskForm) -> Done:
    assert isinstance(form, SnoozeForm)
    ctx = request.ctx
    until = form.until_when(ctx.now, ctx.zone).replace(microsecond=0)
    return Done(actions.snooze(ctx, tasks, until, form.cleaned_data["reason"]), "Put off.")


Simple = Callable[[Request, list[actions.Wanted]], Done]
Formed = Callable[[Request, list[actions.Wanted], DeskForm], Done]
_SIMPLE: dict[str, Simple] = {
    "claim": lambda request, tasks: Done(actions.claim(request.ctx, tasks), "Yours now."),
    "nurse": lambda request, tasks: Done(
        actions.hand_over(request.ctx, tasks, "nurses", asked.text(request.POST, "note")), "With the nurses."
    ),
    "wake": lambda request, tasks: Done(actions.wake(request.ctx, tasks), "Taken up."),
    "watch": lambda request, tasks: Done(actions.watch(request.ctx, tasks), "Watching."),
    "unwatch": lambda request, tasks: Done(
        actions.watch(request.ctx, tasks, on=False), "No longer watching."
    ),
}
_FORMED: dict[str, Formed] = {
    "done": lambda request, tasks, form: Done(
        actions.complete(request.ctx, tasks, form.cleaned_data["outcome"], form.cleaned_data["note"]),
        "Finished.",
    ),
    "hand": lambda request, tasks, form: Done(
        actions.hand_over(request.ctx, tasks, form.cleaned_data["pool"], form.cleaned_data["note"]),
        "Handed over.",
    ),
    "assign": _assign,
    "snooze": _snooze,
}
