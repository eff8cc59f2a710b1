"""The worklist read: whose, how many, in which order. The order is `ranking.key`, said in SQL; a twin holds the two together."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from waypost.coordination.cover.reading import LENT_KINDS, NOBODY
from waypost.coordination.cover.reading import Standing as Cover
from waypost.coordination.worklist import reading
from waypost.coordination.worklist.escalating import cutoffs
from waypost.coordination.worklist.kinds import Lane
from waypost.coordination.worklist.ranking import Moment, Standing
from waypost.coordination.worklist.views import Filters, condition
from waypost.kernel.dates import local_day
from waypost.kernel.scope import Scope
from waypost.records import prepared, queries, tenancy
from waypost.records.versions import Version

Json = dict[str, Any]
PAGE_ROWS_MAX = 50
COUNT_MAX = 1_000  # of a view that holds more it is said that it holds more
NO_FILTERS = Filters()
VIEWS = ("mine", "team", "unclaimed", "watching", "snoozed", "blocked", "escalated")

# They belong to a visit and show their state there.
_WITH_VISITS = ("interpreter", "ride")
_PRESSING = "(w.lane = 0 OR h.patient IS NOT NULL OR w.due <= %(tonight)s)"
ORDER = f"""
  {_PRESSING} DESC NULLS LAST,
  CASE WHEN {_PRESSING} THEN CASE WHEN h.patient IS NOT NULL THEN least(w.lane, 2) ELSE w.lane END ELSE 0 END,
  CASE WHEN {_PRESSING} THEN coalesce(w.due > %(now)s, true) ELSE false END,
  CASE WHEN {_PRESSING} THEN h.patient IS NULL ELSE false END,
  CASE WHEN {_PRESSING} THEN NULL ELSE ((w.due - interval '1 second') AT TIME ZONE %(zone)s)::date END NULLS LAST,
  CASE WHEN {_PRESSING} THEN 0 ELSE w.lane END,
  w.due NULLS LAST, w.priority, w.authored, w.id
"""


@dataclass(frozen=True, slots=True)
class Listed:
    """One item of the list: its Task and the facts its place follows from."""

    version: Version
    standing: Standing
    patient: str
    kind: str
    owner: str
    pool: str
    sleeps: datetime | None

    @property
    def task(self) -> Json:
        return self.version.resource


def listed(
    scope: Scope,
    view: str,
    at: Moment,
    pools: Sequence[str],
    *,
    here: Sequence[str],
    count: int = PAGE_ROWS_MAX,
    skip: int = 0,
    cover: Cover = NOBODY,
    filters: Filters = NO_FILTERS,
) -> list[Listed]:
    """Return one view of the worklist in order. `here`: ids of patients in the building; `cover`: what is lent and taken on."""
    narrowed, more = condition(filters)
    names = _values(scope, at, pools, here, cover) | {"count": count, "skip": skip} | more
    return _listed(scope, f"{_condition(view)} AND {narrowed}", names)


def _listed(scope: Scope, condition: str, names: dict[str, Any]) -> list[Listed]:
    sql, params = _positional(
        "SELECT w.id, w.lane, w.due, w.priority, w.authored, h.patient IS NOT NULL, coalesce(w.patient, ''), w.kind,"
        f" coalesce(w.owner, ''), w.pool, w.sleeps {_FROM} WHERE {condition} AND (@scope) ORDER BY {ORDER}"
        " LIMIT %(count)s OFFSET %(skip)s",
        names,
        scope,
    )
    rows = queries.rows(scope, sql, params)
    versions = queries.many(scope, [("Task", row[0]) for row in rows])
    return [
        Listed(
            versions["Task", row[0]], Standing(row[0], Lane(row[1]), row[2], row[3], row[4], row[5]), *row[6:]
        )
        for row in rows
        if ("Task", row[0]) in versions
    ]


def standing(
    scope: Scope,
    view: str,
    at: Moment,
    pools: Sequence[str],
    *,
    here: Sequence[str],
    skip: int = 0,
    cover: Cover = NOBODY,
    filters: Filters = NO_FILTERS,
) -> list[str]:
    """Return the same page of a view as `listed`, each item as 'id:version': enough to know whether it is as it was."""
    narrowed, more = condition(filters)
    sql, params = _positional(
        f"SELECT w.id || ':' || c.version {_FROM} WHERE {_condition(view)} AND {narrowed} AND (@scope) ORDER BY {ORDER}"
        " LIMIT %(count)s OFFSET %(skip)s",
        _values(scope, at, pools, here, cover) | {"count": PAGE_ROWS_MAX, "skip": skip} | more,
        scope,
    )
    return [row[0] for row in queries.rows(scope, sql, params)]


@dataclass(frozen=True, slots=True)
class Hands:
    """Who has something: people ('Practitioner/x', watchers included) and teams, '' where neither is named."""

    owners: frozenset[str]
    pools: frozenset[str]


HANDS = "SELECT DISTINCT owner, pool FROM coordination_work WHERE tenant = %s AND patient = ANY(%s)"


def hands_of(tenant: int, tasks: Iterable[Json], patients: Iterable[str]) -> Hands:
    """Return in whose lists some Tasks stand, and the open work of some patients. It tells nobody what."""
    owners: set[str] = set()
    pools: set[str] = set()
    for task in tasks:
        row = reading.row_of(task, "UTC")
        if row is not None:
            owners |= {row["owner"] or "", *(f"Practitioner/{who}" for who in row["watchers"])}
            pools.add(row["pool"])
    whose = list(patients)
    if whose:
        tenancy.enter(tenant)
        for owner, pool in prepared.rows(HANDS, [tenant, whose]):
            owners.add(owner or "")
            pools.add(pool)
    return Hands(frozenset(owners), frozenset(pools))


def one(scope: Scope, id: str, at: Moment, *, here: Sequence[str]) -> Listed | None:
    """Return one open item as it stands in any list, or None where it has ended."""
    found = _listed(scope, "w.id = %(id)s", _values(scope, at, (), here) | {"id": id, "count": 1, "skip": 0})
    return found[0] if found else None


def of_patient(scope: Scope, patient: str, at: Moment, *, here: Sequence[str] = ()) -> list[Listed]:
    """Return all open work of one patient in order, but for what is shown with its visit."""
    names = _values(scope, at, (), here) | {"patient": patient, "count": PAGE_ROWS_MAX, "skip": 0}
    return _listed(scope, "w.patient = %(patient)s AND NOT (w.kind = ANY(%(with_visits)s))", names)


def of_owner(scope: Scope, owner: str, at: Moment, *, count: int) -> list[Listed]:
    """Return what one person has, in order; `owner` is the id of a Practitioner, '' for what nobody has."""
    names = _values(scope, at, (), ()) | {"owner": f"Practitioner/{owner}", "count": count, "skip": 0}
    mine = "w.owner = %(owner)s" if owner else "w.owner IS NULL AND NOT (w.kind = ANY(%(with_visits)s))"
    return _listed(scope, mine, names)


def pressing(scope: Scope, at: Moment, until: datetime, *, count: int) -> list[Listed]:
    """Return what is not late yet and will be by a moment, whoever has it, in order."""
    names = _values(scope, at, (), ()) | {"until": until, "count": count, "skip": 0}
    awake = "(w.sleeps IS NULL OR w.sleeps <= %(now)s)"
    return _listed(scope, f"w.due > %(now)s AND w.due <= %(until)s AND {awake} AND NOT (w.kind = ANY(%(with_visits)s))", names)


@dataclass(frozen=True, slots=True)
class Load:
    """How much someone has, or a team has without an owner."""

    owner: str  # 'Practitioner/x', '' where nobody has it
    pool: str  # '' where somebody has it
    open: int
    late: int
    today: int
    snoozed: int
    oldest: datetime | None  # the moment that is due first


def loads(scope: Scope, at: Moment) -> list[Load]:
    """Return the load of everyone who has work, and of every team's unowned work."""
    sql, params = _positional(
        "SELECT coalesce(w.owner, ''), CASE WHEN w.owner IS NULL THEN w.pool ELSE '' END, count(*), count(*) FILTER (WHERE w.due <= %(now)s),"
        " count(*) FILTER (WHERE w.due > %(now)s AND w.due <= %(tonight)s), count(*) FILTER (WHERE w.sleeps > %(now)s), min(w.due)"
        f" {_FROM} WHERE (@scope) AND NOT (w.owner IS NULL AND w.kind = ANY(%(with_visits)s)) GROUP BY 1, 2 ORDER BY 3 DESC, 1, 2",
        _values(scope, at, (), ()),
        scope,
    )
    return [Load(*row) for row in queries.rows(scope, sql, params)]


def counts(
    scope: Scope, at: Moment, pools: Sequence[str], cover: Cover = NOBODY, *, views: Sequence[str] = VIEWS
) -> dict[str, int]:
    """Return how many items each view holds, and how many of one's own are late or due today.

    No view is counted further than one beyond COUNT_MAX: a large clinic's page costs what a small one's does.
    """
    asked = {view: _condition(view) for view in views}
    asked["late"] = f"{_condition('mine')} AND w.due <= %(now)s"
    asked["today"] = f"{_condition('mine')} AND w.due > %(now)s AND w.due <= %(tonight)s"
    parts = [
        f"(SELECT count(*) FROM (SELECT 1 {_WORK} WHERE (@scope) AND {condition} LIMIT {COUNT_MAX + 1}) counted)"
        for condition in asked.values()
    ]
    sql, params = _positional(f"SELECT {', '.join(parts)}", _values(scope, at, pools, (), cover), scope)
    row = queries.rows(scope, sql, params)[0]
    return dict.fromkeys(VIEWS, 0) | dict(zip(asked, row, strict=True))


def open_by_rule(scope: Scope) -> dict[str, int]:
    """Return how many open items each rule has made, by its code."""
    return dict(queries.rows(
        scope,
        "SELECT w.rule, count(*) FROM coordination_work w WHERE w.tenant = %s AND w.rule <> '' GROUP BY w.rule",
        [scope.tenant],
    ))  # fmt: skip


_WORK = (
    "FROM coordination_work w JOIN records_current c ON c.tenant = w.tenant AND c.type = 'Task' AND c.id = w.id"
    " AND w.tenant = %(tenant)s"
)
_FROM = f"{_WORK} LEFT JOIN unnest(%(here)s::text[]) AS h(patient) ON h.patient = w.patient"


_MINE = (
    "((w.owner = %(me)s AND NOT %(lent_all)s AND NOT (%(lent)s AND w.kind = ANY(%(promises)s)))"
    " OR w.owner = ANY(%(cover_all)s) OR (w.owner = ANY(%(cover)s) AND w.kind = ANY(%(promises)s)))"
)
_WAITS = (
    "EXISTS (SELECT 1 FROM coordination_work b WHERE b.tenant = w.tenant AND b.id = w.waits_for)"
)
_UP = (
    "EXISTS (SELECT 1 FROM unnest(%(up_kinds)s::text[], %(up_before)s::timestamptz[], %(up_unclaimed)s::bool[], %(up_grave)s::bool[])"
    " AS u(kind, before, unclaimed, grave) WHERE u.kind = w.kind AND (NOT u.grave OR w.lane = 0)"
    " AND CASE WHEN u.unclaimed THEN w.owner IS NULL AND w.authored <= u.before ELSE w.due <= u.before END)"
)


def _condition(view: str) -> str:
    """Return what a view shows. Work that waits for other work is in its own view until that has ended."""
    awake = f"(w.sleeps IS NULL OR w.sleeps <= %(now)s) AND (w.waits_for IS NULL OR NOT {_WAITS})"
    apart = "NOT (w.kind = ANY(%(with_visits)s))"
    return {
        "mine": f"{_MINE} AND {awake}",
        "team": f"(w.pool = ANY(%(pools)s) OR {_MINE}) AND {awake} AND {apart}",
        "unclaimed": f"w.owner IS NULL AND (w.pool = ANY(%(pools)s) OR w.pool = '') AND {awake} AND {apart}",
        "watching": "w.watchers <> '{}' AND w.watchers @> ARRAY[%(who)s::text]",
        "snoozed": "w.owner = %(me)s AND w.sleeps > %(now)s",
        "blocked": f"(w.owner = %(me)s OR w.pool = ANY(%(pools)s)) AND w.waits_for IS NOT NULL AND {_WAITS}",
        "escalated": f"(w.pool = ANY(%(pools)s) OR w.owner IS NOT NULL) AND {apart} AND {_UP}",
    }[view]


def _values(
    scope: Scope, at: Moment, pools: Sequence[str], here: Sequence[str], cover: Cover = NOBODY
) -> dict[str, Any]:
    who = scope.practitioner or ""
    up = cutoffs(at.now, at.zone)
    return {
        "tenant": scope.tenant, "now": at.now, "tonight": _day(at)[1], "zone": at.zone, "who": who,
        "me": f"Practitioner/{who}", "pools": [*pools, *cover.pools], "here": list(here), "with_visits": list(_WITH_VISITS),
        "promises": list(LENT_KINDS), "lent": cover.lent is not None, "lent_all": bool(cover.lent and cover.lent.everything),
        "cover": [f"Practitioner/{one.whose}" for one in cover.taken],
        "cover_all": [f"Practitioner/{one.whose}" for one in cover.taken if one.everything],
        "up_kinds": up.kinds, "up_before": up.before, "up_unclaimed": up.unclaimed, "up_grave": up.grave,
    }  # fmt: skip


def _positional(sql: str, names: dict[str, Any], scope: Scope) -> tuple[str, list[Any]]:
    """Return the statement with its names as places: the scope's own part has places already."""
    params: list[Any] = []
    made = []
    for part in sql.split("%("):
        if not made:
            made.append(_scoped(part, scope, params))
            continue
        name, _, rest = part.partition(")s")
        params.append(names[name])
        made.append("%s" + _scoped(rest, scope, params))
    return "".join(made), params


def _scoped(text: str, scope: Scope, params: list[Any]) -> str:
    if "@scope" in text:
        params.extend(scope.params)
    return text.replace("@scope", scope.where)


def _day(at: Moment) -> tuple[datetime, datetime]:
    zone = ZoneInfo(at.zone)
    first = datetime.combine(local_day(at.now, at.zone), time.min, zone)
    return first, datetime.combine(first.date() + timedelta(days=1), time.min, zone)
