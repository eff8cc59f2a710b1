"""A desk to knock at: a signed-in client of a role, in a tenant of its own."""

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
