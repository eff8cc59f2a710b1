"""What a letter, an e-mail or a calendar file may draw on: plain values, already decided."""

from dataclasses import dataclass
from datetime import date, datetime

LANGUAGES = ("en", "es")


@dataclass(frozen=True, slots=True)
class Clinic:
    """Who writes: the site the patient comes to."""

    name: str
    site: str
    address: tuple[str, ...]
    phone: str  # as printed, for instance (202) 555-0100
    zone: str
    email: str = ""


@dataclass(frozen=True, slots=True)
class Recipient:
    """To whom: two identifiers, the written language, and where the letter goes."""

    name: str
    mrn: str  # as printed: 004 182
    born: date | None
    language: str  # en | es
    address: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        assert self.language in LANGUAGES


@dataclass(frozen=True, slots=True)
class Stop:
    """One station of the day, in order."""

    starts: datetime
    ends: datetime
    what: str
    with_whom: str = ""
    where: str = ""
    phone: str = ""  # only where it is not the clinic's own


@dataclass(frozen=True, slots=True)
class Visit:
    """The visit the letter is about, with what hangs on it."""

    id: str
    version: int
    arrive_at: datetime
    starts: datetime
    ends: datetime
    status: str  # Appointment.status
    stops: tuple[Stop, ...]
    preparation: str | None = (
        ""  # in the recipient's language; None where there is one, but not in that language
    )
    note: str = ""
    interpreter: str = ""  # '' | requested | accepted | rejected
    interpreter_language: str = ""  # as printed in the recipient's language
    ride: str = ""  # '' | requested | accepted | rejected
    telehealth: bool = False
    outside: bool = False
    other_stops: tuple[Stop, ...] = ()  # the same day, other visits
    home_zone: str = ""  # where the patient lives; '' where that is not known
    day_begins: datetime | None = None  # when to arrive for the first of the day's visits here, where that is earlier

    @property
    def first_arrival(self) -> datetime:
        return min(self.arrive_at, self.day_begins) if self.day_begins else self.arrive_at
