"""One press on the flow board: a patient goes one step along."""

from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_POST

from waypost.coordination.actions import no_show
from waypost.coordination.flow import actions, steps
from waypost.coordination.flow.actions import StepWish
from waypost.coordination.flow.problems import OrdersOpen
from waypost.coordination.flow.steps import Step
from waypost.kernel.problem import Problem
from waypost.records.versions import Version
from waypost.scheduling.fhir import patients_of
from waypost.web import asked
from waypost.web.forms import mendable
from waypost.web.pages import Request, done, go_to
from waypost.web.schedule.visits import read_visit

WAIT_MINUTES_MAX = 8 * 60
SAID = {**steps.WORDS, Step.ARRIVED: "In the waiting room"}


class NoStep(Problem):
    code, status, issue = "web.no-step", 422, "required"
    title, remedy = "That button says no step.", "Go back to the board and press again."


@require_POST
def step(request: Request) -> HttpResponse:
    """Take a patient one step along and go back to the board; what cannot be is said there."""
    wish = wish_of(request)
    try:
        made = _missed(request, wish) if wish.step is Step.MISSED else actions.take_along(request.ctx, wish)
    except OrdersOpen as problem:
        return refused(request, problem, f"{reverse('checkout', args=[wish.appointment])}?{urlencode({'patient': wish.patient})}")
    except Problem as problem:
        return refused(request, problem)
    done(request, f"{SAID[wish.step]}.", made.act)
    return go_to(request, back_of(request))


@require_POST
def told(request: Request) -> HttpResponse:
    """Note that a patient was told how long it would take: 'minutes:visit:patient:seen' as the button says."""
    parts = asked.text(request.POST, "do", 400).split(":")
    given: dict[str, str] = dict(zip(("minutes", "visit", "patient", "seen"), (*parts, "", "", "", "")[:4], strict=True))
    minutes, visit = asked.number(given, "minutes", 0, WAIT_MINUTES_MAX), asked.id_(given, "visit")
    if minutes is None or not visit:
        raise NoStep
    try:
        made = actions.tell_delay(request.ctx, visit, minutes, patient=asked.id_(given, "patient"), seen=asked.number(given, "seen"))
    except Problem as problem:
        return refused(request, problem)
    done(request, f"Noted: told about {minutes} minutes.", made.act)
    return go_to(request, back_of(request))


def refused(request: Request, problem: Problem, back: str = "") -> HttpResponse:
    """Say on the fresh board, or where it is mended, why it was not done; what is no matter of the board is raised."""
    say_not_done(request, mendable(problem))
    return go_to(request, back or back_of(request))


def say_not_done(request: Request, problem: Problem) -> None:
    detail = problem.detail if problem.detail != problem.title else ""
    messages.error(request, " ".join(part for part in ("Not done.", problem.title, detail, problem.remedy) if part), extra_tags="late")


def back_of(request: Request) -> str:
    back = request.POST.get("back", "")
    return back if back.startswith((reverse("flow"), "/visits/")) else reverse("flow")


def _missed(request: Request, wish: StepWish) -> Version:
    """Note that a patient did not come: the visit was missed, or of a group one of its patients."""
    visit = read_visit(request.ctx, wish.appointment)
    if len(patients_of(visit.resource)) > 1:
        return actions.missed(request.ctx, wish.appointment, wish.patient, seen=wish.seen)
    return no_show(request.ctx, wish.appointment)


def wish_of(request: Request) -> StepWish:
    """Return the step that a button says: 'step:visit:patient:seen:room'. Raises NoStep."""
    parts = asked.text(request.POST, "do", 400).split(":")
    if len(parts) != 5 or parts[0] not in set(Step):
        raise NoStep
    given: dict[str, str] = dict(zip(("step", "visit", "patient", "seen", "room"), parts, strict=True))
    visit = asked.id_(given, "visit")
    if not visit:
        raise NoStep
    return StepWish(
        appointment=visit,
        step=Step(given["step"]),
        patient=asked.id_(given, "patient"),
        seen=asked.number(given, "seen"),
        room=asked.reference(given, "room"),
    )
