"""Keeping calendars and kinds of visit: each save is a version, and an act can be taken back whole."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from waypost.access import Permission, action
from waypost.audit.entries import entry
from waypost.kernel.context import Context
from waypost.kernel.problem import Issue
from waypost.records import actions as records
from waypost.records import acts, tenancy
from waypost.records.problems import Stale
from waypost.records.versions import Filing, Version
from waypost.scheduling import fhir
from waypost.scheduling.actions.locking import lock
from waypost.scheduling.problems import BadTemplate
from waypost.scheduling.queries.clinic import CALENDARS, VISIT_TYPES, clinic
from waypost.scheduling.queries.slots import kinds_of, schedule_id
from waypost.scheduling.rules.types import BadBody, calendar_of, visit_type_of

Body = dict[str, Any]
CALENDAR, VISIT_TYPE = "calendar", "visit-type"
_NEXT = (
    "SELECT coalesce(max(h.version), 0) + 1 FROM scheduling_template_version h"
    " WHERE h.tenant = %(tenant)s AND h.kind = %(kind)s AND h.key = r.key"
)
_NOTED = (
    " INSERT INTO scheduling_template_version (tenant, kind, key, version, at, actor, act, body)"
    " SELECT %(tenant)s, %(kind)s, kept.key, kept.version, %(at)s, %(actor)s, %(act)s, kept.body FROM kept"
    " RETURNING key, version"
)
_SAVE = {
    VISIT_TYPE: (
        "WITH kept AS (INSERT INTO scheduling_visit_type AS v (tenant, code, body, version)"
        f" SELECT %(tenant)s, r.key, r.body, ({_NEXT}) FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(key text, body jsonb)"
        " ORDER BY r.key ON CONFLICT (tenant, code) DO UPDATE SET body = EXCLUDED.body, version = EXCLUDED.version"
        " RETURNING code AS key, version, body)" + _NOTED
    ),
    CALENDAR: (
        "WITH kept AS (INSERT INTO scheduling_calendar AS c (tenant, resource, schedule, body, version)"
        f" SELECT %(tenant)s, r.key, r.schedule, r.body, ({_NEXT})"
        " FROM jsonb_to_recordset(%(rows)s::jsonb) AS r(key text, schedule text, body jsonb)"
        " ORDER BY r.key ON CONFLICT (tenant, resource) DO UPDATE SET body = EXCLUDED.body, version = EXCLUDED.version"
        " RETURNING resource AS key, version, body)" + _NOTED
    ),
}


@action(Permission.CALENDAR_EDIT)
def save_visit_type(ctx: Context, body: Body, *, expect: int | None = None) -> None:
    """Keep a kind of visit, seen as version `expect` (0: new). What is booked already stays as it was booked."""
    save_visit_types(ctx, [body], expect=None if expect is None else {body["code"]: expect})


@action(Permission.CALENDAR_EDIT)
def save_visit_types(ctx: Context, bodies: Sequence[Body], *, expect: Mapping[str, int] | None = None) -> None:
    """Keep several kinds of visit at once. Raises BadTemplate with the place of each fault, Stale."""
    _refuse_bad(bodies, visit_type_of)
    lock(ctx, [VISIT_TYPES])
    _refuse_stale(ctx, VISIT_TYPE, expect or {})
    _save(ctx, VISIT_TYPE, [{"key": body["code"], "body": body} for body in bodies])
    _name_kinds(ctx)


@action(Permission.CALENDAR_EDIT)
def save_calendar(ctx: Context, body: Body, *, expect: int | None = None) -> Version:
    """Keep one person's, room's or device's hours, seen as version `expect` (0: new), and its Schedule."""
    return save_calendars(ctx, [body], expect=None if expect is None else {body["resource"]: expect})[0]


@action(Permission.CALENDAR_EDIT)
def save_calendars(
    ctx: Context, bodies: Sequence[Body], *, expect: Mapping[str, int] | None = None
) -> list[Version]:
    """Keep several calendars at once; each gets its one Schedule, which names the kinds of visit that it serves."""
    _refuse_bad(bodies, calendar_of)
    lock(ctx, [body["resource"] for body in bodies])
    _refuse_stale(ctx, CALENDAR, expect or {})
    _save(ctx, CALENDAR, [
        {"key": body["resource"], "schedule": schedule_id(body["resource"]), "body": body} for body in bodies
    ])  # fmt: skip
    return _file_schedules(ctx, bodies)


@action(Permission.UNDO)
def restore_templates(ctx: Context, act: UUID) -> int:
    """Put back the calendars and kinds of visit that one act changed; return how many. Raises Stale.

    A calendar that the act made is kept as retired, since what each process remembers goes by its version.
    """
    touched = templates_of(ctx.tenant, act)
    if not touched:
        return 0
    lock(ctx, [VISIT_TYPES if kind == VISIT_TYPE else key for kind, key, _ in touched])
    for kind, key, version in touched:
        _refuse_stale(ctx, kind, {key: version})
        before = _body_before(ctx.tenant, kind, key, version)
        if before is None and kind == VISIT_TYPE:
            _remove_visit_type(ctx, key, version + 1)
            continue
        body = before or {**(_body_before(ctx.tenant, kind, key, version + 1) or {}), "retired": True}
        _save(ctx, kind, [{"key": key, "schedule": schedule_id(key), "body": body}])
    return len(touched)


def templates_of(tenant: int, act: UUID) -> list[tuple[str, str, int]]:
    """Return the calendars and kinds of visit that an act saved: kind, key, version."""
    tenancy.enter(tenant)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT kind, key, max(version) FROM scheduling_template_version WHERE tenant = %s AND act = %s"
            " GROUP BY kind, key ORDER BY kind, key",
            [tenant, act],
        )
        return cursor.fetchall()


def _save(ctx: Context, kind: str, rows: Sequence[Body]) -> None:
    if not rows:
        return
    values = {"tenant": ctx.tenant, "kind": kind, "rows": orjson.dumps(list(rows)).decode(), "at": ctx.now,
              "actor": ctx.actor.key, "act": ctx.act}  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_SAVE[kind], values)
        for key, version in cursor.fetchall():
            _note(ctx, "create" if version == 1 else "update", kind, key, version)
        touched = [VISIT_TYPES] if kind == VISIT_TYPE else [CALENDARS, *(row["key"] for row in rows)]
        cursor.execute("SELECT scheduling_touch(%s, %s)", [ctx.tenant, touched])


def _note(ctx: Context, act: str, kind: str, key: str, version: int) -> None:
    what = f"VisitType/{key}" if kind == VISIT_TYPE else f"Calendar/{key}"
    acts.note(ctx, entry(ctx, act, what=what, version=version))


def _remove_visit_type(ctx: Context, code: str, version: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM scheduling_visit_type WHERE tenant = %s AND code = %s", [ctx.tenant, code])
        cursor.execute(
            "INSERT INTO scheduling_template_version (tenant, kind, key, version, at, actor, act)"
            " VALUES (%s, %s, %s, %s, %s, %s, %s)",
            [ctx.tenant, VISIT_TYPE, code, version, ctx.now, ctx.actor.key, ctx.act],
        )
        cursor.execute("SELECT scheduling_touch(%s, %s)", [ctx.tenant, [VISIT_TYPES]])
    _note(ctx, "delete", VISIT_TYPE, code, version)


def _body_before(tenant: int, kind: str, key: str, version: int) -> Body | None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT body::text FROM scheduling_template_version WHERE tenant = %s AND kind = %s AND key = %s"
            " AND version < %s ORDER BY version DESC LIMIT 1",
            [tenant, kind, key, version],
        )
        row = cursor.fetchone()
    return orjson.loads(row[0]) if row and row[0] else None


def _refuse_stale(ctx: Context, kind: str, expect: Mapping[str, int]) -> None:
    table, key = ("scheduling_visit_type", "code") if kind == VISIT_TYPE else ("scheduling_calendar", "resource")
    if not expect:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT {key}, version FROM {table} WHERE tenant = %s AND {key} = ANY(%s)", [ctx.tenant, list(expect)]
        )
        known = dict(cursor.fetchall())
    if any(known.get(one, 0) != version for one, version in expect.items()):
        raise Stale


def _name_kinds(ctx: Context) -> None:
    """File again the Schedules whose list of kinds has changed."""
    here = clinic(ctx.tenant, ctx.now)
    _file_schedules(ctx, [
        {"resource": one.calendar.resource, "name": one.calendar.name} for one in here.ordered
    ])  # fmt: skip


def _file_schedules(ctx: Context, bodies: Sequence[Body]) -> list[Version]:
    here = clinic(ctx.tenant, ctx.now)
    filings = []
    for body in bodies:
        resource = body["resource"]
        schedule = fhir.schedule(schedule_id(resource), resource, body["name"], kinds_of(here, resource))
        filings.append(Filing({**schedule, "active": not body.get("retired")}, "Schedule", schedule["id"]))
    return records.file_many(ctx, filings, skip_equal=True) if filings else []


def _refuse_bad(bodies: Sequence[Body], read: Any) -> None:
    found: list[Issue] = []
    for index, body in enumerate(bodies):
        try:
            read(body)
        except BadBody as bad:
            where = f"[{index}].{bad.where}" if len(bodies) > 1 else bad.where
            found.append(Issue("error", "invalid", str(bad), where))
    if found:
        raise BadTemplate(issues=found)
