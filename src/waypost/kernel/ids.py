"""Identifiers: time-ordered for what is new, derived for what must not be made twice."""

import secrets
import uuid
from datetime import datetime

_NAMESPACE = uuid.UUID("6d1c5f1e-4c77-5d0b-9a35-2a6f2a1d7a10")


def uuid7(at: datetime, random_bits: int | None = None) -> uuid.UUID:
    """Return a version 7 UUID (RFC 9562) for the instant `at`, so that new rows land together in an index.

    `random_bits` (74 bits) may be given where a run must be repeatable.
    """
    milliseconds = int(at.timestamp() * 1000) & (2**48 - 1)
    rest = secrets.randbits(74) if random_bits is None else random_bits & (2**74 - 1)
    value = milliseconds << 80 | 0x7 << 76 | (rest >> 62) << 64 | 0b10 << 62 | (rest & (2**62 - 1))
    return uuid.UUID(int=value)


def uuid5_of(*parts: str) -> uuid.UUID:
    """Return the UUID that always stands for these parts: the same rule, subject and fact make one Task."""
    return uuid.uuid5(_NAMESPACE, "\x1f".join(parts))
