"""Parameters that shape the answer rather than choose it: order, page size, includes, summaries."""

import base64
import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from waypost.api import problems
from waypost.api.search.kinds import TABLES, Param
from waypost.kernel.problem import Issue
from waypost.records.search import limits
from waypost.records.search.plan import Include, Plan, SortKey
from waypost.records.search.sql import sort_keys

Lookup = Callable[[str, str], Param | None]
NAMES = frozenset({
    "_sort", "_count", "_include", "_revinclude", "_summary", "_elements", "_total", "_cursor", "_contained",
    "_containedType",
})  # fmt: skip
IGNORED = frozenset({"_format", "_pretty"})
SHAPES = {"true": "true", "false": "full", "text": "text", "data": "data", "count": "count"}


def applied(plan: Plan, pairs: list[tuple[str, str]], lookup: Lookup) -> tuple[Plan, list[Issue]]:
    """Return the plan with its controls, and warnings on those that were left out."""
    warnings: list[Issue] = []
    includes: list[Include] = []
    for name, value in pairs:
        head, _, modifier = name.partition(":")
        match head:
            case "_count":
                plan = _count(plan, value)
            case "_sort":
                plan = replace(plan, sort=_sort(plan.type, value, lookup, warnings))
            case "_include" | "_revinclude":
                found = _include(plan.type, head == "_revinclude", modifier, value, lookup)
                if found is None:
                    warnings.append(
                        _warning(head, f"{head} names no reference that is known and was left out.")
                    )
                else:
                    includes.append(found)
            case "_total":
                if value not in {"none", "estimate", "accurate"}:
                    raise _bad(head, "_total is none, estimate or accurate")
                plan = replace(plan, total="none" if value == "none" else "accurate")
            case "_summary":
                if value not in SHAPES:
                    raise _bad(head, "_summary is true, false, text, data or count")
                plan = replace(plan, shape=SHAPES[value])
            case "_elements":
                plan = replace(
                    plan, elements=frozenset(part.strip() for part in value.split(",") if part.strip())
                )
            case "_cursor":
                plan = replace(plan, after=cursor_values(value))
            case _:
                if value not in {"false", "container"}:
                    warnings.append(_warning(head, f"{head} is not supported and was left out."))
    if plan.after is not None and len(plan.after) != len(sort_keys(plan)) + 1:
        raise _bad("_cursor", "the address of this page does not belong to this search")
    return replace(plan, includes=tuple(dict.fromkeys(includes))), warnings


def cursor_text(after: tuple[str | None, ...]) -> str:
    """Return the page mark for an address: opaque to callers, checked when it comes back."""
    return base64.urlsafe_b64encode(json.dumps(after, ensure_ascii=False).encode()).decode().rstrip("=")


def cursor_values(text: str) -> tuple[str | None, ...]:
    try:
        raw: Any = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (ValueError, RecursionError):
        raw = None
    good = isinstance(raw, list) and all(isinstance(one, str) or one is None for one in raw)
    if not good or any("\x00" in one for one in raw if one):
        raise _bad("_cursor", "the address of this page cannot be read")
    return tuple(raw)


def _count(plan: Plan, value: str) -> Plan:
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise _bad("_count", "_count is a whole number")
    count = int(value)
    if count == 0:
        return replace(plan, shape="count")
    return replace(plan, count=min(count, limits.PAGE_RESOURCES_MAX))


def _sort(kind: str, value: str, lookup: Lookup, warnings: list[Issue]) -> tuple[SortKey, ...]:
    keys: list[SortKey] = []
    for text in value.split(",")[: limits.SORT_KEYS_MAX]:
        name, descending = text.strip().removeprefix("-"), text.strip().startswith("-")
        if name in {"_id", "_lastUpdated"}:
            keys.append(SortKey(name, None, descending=descending))
            continue
        param = lookup(kind, name)
        if param is None or param.type not in TABLES:
            warnings.append(
                _warning("_sort", "_sort names a parameter that is not known; that part was left out.")
            )
            continue
        keys.append(SortKey(name, TABLES[param.type], descending=descending))
    return tuple(keys)


def _include(kind: str, reverse: bool, modifier: str, value: str, lookup: Lookup) -> Include | None:
    if modifier not in {"", "iterate", "recurse"}:
        raise problems.ModifierUnknown(
            "_include and _revinclude know `:iterate`.", expression=["http._include"]
        )
    source, _, rest = value.partition(":")
    name, _, target = rest.partition(":")
    if name == "*" or source == "*":
        return (
            None if source == "*" else Include(source, None, target or None, reverse, iterate=bool(modifier))
        )
    param = lookup(source, name)
    if param is None or param.type != "reference" or (not reverse and not modifier and source != kind):
        return None
    return Include(source, name, target or None, reverse, iterate=bool(modifier))


def _warning(name: str, words: str) -> Issue:
    return Issue("warning", "not-supported", words, f"http.{name}")


def _bad(name: str, words: str) -> problems.ParameterUnsuitable:
    return problems.ParameterUnsuitable(f"{words[0].upper()}{words[1:]}.", expression=[f"http.{name}"])
