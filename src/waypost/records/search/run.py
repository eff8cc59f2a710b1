"""Running a plan under Scopes: one for every type it looks into, each decided and audited elsewhere."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import DataError

from waypost.formats.fhir import definitions
from waypost.formats.fhir.index import clinical_date_param
from waypost.kernel.scope import Scope
from waypost.records import prepared, tenancy
from waypost.records.search import limits, sql
from waypost.records.search.plan import Include, Plan
from waypost.records.search.sql import Sql
from waypost.records.versions import Version

Scopes = Mapping[str, Scope]
COLUMNS = 8  # of a version, ahead of patient and sort values


class MarkUnreadable(ValueError):
    """The mark of a page does not fit the order it is used with."""


@dataclass(frozen=True, slots=True)
class Page:
    """What one page found. `after` marks its last row when there are more; `patients` are whose records they are."""

    versions: tuple[Version, ...]
    patients: tuple[str, ...]
    after: tuple[str | None, ...] | None


class _Clinical(Mapping[str, str]):
    """The date parameter that `sort_at` holds, by type."""

    def __getitem__(self, kind: str) -> str:
        found = clinical_date_param(kind)
        if found is None:
            raise KeyError(kind)
        return found

    def __iter__(self) -> Any:
        return iter(definitions.resource_types())

    def __len__(self) -> int:
        return len(definitions.resource_types())


CLINICAL = _Clinical()


def find(plan: Plan, scopes: Scopes) -> Page:
    """Return one page of what matches and is in scope."""
    tenant, let_through = _tenant(scopes), filters(scopes)
    lone = sql.by_clinical_date(plan, CLINICAL) and not sql.of_one_patient(plan)
    rows: list[tuple[Any, ...]] = []
    wanted = plan.count + 1
    if not (lone and plan.after is not None and plan.after[0] is None):
        rows = _fetch(
            tenant, sql.page(plan, tenant, let_through, CLINICAL, most=wanted), marked=plan.after is not None
        )
    if lone and len(rows) < wanted:
        more = sql.page(plan, tenant, let_through, CLINICAL, undated=True, most=wanted - len(rows))
        rows += [(*row, None) for row in _fetch(tenant, more, marked=plan.after is not None)]
    shown = rows[: plan.count]
    after = None
    if len(rows) > plan.count and shown:
        after = (*shown[-1][COLUMNS + 1 :], shown[-1][1])
    return Page(
        tuple(Version(*row[:COLUMNS]) for row in shown),
        tuple(dict.fromkeys(row[COLUMNS] for row in shown if row[COLUMNS])),
        after,
    )


def count(plan: Plan, scopes: Scopes) -> int:
    """Return how many resources match and are in scope."""
    tenant = _tenant(scopes)
    return _fetch(tenant, sql.total(plan, tenant, filters(scopes)))[0][0]


def match_once(plan: Plan, scopes: Scopes, *, most: int = 2) -> list[tuple[str, int]]:
    """Return up to `most` (id, version): for conditions that must mean one resource."""
    tenant = _tenant(scopes)
    return [(row[0], row[1]) for row in _fetch(tenant, sql.ids(plan, tenant, filters(scopes), most))]


def included(
    includes: Sequence[Include], found: Iterable[Version], scopes: Scopes
) -> list[tuple[Version, str | None]]:
    """Return what the found resources refer to, or what refers to them, with whose records they are.

    Up to INCLUDED_RESOURCES_MAX and one more, so that the caller sees that there were too many.
    """
    have = {(one.type, one.id) for one in found}
    fresh = set(have)
    out: list[tuple[Version, str | None]] = []
    tenant = _tenant(scopes)
    for turn in range(limits.INCLUDE_ROUNDS_MAX):
        keys: set[tuple[str, str]] = set()
        for include in includes:
            if turn == 0 or include.iterate:
                keys |= _followed(include, fresh, tenant)
        keys -= have
        if not keys or len(out) > limits.INCLUDED_RESOURCES_MAX:
            break
        wanted = sorted(keys)[: limits.INCLUDED_RESOURCES_MAX + 1 - len(out)]
        rows = _read(wanted, scopes, tenant)
        have |= keys
        fresh = {(row[0], row[1]) for row in rows}
        out += [(Version(*row[:COLUMNS]), row[COLUMNS]) for row in rows]
    return out


def include_types(includes: Iterable[Include]) -> frozenset[str]:
    """Return the types that may come with a page, so that each gets its Scope."""
    kinds: set[str] = set()
    for include in includes:
        if include.reverse:
            kinds.add(include.source)
            continue
        for param in definitions.params_of(include.source).values():
            if param.type == "reference" and include.param in {None, param.name}:
                kinds |= {include.target} if include.target else set(param.targets)
    if "Resource" in kinds:
        kinds = set(definitions.resource_types())
    return frozenset(kinds & definitions.resource_types())


def everything(
    scope: Scope,
    patient: str,
    *,
    after: tuple[str, str] | None,
    most: int,
    types: Sequence[str] = (),
    since: Any = None,
) -> list[Version]:
    """Return a patient's whole compartment in order of type and id, by keyset."""
    statement = (
        Sql(
            f"SELECT {sql.VERSION} FROM records_current c JOIN records_version v ON v.tenant = c.tenant AND v.type = c.type"
            " AND v.id = c.id AND v.version = c.version WHERE c.tenant = %s AND c.patient = %s AND NOT c.deleted AND (",
            (scope.tenant, patient),
        )
        + Sql(scope.where, scope.params)
        + Sql(")")
    )
    if after is not None:
        statement += Sql(" AND (c.type, c.id) > (%s, %s)", after)
    if types:
        statement += Sql(" AND c.type = ANY(%s)", (list(types),))
    if since is not None:
        statement += Sql(" AND c.at >= %s", (since,))
    statement += Sql(" ORDER BY c.type, c.id LIMIT %s", (most,))
    return [Version(*row) for row in _fetch(scope.tenant, statement)]


# ---------------------------------------------------------------- parts


def _followed(include: Include, fresh: set[tuple[str, str]], tenant: int) -> set[tuple[str, str]]:
    if include.reverse:
        targets = [f"{kind}/{id_}" for kind, id_ in fresh]
        statement = Sql(
            "SELECT o.type, o.id FROM records_ref o WHERE o.tenant = %s AND o.type = %s AND o.target = ANY(%s)",
            (tenant, include.source, targets),
        )
        if include.param is not None:
            statement += Sql(" AND o.param = %s", (include.param,))
        statement += Sql(" ORDER BY o.id LIMIT %s", (limits.INCLUDED_RESOURCES_MAX + 1,))
        return {(row[0], row[1]) for row in _fetch(tenant, statement)}
    from_ids = [id_ for kind, id_ in fresh if kind == include.source]
    if not from_ids:
        return set()
    statement = Sql(
        "SELECT DISTINCT o.target FROM records_ref o WHERE o.tenant = %s AND o.type = %s AND o.id = ANY(%s)",
        (tenant, include.source, from_ids),
    )
    if include.param is not None:
        statement += Sql(" AND o.param = %s", (include.param,))
    pairs = (
        target.split("/")
        for (target,) in _fetch(tenant, statement)
        if target.count("/") == 1 and ":" not in target
    )
    return {(kind, id_) for kind, id_ in pairs if include.target in {None, kind}}


def _read(keys: list[tuple[str, str]], scopes: Scopes, tenant: int) -> list[tuple[Any, ...]]:
    rows: list[tuple[Any, ...]] = []
    by_type: dict[str, list[str]] = {}
    for kind, id_ in keys:
        by_type.setdefault(kind, []).append(id_)
    for kind, ids in by_type.items():
        if kind not in scopes:
            continue
        scope = scopes[kind]
        statement = (
            Sql(
                f"SELECT {sql.VERSION}, c.patient FROM records_current c JOIN records_version v ON v.tenant = c.tenant"
                " AND v.type = c.type AND v.id = c.id AND v.version = c.version"
                " WHERE c.tenant = %s AND c.type = %s AND c.id = ANY(%s) AND NOT c.deleted AND (",
                (tenant, kind, ids),
            )
            + Sql(scope.where, scope.params)
            + Sql(") ORDER BY c.id")
        )
        rows += _fetch(tenant, statement)
    return rows


def _tenant(scopes: Scopes) -> int:
    tenants = {scope.tenant for scope in scopes.values()}
    assert len(tenants) == 1, "a search looks into one tenant"
    return tenants.pop()


def filters(scopes: Scopes) -> dict[str, Sql]:
    """Return for each type the rows its Scope lets through."""
    return {kind: Sql(f"({scope.where})", scope.params) for kind, scope in scopes.items()}


def _fetch(tenant: int, statement: Sql, *, marked: bool = False) -> list[tuple[Any, ...]]:
    tenancy.enter(tenant)
    try:
        return prepared.rows(statement.text, statement.values)
    except DataError as error:
        if marked:
            raise MarkUnreadable from error
        raise


def exists(tenant: int, kind: str, id: str) -> bool:
    """Return whether there is anything under this id, seen or not."""
    found = _fetch(
        tenant,
        Sql(
            "SELECT 1 FROM records_current WHERE tenant = %s AND type = %s AND id = %s AND NOT deleted",
            (tenant, kind, id),
        ),
    )
    return bool(found)


def history_of_type(
    scope: Scope, kind: str, *, before: int | None, since: Any, most: int
) -> tuple[list[tuple[int, Version]], list[str]]:
    """Return versions of a type newest first, each with its place in the feed; and whose records they are."""
    statement = (
        Sql(
            f"SELECT {sql.VERSION}, c.patient, v.seq FROM records_version v JOIN records_current c ON c.tenant = v.tenant"
            " AND c.type = v.type AND c.id = v.id WHERE v.tenant = %s AND v.type = %s AND (",
            (scope.tenant, kind),
        )
        + Sql(scope.where, scope.params)
        + Sql(")")
    )
    if before is not None:
        statement += Sql(" AND v.seq < %s", (before,))
    if since is not None:
        statement += Sql(" AND v.at >= %s", (since,))
    statement += Sql(" ORDER BY v.seq DESC LIMIT %s", (most,))
    rows = _fetch(scope.tenant, statement)
    patients = list(dict.fromkeys(row[COLUMNS] for row in rows if row[COLUMNS]))
    return [(row[COLUMNS + 1], Version(*row[:COLUMNS])) for row in rows], patients
