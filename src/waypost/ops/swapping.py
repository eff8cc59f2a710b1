"""A database cluster takes another's place: two renames, and what a death between them leaves is finished by any start.

`data` is the cluster in use. One that is to take its place stands beside it as `data.next` and carries a mark once it is
whole; the one before stays as `data.postgres-15`.
"""

import contextlib
import os
from pathlib import Path

MARK = "waypost.whole"
NEXT = "data.next"


def major_of(data: Path) -> int | None:
    """Return the major release of PostgreSQL that a cluster is of; None where there is no cluster."""
    try:
        return int((data / "PG_VERSION").read_text().split(".")[0])
    except (OSError, ValueError):
        return None


def swap(data: Path) -> Path:
    """Put the whole cluster beside `data` in its place and return where the old one is kept."""
    fresh, kept = data.with_name(NEXT), data.with_name(f"data.postgres-{major_of(data)}")
    assert not kept.exists(), kept
    descriptor = os.open(fresh / MARK, os.O_WRONLY | os.O_CREAT, 0o600)
    os.fsync(descriptor)
    os.close(descriptor)
    _settle(fresh)
    data.rename(kept)
    finish(data)
    return kept


def finish(data: Path) -> None:
    """Where a swap was cut short between its renames, make the second."""
    fresh = data.with_name(NEXT)
    if not data.exists() and (fresh / MARK).exists():
        fresh.rename(data)
    if (data / MARK).exists():
        with contextlib.suppress(FileNotFoundError):
            (data / MARK).unlink()
        _settle(data.parent)


def kept_beside(data: Path) -> list[Path]:
    """Return the clusters that were replaced and are still kept."""
    return sorted(data.parent.glob("data.postgres-*"))


def _settle(folder: Path) -> None:
    """See that the names in a folder are on the disk."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
