"""Transitional care after a discharge: its clocks and what pays (TCM-1 to TCM-10; CMS MLN908628). Pure arithmetic on days."""

from dataclasses import dataclass
from datetime import date, timedelta

from waypost.kernel.business_days import business_days_after

CONTACT_BUSINESS_DAYS = 2
HIGH_DAYS, MODERATE_DAYS, PERIOD_DAYS = 7, 14, 30
ATTEMPTS_MIN = 2
# v3-ActCode: inpatient, acute, non-acute, observation, short stay; partial hospitalization is a type of those.
STAYS = frozenset({"IMP", "ACUTE", "NONAC", "OBSENC", "SS"})
# discharge-disposition: home, against advice (home all the same), and where the patient lives; never another facility.
HOMES = frozenset({"home", "aadvice", "alt-home", "hosp-home", "rest-home", "assisted-living"})


@dataclass(frozen=True, slots=True)
class Clocks:
    """The last day of each clock of one discharge; each ends with its day, on the clinic's clocks (CAL-3)."""

    discharge: date
    contact: date  # TCM-2
    call: date  # TCM-10: our own, earlier
    escalate: date  # TCM-10: from the start of this day
    book: date  # TCM-10
    high: date  # TCM-4
    moderate: date
    ends: date  # TCM-6


def clocks(discharge: date) -> Clocks:
    """Return every clock of a discharge, which is day 0."""
    first, second = business_days_after(discharge, 1), business_days_after(discharge, CONTACT_BUSINESS_DAYS)
    return Clocks(
        discharge=discharge, contact=second, call=first, escalate=second, book=second,
        high=discharge + timedelta(days=HIGH_DAYS), moderate=discharge + timedelta(days=MODERATE_DAYS),
        ends=discharge + timedelta(days=PERIOD_DAYS - 1),
    )  # fmt: skip


def eligible(stay: str, to: str) -> bool:
    """Return whether a stay of this class, left for this place, begins transitional care (TCM-1)."""
    return stay in STAYS and to in HOMES


def visit_code(complexity: str, day: int) -> str:
    """Return what a visit on this day after discharge pays at this complexity of decisions, or '' (TCM-4)."""
    if complexity == "high" and 0 <= day <= HIGH_DAYS:
        return "99496"
    return "99495" if complexity in {"high", "moderate"} and 0 <= day <= MODERATE_DAYS else ""


def contact_counts(*, reached: bool, licensed: bool) -> bool:
    """Return whether a contact is the interactive one: somebody was reached, by clinical staff (TCM-2)."""
    return reached and licensed


def attempts_suffice(attempts: int) -> bool:
    """Return whether so many separate attempts in time keep the service reportable; trying goes on (TCM-3)."""
    return attempts >= ATTEMPTS_MIN
