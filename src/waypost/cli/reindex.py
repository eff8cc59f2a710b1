"""Rebuild what is derived from the record, or check it.

Search index, relationships, booking ledger and every other projection are derived anew from the versions, on one
snapshot and beside a running server. `--check` prints rows that are missing or too many and exits with 1; without it
they are mended.
"""

import argparse

from waypost.cli import reporting
from waypost.cli.options import add_tenant

EXAMPLES = ("waypost reindex --check", "waypost reindex")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--check", action="store_true", help="change nothing; exit 1 where a row differs")
    add_tenant(parser)


def run(args: argparse.Namespace) -> int:
    """Derive every projection from the versions, and compare or mend."""
    from waypost.access import accounts, scopes
    from waypost.records import rebuilding

    tenant = accounts.tenant_named(args.tenant)
    scope = scopes.everything(accounts.context_of(tenant, "reindex"), "reindex")
    work = rebuilding.check if args.check else rebuilding.rebuild
    with reporting.progress("Checking" if args.check else "Rebuilding", quiet=args.json) as shown:
        found = work(scope, shown.to)
    facts = {
        "tables": rebuilding.tables(),
        "differences": [
            {"table": one.table, "missing": one.missing, "extra": one.extra, "sample": list(one.sample)}
            for one in found
        ],
    }
    reporting.outcome(facts, _words(found, check=args.check), as_json=args.json)
    return 1 if args.check and found else 0


def _words(found: list, *, check: bool) -> str:
    if not found:
        return "Everything derived agrees with the record."
    lines = ["These differ from the record:" if check else "These differed and are mended:"]
    for one in found:
        lines.append(f"  {one.table}: {one.missing:,} rows missing, {one.extra:,} too many")
        lines += [f"    {row}" for row in one.sample]
    return "\n".join(lines)
