"""Record numbers: every patient filed by a program gets one too, and keeps it."""

import json
from typing import Any

from waypost.formats.fhir.text import members
from waypost.records import prepared
from waypost.registry import fhir
from waypost.registry.registration import MRN_TYPE

Json = dict[str, Any]


def next_number(tenant: int) -> str:
    """Return the next record number; the database gives each out once."""
    return str(prepared.rows("SELECT registry_next_mrn(%s)", [tenant])[0][0])


def numbered(tenant: int, text: str, content: Json, before: Json | None) -> str:
    """Return a Patient's text with its record number: the one it names, the one it had, or for a new one the next.

    All else stays as it was written.
    """
    if not _readable(content) or fhir.mrn(content):
        return text
    number = fhir.mrn(before) if before is not None else next_number(tenant)
    if not number:
        return text
    ours = json.dumps(
        {"use": "usual", "type": MRN_TYPE, "system": fhir.MRN, "value": number}, separators=(",", ":")
    )
    spans = members(text)
    if "identifier" in spans:
        end = spans["identifier"][1] - 1
        comma = "," if content["identifier"] else ""
        return f"{text[:end]}{comma}{ours}{text[end:]}"
    end = spans["resourceType"][1]
    return f'{text[:end]},"identifier":[{ours}]{text[end:]}'


def _readable(content: Json) -> bool:
    """Whether identifiers are where they belong; if not, validation says so."""
    found = content.get("identifier", [])
    return isinstance(found, list) and all(isinstance(one, dict) for one in found)
