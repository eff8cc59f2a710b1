"""Rules that could not answer: kept where the page of rules shows them, and tried again."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import orjson
from django.db import connection

from waypost.coordination.worklist.rules.answering import where_of
from waypost.kernel.problem import Problem
from waypost.kernel.scope import Scope

RETRY = timedelta(hours=1)
FILING = "filing"  # what the rules made could not be filed


@dataclass(frozen=True, slots=True)
class Failure:
    rule: str
    said: str
    patients: int
    times: int
    last: datetime


def said_of(error: Exception) -> str:
    return error.code if isinstance(error, Problem) else where_of(error)


def settle(scope: Scope, found: Mapping[str, Mapping[str, str]], now: datetime) -> None:
    """Write down which rules failed for these patients, and forget what failed before and does no longer."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT patient, rule FROM coordination_failure WHERE tenant = %s AND patient = ANY(%s)",
            [scope.tenant, list(found)],
        )
        over = [(patient, rule) for patient, rule in cursor.fetchall() if rule not in found[patient]]
        if over:
            cursor.execute(
                "DELETE FROM coordination_failure f USING unnest(%s::text[], %s::text[]) AS o(patient, rule)"
                " WHERE f.tenant = %s AND f.patient = o.patient AND f.rule = o.rule",
                [*map(list, zip(*over, strict=True)), scope.tenant],
            )
    for patient, rules in found.items():
        if rules:
            note(scope, patient, rules, now)


def note(scope: Scope, patient: str, rules: Mapping[str, str], now: datetime) -> None:
    rows = [{"rule": rule, "said": said} for rule, said in rules.items()]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO coordination_failure AS f (tenant, rule, patient, first, last, times, said)"
            " SELECT %s, r.rule, %s, %s, %s, 1, r.said FROM json_to_recordset(%s::json) AS r(rule text, said text)"
            " ON CONFLICT (tenant, rule, patient) DO UPDATE SET last = EXCLUDED.last, times = f.times + 1, said = EXCLUDED.said",
            [scope.tenant, patient, now, now, orjson.dumps(rows).decode()],
        )


def failures(scope: Scope) -> list[Failure]:
    """Return what fails now, by rule and place."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT rule, said, count(*), sum(times)::int, max(last) FROM coordination_failure WHERE tenant = %s"
            " GROUP BY rule, said ORDER BY count(*) DESC, rule, said",
            [scope.tenant],
        )
        return [Failure(*row) for row in cursor.fetchall()]
