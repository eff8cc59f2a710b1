"""A registration wish and the FHIR resources it becomes. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from waypost.registry import about, fhir

Json = dict[str, Any]
EXTENSION = "urn:waypost:extension:"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
INTERPRETER = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
MRN_TYPE = {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v2-0203", "code": "MR"}]}
ROLE_CODE = "http://terminology.hl7.org/CodeSystem/v3-RoleCode"
CONTACT_ROLE = "http://terminology.hl7.org/CodeSystem/v2-0131"
RELATIONS = (
    ("MTH", "Mother"), ("FTH", "Father"), ("PRN", "Parent"), ("GUARD", "Legal guardian"), ("SPS", "Spouse"), ("DOMPART", "Partner"),
    ("CHILD", "Child"), ("SIB", "Brother or sister"), ("GRPRN", "Grandparent"), ("FRND", "Friend"), ("NBOR", "Neighbor"), ("EXT", "Other relative"),
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class PhoneWish:
    """One number; leave for voicemail and text is None where nobody asked."""

    number: str
    use: str = ""  # mobile, home, work; '' where nobody said
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
    given: str = ""  # '' where someone has one name only
    preferred: str = ""
    former: str = ""
    former_given: str = ""
    born: date | None = None
    birth_unknown: bool = False
    multiple: str = ""  # as in registry.about, like the six facts below
    gender: str = "unknown"
    birth_sex: str = ""
    identity: str = ""
    pronouns: str = ""
    race: Sequence[str] = ()
    ethnicity: str = ""
    phones: Sequence[PhoneWish] = ()
    declined: frozenset[str] = frozenset()  # of phone, address, language
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
    extra: Json = field(default_factory=dict)


def patient_of(wish: Registration, mrn: str) -> Json:
    """Return the Patient that a wish becomes, under its record number."""
    patient: Json = {
        "resourceType": "Patient",
        "active": True,
        "identifier": [{"use": "usual", "type": MRN_TYPE, "system": "urn:waypost:mrn", "value": mrn}],
        "name": _names(wish),
    }
    if wish.born:
        patient["birthDate"] = wish.born.isoformat()
    else:
        reason = "asked-unknown" if wish.birth_unknown else "unknown"
        patient["_birthDate"] = {"extension": [{"url": ABSENT, "valueCode": reason}]}
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
    for what in sorted(wish.declined):
        about.set_declined(patient, what, said=True)
    return about.with_about(patient, _about(wish)) | wish.extra


def _about(wish: Registration) -> Json:
    return {
        "sex": wish.gender, "birth_sex": wish.birth_sex, "identity": wish.identity, "pronouns": wish.pronouns,
        "race": list(wish.race), "ethnicity": wish.ethnicity, "multiple": wish.multiple,
    }  # fmt: skip


def _names(wish: Registration) -> list[Json]:
    names: list[Json] = [{"use": "official", "family": wish.family, "given": wish.given.split()}]
    if wish.preferred:
        names.append({"use": "usual", "given": wish.preferred.split()})
    if wish.former or wish.former_given:
        given = (wish.former_given or wish.given).split()
        names.append({"use": "old", "family": wish.former or wish.family, "given": given})
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
        **({"use": wish.use} if wish.use else {}),
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
    if wish.interpreter is not None:
        found.append({"url": INTERPRETER, "valueBoolean": wish.interpreter})
    if wish.writes:
        found.append(_ext("written-language", valueCode=wish.writes))
    if wish.no_address:
        found.append(_ext("no-fixed-address", valueBoolean=True))
    found += [_ext("need", valueString=need) for need in wish.needs]
    return found


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


def missing(wish: Registration) -> list[str]:
    """Return what is still to be asked, in the words of the Task."""
    no = wish.declined
    looks = (
        (wish.born is None, "birth date"),
        (not wish.phones and "phone" not in no, "phone number"),
        (bool(wish.phones) and wish.phones[0].voicemail is None, "leave for voicemail and text"),
        (not (wish.line or wish.no_address or "address" in no), "address"),
        (not wish.speaks and "language" not in no, "language spoken"),
        (wish.interpreter is None and wish.speaks not in {"", "en"}, "interpreter needed or not"),
        (not (wish.payer or wish.self_pay), "coverage or self-pay"),
        (not any(p.emergency for p in wish.people), "emergency contact"),
        (wish.gender == "unknown", "sex"),
        (not wish.race, "race"),
        (not wish.ethnicity, "ethnicity"),
    )
    return [what for absent, what in looks if absent]
