"""What is asked for of a referral, as it was typed and before it is granted."""

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class ReferralWish:
    """A new referral or order; `orderer` (a Practitioner's id and name) decides, whoever types it."""

    patient: str
    what: str
    orderer: str
    orderer_name: str
    urgency: str = "routine"
    reason: str = ""
    department: str = ""  # inside: a department of ours
    place: str = ""  # outside: to whom
    specialty: str = ""
    phone: str = ""
    fax: str = ""
    documents: tuple[str, ...] = ()
    key: str = ""

    @property
    def outside(self) -> bool:
        return bool(self.place)


@dataclass(frozen=True, slots=True)
class NoteWish:
    """A step that somebody saw done: how, when, in words."""

    referral: str
    step: str  # sent | seen | told
    how: str
    on: date
    words: str = ""
    expect: int | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class EndWish:
    """An end before the loop is closed; `decided_by` is the clinician who decided it."""

    referral: str
    end: str  # declined | not-needed | elsewhere
    reason: str
    decided_by: str
    decided_name: str
    expect: int | None = None
    key: str = ""
