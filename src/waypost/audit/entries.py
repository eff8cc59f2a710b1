"""What is written about each look, change and refusal, and the key that vouches for it."""

import hashlib
import hmac
import json
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.conf import settings

from waypost.kernel.context import Context

SHARDS = 16


@dataclass(frozen=True, slots=True)
class Entry:
    """One audit entry: who did what to whom's record, when, why, through which door, with which outcome."""

    at: datetime
    actor: str
    action: str  # read | search | create | update | delete | refuse | open-chart | sign-in | export | …
    outcome: str = "ok"  # ok | refused | absent
    patient: str | None = None
    what: str | None = None  # 'Type/id' or 'Type'
    version: int | None = None
    sha256: str | None = None  # of the version filed
    purpose: str = "TREAT"
    door: str = ""
    request: str = ""
    act: str = ""
    detail: Any = None  # codes and identifiers only, never values

    def content(self) -> str:
        fields = {name: value for name in self.__slots__ if (value := getattr(self, name)) not in (None, "")}
        fields["at"] = self.at.astimezone(UTC).isoformat()
        return json.dumps(fields, separators=(",", ":"), sort_keys=True, ensure_ascii=False)


def entry(ctx: Context, action: str, **fields: Any) -> Entry:
    """Return an entry for what `ctx`'s actor did; the clock is read now."""
    return Entry(
        at=ctx.now, actor=ctx.actor.key, action=action, purpose=ctx.purpose, door=ctx.door, request=ctx.request_id,
        act=str(ctx.act) if ctx.act.int else "", **fields,
    )


@lru_cache(maxsize=4)
def _key(path: str) -> bytes:
    return bytes.fromhex(Path(path).read_text().strip())


def audit_key() -> bytes:
    """Return the key that vouches for audit entries; it lives in a file beside the data, never in the database."""
    try:
        return _key(settings.WAYPOST_AUDIT_KEY_FILE)
    except FileNotFoundError:
        _make_key(Path(settings.WAYPOST_AUDIT_KEY_FILE))
        return _key(settings.WAYPOST_AUDIT_KEY_FILE)


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_suffix(f".{secrets.token_hex(4)}")
    fresh.touch(mode=0o600)
    fresh.write_text(secrets.token_hex(32))
    try:
        path.hardlink_to(fresh)  # whoever links first has made the key; nobody overwrites it
    except FileExistsError:
        pass
    fresh.unlink()


def mac(content: str, key: bytes | None = None) -> str:
    """Return the hex HMAC-SHA-256 of an entry's content."""
    return hmac.new(key or audit_key(), content.encode(), hashlib.sha256).hexdigest()


def sealed(entries: Sequence[Entry]) -> str:
    """Return the JSON that `audit_append` takes."""
    rows = []
    key = audit_key()
    for one in entries:
        content = one.content()
        rows.append({"at": one.at.isoformat(), "content": content, "mac": mac(content, key)})
    return json.dumps(rows)
