"""FHIRPath to Python closures: the part of the language that HL7's invariants use.

An expression is compiled once; `CompileError` says what is not covered. A collection is a list of nodes
`(value, type, extension)`: `extension` is what stands in `_key` beside a primitive, whose value may be absent.
`fhirpathpy` is the oracle in the tests.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from waypost.formats.fhir import definitions, spans

Node = tuple[Any, str, Any]
Nodes = list[Node]


@dataclass(slots=True)
class Run:
    """What an expression may name besides its input: %resource, %rootResource and $this."""

    resource: Node
    root: Node
    this: Nodes


Step = Callable[[Run, Nodes], Nodes]

TRUE: Nodes = [(True, "boolean", None)]
FALSE: Nodes = [(False, "boolean", None)]
UCUM: Nodes = [("http://unitsofmeasure.org", "uri", None)]
_SYSTEM_TYPES = {"Boolean": "boolean", "String": "string", "Integer": "integer", "Decimal": "decimal"}
_SPECIAL = {"code": "string", "id": "string", "markdown": "string", "url": "uri", "canonical": "uri", "oid": "uri",
            "uuid": "uri", "positiveInt": "integer", "unsignedInt": "integer"}  # fmt: skip


class CompileError(ValueError):
    """The expression uses what is not covered."""


def boolean(value: bool) -> Nodes:
    return TRUE if value else FALSE


def single(nodes: Nodes) -> Any:
    """Return the one value of a collection; None where it is empty or has no value."""
    return nodes[0][0] if nodes else None


def truth(nodes: Nodes) -> bool | None:
    """Return a collection as an operand of and, or, implies: a lone non-boolean counts as true."""
    if not nodes:
        return None
    value = nodes[0][0]
    return value if type(value) is bool else True


@cache
def _members(type_: str) -> dict[str, list[tuple[str, str]]]:
    """Return the JSON keys, with their types, that each FHIRPath name means."""
    found: dict[str, list[tuple[str, str]]] = {}
    for key, element in definitions.elements_of(type_).items():
        found.setdefault(element.choice or key, []).append((key, element.type))
    return found


def node_of(value: Any, type_: str) -> Node:
    """Return a node; a resource in a place for any resource gets its own type."""
    if type_ == "Resource" and type(value) is dict:
        return value, value.get("resourceType", "Resource"), None
    return value, type_, None


def children(node: Node, name: str) -> Nodes:
    """Return the nodes at one element of a node."""
    value, type_, extension = node
    if type(value) is not dict:
        value, type_ = extension, "Element"
        if type(value) is not dict:
            return []
    found: Nodes = []
    for key, kind in _members(type_).get(name, ()):
        inner, beside = value.get(key), value.get("_" + key)
        if beside is None:
            if type(inner) is list:
                found += [node_of(each, kind) for each in inner]
            elif inner is not None:
                found.append(node_of(inner, kind))
        elif type(inner) is list or type(beside) is list:
            pairs = zip_longest(inner or [], beside if type(beside) is list else [])
            found += [(each, kind, more) for each, more in pairs if each is not None or more]
        else:
            found.append((inner, kind, beside))
    return found


def zip_longest(one: list[Any], other: list[Any]) -> list[tuple[Any, Any]]:
    length = max(len(one), len(other))
    return list(zip(one + [None] * (length - len(one)), other + [None] * (length - len(other)), strict=True))


def all_children(node: Node) -> Nodes:
    value, type_, extension = node
    held = value if type(value) is dict else extension
    if type(held) is not dict:
        return []
    kind = type_ if type(value) is dict else "Element"
    names = dict.fromkeys(
        name for name, keys in _members(kind).items() for key, _ in keys if key in held or "_" + key in held
    )
    return [child for name in names for child in children((held, kind, None), name)]


def equal(one: Nodes, other: Nodes) -> bool | None:
    if not one or not other:
        return None
    if len(one) != len(other):
        return False
    return all(_same(a[0], b[0]) for a, b in zip(one, other, strict=True))


def _same(one: Any, other: Any) -> bool:
    if type(one) is bool or type(other) is bool:
        return one is other
    return bool(one == other)


def compare(one: Nodes, other: Nodes) -> int | None:
    """Return -1, 0 or 1; None where the two cannot be compared, as two dates of unlike precision may not."""
    a, b = single(one), single(other)
    if a is None or b is None:
        return None
    if type(a) is dict and type(b) is dict:
        if (a.get("code"), a.get("system")) != (b.get("code"), b.get("system")) or a.get("unit") != b.get(
            "unit"
        ):
            return None
        a, b = a.get("value"), b.get("value")
    if type(a) is str and type(b) is str:
        low, high = spans.instants(a), spans.instants(b)
        if low is None or high is None:
            return (a > b) - (a < b)
        if low[1] <= high[0]:
            return -1
        if low[0] >= high[1]:
            return 1
        return (low[0] > high[0]) - (low[0] < high[0]) if low[1] - low[0] == high[1] - high[0] else None
    if isinstance(a, int | Decimal | float) and isinstance(b, int | Decimal | float):
        a, b = Decimal(str(a)), Decimal(str(b))
        return (a > b) - (a < b)
    return None


def is_type(node: Node, name: str) -> bool:
    kind = node[1]
    name = _SYSTEM_TYPES.get(name, name)
    return (
        kind == name
        or _SPECIAL.get(kind) == name
        or (name in {"Resource", "DomainResource"} and kind in definitions.resource_types())
    )


_TOKEN = re.compile(
    r"\s*(?:(?P<string>'(?:[^'\\]|\\.)*')|(?P<number>\d+(?:\.\d+)?)|(?P<name>[%$]?[A-Za-z_][\w-]*|%`[^`]+`|`[^`]+`)"
    r"|(?P<op><=|>=|!=|!~|[()\[\].,|&=~<>+*/{}-]))"
)
_WORD = re.compile(r"[A-Za-z_]\w*")
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t", "f": "\f"}
_LEVELS = (("implies",), ("or", "xor"), ("and",), ("in", "contains"), ("=", "~", "!=", "!~"), ("<", ">", "<=", ">="),
           ("|",), ("is", "as"), ("+", "-", "&"), ("*", "/"))  # fmt: skip


def tokens(text: str) -> list[tuple[str, str]]:
    found: list[tuple[str, str]] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise CompileError(f"cannot read {text[at : at + 20]!r}")
        kind = match.lastgroup or ""
        value = match.group(kind)
        if kind == "name" and "-" in value and value[0] not in "%`":  # a minus sign, not part of the name
            value = _WORD.match(value).group(0)  # type: ignore[union-attr]
            at = match.start("name") + len(value)
        else:
            at = match.end()
        found.append((kind, value))
    return [*found, ("end", "")]


@cache
def compile_path(text: str) -> Step:
    """Return the closure of an expression."""
    from waypost.formats.fhir.fhirpath_parser import Parser

    return Parser(tokens(text)).whole()


def holds(step: Step, run: Run, node: Node) -> bool:
    """Return whether an invariant holds; what cannot be decided is held to hold."""
    run.this = [node]
    found = step(run, [node])
    return not (len(found) == 1 and found[0][0] is False)


def unquote(text: str) -> str:
    return re.sub(r"\\(u[0-9a-fA-F]{4}|.)", lambda m: _unescape(m.group(1)), text[1:-1])


def _unescape(found: str) -> str:
    return chr(int(found[1:], 16)) if found[0] == "u" and len(found) > 1 else _ESCAPES.get(found, found)


LEVELS = _LEVELS
