"""A placed visit as a FHIR Appointment, and the Encounter of one that happened."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from random import Random

from waypost.demo.calendars import Openings
from waypost.demo.fhir import THO, Json, coding, concept, ext, instant, ref, tho
from waypost.demo.ledger import Part
from waypost.demo.places import CENTER, CENTER_ID
from waypost.demo.times import at_cell
from waypost.demo.visits import Visit
from waypost.kernel import ids

_STATUS_OF_PATIENT = {
    "booked": "accepted",
    "arrived": "accepted",
    "checked-in": "accepted",
    "fulfilled": "accepted",
    "noshow": "accepted",
    "cancelled": "declined",
}
_ORDER = ("clinician", "nurse", "technician", "room", "device")  # whose visit it is comes first
_CANCEL = {
    "patient": ("pat", "Patient"),
    "clinic": ("prov", "Provider"),
}


def appointment(
    visit: Visit,
    hours: Mapping[str, Openings],
    *,
    reason: str,
    order: str = "",
    staff_note: str = "",
    site_name: str = "",
    soon: bool = False,
) -> Json:
    """Return the Appointment: everyone's part as a period, the time held around it where it differs."""
    kind = visit.type
    arrive = visit.start - timedelta(minutes=kind["arrive_early"])
    made: Json = {
        "resourceType": "Appointment",
        "id": visit.id,
        "extension": [
            ext("site", "Reference", ref(visit.site, site_name)),
            ext("arrive-at", "Instant", instant(arrive)),
        ],
        "status": visit.status,
        "serviceType": [
            concept(
                coding("urn:waypost:visit-type", kind["code"], kind["name"]["en"]), text=kind["name"]["en"]
            )
        ],
        "reasonCode": [concept(text=reason)],
        "description": kind["name"]["en"],
        "start": instant(visit.start),
        "end": instant(visit.end),
        "minutesDuration": kind["minutes"],
        "created": instant(visit.booked_at or visit.start),
        "participant": [],
    }
    if kind["telehealth"]:
        made["extension"].append(ext("telehealth", "Boolean", True))
    if visit.status == "cancelled":
        who, words = visit.note.split(": ", 1)
        code, display = _CANCEL[who]
        made["cancelationReason"] = concept(
            coding(THO + "appointment-cancellation-reason", code, display), text=words.capitalize()
        )
    if staff_note:
        made["comment"] = staff_note
    if order:
        made["basedOn"] = [ref(order)]
    rng = Random(f"{visit.id}:confirmed")
    for person in visit.people:
        answer = _STATUS_OF_PATIENT[visit.status]
        if visit.status == "booked" and ("cast" in person.tags or rng.random() < (0.1 if soon else 0.3)):
            answer = "needs-action"  # asked, no reply yet
        made["participant"].append(
            {"actor": ref(person.reference, person.shown), "required": "required", "status": answer,
             "period": {"start": instant(visit.start), "end": instant(visit.end)}}
        )  # fmt: skip
    for part in sorted(visit.parts, key=lambda each: _ORDER.index(each.role)):
        made["participant"].append(_participant(part, visit, hours))
    return made


def _participant(part: Part, visit: Visit, hours: Mapping[str, Openings]) -> Json:
    made: Json = {
        "actor": ref(part.resource, hours[part.resource].body["name"]),
        "required": "required",
        "status": "accepted",
        "period": _period(visit, part.start, part.end),
    }
    if (part.start, part.end) != (part.hold_start, part.hold_end):
        made["extension"] = [ext("hold", "Period", _period(visit, part.hold_start, part.hold_end))]
    return made


def _period(visit: Visit, start: int, end: int) -> Json:
    return {"start": instant(at_cell(visit.on, start)), "end": instant(at_cell(visit.on, end))}


def lead_part(visit: Visit) -> Part:
    """Return whose visit it is: the clinician if there is one, else who leads it."""
    return next(
        (part for part in visit.parts if part.role == "clinician"),
        next(part for part in visit.parts if part.resource == visit.lead),
    )


def encounter(visit: Visit, hours: Mapping[str, Openings], *, reason: str, now: datetime) -> Json | None:
    """Return the Encounter of a visit that is under way or done."""
    if len(visit.came) < 2:
        return None
    done = visit.status == "fulfilled"
    person = visit.people[0]
    roomed = visit.came[1]
    period = {"start": instant(roomed)} | (
        {"end": instant(max(visit.came[2], roomed + timedelta(minutes=5)))} if done else {}
    )
    who = lead_part(visit)
    room = next((part for part in visit.parts if part.role == "room"), None)
    made: Json = {
        "resourceType": "Encounter",
        "id": str(ids.uuid5_of("demo", "encounter", visit.id)),
        "status": "finished" if done else "in-progress",
        "class": coding(
            THO + "v3-ActCode",
            "VR" if visit.type["telehealth"] else "AMB",
            "virtual" if visit.type["telehealth"] else "ambulatory",
        ),
        "type": [
            concept(
                coding("urn:waypost:visit-type", visit.code, visit.type["name"]["en"]),
                text=visit.type["name"]["en"],
            )
        ],
        "subject": ref(person.reference, person.shown),
        "participant": [
            {
                "type": [tho("v3-ParticipationType", "PPRF", "primary performer")],
                "individual": ref(who.resource, hours[who.resource].body["name"]),
            }
        ],
        "appointment": [ref(f"Appointment/{visit.id}")],
        "period": period,
        "reasonCode": [concept(text=reason)],
        "serviceProvider": ref(f"Organization/{CENTER_ID}", CENTER),
    }
    if room:
        made["location"] = [{"location": ref(room.resource, hours[room.resource].body["name"])}]
    return made
