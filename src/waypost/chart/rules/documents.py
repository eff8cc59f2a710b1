"""Documents: what lies in the chart, from whom and of when."""

from collections.abc import Iterable
from dataclasses import dataclass

from waypost.chart.rules.words import Json, Reading, concept, first, source

_FORMATS = {
    "application/pdf": "PDF", "text/plain": "text", "text/html": "web page", "text/xml": "C-CDA", "application/xml": "C-CDA",
    "image/tiff": "fax", "image/jpeg": "picture", "image/png": "picture", "application/json": "data",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Document:
    """One document of the chart."""

    id: str
    name: str
    source: str
    format: str
    unfinished: bool


def document(resource: Json, reading: Reading) -> Document:
    """Return a DocumentReference as one line."""
    attachment = (first(resource.get("content")) or {}).get("attachment", {})
    context = resource.get("context") or {}
    dated = resource.get("date") or attachment.get("creation") or (context.get("period") or {}).get("start")
    name = resource.get("description") or attachment.get("title") or concept(resource.get("type"))
    mime = attachment.get("contentType", "").partition(";")[0]
    return Document(
        id=resource.get("id", ""),
        name=name or "Document without a title",
        source=source(resource, dated, reading),
        format=_FORMATS.get(mime) or mime,
        unfinished=resource.get("docStatus") == "preliminary",
    )


def documents(resources: Iterable[Json], reading: Reading) -> tuple[Document, ...]:
    """Return documents that stand, newest first."""
    standing = [
        r
        for r in resources
        if r.get("status", "current") == "current" and r.get("docStatus") != "entered-in-error"
    ]
    standing.sort(key=lambda r: str(r.get("date") or ""), reverse=True)
    return tuple(document(r, reading) for r in standing)
