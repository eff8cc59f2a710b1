"""What a call leaves behind, as it was typed and before it is granted."""

from dataclasses import dataclass
from datetime import datetime

PATIENT, ELSE = "patient", "other"


@dataclass(frozen=True, slots=True)
class ItemWish:
    """A piece of work that a contact was about: it ends, is put off until a moment, goes to the nurses, or stays."""

    task: str
    seen: int | None = None
    outcome: str = ""
    until: datetime | None = None
    nurses: bool = False


@dataclass(frozen=True, slots=True)
class PromiseWish:
    """What was promised, by when, and by whom (a Practitioner's id and name)."""

    what: str
    due: datetime
    owner: str
    owner_name: str = ""


@dataclass(frozen=True, slots=True)
class ContactWish:
    """One contact. `who` is 'patient', 'other' or the id of a RelatedPerson; `wrong_number` the place of a telecom."""

    patient: str
    outcome: str
    channel: str = "call"
    inbound: bool = False
    who: str = PATIENT
    who_name: str = ""
    verified: tuple[str, ...] = ()
    agreed: tuple[str, ...] = ()
    call_back: str = ""
    reason: str = "other"
    words: str = ""
    items: tuple[ItemWish, ...] = ()
    promise: PromiseWish | None = None
    wrong_number: int | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class NurseWish:
    """A caller who is to hear from a nurse now."""

    patient: str
    call_back: str
    words: str = ""
    who_name: str = ""
    key: str = ""
