"""Bytes kept outside a text: where they stood, a mark says so, with their hash and size. Pure.

A mark is an extension on the element itself, as FHIR has it for what is absent: `"data":"JVBE…"` becomes
`"_data":{"extension":[{"url":"urn:waypost:extension:kept-outside", …}]}`, and every other character stays as it came.
"""

import base64
import binascii
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

from waypost.formats.fhir.text import Resource, elements, members

MARK = "urn:waypost:extension:kept-outside"
INSIDE_BYTES_MAX = 1024 * 1024  # more are kept outside
_LONG = INSIDE_BYTES_MAX // 3 * 4


@dataclass(frozen=True, slots=True)
class Outside:
    """Bytes by their hash."""

    sha256: str
    size: int


def mark(found: Outside) -> Resource:
    """Return what stands in place of bytes."""
    parts = [{"url": "sha256", "valueString": found.sha256}, {"url": "size", "valueDecimal": found.size}]
    return {"extension": [{"url": MARK, "extension": parts}]}


def marks(value: Any) -> Iterator[Outside]:
    """Return the marks anywhere in a resource. What only looks like one is none."""
    if isinstance(value, dict):
        if isinstance(value.get("_data"), dict) and "data" not in value and (found := _read(value["_data"])):
            yield found
        for inner in value.values():
            yield from marks(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from marks(inner)


def _read(beside: Resource) -> Outside | None:
    for one in beside.get("extension") or ():
        if not isinstance(one, dict) or one.get("url") != MARK:
            continue
        parts = {part.get("url"): part for part in one.get("extension") or () if isinstance(part, dict)}
        digest, size = parts.get("sha256", {}).get("valueString"), parts.get("size", {}).get("valueDecimal")
        if isinstance(digest, str) and len(digest) == 64 and not set(digest) - set("0123456789abcdef") and size is not None:
            return Outside(digest, int(size))
    return None


def moved(text: str, resource: Resource) -> tuple[str, Resource, dict[str, bytes]]:
    """Return the text and the resource with long bytes replaced by marks, and those bytes by hash.

    Base64 that does not decode, and what has something beside it already, stays where it is.
    """
    if len(text) <= _LONG:
        return text, resource, {}
    taken: dict[str, bytes] = {}
    made = _moved(resource, taken)
    if not taken:
        return text, resource, {}
    for start, end, value in reversed(list(_long_data(text, resource, 0))):
        data = _decoded(value)
        key = text.rfind('"data"', 0, start)
        assert data is not None and text[key + 6 : start].strip() == ":", "a member's name stands before its value"
        found = Outside(sha256(data).hexdigest(), len(data))
        text = f'{text[:key]}"_data":{json.dumps(mark(found), separators=(",", ":"))}{text[end:]}'
    return text, made, taken


def as_kept(resource: Resource) -> Resource:
    """Return the resource as it is kept: marks in place of long bytes."""
    return _moved(resource, {})


def _moved(value: Any, taken: dict[str, bytes]) -> Any:
    if isinstance(value, dict):
        data = _decoded(value["data"]) if _movable(value) else None
        if data is None:
            return {key: _moved(inner, taken) for key, inner in value.items()}
        found = Outside(sha256(data).hexdigest(), len(data))
        taken[found.sha256] = data
        return {("_data" if key == "data" else key): mark(found) if key == "data" else _moved(inner, taken) for key, inner in value.items()}
    if isinstance(value, list):
        return [_moved(inner, taken) for inner in value]
    return value


def _movable(value: Resource) -> bool:
    data = value.get("data")
    return isinstance(data, str) and len(data) > _LONG and "_data" not in value


def _decoded(text: str) -> bytes | None:
    try:
        data = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    return data if len(data) > INSIDE_BYTES_MAX else None


def _long_data(text: str, value: Any, start: int) -> Iterator[tuple[int, int, str]]:
    """Yield where each long value stands in the text, in order: begin, end, the value."""
    if isinstance(value, dict):
        spans = members(text, start)
        for key, (low, high) in spans.items():
            if key == "data" and _movable(value) and _decoded(value["data"]) is not None:
                yield low, high, value["data"]
            elif high - low > _LONG:
                yield from _long_data(text, value[key], low)
    elif isinstance(value, list):
        for (low, high), inner in zip(elements(text, start), value, strict=True):
            if high - low > _LONG:
                yield from _long_data(text, inner, low)


def whole(text: str, resource: Resource, bytes_of: Callable[[Outside], bytes]) -> str:
    """Return the text with the bytes put back in place of their marks."""
    for start, end, found in reversed(list(_marked(text, resource, 0))):
        key = text.rfind('"_data"', 0, start)
        text = f'{text[:key]}"data":"{base64.b64encode(bytes_of(found)).decode()}"{text[end:]}'
    return text


def _marked(text: str, value: Any, start: int) -> Iterator[tuple[int, int, Outside]]:
    if isinstance(value, dict):
        for key, (low, high) in members(text, start).items():
            found = _read(value[key]) if key == "_data" and "data" not in value and isinstance(value[key], dict) else None
            if found:
                yield low, high, found
            elif isinstance(value[key], dict | list) and MARK in text[low:high]:
                yield from _marked(text, value[key], low)
    elif isinstance(value, list):
        for (low, high), inner in zip(elements(text, start), value, strict=True):
            if MARK in text[low:high]:
                yield from _marked(text, inner, low)
