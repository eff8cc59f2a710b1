"""What a clinic still lacks before the first visit can be booked."""

from collections.abc import Sequence
from dataclasses import dataclass

from waypost.access import scopes
from waypost.access.accounts import anyone_may
from waypost.access.permissions import Permission
from waypost.coordination import clinic
from waypost.kernel.context import Context
from waypost.registry import clinic as fhir
from waypost.scheduling.queries import templates
from waypost.scheduling.queries.templates import Template
from waypost.scheduling.rules.types import CARE_ROLES, Calendar, VisitType, calendar_of, visit_type_of

_WORDS = {"clinician": "provider"}


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that a clinic needs. `key` is site, room, person, hours, visit-type or account."""

    key: str
    done: bool
    said: str


def steps(ctx: Context) -> tuple[Step, ...]:
    """Return the first steps in their order, each done or not, from what is on record."""
    scope = scopes.for_staff(ctx, what="Location")
    places = [v.resource for v in clinic.of_type(scope, "Location") if not fhir.is_retired(v.resource)]
    kept = templates.calendars(scope)
    calendars = [one for one in map(_read, kept) if not one.retired]
    people = [one for one in calendars if one.role in CARE_ROLES]
    kinds = [one for one in (visit_type_of(t.body) for t in templates.visit_types(scope)) if not one.retired]
    served = [kind for kind in kinds if not unserved(kind, kept)]
    lacking = next((unserved(kind, kept) for kind in kinds if unserved(kind, kept)), "")
    return (
        Step("site", any(fhir.physical_type(one) == fhir.SITE for one in places), "A site: the address where patients come"),
        Step("room", any(one.role == "room" for one in calendars), "A room in it, with the hours it is open"),
        Step("person", bool(people), "Someone whom patients are booked with"),
        Step("hours", any(_opens(one) for one in people), "Hours in which they see patients"),
        Step("visit-type", bool(served), "A visit type that they and the room can serve"
             + (f" (there is one; it lacks {lacking})" if kinds and not served else "")),
        Step("account", anyone_may(ctx.tenant, Permission.APPOINTMENT_BOOK), "Someone who signs in and books, as a coordinator does"),
    )  # fmt: skip


def unserved(kind: VisitType, calendars: Sequence[Template]) -> str:
    """Return what a kind of visit needs that nobody and nothing with hours here can do; '' where all is there."""
    serving = [one for one in map(_read, calendars) if _opens(one)]
    lacking = [
        f"a {_WORDS.get(step.role, step.role)}" + (f" for {', '.join(sorted(step.can)).replace('-', ' ')}" if step.can else "")
        for step in kind.steps
        if not any(one.role == step.role and step.can <= one.can for one in serving)
    ]
    return " and ".join(dict.fromkeys(lacking))


def _read(one: Template) -> Calendar:
    return calendar_of(one.body)


def _opens(one: Calendar) -> bool:
    return not one.retired and bool(one.weekly or any(not day.closed for day in one.exceptions))
