"""Bringing the database to this release's schema, as its owner, and letting the ordinary role use it."""

from django.core.management import call_command
from django.db import connections
from psycopg import sql

from waypost.kernel.sqltools import GRANTS


def migrate(verbosity: int = 0) -> None:
    """Apply migrations as the owner, then grant; safe to repeat."""
    call_command("migrate", database="owner", verbosity=verbosity, interactive=False)
    grant()


def grant() -> None:
    """Let the ordinary role work with the tables; append-only ones it may only add to and read."""
    role = connections["default"].settings_dict["USER"]
    quoted = sql.Identifier(role).as_string(None)
    with connections["owner"].cursor() as cursor:
        cursor.execute(GRANTS.replace("{role}", quoted))
        cursor.execute("ANALYZE")
