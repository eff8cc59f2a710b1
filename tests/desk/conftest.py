"""A desk to knock at: a signed-in client of a role, in a tenant of its own."""

import pytest

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
