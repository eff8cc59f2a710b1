"""From one Appointment to the rows it holds in the ledger; and what our own words in it mean."""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from waypost.scheduling.rules.status import HOLDING

Resource = Mapping[str, Any]
EXTENSION = "urn:waypost:extension:"
VISIT_TYPE = "urn:waypost:visit-type"
BLOCK = "block"  # the visit type of time that is kept free of visits
BOOKABLE = ("Practitioner", "PractitionerRole", "Location", "Device", "Patient")


class Row(NamedTuple):
    """One participant's time."""

    appointment: str
    part: int
    resource: str
    starts: datetime
    ends: datetime
    shown_starts: datetime
    shown_ends: datetime
    kind: str
    lane: int | None
    hold_until: datetime | None


def extension(element: Resource, name: str) -> Any:
    """Return the value of one of our extensions, whatever its type; None where it is absent."""
    for one in element.get("extension") or ():
        if isinstance(one, dict) and one.get("url") == EXTENSION + name:
            return next((value for key, value in one.items() if key.startswith("value")), None)
    return None


def visit_type(appointment: Resource) -> str | None:
    for concept in appointment.get("serviceType") or ():
        for coding in concept.get("coding") or ():
            if coding.get("system") == VISIT_TYPE and coding.get("code"):
                return coding["code"]
    return None


def is_ours(appointment: Resource) -> bool:
    """Tell whether the ledger refuses what overlaps it: our own bookings, and what the patient told us of."""
    return visit_type(appointment) is not None or extension(appointment, "outside") is True


def instant(text: Any) -> datetime | None:
    try:
        at = datetime.fromisoformat(text)
    except (TypeError, ValueError):
        return None
    return at if at.tzinfo is not None else None


def reference(participant: Resource) -> str:
    """Return 'Type/id' of who takes part, without a version or a server's address; '' where there is none."""
    text = (participant.get("actor") or {}).get("reference") or ""
    parts = text.split("/_history/")[0].split("/")
    return "/".join(parts[-2:]) if len(parts) >= 2 and parts[-2] in BOOKABLE else ""


def kind_of(appointment: Resource) -> str:
    if visit_type(appointment) == BLOCK:
        return "block"
    return "hold" if appointment.get("status") == "pending" else "visit"


def rows(appointment: Resource) -> Iterator[Row]:
    """Yield what the appointment holds: nothing, where its status or its missing times free it."""
    start, end = instant(appointment.get("start")), instant(appointment.get("end"))
    if appointment.get("status") not in HOLDING or start is None or end is None or start >= end:
        return
    ours, kind = is_ours(appointment), kind_of(appointment)
    until = instant(extension(appointment, "hold-until")) if kind == "hold" else None
    for part, participant in enumerate(appointment.get("participant") or ()):
        resource = reference(participant)
        if not resource or participant.get("status") == "declined":
            continue
        shown = _period(participant.get("period"), (start, end))
        held = _period(extension(participant, "hold"), shown)
        lane = extension(participant, "lane")
        yield Row(
            appointment["id"], part, resource, *held, *shown, kind, (lane or 0) if ours else None, until
        )


def _period(period: Any, otherwise: tuple[datetime, datetime]) -> tuple[datetime, datetime]:
    if not isinstance(period, dict):
        return otherwise
    start, end = instant(period.get("start")), instant(period.get("end"))
    return (start, end) if start is not None and end is not None and start < end else otherwise
