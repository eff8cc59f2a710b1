"""Every write of the chart room: problems, medications as taken, allergies."""

from typing import Any

from waypost.access import scopes
from waypost.access.acting import action
from waypost.access.permissions import Permission
from waypost.kernel.context import Context
from waypost.records.versions import Version
from waypost.registry.amending import Change, amend, file_once

Json = dict[str, Any]

KINDS = frozenset({"Condition", "MedicationStatement", "AllergyIntolerance"})


@action(Permission.CHART_WRITE)
def add_clinical(ctx: Context, patient: str, resource: Json, *, wish: str = "") -> Version:
    """Add a problem, a medication that is taken, or an allergy (or that none is known)."""
    assert resource["resourceType"] in KINDS
    scope = scopes.for_patient(ctx, patient, what=resource["resourceType"])
    return file_once(ctx, scope, resource, wish)


@action(Permission.CHART_WRITE)
def amend_clinical(ctx: Context, patient: str, kind: str, id: str, seen: int, change: Change) -> Version:
    """Change or end one of them."""
    assert kind in KINDS
    return amend(ctx, scopes.for_patient(ctx, patient, what=f"{kind}/{id}"), kind, id, seen, change)
