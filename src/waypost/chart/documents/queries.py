"""Reading documents: one with its bytes, and those that wait to be filed."""

from dataclasses import dataclass
from typing import Any

from waypost.access import scopes
from waypost.chart.documents import opening
from waypost.chart.documents.limits import INBOX_ROWS_MAX
from waypost.chart.documents.problems import NotOnFile
from waypost.chart.documents.reading import attachment_of, binary_of
from waypost.formats.papers.looking import Look
from waypost.kernel.context import Context
from waypost.kernel.problem import Problem
from waypost.kernel.scope import Scope
from waypost.records import outside
from waypost.records import queries as records
from waypost.records.queries import COLUMNS
from waypost.records.versions import Version

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Opened:
    """A document with what it holds. `elsewhere` is the address of what is kept outside, '' where it is here."""

    scope: Scope
    version: Version
    data: bytes
    elsewhere: str = ""

    @property
    def id(self) -> str:
        return self.version.id

    @property
    def resource(self) -> Json:
        return self.version.resource


def open_document(ctx: Context, id: str, *, patient: str | None = None) -> Opened:
    """Return a document with its bytes; the look is audited.

    `patient` is whose chart it is looked for in. Raises what the making of a scope does, and NotFound.
    """
    scope = (
        scopes.for_patient(ctx, patient, what=f"DocumentReference/{id}")
        if patient
        else scopes.for_resource(ctx, "DocumentReference", id)
    )
    version = records.read(scope, "DocumentReference", id)
    return Opened(scope, version, *bytes_of(ctx, version.resource))


def bytes_of(ctx: Context, resource: Json) -> tuple[bytes, str]:
    """Return what a document holds: its own bytes, those of a Binary that is here, or the address elsewhere."""
    attachment = attachment_of(resource)
    data, url, binary = outside.data_of(ctx.tenant, attachment), str(attachment.get("url") or ""), binary_of(resource)
    if not data and binary:
        held = records.read_or_none(scopes.for_binary(ctx, binary), "Binary", binary)
        data, url = (outside.data_of(ctx.tenant, held.resource), "") if held else (b"", url)
    return data, "" if data else url


def look_at(opened: Opened) -> tuple[Look | None, Problem | None]:
    """Return what a document's bytes are, or why they are not shown: what came by another door may be anything."""
    if not opened.data:
        return None, NotOnFile(opened.elsewhere)
    try:
        return opening.look(opened.data), None
    except Problem as problem:
        return None, problem


@dataclass(frozen=True, slots=True)
class Inbox:
    """Those that wait to be filed, the oldest first, and how many more there are than are shown."""

    versions: tuple[Version, ...]
    many: int


def inbox(scope: Scope, *, patient: str | None = None) -> Inbox:
    """Return the documents in scope that nobody has filed, of one chart or of all."""
    of_one = " AND u.patient = %s" if patient else ""
    found = records.rows(
        scope,
        f"SELECT {COLUMNS}, count(*) OVER () FROM chart_unfiled u"
        " JOIN records_current c ON c.tenant = u.tenant AND c.type = 'DocumentReference' AND c.id = u.id"
        " JOIN records_version v ON v.tenant = c.tenant AND v.type = c.type AND v.id = c.id AND v.version = c.version"
        f" WHERE u.tenant = %s{of_one} AND NOT c.deleted AND ({scope.where}) ORDER BY u.at, u.id LIMIT %s",
        [scope.tenant, *([patient] if patient else []), *scope.params, INBOX_ROWS_MAX],
    )
    return Inbox(tuple(Version(*row[:-1]) for row in found), found[0][-1] if found else 0)
