"""List the rules of the rulebook that the program applies, and where each is applied; list, switch and preview those that make work.

The first list is read from the code itself: every function, class or line that names a rule. `--work` lists the rules
that make work from facts; `--on`, `--off` and `--set` switch one from a day, `--preview` says what it would make.
"""

import argparse
import ast
import io
import re
import tokenize
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

from waypost.cli import reporting
from waypost.cli.options import add_tenant

EXAMPLES = (
    "waypost rules",
    "waypost rules OUT-7",
    "waypost rules --work",
    "waypost rules --off visit-unconfirmed --from 2026-12-01",
    "waypost rules --on visit-unconfirmed --set days=3",
    "waypost rules --preview visit-unconfirmed --json",
)
NEEDS = "nothing"
RULE_ID = re.compile(r"\b(?!UTF-|SHA-|UA-|ISO-|RFC-|HMAC-|SCRAM-|MSH-|EB-)([A-Z]{2,5}-\d+[a-z]?)\b")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "word", nargs="?", default="", metavar="WORD", help="only rules whose id, place or words hold this"
    )
    one = parser.add_mutually_exclusive_group()
    one.add_argument("--work", action="store_true", help="list the rules that make work: on or off, open items, what fails")
    one.add_argument("--on", metavar="RULE", help="switch a rule that makes work on")
    one.add_argument("--off", metavar="RULE", help="switch a rule that makes work off; its open work ends")
    one.add_argument("--preview", metavar="RULE", help="say what a rule would have made in the last 30 days, and makes now")
    parser.add_argument("--from", dest="since", metavar="DAY", help="the day from which it counts (default: today)")
    parser.add_argument("--set", action="append", default=[], metavar="FIGURE=N", help="a figure of the rule, with --on or --preview")
    add_tenant(parser)


def run(args: argparse.Namespace) -> int:
    """Print every applied rule that holds the word, or do what was asked about the rules that make work."""
    if args.work or args.on or args.off or args.preview:
        from waypost.cli import rules_of_work

        return rules_of_work.run(args)
    found = [rule for rule in applied() if args.word.lower() in " ".join(rule.values()).lower()]
    lines = [f"{rule['id']:<9} {rule['place']}\n{'':9} {rule['words']}" for rule in found]
    reporting.outcome(
        {"rules": found}, "\n".join(lines) or f"No rule holds {args.word!r}.", as_json=args.json
    )
    return 0 if found else 1


def applied() -> list[dict[str, str]]:
    """Return each rule id that code names, once a place, with the words that name it."""
    root = Path(str(resources.files("waypost")))
    found: dict[tuple[str, str], str] = {}
    for file in sorted(root.rglob("*.py")):
        place = ".".join(file.relative_to(root).with_suffix("").parts).removesuffix(".__init__")
        source = file.read_text()
        if not RULE_ID.search(source):
            continue
        for name, words in (*_docstrings(source), *_comments(source)):
            for rule in RULE_ID.findall(words):
                found.setdefault((rule, f"{place}.{name}".rstrip(".")), _sentence(words))
    ordered = sorted(
        found.items(),
        key=lambda item: (item[0][0].split("-")[0], int(re.sub(r"\D", "", item[0][0])), item[0][1]),
    )
    return [{"id": rule, "place": place, "words": words} for (rule, place), words in ordered]


def _docstrings(source: str) -> Iterator[tuple[str, str]]:
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.FunctionDef | ast.ClassDef):
            yield getattr(node, "name", ""), ast.get_docstring(node) or ""


def _comments(source: str) -> Iterator[tuple[str, str]]:
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield f"line {token.start[0]}", token.string.lstrip("# ")


def _sentence(words: str) -> str:
    return " ".join(words.split("\n\n", maxsplit=1)[0].split())
