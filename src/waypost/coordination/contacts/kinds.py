"""The words of contacts: channels, outcomes, reasons of a call, what is ticked before anything is told."""

from collections.abc import Iterable
from dataclasses import dataclass

CONTACT = "urn:waypost:contact"
OUTCOME = "urn:waypost:contact-outcome"
REASON = "urn:waypost:contact-reason"
EXTENSION = "urn:waypost:extension:"
MODE = "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode"
IDENTIFIERS_MIN = 2


@dataclass(frozen=True, slots=True)
class Channel:
    """A way of reaching somebody; `medium` is its v3-ParticipationMode."""

    code: str
    word: str
    medium: str


CHANNELS = (
    Channel("call", "Phone", "PHONE"),
    Channel("in-person", "In person", "FACE"),
    Channel("text", "Text", "SMSWRIT"),
    Channel("email", "E-mail", "EMAILWRIT"),
    Channel("letter", "Letter", "MAILWRIT"),
    Channel("video", "Video", "VIDEOCONF"),
)
CHANNEL = {one.code: one for one in CHANNELS}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a contact ended. `spoke`: somebody was there to speak to."""

    code: str
    word: str
    spoke: bool = False


REACHED = "reached"
WRONG_NUMBER = "wrong-number"
OUTCOMES = (
    Outcome(REACHED, "Reached", spoke=True),
    Outcome("no-answer", "No answer"),
    Outcome("voicemail", "Left a voicemail"),
    Outcome("busy", "Busy"),
    Outcome(WRONG_NUMBER, "Wrong number"),
    Outcome("third-party", "Someone else answered, told nothing", spoke=True),
    Outcome("declined", "Would not talk", spoke=True),
    Outcome("call-dropped", "Call dropped"),
    Outcome("no-interpreter", "No interpreter"),
)
OUTCOME_WORDS = {one.code: one.word for one in OUTCOMES}

IDENTIFIERS = (
    ("name", "Full name"),
    ("birth", "Birth date"),
    ("mrn", "Record number"),
    ("phone", "Phone on file"),
    ("address", "Address"),
)
TOPICS = (("visits", "Visits"), ("bills", "Bills"), ("clinical", "Health"), ("all", "Everything"))


@dataclass(frozen=True, slots=True)
class Reason:
    """What a call is about. `kinds`: the work it most likely belongs to."""

    code: str
    word: str
    kinds: frozenset[str] = frozenset()


REASONS = (
    Reason("visit", "Book or change a visit", frozenset({"book", "referral", "recall", "waitlist"})),
    Reason("confirm", "Confirm a visit", frozenset({"confirm"})),
    Reason("result", "A result", frozenset({"result"})),
    Reason("discharge", "After the hospital", frozenset({"discharge-call", "reconcile"})),
    Reason("medicine", "Medicine or refill"),
    Reason("bill", "Bill or coverage", frozenset({"coverage", "authorization"})),
    Reason("records", "Records or forms", frozenset({"records"})),
    Reason("help", "A ride or other help", frozenset({"ride", "social", "interpreter"})),
    Reason("unwell", "Feels unwell"),
    Reason("complaint", "Is upset or complains"),
    Reason("other", "Something else"),
)
REASON_WORDS = {one.code: one.word for one in REASONS}
OTHER = "other"


def reason_for(kind: str) -> str:
    """Return what a call about this kind of work is about."""
    return next((one.code for one in REASONS if kind in one.kinds), OTHER)


def by_of(roles: Iterable[str]) -> str:
    """Return as whom a contact counts: the licensed role where there is one, else clerk."""
    mine = frozenset(roles)
    return next((role for role in ("clinician", "nurse") if role in mine), "clerk")
