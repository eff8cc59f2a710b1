"""Booking over what is taken: for those who may, with a reason that stays with the visit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.urls import reverse

from waypost.access.permissions import Permission, allowed
from waypost.kernel.dates import say_time
from waypost.kernel.problem import Problem
from waypost.scheduling import fhir
from waypost.scheduling.problems import NotOpen, PatientElsewhere
from waypost.scheduling.queries.clinic import Clinic
from waypost.scheduling.rules.types import CARE_ROLES, VisitType
from waypost.web.forms import DeskForm, TypedDateField
from waypost.web.pages import Request
from waypost.web.schedule.choices import Choices, instant
from waypost.web.schedule.clocks import ClockField

BOOK_OVER = "override"  # the value of the button, and the name of the field with the reason
REASON_CHARACTERS_MAX = 200
LANE_MIN = 100  # from here on a lane is an override's


class ReasonForm(DeskForm):
    override = forms.CharField(
        label="Why book over it",
        max_length=REASON_CHARACTERS_MAX,
        help_text="Stays with the visit and in the audit, under your name.",
        error_messages={"required": "Write why this time is booked over."},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class TimeForm(DeskForm):
    """A day and a time that are not free, and whose."""

    def __init__(self, *args: Any, today: date, people: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["over_who"] = forms.ChoiceField(label="Whose", choices=people)
        self.fields["over_day"] = TypedDateField(label="Day", today=today, prefer="future")
        self.fields["over_time"] = ClockField(label="Time")
        for field in self.fields.values():
            field.error_messages["required"] = "This is needed."

    def start(self, zone: str) -> datetime:
        said = self.cleaned_data
        return datetime.combine(said["over_day"], said["over_time"], ZoneInfo(zone)).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class OverCard:
    """The part of the booking card that books over what is taken."""

    said: str
    form: ReasonForm
    only: bool  # nothing else can be done with this time
    value: str = BOOK_OVER


@dataclass(frozen=True, slots=True)
class OverTime:
    """The form that asks for a time that is not free."""

    action: str
    kept: Sequence[tuple[str, str]]
    form: TimeForm


def may(request: Request) -> bool:
    return allowed(request.ctx.actor.roles, Permission.APPOINTMENT_OVERRIDE)


def wanted(request: Request) -> bool:
    return request.POST.get("do") == BOOK_OVER


def card(
    request: Request, here: Clinic, start: datetime, take: Mapping[int, str], *, zone: str, why: Problem | None
) -> OverCard | None:
    """Return the offer to book over a time; None where the reader may not. `why` is what stood in the way."""
    if not may(request):
        return None
    asked = wanted(request) or bool(request.POST.get("override", "").strip())
    form = ReasonForm(request.POST if asked else None, auto_id="book_%s")
    if asked:
        form.is_valid()
    return OverCard(_said(here, start, take, zone, why), form, only=why is None)


def _said(
    here: Clinic, start: datetime, take: Mapping[int, str], zone: str, why: Problem | None
) -> str:
    """Say what booking over means here: who would have two visits at once."""
    clock = say_time(start, zone)
    if isinstance(why, PatientElsewhere):
        return f"The patient would have two visits at {clock}."
    if isinstance(why, NotOpen):
        return f"{clock} is outside open hours. The visit would stand there all the same."
    taken = here.calendar(why.extra["taken"]) if why is not None and why.extra.get("taken") else None
    whose = taken or next((c for r in take.values() if (c := here.calendar(r)) is not None), None)
    if why is None and whose:
        return f"{whose.name} may have another visit at {clock}. Both would stand on the board, this one marked."
    return f"{whose.name if whose else 'Someone'} would have two visits at {clock}. Both stand on the board, this one marked."


def main_of(here: Clinic, kind: VisitType, take: Mapping[int, str]) -> dict[int, str]:
    """Return the one who is booked over; room, device and the others are chosen again, free ones first."""
    people = {
        step: r for step, r in take.items() if (c := here.calendar(r)) is not None and c.role in CARE_ROLES
    }
    step = kind.main_step if kind.main_step in people else next(iter(people), None)
    return {step: people[step]} if step is not None else dict(take)


def step_of(here: Clinic, kind: VisitType, resource: str) -> dict[int, str]:
    """Return which step a person, room or device would take; none where they cannot."""
    calendar = here.calendar(resource)
    if calendar is None:
        return {}
    fits = [n for n, step in enumerate(kind.steps) if step.role == calendar.role and step.can <= calendar.can]
    first = kind.main_step if kind.main_step in fits else next(iter(fits), None)
    return {first: resource} if first is not None else {}


def time_form(
    request: Request,
    *,
    kept: Sequence[tuple[str, str]],
    people: Sequence[tuple[str, str]],
    who: str,
    today: date,
) -> OverTime | None:
    if not may(request) or not people:
        return None
    asked = "over_day" in request.GET
    form = TimeForm(request.GET if asked else None, today=today, people=people, initial={"over_who": who})
    if asked:
        form.is_valid()
    return OverTime(reverse("find-times"), kept, form)


def stands_over(visit: dict[str, Any]) -> bool:
    """Tell whether a visit stands over another one in the ledger."""
    return any(row.lane is not None and row.lane >= LANE_MIN for row in fhir.held_of(visit))


def move_url(visit: dict[str, Any], id_: str, start: datetime, named: Sequence[str]) -> str:
    """Return where a visit is moved over what stands there: the card asks why."""
    who = next(iter(named), "") or next((r for r in fhir.team_of(visit) if r.startswith("Practitioner/")), "")
    patient, code = next(iter(fhir.patients_of(visit)), ""), fhir.visit_type_code(visit) or ""
    choices = Choices(patient=patient, visit=code, move=id_, who=who, over=f"{start:%Y%m%dT%H%M}Z")
    return f"{reverse('find-times')}?{choices.query()}#book"


def read(text: str) -> datetime | None:
    return instant(text) if text else None
