"""What has happened to a person: problems, medications, allergies, measured values with trends, encounters, notes."""

import math
from datetime import UTC, date, datetime, time, timedelta
from random import Random

from waypost.demo.conditions import BY_KEY, MEASURES, MEDICINES, Disease, Illness, Measure
from waypost.demo.fhir import (
    CVX,
    ICD10,
    LOINC,
    RXNORM,
    SNOMED,
    THO,
    Json,
    coding,
    concept,
    day,
    instant,
    quantity,
    ref,
    tho,
)
from waypost.demo.identity import own_id
from waypost.demo.people import Person
from waypost.demo.places import CENTER, CENTER_ID
from waypost.demo.times import ZONE, business_days_after

_CLINICAL = THO + "condition-clinical"
_VERIFIED = THO + "condition-ver-status"
_VITALS = {"29463-7", "8480-6", "8462-4", "59408-5"}
_SURVEYS = {"44261-6", "70274-6"}
_ALLERGIES = (
    ("Penicillin", "70618", "Rash", "271807003", "medication"),
    ("Sulfa drugs", "10180", "Hives", "126485001", "medication"),
    ("Ibuprofen", "5640", "Stomach upset", "271681002", "medication"),
    ("Latex", "", "Itching", "418290006", "environment"),
    ("Peanuts", "", "Swelling of the lips", "271757001", "food"),
    ("Shellfish", "", "Hives", "126485001", "food"),
    ("Codeine", "2670", "Nausea", "422587007", "medication"),
)


def encounter_days(person: Person, today: date) -> list[date]:
    """Return the business days, older than the filed visits, on which a person was seen."""
    rng = Random(f"{person.id}:encounters")
    lasting = sum(illness.until is None for illness in person.illnesses)
    count = min(rng.choice((1, 1, 2)) + lasting // 2, 4)
    newest = today - timedelta(days=66)
    if "complex" in person.tags:
        count = 4
    found = []
    for step in range(count):
        on = business_days_after(newest - timedelta(days=step * 91 + rng.randrange(0, 25)), 0)
        if on > person.registered and on < newest + timedelta(days=4):
            found.append(on)
    return sorted(set(found))


def seen_at(on: date, rng: Random) -> datetime:
    """Return a time of day in clinic hours."""
    return datetime.combine(
        on, time(rng.choice((8, 9, 10, 11, 13, 14, 15, 16)), rng.choice((0, 15, 30, 45))), ZONE
    ).astimezone(UTC)


def past_encounter(person: Person, at: datetime, reason: str) -> Json:
    end = at + timedelta(minutes=30)
    return {
        "resourceType": "Encounter",
        "id": own_id(person, "encounter", instant(at)),
        "status": "finished",
        "class": coding(THO + "v3-ActCode", "AMB", "ambulatory"),
        "type": [concept(text="Well-child visit" if person.is_child else "Office visit")],
        "subject": ref(person.reference, person.shown),
        "participant": [
            {
                "type": [tho("v3-ParticipationType", "PPRF", "primary performer")],
                "individual": ref(person.pcp.reference, person.pcp.shown),
            }
        ],
        "period": {"start": instant(at), "end": instant(end)},
        "reasonCode": [concept(text=reason)],
        "serviceProvider": ref(f"Organization/{CENTER_ID}", CENTER),
        "location": [{"location": ref(f"Location/{person.pcp.site.id}", person.pcp.site.name)}],
    }


def condition(person: Person, illness: Illness) -> Json:
    disease = BY_KEY[illness.key]
    made: Json = {
        "resourceType": "Condition",
        "id": own_id(person, "condition", illness.key),
        "clinicalStatus": concept(coding(_CLINICAL, "resolved" if illness.until else "active")),
        "verificationStatus": concept(coding(_VERIFIED, "confirmed")),
        "category": [tho("condition-category", "problem-list-item", "Problem List Item")],
        "code": concept(
            coding(SNOMED, disease.snomed, disease.snomed_name),
            coding(ICD10, disease.icd10),
            text=disease.name,
        ),
        "subject": ref(person.reference, person.shown),
        "onsetDateTime": day(illness.since),
        "recordedDate": day(max(illness.since, person.registered)),
        "recorder": ref(person.pcp.reference, person.pcp.shown),
    }
    if illness.until:
        made["abatementDateTime"] = day(illness.until)
    return made


def medicines_of(person: Person) -> list[tuple[str, Illness]]:
    """Return what a person takes, and for which illness: never twice, never what they cannot have together."""
    if person.medicines is not None:
        by_key = {illness.key: illness for illness in person.illnesses}
        return [(medicine, by_key[illness]) for medicine, illness in person.medicines]
    rng = Random(f"{person.id}:medicines")
    found: dict[str, Illness] = {}
    for illness in person.illnesses:
        for wish in BY_KEY[illness.key].medicines:
            if wish.endswith("?") and rng.random() < 0.55:
                continue
            key = rng.choice(wish.rstrip("?").split("|"))
            found.setdefault(key, illness)
    if "sacubitril" in found:  # never with an ACE inhibitor or a second ARB
        found.pop("lisinopril", None)
        found.pop("losartan", None)
    if "apixaban" in found:
        found.pop("aspirin", None)
        found.pop("ibuprofen", None)
    if "carvedilol" in found:
        found.pop("metoprolol", None)
    if "sertraline" in found:
        found.pop("escitalopram", None)
    if any(BY_KEY[illness.key].key in {"kidney", "heart-failure"} for illness in person.illnesses):
        found.pop("ibuprofen", None)
    return list(found.items())


def medication(person: Person, key: str, illness: Illness, today: date) -> Json:
    medicine = MEDICINES[key]
    rng = Random(f"{person.id}:{key}")
    started = min(max(illness.since + timedelta(days=rng.randrange(0, 60)), person.registered), today)
    over = illness.until is not None
    return {
        "resourceType": "MedicationRequest",
        "id": own_id(person, "medication", key),
        "status": "completed" if over else "active",
        "intent": "order",
        "medicationCodeableConcept": concept(
            coding(RXNORM, medicine.rxnorm, medicine.ingredient), text=medicine.text
        ),
        "subject": ref(person.reference, person.shown),
        "authoredOn": day(started if not over else illness.since),
        "requester": ref(person.pcp.reference, person.pcp.shown),
        "reasonReference": [
            ref(f"Condition/{own_id(person, 'condition', illness.key)}", BY_KEY[illness.key].name)
        ],
        "dosageInstruction": [{"text": medicine.how}],
    }


def allergy(person: Person) -> Json | None:
    rng = Random(f"{person.id}:allergy")
    roll = rng.random()
    if roll > 0.42 and "penicillin" not in person.tags:
        return _none_known(person) if roll < 0.92 or "cast" in person.tags else None
    name, code, reaction, reaction_code, category = (
        _ALLERGIES[0] if "penicillin" in person.tags else rng.choice(_ALLERGIES)
    )
    taken = {key for key, _ in medicines_of(person)}
    if name.lower() in taken or (name == "Penicillin" and "amoxicillin" in taken):
        return _none_known(person)
    return {
        "resourceType": "AllergyIntolerance",
        "id": own_id(person, "allergy", name),
        "clinicalStatus": concept(coding(THO + "allergyintolerance-clinical", "active")),
        "verificationStatus": concept(coding(THO + "allergyintolerance-verification", "confirmed")),
        "type": "allergy",
        "category": [category],
        "criticality": "low" if reaction in {"Rash", "Nausea", "Itching", "Stomach upset"} else "high",
        "code": concept(*([coding(RXNORM, code, name)] if code else []), text=name),
        "patient": ref(person.reference, person.shown),
        "recordedDate": day(person.registered),
        "recorder": ref(person.pcp.reference, person.pcp.shown),
        "reaction": [{"manifestation": [concept(coding(SNOMED, reaction_code), text=reaction)]}],
    }


def _none_known(person: Person) -> Json:
    return {
        "resourceType": "AllergyIntolerance",
        "id": own_id(person, "allergy", "none"),
        "clinicalStatus": concept(coding(THO + "allergyintolerance-clinical", "active")),
        "verificationStatus": concept(coding(THO + "allergyintolerance-verification", "confirmed")),
        "code": concept(coding(SNOMED, "716186003", "No known allergy"), text="No known allergies"),
        "patient": ref(person.reference, person.shown),
        "recordedDate": day(person.registered),
        "recorder": ref(person.pcp.reference, person.pcp.shown),
    }


def value_at(person: Person, measure: Measure, share: float, rng: Random) -> float:
    """Return the value at a share (0 to 1) of the way from a person's first reading to the present."""
    own = Random(f"{person.id}:{measure.loinc}").gauss(0, abs(measure.noise) * 1.3)
    typical, drift = measure.typical, measure.drift
    if measure.loinc == "29463-7":
        typical = _weight(person)
        drift = 0.0 if person.is_child else measure.drift
    made = typical + own + drift * share + rng.gauss(0, measure.noise * 0.5)
    if measure.code == "{score}":
        made = min(max(made, 0), 27 if measure.loinc == "44261-6" else 21)
    if measure.code == "%" and measure.loinc == "59408-5":
        made = min(made, 99)
    return round(max(made, 0.1), measure.digits) if measure.digits else round(max(made, 0))


def _weight(person: Person) -> float:
    if person.age < 18:
        return 3.5 + 6.3 * math.sqrt(person.age) if person.age < 3 else 8 + 2.6 * person.age
    own = Random(f"{person.id}:weight").gauss(0, 9)
    return (
        (72 if person.sex == "female" else 82)
        + own
        + (22 if person.has("obesity") else 0)
        + (5 if person.has("diabetes") else 0)
    )


def observation(
    person: Person,
    measure: Measure,
    value: float,
    at: datetime,
    encounter: str = "",
    *,
    by: Json | None = None,
) -> Json:
    kind = (
        "vital-signs" if measure.loinc in _VITALS else "survey" if measure.loinc in _SURVEYS else "laboratory"
    )
    made: Json = {
        "resourceType": "Observation",
        "id": own_id(person, "observation", measure.loinc, instant(at)),
        "status": "final",
        "category": [tho("observation-category", kind)],
        "code": concept(coding(LOINC, measure.loinc, measure.name), text=measure.name),
        "subject": ref(person.reference, person.shown),
        "effectiveDateTime": instant(at),
        "issued": instant(at + timedelta(hours=0 if kind != "laboratory" else 6)),
        "performer": [by or ref(f"Organization/{CENTER_ID}", CENTER)],
        "valueQuantity": quantity(value, measure.unit, measure.code),
    }
    if encounter:
        made["encounter"] = ref(f"Encounter/{encounter}")
    limits = {
        side: limit for side, limit in (("low", measure.low), ("high", measure.high)) if limit is not None
    }
    if limits:
        made["referenceRange"] = [
            {side: quantity(limit, measure.unit, measure.code) for side, limit in limits.items()}
        ]
        flag = (
            "H"
            if measure.high is not None and value > measure.high
            else "L"
            if measure.low is not None and value < measure.low
            else "N"
        )
        made["interpretation"] = [tho("v3-ObservationInterpretation", flag)]
    return made


def blood_pressure(
    person: Person,
    systolic: float,
    diastolic: float,
    at: datetime,
    encounter: str = "",
    *,
    by: Json | None = None,
) -> Json:
    made: Json = {
        "resourceType": "Observation",
        "id": own_id(person, "observation", "85354-9", instant(at)),
        "status": "final",
        "category": [tho("observation-category", "vital-signs")],
        "code": concept(coding(LOINC, "85354-9", "Blood pressure panel"), text="Blood pressure"),
        "subject": ref(person.reference, person.shown),
        "effectiveDateTime": instant(at),
        "performer": [by or ref(f"Organization/{CENTER_ID}", CENTER)],
        "component": [
            {
                "code": concept(coding(LOINC, code, name), text=name),
                "valueQuantity": quantity(value, "mmHg", "mm[Hg]"),
            }
            for code, name, value in (("8480-6", "Systolic", systolic), ("8462-4", "Diastolic", diastolic))
        ],
    }
    if encounter:
        made["encounter"] = ref(f"Encounter/{encounter}")
    return made


def measures_of(person: Person) -> list[str]:
    wanted = dict.fromkeys(
        name for illness in person.illnesses if illness.until is None for name in BY_KEY[illness.key].measures
    )
    if person.is_child:
        wanted = dict.fromkeys(["weight"])
    return [name for name in wanted if name != "diastolic"]


def readings(person: Person, at: datetime, share: float, encounter: str) -> list[Json]:
    """Return what was measured at one encounter."""
    rng = Random(f"{person.id}:readings:{at}")
    made = []
    if not person.is_child:
        high = person.has("hypertension")
        systolic = value_at(person, MEASURES["systolic"], share, rng) - (0 if high else 18)
        diastolic = min(
            value_at(person, MEASURES["diastolic"], share, rng) - (0 if high else 8), systolic - 25
        )
        made.append(blood_pressure(person, systolic, diastolic, at, encounter))
    for name in measures_of(person)[:4]:
        if name != "systolic":
            measure = MEASURES[name]
            made.append(observation(person, measure, value_at(person, measure, share, rng), at, encounter))
    return made


def immunizations(person: Person, today: date) -> list[Json]:
    rng = Random(f"{person.id}:shots")
    if person.is_child:
        given = [("20", "DTaP"), ("10", "Polio, inactivated"), ("03", "MMR"), ("21", "Varicella")][
            : 1 + min(person.age, 3)
        ]
    elif person.age >= 65:
        given = [("140", "Influenza, seasonal"), ("216", "Pneumococcal conjugate, 20-valent")]
    else:
        given = [("140", "Influenza, seasonal"), ("115", "Tdap")]
    made = []
    for code, name in given:
        on = business_days_after(
            today - timedelta(days=rng.randrange(20, 70) if code == "140" else rng.randrange(90, 900)), 0
        )
        earliest = person.born + timedelta(days=60) if person.born else person.registered
        if on <= max(earliest, person.registered) or on > today or rng.random() < 0.35:
            continue
        made.append(
            {
                "resourceType": "Immunization",
                "id": own_id(person, "immunization", code),
                "status": "completed",
                "vaccineCode": concept(coding(CVX, code, name), text=name),
                "patient": ref(person.reference, person.shown),
                "occurrenceDateTime": day(on),
                "primarySource": True,
                "performer": [{"actor": ref(f"Organization/{CENTER_ID}", CENTER)}],
            }
        )
    return made


def main_disease(person: Person) -> Disease | None:
    lasting = [illness for illness in person.illnesses if illness.until is None]
    return BY_KEY[lasting[0].key] if lasting else None
