"""What search needs to know of a resource, by HL7's search parameters compiled ahead of time.

`extract` walks a resource once along a tree of its type's parameters (see `emitters.py`) and adds the
columns that every type has: patient, code, status, owner, clinical date, name.
"""

from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from functools import cache
from typing import Any

from waypost.formats.fhir import definitions, spans
from waypost.formats.fhir.emitters import Node, index_key, normalise, tree

__all__ = ["IndexRows", "clinical_date_param", "extract", "index_key", "normalise"]


@dataclass(slots=True)
class IndexRows:
    """Rows for the index tables, each in the column order of its table after (tenant, type), without id."""

    patient: str | None = None
    code: str | None = None  # 'system|code' of the first coding of what the resource is about
    status: str | None = None
    owner: str | None = None  # reference of who has it
    sort_at: datetime | None = None
    name: str | None = None  # normalised, family name first
    tokens: list[tuple[str, str, str]] = field(default_factory=list)  # param system code
    strings: list[tuple[str, str]] = field(default_factory=list)  # param value
    refs: list[tuple[str, str]] = field(default_factory=list)  # param target
    dates: list[tuple[str, datetime, datetime]] = field(default_factory=list)  # param low high
    numbers: list[tuple[str, Decimal, Decimal, str, str]] = field(
        default_factory=list
    )  # param low high system code


def extract(resource: dict[str, Any]) -> IndexRows:
    """Return the index rows of a valid resource, without repeats."""
    type_ = resource["resourceType"]
    rows = IndexRows()
    _walk(_tree(type_), resource, rows)
    if type_ == "Patient":
        dead = resource.get("deceasedBoolean") is True or "deceasedDateTime" in resource
        rows.tokens.append(("deceased", "", "true" if dead else "false"))
    elif type_ == "Bundle":
        _bundle(resource, rows)
    for name in ("tokens", "strings", "refs", "dates", "numbers"):
        found = getattr(rows, name)
        if len(found) > 1:
            setattr(rows, name, list(dict.fromkeys(found)))
    rows.patient = _patient(type_, resource, rows)
    rows.code = _code(resource.get(_CODE_KEYS.get(type_, "code")))
    rows.status = _status(resource)
    rows.owner = _owner(type_, resource)
    rows.sort_at = _sort_at(type_, resource, rows)
    rows.name = _name(resource)
    return rows


@cache
def _tree(type_: str) -> Node:
    return tree(definitions.params_of(type_).values())


def _walk(node: Node, value: dict[str, Any], rows: IndexRows) -> None:
    for key, child in value.items():
        plan = node.get(key)
        if plan is None:
            continue
        emit, below = plan
        for each in child if type(child) is list else (child,):
            if each is None:
                continue
            for one in emit:
                one(rows, each)
            if below is not None and type(each) is dict:
                _walk(below, each, rows)


def _bundle(resource: dict[str, Any], rows: IndexRows) -> None:
    """Composition and message: the resource of the first entry."""
    entry = (resource.get("entry") or [{}])[0]
    first = entry.get("resource") or {}
    param = {"Composition": "composition", "MessageHeader": "message"}.get(first.get("resourceType", ""))
    if param and (
        target := f"{first['resourceType']}/{first['id']}" if "id" in first else entry.get("fullUrl")
    ):
        rows.refs.append((param, target))


@cache
def _patient_params(type_: str) -> tuple[str, ...]:
    """Return the parameters that say whose a resource is, the plainest first."""
    names = definitions.params_of(type_)
    first = tuple(name for name in ("patient", "subject", "individual") if name in names)
    return first + tuple(name for name in definitions.compartment().get(type_, ()) if name not in first)


def _patient(type_: str, resource: dict[str, Any], rows: IndexRows) -> str | None:
    if type_ == "Patient":
        return resource.get("id")
    mine = [(param, target[8:]) for param, target in rows.refs if target.startswith("Patient/")]
    if not mine:
        return None
    for name in _patient_params(type_):
        for param, target in mine:
            if param == name:
                return target
    return None


_CODE_KEYS = {
    "Appointment": "serviceType",
    "AuditEvent": "type",
    "CarePlan": "category",
    "CareTeam": "category",
    "Communication": "category",
    "CommunicationRequest": "category",
    "Composition": "type",
    "Consent": "scope",
    "Coverage": "type",
    "Device": "type",
    "DocumentManifest": "type",
    "DocumentReference": "type",
    "Encounter": "type",
    "EpisodeOfCare": "type",
    "Goal": "description",
    "HealthcareService": "type",
    "Immunization": "vaccineCode",
    "Location": "type",
    "Media": "type",
    "MedicationAdministration": "medicationCodeableConcept",
    "MedicationDispense": "medicationCodeableConcept",
    "MedicationRequest": "medicationCodeableConcept",
    "MedicationStatement": "medicationCodeableConcept",
    "Organization": "type",
    "RelatedPerson": "relationship",
    "Schedule": "serviceType",
    "Slot": "serviceType",
    "Specimen": "type",
}


def _code(value: Any) -> str | None:
    concept = value[0] if type(value) is list and value else value
    if type(concept) is not dict:
        return None
    for coding in concept.get("coding", ()):
        if "code" in coding:
            return index_key(f"{coding.get('system', '')}|{coding['code']}")
    return None


def _status(resource: dict[str, Any]) -> str | None:
    status = resource.get("status") or resource.get("lifecycleStatus")
    if type(status) is str:
        return status
    clinical = _code(resource.get("clinicalStatus"))
    if clinical:
        return clinical.rpartition("|")[2]
    active = resource.get("active")
    return None if active is None else "active" if active is True else "inactive"


def _owner(type_: str, resource: dict[str, Any]) -> str | None:
    """Return the reference of who has it: a Task's owner, a visit's clinician, whose calendar it is."""
    if type_ == "Appointment":
        who = [part.get("actor") or {} for part in resource.get("participant", ())]
        return next(
            (one["reference"] for one in who if one.get("reference", "").startswith("Practitioner")), None
        )
    if type_ == "Encounter":
        who = [part.get("individual") or {} for part in resource.get("participant", ())]
        return next((one["reference"] for one in who if "reference" in one), None)
    for key in ("owner", "actor", "schedule", "performer", "managingOrganization"):
        value = resource.get(key)
        one = value[0] if type(value) is list and value else value
        if type(one) is dict and type(one.get("reference")) is str:
            return one["reference"]
    return None


_SORT_PARAMS = {
    "Condition": ("onset-date", "recorded-date"),
    "AllergyIntolerance": ("date", "onset"),
    "Task": ("authored-on", "modified"),
    "Communication": ("sent", "received"),
    "ServiceRequest": ("authored", "occurrence"),
}
_SORT_ANY = (
    "date", "effective", "authoredon", "authored", "created", "issued", "recorded", "sent", "start", "start-date",
    "started", "period", "whenhandedover", "effective-time", "collected", "birthdate", "onset-date",
)  # fmt: skip
_SORT_KEYS = ("issued", "recordedDate", "authoredOn", "created", "recorded", "sent", "occurrenceDateTime")


def _sort_at(type_: str, resource: dict[str, Any], rows: IndexRows) -> datetime | None:
    """Return when it happened, by the first parameter or element that says so."""
    if rows.dates:
        for name in _SORT_PARAMS.get(type_, _SORT_ANY):
            for param, low, high in rows.dates:
                if param == name:
                    return low if low != spans.BEGINNING else high
    for key in _SORT_KEYS:
        value = resource.get(key)
        if type(value) is str and (found := spans.instants(value)):
            return found[0]
    value = resource.get("period")
    if type(value) is dict and (span := spans.period(value)):
        return span[0] if span[0] != spans.BEGINNING else span[1]
    return None


@cache
def clinical_date_param(type_: str) -> str | None:
    """Return the date parameter that `sort_at` follows, if the type has one."""
    known = definitions.params_of(type_)
    return next(
        (name for name in _SORT_PARAMS.get(type_, _SORT_ANY) if name in known and known[name].type == "date"),
        None,
    )


def _name(resource: dict[str, Any]) -> str | None:
    value = resource.get("name") or resource.get("title")
    if type(value) is str:
        return index_key(normalise(value))
    if type(value) is not list or not value or type(value[0]) is not dict:
        return None
    best = min(value, key=lambda one: {"official": 0, "usual": 1, None: 2, "old": 4}.get(one.get("use"), 3))
    words = [best.get("family"), *best.get("given", ())]
    text = " ".join(word for word in words if word) or best.get("text", "")
    return index_key(normalise(text)) if text else None
