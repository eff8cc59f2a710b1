"""Amending people: the actions behind the edit forms of the patient page."""

from collections.abc import Callable
from typing import Any

from waypost.access import scopes
from waypost.access.acting import action
from waypost.access.permissions import Permission
from waypost.formats.fhir import text as fhir_text
from waypost.kernel.context import Context
from waypost.kernel.scope import Scope
from waypost.records import actions as records
from waypost.records import queries
from waypost.records.problems import Stale
from waypost.records.versions import Version
from waypost.records.wishes import once

Json = dict[str, Any]
Change = Callable[[Json], Json]


def amend(ctx: Context, scope: Scope, kind: str, id: str, seen: int, change: Change) -> Version:
    """File what `change` makes of the newest version, which must be the one that was seen. Inside an action only.

    Numbers keep their spelling. A change that changes nothing files nothing.
    """
    newest = queries.read(scope, kind, id)
    if newest.version != seen:
        raise Stale
    before = fhir_text.parse(newest.text)
    after = change(before)
    if after == before:
        return newest
    return records.file(ctx, fhir_text.dumps(after), id=id, expect=seen)


def file_once(ctx: Context, scope: Scope, resource: Json, wish: str) -> Version:
    """File a new resource; the same wish sent again (a double click, a form sent twice) answers with the first."""
    made: list[Version] = []

    def do() -> dict[str, str]:
        made.append(records.file(ctx, resource))
        return {"type": made[0].type, "id": made[0].id}

    answer = once(f"form:{wish}", do) if wish else do()
    return made[0] if made else queries.read(scope, answer["type"], answer["id"])


@action(Permission.PATIENT_UPDATE)
def amend_patient(ctx: Context, patient: str, seen: int, change: Change) -> Version:
    """Change what is known of a patient."""
    return amend(ctx, scopes.for_patient(ctx, patient, level="contact"), "Patient", patient, seen, change)


@action(Permission.PATIENT_UPDATE)
def add_relation(ctx: Context, patient: str, resource: Json, *, wish: str = "") -> Version:
    """Add someone beside the patient: who may be told, a guardian, an emergency contact."""
    scope = scopes.for_patient(ctx, patient, level="contact", what="RelatedPerson")
    return file_once(ctx, scope, resource, wish)


@action(Permission.PATIENT_UPDATE)
def amend_relation(ctx: Context, patient: str, id: str, seen: int, change: Change) -> Version:
    """Change or end what someone beside the patient may do and hear."""
    scope = scopes.for_patient(ctx, patient, level="contact", what=f"RelatedPerson/{id}")
    return amend(ctx, scope, "RelatedPerson", id, seen, change)
