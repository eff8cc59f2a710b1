"""Facts on which decisions rest."""

from collections.abc import Iterable
from datetime import datetime

from django.db import connection

from waypost.access.rules import Facts
from waypost.kernel.context import Actor
from waypost.records import prepared, tenancy


def facts(tenant: int, actor: Actor, patient: str, now: datetime) -> Facts:
    """Return what is known about this actor and this patient, in one query."""
    tenancy.enter(tenant)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM access_relationship WHERE tenant = %(t)s AND patient = %(p)s"
            "   AND practitioner = %(me)s AND since <= %(now)s AND until > %(now)s),"
            " EXISTS (SELECT 1 FROM access_restricted WHERE tenant = %(t)s AND patient = %(p)s),"
            " EXISTS (SELECT 1 FROM access_opening WHERE tenant = %(t)s AND actor = %(key)s AND patient = %(p)s"
            "   AND until > %(now)s)",
            {"t": tenant, "p": patient, "me": actor.practitioner or "", "key": actor.key, "now": now},
        )
        related, restricted, opened = cursor.fetchone()
    return Facts(actor.roles, related, restricted, opened)


def care_team(tenant: int, patient: str, now: datetime) -> frozenset[str]:
    """Return the ids of the Practitioners on the patient's care team or panel, as the schedule's 'knows the patient'."""
    tenancy.enter(tenant)
    found = prepared.rows(
        "SELECT DISTINCT practitioner FROM access_relationship WHERE tenant = %s AND patient = %s"
        " AND kind IN ('team', 'panel') AND since <= %s AND until > %s",
        [tenant, patient, now, now],
    )
    return frozenset(practitioner for (practitioner,) in found)


def names_of(tenant: int, keys: Iterable[str]) -> dict[str, str]:
    """Return the name to show for each actor's key ('staff:17'); of those that are no account, their own name."""
    every = set(keys)
    accounts = {int(number): key for key in every for kind, _, number in [key.partition(":")] if kind in {"staff", "client"} and number.isdecimal()}
    found = {key: key.partition(":")[2] or key for key in every}
    if accounts:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT id, coalesce(nullif(display, ''), nullif(trim(first_name || ' ' || last_name), ''), username)"
                " FROM access_account WHERE tenant_id = %s AND id = ANY(%s)",
                [tenant, list(accounts)],
            )
            found.update({accounts[id_]: name for id_, name in cursor.fetchall()})
    return found
