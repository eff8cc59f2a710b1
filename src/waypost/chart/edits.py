"""Changing clinical resources: pure functions from a resource to its next content."""

from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from typing import Any

from waypost.chart.rules.clinical import NO_KNOWN_ALLERGY
from waypost.chart.rules.words import codes

Json = dict[str, Any]

CLINICAL = "http://terminology.hl7.org/CodeSystem/condition-clinical"
VERIFIED = "http://terminology.hl7.org/CodeSystem/condition-ver-status"
CATEGORY = "http://terminology.hl7.org/CodeSystem/condition-category"
ALLERGY_CLINICAL = "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"
ALLERGY_VERIFIED = "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"
SNOMED = "http://snomed.info/sct"


def _status(system: str, code: str) -> Json:
    return {"coding": [{"system": system, "code": code}]}


def _by(made: Json, key: str, practitioner: str | None, name: str) -> None:
    if practitioner:
        made[key] = {"reference": f"Practitioner/{practitioner}", "display": name}


@dataclass(frozen=True, slots=True)
class Recorder:
    """Who records, and when."""

    practitioner: str | None
    name: str
    today: date


@dataclass(frozen=True, slots=True)
class ProblemWish:
    name: str
    since: str = ""  # a FHIR date, as exact as it is known
    confirmed: bool = True


def problem(patient: str, old: Json | None, wish: ProblemWish, by: Recorder) -> Json:
    """Return a Condition as wished. A name that was not touched keeps its codes."""
    made: Json = deepcopy(old) if old else {
        "resourceType": "Condition",
        "clinicalStatus": _status(CLINICAL, "active"),
        "category": [_status(CATEGORY, "problem-list-item")],
        "subject": {"reference": f"Patient/{patient}"},
        "recordedDate": by.today.isoformat(),
    }  # fmt: skip
    _named(made, "code", wish.name)
    made["verificationStatus"] = _status(VERIFIED, "confirmed" if wish.confirmed else "provisional")
    for key in ("onsetPeriod", "onsetString", "onsetAge", "onsetRange"):
        made.pop(key, None) if wish.since else None
    if wish.since:
        made["onsetDateTime"] = wish.since
    if not old:
        _by(made, "recorder", by.practitioner, by.name)
    return made


def problem_ended(old: Json, on: date, *, error: bool = False) -> Json:
    """Return a Condition as resolved on a day, or as entered in error."""
    made = deepcopy(old)
    if error:
        made["verificationStatus"] = _status(VERIFIED, "entered-in-error")
        made.pop("clinicalStatus", None)
        return made
    made["clinicalStatus"] = _status(CLINICAL, "resolved")
    made["abatementDateTime"] = on.isoformat()
    return made


def _named(made: Json, key: str, name: str) -> None:
    before = made.get(key) or {}
    shown = before.get("text") or next(
        (c.get("display") for c in before.get("coding", ()) if c.get("display")), None
    )
    if name != shown:
        made[key] = {"text": name}


@dataclass(frozen=True, slots=True)
class MedicationWish:
    name: str
    dose: str = ""
    reason: str = ""  # Condition id
    since: str = ""


def medication(patient: str, old: Json | None, wish: MedicationWish, by: Recorder) -> Json:
    """Return a MedicationStatement: what is taken, as someone reported it. An order is another thing."""
    made: Json = deepcopy(old) if old else {
        "resourceType": "MedicationStatement",
        "status": "active",
        "subject": {"reference": f"Patient/{patient}"},
        "dateAsserted": by.today.isoformat(),
    }  # fmt: skip
    _named(made, "medicationCodeableConcept", wish.name)
    if wish.dose:
        made["dosage"] = [{**(made.get("dosage") or [{}])[0], "text": wish.dose}]
    else:
        made.pop("dosage", None)
    if wish.since and "effectivePeriod" not in made:
        made["effectiveDateTime"] = wish.since
    if wish.reason:
        made["reasonReference"] = [{"reference": f"Condition/{wish.reason}"}]
    else:
        made.pop("reasonReference", None)
    if not old:
        _by(made, "informationSource", by.practitioner, by.name)
    return made


def medication_ended(old: Json, on: date, *, error: bool = False) -> Json:
    """Return a MedicationStatement as stopped on a day, or as entered in error."""
    made = deepcopy(old)
    made["status"] = "entered-in-error" if error else "stopped"
    if not error:
        begun = made.pop("effectiveDateTime", None)
        period = made.get("effectivePeriod") or ({"start": begun} if begun else {})
        made["effectivePeriod"] = {**period, "end": on.isoformat()}
    return made


@dataclass(frozen=True, slots=True)
class AllergyWish:
    name: str = ""
    reaction: str = ""
    severe: bool = False
    confirmed: bool = True
    none_known: bool = False


def allergy(patient: str, old: Json | None, wish: AllergyWish, by: Recorder) -> Json:
    """Return an AllergyIntolerance as wished, or the statement that none is known."""
    made: Json = deepcopy(old) if old else {
        "resourceType": "AllergyIntolerance",
        "clinicalStatus": _status(ALLERGY_CLINICAL, "active"),
        "patient": {"reference": f"Patient/{patient}"},
        "recordedDate": by.today.isoformat(),
    }  # fmt: skip
    if wish.none_known:
        made["code"] = {"coding": [{"system": SNOMED, "code": "716186003", "display": "No known allergy"}]}
    else:
        _named(made, "code", wish.name)
        if wish.reaction:
            made["reaction"] = _reaction(made.get("reaction", []), wish)
        elif made.get("reaction"):
            made.pop("reaction")
        made["criticality"] = "high" if wish.severe else "low"
    made["verificationStatus"] = _status(ALLERGY_VERIFIED, "confirmed" if wish.confirmed else "unconfirmed")
    if not old:
        _by(made, "recorder", by.practitioner, by.name)
    return made


def _reaction(old: list[Json], wish: AllergyWish) -> list[Json]:
    said = ", ".join(m.get("text") or "" for r in old for m in r.get("manifestation", ()))
    return (
        old if said.casefold() == wish.reaction.casefold() else [{"manifestation": [{"text": wish.reaction}]}]
    )


def allergy_ended(old: Json, on: date, *, error: bool = False) -> Json:
    """Return an allergy as no longer one, or as entered in error (the standard wants no clinical status then)."""
    made = deepcopy(old)
    if error:
        made["verificationStatus"] = _status(ALLERGY_VERIFIED, "entered-in-error")
        made.pop("clinicalStatus", None)
    else:
        made["clinicalStatus"] = _status(ALLERGY_CLINICAL, "resolved")
    return made


def says_none_known(resource: Json) -> bool:
    return bool(codes(resource.get("code")) & NO_KNOWN_ALLERGY)
