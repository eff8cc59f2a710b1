"""Bytes that are kept beside the database: in the data folder, by tenant and hash, on the disk before the commit.

A file is written whole or not at all and never changed. What an act that failed has left behind, the sweep removes.
"""

import base64
import binascii
import os
import secrets
import time
from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import Any

import orjson
from django.conf import settings
from django.db import connection, transaction

from waypost.formats.fhir import outside
from waypost.formats.fhir.outside import MARK, Outside
from waypost.formats.fhir.text import plain
from waypost.records import prepared, tenancy
from waypost.records.problems import BytesAstray, BytesUnknown
from waypost.records.versions import Version

ORPHAN_SECONDS_MIN = 24 * 3600  # an act may take its time; a day is more than any takes
_LOCK = 79  # one act at a time sweeps, and none that keeps bytes runs beside it


def folder() -> Path:
    """Return where bytes are kept."""
    return Path(settings.WAYPOST_DOCUMENTS_DIR)


def _place(tenant: int, digest: str) -> Path:
    return folder() / str(tenant) / digest[:2] / digest


def keep(tenant: int, found: dict[str, bytes]) -> None:
    """Write bytes so that they outlast a power cut, inside the act whose record will name them."""
    prepared.rows("SELECT pg_advisory_xact_lock_shared(%s, %s)::text", [_LOCK, tenant])
    for digest, data in found.items():
        place = _place(tenant, digest)
        if place.is_file() and place.stat().st_size == len(data):
            continue
        for parent in (folder(), place.parent.parent, place.parent):
            if not parent.is_dir():
                parent.mkdir(mode=0o700, parents=True, exist_ok=True)
                _sync(parent.parent)
        draft = place.with_name(f".{digest}.{secrets.token_hex(6)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(place)
        _sync(place.parent)


def _sync(place: Path) -> None:
    descriptor = os.open(place, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def bytes_of(tenant: int, found: Outside) -> bytes:
    """Return kept bytes. Raises BytesAstray where they are gone or are no longer what they were."""
    try:
        data = _place(tenant, found.sha256).read_bytes()
    except OSError:
        raise BytesAstray from None
    if sha256(data).hexdigest() != found.sha256:
        raise BytesAstray
    return data


def whole(tenant: int, text: str) -> str:
    """Return a kept text with what is kept outside put back."""
    if MARK not in text:
        return text
    return outside.whole(text, plain(text), lambda found: bytes_of(tenant, found))


def data_of(tenant: int, element: dict[str, Any]) -> bytes:
    """Return what a Binary or an Attachment holds, wherever it is kept; b"" for nothing, and for what is no base64."""
    found = next(outside.marks({"_data": element.get("_data")}), None) if "data" not in element else None
    if found is not None:
        return bytes_of(tenant, found)
    try:
        return base64.b64decode(str(element.get("data") or ""), validate=False)
    except binascii.Error:
        return b""


def refuse_unknown(tenant: int, kind: str, id: str, found: list[Outside]) -> None:
    """Refuse a mark that no earlier version of this very resource has: a hash is no key to what others keep."""
    known = prepared.rows(
        "SELECT sha256 FROM records_outside WHERE tenant = %s AND type = %s AND id = %s", [tenant, kind, id]
    )
    if {one.sha256 for one in found} - {digest for (digest,) in known}:
        raise BytesUnknown


def row_of(version: Version, found: Outside) -> dict[str, Any]:
    return {"type": version.type, "id": version.id, "version": version.version, "sha256": found.sha256, "size": found.size}


def note(tenant: int, rows: list[dict[str, Any]]) -> None:
    """Say which versions hold which bytes, in the act that files them."""
    prepared.soon(
        "INSERT INTO records_outside (tenant, type, id, version, sha256, size) SELECT %s::int, type, id, version, sha256, size"
        " FROM json_to_recordset(%s::json) AS r(type text, id text, version int, sha256 text, size bigint)"
        " ON CONFLICT DO NOTHING",
        [tenant, orjson.dumps(rows).decode()],
    )


# ---------------------------------------------------------------- looking after them


@dataclass(frozen=True, slots=True)
class Checked:
    """How many are kept for a tenant, how large, and which are missing or not what they were."""

    many: int
    size: int
    astray: tuple[str, ...]


def check(tenant: int, *, read: bool = False) -> Checked:
    """Look whether what versions hold is on the disk; with `read`, whether each byte is what it was."""
    many = size = 0
    astray = []
    for digest, length in _held(tenant):
        many, size = many + 1, size + length
        place = _place(tenant, digest)
        try:
            good = place.stat().st_size == length and (not read or sha256(place.read_bytes()).hexdigest() == digest)
        except OSError:
            good = False
        if not good:
            astray.append(digest)
    return Checked(many, size, tuple(astray))


def sweep(now: float | None = None) -> int:
    """Remove what no version holds and is older than a day; return how many files went."""
    gone = 0
    for place in sorted(folder().glob("*")) if folder().is_dir() else ():
        if place.is_dir() and place.name.isdecimal():
            gone += _sweep(int(place.name), place, (time.time() if now is None else now) - ORPHAN_SECONDS_MIN)
    return gone


def _sweep(tenant: int, place: Path, before: float) -> int:
    old = [file for file in place.glob("??/*") if file.is_file() and file.stat().st_mtime < before]
    if not old:
        return 0
    with transaction.atomic():
        tenancy.enter(tenant)
        prepared.rows("SELECT pg_advisory_xact_lock(%s, %s)::text", [_LOCK, tenant])
        held = {digest for digest, _ in _held(tenant)}
        orphans = [file for file in old if file.name not in held]
        for file in orphans:
            file.unlink(missing_ok=True)
    return len(orphans)


def _held(tenant: int) -> Iterator[tuple[str, int]]:
    tenancy.enter(tenant)
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT sha256, size FROM records_outside WHERE tenant = %s ORDER BY sha256", [tenant])
        yield from cursor.fetchall()
