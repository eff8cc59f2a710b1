"""The condition that each clause makes on a row of `records_current`. Pure.

Only operators that are leakproof (`=` and ranges), since under row-level security no other may use an index.
"""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from waypost.records.search.plan import (
    Amount,
    Chain,
    Circle,
    Clause,
    Coded,
    Dates,
    Has,
    Ids,
    Missing,
    Moments,
    Near,
    Numbers,
    Plan,
    Refs,
    Strings,
    Together,
    Tokens,
    Updated,
    Uris,
    Within,
)
from waypost.records.search.within import question

LAST_CHARACTER = "\U0010ffff"
TABLE_NAMES = {
    "token": "records_token",
    "string": "records_string",
    "ref": "records_ref",
    "date": "records_date",
    "number": "records_number",
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


def where(plan: Plan, tenant: int, filters: Filters) -> Sql:
    base = Sql("c.tenant = %s AND c.type = %s AND NOT c.deleted", (tenant, plan.type))
    parts = [base]
    if plan.type in filters:
        parts.append(filters[plan.type])
    few = of_one_patient(plan)
    return all_of([*parts, *(predicate(clause, plan.type, tenant, filters, few=few) for clause in plan.clauses)])


def of_one_patient(plan: Plan) -> bool:
    """Return whether so few can match that looking at each costs nothing."""
    return any(isinstance(clause, Refs) and clause.whose and len(clause.targets) == 1 for clause in plan.clauses)


def predicate(clause: Clause, kind: str, tenant: int, filters: Filters, *, few: bool = False) -> Sql:
    """Return the condition on `records_current c` that a clause makes; `few`: on each row by itself.

    One patient's rows are few whatever the clinic's size; those of a code are many. Planned once for all values, the two
    look alike, so a search of one patient by code read the whole clinic's results of that code.
    """
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
        case Together():
            ways = [all_of(predicate(one, kind, tenant, filters, few=few) for one in way) for way in clause.any_of]
            return any_of(Sql("(") + way + Sql(")") for way in ways)
        case Within():
            return _within(clause, kind, tenant, filters, few=few)
        case _:
            if isinstance(clause, Refs) and not clause.negated and clause.whose:
                return _patients([target.removeprefix("Patient/") for target in clause.targets])
            table, condition, negated = _condition(clause)
            inside = _rows(table, kind, clause.param, tenant) + Sql(" AND ") + condition
            if negated:
                return Sql("NOT EXISTS (") + inside + Sql(" AND o.id = c.id)")
            found = _on_each_row(inside) if few else Sql("c.id IN (") + inside + Sql(")")
            if isinstance(clause, Dates) and clause.starts:
                found = found + Sql(" AND ") + any_of(_start(one) for one in clause.any_of)
            if isinstance(clause, Strings) and clause.exact:
                return Sql("(") + found + Sql(" AND ") + _written(clause.exact) + Sql(")")
            return found


def _patients(ids: list[str]) -> Sql:
    return Sql("c.patient = %s", (ids[0],)) if len(ids) == 1 else Sql("c.patient = ANY(%s)", (ids,))


def _on_each_row(inside: Sql) -> Sql:
    """LIMIT keeps the planner from turning the look for each row into a join that begins elsewhere."""
    return Sql("(SELECT true FROM (") + inside + Sql(" AND o.id = c.id LIMIT 1) looked)")


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
            if clause.mode == "contains":
                return (
                    "string",
                    any_of(Sql("strpos(o.value, %s) > 0", (value,)) for value in clause.values),
                    False,
                )
            return "string", any_of(_beginning("o.value", value) for value in clause.values), False
        case Uris():
            if clause.mode == "below":
                return "token", any_of(_beginning("o.code", value) for value in clause.values), False
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
        case Near():
            return "number", any_of(_circle(one) for one in clause.any_of), False
        case _:
            raise AssertionError(clause)


def _beginning(column: str, start: str) -> Sql:
    """A prefix as a range, which an index serves whatever the value: the statement is planned once for all of them."""
    return Sql(f"({column} >= %s AND {column} < %s)", (start, start + LAST_CHARACTER))


def _tokens(choices: Iterable[Coded]) -> Sql:
    codes: dict[str | None, list[str]] = {}
    parts: list[Sql] = []
    for one in choices:
        if one.code is not None:
            codes.setdefault(one.system, []).append(one.code)
        else:
            parts.append(Sql("o.system = %s", (one.system,)))
    for system, several in codes.items():
        if system is None:
            parts.insert(0, Sql("o.code = ANY(%s)", (several,)))
        elif len(several) == 1:
            parts.append(Sql("(o.code = %s AND o.system = %s)", (several[0], system)))
        else:
            parts.append(Sql("(o.code = ANY(%s) AND o.system = %s)", (several, system)))
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


def _amount(one: Amount) -> Sql:
    """A kept number counts as exact; a range, `<5` and `>5` reach as far as they say."""
    match one.prefix:
        case "eq" | "ap":
            test = Sql("(o.low >= %s AND o.high < %s)", (one.low, one.high))
        case "ne":
            test = Sql("NOT (o.low >= %s AND o.high < %s)", (one.low, one.high))
        case "gt":
            test = Sql("o.high > %s", (one.value,))
        case "lt":
            test = Sql("o.low < %s", (one.value,))
        case "ge":
            test = Sql("o.high >= %s", (one.value,))
        case "le":
            test = Sql("o.low <= %s", (one.value,))
        case "sa":
            test = Sql("o.low > %s", (one.value,))
        case _:
            test = Sql("o.high < %s", (one.value,))
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


def _within(clause: Within, kind: str, tenant: int, filters: Filters, *, few: bool) -> Sql:
    """The index finds what has each part somewhere; only their texts are asked whether one element has them all."""
    ways = [[part.clause for part in way] for way in clause.any_of]
    parts = [_merged(column) for column in zip(*ways, strict=True)]
    found = all_of(predicate(one, kind, tenant, filters, few=few) for one in parts)
    told = Sql(
        "EXISTS (SELECT 1 FROM records_version w WHERE w.tenant = c.tenant AND w.type = c.type AND w.id = c.id"
        " AND w.version = c.version AND records_text_meets(w.body, %s::jsonpath, %s::jsonb))",
        question(clause),
    )
    if few:
        return Sql("CASE WHEN ") + found + Sql(" THEN ") + told + Sql(" ELSE false END")
    return Sql("(") + found + Sql(" AND ") + told + Sql(")")


def _merged(same: Iterable[Tokens | Numbers | Refs]) -> Clause:
    """Return one clause that meets whatever any of several, on one parameter, meets."""
    first, *others = same
    for one in others:
        match first, one:
            case (Tokens(), Tokens()) | (Numbers(), Numbers()):
                first = replace(first, any_of=(*first.any_of, *one.any_of))
            case Refs(), Refs():
                first = replace(first, targets=(*first.targets, *one.targets))
            case _:
                raise AssertionError(one)
    return first


EARTH_KILOMETRES = 6371.0088  # its mean radius
DEGREE_KILOMETRES_MIN = 111.19  # of latitude, on that sphere


def _circle(one: Circle) -> Sql:
    """The great-circle distance by haversines; a belt of latitude first, which the index serves."""
    belt = one.kilometres / Decimal(str(DEGREE_KILOMETRES_MIN))
    distance = (
        f"2 * {EARTH_KILOMETRES} * asin(least(1, sqrt(power(sin(radians(o.low::float8 - %s::float8) / 2), 2)"
        " + cos(radians(%s::float8)) * cos(radians(o.low::float8))"
        " * power(sin(radians(o.high::float8 - %s::float8) / 2), 2))))"
    )
    at = (one.latitude, one.latitude, one.longitude, one.kilometres)
    return Sql("(o.low >= %s AND o.low <= %s AND ", (one.latitude - belt, one.latitude + belt)) + Sql(
        f"{distance} <= %s::float8)", at
    )


def _ancestors(uri: str) -> list[str]:
    parts = uri.split("/")
    return ["/".join(parts[: n + 1]) for n in range(len(parts))]


def _chain(clause: Chain, kind: str, tenant: int, filters: Filters) -> Sql:
    found = []
    for target, inner in clause.links:
        among = Sql("SELECT %s || c.id FROM records_current c WHERE ", (f"{target}/",)) + where(
            Plan(target, (inner,)), tenant, filters
        )
        found.append(_rows("ref", kind, clause.param, tenant) + Sql(" AND o.target IN (") + among + Sql(")"))
    return any_of(Sql("c.id IN (") + one + Sql(")") for one in found)


def _has(clause: Has, kind: str, tenant: int, filters: Filters) -> Sql:
    among = Sql("SELECT c.id FROM records_current c WHERE ") + where(
        Plan(clause.type, (clause.clause,)), tenant, filters
    )
    head = f"{kind}/"
    return (
        Sql("c.id IN (SELECT substr(o.target, %s) FROM records_ref o WHERE o.tenant = %s AND o.type = %s AND o.param = %s"
            " AND o.target >= %s AND o.target < %s AND o.id IN (",
            (len(head) + 1, tenant, clause.type, clause.param, head, head + LAST_CHARACTER))
        + among
        + Sql("))")
    )  # fmt: skip
