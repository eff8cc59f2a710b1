"""Words for people and JSON for machines: outcomes, refusals, progress."""

import contextlib
import errno
import json
import sys
import time
from collections.abc import Iterator
from typing import Any

from waypost.kernel.problem import Problem
from waypost.kernel.problems import DatabaseAway, DiskFull
from waypost.kernel.surroundings import causes, store_problem

LINE_EVERY_SECONDS = 2


class _Known(Problem):
    """A failure of the surroundings, put into one sentence."""

    code, status, issue = "cli.surroundings", 500, "exception"


def outcome(facts: dict[str, Any], words: str, *, as_json: bool) -> None:
    """Print what a command did: `facts` for machines, `words` for people."""
    print(json.dumps(facts, default=str, ensure_ascii=False) if as_json else words)


def refuse(problem: Problem, *, as_json: bool) -> int:
    """Print why a command did not do it, and return the exit code."""
    words = problem.detail or " ".join(str(part) for part in (problem.title, problem.remedy) if part)
    if as_json:
        issues = [
            {"severity": i.severity, "code": i.code, "diagnostics": i.diagnostics, "expression": i.expression}
            for i in problem.issues
        ]
        print(
            json.dumps(
                {"error": {"code": problem.code, "message": words, "issues": issues}}, ensure_ascii=False
            )
        )
    else:
        print(f"waypost: {words}", file=sys.stderr)
        for issue in problem.issues:
            print(
                f"  {issue.expression}: {issue.diagnostics}"
                if issue.expression
                else f"  {issue.diagnostics}",
                file=sys.stderr,
            )
    return 1


def known(error: BaseException) -> Problem | None:
    """Return a Problem for a failure that has nothing to do with our code, or None."""
    for cause in causes(error):
        if isinstance(cause, Problem):
            return cause
        if isinstance(cause, OSError) and cause.errno in {errno.EROFS, errno.EACCES} and cause.filename:
            return _Known(
                f"{cause.filename} cannot be written or read by this user; mend its permissions or choose another place."
            )
        if isinstance(cause, FileNotFoundError) and cause.filename:
            return _Known(f"{cause.filename} is not there; check the path.")
        if getattr(cause, "sqlstate", None) in {"28P01", "28000"}:
            return _Known(
                "The database refused the password or the role in DATABASE_URL; correct it and run `waypost check`."
            )
    match store_problem(error):
        case DiskFull():
            return _Known("The disk is full; free some space and run the command again.")
        case DatabaseAway():
            return _Known(
                "The database cannot be reached; see that it runs and that DATABASE_URL names it, then `waypost check`."
            )
        case _:
            return None


class Progress:
    """Progress of one piece of long work: a bar on a terminal, a line every two seconds otherwise."""

    def __init__(self, title: str, total: int | None, *, quiet: bool = False) -> None:
        self.title, self.total, self.done = title, total, 0
        self._quiet = quiet
        self._bar: Any = None  # rich is imported where it is drawn
        self._began = self._told = time.monotonic()

    def advance(self, by: int = 1) -> None:
        self.to(self.done + by)

    def to(self, done: int, total: int | None = None) -> None:
        """Say how much is done; the first two seconds pass in silence."""
        self.done, self.total = done, total if total is not None else self.total
        now = time.monotonic()
        if self._quiet or now - self._began < LINE_EVERY_SECONDS:
            return
        if sys.stderr.isatty():
            self._draw()
        elif now - self._told >= LINE_EVERY_SECONDS:
            self._told = now
            of = f" of {self.total:,}" if self.total else ""
            print(f"{self.title}: {self.done:,}{of}", file=sys.stderr, flush=True)

    def close(self) -> None:
        if self._bar is not None:
            self._bar.stop()

    def _draw(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
        from rich.progress import Progress as Bar

        if self._bar is None:
            columns = (
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeRemainingColumn(),
            )
            self._bar = Bar(*columns, console=Console(stderr=True), transient=True)
            self._bar.add_task(self.title, total=self.total)
            self._bar.start()
        self._bar.update(self._bar.task_ids[0], completed=self.done, total=self.total)


@contextlib.contextmanager
def progress(title: str, total: int | None = None, *, quiet: bool = False) -> Iterator[Progress]:
    """Show the progress of a block of work."""
    shown = Progress(title, total, quiet=quiet)
    try:
        yield shown
    finally:
        shown.close()
