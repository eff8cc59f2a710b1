"""Take in FHIR bundles and NDJSON, plain or gzip. Safe to repeat and to interrupt.

A Bundle is taken whole or not at all; lines of NDJSON stand each for itself. What cannot be taken is written to a file
with line, entry and reasons, and the exit code is 1. docs/import-export.md says what is kept and what is passed over.
"""

import argparse
import itertools
import queue
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson

from waypost.cli import reporting
from waypost.cli.intake import preparing, sources
from waypost.cli.options import add_tenant
from waypost.kernel.problem import Issue, Problem
from waypost.kernel.scope import Scope

EXAMPLES = ("waypost import patients/ more.ndjson.gz", "waypost import export/ --refused refused.ndjson --json")
BATCH = 500  # single resources filed in one act
AHEAD = 4  # batches prepared while one is written
SWITCH_SECONDS = 0.0005  # both threads let go of the interpreter often; neither should wait 5 ms to have it back
KILOBYTE = 1024
STOCK_RESOURCES_MIN = 2_000  # fewer change no plan


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "paths", nargs="+", type=Path, metavar="PATH", help="a file or folder of .json, .ndjson, .gz"
    )
    parser.add_argument(
        "--refused",
        type=Path,
        metavar="FILE",
        help="where to write what was not taken and why (default: in the data folder's `imports`)",
    )
    parser.add_argument(
        "--dangling",
        type=Path,
        metavar="FILE",
        help="where to list references that lead nowhere (default: beside the refusals)",
    )
    add_tenant(parser)


@dataclass(slots=True)
class Tally:
    """What an import did."""

    files: int = 0
    new: int = 0
    equal: int = 0
    refused: int = 0
    dangling: int = 0
    types: dict[str, int] = field(default_factory=dict)


def run(args: argparse.Namespace) -> int:
    """Import everything that is named; exit 1 where anything was refused."""
    from waypost.access import accounts, scopes
    from waypost.ops import database, garbage

    found = sources.files(args.paths)
    tenant = accounts.tenant_named(args.tenant)
    ctx = accounts.context_of(tenant, "import")
    scope = scopes.everything(ctx, "import")
    garbage.spare()
    sys.setswitchinterval(SWITCH_SECONDS)
    began = time.monotonic()
    tally = Tally(files=len(found))
    folder = _folder(args)
    refused_file = args.refused or folder / f"refused-{ctx.now:%Y%m%dT%H%M%S}.ndjson"
    dangling_file = args.dangling or folder / f"dangling-{ctx.now:%Y%m%dT%H%M%S}.ndjson"
    with closing(Rows(refused_file)) as refusals, closing(Rows(dangling_file)) as lost:
        importer = Importer(ctx, scope, tally, refusals, lost)
        total = sum(path.stat().st_size for path in found) // KILOBYTE
        with reporting.progress("Importing, kB", total, quiet=args.json) as shown:
            importer.run(found, shown)
    seconds = time.monotonic() - began
    if tally.new >= STOCK_RESOURCES_MIN:
        database.take_stock()
    _report(args, tally, refusals.path, lost.path, seconds)
    return 1 if tally.refused else 0


def _folder(args: argparse.Namespace) -> Path:
    from waypost.config.database import data_dir

    return data_dir() / "imports"


class Rows:
    """A file of JSON lines that comes into being with its first row."""

    def __init__(self, path: Path) -> None:
        self._wanted = path
        self._stream: Any = None

    @property
    def path(self) -> Path | None:
        return self._wanted if self._stream is not None else None

    def add(self, row: dict[str, Any]) -> None:
        if self._stream is None:
            self._wanted.parent.mkdir(parents=True, exist_ok=True)
            self._stream = self._wanted.open("wb")
            self._wanted.chmod(0o600)
        self._stream.write(orjson.dumps(row, option=orjson.OPT_APPEND_NEWLINE))

    def close(self) -> None:
        if self._stream is not None:
            self._stream.close()


class Importer:
    """Reads and judges in this thread while another writes, so that the database and Python work at once."""

    def __init__(self, ctx: Any, scope: Scope, tally: Tally, refusals: Rows, lost: Rows) -> None:
        self.ctx, self.scope, self.tally, self.refusals, self.lost = ctx, scope, tally, refusals, lost
        self._queue: queue.Queue[preparing.Batch | None] = queue.Queue(AHEAD)
        self._failed: BaseException | None = None
        self._lock = threading.Lock()

    def run(self, paths: list[Path], shown: reporting.Progress) -> None:
        writer = threading.Thread(target=self._write, name="import-writer", daemon=True)
        writer.start()
        done = 0
        try:
            for path in paths:
                for batch in preparing.merged(self._batches(path), BATCH):
                    self._prepare(batch)
                    self._put(batch)
                done += path.stat().st_size
                shown.to(done // KILOBYTE)
        finally:
            self._put(None)
            writer.join()
            self._make_durable()
        if self._failed is not None:
            raise self._failed

    def _make_durable(self) -> None:
        """Audit what was done. This commit waits for the disk, and the disk then holds every commit before it."""
        from waypost.audit.entries import entry
        from waypost.records import acts

        done = {"new": self.tally.new, "equal": self.tally.equal, "refused": self.tally.refused}
        acts.note(self.ctx, entry(self.ctx, "import", detail=done))

    def _put(self, batch: preparing.Batch | None) -> None:
        while self._failed is None:
            try:
                self._queue.put(batch, timeout=0.5)
                return
            except queue.Full:
                continue

    @staticmethod
    def _batches(path: Path) -> Iterator[preparing.Batch]:
        return (preparing.batch_of(text) for text in sources.texts(path))

    def _prepare(self, batch: preparing.Batch) -> None:
        """Pass over what is kept already, then validate the rest."""
        from waypost.records import queries

        keys = [one.key for one in batch.arrivals]
        known = queries.hashes(self.scope, keys) if keys else {}
        fresh = []
        for one in batch.arrivals:
            hashes = known.setdefault(one.key, set())
            if one.hash in hashes:
                batch.equal.append(one.key)
            else:
                hashes.add(one.hash)
                fresh.append(one)
        batch.arrivals = fresh
        preparing.judge(batch, self.ctx.now)

    def _write(self) -> None:
        from django.db import connection

        from waypost.records.arrivals import Arrivals

        try:
            with connection.cursor() as cursor:
                # An import that breaks off is run again, so its acts need not wait for the disk one by one.
                cursor.execute("SET synchronous_commit = off")
            arrived = Arrivals()
            while (batch := self._queue.get()) is not None:
                self._file(batch)
                arrived.add(batch.kept)
            for type_, id_, target in arrived.dangling(self.scope):
                self.tally.dangling += 1
                self.lost.add({"from": f"{type_}/{id_}", "to": target})
        except BaseException as error:
            self._failed = error
        finally:
            connection.close()

    def _file(self, batch: preparing.Batch) -> None:
        self.tally.equal += len(batch.equal)
        batch.kept += batch.equal
        if batch.arrivals:
            self._take(batch, batch.arrivals)
        for refusal in batch.refusals:
            self.tally.refused += refusal.resources
            self.refusals.add(refusal.as_row())

    def _take(self, batch: preparing.Batch, arrivals: list[preparing.Arrival]) -> None:
        """File arrivals in one act; where single resources are refused together, file each alone."""
        from django.db import DataError, IntegrityError

        from waypost.coordination import importing
        from waypost.records.versions import Filing

        try:
            new = importing.take_in(
                self.ctx, [Filing(one.text, one.type, one.id, parsed=one.parsed) for one in arrivals]
            )
        except (Problem, DataError, IntegrityError) as error:
            if not batch.atomic and len(arrivals) > 1:
                for one in arrivals:
                    self._take(batch, [one])
                return
            first = arrivals[0]
            alone = len(arrivals) == 1
            batch.refusals.append(
                preparing.Refusal(
                    batch.file, first.line, _reasons(error), first.entry if alone else None,
                    first.type if alone else "", first.id if alone else "", len(arrivals),
                )
            )  # fmt: skip
            return
        batch.kept += [one.key for one in arrivals]
        self.tally.new += new
        self.tally.equal += len(arrivals) - new
        for type_, group in itertools.groupby(sorted(one.type for one in arrivals)):
            self.tally.types[type_] = self.tally.types.get(type_, 0) + len(list(group))


def _reasons(error: Exception) -> list[Issue]:
    if isinstance(error, Problem):
        return list(error.as_issues())
    return [Issue("error", "processing", "The database holds no such value: " + str(error).splitlines()[0])]


def _report(
    args: argparse.Namespace, tally: Tally, refused: Path | None, dangling: Path | None, seconds: float
) -> None:
    facts = {
        "files": tally.files, "new": tally.new, "equal": tally.equal, "refused": tally.refused,
        "dangling": tally.dangling, "types": dict(sorted(tally.types.items())), "seconds": round(seconds, 2),
        "refused_file": refused, "dangling_file": dangling,
    }  # fmt: skip
    lines = [
        f"{tally.new:,} resources taken in, {tally.equal:,} were here already, {tally.refused:,} refused ({seconds:.1f} s)."
    ]
    if refused:
        lines.append(f"What was refused, and why: {refused}")
    if dangling:
        lines.append(f"{tally.dangling:,} references lead to what is not here: {dangling}")
    reporting.outcome(facts, "\n".join(lines), as_json=args.json)
