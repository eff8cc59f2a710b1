"""From one value of a search parameter to its index rows; and the tree by which values are reached.

`tree` joins the paths of all parameters of a type, so that a resource is walked once. A node maps a JSON key to
(emitters, node below). An emitter is a closure over its parameter's name.
"""

import re
import unicodedata
from collections.abc import Callable, Iterable
from decimal import Decimal
from hashlib import sha256
from typing import Any

from waypost.formats.fhir import spans
from waypost.formats.fhir.definitions import SearchParam
from waypost.formats.fhir.limits import (
    INDEX_VALUE_CHARACTERS_MAX,
    LATITUDE_DEGREES_MAX,
    LONGITUDE_DEGREES_MAX,
)

Emit = Callable[[Any, Any], None]  # (rows, value)
Node = dict[str, tuple[list[Emit], Any]]

_DIGEST_CHARACTERS = 64
_NOT_DIGIT = re.compile(r"[^0-9]+")
_SKIPPED = {
    "_id",
    "_lastUpdated",
    "deceased",
}  # columns of the record; and an answer even where nothing is said


def normalise(text: str) -> str:
    """Return text as strings are indexed and sought: no accents, lower case, single spaces."""
    if not text.isascii():
        text = "".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c))
    return " ".join(text.lower().split())


def index_key(value: str) -> str:
    """Return a value short enough for an index: a long one keeps its beginning and gains a digest of the whole."""
    if len(value) <= INDEX_VALUE_CHARACTERS_MAX:
        return value
    digest = sha256(value.encode("utf-8", "replace")).hexdigest()
    return value[: INDEX_VALUE_CHARACTERS_MAX - _DIGEST_CHARACTERS - 1] + "#" + digest


def tree(params: Iterable[SearchParam]) -> Node:
    """Return the tree of one type's parameters."""
    root: Node = {}
    for param in params:
        maker = _MAKERS.get(param.type)
        if maker is None or param.name in _SKIPPED:
            continue
        for keys, leaf, *rest in param.paths:
            emit = maker(param.name, leaf)
            if emit is not None:
                _plant(root, keys, emit, rest[0] if rest else None)
    return root


def _plant(root: Node, keys: list[str], emit: Emit, test: list[Any] | None) -> None:
    if test and test[0] == "where":
        depth, key, wanted = test[1:]
        below: Node = {}
        rest = keys[depth + 1 :]
        if rest:
            _plant(below, rest, emit, None)
        keys, emit = keys[: depth + 1], _where(key, wanted, below, emit)
    elif test:
        emit = _is(test[1], emit)
    node = root
    for key in keys[:-1]:
        emitters, under = node.get(key, ([], None))
        under = {} if under is None else under
        node[key] = (emitters, under)
        node = under
    emitters, under = node.get(keys[-1], ([], None))
    node[keys[-1]] = ([*emitters, emit], under)


def _where(key: str, wanted: str, below: Node, emit: Emit) -> Emit:
    """Emit where `value[key]` is `wanted`: the value itself, or its one member that `below` names."""

    def where(rows: Any, value: Any) -> None:
        if type(value) is not dict or value.get(key) != wanted:
            return
        if not below:
            emit(rows, value)
        for name in below:
            if name in value:
                emit(rows, value[name])

    return where


def _is(wanted: str, emit: Emit) -> Emit:
    """Emit where a reference names the type `wanted`."""
    head, inside = f"{wanted}/", f"/{wanted}/"

    def is_type(rows: Any, value: Any) -> None:
        reference = value.get("reference", "")
        if reference.startswith(head) or inside in reference or value.get("type") == wanted:
            emit(rows, value)

    return is_type


def _token(name: str, leaf: str) -> Emit | None:
    text_name = f"{name}:text"

    def concept(rows: Any, value: Any) -> None:
        for one in value.get("coding", ()):
            coding(rows, one)
        if "text" in value:
            rows.strings.append((text_name, index_key(normalise(value["text"]))))

    def coding(rows: Any, value: Any) -> None:
        code, system = value.get("code", ""), value.get("system", "")
        if code or system:
            rows.tokens.append((name, system, code) if len(code) + len(system) < INDEX_VALUE_CHARACTERS_MAX
                               else (name, index_key(system), index_key(code)))  # fmt: skip
        if "display" in value:
            rows.strings.append((text_name, index_key(normalise(value["display"]))))

    def identifier(rows: Any, value: Any) -> None:
        if "value" in value or "system" in value:
            rows.tokens.append((name, index_key(value.get("system", "")), index_key(value.get("value", ""))))
        if "text" in (kind := value.get("type", {})):
            rows.strings.append((text_name, index_key(normalise(kind["text"]))))

    def contact(rows: Any, value: Any) -> None:
        written = value.get("value")
        if not written:
            return
        if value.get("system") == "email":
            written = written.lower()
        rows.tokens.append((name, "", index_key(written)))
        if value.get("system") in {"phone", "sms", "fax"} and (digits := _NOT_DIGIT.sub("", written)):
            rows.tokens.append((name, "", index_key(digits)))

    def boolean(rows: Any, value: Any) -> None:
        rows.tokens.append((name, "", "true" if value is True else "false"))

    def plain(rows: Any, value: Any) -> None:
        rows.tokens.append((name, "", index_key(value)))

    return {
        "CodeableConcept": concept,
        "Coding": coding,
        "Identifier": identifier,
        "ContactPoint": contact,
        "boolean": boolean,
        "deceased": None,
    }.get(leaf, plain)


def _string(name: str, leaf: str) -> Emit:
    def plain(rows: Any, value: Any) -> None:
        rows.strings.append((name, index_key(normalise(value))))

    def parts(single: tuple[str, ...], several: tuple[str, ...]) -> Emit:
        def emit(rows: Any, value: Any) -> None:
            for key in several:
                for each in value.get(key, ()):
                    if each:
                        plain(rows, each)
            for key in single:
                if key in value:
                    plain(rows, value[key])

        return emit

    if leaf == "HumanName":
        return parts(("family", "text"), ("given", "prefix", "suffix"))
    if leaf == "Address":
        return parts(("city", "district", "state", "postalCode", "country", "text"), ("line",))
    return plain


def _date(name: str, leaf: str) -> Emit | None:
    def plain(rows: Any, value: Any) -> None:
        if found := spans.instants(value):
            rows.dates.append((name, *found))

    def period(rows: Any, value: Any) -> None:
        if found := spans.period(value):
            rows.dates.append((name, *found))

    def timing(rows: Any, value: Any) -> None:
        for event in value.get("event", ()):
            if event:
                plain(rows, event)
        if bounds := value.get("repeat", {}).get("boundsPeriod"):
            period(rows, bounds)

    makers = {"date": plain, "dateTime": plain, "instant": plain, "Period": period, "Timing": timing}
    return makers.get(leaf)


def _number(name: str, leaf: str) -> Emit | None:
    """A number counts as exact: its row is from itself to itself; what is open reaches without end."""

    def plain(rows: Any, value: Any) -> None:
        if (exact := _exact(value)) is not None:
            rows.numbers.append((name, exact, exact, "", ""))

    def between(rows: Any, value: Any) -> None:
        low, high = value.get("low", {}), value.get("high", {})
        some = low or high
        bottom, top = _exact(low.get("value")), _exact(high.get("value"))
        if bottom is not None or top is not None:
            row = (spans.LOWEST if bottom is None else bottom, spans.HIGHEST if top is None else top)
            rows.numbers.append((name, *row, index_key(some.get("system", "")), index_key(_unit(some))))

    def quantity(rows: Any, value: Any) -> None:
        low = high = _exact(value.get("value"))
        if low is None or high is None:
            return
        if comparator := value.get("comparator"):
            low, high = (spans.LOWEST, high) if comparator[0] == "<" else (low, spans.HIGHEST)
        system, code, unit = value.get("system", ""), _unit(value), value.get("unit")
        rows.numbers.append((name, low, high, index_key(system), index_key(code)))
        if unit and unit != code:
            rows.numbers.append((name, low, high, "", index_key(unit)))

    def money(rows: Any, value: Any) -> None:
        if (exact := _exact(value.get("value"))) is not None:
            rows.numbers.append((name, exact, exact, "urn:iso:std:iso:4217", value.get("currency", "")))

    if leaf in {"decimal", "integer", "positiveInt", "unsignedInt"}:
        return plain
    return {"Range": between, "Money": money, "SampledData": None}.get(leaf, quantity)


def _exact(value: Any) -> Decimal | None:
    """Return a number to keep; None where there is none, or one beyond what is indexed."""
    return None if value is None or spans.numbers(value) is None else Decimal(str(value))


def _unit(value: dict[str, Any]) -> str:
    return value.get("code") or value.get("unit") or ""


def _position(name: str, _leaf: str) -> Emit:
    """Latitude as `low`, longitude as `high`: what is near is found by one."""

    def position(rows: Any, value: Any) -> None:
        at = _exact(value.get("latitude")), _exact(value.get("longitude"))
        if at[0] is not None and at[1] is not None:
            if abs(at[0]) <= LATITUDE_DEGREES_MAX and abs(at[1]) <= LONGITUDE_DEGREES_MAX:
                rows.numbers.append((name, *at, "", ""))

    return position


def _reference(name: str, leaf: str) -> Emit | None:
    identifier = _token(f"{name}:identifier", "Identifier")
    assert identifier is not None

    def reference(rows: Any, value: Any) -> None:
        target = value.get("reference")
        if target and target[0] != "#":
            rows.refs.append((name, index_key(target.partition("/_history/")[0])))
        if "identifier" in value:
            identifier(rows, value["identifier"])

    def canonical(rows: Any, value: Any) -> None:
        rows.refs.append((name, index_key(value)))
        if "|" in value:
            rows.refs.append((name, index_key(value.partition("|")[0])))

    return {"Reference": reference, "canonical": canonical, "uri": canonical}.get(leaf)


def _uri(name: str, leaf: str) -> Emit:
    def plain(rows: Any, value: Any) -> None:
        rows.tokens.append((name, "", index_key(value)))

    return plain


_MAKERS: dict[str, Callable[[str, str], Emit | None]] = {
    "token": _token,
    "string": _string,
    "date": _date,
    "number": _number,
    "quantity": _number,
    "reference": _reference,
    "uri": _uri,
    "special": _position,  # R4 has one: near
}
