"""Relationships and restrictions, kept from the versions that state them."""

from datetime import datetime, timedelta
from typing import Any

import orjson

from waypost.records import prepared
from waypost.records.labels import label_of
from waypost.records.projecting import Change, Projection

ALWAYS = ("-infinity", "infinity")
VISIT_WINDOW_DAYS = 30
HOLDING = frozenset({"booked", "arrived", "checked-in", "fulfilled", "pending"})

Row = tuple[str, str, str, str, str]  # patient, practitioner, kind, since, until


def relationships(resource: dict[str, Any]) -> list[Row]:
    """Return the relationships that one resource states."""
    kind = resource.get("resourceType")
    if kind == "CareTeam":
        return _of_care_team(resource)
    if kind == "Patient":
        return [(resource["id"], _id(gp, "Practitioner"), "panel", *ALWAYS)
                for gp in resource.get("generalPractitioner") or () if _id(gp, "Practitioner")]
    if kind == "Appointment" and resource.get("status") in HOLDING and resource.get("start"):
        return _of_visit(resource)
    return []


def _of_care_team(resource: dict[str, Any]) -> list[Row]:
    patient = _id(resource.get("subject"), "Patient")
    if not patient or resource.get("status") != "active":
        return []
    rows = []
    for member in resource.get("participant") or ():
        practitioner = _id(member.get("member"), "Practitioner")
        if practitioner:
            period = member.get("period") or resource.get("period") or {}
            rows.append((patient, practitioner, "team", period.get("start") or ALWAYS[0], _end(period.get("end"))))
    return rows


def _of_visit(resource: dict[str, Any]) -> list[Row]:
    start = datetime.fromisoformat(resource["start"])
    window = timedelta(days=VISIT_WINDOW_DAYS)
    span = ((start - window).isoformat(), (start + window).isoformat())
    actors = [p.get("actor") for p in resource.get("participant") or ()]
    patients = [p for p in (_id(a, "Patient") for a in actors) if p]
    practitioners = [p for p in (_id(a, "Practitioner") for a in actors) if p]
    return [(patient, practitioner, "visit", *span) for patient in patients for practitioner in practitioners]


def _end(text: str | None) -> str:
    """A period's end is inclusive: a date holds until the day after begins."""
    if not text:
        return ALWAYS[1]
    if len(text) == 10:
        return (datetime.fromisoformat(text) + timedelta(days=1)).date().isoformat()
    return text


def _id(reference: Any, kind: str) -> str:
    text = reference.get("reference", "") if isinstance(reference, dict) else ""
    head, _, tail = text.partition("/")
    return tail if head == kind else ""


def project_relationships(tenant: int, changes: list[Change]) -> None:
    gone = [version.reference for version, _, _ in changes if version.version > 1]
    rows = {}
    for version, _, after in changes:
        if after is None:
            continue
        for patient, practitioner, kind, since, until in relationships(after):
            rows[patient, practitioner, kind, version.reference] = {
                "patient": patient, "practitioner": practitioner, "kind": kind, "source": version.reference,
                "since": since, "until": until}
    if gone:
        prepared.soon("DELETE FROM access_relationship WHERE tenant = %s AND source = ANY(%s)", [tenant, gone])
    if rows:
        prepared.soon(
            "INSERT INTO access_relationship (tenant, patient, practitioner, kind, source, since, until)"
            " SELECT %s::int, r.patient, r.practitioner, r.kind, r.source, r.since, r.until FROM json_to_recordset(%s::json)"
            " AS r(patient text, practitioner text, kind text, source text, since timestamptz, until timestamptz)"
            " ON CONFLICT DO NOTHING",
            [tenant, orjson.dumps(list(rows.values())).decode()],
        )


def project_restricted(tenant: int, changes: list[Change]) -> None:
    closed = [version.id for version, _, after in changes if after is not None and label_of(after)]
    opened = [version.id for version, _, after in changes
              if version.version > 1 and (after is None or not label_of(after))]
    if opened:
        prepared.soon("DELETE FROM access_restricted WHERE tenant = %s AND patient = ANY(%s)", [tenant, opened])
    if closed:
        prepared.soon("INSERT INTO access_restricted SELECT %s::int, unnest(%s::text[]) ON CONFLICT DO NOTHING",
                      [tenant, closed])


PROJECTIONS = (
    Projection("access.relationships", ("CareTeam", "Patient", "Appointment"), project_relationships,
               ("access_relationship",), soon=True),
    Projection("access.restricted", ("Patient",), project_restricted, ("access_restricted",), soon=True),
)
