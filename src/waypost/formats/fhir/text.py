"""FHIR text: read it strictly, stamp it without disturbing it, tell whether two texts say the same."""

import json
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from json.scanner import make_scanner
from typing import Any

import orjson

from waypost.formats.fhir import limits
from waypost.formats.fhir.problems import (
    BadCharacters,
    DuplicateKey,
    NotAnObject,
    NotANumber,
    NotJson,
    NotUtf8,
    TooDeep,
    TooLarge,
)

Resource = dict[str, Any]

_SPACE = re.compile(r"[ \t\n\r]*")
_SUSPECT_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_INT_DIGITS_SAFE = 18  # fits 64 bits
# A number (after a name's colon, a bracket or a comma) spelt -0, 1.10, 1e3, 0.00001, or with more digits than are safe. What
# only looks like one, in the midst of words, costs a slower reading; the colon of a time or a URN does not count.
_SPELLING = re.compile(
    r"[:\[,](?<![0-9A-Za-z]:)\s*"
    r"(?:-0(?![\d.])|-?(?:\d{18}|(?=[\d.]{17})\d+\.|\d+(?:\.(?:\d*0(?!\d)|0000)|(?:\.\d+)?[eE])))"
)


class Written(Decimal):
    """A number that remembers its spelling: 1.10 is not 1.1."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str) -> "Written":
        made = super().__new__(cls, text)
        made.text = text
        return made

    def __str__(self) -> str:
        return self.text


class Spelt(float):
    """A number to reckon with that remembers its spelling, so that an edit of something else leaves it as it was."""

    __slots__ = ("text",)
    text: str

    def __new__(cls, text: str) -> "Spelt":
        made = super().__new__(cls, text)
        made.text = text
        return made


def _whole_spelt(text: str) -> int | Spelt:
    return int(text) if _is_safe(text) else Spelt(text)


_spelt = json.JSONDecoder(parse_float=Spelt, parse_int=_whole_spelt)


def plain(text: str) -> Resource:
    """Return kept text as plain values. Numbers whose spelling `float` would lose keep it."""
    return _spelt.decode(text) if _SPELLING.search(text) else orjson.loads(text)


def _is_safe(text: str) -> bool:
    return len(text) <= _INT_DIGITS_SAFE and text != "-0"


def _whole(text: str) -> int | Written:
    return int(text) if _is_safe(text) else Written(text)


def _object(pairs: list[tuple[str, Any]]) -> Resource:
    made = dict(pairs)
    if len(made) != len(pairs):
        seen: set[str] = set()
        again = next(key for key, _ in pairs if key in seen or seen.add(key))
        raise DuplicateKey(f"'{again[:64]}' stands twice in one object.")
    return made


def _constant(text: str) -> Any:
    raise NotANumber(f"{text} is not a number in JSON.")


_decoder = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=Written, parse_int=_whole, parse_constant=_constant
)


def decode(data: bytes) -> str:
    """Return bytes as text; a byte-order mark is dropped."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise NotUtf8(f"Byte {error.start} does not belong to UTF-8 text.") from None


def parse(text: str | bytes) -> Resource:
    """Return the resource that `text` says; decimals are `Written`.

    Refused: what is not one JSON object, the same name twice in one object, NaN, NUL, half surrogates, too much of it.
    """
    if isinstance(text, bytes):
        text = decode(text)
    if len(text) > limits.TEXT_CHARACTERS_MAX:
        raise TooLarge(f"{len(text):,} characters; the limit is {limits.TEXT_CHARACTERS_MAX:,}.")
    try:
        found = _decoder.decode(text)
    except json.JSONDecodeError as error:
        raise NotJson(f"{error.msg} at line {error.lineno}, column {error.colno}.") from None
    except RecursionError:
        raise TooDeep(f"The limit is {limits.DEPTH_LEVELS_MAX} levels.") from None
    if type(found) is not dict:
        raise NotAnObject
    if (
        text.count("{") + text.count("[") > limits.DEPTH_LEVELS_MAX
        and _depth(found) > limits.DEPTH_LEVELS_MAX
    ):
        raise TooDeep(f"The limit is {limits.DEPTH_LEVELS_MAX} levels.")
    if not text.isascii() or _SUSPECT_ESCAPE.search(text):
        _refuse_bad_characters(found, text)
    return found


def _depth(value: Any) -> int:
    deepest, level = 0, [value]
    while level:
        deepest += 1
        below: list[Any] = []
        for each in level:
            below += (v for v in (each.values() if type(each) is dict else each) if type(v) in {dict, list})
        level = below
    return deepest


def _refuse_bad_characters(found: Resource, text: str) -> None:
    try:
        text.encode()
        if _SUSPECT_ESCAPE.search(text):
            for string in _strings(found):
                string.encode()
                if "\x00" in string:
                    raise BadCharacters
    except UnicodeEncodeError:
        raise BadCharacters from None


def _strings(value: Any) -> Iterator[str]:
    if type(value) is str:
        yield value
    elif type(value) is dict:
        yield from value
        for each in value.values():
            yield from _strings(each)
    elif type(value) is list:
        for each in value:
            yield from _strings(each)


def _fragment(value: Any) -> Any:
    if isinstance(value, (Written, Spelt)):
        return orjson.Fragment(value.text)
    if isinstance(value, Decimal):
        return orjson.Fragment(str(value))
    raise TypeError(type(value).__name__)


def dumps(resource: Resource) -> str:
    """Return a resource as compact text, numbers spelt as they were read."""
    return orjson.dumps(resource, default=_fragment).decode()


def content_hash(text: str | bytes) -> bytes:
    """Return the sha256 of what a text says, `meta.versionId` and `meta.lastUpdated` left out.

    Order of names and white space do not count; the spelling of numbers does.
    """
    return content_hash_of(_decoder.decode(decode(text) if isinstance(text, bytes) else text))


def content_hash_of(resource: Resource) -> bytes:
    """Return `content_hash` for what `parse` has already read."""
    meta = resource.get("meta")
    if type(meta) is dict and ("versionId" in meta or "lastUpdated" in meta):
        kept = {key: value for key, value in meta.items() if key not in {"versionId", "lastUpdated"}}
        resource = {**resource, "meta": kept}
        if not kept:
            del resource["meta"]
    return sha256(orjson.dumps(resource, default=_fragment, option=orjson.OPT_SORT_KEYS)).digest()


_skip = make_scanner(json.JSONDecoder(parse_float=str, parse_int=str, strict=False))  # type: ignore[arg-type]


def members(text: str, start: int = 0) -> dict[str, tuple[int, int]]:
    """Return where each member's value of the object at `start` begins and ends in `text`."""
    space = _SPACE.match
    at = space(text, start).end() + 1  # type: ignore[union-attr]
    found: dict[str, tuple[int, int]] = {}
    while True:
        at = space(text, at).end()  # type: ignore[union-attr]
        if text[at] == "}":
            return found
        if text[at] == ",":
            at = space(text, at + 1).end()  # type: ignore[union-attr]
        key, at = _skip(text, at)
        at = space(text, at).end() + 1  # type: ignore[union-attr]
        at = space(text, at).end()  # type: ignore[union-attr]
        _, end = _skip(text, at)
        found[key] = (at, end)
        at = end


def elements(text: str, start: int) -> list[tuple[int, int]]:
    """Return where each element of the list at `start` begins and ends in `text`."""
    space = _SPACE.match
    at = start + 1
    found: list[tuple[int, int]] = []
    while True:
        at = space(text, at).end()  # type: ignore[union-attr]
        if text[at] == "]":
            return found
        if text[at] == ",":
            at = space(text, at + 1).end()  # type: ignore[union-attr]
        _, end = _skip(text, at)
        found.append((at, end))
        at = end


def stamp(text: str, *, id: str, version: int | str, last_updated: datetime | str) -> str:
    """Return `text` with this id, version and instant; every other character stays as it came."""
    moment = instant(last_updated) if isinstance(last_updated, datetime) else last_updated
    spans = members(text)
    edits: list[tuple[int, int, str]] = []
    head = spans["resourceType"][1] if "resourceType" in spans else text.index("{") + 1
    comma_before = "," if "resourceType" in spans else ""
    comma_after = "" if comma_before or not spans else ","
    added = []
    if "id" in spans:
        edits.append((*spans["id"], json.dumps(id)))
    else:
        added.append(f'"id":{json.dumps(id)}')
    if "meta" in spans and text[spans["meta"][0]] == "{":
        edits += _meta_edits(text, spans["meta"][0], str(version), moment)
    else:
        added.append(f'"meta":{{"versionId":"{version}","lastUpdated":"{moment}"}}')
    if added:
        edits.append((head, head, comma_before + ",".join(added) + comma_after))
    for low, high, new in sorted(edits, reverse=True):
        text = text[:low] + new + text[high:]
    return text


def _meta_edits(text: str, start: int, version: str, moment: str) -> list[tuple[int, int, str]]:
    spans = members(text, start)
    edits: list[tuple[int, int, str]] = []
    added = []
    for key, value in (("versionId", version), ("lastUpdated", moment)):
        if key in spans:
            edits.append((*spans[key], f'"{value}"'))
        else:
            added.append(f'"{key}":"{value}"')
    if added:
        edits.append((start + 1, start + 1, ",".join(added) + ("," if spans else "")))
    return edits


def instant(moment: datetime) -> str:
    """Return an instant as FHIR writes it, in UTC, to the millisecond."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
