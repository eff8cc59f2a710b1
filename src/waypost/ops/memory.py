"""How much memory the embedded database may keep its pages in: by how much there is to keep, and what the machine has."""

import os
from pathlib import Path

from waypost.ops import limits

MB = 2**20
CGROUPS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


def of_machine() -> int:
    """Return the bytes of memory here: the machine's, or less where this process is held to less."""
    whole = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    return min([whole, *filter(None, map(_limit, CGROUPS))])


def _limit(file: Path) -> int | None:
    try:
        said = file.read_text().strip()
    except OSError:
        return None
    return int(said) if said.isdigit() else None


def of_database(data: Path) -> int:
    """Return the bytes of a cluster's tables and indexes; 0 where it is not there yet or cannot be read."""
    return sum(_size(Path(folder) / name) for folder, _, names in os.walk(data / "base") for name in names)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0  # of a table that went meanwhile


def shared_buffers_mb(database: int, machine: int) -> int:
    """Return a quarter of the database, at least what a small clinic needs and at most an eighth of the machine."""
    most = max(limits.SHARED_BUFFERS_MB_MIN, machine // MB // 8)
    return min(most, max(limits.SHARED_BUFFERS_MB_MIN, database // MB // 4))
