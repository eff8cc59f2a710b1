"""The worklist's rows: one an open Task, derived from its newest version."""

import orjson
from django.db import connection

from waypost.coordination.contacts.reading import contact_of
from waypost.coordination.cover import reading as cover
from waypost.coordination.worklist.reading import row_of
from waypost.records.projecting import Change, Projection

COLUMNS = (
    "id text, patient text, kind text, lane smallint, priority smallint, due timestamptz, authored timestamptz,"
    " owner text, pool text, sleeps timestamptz, watchers text[], focus text, rule text, waits_for text"
)
NAMES = ", ".join(column.split()[0] for column in COLUMNS.split(", "))


def project(tenant: int, changes: list[Change]) -> None:
    """Put the rows of the changed Tasks in place of the old ones."""
    again = [version.id for version, _, _ in changes if version.version > 1]
    with connection.cursor() as cursor:
        cursor.execute("SELECT zone FROM access_tenant WHERE id = %s", [tenant])
        zone = cursor.fetchone()[0]
        found = (
            row_of({**after, "id": version.id}, zone) for version, _, after in changes if after is not None
        )
        rows = [row for row in found if row is not None]
        if again:
            cursor.execute(
                "DELETE FROM coordination_work WHERE tenant = %s AND id = ANY(%s)", [tenant, again]
            )
        if rows:
            cursor.execute(
                f"INSERT INTO coordination_work (tenant, {NAMES}) SELECT %s, {NAMES}"
                f" FROM json_to_recordset(%s::json) AS r({COLUMNS})",
                [tenant, orjson.dumps(rows).decode()],
            )


CONTACT_COLUMNS = "id text, about text, patient text, at timestamptz, channel text, reached bool, outcome text, by text, inbound bool"
CONTACT_NAMES = ", ".join(column.split()[0] for column in CONTACT_COLUMNS.split(", "))


def project_contacts(tenant: int, changes: list[Change]) -> None:
    """Put what was tried for each piece of work in place of what stood there: when and by which way, never what was said."""
    again = [version.id for version, _, _ in changes if version.version > 1]
    found = [contact_of({**after, "id": version.id}) for version, _, after in changes if after is not None]
    rows = [
        {"id": one.id, "about": about, "patient": one.patient, "at": one.at.isoformat(), "channel": one.channel,
         "reached": one.reached, "outcome": one.outcome, "by": one.by, "inbound": one.inbound}
        for one in found if one is not None for about in dict.fromkeys(one.about)
    ]  # fmt: skip
    with connection.cursor() as cursor:
        if again:
            cursor.execute(
                "DELETE FROM coordination_contact WHERE tenant = %s AND id = ANY(%s)", [tenant, again]
            )
        if rows:
            cursor.execute(
                f"INSERT INTO coordination_contact (tenant, {CONTACT_NAMES}) SELECT %s, {CONTACT_NAMES}"
                f" FROM json_to_recordset(%s::json) AS r({CONTACT_COLUMNS})",
                [tenant, orjson.dumps(rows).decode()],
            )


def project_covers(tenant: int, changes: list[Change]) -> None:
    """Put who covers whom, from when until when, in place of what stood there."""
    found = [cover.read({**after, "id": version.id}) for version, _, after in changes if after is not None]
    again = [version.id for version, _, _ in changes if version.version > 1]
    with connection.cursor() as cursor:
        if again:
            cursor.execute("DELETE FROM coordination_cover WHERE tenant = %s AND id = ANY(%s)", [tenant, again])
        for one in found:
            if one is not None:
                cursor.execute(
                    "INSERT INTO coordination_cover (tenant, id, whose, by, starts, ends) VALUES (%s, %s, %s, %s, %s, %s)",
                    [tenant, one.id, one.whose, one.by, one.starts, one.ends],
                )


PROJECTIONS = (
    Projection("coordination.work", ("Task",), project, ("coordination_work",)),
    Projection("coordination.contact", ("Communication",), project_contacts, ("coordination_contact",)),
    Projection("coordination.cover", ("Basic",), project_covers, ("coordination_cover",)),
)
