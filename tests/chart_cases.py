"""A patient as on the sketch of the patient page, and ways to sign in; shared by the chart's tests."""

from waypost.access import Permission, action
from waypost.records import actions
from waypost.records.versions import Filing

EXT = "urn:waypost:extension:"


@action(Permission.RECORD_FILE)
def file_all(ctx, resources):
    return actions.file_many(ctx, [Filing(r, r["resourceType"], r.get("id")) for r in resources])


def coded(text, code=None, system="http://loinc.org"):
    made = {"text": text} if text else {}
    if code:
        made["coding"] = [{"system": system, "code": code}]
    return made


def patient(id="castillo", **over):
    made = {
        "resourceType": "Patient",
        "id": id,
        "identifier": [{"system": "urn:waypost:mrn", "value": "004182"}],
        "name": [{"use": "official", "family": "Castillo Reyes", "given": ["Marisol"]}],
        "gender": "female",
        "birthDate": "1957-03-12",
        "telecom": [
            {
                "system": "phone",
                "use": "mobile",
                "value": "(202) 555-0142",
                "extension": [
                    {"url": EXT + "voicemail-ok", "valueBoolean": True},
                    {"url": EXT + "hours", "valueString": "mornings"},
                ],
            },
            {
                "system": "email",
                "value": "marisol@example.org",
                "extension": [{"url": EXT + "email-ok", "valueBoolean": True}],
            },
        ],
        "address": [
            {"use": "home", "line": ["12 Elm St"], "city": "Riverside", "state": "MD", "postalCode": "20850"},
            {
                "use": "home",
                "line": ["4 Oak Ave", "Apt 2"],
                "city": "Riverside",
                "state": "MD",
                "postalCode": "20851",
            },
        ],
        "communication": [
            {"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "es"}]}, "preferred": True}
        ],
        "extension": [
            {"url": EXT + "pronouns", "valueString": "she/her"},
            {
                "url": "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired",
                "valueBoolean": True,
            },
        ],
        **over,
    }
    return {k: v for k, v in made.items() if v != []}


ABOUT = {"reference": "Patient/castillo"}


def staff():
    return [
        {"resourceType": "Practitioner", "id": "ruiz", "name": [{"given": ["Ana"], "family": "Ruiz"}]},
        {"resourceType": "Practitioner", "id": "osei", "name": [{"prefix": ["Dr"], "given": ["Kwame"], "family": "Osei"}]},
        {"resourceType": "Practitioner", "id": "lind", "name": [{"prefix": ["Dr"], "given": ["Sofia"], "family": "Lind"}]},
        {"resourceType": "Practitioner", "id": "kim", "name": [{"given": ["Nurse"], "family": "Kim"}]},
        {"resourceType": "Organization", "id": "northfield", "name": "Northfield Plan", "type": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/organization-type", "code": "pay"}]}]},
        {"resourceType": "Organization", "id": "general", "name": "General Hospital"},
    ]  # fmt: skip


def member(reference, role):
    return {
        "member": {"reference": reference},
        "role": [{"coding": [{"system": "urn:waypost:care-role", "code": role}]}],
    }


def chart():
    """Return the rest of the sketch: everything about Marisol Castillo Reyes."""
    return [
        {
            "resourceType": "RelatedPerson", "id": "lucia", "patient": ABOUT, "active": True,
            "name": [{"given": ["Lucía"], "family": "Castillo"}],
            "relationship": [coded("", "DAUC", "http://terminology.hl7.org/CodeSystem/v3-RoleCode"), coded("", "C", "http://terminology.hl7.org/CodeSystem/v2-0131")],
            "telecom": [{"system": "phone", "value": "(202) 555-0177"}],
            "extension": [{"url": EXT + "may-discuss", "valueCode": c} for c in ("visits", "bills")],
        },
        {
            "resourceType": "CareTeam", "id": "team", "status": "active", "subject": ABOUT,
            "participant": [member("Practitioner/ruiz", "coordinator"), member("Practitioner/osei", "pcp"), member("Practitioner/lind", "specialist"), member("RelatedPerson/lucia", "family")],
        },
        condition("hf", "Heart failure", "2019"), condition("dm", "Type 2 diabetes", "2008"), condition("af", "Atrial fibrillation", "2021"),
        order("furosemide", "Furosemide 40 mg", "hf"), order("metformin", "Metformin 1 g", "dm"), order("apixaban", "Apixaban 5 mg", "af"),
        {
            "resourceType": "AllergyIntolerance", "id": "penicillin", "patient": ABOUT, "code": coded("Penicillin"), "criticality": "low",
            "clinicalStatus": coded("", "active", "http://terminology.hl7.org/CodeSystem/allergyintolerance-clinical"),
            "verificationStatus": coded("", "confirmed", "http://terminology.hl7.org/CodeSystem/allergyintolerance-verification"),
            "reaction": [{"manifestation": [coded("Rash")]}], "recordedDate": "2019-05-02", "recorder": {"reference": "Practitioner/osei"},
        },
        *(observation(f"a1c{i}", "HbA1c", "4548-4", v, "%", d) for i, (v, d) in enumerate(((7.1, "2025-03-02"), (7.9, "2026-05-04"), (8.4, "2026-09-02")))),
        *(observation(f"w{i}", "Weight", "29463-7", v, "kg", d) for i, (v, d) in enumerate(((84, "2026-10-01"), (82, "2026-11-03"), (79, "2026-11-20")))),
        {
            "resourceType": "Coverage", "id": "cover", "status": "active", "beneficiary": ABOUT, "subscriberId": "88-204",
            "payor": [{"reference": "Organization/northfield"}], "period": {"start": "2026-01-01", "end": "2026-11-30"},
        },
        {
            "resourceType": "CoverageEligibilityResponse", "id": "answer", "status": "active", "purpose": ["validation"], "patient": ABOUT,
            "created": "2026-09-02", "request": {"display": "270"}, "outcome": "complete", "insurer": {"reference": "Organization/northfield"},
            "insurance": [{"coverage": {"reference": "Coverage/cover"}, "inforce": True, "item": [{"category": {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/ex-benefitcategory", "code": "30"}]}, "benefit": [{"type": coded("", "deductible", "http://terminology.hl7.org/CodeSystem/benefit-type"), "allowedMoney": {"value": 1500, "currency": "USD"}, "usedMoney": {"value": 1087.5, "currency": "USD"}}]}]}],
        },
        visit("v1", "Cardiology follow-up", "2026-12-02T14:20:00Z", "2026-12-02T15:00:00Z", "Practitioner/lind"),
        visit("v2", "Blood test", "2026-12-02T15:10:00Z", "2026-12-02T15:20:00Z", "Practitioner/kim"),
        task("t1", "Call after discharge", "2026-11-23", owner="Practitioner/ruiz", why="Discharged Fri, Nov 20; contact within 2 business days (TCM-2)."),
        task("t2", "Reconcile medications", "2026-11-24", owner="Practitioner/kim", why="The hospital's list differs in 3 lines."),
        task("t3", "Book visit within 7 days", "2026-11-27", why="Last day of the 7-day window (TCM-4)."),
        task("t4", "Interpreter", None, kind="interpreter", status="accepted", focus="Appointment/v1"),
        {
            "resourceType": "Encounter", "id": "stay", "status": "finished", "class": {"system": "http://terminology.hl7.org/CodeSystem/v3-ActCode", "code": "IMP"},
            "subject": ABOUT, "serviceProvider": {"reference": "Organization/general"}, "reasonCode": [coded("heart failure")],
            "period": {"start": "2026-11-15T22:10:00-05:00", "end": "2026-11-20T11:05:00-05:00"}, "hospitalization": {"dischargeDisposition": coded("home")},
        },
        {
            "resourceType": "Communication", "id": "call", "status": "completed", "subject": ABOUT, "sent": "2026-11-03T09:30:00-05:00", "sender": {"reference": "Practitioner/kim"},
            "medium": [coded("", "PHONE", "http://terminology.hl7.org/CodeSystem/v3-ParticipationMode")], "payload": [{"contentString": "Weight up 3 kg; offered same-day visit, declined, no ride."}],
        },
        {
            "resourceType": "DocumentReference", "id": "summary", "status": "current", "subject": ABOUT, "date": "2026-11-20T16:00:00Z", "description": "Discharge summary",
            "author": [{"reference": "Organization/general"}], "content": [{"attachment": {"contentType": "text/plain", "data": "SG9tZS4="}}],
        },
    ]  # fmt: skip


def condition(id, name, since):
    return {
        "resourceType": "Condition", "id": id, "subject": ABOUT, "code": coded(name), "onsetDateTime": since, "recorder": {"reference": "Practitioner/osei"}, "recordedDate": "2026-11-20",
        "clinicalStatus": coded("", "active", "http://terminology.hl7.org/CodeSystem/condition-clinical"),
        "verificationStatus": coded("", "confirmed", "http://terminology.hl7.org/CodeSystem/condition-ver-status"),
    }  # fmt: skip


def order(id, name, reason):
    return {
        "resourceType": "MedicationRequest", "id": id, "status": "active", "intent": "order", "subject": ABOUT, "medicationCodeableConcept": coded(name),
        "authoredOn": "2026-11-20", "requester": {"reference": "Practitioner/osei"}, "reasonReference": [{"reference": f"Condition/{reason}"}],
    }  # fmt: skip


def observation(id, name, code, value, unit, day):
    return {
        "resourceType": "Observation", "id": id, "status": "final", "subject": ABOUT, "code": coded(name, code), "effectiveDateTime": day, "performer": [{"display": "Laboratory"}],
        "valueQuantity": {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit},
    }  # fmt: skip


def visit(id, name, start, end, with_whom, status="booked"):
    return {
        "resourceType": "Appointment", "id": id, "status": status, "start": start, "end": end, "serviceType": [coded(name)],
        "participant": [{"actor": ABOUT, "status": "needs-action"}, {"actor": {"reference": with_whom}, "status": "accepted"}],
    }  # fmt: skip


def task(id, what, due, owner=None, why="", kind="follow-up", status="requested", focus=None):
    made = {
        "resourceType": "Task", "id": id, "status": status, "intent": "order", "for": ABOUT, "authoredOn": "2026-11-20T17:00:00Z",
        "code": {"coding": [{"system": "urn:waypost:task", "code": kind}], "text": what},
    }  # fmt: skip
    if due:
        made["restriction"] = {"period": {"end": due}}
    if owner:
        made["owner"] = {"reference": owner}
    if why:
        made["reasonCode"] = {"text": why}
    if focus:
        made["focus"] = {"reference": focus}
    return made
