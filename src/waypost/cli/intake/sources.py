"""Files that may hold FHIR, plain or gzip, and the texts in them."""

import gzip
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO

GZIP_MAGIC = b"\x1f\x8b"
JSON_NAMES = (".json", ".ndjson", ".jsonl", ".json.gz", ".ndjson.gz", ".jsonl.gz")
NDJSON_NAMES = (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz")
OTHER_FORMS = (".xml", ".xml.gz", ".ttl")  # FHIR in another form: named as refused, not passed over


@dataclass(frozen=True, slots=True)
class Text:
    """One JSON text: where it stands, and its bytes; `fault` where it could not be had."""

    file: str
    line: int
    data: bytes
    fault: str = ""


def files(paths: list[Path]) -> list[Path]:
    """Return the files that paths name, a folder's in order of name; raises FileNotFoundError for what is not there."""
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(
                p
                for p in path.rglob("*")
                if p.is_file() and p.name.lower().endswith(JSON_NAMES + OTHER_FORMS)
            )
        elif path.exists():
            found.append(path)
        else:
            raise FileNotFoundError(2, "not there", str(path))
    return found


def texts(path: Path) -> Iterator[Text]:
    """Yield the JSON texts of a file: each line of NDJSON, otherwise the whole."""
    name = str(path)
    if name.lower().endswith(OTHER_FORMS):
        yield Text(name, 1, b"", "It is not JSON; FHIR in XML or Turtle has to be converted first.")
        return
    line = 1
    try:
        with opened(path) as stream:
            if name.lower().endswith(NDJSON_NAMES):
                for line, data in enumerate(stream, 1):
                    if data.strip():
                        yield Text(name, line, data)
            else:
                yield Text(name, 1, stream.read())
    except (gzip.BadGzipFile, EOFError, zlib.error):
        yield Text(name, line, b"", "The file is cut short or damaged here: gzip cannot unpack it.")


def opened(path: Path) -> IO[bytes]:
    with path.open("rb") as stream:
        packed = stream.read(2) == GZIP_MAGIC
    return gzip.open(path, "rb") if packed else path.open("rb")  # type: ignore[return-value]
