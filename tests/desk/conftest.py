"""A desk to knock at: a signed-in client of a role, in a tenant of its own."""

from datetime import timedelta

import pytest

from tests import small_clinic
from waypost.access import Permission, action, scopes
from waypost.records import actions as records
from waypost.records import queries

PASSWORD = "a long pass phrase"


@pytest.fixture
def desk(tenant, database):
    """Make a signed-in client: `desk("coordinator")`."""
    from django.test import Client

    from waypost.access import accounts

    def make(role="coordinator", practitioner="", **more):
        name = f"{role}-{tenant.slug}"
        account = accounts.make_account(tenant, name, PASSWORD, [role])
        account.practitioner = practitioner
        account.save()
        client = Client(SERVER_NAME="localhost", **more)
        client.force_login(account)
        client.account = account
        return client

    return make


@action(Permission.RECORD_FILE)
def file(ctx, resource):
    return records.file(ctx, resource)


@pytest.fixture
def clinic(context, monkeypatch, clock):
    from waypost.web import middleware

    monkeypatch.setattr(middleware, "CLOCK", clock)
    made = small_clinic.make(context())
    patient = queries.read(scopes.everything(made.ctx), "Patient", made.patients[0])
    file(made.ctx, {
        **patient.resource,
        "communication": [{"language": {"coding": [{"system": "urn:ietf:bcp:47", "code": "es"}]}, "preferred": True}],
        "extension": [{"url": "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired", "valueBoolean": True}],
        "telecom": [{"system": "email", "value": "m@home.example", "extension": [{"url": "urn:waypost:extension:email-ok", "valueBoolean": True}]}],
    })  # fmt: skip
    return made


def _iso(at):
    return at.isoformat().replace("+00:00", "Z")


@pytest.fixture
def calls(context, clock, monkeypatch):
    """File people and work; return how work is filed."""
    from waypost.web import middleware

    monkeypatch.setattr(middleware, "CLOCK", clock)
    ctx = context()
    file(ctx, {"resourceType": "Patient", "id": "p1", "name": [{"use": "official", "family": "Brandt", "given": ["Eva"]}],
               "birthDate": "1970-09-30", "identifier": [{"system": "urn:waypost:mrn", "value": "002310"}],
               "telecom": [{"system": "phone", "value": "2025550142", "use": "mobile"}, {"system": "phone", "value": "2025550143", "use": "home"}]})  # fmt: skip
    file(ctx, {"resourceType": "Patient", "id": "p2", "name": [{"family": "Other"}], "birthDate": "1971-01-01"})
    for who, family in (("ruiz", "Ruiz"), ("pavel", "Novak")):
        file(ctx, {"resourceType": "Practitioner", "id": who, "active": True, "name": [{"family": family}]})
    file(ctx, {"resourceType": "RelatedPerson", "id": "daughter", "patient": {"reference": "Patient/p1"}, "name": [{"text": "Ana Mora"}],
               "relationship": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": "DAUC"}]}],
               "extension": [{"url": "urn:waypost:extension:may-discuss", "extension": [{"url": "topic", "valueCode": "visits"}, {"url": "until", "valueDate": "2026-12-31"}]}]})  # fmt: skip

    def work(id, kind="call", *, owner="ruiz", pool="", hours=30, patient="p1", words=""):
        made = {
            "resourceType": "Task", "id": id, "status": "requested", "intent": "order",
            "code": {"coding": [{"system": "urn:waypost:task", "code": kind}]}, "description": words or f"Do {id}",
            "for": {"reference": f"Patient/{patient}"}, "authoredOn": _iso(ctx.now - timedelta(days=2)),
            "restriction": {"period": {"end": _iso(ctx.now + timedelta(hours=hours))}},
        }  # fmt: skip
        if owner:
            made["owner"] = {"reference": f"Practitioner/{owner}"}
        if pool:
            made["performerType"] = [{"coding": [{"system": "urn:waypost:pool", "code": pool}]}]
        return file(ctx, made)

    work.ctx = ctx
    return work


@pytest.fixture
def coordinator(desk, calls):
    return desk("coordinator", practitioner="ruiz")
