"""The `waypost` command: finds the command's module, its database, and words for what goes wrong.

A command is a module `waypost.cli.<name>` with `add_arguments(parser)` and `run(args) -> int`. It may set `NEEDS`:
`clinic` (the default: a database with our tables, Django ready), `database` (Django ready, tables or not) or
`nothing`. Modules are imported only when their command is called, so that `--help` is quick.
"""

import argparse
import contextlib
import difflib
import importlib
import sys
from collections.abc import Iterator, Sequence
from types import ModuleType

from waypost import __version__
from waypost.cli import reporting
from waypost.kernel.problem import Problem

COMMANDS = {
    "init": "make a clinic, its time zone and its first administrator",
    "demo": "make a demo clinic and run it",
    "serve": "run the web server",
    "worker": "run jobs as they fall due",
    "import": "take in FHIR bundles and NDJSON",
    "export": "write every resource, one NDJSON file a type",
    "reindex": "rebuild what is derived from the record, or check it",
    "check": "look at settings, folders and database, and say what is wrong",
    "audit": "verify that the audit was not altered",
    "token": "print a bearer token for the FHIR door",
    "rules": "list the rules and where each comes from",
    "bench": "measure speed against floors in the same run",
    "upgrade": "bring a data folder to this release",
}
MODULES = {"import": "import_"}
DONE, REFUSED, USAGE, INTERRUPTED = 0, 1, 2, 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code: 0 done, 1 refused or failed, 2 usage."""
    words = list(sys.argv[1:] if argv is None else argv)
    if not words or words[0] in {"-h", "--help", "help"}:
        print(_overview())
        return DONE if words else USAGE
    if words[0] in {"-V", "--version"}:
        print(f"waypost {__version__}")
        return DONE
    name = words[0]
    if name not in COMMANDS:
        near = difflib.get_close_matches(name, COMMANDS, 1)
        hint = f" Did you mean `waypost {near[0]}`?" if near else " `waypost --help` lists the commands."
        print(f"waypost: there is no command {name!r}.{hint}", file=sys.stderr)
        return USAGE
    return _run(name, words[1:])


def _run(name: str, words: Sequence[str]) -> int:
    module = importlib.import_module(f"waypost.cli.{MODULES.get(name, name)}")
    try:
        args = parser_of(name, module).parse_args(words)
    except SystemExit as leave:
        return int(leave.code or 0)
    try:
        with _surroundings(args, getattr(module, "NEEDS", "clinic")):
            return int(module.run(args) or DONE)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        return REFUSED
    except Problem as problem:
        return reporting.refuse(problem, as_json=args.json)
    except Exception as error:
        known = reporting.known(error)
        if known is None:
            raise
        return reporting.refuse(known, as_json=args.json)


def parser_of(name: str, module: ModuleType) -> argparse.ArgumentParser:
    """Return the parser of one command, with the options that every command has."""
    parser = argparse.ArgumentParser(
        prog=f"waypost {name}",
        description=f"{COMMANDS[name][0].upper()}{COMMANDS[name][1:]}.",
        allow_abbrev=False,
    )
    module.add_arguments(parser)
    everywhere = parser.add_argument_group("everywhere")
    everywhere.add_argument(
        "--data-dir",
        metavar="DIR",
        help="the data folder (default: WAYPOST_DATA_DIR, else ~/.local/share/waypost)",
    )
    if getattr(module, "JSON_TO_FILE", False):
        everywhere.add_argument("--json", metavar="FILE", help="write the outcome as JSON to FILE, or print it for `-`")
    else:
        everywhere.add_argument("--json", action="store_true", help="print the outcome as JSON, for machines")
    return parser


@contextlib.contextmanager
def _surroundings(args: argparse.Namespace, needs: str) -> Iterator[None]:
    from waypost.ops import database

    folder = database.use_data_dir(args.data_dir)
    if needs == "nothing":
        yield
        return
    with database.opened(folder):
        database.set_up_django()
        if needs == "clinic":
            database.see_that_tables_are_there()
        yield


def _overview() -> str:
    width = max(len(name) for name in COMMANDS)
    lines = [f"  {name:<{width}}  {words}" for name, words in COMMANDS.items()]
    head = f"waypost {__version__}: a self-hosted desk for patient care coordinators\n\nusage: waypost COMMAND [options]\n"
    return "\n".join(
        [
            head,
            *lines,
            "",
            "`waypost COMMAND --help` says what a command takes. `waypost demo` is the place to start.",
        ]
    )
