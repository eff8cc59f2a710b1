"""Look at settings, folders and database, and say what is wrong and what mends it.

Exits 1 when something would keep Waypost from running.
"""

import argparse

from waypost.cli import reporting

EXAMPLES = (
    "waypost check",
    "waypost check --quiet --json",
    "waypost check --documents",
)
NEEDS = "nothing"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--quiet", action="store_true", help="print only what is wrong")
    parser.add_argument(
        "--documents", action="store_true", help="read every document that is kept beside the database, byte by byte"
    )


def run(args: argparse.Namespace) -> int:
    """Print each finding; exit 1 when something would keep Waypost from running."""
    from waypost.ops import checks

    findings = checks.every(read_documents=args.documents)
    wrong = [finding for finding in findings if finding.level == "error"]
    facts = {
        "ok": not wrong,
        "findings": [{"level": f.level, "what": f.what, "words": f.words} for f in findings],
    }
    marks = {"ok": "ok     ", "warning": "warning", "error": "wrong  "}
    lines = [f"{marks[f.level]} {f.what}: {f.words}" for f in findings if f.level != "ok" or not args.quiet]
    lines.append(
        "Everything is in order."
        if not wrong
        else f"{len(wrong)} thing{'s' if len(wrong) > 1 else ''} must be mended."
    )
    reporting.outcome(facts, "\n".join(lines), as_json=args.json)
    return 1 if wrong else 0
