"""Every write of documents: taken in, filed, set aside."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from hashlib import sha1
from typing import Any

from waypost.access import scopes
from waypost.access.acting import action
from waypost.access.permissions import Permission
from waypost.chart.documents import opening
from waypost.chart.documents.kinds import BY_CODE
from waypost.chart.documents.limits import TITLE_CHARACTERS_MAX
from waypost.chart.documents.problems import NotToFile, WhoseIsIt
from waypost.chart.documents.reading import entry, is_unfiled, patient_of
from waypost.formats.fhir.text import instant
from waypost.formats.papers.looking import Look
from waypost.kernel import ids
from waypost.kernel.context import Context
from waypost.records import actions as records
from waypost.records import queries
from waypost.records.versions import Filing, Version
from waypost.records.wishes import once
from waypost.registry.amending import amend

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Paper:
    """A file that was looked into and may be taken in."""

    data: bytes
    look: Look
    title: str

    @classmethod
    def read(cls, data: bytes, name: str) -> "Paper":
        """Look into a file. Raises the problem that says why it is not taken in. Outside any act: it takes a while."""
        return cls(data, opening.look(data), title_of(name))


@dataclass(frozen=True, slots=True)
class Filed:
    """What a person says of a document when filing it."""

    patient: str
    kind: str  # LOINC code
    title: str = ""
    day: date | None = None  # the document's own, where it has one


def title_of(name: str) -> str:
    """Return a file's name as a title: without folders and ending."""
    last = name.replace("\\", "/").rpartition("/")[2]
    stem, _, ending = last.rpartition(".")
    words = (stem if stem and len(ending) <= 5 else last).replace("_", " ")
    return " ".join("".join(c if c.isprintable() else " " for c in words).split())[:TITLE_CHARACTERS_MAX]


@action(Permission.DOCUMENT_FILE)
def take_in(ctx: Context, paper: Paper, *, patient: str | None = None, wish: str = "") -> str:
    """Keep a paper, for the chart of a patient that is open to the actor or for the inbox; return the document's id.

    It waits to be filed. The same wish sent again answers with the first document.
    """
    if patient is not None:
        scopes.for_patient(ctx, patient, what="DocumentReference")

    def do() -> Json:
        return {"id": keep(ctx, paper, patient=patient)}

    return (once(f"paper:{wish}", do) if wish else do())["id"]


def keep(ctx: Context, paper: Paper, *, patient: str | None, more: Json | None = None) -> str:
    """File a paper's bytes and its entry. Inside an action only."""
    document, binary = str(ids.uuid7(ctx.now)), str(ids.uuid7(ctx.now))
    held: Json = {
        "resourceType": "Binary",
        "id": binary,
        "contentType": paper.look.mime,
        "securityContext": {"reference": f"DocumentReference/{document}"},
        "data": base64.b64encode(paper.data).decode(),
    }
    made = entry(
        document,
        binary,
        mime=paper.look.mime,
        data=paper.data,
        sha1=base64.b64encode(sha1(paper.data, usedforsecurity=False).digest()).decode(),  # FHIR's Attachment.hash
        pages=paper.look.pages,
        title=paper.title,
        at=instant(ctx.now),
        patient=patient,
    )
    records.file_many(ctx, [Filing(held, "Binary", binary), Filing(made | (more or {}), "DocumentReference", document)])
    return document


@action(Permission.DOCUMENT_FILE)
def file_document(ctx: Context, id: str, seen: int, filed: Filed) -> Version:
    """File a document in a chart, as the kind that a person says it is. Raises Stale where it was changed meanwhile.

    Whoever may look at the inbox may put a document into any chart, as a letter into a box: that opens no chart.
    """
    scope = scopes.for_resource(ctx, "DocumentReference", id)
    if not filed.patient:
        raise WhoseIsIt
    before = patient_of(queries.read(scope, "DocumentReference", id).resource)
    if before != filed.patient:
        queries.read(scopes.for_patient(ctx, filed.patient, level="contact"), "Patient", filed.patient)
    return amend(ctx, scope, "DocumentReference", id, seen, _filing(filed))


def _filing(filed: Filed) -> Callable[[Json], Json]:
    def change(resource: Json) -> Json:
        kind = BY_CODE[filed.kind]
        made = {**resource, "docStatus": "final", "status": "current", "type": kind.concept}
        made["subject"] = {"reference": f"Patient/{filed.patient}"}
        made["description"] = filed.title or kind.word
        content = [dict(one) for one in resource.get("content") or ()]
        if content and filed.day:
            content[0]["attachment"] = {**content[0].get("attachment", {}), "creation": filed.day.isoformat()}
            made["content"] = content
        return made

    return change


@action(Permission.DOCUMENT_FILE)
def set_aside(ctx: Context, id: str, seen: int, why: str = "") -> Version:
    """Say that a document is not ours: it leaves the inbox and stays in the record, marked so."""
    scope = scopes.for_resource(ctx, "DocumentReference", id)

    def change(resource: Json) -> Json:
        if not is_unfiled(resource):
            raise NotToFile
        made = {**resource, "status": "entered-in-error"}
        if why:
            made["description"] = f"Not ours: {why}"[: TITLE_CHARACTERS_MAX * 2]
        return made

    return amend(ctx, scope, "DocumentReference", id, seen, change)
