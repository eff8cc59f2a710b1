"""The person index: one row a Patient, derived from its newest version."""

import re
import zlib
from collections.abc import Iterable
from typing import Any

import orjson
from django.db import DatabaseError, IntegrityError

from waypost.records import prepared
from waypost.records.projecting import Change, Projection
from waypost.registry import fhir
from waypost.registry.matching import date_keys, mrn_keys, name_keys, phone_keys
from waypost.registry.problems import MrnTaken
from waypost.registry.sounds import plain, sound

Json = dict[str, Any]
COLUMNS = (
    "id text, name text, preferred text, former text[], words text[], birth text, born date, sex text, mrn text,"
    " mrns text[], phones text[], language text, keys int[], alike text, kin text, merged_into text, died boolean,"
    " active boolean"
)
NAMES = ", ".join(column.split()[0] for column in COLUMNS.split(", "))


def hashed(keys: Iterable[str]) -> list[int]:
    """Return the keys as the numbers that stand in the index, in order; two that collide only cost a look."""
    return sorted({zlib.crc32(key.encode()) - 2**31 for key in keys})


def ten_digits(number: str) -> str:
    digits = re.sub(r"\D", "", number)
    return digits[1:] if len(digits) == 11 and digits[0] == "1" else digits


def every_name(patient: Json) -> list[str]:
    """Return every name a person is or was known by, each as one text."""
    found = []
    for name in patient.get("name") or ():
        parts = [*name.get("given", ()), name.get("family", "")]
        found.append(" ".join(part for part in parts if part) or name.get("text", ""))
    return [name for name in found if name]


def row_of(patient: Json) -> Json:
    """Return the row of one Patient."""
    legal = fhir.legal_name(patient)
    names = every_name(patient)
    words = list(dict.fromkeys(word for name in names for word in plain(name).split()))
    birth = patient.get("birthDate") or ""
    born = fhir.born(patient)
    phones = sorted({ten_digits(t["value"]) for t in patient.get("telecom") or ()
                     if t.get("system") in {"phone", "sms"} and t.get("value")} - {""})  # fmt: skip
    ours = fhir.mrn(patient)
    others = {re.sub(r"\D", "", i.get("value", "")) for i in patient.get("identifier") or ()
              if _is_record_number(i)}  # fmt: skip
    mrns = sorted({ours, *(number for number in others if 3 <= len(number) <= 12)} - {""})
    family, given = plain(legal.get("family", "")).split(), plain(" ".join(legal.get("given", ()))).split()
    usual = next(fhir.names(patient, "usual", "nickname"), {})
    keys = name_keys(names) | phone_keys(phones) | mrn_keys(mrns) | date_keys([born] if born else [])
    return {
        "id": patient["id"],
        "name": fhir.say_name(legal) or "Name not known",
        "preferred": " ".join(usual.get("given", ())) or usual.get("text", ""),
        "former": [fhir.say_name(name) for name in fhir.names(patient, "old", "maiden")],
        "words": words,
        "birth": birth,
        "born": born.isoformat() if born else None,
        "sex": patient.get("gender", ""),
        "mrn": ours,
        "mrns": mrns,
        "phones": phones,
        "language": fhir.spoken_language(patient),
        "keys": hashed(keys),
        "alike": f"{sound(family[0])} {sound(given[0])}" if family and given else "",
        "kin": f"{sound(family[0])} {born.isoformat()}" if family and born else "",
        "merged_into": fhir.survivor(patient),
        "died": bool(fhir.died(patient)),
        "active": patient.get("active", True),
    }


def _is_record_number(identifier: Json) -> bool:
    codings = (identifier.get("type") or {}).get("coding") or ()
    return identifier.get("system") == fhir.MRN or any(c.get("code") == "MR" for c in codings)


def project(tenant: int, changes: list[Change]) -> None:
    """Put the rows of the changed Patients in place of the old ones."""
    again = [version.id for version, _, _ in changes if version.version > 1]
    rows = {
        version.id: row_of({**after, "id": version.id}) for version, _, after in changes if after is not None
    }
    numbers = [{"mrn": row["mrn"], "patient": row["id"]} for row in rows.values() if row["mrn"]]
    if again:
        prepared.soon("DELETE FROM registry_person WHERE tenant = %s AND id = ANY(%s)", [tenant, again])
        prepared.soon("DELETE FROM registry_mrn WHERE tenant = %s AND patient = ANY(%s)", [tenant, again])
    if rows:
        prepared.soon(_PERSONS, [tenant, orjson.dumps(list(rows.values())).decode()])
    if numbers:
        prepared.soon(_NUMBERS, [tenant, orjson.dumps(numbers).decode()], _taken)


_PERSONS = (
    f"INSERT INTO registry_person (tenant, {NAMES}) SELECT %s::int, {NAMES} FROM json_to_recordset(%s::json) AS r({COLUMNS})"
)
_NUMBERS = (
    "INSERT INTO registry_mrn SELECT %s::int, mrn, patient FROM json_to_recordset(%s::json) AS r(mrn text, patient text)"
)


def _taken(error: DatabaseError) -> Exception:
    return MrnTaken(expression=("Patient.identifier",)) if isinstance(error, IntegrityError) else error


PROJECTIONS = (
    Projection("registry.person", ("Patient",), project, ("registry_person", "registry_mrn"), soon=True),
)
