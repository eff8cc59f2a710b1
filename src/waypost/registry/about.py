"""What someone is asked about themselves. Said, declined and never asked are three things, and none is guessed. Pure.

Each fact has one plain value: '' (or an empty list) where nobody asked, `DECLINED` where they would not say, else a code or
their own words. `asked` reads these values out of a Patient, `with_about` writes those that differ and touches no other.
"""

from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from waypost.registry import fhir

Json = dict[str, Any]

CORE = "http://hl7.org/fhir/us/core/StructureDefinition/us-core-"
NULL_FLAVOR = "http://terminology.hl7.org/CodeSystem/v3-NullFlavor"
RACE_SYSTEM = "urn:oid:2.16.840.1.113883.6.238"  # CDC race and ethnicity, named by US Core
SNOMED = "http://snomed.info/sct"
DECLINED, UNKNOWN = "declined", "UNK"
DECLINED_WORDS, UNKNOWN_WORDS = "Declined to say", "Not known"

SEXES = (("female", "Female"), ("male", "Male"), ("other", "Other"), ("unknown", UNKNOWN_WORDS))
BIRTH_SEXES = (
    ("F", "Female"),
    ("M", "Male"),
    ("OTH", "Other"),
    (UNKNOWN, UNKNOWN_WORDS),
    (DECLINED, DECLINED_WORDS),
)
IDENTITIES = (("446151000124109", "Man"), ("446141000124107", "Woman"), ("33791000087105", "Nonbinary"))
RACES = (
    ("1002-5", "American Indian or Alaska Native"), ("2028-9", "Asian"), ("2054-5", "Black or African American"),
    ("2076-8", "Native Hawaiian or Other Pacific Islander"), ("2106-3", "White"), ("2131-1", "Other race"),
)  # fmt: skip
ETHNICITIES = (("2135-2", "Hispanic or Latino"), ("2186-5", "Not Hispanic or Latino"))
MULTIPLES = (
    ("no", "No"), ("1", "Born first"), ("2", "Born second"), ("3", "Born third"), ("4", "Born fourth"), ("5", "Born fifth"),
    ("yes", "Yes, order not known"),
)  # fmt: skip
LABELS = {
    "sex": "Sex on record", "birth_sex": "Sex at birth", "identity": "Gender", "pronouns": "Pronouns", "race": "Race",
    "ethnicity": "Ethnicity", "multiple": "Twin or more",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is asked: what was said, or that they declined, or (state '') that nobody asked."""

    key: str
    label: str
    words: str
    state: str  # said | declined | unknown | ''


def asked(patient: Json) -> dict[str, Any]:
    """Return the plain value of each fact."""
    return {key: read(patient) for key, (read, _) in _FACTS.items()}


def facts(patient: Json) -> tuple[Fact, ...]:
    """Return each fact in words."""
    values = asked(patient)
    return tuple(Fact(key, label, *_said(patient, key, values[key])) for key, label in LABELS.items())


def with_about(patient: Json, wished: Mapping[str, Any]) -> Json:
    """Return the patient with these facts as wished; what is wished as it stands stays to the letter."""
    made, before = deepcopy(patient), asked(patient)
    for key, (_, write) in _FACTS.items():
        if key in wished and wished[key] != before[key]:
            write(made, wished[key])
    return made


def _said(patient: Json, key: str, value: Any) -> tuple[str, str]:
    values: list[str] = value if isinstance(value, list) else [value]
    if DECLINED in values:
        return DECLINED_WORDS, "declined"
    if not any(values):
        return "", ""
    if UNKNOWN in values or (key == "sex" and value == "unknown"):
        return UNKNOWN_WORDS, "unknown"
    if key in {"race", "ethnicity"}:
        return _omb_words(_item(patient, CORE + key)) or ", ".join(values), "said"
    known = {"sex": SEXES, "birth_sex": BIRTH_SEXES, "identity": IDENTITIES, "multiple": MULTIPLES}.get(
        key, ()
    )
    shown = fhir.extension(patient, CORE + "genderIdentity") if key == "identity" else None
    words = dict(known).get(values[0]) or (_display(shown) if shown else "") or values[0]
    return (f"Born number {words}" if key == "multiple" and words.isdecimal() else words), "said"


def _item(patient: Json, url: str) -> Json:
    return next((x for x in patient.get("extension", ()) if x.get("url") == url), {})


def _replace(patient: Json, url: str, items: Sequence[Json]) -> None:
    kept = [x for x in patient.get("extension", ()) if x.get("url") != url]
    if kept or items:
        patient["extension"] = [*kept, *items]
    else:
        patient.pop("extension", None)


def _display(concept: Json) -> str:
    return concept.get("text") or next(
        (c["display"] for c in concept.get("coding", ()) if c.get("display")), ""
    )


def _declining(words: str) -> bool:
    return words.lower().startswith("declined")


def _sex(patient: Json) -> str:
    return patient.get("gender", "")


def _put_sex(patient: Json, value: str) -> None:
    if value:
        patient["gender"] = value
    else:
        patient.pop("gender", None)


def _birth_sex(patient: Json) -> str:
    code = fhir.extension(patient, CORE + "birthsex") or ""
    return DECLINED if code == "ASKU" else str(code)


def _put_birth_sex(patient: Json, value: str) -> None:
    code = "ASKU" if value == DECLINED else value
    _replace(patient, CORE + "birthsex", [{"url": CORE + "birthsex", "valueCode": code}] if code else [])


def _identity(patient: Json) -> str:
    concept = fhir.extension(patient, CORE + "genderIdentity") or {}
    codes = [c.get("code", "") for c in concept.get("coding", ())]
    if "ASKU" in codes or _declining(_display(concept)):
        return DECLINED
    return next((code for code in codes if code), "") or concept.get("text", "")


def _put_identity(patient: Json, value: str) -> None:
    known = dict(IDENTITIES)
    if value == DECLINED:
        concept: Json = {"coding": [{"system": NULL_FLAVOR, "code": "ASKU"}], "text": DECLINED_WORDS}
    elif value in known:
        concept = {"coding": [{"system": SNOMED, "code": value, "display": known[value]}]}
    else:
        concept = {"text": value}
    url = CORE + "genderIdentity"
    _replace(patient, url, [{"url": url, "valueCodeableConcept": concept}] if value else [])


def _pronouns(patient: Json) -> str:
    item = _item(patient, fhir.EXTENSION + "pronouns")
    return DECLINED if declined(item.get("_valueString")) else item.get("valueString", "")


def _put_pronouns(patient: Json, value: str) -> None:
    url = fhir.EXTENSION + "pronouns"
    said = {"_valueString": {"extension": [dict(DECLINING)]}} if value == DECLINED else {"valueString": value}
    _replace(patient, url, [{"url": url, **said}] if value else [])


def _omb(patient: Json, name: str) -> list[str]:
    parts = _item(patient, CORE + name).get("extension", ())
    codes = [
        x["valueCoding"].get("code", "")
        for x in parts
        if x.get("url") == "ombCategory" and "valueCoding" in x
    ]
    words = next((x.get("valueString", "") for x in parts if x.get("url") == "text"), "")
    if "ASKU" in codes or _declining(words):
        return [DECLINED]
    return [code for code in codes if code] or ([words] if words else [])


def _omb_words(item: Json) -> str:
    parts = item.get("extension", ())
    text = next((x.get("valueString", "") for x in parts if x.get("url") == "text"), "")
    return text or ", ".join(c["display"] for x in parts if (c := x.get("valueCoding")) and c.get("display"))


def _put_omb(patient: Json, name: str, values: Sequence[str], known: dict[str, str]) -> None:
    """Write a US Core race or ethnicity; a null flavor says that they declined or that it is not known."""
    url = CORE + name
    nulls = {
        DECLINED: ("ASKU", "asked but unknown", DECLINED_WORDS),
        UNKNOWN: ("UNK", "unknown", UNKNOWN_WORDS),
    }
    null = next((nulls[value] for value in (DECLINED, UNKNOWN) if value in values), None)
    if null:
        codings = [{"system": NULL_FLAVOR, "code": null[0], "display": null[1]}]
        words = null[2]
    else:
        codings = [
            {"system": RACE_SYSTEM, "code": code, "display": known[code]} for code in values if code in known
        ]
        words = ", ".join(known.get(value, value) for value in values)
    parts = [{"url": "ombCategory", "valueCoding": coding} for coding in codings]
    parts.append({"url": "text", "valueString": words})
    _replace(patient, url, [{"url": url, "extension": parts}] if values else [])


def _race(patient: Json) -> list[str]:
    return _omb(patient, "race")


def _put_race(patient: Json, values: Sequence[str]) -> None:
    _put_omb(patient, "race", values, dict(RACES))


def _ethnicity(patient: Json) -> str:
    return next(iter(_omb(patient, "ethnicity")), "")


def _put_ethnicity(patient: Json, value: str) -> None:
    _put_omb(patient, "ethnicity", [value] if value else [], dict(ETHNICITIES))


def _multiple(patient: Json) -> str:
    if "multipleBirthInteger" in patient:
        return str(patient["multipleBirthInteger"])
    return {True: "yes", False: "no", None: ""}[patient.get("multipleBirthBoolean")]


def _put_multiple(patient: Json, value: str) -> None:
    for key in ("multipleBirthInteger", "multipleBirthBoolean"):
        patient.pop(key, None)
    if value.isdecimal():
        patient["multipleBirthInteger"] = int(value)
    elif value:
        patient["multipleBirthBoolean"] = value == "yes"


_FACTS: dict[str, tuple[Callable[[Json], Any], Callable[[Json, Any], None]]] = {
    "sex": (_sex, _put_sex), "birth_sex": (_birth_sex, _put_birth_sex), "identity": (_identity, _put_identity),
    "pronouns": (_pronouns, _put_pronouns), "race": (_race, _put_race), "ethnicity": (_ethnicity, _put_ethnicity),
    "multiple": (_multiple, _put_multiple),
}  # fmt: skip


# Phone, address and language: what a form must hold may be declined too. FHIR says so by an element that has
# nothing but the reason why it is absent.

DECLINING = {"url": fhir.ABSENT, "valueCode": "asked-declined"}
_EMPTY: dict[str, tuple[str, Json]] = {
    "phone": ("telecom", {"extension": [DECLINING], "system": "phone"}),
    "address": ("address", {"extension": [DECLINING]}),
    "language": ("communication", {"language": {"extension": [DECLINING]}}),
}


def declined(element: Json | None) -> bool:
    """Return whether an element says that the person was asked and declined."""
    return fhir.extension(element, fhir.ABSENT) == "asked-declined"


def what_declined(patient: Json) -> frozenset[str]:
    """Return which of phone, address and language the person declined to give."""
    return frozenset(what for what, (key, _) in _EMPTY.items() if any(map(_is_empty, patient.get(key, ()))))


def _is_empty(element: Json) -> bool:
    return declined(element) or declined(element.get("language"))


def set_declined(patient: Json, what: str, said: bool) -> None:
    """Record that phone, address or language was declined, or no longer."""
    key, empty = _EMPTY[what]
    kept = [element for element in patient.get(key, ()) if not _is_empty(element)]
    if said:
        kept.append(deepcopy(empty))
    if kept:
        patient[key] = kept
    else:
        patient.pop(key, None)
