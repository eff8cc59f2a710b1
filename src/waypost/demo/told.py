"""What was done about visits, results and referrals, so that only what really waits is work: letters, calls, reports."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from random import Random

from waypost.demo.fhir import THO, Json, coding, concept, ext, instant, ref, text_attachment
from waypost.demo.people import Person
from waypost.demo.places import CENTER, CENTER_ID
from waypost.demo.visits import Visit
from waypost.demo.words import document
from waypost.kernel import ids

LETTERS, CALLS, RESULTS, REPORTS = 0.97, 0.94, 0.95, 0.9  # how often it was done in time
_BACK = timedelta(days=40)  # what lies longer ago is nobody's work any more


def about_visit(visit: Visit, order: Json | None, now: datetime) -> Iterator[Json]:
    """Yield what went out about a visit ahead, the call after one that was missed, the report of one that was a referral."""
    rng = Random(f"{visit.id}:told")
    about = f"Appointment/{visit.id}"
    if visit.status == "booked" and visit.start > now and any(visit.type["preparation"].values()):
        for person in visit.people:
            if rng.random() < LETTERS:
                yield _contact(person.reference, person.shown, min(visit.booked_at or now, now), about, "notice", "MAILWRIT",
                               "Letter and itinerary printed.", key=f"letter/{person.reference}")  # fmt: skip
    elif visit.status == "noshow" and now - _BACK < visit.start < now - timedelta(hours=30) and rng.random() < CALLS:
        person = visit.people[0]
        at = min(visit.start + timedelta(hours=20), now)
        yield _contact(person.reference, person.shown, at, about, "call", "PHONE", "Called about the missed visit; will call back for a new time.", key="missed")
    elif visit.status == "fulfilled" and order and "Referral" in order["code"]["text"] and visit.start > now - _BACK and rng.random() < REPORTS:
        yield _report(visit, order)


def about_results(person: Person, readings: Sequence[Json], now: datetime) -> Iterator[Json]:
    """Yield the contact in which a person was told what the laboratory found, where somebody has told them."""
    found = [one for one in readings if one["category"][0]["coding"][0]["code"] == "laboratory"]
    if not found:
        return
    issued = max(datetime.fromisoformat(one["issued"].replace("Z", "+00:00")) for one in found)
    rng = Random(f"{found[0]['id']}:told")
    at = issued + timedelta(hours=rng.randrange(1, 30))
    if issued > now - _BACK and at < now and rng.random() < RESULTS:
        made = _contact(person.reference, person.shown, at, "", "call", "PHONE", "Told about the results; knows what to do.", key=found[0]["id"], by="nurse")
        yield made | {"about": [ref(f"Observation/{one['id']}") for one in found]}


def _contact(
    reference: str, shown: str, at: datetime, about: str, channel: str, medium: str, words: str, *, key: str, by: str = "clerk"
) -> Json:
    them = ref(reference, shown)
    made: Json = {
        "resourceType": "Communication",
        "id": str(ids.uuid5_of("demo", reference, "told", about, key)),
        "extension": [ext("contact-by", "Code", by)],
        "status": "completed",
        "category": [concept(coding("urn:waypost:contact", channel))],
        "medium": [concept(coding(THO + "v3-ParticipationMode", medium))],
        "subject": them,
        "recipient": [them],
        "sender": ref(f"Organization/{CENTER_ID}", CENTER),
        "sent": instant(at),
        "payload": [{"contentString": words}],
    }
    return made | ({"about": [ref(about)]} if about else {})


def _report(visit: Visit, order: Json) -> Json:
    person = visit.people[0]
    words = text_attachment("Seen as asked. The plan was gone over with the patient; see the notes of the visit.", "Consult note")
    made = document(person, "11488-4", "Consult note", visit.end, [words], key=visit.id)
    return made | {"context": {"related": [ref(f"ServiceRequest/{order['id']}")]}}
