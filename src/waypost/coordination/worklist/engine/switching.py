"""Switching a rule on or off from a day, and setting its figures; each is a dated row that can be taken back."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

import orjson
from django.db import connection

from waypost.access.acting import action
from waypost.access.permissions import Permission
from waypost.audit.entries import entry
from waypost.coordination.problems import RuleFigure, RuleSwitchPast, RuleUnknown
from waypost.coordination.worklist.rules.shapes import Rule
from waypost.coordination.worklist.rules.table import BY_CODE
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day
from waypost.records import acts


def rule_named(code: str) -> Rule:
    """Return a rule by its code. Raises RuleUnknown."""
    found = BY_CODE.get(code)
    if found is None:
        raise RuleUnknown(extra={"rule": code})
    return found


@action(Permission.RULE_SWITCH)
def switch(ctx: Context, code: str, *, active: bool, since: date, figures: Mapping[str, int]) -> UUID:
    """Have a rule on or off from a day on, with these figures; what is not named is as the program has it.

    Raises RuleUnknown, RuleSwitchPast where the day has passed, RuleFigure where a figure is out of its bounds.
    """
    rule = rule_named(code)
    if since < local_day(ctx.now, ctx.zone):
        raise RuleSwitchPast(expression=["since"])
    bounds = {one.code: one for one in rule.figures}
    for name, value in figures.items():
        if name not in bounds or not bounds[name].least <= value <= bounds[name].most:
            raise RuleFigure(expression=[name])
    act = acts.current()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(92, %s)", [ctx.tenant])
        cursor.execute(
            "INSERT INTO coordination_rule (tenant, rule, number, since, active, figures, at, actor, act)"
            " SELECT %s, %s, coalesce(max(number), 0) + 1, %s, %s, %s::jsonb, %s, %s, %s FROM coordination_rule"
            " WHERE tenant = %s AND rule = %s",
            [ctx.tenant, code, since, active, orjson.dumps({**rule.defaults(), **figures}).decode(), ctx.now, ctx.actor.key,
             act.ctx.act, ctx.tenant, code],
        )  # fmt: skip
    acts.note(ctx, entry(ctx, "rule-switch", what=f"Rule/{code}", detail={"on": active, "since": since.isoformat(), **figures}))
    return act.ctx.act


def withdraw(ctx: Context, act: UUID) -> int:
    """Take back what one act switched; runs inside the undo. The rows stay, marked so."""
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE coordination_rule SET withdrawn = true WHERE tenant = %s AND act = %s AND NOT withdrawn", [ctx.tenant, act]
        )
        return cursor.rowcount
