"""One clause for each kind of search parameter."""

import re
from collections.abc import Sequence
from datetime import datetime
from functools import cache
from typing import Any, Protocol

from waypost.api.search import values
from waypost.formats.fhir import definitions
from waypost.formats.fhir.composites import Place, composite
from waypost.formats.fhir.index import index_key, normalise
from waypost.records.search.plan import (
    Clause,
    Coded,
    Dates,
    Missing,
    Near,
    Numbers,
    Part,
    Refs,
    Strings,
    Table,
    Together,
    Tokens,
    Uris,
    Within,
)
from waypost.terminology import value_sets

STARTS = {"Appointment": "date", "Slot": "start"}  # held once, and never longer than a day
_LOCAL = re.compile(
    r"(?P<type>[A-Z][A-Za-z]{1,63})/(?P<id>[A-Za-z0-9\-.]{1,64})(/_history/[A-Za-z0-9\-.]{1,64})?"
)
KEPT_CHARACTERS = 190  # of a long string; beyond stands a digest
TABLES: dict[str, Table] = {
    "token": "token", "uri": "token", "string": "string", "reference": "ref", "date": "date", "number": "number",
    "quantity": "number",
}  # fmt: skip


class Unsearchable(Exception):
    """A kind of parameter or a modifier that this door does not search by; its words say what it does."""


class Param(Protocol):
    """What this package asks of a search parameter's definition."""

    @property
    def name(self) -> str: ...
    @property
    def type(self) -> str: ...
    @property
    def targets(self) -> Sequence[str]: ...
    @property
    def expression(self) -> str: ...
    @property
    def components(self) -> Sequence[tuple[str, str]]: ...
    @property
    def paths(self) -> Sequence[Sequence[Any]]: ...


def clause_of(
    kind: str, param: Param, modifier: str, texts: list[str], *, now: datetime, base: str
) -> Clause:
    """Return the clause for a parameter. Raises Unsearchable where kind or modifier is not supported."""
    if param.type == "composite":
        if modifier:
            raise Unsearchable("a composite knows no modifier.")
        return _composite(kind, param, texts, now, base)
    if modifier == "missing":
        if texts not in (["true"], ["false"]):
            raise values.Unreadable("`:missing` is true or false")
        return Missing(param.name, TABLES.get(param.type, "number"), missing=texts == ["true"])
    match param.type:
        case "special":
            _none(modifier)
            return Near(param.name, tuple(values.circle(text) for text in texts))
        case "token":
            return _token(kind, param, modifier, texts)
        case "string":
            return _string(param, modifier, texts)
        case "uri":
            return _uri(param, modifier, texts)
        case "reference":
            return _reference(kind, param, modifier, texts, base)
        case "date":
            _none(modifier)
            starts = STARTS.get(kind) == param.name
            return Dates(param.name, tuple(values.moments(text, now=now) for text in texts), starts=starts)
        case _:
            _none(modifier)
            quantity = param.type == "quantity"
            return Numbers(param.name, tuple(values.amount(text, quantity=quantity) for text in texts))


def is_offered(kind: str, param: Param) -> bool:
    """Say whether this door searches a type by a parameter."""
    if param.type == "composite":
        return _is_whole(kind, param) or composite(kind, param.name) is not None
    return param.type in TABLES or param.type == "special" or param.name in {"_id", "_lastUpdated"}


def _is_whole(kind: str, param: Param) -> bool:
    """Say whether a composite's parts stand once in a resource, so that what meets each meets them together."""
    return param.expression == kind


def _composite(kind: str, param: Param, texts: list[str], now: datetime, base: str) -> Clause:
    if _is_whole(kind, param):
        names = [name for name, _ in param.components]
        return Together(param.name, tuple(_parts_of(kind, names, text, now, base) for text in texts))
    shape = composite(kind, param.name)
    if shape is None:
        raise Unsearchable("its parts are of a kind that is not compared together")
    names = [name for name, _ in shape.parts]
    ways: list[tuple[Part, ...]] = []
    for text in texts:
        clauses = _parts_of(kind, names, text, now, base)
        ways.append(tuple(_part(one, at) for one, (_, at) in zip(clauses, shape.parts, strict=True)))
    return Within(param.name, shape.elements, tuple(ways))


def _part(clause: Clause, places: tuple[Place, ...]) -> Part:
    assert isinstance(clause, Tokens | Numbers | Refs)
    return Part(clause, places)


def _parts_of(kind: str, names: list[str], text: str, now: datetime, base: str) -> tuple[Clause, ...]:
    values_of = values.split(text, "$")
    if len(values_of) != len(names) or not all(values_of):
        raise values.Unreadable(f"it takes {len(names)} values joined by $")
    every = definitions.params_of(kind)
    return tuple(
        clause_of(kind, every[name], "", [value], now=now, base=base)
        for name, value in zip(names, values_of, strict=True)
    )


def _none(modifier: str) -> None:
    if modifier:
        raise Unsearchable("this kind knows `:missing` only.")


def _token(kind: str, param: Param, modifier: str, texts: list[str]) -> Clause:
    if modifier in {"in", "not-in"}:
        found = [one for text in texts for one in _of_value_set(kind, param, values.unescape(text))]
        return Tokens(param.name, tuple(dict.fromkeys(found)), negated=modifier == "not-in")
    if modifier == "text":
        return Strings(f"{param.name}:text", "start", tuple(_start(values.unescape(text)) for text in texts))
    if modifier not in {"", "not"}:
        raise Unsearchable("a token knows `:not`, `:text`, `:in`, `:not-in` and `:missing`.")
    found = [values.coded(text) for text in texts]
    if any(path[1] == "ContactPoint" for path in param.paths):
        found = [form for one in found for form in _as_contacts_are_kept(one)]
    return Tokens(param.name, tuple(dict.fromkeys(found)), negated=modifier == "not")


def _of_value_set(kind: str, param: Param, url: str) -> list[Coded]:
    """What is in a value set, as the index has it: a bare code by itself, where its element gives it the set's system."""
    asked = value_sets.listed(url)
    if asked is None:
        raise values.Unreadable("that value set cannot be listed here; those of R4's required bindings can")
    found = [Coded(system, code) for system, codes in asked.items() for code in sorted(codes)]
    for keys, leaf, *_ in param.paths:
        if leaf == "code":
            meant = value_sets.of_bare_codes(kind, tuple(keys))
            both = {code for system, codes in asked.items() for code in codes & meant.get(system, frozenset())}
            found += [Coded("", code) for code in sorted(both)]
        elif leaf not in {"Coding", "CodeableConcept"}:
            raise values.Unreadable("its values are in no value set")
    return found


def _as_contacts_are_kept(one: Coded) -> list[Coded]:
    """Addresses are kept in lower case, numbers also by their digits alone; a system such as `phone|` narrows nothing."""
    if not one.code:
        return [one]
    digits = re.sub(r"[^0-9]+", "", one.code)
    forms = [one.code, one.code.lower(), *([digits] if len(digits) >= 7 and "@" not in one.code else [])]
    return [Coded(None, form) for form in dict.fromkeys(forms)]


def _string(param: Param, modifier: str, texts: list[str]) -> Clause:
    plain = [values.unescape(text) for text in texts]
    if modifier == "exact":
        return Strings(
            param.name, "exact", tuple(index_key(normalise(text)) for text in plain), exact=tuple(plain)
        )
    if modifier not in {"", "contains"}:
        raise Unsearchable("a string knows `:exact`, `:contains` and `:missing`.")
    normal = tuple(_start(text) for text in plain)
    if not any(normal):
        raise values.Unreadable("nothing is left to search for")
    return Strings(param.name, "contains" if modifier else "start", tuple(text for text in normal if text))


def _start(text: str) -> str:
    """The beginning of a value as the index keeps it: long ones are kept by their beginning only."""
    return normalise(text)[:KEPT_CHARACTERS]


def _uri(param: Param, modifier: str, texts: list[str]) -> Clause:
    if modifier not in {"", "below", "above"}:
        raise Unsearchable("a uri knows `:below`, `:above` and `:missing`.")
    plain = tuple(index_key(values.unescape(text)) for text in texts)
    return Uris(param.name, "below" if modifier == "below" else "above" if modifier else "equal", plain)


def _reference(on: str, param: Param, modifier: str, texts: list[str], base: str) -> Clause:
    if modifier == "identifier":
        return Tokens(f"{param.name}:identifier", tuple(values.coded(text) for text in texts))
    negated = modifier == "not"
    kind = "" if negated else modifier
    if kind and not re.fullmatch(r"[A-Z][A-Za-z]{1,63}", kind):
        raise Unsearchable("a reference knows a type, `:identifier`, `:not` and `:missing`.")
    if kind and kind not in param.targets and "Resource" not in param.targets:
        raise values.Unreadable(f"it never refers to {kind}")
    found = [
        target for text in texts for target in _targets(values.unescape(text), kind, param.targets, base)
    ]
    whose = all(target.startswith("Patient/") for target in found) and says_whose(on, param.name)
    return Refs(param.name, tuple(dict.fromkeys(found)), negated=negated, whose=whose)


@cache
def says_whose(kind: str, name: str) -> bool:
    """Return whether a parameter is the one place, held once, that says whose record a resource is."""
    known = definitions.params_of(kind)
    if kind == "Patient" or "patient" not in known or name not in {"patient", "subject"} or name not in known:
        return False
    paths = known["patient"].paths
    if len(paths) != 1 or [path[0] for path in known[name].paths] != [paths[0][0]]:
        return False
    keys = paths[0][0]
    return len(keys) == 1 and definitions.elements_of(kind)[keys[0]].max == 1


def _targets(text: str, kind: str, allowed: Sequence[str], base: str) -> list[str]:
    """Return the indexed forms that a written reference may have."""
    if base and text.startswith(base):
        text = text[len(base) :].lstrip("/")
    if match := _LOCAL.fullmatch(text):
        return [f"{match['type']}/{match['id']}"]
    text = index_key(text)
    if re.fullmatch(r"[A-Za-z0-9\-.]{1,64}", text):
        if kind:
            return [f"{kind}/{text}"]
        return [f"{target}/{text}" for target in allowed] or [text]
    return [text]


def param_of(kind: str, name: str) -> Param | None:
    """Return a type's search parameter; None where type or name is unknown."""
    return definitions.search_param(kind, name) if kind in definitions.resource_types() else None
