"""Conditions that must mean one resource: If-None-Exist, conditional update, conditional references."""

from waypost.api import problems
from waypost.api.http import Request, pairs
from waypost.api.search.kinds import param_of
from waypost.api.search.parse import search
from waypost.records.search.plan import Plan


def condition(request: Request, kind: str, text: str) -> Plan:
    """Return the plan of a condition. Whatever it cannot read is refused, since a laxer condition would match too much."""
    query = text.strip()
    query = query.partition("?")[2] if "?" in query else query
    asked = search(
        kind,
        pairs(query),
        lookup=param_of,
        now=request.context.now,
        base=request.base,
        strict=True,
    )
    if not asked.plan.clauses:
        raise problems.ParameterUnsuitable("A condition names at least one parameter.")
    return asked.plan
