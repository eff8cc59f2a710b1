"""Coverage of the demo patients: invented plans, their members, and what each payer said last."""

from datetime import date, timedelta
from random import Random

from waypost.demo.fhir import THO, Json, coding, concept, day, ext, ref
from waypost.demo.identity import own_id
from waypost.demo.people import Person
from waypost.demo.places import CENTER, CENTER_ID, known_id

# key: payer, plan, kind (v3-ActCode), phone
PLANS = {
    "medicare": ("Medicare", "Medicare Part B", "PUBLICPOL", "public healthcare", "(202) 555-0180"),
    "medicare-advantage": (
        "Northfield",
        "Northfield Silver Advantage",
        "PUBLICPOL",
        "public healthcare",
        "(202) 555-0181",
    ),
    "medicaid-a": (
        "District Health Partners",
        "District Health Medicaid",
        "SUBSIDIZ",
        "subsidized health program",
        "(202) 555-0182",
    ),
    "medicaid-b": (
        "Chesapeake Family Plan",
        "Chesapeake Family Medicaid",
        "SUBSIDIZ",
        "subsidized health program",
        "(410) 555-0183",
    ),
    "commercial-a": ("Northfield", "Northfield Plan", "EHCPOL", "extended healthcare", "(202) 555-0181"),
    "commercial-b": (
        "Bluestem Mutual",
        "Bluestem Choice PPO",
        "EHCPOL",
        "extended healthcare",
        "(703) 555-0184",
    ),
}


def payer_id(name: str) -> str:
    return known_id("Organization", f"payer/{name}")


def payers() -> list[Json]:
    seen = {payer: phone for payer, _, _, _, phone in PLANS.values()}
    return [
        {
            "resourceType": "Organization",
            "id": payer_id(name),
            "active": True,
            "type": [concept(coding(THO + "organization-type", "pay", "Payer"))],
            "name": name,
            "telecom": [{"system": "phone", "value": phone, "use": "work"}],
        }
        for name, phone in seen.items()
    ]


def coverage(person: Person, today: date) -> list[Json]:
    """Return what pays for a person's care: a Coverage and, if a payer was asked, its last answer."""
    rng = Random(f"{person.id}:coverage")
    if person.plan == "self-pay":
        return [_self_pay(person)]
    payer, plan, code, display, _ = PLANS[person.plan]
    member = (
        f"{rng.randrange(10, 99)}-{rng.randrange(100, 999)}"
        if payer == "Northfield"
        else f"{payer[0]}{rng.randrange(10**7, 10**8)}"
    )
    start = max(date(today.year - (1 if today.month < 3 else 0), 1, 1), person.registered)
    period: Json = {"start": day(start)}
    if code == "EHCPOL" or rng.random() < 0.25:
        period["end"] = day(date(today.year, 12, 31))
    if person.died:
        period["end"] = day(person.died)
    cover: Json = {
        "resourceType": "Coverage",
        "id": own_id(person, "coverage"),
        "extension": [ext("plan", "String", plan)],
        "status": "active",
        "type": concept(coding(THO + "v3-ActCode", code, display), text=plan),
        "subscriberId": member,
        "beneficiary": ref(person.reference, person.shown),
        "relationship": concept(
            coding(THO + "subscriber-relationship", "child" if person.is_child else "self")
        ),
        "period": period,
        "payor": [ref(f"Organization/{payer_id(payer)}", payer)],
        "class": [
            {
                "type": concept(coding(THO + "coverage-class", "plan", "Plan")),
                "value": person.plan,
                "name": plan,
            },
            {
                "type": concept(coding(THO + "coverage-class", "group", "Group")),
                "value": f"{rng.randrange(1000, 9999)}",
            },
        ],
    }
    if not person.is_child:
        cover["subscriber"] = ref(person.reference, person.shown)
    asked = today - timedelta(days=rng.choice([1, 2, 4, 5, 7, 9, 11, 14, 17, 20, 22, 60, 83]))
    if (rng.random() < 0.05 and "cast" not in person.tags) or asked <= person.registered:
        return [cover]
    left = 0.0 if code != "EHCPOL" else rng.choice([0, 125.0, 412.5, 640.0, 1180.25])
    return [cover, answer(person, cover, payer, asked, left, active=rng.random() < 0.96)]


def account(person: Person, circle: list[Json]) -> list[Json]:
    """Return who pays what coverage does not: a child's guardian, or oneself; of some adults nobody asked."""
    if person.is_child and circle:
        pays = ref(f"RelatedPerson/{circle[0]['id']}")
    elif "cast" in person.tags or Random(f"{person.id}:account").random() < 0.85:
        pays = ref(person.reference, person.shown)
    else:
        return []
    return [
        {
            "resourceType": "Account",
            "id": own_id(person, "account"),
            "status": "active",
            "name": "Patient account",
            "subject": [ref(person.reference, person.shown)],
            "guarantor": [{"party": pays, "period": {"start": day(person.registered)}}],
        }
    ]


def answer(person: Person, cover: Json, payer: str, asked: date, left: float, *, active: bool) -> Json:
    insurance: Json = {"coverage": ref(f"Coverage/{cover['id']}"), "inforce": active}
    if active:
        insurance["item"] = [
            {
                "category": concept(
                    coding(THO + "ex-benefitcategory", "30", "Health Benefit Plan Coverage"), text="Plan"
                ),
                "benefit": [
                    {
                        "type": concept(
                            coding(THO + "benefit-type", "deductible", "Deductible"), text="Deductible left"
                        ),
                        "allowedMoney": {"value": 1500.0 if left else 0.0, "currency": "USD"},
                        "usedMoney": {"value": (1500.0 - left) if left else 0.0, "currency": "USD"},
                    }
                ],
            }
        ]
    return {
        "resourceType": "CoverageEligibilityResponse",
        "id": own_id(person, "eligibility", day(asked)),
        "status": "active",
        "purpose": ["validation", "benefits"],
        "patient": ref(person.reference, person.shown),
        "created": day(asked),
        "requestor": ref(f"Organization/{CENTER_ID}", CENTER),
        "request": {"display": "Asked from the desk"},
        "outcome": "complete",
        "disposition": "Active" if active else "Not active on this date",
        "insurer": ref(f"Organization/{payer_id(payer)}", payer),
        "insurance": [insurance],
    }


def _self_pay(person: Person) -> Json:
    return {
        "resourceType": "Coverage",
        "id": own_id(person, "coverage"),
        "status": "active",
        "type": concept(
            coding("http://terminology.hl7.org/CodeSystem/coverage-selfpay", "pay", "pay"),
            text="Self-pay, sliding fee",
        ),
        "beneficiary": ref(person.reference, person.shown),
        "period": {"start": day(person.registered)},
        "payor": [ref(person.reference, person.shown)],
    }
