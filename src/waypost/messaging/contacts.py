"""What went out as a contact in the patient's record: a Communication with the words that went, and nothing more."""

from datetime import datetime
from typing import Any

from waypost.access import Permission, action, scopes
from waypost.kernel import ids
from waypost.kernel.context import Context
from waypost.kernel.dates import say_moment, write_moment
from waypost.messaging import queries
from waypost.messaging.fhir import moment
from waypost.records import actions as records
from waypost.records import queries as records_queries
from waypost.records.versions import Version

Json = dict[str, Any]
NEWS = {"booked": "Visit booked", "moved": "Visit moved", "cancelled": "Visit canceled"}
# What became of a delivery -> Communication.status. What was kept or withdrawn went nowhere and is no contact.
STATUS = {"sent": "completed", "refused": "not-done", "unknown": "unknown"}
_LANGUAGE = {"en": "English", "es": "Spanish"}


@action(Permission.LETTER_SEND)
def file_email(ctx: Context, one: queries.Delivery, state: str, detail: str, at: datetime) -> Version:
    """File what became of an e-mail, in the transaction that writes down its outcome; one Communication a delivery."""
    contact = _contact(ctx, one.appointment, one.patient, NEWS[one.kind], "EMAILWRIT", at)
    contact |= {"id": str(one.id), "status": STATUS[state], "language": one.language}
    contact["payload"] = [{"contentString": text} for text in (one.subject, one.body) if text]
    if state != "sent":
        contact["statusReason"] = {"text": detail[:500] or state}
    scope = scopes.everything(ctx, "deliver", what=f"Delivery/{one.id}")
    before = records_queries.read_or_none(scope, "Communication", str(one.id))
    return records.file(ctx, contact, id=contact["id"], expect=before.version if before else 0)


@action(Permission.LETTER_SEND)
def file_letter(ctx: Context, appointment: Version, patient: str, language: str) -> Version | None:
    """File that the letter of a visit was printed; None where it was already, as the visit now stands."""
    id_ = str(ids.uuid5_of("letter", str(ctx.tenant), appointment.id, str(appointment.version), patient))
    scope = scopes.for_staff(ctx, what=f"Appointment/{appointment.id}", patient=patient)
    known = records_queries.rows(
        scope,
        "SELECT 1 FROM records_current c WHERE c.tenant = %s AND c.type = 'Communication' AND c.id = %s AND NOT c.deleted",
        [scope.tenant, id_],
    )
    if known:
        return None
    start = moment(appointment.resource.get("start"))
    when = f" for {say_moment(start, ctx.zone)}" if start else ""
    contact = _contact(ctx, appointment.id, patient, "Letter printed", "MAILWRIT", ctx.now)
    words = f"Letter and itinerary in {_LANGUAGE.get(language, language)}{when}"
    contact |= {"id": id_, "status": "completed", "payload": [{"contentString": words}]}
    return records.file(ctx, contact, id=id_)


def _contact(ctx: Context, appointment: str, patient: str, topic: str, medium: str, at: datetime) -> Json:
    contact: Json = {
        "resourceType": "Communication",
        "category": [{"coding": [{"system": "urn:waypost:contact", "code": "notice", "display": "Notice"}]}],
        "medium": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode", "code": medium}]}],
        "topic": {"text": topic},
        "subject": {"reference": f"Patient/{patient}"},
        "recipient": [{"reference": f"Patient/{patient}"}],
        "about": [{"reference": f"Appointment/{appointment}"}],
        "sent": write_moment(at),
    }
    name = queries.organization(ctx.tenant).name
    return contact | ({"sender": {"display": name}} if name else {})

