"""The first steps of a new clinic, each with the page that does it."""

from dataclasses import dataclass

from django.urls import reverse

from waypost.access.permissions import Permission, allowed
from waypost.coordination import first_steps
from waypost.web.pages import Request

_ACTS = {
    "site": ("Add a site", "setup-place-add", ("site",)), "room": ("Add a room", "setup-place-add", ("room",)),
    "person": ("Add a person", "setup-person-add", ()), "hours": ("Set hours", "setup-people", ()),
    "visit-type": ("Add a visit type", "setup-visit-type-add", ()), "account": ("Add someone who signs in", "person-add", ()),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class FirstStep:
    said: str
    done: bool
    act: str
    url: str
    next: bool  # the first that is missing


def first_steps_of(request: Request) -> tuple[FirstStep, ...]:
    """Return the steps while one of them is missing; nothing for who does not set the clinic up, or once all is there."""
    if not allowed(request.ctx.actor.roles, Permission.CLINIC_SET_UP):
        return ()
    steps = first_steps.steps(request.ctx)
    missing = next((step.key for step in steps if not step.done), "")
    if not missing:
        return ()
    return tuple(
        FirstStep(step.said, step.done, _ACTS[step.key][0], reverse(_ACTS[step.key][1], args=_ACTS[step.key][2]), step.key == missing)
        for step in steps
    )
