"""Changing coverages and recording what payers said: pure functions from a resource to its next content."""

from copy import deepcopy
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from waypost.registry import fhir

Json = dict[str, Any]

SELF_PAY = {
    "coding": [{"system": "http://terminology.hl7.org/CodeSystem/coverage-selfpay", "code": "pay"}],
    "text": "Self-pay",
}
RELATION_SYSTEM = "http://terminology.hl7.org/CodeSystem/subscriber-relationship"
PLAN = {
    "coding": [
        {
            "system": "http://terminology.hl7.org/CodeSystem/ex-benefitcategory",
            "code": "30",
            "display": "Health Benefit Plan Coverage",
        }
    ]
}


@dataclass(frozen=True, slots=True)
class CoverageWish:
    payer: str  # in words
    payer_id: str = ""  # Organization id, where it is one we know
    plan: str = ""
    member: str = ""
    relationship: str = "self"
    begins: date | None = None
    ends: date | None = None
    self_pay: bool = False


def coverage(patient: str, old: Json | None, wish: CoverageWish) -> Json:
    """Return a Coverage as wished; what no form knows stays."""
    made: Json = deepcopy(old) if old else {
        "resourceType": "Coverage",
        "status": "active",
        "beneficiary": {"reference": f"Patient/{patient}"},
    }  # fmt: skip
    if wish.self_pay:
        made["type"] = deepcopy(SELF_PAY)
        made["payor"] = [{"reference": f"Patient/{patient}"}]
    else:
        made["payor"] = [_payer(wish)]
        made["relationship"] = {"coding": [{"system": RELATION_SYSTEM, "code": wish.relationship or "self"}]}
        if wish.plan:
            made["type"] = made["type"] if _said(made.get("type")) == wish.plan else {"text": wish.plan}
        else:
            made.pop("type", None)
    _put(made, "subscriberId", "" if wish.self_pay else wish.member)
    period = {**made.get("period", {})}
    _put(period, "start", wish.begins and wish.begins.isoformat())
    _put(period, "end", wish.ends and wish.ends.isoformat())
    _put(made, "period", period)
    return made


def account(patient: str, old: Json | None, party: str, today: date) -> Json:
    """Return the Account that says who pays what coverage does not; whoever paid until now did so until yesterday.

    `party` is a reference to the Patient, a RelatedPerson or an Organization, '' where nobody pays any more.
    """
    made: Json = deepcopy(old) if old else {
        "resourceType": "Account",
        "status": "active",
        "name": "Patient account",
        "subject": [{"reference": f"Patient/{patient}"}],
    }  # fmt: skip
    kept = []
    for guarantor in made.get("guarantor", ()):
        period = guarantor.get("period") or {}
        if not fhir.current(guarantor, today):
            kept.append(guarantor)
        elif period.get("start", "")[:10] < today.isoformat():  # one who began today was a slip
            kept.append({**guarantor, "period": {**period, "end": (today - timedelta(days=1)).isoformat()}})
    if party:
        kept.append({"party": {"reference": party}, "period": {"start": today.isoformat()}})
    _put(made, "guarantor", kept)
    return made


def _said(concept: Json | None) -> str:
    concept = concept or {}
    return concept.get("text") or next(
        (c["display"] for c in concept.get("coding", ()) if c.get("display")), ""
    )


def _payer(wish: CoverageWish) -> Json:
    return (
        {"reference": f"Organization/{wish.payer_id}", "display": wish.payer}
        if wish.payer_id
        else {"display": wish.payer}
    )


def _put(element: Json, key: str, value: Any) -> None:
    if value:
        element[key] = value
    else:
        element.pop(key, None)


def ended(old: Json, on: date, *, error: bool = False) -> Json:
    """Return a Coverage that ends with a day, or that was entered in error."""
    made = deepcopy(old)
    if error:
        made["status"] = "entered-in-error"
    else:
        start = (made.get("period") or {}).get("start", "")[:10]
        made["period"] = {**made.get("period", {}), "end": max(start, on.isoformat())}
    return made


@dataclass(frozen=True, slots=True)
class AnswerWish:
    """What a payer said when someone asked by phone or on its site."""

    in_force: bool | None  # None: no answer
    on: date
    deductible_left: Decimal | None = None
    how: str = "phone"


def answer(patient: str, of: Json, wish: AnswerWish) -> Json:
    """Return a CoverageEligibilityResponse that keeps the answer, its day and how it was had."""
    insurance: Json = {"coverage": {"reference": f"Coverage/{of['id']}"}}
    if wish.in_force is not None:
        insurance["inforce"] = wish.in_force
    if wish.deductible_left is not None:
        left = {"value": float(wish.deductible_left), "currency": "USD"}
        benefit = {
            "type": {"coding": [{"system": "urn:waypost:benefit", "code": "deductible-left"}]},
            "allowedMoney": left,
        }
        insurance["item"] = [{"category": deepcopy(PLAN), "benefit": [benefit]}]
    return {
        "resourceType": "CoverageEligibilityResponse",
        "status": "active",
        "purpose": ["validation"],
        "patient": {"reference": f"Patient/{patient}"},
        "created": wish.on.isoformat(),
        "request": {
            "display": {"phone": "asked by phone", "site": "asked on the payer's site"}.get(
                wish.how, wish.how
            )
        },
        "outcome": "error" if wish.in_force is None else "complete",
        "disposition": "No answer" if wish.in_force is None else "Active" if wish.in_force else "Not active",
        "insurer": deepcopy(next(iter(of.get("payor", ())), {"display": "payer not named"})),
        "insurance": [insurance],
    }
