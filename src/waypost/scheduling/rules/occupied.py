"""The time that a visit takes from each who takes part: shown to the patient, and held with set-up and clean-up."""

from datetime import datetime, timedelta
from typing import NamedTuple

from waypost.kernel.spans import Span
from waypost.scheduling.rules.types import Step, VisitType


class Occupied(NamedTuple):
    """One step's part of the visit: `shown` without, `held` with set-up and clean-up."""

    step: int
    shown: Span
    held: Span


def visit_span(kind: VisitType, start: datetime) -> Span:
    return Span(start, start + timedelta(minutes=kind.minutes))


def envelope(kind: VisitType, start: datetime) -> Span:
    """Return all that the visit holds of anyone, from the first set-up to the last clean-up."""
    return Span(start + timedelta(minutes=kind.held_from), start + timedelta(minutes=kind.held_until))


def step_spans(step: Step, start: datetime) -> tuple[Span, Span]:
    shown = start + timedelta(minutes=step.start)
    return (
        Span(shown, shown + timedelta(minutes=step.minutes)),
        Span(start + timedelta(minutes=step.held_from), start + timedelta(minutes=step.held_until)),
    )


def occupied(kind: VisitType, start: datetime, *, telehealth: bool = False) -> tuple[Occupied, ...]:
    """Return what each step of the visit takes, in the order of the visit type."""
    return tuple(
        Occupied(index, *step_spans(step, start)) for index, step in kind.steps_for(telehealth=telehealth)
    )


def arrive_at(kind: VisitType, start: datetime) -> datetime:
    return start - timedelta(minutes=kind.arrive_early)
