"""Which tenant's rows this connection sees. Without a tenant, row-level security shows none."""

from django.conf import settings
from django.db import connection


def enter(tenant: int) -> None:
    """Let the connection see `tenant`'s rows and no others.

    Outside a transaction the setting lasts, and is sent only when it changes; inside one it lasts as long as that does.
    """
    connection.ensure_connection()
    raw = connection.connection
    if connection.in_atomic_block:
        if getattr(raw, "waypost_tenant", None) == tenant:
            return  # set for the session before the transaction began, and not changed within it
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('waypost.tenant', %s, true)", [str(tenant)])
        raw.waypost_tenant = None
        return
    if getattr(raw, "waypost_tenant", None) != tenant:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('waypost.tenant', %s, false)", [str(tenant)])
        raw.waypost_tenant = tenant


def in_test() -> bool:
    return bool(getattr(settings, "WAYPOST_TEST", False))
