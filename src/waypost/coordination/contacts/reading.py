"""What a contact says, read from its Communication. Pure; whoever counts contacts reads them by this."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from waypost.coordination.contacts.kinds import (
    CHANNEL,
    CHANNELS,
    CONTACT,
    EXTENSION,
    MODE,
    OUTCOME,
    REACHED,
    REASON,
)
from waypost.kernel.business_days import is_business_day
from waypost.kernel.dates import read_moment

Json = dict[str, Any]

WORK_BEGINS_HOUR, WORK_ENDS_HOUR = 8, 17
LICENSED = frozenset({"nurse", "clinician"})
_OF_MEDIUM = {one.medium: one.code for one in CHANNELS} | {"PHONEWRIT": "text", "VERBAL": "call"}


@dataclass(frozen=True, slots=True)
class Contact:
    """One contact or attempt. `outcome` is 'reached' or why not; `by` clerk, nurse or clinician."""

    id: str
    patient: str
    at: datetime
    channel: str
    reached: bool
    outcome: str
    by: str
    inbound: bool
    about: tuple[str, ...]
    reason: str = ""

    @property
    def licensed(self) -> bool:
        return self.by in LICENSED


def contact_of(resource: Json, zone: str = "UTC") -> Contact | None:
    """Return the contact that a Communication records; None for notes, notices and what is no contact of ours."""
    channel = next((c for one in resource.get("category", ()) if (c := _code(one, CONTACT)) in CHANNEL), "")
    at = read_moment(resource.get("sent") or resource.get("received"), zone)
    status = resource.get("status")
    if not channel or at is None or status not in {"completed", "not-done"}:
        return None
    medium = next((c for one in resource.get("medium", ()) if (c := _code(one, MODE))), "")
    sender = (resource.get("sender") or {}).get("reference", "")
    return Contact(
        id=resource.get("id", ""),
        patient=(resource.get("subject") or {}).get("reference", "").removeprefix("Patient/"),
        at=at,
        channel=_OF_MEDIUM.get(medium, channel) if channel == "call" and medium else channel,
        reached=status == "completed",
        outcome=REACHED if status == "completed" else _code(resource.get("statusReason"), OUTCOME),
        by=extension(resource, "contact-by").get("valueCode", "clerk"),
        inbound=extension(resource, "direction").get("valueCode", "") == "in"
        or sender.startswith(("Patient/", "RelatedPerson/")),
        about=tuple(ref for one in resource.get("about", ()) if (ref := one.get("reference", ""))),
        reason=next((c for one in resource.get("reasonCode", ()) if (c := _code(one, REASON))), ""),
    )


def contacts_of(resources: Iterable[Json], zone: str = "UTC") -> list[Contact]:
    """Return the contacts among Communications, oldest first."""
    found = [made for one in resources if (made := contact_of(one, zone))]
    return sorted(found, key=lambda one: (one.at, one.id))


def outside_work_hours(at: datetime, zone: str) -> bool:
    """Say whether a moment lies before 8, from 5 on, or on a day that is no business day, on the clinic's clocks."""
    here = at.astimezone(ZoneInfo(zone))
    return not is_business_day(here.date()) or not WORK_BEGINS_HOUR <= here.hour < WORK_ENDS_HOUR


def extension(element: Json, name: str) -> Json:
    return next((one for one in element.get("extension", ()) if one.get("url") == EXTENSION + name), {})


def _code(concept: Json | None, system: str) -> str:
    return next((c.get("code", "") for c in (concept or {}).get("coding", ()) if c.get("system") == system), "")
