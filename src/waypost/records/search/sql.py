"""A plan turned into one statement. Pure: text and values out, nothing touched.

Every table is asked with an explicit tenant, and only with operators that are leakproof (`=` and ranges), since under
row-level security no other may use an index.
"""

from collections.abc import Mapping

from waypost.records.search import limits
from waypost.records.search.plan import Plan, SortKey
from waypost.records.search.predicates import (
    TABLE_NAMES,
    Filters,
    Sql,
    all_of,
    any_of,
    joined,
    of_one_patient,
    where,
)

VERSION = "v.type, v.id, v.version, v.at, v.actor, v.act, v.body, v.deleted"
_SORT_COLUMN = {"token": "code", "string": "value", "ref": "target", "date": "low", "number": "low"}
_SORT_TYPE = {"token": "text", "string": "text", "ref": "text", "date": "timestamptz", "number": "numeric"}
_LAST = {
    "text": ("\U0010ffff", ""),
    "timestamptz": ("infinity", "-infinity"),
    "numeric": ("Infinity", "-Infinity"),
}


def page(
    plan: Plan,
    tenant: int,
    filters: Filters,
    clinical: Mapping[str, str],
    *,
    undated: bool = False,
    most: int = 0,
) -> Sql:
    """Return the statement for up to `most` rows: the version's columns, patient, then the sort values as text.

    The rows are chosen first; only theirs are the texts that are read.

    `clinical` names for each type the parameter that `sort_at` holds. In that order the dated come first, by their index;
    the undated are a second statement.
    """
    lone = by_clinical_date(plan, clinical)
    few = lone and of_one_patient(plan)
    keys = [] if lone and undated else [_key(plan.type, key, clinical, lone=lone) for key in sort_keys(plan)]
    last = " NULLS LAST" if few else ""
    named = joined([e + Sql(f" AS k{n}") for n, (e, _, _) in enumerate(keys)], ", ")
    order = "".join(f"k{n}{' DESC' if d else ''}{last}, " for n, (_, _, d) in enumerate(keys))
    order += "id DESC" if _id_descending(plan) else "id"
    condition = where(plan, tenant, filters)
    if lone and not few:
        condition = condition + Sql(" AND c.sort_at IS NULL" if undated else " AND c.sort_at IS NOT NULL")
    if plan.after is not None and not (undated and plan.after[0] is not None):
        condition = condition + Sql(" AND ") + (_beyond_few(plan, keys) if few else _beyond(plan, keys))
    chosen = (
        Sql("SELECT c.type, c.id, c.version, c.patient" + (", " if keys else ""))
        + named
        + Sql(" FROM records_current c WHERE ")
        + condition
        + Sql(f" ORDER BY {order} LIMIT %s", (most or plan.count + 1,))
    )
    shown = "".join(f", p.k{n}::text" for n in range(len(keys)))
    return (
        Sql(f"SELECT {VERSION}, p.patient{shown} FROM (")
        + chosen
        + Sql(") p CROSS JOIN LATERAL (SELECT * FROM records_version w WHERE w.tenant = %s AND w.type = p.type"
              " AND w.id = p.id AND w.version = p.version LIMIT 1) v ORDER BY ", (tenant,))
        + Sql(", ".join(f"p.{one}" for one in order.split(", ")))
    )  # fmt: skip


def by_clinical_date(plan: Plan, clinical: Mapping[str, str]) -> bool:
    """Return whether the order is that of `sort_at` alone."""
    keys = sort_keys(plan)
    return len(keys) == 1 and keys[0].table == "date" and clinical.get(plan.type) == keys[0].param


def total(plan: Plan, tenant: int, filters: Filters) -> Sql:
    """Return the statement that counts what matches, up to a bound."""
    return (
        Sql("SELECT count(*) FROM (SELECT 1 FROM records_current c WHERE ")
        + where(plan, tenant, filters)
        + Sql(" LIMIT %s) counted", (limits.TOTAL_RESOURCES_MAX,))
    )


def ids(plan: Plan, tenant: int, filters: Filters, most: int) -> Sql:
    """Return the statement that finds up to `most` ids; for conditions that must match once."""
    return (
        Sql("SELECT c.id, c.version FROM records_current c WHERE ")
        + where(plan, tenant, filters)
        + Sql(" ORDER BY c.id LIMIT %s", (most,))
    )


def sort_keys(plan: Plan) -> tuple[SortKey, ...]:
    """Return the keys ahead of the id, which always ends the order."""
    keys: list[SortKey] = []
    for key in plan.sort:
        if key.param == "_id":
            break
        keys.append(key)
    return tuple(keys)


def _id_descending(plan: Plan) -> bool:
    named = next((key for key in plan.sort if key.param == "_id"), None)
    chosen = named or (plan.sort[-1] if plan.sort else None)
    return chosen is not None and chosen.descending


def _key(kind: str, key: SortKey, clinical: Mapping[str, str], *, lone: bool) -> tuple[Sql, str, bool]:
    """Return a sort key's expression, type and direction; resources without a value come last."""
    if key.param == "_lastUpdated":
        return Sql("c.at"), "timestamptz", key.descending
    assert key.table is not None
    if clinical.get(kind) == key.param and key.table == "date":
        never = _LAST["timestamptz"][key.descending]
        text = "c.sort_at" if lone else f"coalesce(c.sort_at, '{never}'::timestamptz)"
        return Sql(text), "timestamptz", key.descending
    kind_of = _SORT_TYPE[key.table]
    last = _LAST[kind_of][key.descending]
    pick = "max" if key.descending else "min"
    text = (
        f"coalesce((SELECT {pick}(o.{_SORT_COLUMN[key.table]}) FROM {TABLE_NAMES[key.table]} o WHERE o.tenant = c.tenant"
        f" AND o.type = c.type AND o.param = %s AND o.id = c.id), '{last}'::{kind_of})"
    )
    return Sql(text, (key.param,)), kind_of, key.descending


def _beyond_few(plan: Plan, keys: list[tuple[Sql, str, bool]]) -> Sql:
    """What comes after the mark where the undated stand last in the same statement."""
    assert plan.after is not None
    if plan.after[0] is not None:
        return Sql("(") + _beyond(plan, keys) + Sql(" OR c.sort_at IS NULL)")
    sign = "<" if _id_descending(plan) else ">"
    return Sql(f"(c.sort_at IS NULL AND c.id {sign} %s)", (plan.after[-1],))


def _beyond(plan: Plan, keys: list[tuple[Sql, str, bool]]) -> Sql:
    assert plan.after is not None
    *marks, last_id = plan.after
    marks = marks if keys else []
    down = _id_descending(plan)
    if len(keys) == 1 and keys[0][2] == down:
        sign = "<" if down else ">"
        return Sql("(") + keys[0][0] + Sql(f", c.id) {sign} (%s::{keys[0][1]}, %s)", (marks[0], last_id))
    steps = [
        (expression, f"%s::{kind}", mark, d) for (expression, kind, d), mark in zip(keys, marks, strict=True)
    ]
    steps.append((Sql("c.id"), "%s", last_id, down))
    choices = []
    for index, (expression, hole, mark, d) in enumerate(steps):
        same = [e + Sql(f" = {h}", (m,)) for e, h, m, _ in steps[:index]]
        choices.append(
            Sql("(") + all_of([*same, expression + Sql(f" {'<' if d else '>'} {hole}", (mark,))]) + Sql(")")
        )
    return any_of(choices)
