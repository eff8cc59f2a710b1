"""Referrals to others, one in each step of the loop: to send, to schedule, to be seen, waiting for a report, to tell, closed, declined."""

import base64
from datetime import date, datetime, time, timedelta

from waypost.demo.fhir import SNOMED, Json, coding, concept, ext, instant, ref
from waypost.demo.identity import own_id
from waypost.demo.people import Person
from waypost.demo.times import business_days_after, local
from waypost.demo.words import document

EVERY = 7  # one adult in so many
PLACES = (  # to whom, specialty, phone, what for, what the report says
    ("Tidewater Eye Clinic", "Ophthalmology", "(202) 555-0171", "Blurred vision when reading", "Early cataract in both eyes. No surgery now. See again in a year."),
    ("Three Rivers Podiatry", "Podiatry", "(202) 555-0172", "Foot pain, skin check", "Skin whole, feeling normal. New insoles given."),
    ("Harbor Point Physical Therapy", "Physical therapy", "(202) 555-0173", "Low back pain for six weeks", "Six visits done. Walks without pain. Home exercises given."),
    ("General Hospital, Gastroenterology", "Gastroenterology", "(202) 555-0174", "Heartburn in spite of medication", "Endoscopy without finding that needs action. Go on as before."),
)  # fmt: skip
STAGES = ("send", "schedule", "late", "see", "report", "report-late", "tell", "closed", "declined")
_ORDERED_DAYS = {"send": 1, "schedule": 5, "late": 19, "see": 8, "report": 24, "report-late": 33, "tell": 29, "closed": 60, "declined": 12}


def referrals(person: Person, now: datetime, today: date) -> list[Json]:
    """Return a referral of this person to somebody outside, with all that has become of it, if there is one."""
    if person.index % EVERY or person.age < 18 or person.died is not None or person.tags:
        return []
    stage = STAGES[person.index // EVERY % len(STAGES)]
    ordered = business_days_after(today - timedelta(days=_ORDERED_DAYS[stage] + 1), 1)
    if ordered <= person.registered:
        return []
    place = PLACES[person.index // EVERY % len(PLACES)]
    asked = _request(person, ordered, place, stage)
    made = [asked]
    if stage != "send":
        made.append(_note(person, asked, "sent", business_days_after(ordered, 1), "FAXWRIT", "By fax", to=place[0]))
    if stage == "see":
        made.append(_visit(person, asked, business_days_after(today, 4), place))
    seen = ordered + timedelta(days=9)
    if stage in {"report", "report-late", "tell", "closed"}:
        made.append(_note(person, asked, "seen", seen, "PHONE", "Their office said so"))
    if stage in {"tell", "closed"}:
        made.append(_report(person, asked, business_days_after(seen, 6), place))
    if stage == "closed":
        made.append(_note(person, asked, "told", business_days_after(seen, 8), "PHONE", "By phone"))
    return made


def _request(person: Person, ordered: date, place: tuple[str, ...], stage: str) -> Json:
    name, specialty, phone, why, _ = place
    extension = [ext("outside", "Boolean", True), ext("phone", "String", phone)]
    extension.append(ext("entered-by", "Reference", ref(person.coordinator.reference, person.coordinator.shown)))
    if stage == "declined":
        reason = concept(coding("urn:waypost:referral-end", "declined", "Patient declined"), text="Feels well again and does not want to go.")
        extension += [ext("end-reason", "CodeableConcept", reason), ext("decided-by", "Reference", ref(person.pcp.reference, person.pcp.shown))]
    return {
        "resourceType": "ServiceRequest",
        "id": own_id(person, "referral", specialty),
        "extension": extension,
        "status": {"closed": "completed", "declined": "revoked"}.get(stage, "active"),
        "intent": "order",
        "category": [concept(coding(SNOMED, "3457005", "Patient referral"))],
        "priority": "urgent" if stage == "send" else "routine",
        "code": concept(text=f"Referral to {specialty.lower()}"),
        "subject": ref(person.reference, person.shown),
        "authoredOn": instant(local(ordered, time(10, 40))),
        "requester": ref(person.pcp.reference, person.pcp.shown),
        "performerType": concept(text=specialty),
        "performer": [{"display": name}],
        "reasonCode": [concept(text=why)],
    }


def _note(person: Person, asked: Json, step: str, on: date, medium: str, words: str, *, to: str = "") -> Json:
    made: Json = {
        "resourceType": "Communication",
        "id": own_id(person, "referral-note", step, asked["id"]),
        "basedOn": [ref(f"ServiceRequest/{asked['id']}")],
        "status": "completed",
        "category": [concept(coding("urn:waypost:referral", step))],
        "medium": [concept(coding("http://terminology.hl7.org/CodeSystem/v3-ParticipationMode", medium))],
        "subject": ref(person.reference),
        "topic": concept(text=f"{asked['code']['text']}: {'patient told' if step == 'told' else step}"),
        "sent": instant(local(on, time(11, 15))),
        "recipient": [{"display": to} if to else ref(person.reference)],
        "payload": [{"contentString": words}],
    }
    if step == "told":
        made["category"].append(concept(coding("urn:waypost:contact", "call")))
    made["sender"] = ref(person.coordinator.reference, person.coordinator.shown)
    return made


def _visit(person: Person, asked: Json, on: date, place: tuple[str, ...]) -> Json:
    """Return a visit elsewhere, after the hours of this clinic: nothing here is booked then."""
    starts = local(on, time(17, 45))
    return {
        "resourceType": "Appointment",
        "id": own_id(person, "referral-visit", asked["id"]),
        "extension": [ext("outside", "Boolean", True), ext("phone", "String", place[2])],
        "status": "booked",
        "created": asked["authoredOn"],
        "basedOn": [ref(f"ServiceRequest/{asked['id']}")],
        "start": instant(starts),
        "end": instant(starts + timedelta(minutes=30)),
        "reasonCode": [concept(text=asked["code"]["text"])],
        "participant": [
            {"actor": ref(person.reference, person.shown), "required": "required", "status": "accepted"},
            {"actor": {"display": place[0]}, "status": "accepted"},
        ],
    }


def _report(person: Person, asked: Json, on: date, place: tuple[str, ...]) -> Json:
    words = f"{place[0]}\n\nPatient: {person.shown}\n\nThank you for sending this patient to us.\n\n{place[4]}\n"
    attachment = {"contentType": "text/plain; charset=utf-8", "title": "Report", "data": base64.b64encode(words.encode()).decode()}
    made = document(person, "11488-4", "Consult note", local(on, time(15, 5)), [attachment], key="referral")
    made["description"] = f"Report from {place[0]}"
    made["context"] = {"related": [ref(f"ServiceRequest/{asked['id']}")]}
    return made
