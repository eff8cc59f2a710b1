"""Opening a document of a chart: its words in place, anything else as a file."""

import base64
import binascii
from dataclasses import dataclass
from typing import Any

from waypost.access import scopes
from waypost.chart.queries import names
from waypost.chart.rules.documents import Document, document
from waypost.chart.rules.words import Reading, first
from waypost.coordination.patients import reading_of
from waypost.kernel.context import Context
from waypost.kernel.scope import Scope
from waypost.records import queries
from waypost.records.problems import NotFound

Json = dict[str, Any]

SHOWN_BYTES_MAX = 200_000
READABLE = frozenset({"text/plain", "text/markdown", "text/csv"})
INLINE = frozenset({"application/pdf", "image/png", "image/jpeg", "image/gif"})


@dataclass(frozen=True, slots=True)
class Paper:
    """A document with what it holds."""

    document: Document
    words: str  # of a text, '' where it is no text
    mime: str
    data: bytes
    elsewhere: str  # the address of what is kept outside, '' where it is here

    @property
    def inline(self) -> bool:
        """Return whether a browser may show it: what could hold a script is only handed out as a file."""
        return self.mime in INLINE


def open_paper(ctx: Context, patient: str, id: str) -> Paper:
    """Return one document of the patient's. Raises NotFound where it is another's."""
    scope = scopes.for_patient(ctx, patient, what=f"DocumentReference/{id}")
    version = queries.read(scope, "DocumentReference", id)
    resource = version.resource
    if (resource.get("subject") or {}).get("reference") != f"Patient/{patient}":
        raise NotFound
    plain = reading_of(ctx)
    reading = Reading(plain.today, plain.zone, names(scope, [resource]))
    attachment: Json = (first(resource.get("content")) or {}).get("attachment", {})
    mime = attachment.get("contentType", "").partition(";")[0].strip().lower()
    data, elsewhere = _data(scope, attachment)
    words = (
        data[:SHOWN_BYTES_MAX].decode("utf-8", "replace") if mime in READABLE or (data and not mime) else ""
    )
    return Paper(document(resource, reading), words, mime, data, elsewhere)


def _data(scope: Scope, attachment: Json) -> tuple[bytes, str]:
    """Return what an attachment holds: its own bytes, those of a Binary that is here, or the address elsewhere."""
    text, url = attachment.get("data", ""), attachment.get("url", "")
    if not text and url.startswith("Binary/"):
        found = queries.read_or_none(scope, "Binary", url.partition("/")[2].partition("/")[0])
        text, url = (found.resource.get("data", ""), "") if found else ("", url)
    try:
        return base64.b64decode(text, validate=False), "" if text else url
    except binascii.Error:
        return b"", url
