"""The list of one visit: what is to be done at the desk, what is done, what the patient said. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from waypost.chart.documents.kinds import BY_CODE
from waypost.kernel import ids
from waypost.kernel.dates import read_day, read_moment

Json = dict[str, Any]
QUESTIONNAIRE = "urn:waypost:questionnaire:check-in"
PATIENTS_PART = "urn:waypost:questionnaire:check-in-patient"
CONSENT_SCOPE = "http://terminology.hl7.org/CodeSystem/consentscope"
LOINC = "http://loinc.org"
INSURANCE_CARD = "64290-0"
CONSENT_DAYS = 365  # unless said otherwise [P]
CONSENT_SOON_DAYS = 30

IDENTITY = {
    "photo": "Photo ID seen", "two": "Name and birth date said", "known": "Known to us", "none": "No ID today, care goes on",
}  # fmt: skip
METHODS = {"card": "Card", "cash": "Cash", "check": "Check", "other": "Other"}
FOR = {"copay": "Copay", "sliding-fee": "Sliding fee", "other": "Other"}
NOT_TAKEN = {
    "none-due": "Nothing due", "later": "Pays later", "cannot": "Cannot pay today", "waived": "Waived", "coverage": "Coverage not clear yet",
}  # fmt: skip
CONSENTS: dict[str, tuple[str, str, str]] = {  # word, scope, LOINC of its document
    "treatment": ("Consent to treatment", "treatment", "59284-0"),
    "privacy": ("Privacy notice received", "patient-privacy", "57016-8"),
    "billing": ("Agreement on billing", "patient-privacy", "64292-6"),
}


@dataclass(frozen=True, slots=True)
class Ticked:
    """One line of the list as somebody ticked it."""

    code: str
    at: datetime
    by: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class Signed:
    """A consent: signed when, and until when it holds; `state` none | ok | soon | over | refused."""

    kind: str
    word: str
    state: str
    on: date | None = None
    until: date | None = None


def check_in_id(tenant: int, appointment: str, patient: str) -> str:
    return str(ids.uuid5_of("check-in", str(tenant), appointment, patient))


def part_id(tenant: int, appointment: str, patient: str) -> str:
    return str(ids.uuid5_of("check-in-patient", str(tenant), appointment, patient))


def msp_id(tenant: int, patient: str) -> str:
    return str(ids.uuid5_of("medicare-secondary", str(tenant), patient))


def consent_id(tenant: int, patient: str, kind: str) -> str:
    return str(ids.uuid5_of("consent", str(tenant), patient, kind))


def card_id(tenant: int, coverage: str, side: str) -> str:
    return str(ids.uuid5_of("insurance-card", str(tenant), coverage, side))


def card(coverage: str, title: str) -> Json:
    """Return what the entry of a card's picture says besides the picture: it is filed as soon as it is taken."""
    return {
        "docStatus": "final",
        "type": BY_CODE[INSURANCE_CARD].concept,
        "description": title,
        "context": {"related": [{"reference": f"Coverage/{coverage}"}]},
    }


def ticked(response: Json | None) -> dict[str, Ticked]:
    """Return what was ticked, by line."""
    found: dict[str, Ticked] = {}
    for one in (response or {}).get("item", ()):
        answer = next(iter(one.get("answer", ())), {})
        inner = {part.get("linkId", "").rpartition(".")[2]: next(iter(part.get("answer", ())), {}) for part in answer.get("item", ())}
        at = read_moment(inner.get("at", {}).get("valueDateTime"))
        if at is not None:
            code = answer.get("valueCoding", {}).get("code", "")
            found[one["linkId"]] = Ticked(code, at, inner.get("by", {}).get("valueString", ""), inner.get("note", {}).get("valueString", ""))
    return found


def tick(response: Json, line: str, text: str, code: str, display: str, at: str, by: str, note: str = "") -> Json:
    """Return the list with one line ticked, or ticked anew."""
    inner = [{"linkId": f"{line}.at", "answer": [{"valueDateTime": at}]}, {"linkId": f"{line}.by", "answer": [{"valueString": by}]}]
    if note:
        inner.append({"linkId": f"{line}.note", "answer": [{"valueString": note}]})
    answer = {"valueCoding": {"system": "urn:waypost:check-in", "code": code, "display": display}, "item": inner}
    kept = [one for one in response.get("item", ()) if one.get("linkId") != line]
    return {**response, "authored": at, "item": [*kept, {"linkId": line, "text": text, "answer": [answer]}]}


def begun(kind: str, id_: str, appointment: str, patient: str, encounter: str = "") -> Json:
    """Return an empty list of a visit, or of the patient's part of it."""
    made: Json = {
        "resourceType": "QuestionnaireResponse",
        "id": id_,
        "questionnaire": kind,
        "status": "in-progress",
        "subject": {"reference": f"Patient/{patient}"},
        "identifier": {"system": "urn:waypost:visit", "value": appointment},
    }
    return made | ({"encounter": {"reference": f"Encounter/{encounter}"}} if encounter else {})


def consents(found: Mapping[str, Json], today: date) -> tuple[Signed, ...]:
    """Return each consent that a visit asks for, as it stands today."""
    return tuple(_signed(kind, found.get(kind), today) for kind in CONSENTS)


def _signed(kind: str, consent: Json | None, today: date) -> Signed:
    word = CONSENTS[kind][0]
    if consent is None:
        return Signed(kind, word, "none")
    on = read_day(consent.get("dateTime"))
    until = read_day(((consent.get("provision") or {}).get("period") or {}).get("end"))
    if consent.get("status") != "active":
        return Signed(kind, word, "refused", on, until)
    if until is not None and until < today:
        return Signed(kind, word, "over", on, until)
    soon = until is not None and until - today <= timedelta(days=CONSENT_SOON_DAYS)
    return Signed(kind, word, "soon" if soon else "ok", on, until)


def consent(id_: str, kind: str, patient: str, *, on: date, at: str, until: date, signed: bool, by: str) -> Json:
    """Return a consent as signed, or as refused, with its last day."""
    word, scope, code = CONSENTS[kind]
    names = {"treatment": "Treatment", "patient-privacy": "Privacy Consent"}
    return {
        "resourceType": "Consent",
        "id": id_,
        "status": "active" if signed else "rejected",
        "scope": {"coding": [{"system": CONSENT_SCOPE, "code": scope, "display": names[scope]}]},
        "category": [{"coding": [{"system": LOINC, "code": code}, {"system": "urn:waypost:consent", "code": kind}], "text": word}],
        "patient": {"reference": f"Patient/{patient}"},
        "dateTime": at,
        "policyRule": {"text": word},
        "provision": {"type": "permit" if signed else "deny", "period": {"start": on.isoformat(), "end": until.isoformat()}},
        "extension": [{"url": "urn:waypost:extension:witness", "valueString": by}],
    }


def said_by_patient(response: Json | None) -> list[tuple[str, str]]:
    """Return what the patient said in their part, as (question, answer)."""
    found = []
    for one in (response or {}).get("item", ()):
        answer = next(iter(one.get("answer", ())), {})
        said = answer.get("valueString") or answer.get("valueCoding", {}).get("display", "")
        if said:
            found.append((one.get("text", one.get("linkId", "")), said))
    return found
