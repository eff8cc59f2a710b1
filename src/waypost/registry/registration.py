"""A registration wish and the FHIR resources it becomes. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from waypost.registry import fhir

Json = dict[str, Any]
EXTENSION = "urn:waypost:extension:"
CORE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
INTERPRETER = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
MRN_TYPE = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]}
NULL_FLAVOR = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"
RACE_SYSTEM = "urn:oid:2.16.840.1.113883.6.238"  # CDC race and ethnicity, named by US Core
ROLE_CODE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
CONTACT_ROLE = "http://terminology.hl7.org/CodeSystem/v2-0131"
RACES = (
    ("1002-5", "American Indian or Alaska Native"),
    ("2028-9", "Asian"),
    ("2054-5", "Black or African American"),
    ("2076-8", "Native Hawaiian or Other Pacific Islander"),
    ("2106-3", "White"),
)
ETHNICITIES = (("2135-2", "Hispanic or Latino"), ("2186-5", "Not Hispanic or Latino"))
DECLINED = "declined"
GENDERS = (
    ("446151000124109", "Man"),
    ("446141000124107", "Woman"),
    ("33791000087105", "Nonbinary"),
)
SNOMED = "http://snomed.info/sct"
RELATIONS = (
    ("MTH", "Mother"), ("FTH", "Father"), ("PRN", "Parent"), ("GUARD", "Legal guardian"), ("SPS", "Spouse"), ("DOMPART", "Partner"),
    ("CHILD", "Child"), ("SIB", "Brother or sister"), ("GRPRN", "Grandparent"), ("FRND", "Friend"), ("NBOR", "Neighbor"), ("EXT", "Other relative"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneWish:
    """One number; leave for voicemail and text is None where nobody asked."""

    number: str
    owner: str = ""
    voicemail: bool | None = None
    text: bool | None = None
    hours: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonWish:
    """Someone beside the patient."""

    name: str
    relation: str = "EXT"
    phone: str = ""
    guardian: bool = False
    emergency: bool = False
    may_discuss: Sequence[str] = ()
    until: date | None = None  # the last day of the leave to be told, and of nothing else


@dataclass(frozen=True, slots=True, kw_only=True)
class Registration:
    """All that may be said about a new patient. Name, birth date and phone suffice to go on."""

    family: str
    given: str
    preferred: str = ""
    former: str = ""
    born: date | None = None
    birth_unknown: bool = False
    multiple: int | None = None  # 1 for the first of twins, 0 where only the fact is known
    gender: str = "unknown"
    birth_sex: str = ""
    identity: str = ""
    pronouns: str = ""
    phones: Sequence[PhoneWish] = ()
    email: str = ""
    email_ok: bool = False
    no_address: bool = False
    line: str = ""
    city: str = ""
    state: str = ""
    postal: str = ""
    speaks: str = ""
    interpreter: bool | None = None
    writes: str = ""
    needs: Sequence[str] = ()
    people: Sequence[PersonWish] = ()
    guarantor: str = ""  # 'self', or the number (0, 1 …) of one of `people`
    payer: str = ""
    member: str = ""
    self_pay: bool = False
    race: Sequence[str] = ()
    ethnicity: str = ""
    extra: Json = field(default_factory=dict)


def patient_of(wish: Registration, mrn: str) -> Json:
    """Return the Patient that a wish becomes, under its record number."""
    patient: Json = {
        "resourceType": "Patient",
        "active": True,
        "identifier": [{"use": "usual", "type": MRN_TYPE, "system": "urn:waypost:mrn", "value": mrn}],
        "name": _names(wish),
        "gender": wish.gender,
    }
    if wish.born:
        patient["birthDate"] = wish.born.isoformat()
    else:
        reason = "asked-unknown" if wish.birth_unknown else "unknown"
        patient["_birthDate"] = {"extension": [{"url": ABSENT, "valueCode": reason}]}
    if wish.multiple is not None:
        patient |= (
            {"multipleBirthInteger": wish.multiple} if wish.multiple else {"multipleBirthBoolean": True}
        )
    telecom = [_phone(phone, rank) for rank, phone in enumerate(wish.phones, 1)]
    if wish.email:
        telecom.append(
            {
                "system": "email",
                "value": wish.email,
                "extension": [_ext("email-ok", valueBoolean=wish.email_ok)],
            }
        )
    if telecom:
        patient["telecom"] = telecom
    address = _address(wish)
    if address:
        patient["address"] = [address]
    if wish.speaks:
        patient["communication"] = [
            {"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": wish.speaks}]}, "preferred": True}
        ]
    extension = _extensions(wish)
    if extension:
        patient["extension"] = extension
    return patient | wish.extra


def _names(wish: Registration) -> list[Json]:
    names: list[Json] = [{"use": "official", "family": wish.family, "given": wish.given.split()}]
    if wish.preferred:
        names.append({"use": "usual", "given": wish.preferred.split()})
    if wish.former:
        names.append({"use": "old", "family": wish.former, "given": wish.given.split()})
    return [{key: value for key, value in name.items() if value} for name in names]


def _ext(name: str, **value: Any) -> Json:
    return {"url": EXTENSION + name, **value}


def _phone(wish: PhoneWish, rank: int) -> Json:
    extension = [_ext("phone-owner", valueString=wish.owner)] if wish.owner else []
    extension += [_ext("voicemail-ok", valueBoolean=wish.voicemail)] if wish.voicemail is not None else []
    extension += [_ext("text-ok", valueBoolean=wish.text)] if wish.text is not None else []
    extension += [_ext("hours", valueString=wish.hours)] if wish.hours else []
    return {
        **({"extension": extension} if extension else {}),
        "system": "phone",
        "value": wish.number,
        "rank": rank,
    }


def _address(wish: Registration) -> Json:
    parts: Json = {"city": wish.city, "state": wish.state, "postalCode": wish.postal}
    found = {key: value for key, value in parts.items() if value}
    if wish.line:
        found["line"] = [wish.line]
    return {"use": "home", **found} if found else {}


def _extensions(wish: Registration) -> list[Json]:
    found = []
    if wish.race:
        found.append(_omb("race", wish.race, dict(RACES)))
    if wish.ethnicity:
        found.append(_omb("ethnicity", [wish.ethnicity], dict(ETHNICITIES)))
    if wish.birth_sex:
        found.append({"url": CORE + "birthsex", "valueCode": wish.birth_sex})
    if wish.identity:
        known = dict(GENDERS).get(wish.identity)
        value = (
            {"coding": [{"system": SNOMED, "code": wish.identity, "display": known}]}
            if known
            else {"text": wish.identity}
        )
        found.append({"url": CORE + "genderIdentity", "valueCodeableConcept": value})
    if wish.pronouns:
        found.append(_ext("pronouns", valueString=wish.pronouns))
    if wish.interpreter is not None:
        found.append({"url": INTERPRETER, "valueBoolean": wish.interpreter})
    if wish.writes:
        found.append(_ext("written-language", valueCode=wish.writes))
    if wish.no_address:
        found.append(_ext("no-fixed-address", valueBoolean=True))
    found += [_ext("need", valueString=need) for need in wish.needs]
    return found


def _omb(name: str, codes: Sequence[str], known: dict[str, str]) -> Json:
    """Return a US Core race or ethnicity; 'declined' is the null flavor that says so."""
    if DECLINED in codes:
        parts = [{"url": "ombCategory", "valueCoding": {"system": NULL_FLAVOR, "code": "ASKU", "display": "asked but unknown"}},
                 {"url": "text", "valueString": "Declined to say"}]  # fmt: skip
    else:
        parts = [
            {"url": "ombCategory", "valueCoding": {"system": RACE_SYSTEM, "code": c, "display": known[c]}}
            for c in codes
        ]
        parts.append({"url": "text", "valueString": ", ".join(known[c] for c in codes)})
    return {"url": CORE + name, "extension": parts}


def related_of(wish: PersonWish, patient: str, today: date) -> Json:
    """Return the RelatedPerson that someone beside the patient becomes."""
    shown = dict(RELATIONS).get(wish.relation, "")
    codings = [{"system": ROLE_CODE, "code": wish.relation, **({"display": shown} if shown else {})}]
    if wish.guardian and wish.relation != "GUARD":
        codings.append({"system": ROLE_CODE, "code": "GUARD", "display": "Legal guardian"})
    relationship = [{"coding": codings, **({"text": shown.lower()} if shown else {})}]
    if wish.emergency:
        relationship.append(
            {"coding": [{"system": CONTACT_ROLE, "code": "C", "display": "Emergency Contact"}]}
        )
    given, _, family = wish.name.rpartition(" ")
    person: Json = {
        "resourceType": "RelatedPerson",
        "active": True,
        "patient": {"reference": f"Patient/{patient}"},
        "relationship": relationship,
        "name": [{"text": wish.name, "family": family, **({"given": given.split()} if given else {})}],
        "period": {"start": today.isoformat()},  # of the relation; a last day belongs to the leave to be told
    }
    extension = [fhir.leave_extension(fhir.Leave(topic, wish.until)) for topic in wish.may_discuss]
    if wish.guardian:
        extension.append(_ext("may-consent", valueBoolean=True))
    if extension:
        person["extension"] = extension
    if wish.phone:
        person["telecom"] = [{"system": "phone", "value": wish.phone}]
    return person


def coverage_of(wish: Registration, patient: str, today: date) -> Json | None:
    """Return the Coverage that was said, not yet verified; None where nothing was."""
    subject = {"reference": f"Patient/{patient}"}
    if wish.self_pay:
        return {
            "resourceType": "Coverage",
            "status": "active",
            "type": {
                "coding": [
                    {
                        "system": "http://terminology.hl7.org/CodeSystem/coverage-selfpay",
                        "code": "pay",
                        "display": "Pay",
                    }
                ],
                "text": "Self-pay",
            },
            "beneficiary": subject,
            "payor": [subject],
            "period": {"start": today.isoformat()},
        }
    if not wish.payer:
        return None
    return {
        "resourceType": "Coverage",
        "status": "active",
        **({"subscriberId": wish.member} if wish.member else {}),
        "beneficiary": subject,
        "payor": [{"display": wish.payer}],
        "order": 1,
    }


def account_of(patient: str, guarantor: str) -> Json:
    """Return the Account that says who pays what coverage does not; `guarantor` is a reference."""
    return {
        "resourceType": "Account",
        "status": "active",
        "name": "Patient account",
        "subject": [{"reference": f"Patient/{patient}"}],
        "guarantor": [{"party": {"reference": guarantor}}],
    }


def missing(wish: Registration) -> list[str]:
    """Return what is still to be asked, in the words of the Task."""
    looks = (
        (wish.born is None, "birth date"),
        (not wish.phones, "phone number"),
        (not wish.phones or wish.phones[0].voicemail is None, "leave for voicemail and text"),
        (not (wish.line or wish.no_address), "address"),
        (not wish.speaks, "language spoken"),
        (wish.interpreter is None and wish.speaks not in {"", "en"}, "interpreter needed or not"),
        (not (wish.payer or wish.self_pay), "coverage or self-pay"),
        (not any(p.emergency for p in wish.people), "emergency contact"),
        (wish.gender == "unknown", "sex"),
        (not wish.race, "race"),
        (not wish.ethnicity, "ethnicity"),
    )
    return [what for absent, what in looks if absent]
