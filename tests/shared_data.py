"""Test material beside the repository, where it is there: see docs/validation.md."""

import gzip
import json
import os
from collections.abc import Iterator
from pathlib import Path

import pytest

FOLDER = Path(os.environ.get("WAYPOST_SHARED_DATA", Path(__file__).parents[2] / "shared" / "data"))


def folder(name: str) -> Path:
    """Return a folder of the material, or skip the test with a line that says so."""
    path = FOLDER / name
    if not path.is_dir():
        pytest.skip(f"no test material at {path} (set WAYPOST_SHARED_DATA)")
    return path


def resources(path: Path) -> Iterator[tuple[str, str]]:
    """Yield (file name, text) of every resource of a file or folder; a transaction Bundle's entries one by one."""
    for file in sorted(path.rglob("*")) if path.is_dir() else [path]:
        raw = (
            gzip.decompress(file.read_bytes())
            if file.suffix == ".gz"
            else file.read_bytes()
            if file.is_file()
            else b""
        )
        name = file.name.removesuffix(".gz")
        if name.endswith(".ndjson") and not name.startswith("log"):
            yield from ((file.name, line) for line in raw.decode().splitlines())
        elif name.endswith(".json"):
            text = raw.decode("utf-8-sig")
            if '"transaction"' in text[:2000]:
                entries = json.loads(text)["entry"]
                yield from ((file.name, json.dumps(one["resource"], ensure_ascii=False)) for one in entries)
            else:
                yield file.name, text
