"""Make a clinic, its time zone and its first administrator.

A data folder may hold several clinics; what they know stays apart. The first `init` on a data folder also sets up its
database. The administrator's password is asked for on a terminal, read from `--password-file`, or else made up and
printed once.
"""

import argparse
import getpass
import secrets
import sys
from pathlib import Path

from waypost.cli import audit, reporting
from waypost.kernel.problem import Problem

EXAMPLES = (
    'waypost init --name "Harbor Health" --zone America/New_York',
    'waypost init --name "Bay Clinic" --zone America/Los_Angeles --admin bay-admin --password-file secret.txt',
)
NEEDS = "nothing"
PASSWORD_BYTES = 12


class NothingToAsk(Problem):
    code, status, issue = "cli.nothing-to-ask", 400, "required"
    title = "A name for the clinic is needed: waypost init --name 'Harbor Health' --zone America/New_York."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--name", metavar="WORDS", help="the clinic's name")
    parser.add_argument(
        "--zone", default="America/New_York", metavar="ZONE", help="its time zone (default America/New_York)"
    )
    parser.add_argument("--phone", default="", metavar="PHONE", help="its telephone, for letters")
    parser.add_argument(
        "--slug", default="", metavar="SLUG", help="its short name for --tenant (default: made from the name)"
    )
    parser.add_argument(
        "--admin",
        default="administrator",
        metavar="USERNAME",
        help="the first administrator's sign-in (default administrator)",
    )
    parser.add_argument(
        "--password-file",
        metavar="FILE",
        help="a file with their password (default: ask on a terminal, else make one and print it)",
    )


def run(args: argparse.Namespace) -> int:
    """Make the clinic; refuse when one of that name is there."""
    from waypost.config.database import data_dir
    from waypost.ops import database, setting_up

    name = args.name or (input("The clinic's name: ") if sys.stdin.isatty() else "")
    if not name.strip():
        raise NothingToAsk
    password, made = _password(args.password_file)
    static = setting_up.use_static_folder()
    with database.opened(data_dir()):
        setting_up.make_keys()
        database.set_up_django()
        database.migrate()
        setting_up.collect_static(static)
        tenant = _make(args, name, password)
        audit.anchor()
    facts = {"tenant": tenant, "administrator": args.admin, **({"password": password} if made else {})}
    words = f"{name} is ready. Sign in as {args.admin}" + (
        f" with the password {password} (shown once)." if made else "."
    )
    reporting.outcome(
        facts, f"{words}\nStart it with `waypost serve` and `waypost worker`.", as_json=args.json
    )
    return 0


def _make(args: argparse.Namespace, name: str, password: str) -> str:
    from django.db import transaction

    from waypost.access import accounts

    with transaction.atomic():
        tenant = accounts.make_tenant(name, args.zone, slug=args.slug, phone=args.phone)
        accounts.make_account(tenant, args.admin, password, ["administrator"])
    return str(tenant.slug)


def _password(file: str | None) -> tuple[str, bool]:
    """Return the administrator's password, and whether it was made up here."""
    if file:
        return Path(file).read_text().strip(), False
    if sys.stdin.isatty():
        return getpass.getpass("The administrator's password (12 characters or more): "), False
    return secrets.token_urlsafe(PASSWORD_BYTES), True
