"""Every write of the coverage room."""

from typing import Any

from waypost.access import scopes
from waypost.access.acting import action
from waypost.access.permissions import Permission
from waypost.coverage import edits
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day
from waypost.records import queries
from waypost.records.versions import Version
from waypost.registry.amending import Change, amend, file_once

Json = dict[str, Any]


@action(Permission.COVERAGE_EDIT)
def add_coverage(ctx: Context, patient: str, resource: Json, *, wish: str = "") -> Version:
    """Add a coverage or self-pay."""
    scope = scopes.for_patient(ctx, patient, level="contact", what="Coverage")
    return file_once(ctx, scope, resource, wish)


@action(Permission.COVERAGE_EDIT)
def amend_coverage(ctx: Context, patient: str, id: str, seen: int, change: Change) -> Version:
    """Change or end a coverage."""
    return amend(
        ctx,
        scopes.for_patient(ctx, patient, level="contact", what=f"Coverage/{id}"),
        "Coverage",
        id,
        seen,
        change,
    )


@action(Permission.COVERAGE_EDIT)
def set_guarantor(
    ctx: Context, patient: str, account: str, seen: int, party: str, *, wish: str = ""
) -> Version:
    """Say who pays what coverage does not (`party`: a reference, '' for nobody any more); the first makes the Account."""
    scope = scopes.for_patient(
        ctx, patient, level="contact", what=f"Account/{account}" if account else "Account"
    )
    today = local_day(ctx.now, ctx.zone)
    if not account:
        return file_once(ctx, scope, edits.account(patient, None, party, today), wish)
    return amend(ctx, scope, "Account", account, seen, lambda old: edits.account(patient, old, party, today))


@action(Permission.COVERAGE_EDIT)
def record_said(ctx: Context, patient: str, id: str, said: edits.AnswerWish, *, wish: str = "") -> Version:
    """Keep what a payer said of a coverage when someone asked by phone or on its site."""
    scope = scopes.for_patient(ctx, patient, level="contact", what=f"Coverage/{id}")
    coverage = queries.read(scope, "Coverage", id).resource
    return file_once(ctx, scope, edits.answer(patient, coverage, said), wish)
