"""Patients by the FHIR door: filed as they came, with what the desk would do besides."""

from typing import Any

from waypost.access.acting import action
from waypost.access.permissions import Permission
from waypost.coordination import deceased, filing
from waypost.formats.fhir import text as fhir_text
from waypost.kernel.context import Context
from waypost.records import actions as records
from waypost.records.search.plan import Plan
from waypost.records.versions import Version
from waypost.registry.numbers import numbered

Resource = dict[str, Any]


@action(Permission.RECORD_FILE)
def create(ctx: Context, resource: str, kind: str, unless: Plan | None = None) -> tuple[Version, bool]:
    """File a new Patient under a record number."""
    if unless is not None:
        found = filing.matched(ctx, unless)
        if found is not None:
            return found, False
    text = numbered(ctx.tenant, resource, fhir_text.parse(resource), None)
    return records.file_last(ctx, text, id=filing.fresh_id(ctx, text)), True


@action(Permission.RECORD_FILE)
def update(
    ctx: Context, resource: str, kind: str, id: str, expect: int | None = None, *, only_new: bool = False
) -> Version:
    """File the next version; the record number stays, and a death stops what was to come."""
    before = filing.check_may_change(ctx, kind, id)
    known = before.resource if before is not None else None
    content = fhir_text.parse(resource)
    text = numbered(ctx.tenant, resource, content, known)
    with filing.precondition(expect):
        if known is not None and is_dead(content) and not is_dead(known):
            if expect is not None and before is not None and before.version != expect:
                raise filing.Stale
            deceased.stop_what_was_to_come(ctx, id)
        return records.file(ctx, text, id=id, expect=0 if only_new else expect)


def is_dead(patient: Resource) -> bool:
    return patient.get("deceasedBoolean") is True or "deceasedDateTime" in patient


def stands_alone(text: str) -> bool:
    """Whether a Patient in a transaction needs more than to be filed with the others: it may say that someone died."""
    return '"deceased' in text
