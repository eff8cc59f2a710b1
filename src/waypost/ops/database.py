"""The database for a command: the one that the environment names, or the data folder's own server."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from waypost.config.database import data_dir
from waypost.ops import postgres


def use_data_dir(named: str | None) -> Path:
    """Fix the data folder for this process and its children."""
    if named:
        os.environ["WAYPOST_DATA_DIR"] = os.path.abspath(Path(named).expanduser())  # noqa: PTH100
    return data_dir()


@contextlib.contextmanager
def opened(folder: Path) -> Iterator[None]:
    """Let Django reach the database for as long as the block runs."""
    if os.environ.get("DATABASE_URL"):
        yield
        return
    with postgres.attach_or_start(folder) as connections:
        os.environ.update(connections.environment())
        try:
            yield
        finally:
            for name in connections.environment():
                os.environ.pop(name, None)
