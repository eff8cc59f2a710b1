"""Who changed what: two versions of a resource compared in words."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from waypost.chart.rules.people import say_leaves
from waypost.chart.rules.words import Json, Reading, concept, quantity
from waypost.registry import about, fhir
from waypost.terminology.languages import language_name

UNSAID = frozenset({"meta", "resourceType", "id", "text"})

LABELS = {
    "name": "Name", "telecom": "Phone or e-mail", "address": "Address", "birthDate": "Birth date", "gender": "Sex",
    "communication": "Language", "identifier": "Number", "deceasedDateTime": "Died", "deceasedBoolean": "Died",
    "generalPractitioner": "PCP", "contact": "Contact", "link": "Merged with", "active": "In use", "period": "Time",
    "relationship": "Relationship", "participant": "Member", "payor": "Payer", "subscriberId": "Member number", "type": "Type",
    "status": "State", "clinicalStatus": "State", "verificationStatus": "Certainty", "code": "What", "onsetDateTime": "Since",
    "abatementDateTime": "Ended", "reaction": "Reaction", "criticality": "Severity", "dosage": "How it is taken",
    "medicationCodeableConcept": "Medication", "reasonReference": "For", "effectiveDateTime": "Since", "effectivePeriod": "Time",
    "recordedDate": "Recorded", "statusReason": "Reason", "owner": "Who has it", "restriction": "Due", "_birthDate": "Birth date",
    "multipleBirthInteger": "Twin or more", "multipleBirthBoolean": "Twin or more", "guarantor": "Who pays",
}  # fmt: skip

EXTENSIONS = {
    "pronouns": "Pronouns", "written-language": "Reads letters in", "no-fixed-address": "No fixed address", "zone": "Time zone", "need": "Need",
    "us-core-race": "Race", "us-core-ethnicity": "Ethnicity", "us-core-birthsex": "Sex at birth", "us-core-genderIdentity": "Gender",
    "may-discuss": "OK to talk about", "may-consent": "May consent", "may-bring": "May bring", "patient-interpreterRequired": "Interpreter",
}  # fmt: skip


_ABOUT = {
    "us-core-race": "race", "us-core-ethnicity": "ethnicity", "us-core-birthsex": "birth_sex", "us-core-genderIdentity": "identity",
    "pronouns": "pronouns",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that differs: what went, what came."""

    label: str
    before: str
    after: str


def changes(before: Json | None, after: Json | None, reading: Reading) -> tuple[Change, ...]:
    """Return what differs between two contents, in words. What stayed is not said."""
    if after is None:
        return (Change("Record", "kept", "removed"),)
    old = dict(_parts(before or {}, reading))
    new = dict(_parts(after, reading))
    found = []
    for label in dict.fromkeys([*old, *new]):
        gone = [x for x in old.get(label, []) if x not in new.get(label, [])]
        come = [x for x in new.get(label, []) if x not in old.get(label, [])]
        if gone or come:
            found.append(Change(label, "; ".join(gone), "; ".join(come)))
    return tuple(found)


def _parts(resource: Json, reading: Reading) -> Iterator[tuple[str, list[str]]]:
    """Return each element under its label, as a list of words."""
    gathered: dict[str, list[str]] = {}
    for key, value in resource.items():
        if key in UNSAID:
            continue
        if key == "extension":
            for label, words in _extensions(value, reading):
                gathered.setdefault(label, []).append(words)
            continue
        items = value if isinstance(value, list) else [value]
        label = LABELS.get(key, _spaced(key))
        for item in items:
            gathered.setdefault(label, []).append(_SAY.get(key, say)(item, reading))
    yield from gathered.items()


def _extensions(values: list[Json], reading: Reading) -> Iterator[tuple[str, str]]:
    for item in values:
        name = item.get("url", "").rpartition("/")[2].rpartition(":")[2]
        label = EXTENSIONS.get(name, _spaced(name.replace("-", " ")))
        if name in _ABOUT:
            fact = next(f for f in about.facts({"extension": [item]}) if f.key == _ABOUT[name])
            yield label, fact.words or "not asked"
            continue
        if name == "may-discuss":
            yield label, say_leaves(fhir.leaves({"extension": [item]}), reading.today)
            continue
        inner = [v for k, v in item.items() if k.startswith("value")]
        if inner:
            yield label, say(inner[0], reading)
        else:
            yield label, ", ".join(words for _, words in _extensions(item.get("extension", []), reading))


def _spaced(key: str) -> str:
    words = "".join(f" {c.lower()}" if c.isupper() else c for c in key).strip()
    return words.capitalize()


def say(value: Any, reading: Reading) -> str:
    """Return any FHIR value in words."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return ", ".join(say(v, reading) for v in value)
    if not isinstance(value, dict):
        text = str(value)
        return (
            reading.day(text)
            if len(text) >= 10 and text[:4].isdigit() and text[4] == "-" and reading.day(text)
            else text
        )
    if "coding" in value or set(value) == {"text"}:
        return concept(value) or "not said"
    if "reference" in value or "display" in value:
        return reading.name(value) or value.get("reference", "")
    if "value" in value and ("unit" in value or "code" in value):
        return quantity(value)
    if value.keys() <= {"start", "end", "extension"}:
        return _period(value, reading)
    return ", ".join(
        words
        for words in (say(v, reading) for k, v in value.items() if k not in {"use", "system", "id", "url"})
        if words
    )


def _period(value: Json, reading: Reading) -> str:
    start, end = reading.day(value.get("start")), reading.day(value.get("end"))
    if start and end:
        return f"{start} to {end}"
    return f"from {start}" if start else f"until {end}"


def _guarantor(value: Json, reading: Reading) -> str:
    period = _period(value["period"], reading) if value.get("period") else ""
    return ", ".join(p for p in (reading.name(value.get("party")) or "someone", period) if p)


def _telecom(value: Json, reading: Reading) -> str:
    if about.declined(value):
        return about.DECLINED_WORDS.lower()
    shown = (
        fhir.say_phone(value.get("value", "")) if value.get("system") != "email" else value.get("value", "")
    )
    phones = fhir.phones({"telecom": [{**value, "use": "", "period": {}}]}, reading.today)
    parts = [
        f"{phones[0].owner}’s" if phones and phones[0].owner else "",
        value.get("use", ""),
        phones[0].leave if phones else "",
    ]
    if value.get("system") == "email":
        parts.append("wants e-mail" if fhir.extension(value, "email-ok") is True else "no e-mail wanted")
    if value.get("period"):
        parts.append(_period(value["period"], reading))
    if value.get("rank") == 1:
        parts.append("dialed first")
    return ", ".join(p for p in (shown, *parts) if p)


def _name(value: Any, reading: Reading) -> str:
    if not isinstance(value, dict):
        return str(value)
    kind = {"old": "former", "maiden": "former", "usual": "goes by"}.get(value.get("use", ""), "")
    return f"{fhir.say_name(value)}{f' ({kind})' if kind else ''}"


def _address(value: Any, reading: Reading) -> str:
    if not isinstance(value, dict):
        return str(value)
    if about.declined(value):
        return about.DECLINED_WORDS.lower()
    use = "old" if value.get("use") == "old" else ""
    period = _period(value["period"], reading) if value.get("period") else ""
    return ", ".join(p for p in (fhir.say_address(value), use, period) if p)


def _language(value: Json, reading: Reading) -> str:
    said = value.get("language") or {}
    if about.declined(said):
        return about.DECLINED_WORDS.lower()
    code = next((c.get("code") for c in said.get("coding", ())), "")
    return f"{language_name(code) or concept(said)}{', to speak' if value.get('preferred') else ''}"


def _participant(value: Json, reading: Reading) -> str:
    roles = ", ".join(concept(r) for r in value.get("role", ()))
    who = reading.name(value.get("member") or value.get("actor"))
    return f"{who}{f' ({roles})' if roles else ''}"


def _reaction(value: Json, reading: Reading) -> str:
    return ", ".join(concept(m) for m in value.get("manifestation", ()))


def _dosage(value: Json, reading: Reading) -> str:
    return value.get("text") or say(value, reading)


def _unknown_birth(value: Json, reading: Reading) -> str:
    return "not known" if fhir.extension(value, fhir.ABSENT) else say(value, reading)


_SAY: dict[str, Callable[[Any, Reading], str]] = {
    "telecom": _telecom, "name": _name, "address": _address, "communication": _language, "participant": _participant,
    "guarantor": _guarantor, "reaction": _reaction, "dosage": _dosage, "_birthDate": _unknown_birth,
}  # fmt: skip
