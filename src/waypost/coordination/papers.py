"""Opening a document of a chart, as its page shows it."""

from dataclasses import dataclass

from waypost.chart.documents.queries import Opened, look_at, open_document
from waypost.chart.documents.reading import patient_of
from waypost.chart.queries import names
from waypost.chart.rules.documents import Document, document
from waypost.chart.rules.words import Reading
from waypost.coordination.patients import reading_of
from waypost.formats.papers.looking import Look
from waypost.kernel.context import Context
from waypost.kernel.problem import Problem
from waypost.records.problems import NotFound


@dataclass(frozen=True, slots=True)
class Paper:
    """A document with what it holds, and why that is not shown where it is not."""

    document: Document
    opened: Opened
    look: Look | None
    problem: Problem | None


def open_paper(ctx: Context, patient: str, id: str) -> Paper:
    """Return one document of the patient's. Raises NotFound where it is another's."""
    opened = open_document(ctx, id, patient=patient)
    if patient_of(opened.resource) != patient:
        raise NotFound
    return Paper(told(ctx, opened), opened, *look_at(opened))


def told(ctx: Context, opened: Opened) -> Document:
    """Return a document as one line."""
    plain = reading_of(ctx)
    return document(opened.resource, Reading(plain.today, plain.zone, names(opened.scope, [opened.resource])))
