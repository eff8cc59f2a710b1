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


def held_in(tenant: int, binary: str) -> tuple[list[str | None], str]:
    """Return whose each document is that a Binary holds (None: nobody's yet), and what guards it where there is none."""
    tenancy.enter(tenant)
    found = prepared.rows(
        "SELECT DISTINCT c.patient FROM records_token t JOIN records_current c"
        " ON c.tenant = t.tenant AND c.type = t.type AND c.id = t.id AND NOT c.deleted"
        " WHERE t.tenant = %s AND t.type = 'DocumentReference' AND t.param = 'location' AND t.code = ANY(%s)",
        [tenant, [f"Binary/{binary}", f"/fhir/Binary/{binary}"]],
    )
    if found:
        return [patient for (patient,) in found], ""
    guard = prepared.rows(
        "SELECT v.body::json->'securityContext'->>'reference' FROM records_current c JOIN records_version v"
        " ON v.tenant = c.tenant AND v.type = c.type AND v.id = c.id AND v.version = c.version"
        " WHERE c.tenant = %s AND c.type = 'Binary' AND c.id = %s AND NOT c.deleted",
        [tenant, binary],
    )
    return [], (guard[0][0] or "") if guard else ""


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
