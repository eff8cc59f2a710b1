"""Reading a Bundle's text entry by entry, each resource keeping the exact text it came in."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from json.scanner import make_scanner
from typing import Any

from waypost.formats.fhir.problems import DuplicateKey, NotJson

_SPACE = re.compile(r"[ \t\n\r]*")
_IS_BUNDLE = re.compile(r'"resourceType"\s*:\s*"Bundle"')


@dataclass(slots=True)
class Entry:
    """One entry: where its resource's text begins and ends, what it says, and what else the entry holds."""

    number: int
    start: int = 0
    end: int = 0
    resource: Any = None  # read leniently; `text.parse` the slice before it is kept
    rest: dict[str, Any] = field(default_factory=dict)

    @property
    def full_url(self) -> str:
        url = self.rest.get("fullUrl")
        return url if isinstance(url, str) else ""


@dataclass(slots=True)
class Bundle:
    rest: dict[str, Any]  # the Bundle's own members, without entry
    entries: list[Entry]


def looks_like_bundle(text: str) -> bool:
    """Return whether a text may be a Bundle: it says so somewhere."""
    return _IS_BUNDLE.search(text) is not None


def read(text: str) -> Bundle | None:
    """Return a Bundle's entries; None where the text turns out to be another resource.

    Raises NotJson and DuplicateKey; what stands inside a resource is not judged here.
    """
    cursor = _Cursor(text)
    rest: dict[str, Any] = {}
    entries: list[Entry] = []
    for key in cursor.object():
        if key == "entry" and cursor.peek() == "[":
            entries = [_entry(cursor, number) for number in cursor.array()]
        else:
            rest[key] = cursor.value()
    cursor.end()
    return Bundle(rest, entries) if rest.get("resourceType") == "Bundle" else None


def _entry(cursor: "_Cursor", number: int) -> Entry:
    found = Entry(number)
    if cursor.peek() != "{":
        cursor.value()
        return found
    for key in cursor.object():
        if key == "resource":
            cursor.space()
            found.start = cursor.at
            found.resource = cursor.value()
            found.end = cursor.at
        else:
            found.rest[key] = cursor.value()
    return found


_scan = make_scanner(json.JSONDecoder(parse_float=str, parse_int=str))  # type: ignore[arg-type]


class _Cursor:
    """A place in a JSON text that moves over one value at a time."""

    def __init__(self, text: str) -> None:
        self.text, self.at = text, 0

    def space(self) -> None:
        self.at = _SPACE.match(self.text, self.at).end()  # type: ignore[union-attr]

    def peek(self) -> str:
        self.space()
        return self.text[self.at : self.at + 1]

    def wrong(self, wanted: str) -> NotJson:
        line = self.text.count("\n", 0, self.at) + 1
        column = self.at - self.text.rfind("\n", 0, self.at)
        return NotJson(f"Expecting {wanted} at line {line}, column {column}.")

    def expect(self, mark: str) -> None:
        if self.peek() != mark:
            raise self.wrong(f"'{mark}'")
        self.at += 1

    def value(self) -> Any:
        self.space()
        try:
            found, self.at = _scan(self.text, self.at)
        except StopIteration:
            raise self.wrong("a value") from None
        except json.JSONDecodeError as error:
            raise NotJson(f"{error.msg} at line {error.lineno}, column {error.colno}.") from None
        except RecursionError:
            raise NotJson("It is nested too deeply.") from None
        return found

    def object(self) -> Iterator[str]:
        """Yield each name, the cursor standing at its value, which the caller reads before going on."""
        self.expect("{")
        seen: set[str] = set()
        while self.peek() != "}":
            if seen:
                self.expect(",")
            if self.peek() != '"':
                raise self.wrong("a name in double quotes")
            key = self.value()
            if key in seen:
                raise DuplicateKey(f"'{key[:64]}' stands twice in one object.")
            seen.add(key)
            self.expect(":")
            yield key
        self.at += 1

    def array(self) -> Iterator[int]:
        """Yield each item's number, the cursor standing at the item."""
        self.expect("[")
        number = 0
        while self.peek() != "]":
            if number:
                self.expect(",")
            yield number
            number += 1
        self.at += 1

    def end(self) -> None:
        if self.peek():
            raise self.wrong("the end")
