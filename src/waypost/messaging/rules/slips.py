"""The check-in slip: what one patient does today, in the language they read, and a strip for the staff who meet them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from waypost.formats.barcodes import code128
from waypost.messaging.rules import readability, wording
from waypost.messaging.rules.facts import Clinic, Recipient, Visit
from waypost.messaging.rules.letters import Row, Section, identifiers, stop_rows
from waypost.messaging.rules.texts import said

# What is asked of a patient who has open work of this kind. Nothing here says what the work is about.
ASKED_FOR = {
    "result": "slip_nurse", "discharge-call": "slip_nurse", "reconcile": "slip_nurse", "coverage": "slip_plan",
    "authorization": "slip_plan", "missing": "slip_facts", "came-of-age": "slip_tell", "referral": "slip_book",
    "recall": "slip_book", "book": "slip_book", "waitlist": "slip_book",
}  # fmt: skip
STAFF_LINES_MAX = 8


@dataclass(frozen=True, slots=True)
class Slip:
    """A composed slip: every word on the page."""

    language: str
    title: str
    head: tuple[str, ...]
    to: str
    identifiers: tuple[tuple[str, str], ...]
    bars: tuple[int, ...]
    number: str
    intro: str
    panel: tuple[tuple[str, str], ...]
    stops_head: tuple[str, ...]
    stops: tuple[Row, ...]
    sections: tuple[Section, ...]
    staff: tuple[str, ...]  # in English, below the line
    printed: str
    reading: readability.Reading


def compose(
    clinic: Clinic,
    recipient: Recipient,
    visit: Visit,
    *,
    mrn: str,
    kinds: Sequence[str],
    staff: Sequence[str],
    arrived: datetime | None,
    now: datetime,
) -> Slip:
    """Return the slip of a visit. `kinds` are those of the patient's open work, `staff` what staff should know."""
    tongue = recipient.language
    day = wording.local(visit.starts, clinic.zone).date()
    today = wording.local(now, clinic.zone).date() == day
    title = said("slip_today", tongue) if today else said("slip_on", tongue, day=wording.day_long(day, tongue, year=False))
    rows = stop_rows(clinic, visit, tongue)
    asked = [said(name, tongue) for name in dict.fromkeys(ASKED_FOR[kind] for kind in kinds if kind in ASKED_FOR)]
    lines = (*asked, said("slip_wait", tongue), said("slip_end", tongue))
    intro = said("slip_intro", tongue)
    return Slip(
        language=tongue,
        title=title,
        head=(clinic.site, clinic.phone),
        to=recipient.name,
        identifiers=identifiers(recipient),
        bars=code128(mrn) if mrn else (),
        number=recipient.mrn,
        intro=intro,
        panel=_panel(clinic, visit, rows, arrived, tongue),
        stops_head=tuple(said(name, tongue) for name in ("time", "what", "with", "where")),
        stops=rows,
        sections=(Section(said("slip_ask", tongue), lines),),
        staff=tuple(staff)[:STAFF_LINES_MAX],
        printed=f"Printed {wording.day_short(wording.local(now, clinic.zone).date())}, {wording.clock_time(now, clinic.zone)}",
        reading=readability.measure("\n".join((intro, *lines)), tongue),
    )


def _panel(
    clinic: Clinic, visit: Visit, rows: Sequence[Row], arrived: datetime | None, tongue: str
) -> tuple[tuple[str, str], ...]:
    found: list[tuple[str, str]] = []
    if arrived:
        found.append((said("slip_arrived", tongue), wording.clock_time(arrived, clinic.zone, tongue)))
    else:
        found.append((said("arrive", tongue), wording.clock_time(visit.first_arrival, clinic.zone, tongue)))
    first = next((row for row in rows if row.where), None)
    if first:
        found.append((said("slip_next", tongue), ", ".join(part for part in (first.where, first.with_whom) if part)))
    return tuple(found)
