"""One embedded PostgreSQL for the test session, with the roles of production.

Migrations run as the owner; tests run as the ordinary role, under row-level security.
"""

import os
import shutil
import tempfile
from pathlib import Path

import pytest

from waypost.ops import postgres


@pytest.fixture(scope="session")
def cluster():
    """The session's database server: connections of the ordinary role, the owner and the administrator."""
    folder = Path(tempfile.mkdtemp(prefix="waypost-tests-"))
    try:
        with postgres.attach_or_start(folder, fsync=False) as connections:
            yield connections
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_setup(cluster, django_test_environment, django_db_blocker):
    """Django's test database, in the session's server."""
    from django.core.management import call_command
    from django.db import connections as django_connections

    from waypost.config.database import databases

    os.environ.update(cluster.environment())
    with django_db_blocker.unblock():
        for alias, settings in databases().items():
            django_connections[alias].close()
            django_connections[alias].settings_dict.update(settings)
        call_command("migrate", database="owner", verbosity=0, interactive=False)
        django_connections["owner"].close()
    yield
    with django_db_blocker.unblock():
        for alias in django_connections:
            django_connections[alias].close()
