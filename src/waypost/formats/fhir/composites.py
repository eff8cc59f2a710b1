"""Where the parts of a composite search parameter stand: in which element together, and where inside it."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from waypost.formats.fhir import definitions

CONCEPTS, WORDS, COUNTS = ("CodeableConcept", "Coding"), ("code", "boolean"), ("integer", "decimal", "positiveInt")
COMPARED = frozenset({*CONCEPTS, *WORDS, *COUNTS, "Quantity", "Reference"})
_PART = re.compile(r"(?P<whole>%resource\.)?(?P<path>\w+(?:\.(?!as\()\w+)*)(?:\.as\((?P<type>\w+)\))?")
Keys = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """JSON keys from the shared element, or from the resource where `whole`, to values of one type."""

    keys: Keys
    type: str
    whole: bool = False


@dataclass(frozen=True, slots=True)
class Composite:
    """`elements`: the keys to what the parts share, none for the resource itself; `parts`: parameter, and where it stands."""

    elements: tuple[Keys, ...]
    parts: tuple[tuple[str, tuple[Place, ...]], ...]


@cache
def composite(kind: str, name: str) -> Composite | None:
    """Return the shape of a composite parameter; None where a part has values of a type that is not compared there."""
    param = definitions.params_of(kind)[name]
    elements = [_walked(part.strip().split(".")[1:], kind) for part in param.expression.split("|")]
    shared = [found for one in elements for found in one]
    parts: list[tuple[str, tuple[Place, ...]]] = []
    names = [part for part, _ in param.components]
    for named, expression in param.components:
        there = {one for _, below in shared for one in _places(expression, kind, below)}
        # HL7 names the two parts of a document's `relationship` crosswise; the values that are there tell.
        fits = ((part, {one for one in there if one.type in _indexed(kind, part)}) for part in (named, *names))
        part, found = next(((part, found) for part, found in fits if found), (named, set()))
        if not found or any(place.type not in COMPARED for place in found):
            return None
        parts.append((part, tuple(sorted(found, key=lambda place: place.keys))))
    return Composite(tuple(keys for keys, _ in shared), tuple(parts))


def _indexed(kind: str, name: str) -> set[str]:
    """Return the types of the values that a parameter indexes."""
    return {path[1] for path in definitions.params_of(kind)[name].paths}


def _places(expression: str, kind: str, below: str) -> Iterator[Place]:
    for text in expression.split("|"):
        match = _PART.fullmatch(text.strip())
        assert match is not None, text
        for keys, leaf in _walked(match["path"].split("."), kind if match["whole"] else below):
            if match["type"] in {None, leaf}:
                yield Place(keys, leaf, whole=bool(match["whole"]))


def _walked(path: list[str], name: str) -> list[tuple[Keys, str]]:
    """Return the JSON keys that a path of element names means, each with the type at its end; choices are spelt out."""
    if not path:
        return [((), name)]
    found: list[tuple[Keys, str]] = []
    for key, element in definitions.elements_of(name).items():
        if (element.choice or key) == path[0]:
            found += [((key, *keys), leaf) for keys, leaf in _walked(path[1:], element.type)]
    return found
