"""What `waypost rules` does with the rules that make work: list, switch from a day, preview."""

import argparse
from datetime import date
from typing import Any

from waypost.cli import reporting


def run(args: argparse.Namespace) -> int:
    """Open the clinic and do the one thing that was asked."""
    from waypost.config.database import data_dir
    from waypost.ops import database

    with database.opened(data_dir()):
        database.set_up_django()
        database.see_that_tables_are_there()
        from waypost.access import accounts

        ctx = accounts.context_of(accounts.tenant_named(args.tenant), "command line")
        if args.work:
            return _list(ctx, args)
        return _preview(ctx, args) if args.preview else _switch(ctx, args)


def _list(ctx: Any, args: argparse.Namespace) -> int:
    from waypost.access import scopes
    from waypost.coordination.worklist.engine import failures, switches
    from waypost.coordination.worklist.queries import open_by_rule
    from waypost.coordination.worklist.rules.table import RULES
    from waypost.kernel.dates import local_day

    scope = scopes.everything(ctx, "read", what="Rule")
    on = {one.rule.code: one for one in switches.in_force(switches.switches(scope), local_day(ctx.now, ctx.zone))}
    counts, broken = open_by_rule(scope), failures.failures(scope)
    found = [
        {
            "code": rule.code, "name": rule.name, "says": rule.says, "source": rule.source, "kind": rule.kind, "pool": rule.pool, "on": rule.code in on,
            "figures": dict(on[rule.code].figures if rule.code in on else rule.defaults()), "open": counts.get(rule.code, 0),
            "failures": [{"said": one.said, "patients": one.patients, "times": one.times} for one in broken if one.rule == rule.code],
        }
        for rule in RULES
        if args.word.lower() in f"{rule.code} {rule.name} {rule.source}".lower()
    ]  # fmt: skip
    lines = [f"{'on ' if one['on'] else 'off'} {one['open']:>6} open  {one['code']:<24}{one['name']} ({one['source']})" for one in found]
    lines += [f"            fails for {f['patients']}: {f['said']}" for one in found for f in one["failures"]]
    reporting.outcome({"rules": found}, "\n".join(lines) or f"No rule holds {args.word!r}.", as_json=args.json)
    return 0 if found else 1


def _switch(ctx: Any, args: argparse.Namespace) -> int:
    from waypost.coordination.worklist.engine import switching
    from waypost.kernel.dates import local_day

    code, active = args.on or args.off, bool(args.on)
    since = _day(args.since) or local_day(ctx.now, ctx.zone)
    act = switching.switch(ctx, code, active=active, since=since, figures=_figures(args.set))
    words = f"{code} is {'on' if active else 'off'} from {since}. A running worker takes it up at once."
    reporting.outcome({"rule": code, "on": active, "since": since, "act": str(act)}, words, as_json=args.json)
    return 0


def _preview(ctx: Any, args: argparse.Namespace) -> int:
    from waypost.coordination.worklist.engine import previewing, switching
    from waypost.coordination.worklist.rules.answering import InForce

    rule = switching.rule_named(args.preview)
    found = previewing.preview(ctx, InForce(rule, rule.defaults() | _figures(args.set)))
    made = [{"at": one.at, "patient": one.patient, "what": one.item.what, "why": one.item.why, "due": one.item.due} for one in found.made]
    facts = {"rule": rule.code, "month": found.scaled(found.month), "now": found.scaled(found.now), "looked_at": found.looked_at,
             "patients": found.patients, "by_own_dates": found.young, "made": made}  # fmt: skip
    words = [
        f"{rule.name}: {facts['month']:,} in the last {previewing.DAYS} days; {facts['now']:,} would be open now"
        + ("" if found.whole else f" (counted over {found.looked_at:,} of {found.patients:,} patients)") + "."
        + (f" {found.young:,} records came here within these days: in them each thing counts from its own date." if found.young else ""),
        *(f"  {one['what']}: {one['why']}" for one in made[:20]),
    ]  # fmt: skip
    reporting.outcome(facts, "\n".join(words), as_json=args.json)
    return 0


def _day(text: str | None) -> date | None:
    from waypost.coordination.problems import RuleSwitchPast

    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise RuleSwitchPast(f"{text!r} is no day; days look like 2026-12-01.") from None


def _figures(said: list[str]) -> dict[str, int]:
    from waypost.coordination.problems import RuleFigure

    found: dict[str, int] = {}
    for one in said:
        name, _, value = one.partition("=")
        if not value.isdigit():
            raise RuleFigure(f"{one!r} is no figure; figures look like days=3.")
        found[name] = int(value)
    return found
