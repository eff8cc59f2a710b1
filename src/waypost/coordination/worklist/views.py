"""Views of the worklist that people name: what to look for, one's own or shared with a team. Ordinary rows, no care data."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any
from uuid import UUID

import orjson
from django.db import connection

from waypost.access.acting import action
from waypost.access.permissions import Permission
from waypost.audit.entries import entry
from waypost.coordination.problems import TooManyViews, ViewNeedsName
from waypost.kernel import ids
from waypost.kernel.context import Context
from waypost.records import acts, tenancy

VIEWS_MAX = 30
NAME_CHARACTERS_MAX = 60
DUE = ("late", "today", "week")


@dataclass(frozen=True, slots=True)
class Filters:
    """What a list is narrowed to; '' and False leave it as it is."""

    team: str = ""
    kind: str = ""
    due: str = ""  # late | today | week
    here: bool = False

    @property
    def any(self) -> bool:
        return self != Filters()


@dataclass(frozen=True, slots=True)
class Saved:
    id: UUID
    name: str
    team: str
    filters: Filters
    own: bool


def filters_of(given: Mapping[str, Any]) -> Filters:
    known = {one.name for one in fields(Filters)}
    return Filters(**{name: value for name, value in given.items() if name in known})


def condition(filters: Filters) -> tuple[str, dict[str, Any]]:
    """Return what narrows the list, in SQL with names."""
    parts = {
        "w.pool = %(f_team)s": filters.team,
        "w.kind = %(f_kind)s": filters.kind,
        "h.patient IS NOT NULL": filters.here,
        "w.due <= %(now)s": filters.due == "late",
        "w.due <= %(tonight)s": filters.due == "today",
        "w.due <= %(now)s + interval '7 days'": filters.due == "week",
    }
    kept = [sql for sql, wanted in parts.items() if wanted]
    return " AND ".join(kept) or "true", {"f_team": filters.team, "f_kind": filters.kind}


@action(Permission.TASK_WORK)
def save(ctx: Context, name: str, filters: Filters, team: str = "") -> UUID:
    """Keep a view under a name; one's own of that name is replaced."""
    name = name.strip()[:NAME_CHARACTERS_MAX]
    if not name:
        raise ViewNeedsName
    id_ = ids.uuid7(ctx.now)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM coordination_view WHERE tenant = %s AND actor = %s AND name = %s", [ctx.tenant, ctx.actor.key, name])
        cursor.execute("SELECT count(*) FROM coordination_view WHERE tenant = %s AND actor = %s", [ctx.tenant, ctx.actor.key])
        if cursor.fetchone()[0] >= VIEWS_MAX:
            raise TooManyViews
        cursor.execute(
            "INSERT INTO coordination_view (tenant, id, actor, name, team, filters, at) VALUES (%s, %s, %s, %s, %s, %s::jsonb, %s)",
            [ctx.tenant, id_, ctx.actor.key, name, team, orjson.dumps(asdict(filters)).decode(), ctx.now],
        )
    acts.note(ctx, entry(ctx, "update", what="View"))
    return id_


@action(Permission.TASK_WORK)
def remove(ctx: Context, id: UUID) -> None:
    """Take a view of one's own away."""
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM coordination_view WHERE tenant = %s AND id = %s AND actor = %s", [ctx.tenant, id, ctx.actor.key])
    acts.note(ctx, entry(ctx, "delete", what="View"))


def mine(ctx: Context, pools: Sequence[str]) -> list[Saved]:
    """Return one's own views and those shared with one's teams, in order of name."""
    tenancy.enter(ctx.tenant)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT id, name, team, filters::text, actor = %s FROM coordination_view"
            " WHERE tenant = %s AND (actor = %s OR (team <> '' AND team = ANY(%s))) ORDER BY name, id",
            [ctx.actor.key, ctx.tenant, ctx.actor.key, list(pools)],
        )
        return [Saved(id_, name, team, filters_of(orjson.loads(text)), own) for id_, name, team, text, own in cursor.fetchall()]
