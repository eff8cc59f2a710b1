"""Print a bearer token for the FHIR door, for automation on this machine.

The token carries the rights of one account, narrowed by `--scope`. It is shown once; only its hash is kept. That it was
made stands in the audit.
"""

import argparse
from datetime import timedelta

from waypost.cli import reporting
from waypost.cli.options import add_tenant, positive

EXAMPLES = (
    "waypost token --as coordinator",
    "waypost token --as coordinator --scope system/Patient.rs --days 1",
)
DAYS = 30


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--as", dest="username", required=True, metavar="USERNAME", help="whose rights the token carries"
    )
    parser.add_argument(
        "--scope",
        action="append",
        default=[],
        metavar="SCOPE",
        help="narrow it to a SMART scope, such as system/Patient.rs; may be repeated",
    )
    parser.add_argument(
        "--days", type=positive, default=DAYS, metavar="N", help=f"days until it lapses (default {DAYS})"
    )
    parser.add_argument("--note", default="", metavar="WORDS", help="what it is for")
    add_tenant(parser)


def run(args: argparse.Namespace) -> int:
    """Make a token and print it alone on a line."""
    from waypost.access import accounts

    tenant = accounts.tenant_named(args.tenant)
    token = accounts.issue_token(
        tenant, args.username, scopes=args.scope, note=args.note, life=timedelta(days=args.days)
    )
    reporting.outcome(
        {"token": token, "username": args.username, "days": args.days, "scopes": args.scope},
        token,
        as_json=args.json,
    )
    return 0
