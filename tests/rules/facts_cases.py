"""Records as the rules see them, for their worked cases."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from waypost.coordination.worklist.rules.answering import InForce, ask
from waypost.coordination.worklist.rules.shapes import Facts, Item
from waypost.coordination.worklist.rules.table import BY_CODE

ZONE = "America/New_York"
TALK = {"code": "talk", "preparation": {"en": "Bring your pills."}, "order_required": False}
ECHO = {"code": "echo", "order_required": True}
PERSON = {
    "resourceType": "Patient", "id": "p1", "birthDate": "1957-03-12", "telecom": [{"system": "phone", "value": "2025550142"}],
    "address": [{"line": ["1 Main St"], "city": "Washington"}],
    "communication": [{"language": {"coding": [{"code": "en"}]}, "preferred": True}],
}  # fmt: skip


def local(text):
    """Return '2026-11-24 10:22' on the clinic's clocks as an instant."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


def iso(at):
    return (local(at) if isinstance(at, str) else at).isoformat().replace("+00:00", "Z")


def facts(now, *resources, patient=PERSON, types=(TALK, ECHO)):
    kinds = {}
    for one in (patient, *resources):
        kinds.setdefault(one["resourceType"], []).append(one)
    return Facts(local(now), ZONE, patient, kinds, {one["code"]: one for one in types})


def answers(rule, now, *resources, figures=None, **more):
    one = BY_CODE[rule]
    found = ask(facts(now, *resources, **more), [InForce(one, one.defaults() | (figures or {}))])
    assert not found.failures, found.failures
    return found


def items(rule, now, *resources, **more) -> list[Item]:
    return answers(rule, now, *resources, **more).items[rule]


def due(item):
    """Return an item's last day and hour on the clinic's clocks: '2026-11-24 24:00' where it holds to the end of the day."""
    at = item.due.astimezone(ZoneInfo(ZONE))
    if (at.hour, at.minute) == (0, 0):
        return f"{(at - timedelta(days=1)):%Y-%m-%d} 24:00"
    return f"{at:%Y-%m-%d %H:%M}"


def visit(start, *, id="v1", status="booked", answer="accepted", kind="talk", order="", **more):
    made = {
        "resourceType": "Appointment", "id": id, "status": status, "start": iso(start), "end": iso(local(start) + timedelta(minutes=20)),
        "serviceType": [{"coding": [{"system": "urn:waypost:visit-type", "code": kind}], "text": "Follow-up"}],
        "participant": [{"actor": {"reference": "Patient/p1"}, "status": answer}], **more,
    }  # fmt: skip
    return made | ({"basedOn": [{"reference": f"ServiceRequest/{order}"}]} if order else {})


def request(kind, status="requested", *, due="", focus="v1", id="r1"):
    made = {"resourceType": "Task", "id": id, "status": status, "code": {"coding": [{"system": "urn:waypost:task", "code": kind}]},
            "focus": {"reference": f"Appointment/{focus}"}}  # fmt: skip
    return made | ({"restriction": {"period": {"end": iso(due)}}} if due else {})


def order(authored, *, id="o1", priority="routine", category="3457005", status="active", **more):
    return {"resourceType": "ServiceRequest", "id": id, "status": status, "intent": "order", "priority": priority, "authoredOn": authored,
            "category": [{"coding": [{"code": category}]}], "code": {"text": "Referral to cardiology"}, **more}  # fmt: skip


def stay(left, *, id="e1", kind="IMP", to="home", status="finished", came="2026-10-04 10:00"):
    return {"resourceType": "Encounter", "id": id, "status": status, "class": {"code": kind},
            "period": {"start": iso(came)} | ({"end": iso(left)} if left else {}),
            "hospitalization": {"dischargeDisposition": {"coding": [{"code": to}]}}, "serviceProvider": {"display": "General Hospital"}}  # fmt: skip


def contact(at, *, by="nurse", reached=True, about="", id="c1", channel="call", outcome="no-answer", medium="PHONE"):
    made = {
        "resourceType": "Communication", "id": id, "status": "completed" if reached else "not-done", "sent": iso(at),
        "category": [{"coding": [{"system": "urn:waypost:contact", "code": channel}]}],
        "medium": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode", "code": medium}]}],
        "extension": [{"url": "urn:waypost:extension:contact-by", "valueCode": by}],
    }  # fmt: skip
    if not reached:
        made["statusReason"] = {"coding": [{"system": "urn:waypost:contact-outcome", "code": outcome}]}
    return made | ({"about": [{"reference": about}]} if about else {})


def lab(issued, flag, *, id="l1", **more):
    return {"resourceType": "Observation", "id": id, "status": "final", "issued": iso(issued), "category": [{"coding": [{"code": "laboratory"}]}],
            "code": {"text": "Potassium"}, "valueQuantity": {"value": 5.9, "unit": "mmol/L"}, "interpretation": [{"coding": [{"code": flag}]}], **more}  # fmt: skip


def relative(id="r1", code="DAUC", until=None, **more):
    part = [{"url": "topic", "valueCode": "visits"}, *([{"url": "until", "valueDate": until}] if until else [])]
    return {"resourceType": "RelatedPerson", "id": id, "patient": {"reference": "Patient/p1"}, "name": [{"given": ["Lucia"], "family": "Diaz"}],
            "relationship": [{"coding": [{"code": code}]}], "extension": [{"url": "urn:waypost:extension:may-discuss", "extension": part}], **more}  # fmt: skip
