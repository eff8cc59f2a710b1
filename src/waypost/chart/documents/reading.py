"""Reading a DocumentReference: where its bytes are, whether it is filed, what it came from. Pure."""

from collections.abc import Mapping
from typing import Any

from waypost.chart.documents.kinds import BY_CODE, LOINC, Kind

Json = dict[str, Any]

EXTENSION = "urn:waypost:extension:"
STANDING = frozenset({"current", ""})


def attachment_of(resource: Mapping[str, Any]) -> Json:
    """Return the first attachment, {} where there is none."""
    for content in resource.get("content") or ():
        found = content.get("attachment") if isinstance(content, dict) else None
        if isinstance(found, dict):
            return found
    return {}


def binary_of(resource: Mapping[str, Any]) -> str:
    """Return the id of the Binary that holds the document here, '' where it is elsewhere or within the entry."""
    return binary_id(str(attachment_of(resource).get("url") or ""))


def binary_id(url: str) -> str:
    """Return the id in 'Binary/x' or '/fhir/Binary/x', '' for any other address."""
    head, _, tail = url.removeprefix("/fhir/").partition("/")
    return tail.partition("/")[0] if head == "Binary" else ""


def patient_of(resource: Mapping[str, Any]) -> str | None:
    """Return whose document it is, None where that is not known."""
    subject = resource.get("subject")
    reference = subject.get("reference") if isinstance(subject, dict) else None
    kind, _, id_ = str(reference or "").partition("/")
    return id_ if kind == "Patient" and id_ else None


def is_unfiled(resource: Mapping[str, Any]) -> bool:
    """Say whether somebody has yet to file it: no patient, or nobody has said that the entry is complete."""
    if resource.get("status", "current") not in STANDING or resource.get("docStatus") == "entered-in-error":
        return False
    return patient_of(resource) is None or resource.get("docStatus") == "preliminary"


def came_at(resource: Mapping[str, Any]) -> str | None:
    """Return when it came: its entry's date."""
    date = resource.get("date")
    return date if isinstance(date, str) and "T" in date else None


def kind_of(resource: Mapping[str, Any]) -> Kind | None:
    """Return which of our kinds it is, by LOINC code."""
    for coding in (resource.get("type") or {}).get("coding") or ():
        if coding.get("system") == LOINC and coding.get("code") in BY_CODE:
            return BY_CODE[coding["code"]]
    return None


def pages_of(resource: Mapping[str, Any]) -> int:
    """Return how many pages the entry says there are, 0 where it does not say."""
    for one in resource.get("extension") or ():
        if one.get("url") == EXTENSION + "pages" and isinstance(one.get("valueUnsignedInt"), int):
            return one["valueUnsignedInt"]
    return 0


def title_of(resource: Mapping[str, Any]) -> str:
    """Return what a document is called before it is filed: as its sender or its file called it."""
    return str(resource.get("description") or attachment_of(resource).get("title") or "")


def who_sent(resource: Mapping[str, Any]) -> str:
    """Return whom the entry names as the author, as written there."""
    names = [str(one.get("display") or "") for one in resource.get("author") or () if isinstance(one, dict)]
    return ", ".join(name for name in names if name)


def came_from(resource: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the ids of the documents whose pages it was made of."""
    found = []
    for one in resource.get("relatesTo") or ():
        kind, _, id_ = str((one.get("target") or {}).get("reference") or "").partition("/")
        if one.get("code") == "transforms" and kind == "DocumentReference":
            found.append(id_)
    return tuple(found)


def entry(
    id: str, binary: str, *, mime: str, data: bytes, sha1: str, pages: int, title: str, at: str, patient: str | None
) -> Json:
    """Return the entry of a document that has just come and that nobody has filed."""
    made: Json = {
        "resourceType": "DocumentReference",
        "id": id,
        "extension": [{"url": EXTENSION + "pages", "valueUnsignedInt": pages}],
        "status": "current",
        "docStatus": "preliminary",
        "date": at,
        "content": [
            {"attachment": {"contentType": mime, "url": f"Binary/{binary}", "size": len(data), "hash": sha1, "title": title}}
        ],
    }
    if patient:
        made["subject"] = {"reference": f"Patient/{patient}"}
    return made
