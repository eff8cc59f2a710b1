"""The care team, notes, and bringing back an earlier version: writes that no single room below owns."""

from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from waypost.access import scopes
from waypost.access.acting import action
from waypost.access.permissions import Permission, allowed
from waypost.access.problems import NotPermitted
from waypost.chart.rules.people import CARE_ROLES
from waypost.kernel.context import Context
from waypost.kernel.dates import write_moment
from waypost.records import actions as records
from waypost.records import queries
from waypost.records.problems import NotFound, Stale
from waypost.records.versions import Version
from waypost.registry.amending import amend, file_once

Json = dict[str, Any]

CARE_ROLE = "urn:waypost:care-role"
RESTORED_BY = {  # type -> who may bring an earlier version of it back by the page
    "Patient": Permission.PATIENT_UPDATE, "RelatedPerson": Permission.PATIENT_UPDATE, "Coverage": Permission.COVERAGE_EDIT,
    "Account": Permission.COVERAGE_EDIT,
    "CoverageEligibilityResponse": Permission.COVERAGE_EDIT, "CareTeam": Permission.CARE_TEAM_EDIT,
    "Condition": Permission.CHART_WRITE, "MedicationStatement": Permission.CHART_WRITE,
    "AllergyIntolerance": Permission.CHART_WRITE,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class MemberWish:
    """One place on the care team; `reference` is a Practitioner or RelatedPerson."""

    role: str
    reference: str
    name: str


def with_member(team: Json, wish: MemberWish) -> Json:
    """Return a CareTeam with one more member. A new lead coordinator or PCP takes the place of the old one."""
    made = deepcopy(team)
    every = made.get("participant", [])
    if wish.role in {"coordinator", "pcp"}:
        every = [p for p in every if wish.role not in _roles(p)]
    every = [p for p in every if (p.get("member") or {}).get("reference") != wish.reference]
    coding = {"system": CARE_ROLE, "code": wish.role, "display": CARE_ROLES.get(wish.role, wish.role)}
    member = {"reference": wish.reference, "display": wish.name}
    made["participant"] = [*every, {"role": [{"coding": [coding]}], "member": member}]
    return made


def without_member(team: Json, reference: str) -> Json:
    """Return a CareTeam that someone has left."""
    made = deepcopy(team)
    made["participant"] = [
        p for p in made.get("participant", ()) if (p.get("member") or {}).get("reference") != reference
    ]
    if not made["participant"]:
        del made["participant"]
    return made


def _roles(participant: Json) -> set[str]:
    return {c.get("code", "") for r in participant.get("role", ()) for c in r.get("coding", ())}


@action(Permission.CARE_TEAM_EDIT)
def join_team(ctx: Context, patient: str, team: str, seen: int, wish: MemberWish) -> Version:
    """Put someone on the care team; the first member makes the team."""
    scope = scopes.for_patient(ctx, patient, what="CareTeam")
    if team:
        return amend(ctx, scope, "CareTeam", team, seen, lambda old: with_member(old, wish))
    fresh = {"resourceType": "CareTeam", "status": "active", "subject": {"reference": f"Patient/{patient}"}}
    return records.file(ctx, with_member(fresh, wish))


@action(Permission.CARE_TEAM_EDIT)
def leave_team(ctx: Context, patient: str, team: str, seen: int, reference: str) -> Version:
    """Take someone off the care team."""
    scope = scopes.for_patient(ctx, patient, what="CareTeam")
    return amend(ctx, scope, "CareTeam", team, seen, lambda old: without_member(old, reference))


@action(Permission.TASK_WORK)
def add_note(ctx: Context, patient: str, words: str, *, wish: str = "") -> Version:
    """Keep a note among colleagues in the chart."""
    scope = scopes.for_patient(ctx, patient, what="Communication")
    note: Json = {
        "resourceType": "Communication",
        "status": "completed",
        "category": [{"coding": [{"system": "urn:waypost:contact", "code": "note", "display": "Note"}]}],
        "topic": {"text": "Note"},
        "subject": {"reference": f"Patient/{patient}"},
        "sent": write_moment(ctx.now),
        "payload": [{"contentString": words}],
    }
    if ctx.actor.practitioner:
        note["sender"] = {"reference": f"Practitioner/{ctx.actor.practitioner}", "display": ctx.actor.name}
    return file_once(ctx, scope, note, wish)


@action(Permission.UNDO)
def restore_version(ctx: Context, patient: str, kind: str, id: str, version: int, seen: int) -> Version:
    """File an earlier version again as the newest. Only who may edit the type may; the version seen must still be the newest."""
    permission = RESTORED_BY.get(kind)
    if permission is None or not allowed(ctx.actor.roles, permission):
        raise NotPermitted
    level = "contact" if permission in {Permission.PATIENT_UPDATE, Permission.COVERAGE_EDIT} else "chart"
    scope = scopes.for_patient(ctx, patient, level=level, what=f"{kind}/{id}")
    newest = queries.history(scope, kind, id, count=1)
    if not newest:
        raise NotFound
    if newest[0].version != seen:
        raise Stale
    earlier = queries.vread(scope, kind, id, version)
    return records.file(ctx, earlier.text, id=id, expect=seen)
