"""A plan turned into one statement. Pure: text and values out, nothing touched.

Every table is asked with an explicit tenant, and only with operators that are leakproof (`=`, ranges, `^@`), since under
row-level security no other may use an index.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from waypost.records.search import limits
from waypost.records.search.plan import (
    Amount,
    Chain,
    Clause,
    Coded,
    Dates,
    Has,
    Ids,
    Missing,
    Moments,
    Numbers,
    Plan,
    Refs,
    SortKey,
    Strings,
    Tokens,
    Updated,
    Uris,
)  # fmt: skip

VERSION = "v.type, v.id, v.version, v.at, v.actor, v.act, v.body, v.deleted"
TABLE_NAMES = {
    "token": "records_token", "string": "records_string", "ref": "records_ref", "date": "records_date",
    "number": "records_number",
}  # fmt: skip
_SORT_COLUMN = {"token": "code", "string": "value", "ref": "target", "date": "low", "number": "low"}
_SORT_TYPE = {"token": "text", "string": "text", "ref": "text", "date": "timestamptz", "number": "numeric"}
_LAST = {
    "text": ("\U0010ffff", ""),
    "timestamptz": ("infinity", "-infinity"),
    "numeric": ("Infinity", "-Infinity"),
}


@dataclass(frozen=True, slots=True)
class Sql:
    """A piece of a statement with the values for its placeholders."""

    text: str
    values: tuple[Any, ...] = ()

    def __add__(self, other: "Sql") -> "Sql":
        return Sql(self.text + other.text, self.values + other.values)


def joined(parts: Iterable[Sql], mark: str) -> Sql:
    found = list(parts)
    return Sql(
        mark.join(part.text for part in found), tuple(value for part in found for value in part.values)
    )


def all_of(parts: Iterable[Sql]) -> Sql:
    return joined(parts, " AND ")


def any_of(parts: Iterable[Sql]) -> Sql:
    found = list(parts)
    if not found:
        return Sql("false")
    return found[0] if len(found) == 1 else Sql("(") + joined(found, " OR ") + Sql(")")


Filters = Mapping[str, Sql]  # for each type, the rows its Scope lets through, written for the alias `c`


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

    `clinical` names for each type the parameter that `sort_at` holds. In that order the dated come first, by their index;
    the undated are a second statement.
    """
    lone = by_clinical_date(plan, clinical)
    keys = [] if lone and undated else [_key(plan.type, key, clinical, lone=lone) for key in sort_keys(plan)]
    shown = "".join(f", ({expression.text})::text" for expression, _, _ in keys)
    shown_values = tuple(value for expression, _, _ in keys for value in expression.values)
    order = joined([*(e + Sql(" DESC" if d else "") for e, _, d in keys), _id_order(plan)], ", ")
    where = _where(plan, tenant, filters)
    if lone:
        where = where + Sql(" AND c.sort_at IS NULL" if undated else " AND c.sort_at IS NOT NULL")
    if plan.after is not None and not (undated and plan.after[0] is not None):
        where = where + Sql(" AND ") + _beyond(plan, keys)
    return (
        Sql(
            f"SELECT {VERSION}, c.patient{shown} FROM records_current c JOIN records_version v"
            " ON v.tenant = c.tenant AND v.type = c.type AND v.id = c.id AND v.version = c.version WHERE ",
            shown_values,
        )
        + where
        + Sql(" ORDER BY ")
        + order
        + Sql(" LIMIT %s", (most or plan.count + 1,))
    )


def by_clinical_date(plan: Plan, clinical: Mapping[str, str]) -> bool:
    """Return whether the order is that of `sort_at` alone."""
    keys = sort_keys(plan)
    return len(keys) == 1 and keys[0].table == "date" and clinical.get(plan.type) == keys[0].param


def total(plan: Plan, tenant: int, filters: Filters) -> Sql:
    """Return the statement that counts what matches, up to a bound."""
    return (
        Sql("SELECT count(*) FROM (SELECT 1 FROM records_current c WHERE ")
        + _where(plan, tenant, filters)
        + Sql(" LIMIT %s) counted", (limits.TOTAL_RESOURCES_MAX,))
    )


def ids(plan: Plan, tenant: int, filters: Filters, most: int) -> Sql:
    """Return the statement that finds up to `most` ids; for conditions that must match once."""
    return (
        Sql("SELECT c.id, c.version FROM records_current c WHERE ")
        + _where(plan, tenant, filters)
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


def _id_order(plan: Plan) -> Sql:
    return Sql("c.id DESC" if _id_descending(plan) else "c.id")


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


def _where(plan: Plan, tenant: int, filters: Filters) -> Sql:
    base = Sql("c.tenant = %s AND c.type = %s AND NOT c.deleted", (tenant, plan.type))
    parts = [base]
    if plan.type in filters:
        parts.append(filters[plan.type])
    return all_of([*parts, *(predicate(clause, plan.type, tenant, filters) for clause in plan.clauses)])


def predicate(clause: Clause, kind: str, tenant: int, filters: Filters) -> Sql:
    """Return the condition on `records_current c` that a clause makes."""
    match clause:
        case Ids():
            return Sql(f"c.id {'<> ALL' if clause.negated else '= ANY'}(%s)", (list(clause.ids),))
        case Updated():
            return any_of(_instant(one, "c.at") for one in clause.any_of)
        case Missing():
            inside = _rows(clause.table, kind, clause.param, tenant)
            return Sql("NOT " if clause.missing else "") + Sql("EXISTS (") + inside + Sql(" AND o.id = c.id)")
        case Chain():
            return _chain(clause, kind, tenant, filters)
        case Has():
            return _has(clause, kind, tenant, filters)
        case _:
            if isinstance(clause, Refs) and not clause.negated and clause.whose:
                return Sql(
                    "c.patient = ANY(%s)", ([target.removeprefix("Patient/") for target in clause.targets],)
                )
            table, condition, negated = _condition(clause)
            inside = _rows(table, kind, clause.param, tenant) + Sql(" AND ") + condition
            if negated:
                return Sql("NOT EXISTS (") + inside + Sql(" AND o.id = c.id)")
            found = Sql("c.id IN (") + inside + Sql(")")
            if isinstance(clause, Dates) and clause.starts:
                found = found + Sql(" AND ") + any_of(_start(one) for one in clause.any_of)
            if isinstance(clause, Strings) and clause.exact:
                return Sql("(") + found + Sql(" AND ") + _written(clause.exact) + Sql(")")
            return found


def _rows(table: str, kind: str, param: str, tenant: int) -> Sql:
    return Sql(
        f"SELECT o.id FROM {TABLE_NAMES[table]} o WHERE o.tenant = %s AND o.type = %s AND o.param = %s",
        (tenant, kind, param),
    )


def _condition(clause: Clause) -> tuple[str, Sql, bool]:
    """Return table, condition on its row `o`, and whether no row may meet it."""
    match clause:
        case Tokens():
            return "token", _tokens(clause.any_of), clause.negated
        case Strings():
            if clause.mode == "exact":
                return "string", Sql("o.value = ANY(%s)", (list(clause.values),)), False
            test = "strpos(o.value, %s) > 0" if clause.mode == "contains" else "o.value ^@ %s"
            return "string", any_of(Sql(test, (value,)) for value in clause.values), False
        case Uris():
            if clause.mode == "below":
                return "token", any_of(Sql("o.code ^@ %s", (value,)) for value in clause.values), False
            chosen = (
                clause.values if clause.mode == "equal" else [p for v in clause.values for p in _ancestors(v)]
            )
            return "token", Sql("o.code = ANY(%s)", (list(chosen),)), False
        case Refs():
            return "ref", Sql("o.target = ANY(%s)", (list(clause.targets),)), clause.negated
        case Dates():
            return (
                "date",
                any_of(_moment(one, "o.low", "o.high") for one in clause.any_of),
                False,
            )
        case Numbers():
            return "number", any_of(_amount(one) for one in clause.any_of), False
        case _:
            raise AssertionError(clause)


def _tokens(choices: Iterable[Coded]) -> Sql:
    codes = [one.code for one in choices if one.system is None]
    parts = [Sql("o.code = ANY(%s)", (codes,))] if codes else []
    for one in choices:
        if one.system is not None and one.code is not None:
            parts.append(Sql("(o.code = %s AND o.system = %s)", (one.code, one.system)))
        elif one.system is not None:
            parts.append(Sql("o.system = %s", (one.system,)))
    return any_of(parts)


def _moment(one: Moments, low: str, high: str) -> Sql:
    """Compare the resource's range [low, high) with the one asked. Bounds that follow are spelt out, for the index."""
    match one.prefix:
        case "eq":
            return Sql(f"({low} >= %s AND {low} < %s AND {high} <= %s)", (one.low, one.high, one.high))
        case "ne":
            return Sql(f"({low} < %s OR {high} > %s)", (one.low, one.high))
        case "gt":
            return Sql(f"{high} > %s", (one.high,))
        case "lt":
            return Sql(f"{low} < %s", (one.low,))
        case "ge":
            return Sql(f"({high} > %s AND ({high} > %s OR {low} >= %s))", (one.low, one.high, one.low))
        case "le":
            return Sql(f"({low} < %s AND ({low} < %s OR {high} <= %s))", (one.high, one.low, one.high))
        case "sa":
            return Sql(f"{low} >= %s", (one.high,))
        case "eb":
            return Sql(f"{high} <= %s", (one.low,))
        case _:
            return Sql(f"({low} < %s AND {high} > %s)", (one.high, one.low))


def _start(one: Moments) -> Sql:
    """What a date clause implies for `sort_at`, where that is the one instant the parameter has (a day is its longest)."""
    low, high = (
        Sql("c.sort_at >= %s::timestamptz - interval '1 day'", (one.low,)),
        Sql("c.sort_at < %s", (one.high,)),
    )
    match one.prefix:
        case "ne":
            return Sql("true")
        case "gt" | "ge" | "sa":
            return low
        case "lt" | "le" | "eb":
            return high
        case _:
            return Sql("(") + low + Sql(" AND ") + high + Sql(")")


def _instant(one: Moments, at: str) -> Sql:
    match one.prefix:
        case "eq" | "ap":
            return Sql(f"({at} >= %s AND {at} < %s)", (one.low, one.high))
        case "ne":
            return Sql(f"({at} < %s OR {at} >= %s)", (one.low, one.high))
        case "gt" | "sa":
            return Sql(f"{at} >= %s", (one.high,))
        case "lt" | "eb":
            return Sql(f"{at} < %s", (one.low,))
        case "ge":
            return Sql(f"{at} >= %s", (one.low,))
        case _:
            return Sql(f"{at} < %s", (one.high,))


_LOW = "(CASE WHEN o.high = 'Infinity' THEN o.low ELSE (o.low + o.high) / 2 END)"
_HIGH = "(CASE WHEN o.low = '-Infinity' THEN o.high ELSE (o.low + o.high) / 2 END)"


def _amount(one: Amount) -> Sql:
    """A kept number counts as exact, the middle of what rounds to it; `<5` and `>5` reach as far as they say."""
    match one.prefix:
        case "eq" | "ap":
            test = Sql(f"({_LOW} >= %s AND {_HIGH} < %s)", (one.low, one.high))
        case "ne":
            test = Sql(f"NOT ({_LOW} >= %s AND {_HIGH} < %s)", (one.low, one.high))
        case "gt":
            test = Sql(f"{_HIGH} > %s", (one.value,))
        case "lt":
            test = Sql(f"{_LOW} < %s", (one.value,))
        case "ge":
            test = Sql(f"{_HIGH} >= %s", (one.value,))
        case "le":
            test = Sql(f"{_LOW} <= %s", (one.value,))
        case "sa":
            test = Sql(f"{_LOW} > %s", (one.value,))
        case _:
            test = Sql(f"{_HIGH} < %s", (one.value,))
    parts = [test]
    if one.code is not None:
        parts.append(Sql("o.code = %s", (one.code,)))
    if one.system is not None:
        parts.append(Sql("o.system = %s", (one.system,)))
    return Sql("(") + all_of(parts) + Sql(")")


def _written(exact: Iterable[str]) -> Sql:
    """The index folds case and accents; the text itself says how a string was written."""
    forms = {json.dumps(text, ensure_ascii=ascii_only) for text in exact for ascii_only in (False, True)}
    tests = any_of(Sql("strpos(w.body, %s) > 0", (form,)) for form in sorted(forms))
    return (
        Sql(
            "EXISTS (SELECT 1 FROM records_version w WHERE w.tenant = c.tenant AND w.type = c.type AND w.id = c.id"
            " AND w.version = c.version AND "
        )
        + tests
        + Sql(")")
    )


def _ancestors(uri: str) -> list[str]:
    parts = uri.split("/")
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


def _chain(clause: Chain, kind: str, tenant: int, filters: Filters) -> Sql:
    found = []
    for target, inner in clause.links:
        among = Sql("SELECT %s || c.id FROM records_current c WHERE ", (f"{target}/",)) + _where(
            Plan(target, (inner,)), tenant, filters
        )
        found.append(_rows("ref", kind, clause.param, tenant) + Sql(" AND o.target IN (") + among + Sql(")"))
    return any_of(Sql("c.id IN (") + one + Sql(")") for one in found)


def _has(clause: Has, kind: str, tenant: int, filters: Filters) -> Sql:
    among = Sql("SELECT c.id FROM records_current c WHERE ") + _where(
        Plan(clause.type, (clause.clause,)), tenant, filters
    )
    head = f"{kind}/"
    return (
        Sql("c.id IN (SELECT substr(o.target, %s) FROM records_ref o WHERE o.tenant = %s AND o.type = %s AND o.param = %s"
            " AND o.target ^@ %s AND o.id IN (", (len(head) + 1, tenant, clause.type, clause.param, head))
        + among
        + Sql("))")
    )  # fmt: skip
