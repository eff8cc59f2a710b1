"""Referrals, their notes and their ends, as resources. Pure."""

from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from waypost.coordination.contacts.kinds import CONTACT, MODE
from waypost.coordination.referrals.state import (
    DEPARTMENT,
    ENDS,
    EXTENSION,
    FILED_AS_REPORT,
    REFERRAL,
    REFERRAL_END,
    SNOMED_REFERRAL,
    STEP_WORDS,
)
from waypost.coordination.referrals.wishes import EndWish, NoteWish, ReferralWish
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day, write_moment

Json = dict[str, Any]
HOW = {  # how a step came about -> v3-ParticipationMode, the contact's channel, words
    "fax": ("FAXWRIT", "", "By fax"), "mail": ("MAILWRIT", "letter", "By letter"), "electronic": ("ELECTRONIC", "", "Electronically"),
    "phone": ("PHONE", "call", "By phone"), "hand": ("WRITTEN", "", "Given to the patient"), "in-person": ("FACE", "in-person", "In person"),
    "letter": ("MAILWRIT", "letter", "By letter"), "text": ("SMSWRIT", "text", "By text"), "email": ("EMAILWRIT", "email", "By e-mail"),
}  # fmt: skip


def referral(ctx: Context, wish: ReferralWish) -> Json:
    """Return the ServiceRequest: to whom, what, how soon, why, and the papers that go along."""
    made: Json = {
        "resourceType": "ServiceRequest",
        "status": "active",
        "intent": "order",
        "priority": wish.urgency,
        "code": {"text": wish.what},
        "subject": {"reference": f"Patient/{wish.patient}"},
        "authoredOn": write_moment(ctx.now),
        "requester": {"reference": f"Practitioner/{wish.orderer}", "display": wish.orderer_name},
    }
    extension: list[Json] = []
    if wish.outside:
        made["category"] = [{"coding": [{"system": "http://snomed.info/sct", "code": SNOMED_REFERRAL, "display": "Patient referral"}]}]
        made["performer"] = [{"display": wish.place}]
        extension.append({"url": EXTENSION + "outside", "valueBoolean": True})
        extension += [{"url": EXTENSION + name, "valueString": value} for name, value in (("phone", wish.phone), ("fax", wish.fax)) if value]
        if wish.specialty:
            made["performerType"] = {"text": wish.specialty}
    elif wish.department:
        name = wish.department.replace("-", " ").capitalize()
        made["performerType"] = {"coding": [{"system": DEPARTMENT, "code": wish.department, "display": name}], "text": name}
    if wish.reason:
        made["reasonCode"] = [{"text": wish.reason}]
    if wish.documents:
        made["supportingInfo"] = [{"reference": f"DocumentReference/{one}"} for one in wish.documents]
    if ctx.actor.practitioner and ctx.actor.practitioner != wish.orderer:
        by = {"reference": f"Practitioner/{ctx.actor.practitioner}", "display": ctx.actor.name}
        extension.append({"url": EXTENSION + "entered-by", "valueReference": by})
    return {**made, "extension": extension} if extension else made


def noted(ctx: Context, request: Json, wish: NoteWish) -> Json:
    """Return the Communication that says a step was done. Telling the patient is a contact with them as well."""
    medium, channel, said = HOW[wish.how]
    category: list[Json] = [{"coding": [{"system": REFERRAL, "code": wish.step, "display": STEP_WORDS[wish.step]}]}]
    if wish.step == "told" and channel:
        category.append({"coding": [{"system": CONTACT, "code": channel}]})
    patient = {"reference": request["subject"]["reference"]}
    made: Json = {
        "resourceType": "Communication",
        "status": "completed",
        "category": category,
        "basedOn": [{"reference": f"ServiceRequest/{request['id']}"}],
        "medium": [{"coding": [{"system": MODE, "code": medium}]}],
        "subject": patient,
        "topic": {"text": f"{what_of(request)}: {STEP_WORDS[wish.step].lower()}"},
        "sent": _moment(ctx, wish.on),
        "payload": [{"contentString": ". ".join(part.rstrip(".") for part in (said, wish.words) if part)}],
    }
    if wish.step == "sent":
        made["recipient"] = [{"display": to_of(request) or "Not named"}]
    elif wish.step == "told":
        made["recipient"] = [patient]
    if ctx.actor.practitioner:
        made["sender"] = {"reference": f"Practitioner/{ctx.actor.practitioner}", "display": ctx.actor.name}
    return made


def ended(request: Json, wish: EndWish, now: datetime) -> Json:
    """Return the ServiceRequest as ended before its loop was closed, with why and who decided."""
    extension = [one for one in request.get("extension", ()) if one.get("url") not in {EXTENSION + "end-reason", EXTENSION + "decided-by"}]
    reason = {"coding": [{"system": REFERRAL_END, "code": wish.end, "display": ENDS[wish.end]}], "text": wish.reason or ENDS[wish.end]}
    extension.append({"url": EXTENSION + "end-reason", "valueCodeableConcept": reason})
    by = {"reference": f"Practitioner/{wish.decided_by}", "display": wish.decided_name}
    extension.append({"url": EXTENSION + "decided-by", "valueReference": by})
    return {**request, "status": "revoked", "extension": extension}


def with_report(document: Json, request: Json) -> Json:
    """Return a document filed against a referral, in their order where it is against others too."""
    context = document.get("context") or {}
    reference = f"ServiceRequest/{request['id']}"
    related = [one for one in context.get("related", ()) if one.get("reference") != reference]
    return {**document, "context": {**context, "related": [*related, {**FILED_AS_REPORT, "reference": reference}]}}


def what_of(request: Json) -> str:
    code = request.get("code") or {}
    return code.get("text") or next((c["display"] for c in code.get("coding", ()) if c.get("display")), "") or "Order"


def to_of(request: Json) -> str:
    """Return to whom: the place named, else the department."""
    named = next((one["display"] for one in request.get("performer", ()) if one.get("display")), "")
    return named or kind_of(request)


def kind_of(request: Json) -> str:
    """Return the department or specialty in words."""
    kind = request.get("performerType") or {}
    return kind.get("text") or next((c.get("display") or c.get("code", "") for c in kind.get("coding", ())), "")


def reason_of(request: Json) -> str:
    return next((one["text"] for one in request.get("reasonCode", ()) if one.get("text")), "")


def documents_of(request: Json) -> list[str]:
    """Return the ids of the documents that go along."""
    found = (str(one.get("reference", "")) for one in request.get("supportingInfo", ()))
    return [one.partition("/")[2] for one in found if one.startswith("DocumentReference/")]


def extension_of(request: Json, name: str) -> Any:
    found = next((one for one in request.get("extension", ()) if one.get("url") == EXTENSION + name), {})
    return next((value for key, value in found.items() if key.startswith("value")), None)


def _moment(ctx: Context, on: date) -> str:
    """Return now for today, else noon of the day on the clinic's clock: the hour was not asked for."""
    if on == local_day(ctx.now, ctx.zone):
        return write_moment(ctx.now)
    return write_moment(datetime.combine(on, time(12), ZoneInfo(ctx.zone)).astimezone(ctx.now.tzinfo))
