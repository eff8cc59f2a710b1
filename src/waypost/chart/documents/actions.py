"""Every write of documents: taken in, filed, set aside."""

import base64
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha1
from typing import Any

from waypost.access import scopes
from waypost.access.acting import action
from waypost.access.permissions import Permission, allowed
from waypost.access.problems import NotPermitted
from waypost.chart.documents import opening
from waypost.chart.documents.kinds import BY_CODE
from waypost.chart.documents.limits import JOINED_MAX, TITLE_CHARACTERS_MAX
from waypost.chart.documents.problems import (
    NothingToJoin,
    NothingToTakeApart,
    NotOnFile,
    NotToFile,
    WhoseIsIt,
)
from waypost.chart.documents.queries import Opened
from waypost.chart.documents.reading import entry, is_unfiled, patient_of, title_of
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
        return cls(data, opening.look(data), named(name))


@dataclass(frozen=True, slots=True)
class Filed:
    """What a person says of a document when filing it."""

    patient: str
    kind: str  # LOINC code
    title: str = ""
    day: date | None = None  # the document's own, where it has one


def named(name: str) -> str:
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
    elif not allowed(ctx.actor.roles, Permission.DOCUMENT_SORT):
        raise NotPermitted

    def do() -> Json:
        return {"id": keep(ctx, paper, patient=patient).id}

    return (once(f"paper:{wish}", do) if wish else do())["id"]


def keep(ctx: Context, paper: Paper, *, patient: str | None, more: Json | None = None, id: str = "") -> Version:
    """File a paper's bytes and its entry, and return the entry; `id` is of one whose place it takes. Inside an action only."""
    document, binary = id or str(ids.uuid7(ctx.now)), str(ids.uuid7(ctx.now))
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
    return records.file_many(ctx, [Filing(held, "Binary", binary), Filing(made | (more or {}), "DocumentReference", document)])[1]


@action(Permission.DOCUMENT_FILE)
def file_document(ctx: Context, id: str, seen: int, filed: Filed) -> Version:
    """File a document in a chart, as the kind that a person says it is. Raises Stale where it was changed meanwhile.

    Whoever may look at the inbox may put a document into any chart, as a letter into a box: that opens no chart.
    """
    scope = scopes.for_resource(ctx, "DocumentReference", id)
    if not filed.patient:
        raise WhoseIsIt
    kept = queries.read(scope, "DocumentReference", id).resource
    if not is_unfiled(kept):
        raise NotToFile
    if patient_of(kept) != filed.patient:
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


@dataclass(frozen=True, slots=True)
class Derived:
    """Papers made of pages of others: what is to be kept, and the documents whose pages they are, as they were seen."""

    papers: tuple[Paper, ...]
    sources: tuple[Opened, ...]


@dataclass(frozen=True, slots=True)
class Made:
    """The first of the documents that an act made."""

    id: str
    act: str
    many: int


def taken_apart(opened: Opened, parts: Sequence[Sequence[int]]) -> Derived:
    """Return the parts of a document, each of these pages (counted from 1). Outside any act: it takes a while."""
    if not opened.data:
        raise NotOnFile
    many = opening.look(opened.data).pages
    chosen = [[number for number in part if 1 <= number <= many] for part in parts]
    chosen = [part for part in chosen if part]
    if not chosen or chosen == [list(range(1, many + 1))]:
        raise NothingToTakeApart
    papers = []
    for number, part in enumerate(chosen, 1):
        data = opening.assemble([opened.data], [(0, page - 1) for page in part])
        papers.append(Paper(data, opening.look(data), f"{title_of(opened.resource)}, part {number} of {len(chosen)}"))
    return Derived(tuple(papers), (opened,))


def joined(opened: Sequence[Opened]) -> Derived:
    """Return one paper of all pages of several documents, in this order. Outside any act."""
    whose = {patient for one in opened if (patient := patient_of(one.resource))}
    if not 2 <= len(opened) <= JOINED_MAX or len(whose) > 1:
        raise NothingToJoin("They are of more than one patient." if len(whose) > 1 else "")
    if not all(one.data for one in opened):
        raise NotOnFile
    pages = [(at, page) for at, one in enumerate(opened) for page in range(opening.look(one.data).pages)]
    data = opening.assemble([one.data for one in opened], pages)
    return Derived((Paper(data, opening.look(data), title_of(opened[0].resource)),), tuple(opened))


@action(Permission.DOCUMENT_FILE)
def split(ctx: Context, derived: Derived) -> Made:
    """Keep the parts of a document as documents of their own; the whole stays in the record, as superseded."""
    return _derive(ctx, derived)


@action(Permission.DOCUMENT_FILE)
def join(ctx: Context, derived: Derived) -> Made:
    """Keep several documents as one; they stay in the record, as superseded."""
    return _derive(ctx, derived)


def _derive(ctx: Context, derived: Derived) -> Made:
    """File what was made of pages of other documents, each naming them. Raises Stale where one was changed meanwhile."""
    whose = next((patient for one in derived.sources if (patient := patient_of(one.resource))), None)
    for one in derived.sources:
        scopes.for_resource(ctx, "DocumentReference", one.id)
    more: Json = {
        "relatesTo": [
            {"code": "transforms", "target": {"reference": f"DocumentReference/{one.id}"}} for one in derived.sources
        ]
    }
    first = derived.sources[0].resource
    more |= {name: first[name] for name in ("author", "date") if name in first}
    made = [keep(ctx, paper, patient=whose, more=more) for paper in derived.papers]
    done = [
        amend(ctx, one.scope, "DocumentReference", one.id, one.version.version, lambda r: {**r, "status": "superseded"})
        for one in derived.sources
    ]
    return Made(made[0].id, str(done[0].act), len(made))
