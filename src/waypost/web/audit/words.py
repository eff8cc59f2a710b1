"""An audit entry in words: who did what to whose record, by which door."""

from collections.abc import Mapping
from typing import Any

LOOKS = ("read", "read-chart", "open-chart", "search", "worklist", "duplicates", "merge", "print")
CHANGES = ("create", "update", "delete", "import", "account.make", "account.change", "clinic.make", "token.issue")
KINDS: dict[str, tuple[str, tuple[str, ...]]] = {
    "looks": ("Looks and searches", LOOKS), "changes": ("Changes", CHANGES), "reasons": ("Charts opened with a reason", ("open-chart",)),
    "refusals": ("Refusals", ("refuse",)), "accounts": ("Accounts and tokens", ("account.make", "account.change", "clinic.make", "token.issue")),
    "audit": ("Looks at the audit", ("read-audit", "export-audit", "verify-audit")),
}  # fmt: skip
VERBS = {
    "read": "looked at", "read-chart": "looked in the chart at", "search": "searched", "create": "added", "update": "changed",
    "delete": "removed", "refuse": "was refused", "open-chart": "opened a closed chart", "worklist": "looked at the worklist",
    "duplicates": "was shown likely duplicates", "merge": "compared two records to merge", "import": "imported", "export": "exported",
    "account.make": "made an account", "account.change": "changed an account", "clinic.make": "made the clinic",
    "token.issue": "gave out a token", "deliver": "sent out", "rule": "applied a rule to", "reindex": "rebuilt what is derived from the record",
    "park": "parked a form", "unpark": "took a parked form off the shelf",
    "print": "printed", "read-audit": "looked at the audit", "export-audit": "exported the audit", "verify-audit": "verified the audit",
}  # fmt: skip
ALONE = frozenset({"open-chart", "park", "unpark", "worklist", "duplicates", "merge", "account.make", "account.change", "clinic.make", "token.issue",
                   "reindex", "read-audit", "export-audit", "verify-audit"})  # fmt: skip
THINGS = {
    "Patient": "name and contact", "Appointment": "a visit", "Observation": "a result", "Condition": "a problem", "MedicationStatement": "a medication",
    "MedicationRequest": "a medication order", "AllergyIntolerance": "an allergy", "Coverage": "coverage", "Task": "a piece of work",
    "CareTeam": "the care team", "RelatedPerson": "a person beside the patient", "DocumentReference": "a document", "Binary": "a document",
    "Communication": "a contact or note", "ServiceRequest": "an order", "Encounter": "an encounter", "Slot": "free times", "Schedule": "a schedule",
    "Practitioner": "a member of staff", "PractitionerRole": "someone's work here", "Location": "a place", "Device": "a device", "Account": "an account",
    "Calendar": "hours", "VisitType": "a visit type", "Delivery": "a message", "HealthcareService": "the visit types", "Organization": "an organization",
    "Form": "a parked form", "DiagnosticReport": "a report", "Immunization": "an immunization", "Procedure": "a procedure", "CarePlan": "a care plan",
}  # fmt: skip
MANY = {"Patient": "patients", "Appointment": "visits", "Task": "work", "Slot": "free times"}
NAMED = ("Practitioner/", "Location/", "Device/")  # what an entry may be about that has a name of its own
DOORS = {"web": "desk", "api": "FHIR", "cli": "command line", "worker": "worker", "interfaces": "interface"}


def say(fields: Mapping[str, Any]) -> str:
    """Return what was done, without who and whose: 'changed a visit (version 3)'."""
    act, what = str(fields.get("action", "")), str(fields.get("what") or "")
    given = fields.get("detail")
    detail: Mapping[str, Any] = given if isinstance(given, dict) else {}
    kind, _, rest = what.partition("/")
    words = VERBS.get(act, act)
    if act == "refuse":
        words = f"{words}: {detail.get('code') or 'not allowed'}" + (f", asking for {THINGS.get(kind, kind)}" if kind else "")
    elif act == "search":
        words = f"{words} {MANY.get(kind, THINGS.get(kind, kind) or 'the record')}"
    elif act == "print" and not rest:
        words = f"{words} {MANY.get(kind, kind)}"
    elif act == "read" and not kind:
        words = f"{words} the whole record"
    elif act not in ALONE and kind:
        words = f"{words} {THINGS.get(kind, kind)}"
        words += "’s history" if rest.endswith("_history") else ""
    if fields.get("version"):
        words += f" (version {fields['version']})"
    return words + _more(act, detail)


def thing_of(fields: Mapping[str, Any]) -> str:
    """Return 'Location/x' for what an entry is about: hours are those of someone or something."""
    parts = str(fields.get("what") or "").removeprefix("Calendar/").split("/")
    return "/".join(parts[:2])


def _more(act: str, detail: Mapping[str, Any]) -> str:
    if act == "open-chart" and detail.get("reason"):
        return f", saying “{detail['reason']}”"
    if act == "verify-audit":
        return f": {detail.get('checked', 0):,} entries, {detail.get('findings', 0)} that do not verify"
    if isinstance(detail.get("name"), str):
        return f": {detail['name']}"
    if isinstance(detail.get("patients"), list):
        many = len(detail["patients"])
        return f"; {many} patient{'' if many == 1 else 's'} shown"
    return ""
