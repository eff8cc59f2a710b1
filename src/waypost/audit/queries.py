"""Reading and proving the audit."""

import hashlib
import hmac
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from django.db import connections, transaction

from waypost.audit.entries import SHARDS, mac

BATCH = 5_000


@dataclass(frozen=True, slots=True)
class Finding:
    """A place where the audit does not verify."""

    tenant: int
    shard: int
    seq: int
    reason: str


@dataclass(frozen=True, slots=True)
class Head:
    tenant: int
    shard: int
    seq: int
    chain: str


def heads(database: str = "default", only: int | None = None) -> list[Head]:
    """Return the newest link of every chain, of one tenant or of all."""
    with connections[database].cursor() as cursor:
        cursor.execute("SELECT tenant, shard, seq, chain FROM audit_heads() WHERE %s::int IS NULL OR tenant = %s",
                       [only, only])
        return [Head(*row) for row in cursor.fetchall()]


def verify(anchors: Path | None = None, database: str = "owner",
           only: int | None = None) -> tuple[int, list[Finding]]:
    """Walk every chain (of one tenant, or of all) and return how many entries were checked and what does not verify.

    Finds an altered or reordered entry (its MAC or link), a removed one (a gap), a cut tail (the head, or an anchor
    written outside the database, is ahead of the entries) and a recomputed chain (an anchor disagrees). All is read as
    it stood at one moment, since others go on writing.
    """
    marks = {key: chain for key, chain in _anchored(anchors).items() if only in (None, key[0])}
    with transaction.atomic(using=database):
        with connections[database].cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return _walked(marks, database, only)


def _walked(marks: dict[tuple[int, int, int], str], database: str, only: int | None) -> tuple[int, list[Finding]]:
    findings: list[Finding] = []
    checked = 0
    kept = {(head.tenant, head.shard): head for head in heads(database, only)}
    for (tenant, shard), head in kept.items():
        chain = hashlib.sha256(f"{tenant}/{shard}".encode()).digest()
        expected = 0
        for seq, content, found_mac, found_chain in _entries(tenant, shard, database):
            expected += 1
            checked += 1
            if seq != expected:
                findings.append(Finding(tenant, shard, expected, "missing"))
                expected = seq
            chain = hashlib.sha256(chain + found_mac).digest()
            if not hmac.compare_digest(mac(content), found_mac.hex()):
                findings.append(Finding(tenant, shard, seq, "altered"))
            if chain != found_chain:
                findings.append(Finding(tenant, shard, seq, "broken link"))
                chain = found_chain
            mark = marks.get((tenant, shard, seq))
            if mark is not None and mark != found_chain.hex():
                findings.append(Finding(tenant, shard, seq, "differs from its anchor"))
        if head.seq != expected or head.chain != chain.hex():
            findings.append(Finding(tenant, shard, head.seq, "tail cut"))
        for at_tenant, at_shard, seq in marks:
            if (at_tenant, at_shard) == (tenant, shard) and seq > expected:
                findings.append(Finding(tenant, shard, seq, "anchored entry is gone"))
    for tenant, shard in {(t, s) for t, s, _ in marks} - set(kept):
        findings.append(Finding(tenant, shard, 0, "anchored chain is gone"))
    return checked, findings


def _entries(tenant: int, shard: int, database: str) -> Iterator[tuple[int, str, bytes, bytes]]:
    assert 0 <= shard < SHARDS
    after = 0
    while True:
        with connections[database].cursor() as cursor:
            cursor.execute(
                "SELECT seq, content, mac, chain FROM audit_entry"
                " WHERE tenant = %s AND shard = %s AND seq > %s ORDER BY seq LIMIT %s",
                [tenant, shard, after, BATCH],
            )
            rows = cursor.fetchall()
        for seq, content, found_mac, chain in rows:
            yield seq, content, bytes(found_mac), bytes(chain)
        if len(rows) < BATCH:
            return
        after = rows[-1][0]


def anchor(path: Path, now_text: str, database: str = "default") -> None:
    """Append all heads, signed, to a file outside the database (each minute, by the worker)."""
    line = json.dumps({"at": now_text, "heads": [[h.tenant, h.shard, h.seq, h.chain] for h in heads(database)]})
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a") as file:
        file.write(f"{line}\t{mac(line)}\n")


def _anchored(path: Path | None) -> dict[tuple[int, int, int], str]:
    marks: dict[tuple[int, int, int], str] = {}
    if path is None or not path.exists():
        return marks
    for row in path.read_text().splitlines():
        line, _, seal = row.rpartition("\t")
        if not line or not hmac.compare_digest(mac(line), seal):
            continue  # a torn last line after a crash; a forged one vouches for nothing
        for tenant, shard, seq, chain in json.loads(line)["heads"]:
            marks[tenant, shard, seq] = chain
    return marks

