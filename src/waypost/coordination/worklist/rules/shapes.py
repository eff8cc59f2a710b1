"""What a rule is given, and what it gives back."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from waypost.coordination.worklist.reading import RULE
from waypost.kernel.dates import local_day

Json = dict[str, Any]
Figures = Mapping[str, int]
SWITCH = RULE
FACT = "urn:waypost:fact"
APART = "apart"  # the key of the one fact of a resource that is about nobody yet


@dataclass(frozen=True, slots=True)
class Who:
    """A person who is to have the item: the patient's lead coordinator, a nurse."""

    reference: str
    name: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One piece of work that the facts ask for.

    `key` names the fact: as long as it is the same, what a person has completed stands.
    """

    key: str
    what: str  # imperative, as a clerk would say it
    why: str  # one sentence: fact, rule and clock; nothing in it changes by the clock alone
    due: datetime | None
    priority: str = "routine"
    pool: str = ""  # '' = the rule's own
    owner: Who | None = None
    focus: str = ""
    lane: str = ""  # where it is another than its kind's


@dataclass(frozen=True, slots=True)
class Again:
    """Look again at this instant: the answer may be another then, though nothing on record changes."""

    at: datetime


Answer = Item | Again


@dataclass(frozen=True, slots=True)
class Facts:
    """One patient's record as the rules see it at one instant; without a patient, one resource that is about nobody yet."""

    now: datetime
    zone: str
    patient: Json
    resources: Mapping[str, Sequence[Json]] = field(default_factory=dict)
    visit_types: Mapping[str, Json] = field(default_factory=dict)  # by code

    @property
    def today(self) -> date:
        return local_day(self.now, self.zone)

    @property
    def id(self) -> str:
        return self.patient.get("id", "")

    def all(self, kind: str) -> Sequence[Json]:
        return self.resources.get(kind, ())

    def start_of(self, day: date) -> datetime:
        """Return the first instant of a local day."""
        return datetime.combine(day, time.min, ZoneInfo(self.zone))

    def end_of(self, day: date) -> datetime:
        """Return the instant at which a local day is over."""
        return self.start_of(day + timedelta(days=1))


@dataclass(frozen=True, slots=True)
class Figure:
    """A number of a rule that a clinic may set."""

    code: str
    words: str
    default: int
    least: int
    most: int
    unit: str


Decide = Callable[[Facts, Figures], Iterator[Answer]]
Gone = Callable[[Facts, Json], str]


@dataclass(frozen=True, slots=True)
class Rule:
    """A dated row: what it makes, from what, for whom, by which source."""

    code: str
    name: str
    says: str  # what it makes and when that ends, for the page of rules
    kind: str  # of Task
    source: str
    pool: str
    reads: tuple[str, ...]
    decide: Decide
    gone: Gone  # what happened to the fact, given the Task that stood for it
    act: str = "chart"  # the act that most likely comes next: call | times | visit | chart | coverage | documents
    since: date = date(2026, 1, 1)
    until: date | None = None
    on: bool = True
    figures: tuple[Figure, ...] = ()
    own_only: bool = False  # another's work of the kind about the patient at large does not stand in for it
    apart: tuple[str, ...] = ()  # types that it also looks at where they are about no patient

    def stands(self, day: date) -> bool:
        return self.since <= day and (self.until is None or day <= self.until)

    def defaults(self) -> dict[str, int]:
        return {one.code: one.default for one in self.figures}


def key_of(task: Json) -> str:
    """Return the fact that a Task of a rule stands for."""
    return next((i.get("value", "") for i in task.get("identifier", ()) if i.get("system") == FACT), "")
