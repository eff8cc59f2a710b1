"""One embedded PostgreSQL for the test session, with the roles of production.

Migrations run as the owner; tests run as the ordinary role, under row-level security.
"""

import os
import shutil
import tempfile
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings

from waypost.kernel.clock import FixedClock
from waypost.kernel.context import Actor, Context, system_actor
from waypost.ops import postgres

# Playwright's synchronous client leaves an event loop running in the thread of the tests that come after it.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
# A busy machine is no reason to fail: what is checked is the answer, not how long the cases took to make.
settings.register_profile("waypost", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("waypost")


@pytest.fixture(scope="session")
def cluster_folder():
    folder = Path(tempfile.mkdtemp(prefix="waypost-tests-"))
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def cluster(cluster_folder):
    """The session's database server: connections of the ordinary role, the owner and the administrator."""
    with postgres.attach_or_start(cluster_folder, fsync=False) as connections:
        yield connections


@pytest.fixture(scope="session")
def django_db_setup(cluster, cluster_folder, django_test_environment, django_db_blocker):
    """Django's test database, in the session's server."""
    from django.conf import settings as django_settings
    from django.db import connections as django_connections

    from waypost.config import schema
    from waypost.config.database import databases

    os.environ.update(cluster.environment())
    django_settings.WAYPOST_AUDIT_KEY_FILE = str(cluster_folder / "audit-key")
    django_settings.WAYPOST_DOCUMENTS_DIR = str(cluster_folder / "documents")
    with django_db_blocker.unblock():
        for alias, settings in databases().items():
            django_connections[alias].close()
            django_connections[alias].settings_dict.update(settings)
        schema.migrate()
        django_connections["owner"].close()
    yield
    with django_db_blocker.unblock():
        for alias in django_connections:
            django_connections[alias].close()


NOON = datetime(2026, 11, 24, 15, 22, tzinfo=UTC)  # Tue, Nov 24, 10:22 AM in New York


@pytest.fixture
def database(django_db_setup, django_db_blocker):
    """The database, with real commits. Nothing is cleaned up: each test has a tenant of its own."""
    with django_db_blocker.unblock():
        yield


@pytest.fixture
def clock():
    return FixedClock(NOON)


@pytest.fixture
def new_tenant(database, clock):
    from waypost.access.models import Tenant

    def make(name="Here", zone="America/New_York"):
        return Tenant.objects.create(slug=f"t{uuid4().hex[:12]}", name=name, zone=zone, created=clock.now())

    return make


@pytest.fixture
def tenant(new_tenant):
    return new_tenant()


@pytest.fixture
def context(tenant, clock):
    """Make a Context for a role: `context("nurse", practitioner="kim")`; without a role, the system's."""

    def make(role="system", practitioner=None, door="cli", at=tenant):
        if role == "system":
            actor = system_actor("test")
        else:
            actor = Actor("staff", role, role.capitalize(), frozenset({role}), practitioner)
        return Context(actor=actor, tenant=at.pk, zone=at.zone, clock=clock, door=door)

    return make
