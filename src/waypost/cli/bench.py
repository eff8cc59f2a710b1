"""Measure speed against floors in the same run.

Makes a clinic of its own once for each number of patients, keeps it in the cache, and works on a copy; no data folder in
use is touched. Each figure stands beside a floor measured in the same run: the least that the same work could cost on
this machine. Runs from a checkout, where the folder `bench` is.
"""

import argparse
import json
import sys
from pathlib import Path

from waypost.cli.options import positive
from waypost.kernel.problem import Problem

PATIENTS = 20_000
EXAMPLES = ("waypost bench", "waypost bench read book --patients 2000", "waypost bench --json figures.json")
NEEDS = "nothing"
JSON_TO_FILE = True
NAMES = (
    "read", "create", "search-name", "search-code", "import", "slots-day", "find-times", "book", "page-find",
    "page-patient", "page-today", "page-board", "live", "audit", "growth", "start", "memory",
    "page-today-10000",
)  # fmt: skip


class NoBenchHere(Problem):
    code, status, issue = "cli.no-bench-here", 404, "not-found"
    title = "The measurements are not part of the installed package; run `waypost bench` in a checkout."


class NameUnknown(Problem):
    code, status, issue = "cli.measurement-unknown", 400, "invalid"
    title = "There is no such measurement."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "names", nargs="*", metavar="NAME", help=f"what to measure (default: all): {' '.join(NAMES)}"
    )
    parser.add_argument(
        "--patients",
        type=positive,
        default=PATIENTS,
        metavar="N",
        help=f"size of the clinic (default {PATIENTS:,})",
    )


def run(args: argparse.Namespace) -> int:
    """Measure each name and print a line as soon as it is known."""
    root = Path(__file__).resolve().parents[3]
    if not (root / "bench" / "result.py").exists():
        raise NoBenchHere
    sys.path.insert(0, str(root))
    from bench import everything

    unknown = sorted(set(args.names) - set(NAMES) - {"page-*"})
    if unknown:
        raise NameUnknown(f"There is no measurement {unknown[0]!r}; those there are: {' '.join(NAMES)}.")
    wanted = [
        name
        for name in NAMES
        if not args.names or name in args.names or ("page-*" in args.names and name.startswith("page-"))
    ]
    facts = everything.measure(wanted, args.patients, quiet=args.json == "-")
    text = json.dumps(facts, indent=1, ensure_ascii=False)
    if args.json == "-":
        print(text)
    elif args.json:
        Path(args.json).write_text(f"{text}\n")
    return 1 if any(one["unit"] == "failed" for one in facts) else 0
