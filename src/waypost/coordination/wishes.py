"""What the doors ask for, parsed, not yet granted."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from waypost.scheduling.queries import FindWish

# Which visits of a series a change is meant for.
ONE, REST, ALL = "one", "rest", "all"


@dataclass(frozen=True, slots=True)
class BookingWish:
    """A visit to be booked, or held. `key` is the sender's id for this wish: sent twice, it is booked once."""

    patient: str
    visit_type: str
    start: datetime
    chosen: Mapping[int, str] = field(
        default_factory=dict[int, str]
    )  # step -> 'Practitioner/x'; the rest is chosen
    named: tuple[str, ...] = ()  # must take part, whichever step is theirs
    site: str | None = None  # 'Location/x'
    key: str = ""
    reason: str = ""
    order: str | None = None  # id of the ServiceRequest
    order_told: str = ""  # who ordered it and when, where no order is on record yet: one is filed as a draft
    staff_note: str = ""
    patient_note: str = ""
    interpreter: str = ""  # what to ask for, in words: 'Spanish, on site'; '' for none
    ride: str = ""  # 'Wheelchair van from home'; '' for none
    telehealth: bool = False
    hold: bool = False  # for 15 minutes, while the caller makes up their mind
    override: str = ""  # a supervisor's reason
    sought: FindWish | None = None  # what the list was narrowed by; the next best times keep to it
    waiting: str = ""  # id of the Appointment on the waitlist that this books


@dataclass(frozen=True, slots=True)
class WaitWish:
    """A visit that finds no time yet. `sought` holds the constraints by name, `said` the same in words."""

    patient: str
    visit_type: str
    sought: Mapping[str, str] = field(default_factory=dict[str, str])
    said: str = ""
    named: tuple[str, ...] = ()
    until: datetime | None = None
    reason: str = ""
    order: str | None = None
    staff_note: str = ""
    key: str = ""


@dataclass(frozen=True, slots=True)
class SeatWish:
    """What is said and asked for of one patient who joins a group; words as in BookingWish."""

    reason: str = ""
    order: str | None = None
    order_told: str = ""
    interpreter: str = ""
    ride: str = ""


@dataclass(frozen=True, slots=True)
class MoveWish:
    """`expect` is the version that was seen; of a series, 'rest' and 'all' shift the others by as much.

    Of the others, those in `leave` stay where they are, and those in `apart` go to a start of their own.
    """

    appointment: str
    start: datetime
    chosen: Mapping[int, str] = field(default_factory=dict[int, str])
    named: tuple[str, ...] = ()
    site: str | None = None
    telehealth: bool | None = None  # None: as it was
    reach: str = ONE
    leave: frozenset[str] = frozenset()
    apart: Mapping[str, datetime] = field(default_factory=dict[str, datetime])
    code: str = ""  # who asked for it: patient | provider | clinic | other
    reason: str = ""
    override: str = ""
    sought: FindWish | None = None
    expect: int | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class LengthWish:
    """A visit, or time kept free, is to end at another time; `expect` is the version that was seen."""

    appointment: str
    end: datetime
    expect: int | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class CancelWish:
    appointment: str
    code: str = ""  # patient | provider | weather | other
    reason: str = ""
    reach: str = ONE
    expect: int | None = None
    key: str = ""


@dataclass(frozen=True, slots=True)
class SeriesWish:
    """The first visit and how it repeats: `count` visits, every so many days, at the same hour of the clinic's clock."""

    first: BookingWish
    count: int
    every_days: int = 7
    leave_out: tuple[datetime, ...] = ()  # starts that are to be skipped
    skip_taken: bool = False  # leave out by itself what is not free
