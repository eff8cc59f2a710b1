"""Which rules are in force on a day, with which figures: the program's table, and what this clinic has switched."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256
from typing import Any

import orjson
from django.db import connection

from waypost import __version__
from waypost.coordination.worklist.rules.answering import InForce
from waypost.coordination.worklist.rules.table import RULES
from waypost.kernel.scope import Scope
from waypost.records import tenancy


@dataclass(frozen=True, slots=True)
class Switch:
    """One dated row: a rule on or off from a day, with its figures."""

    rule: str
    number: int
    since: date
    active: bool
    figures: Mapping[str, int]
    at: datetime
    actor: str
    act: str
    withdrawn: bool


def switches(scope: Scope, rule: str = "") -> list[Switch]:
    """Return every row of this clinic, or of one rule, newest first."""
    tenancy.enter(scope.tenant)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rule, number, since, active, figures, at, actor, act::text, withdrawn FROM coordination_rule"
            " WHERE tenant = %s AND (%s = '' OR rule = %s) ORDER BY rule, number DESC",
            [scope.tenant, rule, rule],
        )
        return [Switch(*_read(row)) for row in cursor.fetchall()]


def _read(row: tuple[Any, ...]) -> tuple[Any, ...]:
    figures = orjson.loads(row[4]) if isinstance(row[4], str) else row[4]
    return (*row[:4], figures, *row[5:])


def in_force(rows: list[Switch], day: date) -> tuple[InForce, ...]:
    """Return the rules that are on, on a day. Of a rule's rows the newest that has begun counts."""
    found = []
    for rule in RULES:
        row = next((one for one in rows if one.rule == rule.code and not one.withdrawn and one.since <= day), None)
        if rule.stands(day) and (row.active if row else rule.on):
            kept = {k: v for k, v in (row.figures if row else {}).items() if k in rule.defaults()}
            found.append(InForce(rule, rule.defaults() | kept))
    return tuple(found)


def digest(rules: tuple[InForce, ...], visit_types: str) -> str:
    """Return what changes when every patient has to be looked at again: release, rules in force, kinds of visit."""
    said = "|".join(f"{one.rule.code}{sorted(one.figures.items())}" for one in rules)
    return sha256(f"{__version__}|{said}#{visit_types}".encode()).hexdigest()
