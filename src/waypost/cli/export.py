"""Write every resource, one NDJSON file a type, in order of id.

The newest versions are written as they are kept, one a line; documents that are kept beside the database are put back
into them. The audit is not part of it, nor are earlier versions,
accounts or templates; `waypost backup` keeps those. Works beside a running server.
"""

import argparse
import gzip
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO

from waypost.cli import reporting
from waypost.cli.options import add_tenant
from waypost.kernel.problem import Problem

EXAMPLES = ("waypost export out/", "waypost export out/ --gzip --type Patient")
TELL_EVERY = 1000
PACK_LEVEL = 6


class NotAFolder(Problem):
    code, status, issue = "cli.not-a-folder", 400, "value"
    title = "An export needs a folder."


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("folder", type=Path, metavar="DIR", help="where to write; made if it is not there")
    parser.add_argument("--gzip", action="store_true", help="pack each file")
    parser.add_argument(
        "--type", action="append", default=[], metavar="TYPE", help="only this type; may be repeated"
    )
    add_tenant(parser)


def run(args: argparse.Namespace) -> int:
    """Export what is current; each file appears whole or not at all."""
    from waypost.access import accounts, scopes
    from waypost.records import outside, queries

    tenant = accounts.tenant_named(args.tenant)
    scope = scopes.everything(accounts.context_of(tenant, "export"), "export")
    if args.folder.exists() and not args.folder.is_dir():
        raise NotAFolder(f"{args.folder} is a file; name a folder.")
    args.folder.mkdir(parents=True, exist_ok=True)
    kept = [(type_, count) for type_, count in queries.types(scope) if not args.type or type_ in args.type]
    written: dict[str, int] = {}
    with reporting.progress("Exporting", sum(count for _, count in kept), quiet=args.json) as shown:
        for type_, _ in kept:
            written[type_] = _write(
                args.folder,
                type_,
                (outside.whole(scope.tenant, text) for text in queries.each(scope, type_)),
                packed=args.gzip, shown=shown
            )
    total = sum(written.values())
    words = f"{total:,} resources of {len(written)} types written to {args.folder}."
    reporting.outcome({"folder": args.folder, "resources": total, "types": written}, words, as_json=args.json)
    return 0


def _write(folder: Path, type_: str, texts: Iterator[str], *, packed: bool, shown: reporting.Progress) -> int:
    count = 0
    with _whole(folder / f"{type_}.ndjson{'.gz' if packed else ''}", packed=packed) as stream:
        for count, text in enumerate(texts, 1):
            stream.write(one_line(text).encode() + b"\n")
            if count % TELL_EVERY == 0:
                shown.advance(TELL_EVERY)
    shown.advance(count % TELL_EVERY)
    return count


def one_line(text: str) -> str:
    """Return a text on one line; JSON's line ends stand only between its parts, where a blank means the same."""
    return text.replace("\r\n", " ").replace("\n", " ").replace("\r", " ")


@contextmanager
def _whole(path: Path, *, packed: bool) -> Iterator["IO[bytes] | gzip.GzipFile"]:
    """Write to a file beside the one wanted, which takes its place when all is written."""
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with fresh.open("wb") as raw:
            if packed:
                with gzip.GzipFile(
                    filename="", fileobj=raw, mode="wb", compresslevel=PACK_LEVEL, mtime=0
                ) as stream:
                    yield stream
            else:
                yield raw
        fresh.replace(path)
    finally:
        fresh.unlink(missing_ok=True)
