"""Verify that the audit was not altered, cut or recomputed.

Every look at a patient's record, every change and every refusal is an entry in one of the clinic's chains. Each entry is
vouched for by a key outside the database, and the chains' heads are written to a file outside it, at set-up and then each minute. `verify`
walks every chain from its start and compares. It exits 1 and names the entries that do not verify.
"""

import argparse
from pathlib import Path

from waypost.cli import reporting
from waypost.cli.options import add_tenant

EXAMPLES = (
    "waypost audit verify",
    "waypost audit verify --anchors /mnt/elsewhere/anchors --json",
)
SHOWN_MAX = 20


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("what", choices=["verify"], help="verify: walk every chain from its start")
    parser.add_argument(
        "--anchors", metavar="FILE", help="a copy of the anchors kept elsewhere (default: the data folder's)"
    )
    add_tenant(parser)


def anchor() -> None:
    """Write the heads of all chains outside the database, as the worker does each minute."""
    from django.conf import settings

    from waypost.audit import queries
    from waypost.kernel.clock import SystemClock

    queries.anchor(Path(settings.WAYPOST_AUDIT_ANCHORS), SystemClock().now().isoformat())


def run(args: argparse.Namespace) -> int:
    """Check every entry; exit 1 when one does not verify."""
    from django.conf import settings

    from waypost.access import accounts
    from waypost.audit import queries

    tenant = accounts.tenant_named(args.tenant) if args.tenant else None
    anchors = Path(args.anchors or settings.WAYPOST_AUDIT_ANCHORS)
    checked, findings = queries.verify(
        anchors if anchors.exists() else None, only=tenant.id if tenant else None
    )
    facts = {
        "checked": checked,
        "anchors": anchors.exists(),
        "findings": [
            {"tenant": f.tenant, "shard": f.shard, "seq": f.seq, "reason": f.reason} for f in findings
        ],
    }
    lines = [
        f"{checked:,} audit entries checked; "
        + ("all verify." if not findings else f"{len(findings)} do not verify:")
    ]
    lines += [
        f"  tenant {f.tenant}, chain {f.shard}, entry {f.seq}: {f.reason}" for f in findings[:SHOWN_MAX]
    ]
    if not anchors.exists():
        lines.append(
            f"No anchors at {anchors} yet; `waypost worker` writes them each minute."
            " Until then a chain cut or recomputed as a whole would go unseen."
        )
    reporting.outcome(facts, "\n".join(lines), as_json=args.json)
    return 1 if findings else 0
