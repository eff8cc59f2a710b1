"""The typed contexts of the templates in `waypost/parts/`: what each part needs, no more."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Act:
    """A link that does the next thing. The first of several is the primary one."""

    label: str
    url: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class Status:
    """Said three times: word, shape, colour. Kinds: late ▲, soon ◆, info ■ (planned), ok ● and '' ● (quiet)."""

    kind: str
    word: str


@dataclass(frozen=True, slots=True)
class Fact:
    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Band:
    """The patient band. `birth` and `age` are words; `phone` and `mrn` are as recorded."""

    name: str
    birth: str
    mrn: str
    initials: str = "?"
    age: str = ""
    pronouns: str = ""
    name_alert: str = ""
    phone: str = ""
    phone_note: str = ""
    url: str = ""
    facts: Sequence[Fact] = ()
    status: Status | None = None
    acts: Sequence[Act] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Item:
    """One line of work: status, what, whom (two identifiers), the one next act, why."""

    status: Status
    what: str
    whom: str = ""
    why: str = ""
    url: str = ""
    act: Act | None = None
    note: str = ""
    acts: Sequence[Act] = ()


@dataclass(frozen=True, slots=True)
class StripPart:
    kind: str  # room | dev | doc | nurse | '' (a gap)
    label: str
    percent: float


@dataclass(frozen=True, slots=True)
class Strip:
    """Minutes to scale. `said` tells a screen reader the same."""

    said: str
    parts: Sequence[StripPart]


@dataclass(frozen=True, slots=True, kw_only=True)
class TimeRow:
    day: str
    hours: str
    place: str
    why: str
    url: str
    strip: Strip
    status: Status | None = None
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    icon: str
    word: str
    always: bool = False  # shown however narrow the card is


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardVisit:
    """A visit on a board; `top` and `height` in pixels, `kind` '' | done | here | risk."""

    top: int
    height: int
    url: str
    name: str
    line: str
    said: str
    kind: str = ""
    marks: Sequence[Mark] = ()
