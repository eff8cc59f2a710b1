"""The typed contexts of the patient's pages."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import ClassVar

from waypost.chart.rules.documents import Document
from waypost.chart.rules.results import Result
from waypost.coordination.facts import Fact
from waypost.coordination.papers import Paper
from waypost.coordination.patients import PatientView, TimelinePage
from waypost.kernel.problem import Problem
from waypost.web.pages import Page
from waypost.web.parts import Act, Band

KIND_WORDS = {
    "visits": "Visits", "contacts": "Contacts", "results": "Results", "problems": "Problems", "medications": "Medications",
    "orders": "Orders", "documents": "Documents", "tasks": "Tasks", "coverage": "Coverage",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fix:
    """A missing or contradictory fact with its key, or with who may turn it."""

    fact: Fact
    url: str  # '' where this reader's role may not
    whose: str = ""


@dataclass(frozen=True, slots=True)
class Chip:
    """One filter of the timeline."""

    kind: str
    word: str
    many: int
    on: bool


def chips(page: TimelinePage) -> tuple[Chip, ...]:
    """Return the filters, of kinds that have something, and 'All'."""
    total = sum(page.counts.values())
    made = [Chip("", "All", total, not page.kind)]
    made += [
        Chip(kind, word, page.counts.get(kind, 0), page.kind == kind)
        for kind, word in KIND_WORDS.items()
        if kind in page.counts or kind == page.kind
    ]
    return tuple(made)


@dataclass(frozen=True, slots=True, kw_only=True)
class PatientPage(Page):
    template: ClassVar[str] = "waypost/chart/patient.html"
    view: PatientView
    band: Band
    fixes: Sequence[Fix] = ()
    chips: Sequence[Chip] = ()
    may: frozenset[str] = frozenset()  # the edit forms that this reader's role may use
    survivor: Act | None = None
    reasons: Sequence[tuple[str, str, str]] = ()  # value, words, key
    visit_pages: bool = False
    itinerary: str = ""
    labels: str = ""  # where labels are printed; '' where this reader prints none


@dataclass(frozen=True, slots=True, kw_only=True)
class TimelineView(Page):
    template: ClassVar[str] = "waypost/chart/timeline.html"
    id: str
    band: Band | None
    timeline: TimelinePage
    chips: Sequence[Chip]
    may: frozenset[str] = frozenset()
    visit_pages: bool = False
    after: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class ResultsPage(Page):
    template: ClassVar[str] = "waypost/chart/results.html"
    id: str
    band: Band
    results: Sequence[Result] = field(default_factory=tuple)


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentPage(Page):
    template: ClassVar[str] = "waypost/chart/document.html"
    id: str
    band: Band
    paper: Paper
    to_file: bool = False
    came_from: Sequence[str] = ()  # the documents whose pages it was made of
    pages: Sequence[int] = field(default_factory=tuple)  # that have a picture
    words: str = ""
    inside: Sequence[str] = ()
    problem: Problem | None = None
    held: bool = False
    elsewhere: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentsPage(Page):
    template: ClassVar[str] = "waypost/chart/documents.html"
    id: str
    band: Band
    documents: Sequence[Document] = field(default_factory=tuple)
