"""Calendars and kinds of visit as they are kept, with their versions; and what a change would leave outside open time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import orjson
from django.db import connection

from waypost.kernel.dates import local_day
from waypost.kernel.scope import Scope
from waypost.kernel.spans import Span
from waypost.records import tenancy
from waypost.scheduling import limits
from waypost.scheduling.queries.boards import BoardRow, board
from waypost.scheduling.rules import templates
from waypost.scheduling.rules.types import Calendar

VERSIONS_SHOWN_MAX = 100


@dataclass(frozen=True, slots=True)
class Template:
    """A calendar's or visit type's body as it stands."""

    key: str
    version: int
    body: dict[str, Any]


@dataclass(frozen=True, slots=True)
class TemplateVersion:
    """What it said from one save to the next; without a body it was taken away."""

    version: int
    at: datetime
    actor: str
    act: str
    body: dict[str, Any] | None


def calendars(scope: Scope) -> list[Template]:
    """Return every calendar, retired ones too, in order of name."""
    return _all(scope, "SELECT resource, version, body::text FROM scheduling_calendar WHERE tenant = %s"
                       " ORDER BY body ->> 'name', resource")  # fmt: skip


def visit_types(scope: Scope) -> list[Template]:
    """Return every kind of visit, retired ones too, in order of department and name."""
    return _all(scope, "SELECT code, version, body::text FROM scheduling_visit_type WHERE tenant = %s"
                       " ORDER BY body ->> 'department', body -> 'name' ->> 'en', code")  # fmt: skip


def calendar(scope: Scope, resource: str) -> Template | None:
    return _one(scope, "SELECT resource, version, body::text FROM scheduling_calendar WHERE tenant = %s AND resource = %s", resource)


def visit_type(scope: Scope, code: str) -> Template | None:
    return _one(scope, "SELECT code, version, body::text FROM scheduling_visit_type WHERE tenant = %s AND code = %s", code)


def versions(scope: Scope, kind: str, key: str) -> list[TemplateVersion]:
    """Return what a calendar ('calendar') or visit type ('visit-type') has said, newest first."""
    tenancy.enter(scope.tenant)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT version, at, actor, act::text, body::text FROM scheduling_template_version"
            " WHERE tenant = %s AND kind = %s AND key = %s ORDER BY version DESC LIMIT %s",
            [scope.tenant, kind, key, VERSIONS_SHOWN_MAX],
        )
        return [TemplateVersion(number, at, actor, act, orjson.loads(body) if body else None)
                for number, at, actor, act, body in cursor.fetchall()]  # fmt: skip


def left_outside(scope: Scope, before: Calendar | None, after: Calendar, *, now: datetime) -> list[BoardRow]:
    """Return what is booked ahead that stood within open time before the change and would not after it, by time."""
    until = now + timedelta(days=limits.BOOKED_AHEAD_DAYS_MAX + 1)
    rows = [row for row in board(scope, [after.resource], now, until, now=now) if row.kind != "block"]
    return sorted(
        (row for row in rows if not _within(after, row) and (before is None or _within(before, row))),
        key=lambda row: row.starts,
    )


def _within(calendar: Calendar, row: BoardRow) -> bool:
    held = Span(row.starts, row.ends)
    first, last = local_day(row.starts, calendar.zone), local_day(row.ends, calendar.zone)
    opened = templates.open_spans(calendar, first, last, visit_type=row.visit_type or None)
    return any(span.start <= held.start and held.end <= span.end for span in opened)


def _all(scope: Scope, sql: str) -> list[Template]:
    return _rows(scope, sql, [scope.tenant])


def _one(scope: Scope, sql: str, key: str) -> Template | None:
    return next(iter(_rows(scope, sql, [scope.tenant, key])), None)


def _rows(scope: Scope, sql: str, params: Sequence[Any]) -> list[Template]:
    tenancy.enter(scope.tenant)
    with connection.cursor() as cursor:
        cursor.execute(sql, list(params))
        return [Template(key, version, orjson.loads(body)) for key, version, body in cursor.fetchall()]
