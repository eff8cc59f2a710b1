"""The typed contexts of the schedule's templates."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

from waypost.web.pages import Page
from waypost.web.parts import Act, Band, Status, TimeRow

SERIES_FIELDS = ("repeat", "times", "skip_taken")


@dataclass(frozen=True, slots=True)
class Chip:
    label: str
    url: str
    on: bool


@dataclass(frozen=True, slots=True)
class ChipGroup:
    label: str
    chips: tuple[Chip, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardFact:
    """One line of a card: label, optional status, words, optional link."""

    label: str
    value: str
    status: Status | None = None
    url: str = ""
    link: str = ""


@dataclass(frozen=True, slots=True)
class Instead:
    """A button that books another time with all that was typed."""

    value: str
    label: str


@dataclass(frozen=True, slots=True)
class Apart:
    """A visit of a series that cannot come along, and what may become of it."""

    name: str
    label: str
    why: str
    options: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class BookCard:
    action: str
    heading: str
    form: Any
    facts: Sequence[CardFact]
    hidden: Sequence[tuple[str, str]]
    verb: str = "Book"
    say: str = ""
    say_translated: str = ""
    say_language: str = ""
    say_code: str = "en"
    other_acts: Sequence[tuple[str, str]] = ()
    next_best: Sequence[Instead] = ()
    taken_said: str = ""
    apart: Sequence[Apart] = ()
    hours: Sequence[Instead] = ()  # at which the whole series is free
    over: Any = None  # OverCard: books over what is taken
    focus_button: bool = False

    @property
    def fields(self) -> list[Any]:
        return [field for field in self.form.visible_fields() if field.name not in SERIES_FIELDS]

    @property
    def repeat_fields(self) -> list[Any]:
        return [field for field in self.form.visible_fields() if field.name in SERIES_FIELDS]

    @property
    def repeats(self) -> bool:
        return bool(self.form.is_bound and self.form.data.get("repeat"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """A group that is booked and has room."""

    when: str
    places: str
    with_whom: str
    url: str
    join_url: str = ""
    form: Any = None  # what is asked before somebody joins
    hidden: Sequence[tuple[str, str]] = ()
    open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class TimesPage(Page):
    """Find times, with the booking card of the chosen one."""

    template: ClassVar[str] = "waypost/schedule/times.html"
    place: str = "schedule"
    action: str
    subtitle: str = ""
    band: Band | None = None
    notice: Status | None = None
    kept: Sequence[tuple[str, str]] = ()
    visit_name: str = ""
    visit_names: Sequence[str] = ()
    locked: bool = False
    several: Sequence[Act] = ()
    kind: Any = None
    takes: str = ""
    order_said: str = ""
    groups: Sequence[ChipGroup] = ()
    people: Sequence[tuple[str, str]] = ()
    narrow: Any = None  # Panel: several providers, a room, a device, days, hours
    people_hint: str = ""
    anyone: str = "Anyone"
    who: str = ""
    more_acts: Sequence[Act] = ()
    rows: Sequence[TimeRow] = ()
    others: Sequence[TimeRow] = ()
    more_url: str = ""
    count_said: str = ""
    count_note: str = ""
    relax: Sequence[Act] = ()
    empty_why: str = ""
    empty_what: str = ""
    card: BookCard | None = None
    needs_patient: str = ""  # '' | yes | now: nothing but the patient is missing
    patient: str = ""
    all_kept: Sequence[tuple[str, str]] = ()
    sessions: Sequence[Session] = ()
    over_time: Any = None  # OverTime: asks for a time that is not free
    wait: Any = None  # WaitCard: puts the patient on the waitlist


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAct:
    """An act of the visit page: a link, or a button that posts."""

    label: str
    url: str
    key: str = ""
    primary: bool = False
    post: bool = False
    hidden: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ReasonCard:
    """A form that asks why: cancel, no-show."""

    title: str
    url: str
    verb: str
    form: Any
    keep: str = "Keep the visit"


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterCard:
    said: str
    url: str
    ics_url: str
    hard: str = ""
    print_url: str = ""  # notes in the record that it was printed; '' where the reader sends nothing
    patient: str = ""
    slip_url: str = ""
    labels_url: str = ""
    ask_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    status: Status
    said: str
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Seat:
    """One patient of a group, and where to take them off its roster; `last`: the group ends with them."""

    name: str
    ids: str
    url: str
    patient: str
    leave_url: str
    last: bool
    expect: int
    reason: str = ""  # their own, said when they joined
    letter: LetterCard | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class VisitPage(Page):
    template: ClassVar[str] = "waypost/schedule/visit.html"
    place: str = "schedule"
    status: Status
    note: str
    here: str
    band: Band | None = None
    say: str = ""
    say_translated: str = ""
    say_language: str = ""
    say_code: str = "en"
    acts: Sequence[PageAct] = ()
    facts: Sequence[CardFact] = ()
    stops: Sequence[tuple[str, str, str]] = ()
    roster: Sequence[Seat] = ()
    roster_said: str = ""
    series: Sequence[Act] = ()
    series_said: str = ""
    cancel: ReasonCard | None = None
    letter: LetterCard | None = None
    letter_note: str = ""
    requests: Sequence[Any] = ()  # RequestRow: interpreter and ride, each with its acts
    deliveries: Sequence[Sent] = ()
    mail_said: str = ""
    history: Sequence[tuple[str, str]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxRow:
    status: Status
    what: str
    whom: str
    why: str
    visit_url: str
    language: str = "en"
    subject: str = ""
    body: str = ""
    again_url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OutboxPage(Page):
    template: ClassVar[str] = "waypost/schedule/outbox.html"
    place: str = "schedule"
    note: str
    notice: str = ""
    rows: Sequence[OutboxRow] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPage(Page):
    """A page that is one form: an outside appointment, a series."""

    template: ClassVar[str] = "waypost/schedule/form.html"
    place: str = "schedule"
    action: str
    form: Any
    verb: str
    back: str
    hint: str = ""
    band: Band | None = None
    hidden: Sequence[tuple[str, str]] = ()
