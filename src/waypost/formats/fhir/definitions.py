"""HL7's definitions, from the compiled tables; each table is read when it is first needed."""

import gzip
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any

import orjson

from waypost.formats.fhir.problems import UnknownType

COMPILED = Path(__file__).parent / "compiled"
EVERY = "Resource"  # the parameters that every type has


@dataclass(frozen=True, slots=True)
class SearchParam:
    """One search parameter of one type. `paths` are JSON keys: see `scripts/compile_search.py`."""

    name: str
    type: str  # token string reference date number quantity uri composite special
    expression: str
    targets: tuple[str, ...] = ()
    components: tuple[tuple[str, str], ...] = ()  # of a composite: parameter, expression
    paths: tuple[tuple[Any, ...], ...] = ()


def table(name: str) -> Any:
    """Return one compiled table by its file's stem."""
    plain = COMPILED / f"{name}.json"
    if plain.exists():
        return orjson.loads(plain.read_bytes())
    return orjson.loads(gzip.decompress((COMPILED / f"{name}.json.gz").read_bytes()))


@cache
def _search() -> dict[str, Any]:
    return table("search")


@cache
def resource_types() -> frozenset[str]:
    """Return the names of R4's 146 resource types."""
    return frozenset(_search()["resources"])


@cache
def params_of(type_: str) -> Mapping[str, SearchParam]:
    """Return the search parameters of a type by name, those of every type included."""
    if type_ not in resource_types():
        raise UnknownType(type_ if type_.isalnum() else "")
    rows = _search()["params"]
    return MappingProxyType(
        {name: _param(name, row) for name, row in sorted((rows[EVERY] | rows[type_]).items())}
    )


def search_param(type_: str, name: str) -> SearchParam | None:
    """Return one search parameter, or None where the type has none of that name."""
    return params_of(type_).get(name)


def _param(name: str, row: dict[str, Any]) -> SearchParam:
    return SearchParam(
        name,
        row["type"],
        row["expression"],
        tuple(row.get("targets", ())),
        tuple((each, expression) for each, expression in row.get("components", ())),
        tuple(tuple(path) for path in row.get("paths", ())),
    )


@cache
def compartment() -> Mapping[str, tuple[str, ...]]:
    """Return, by type, the reference parameters that put a resource into a patient's compartment."""
    return MappingProxyType({name: tuple(params) for name, params in table("compartment").items()})


@dataclass(frozen=True, slots=True)
class Element:
    """One element of a type, by its JSON key; `max` is None where there is no limit."""

    type: str
    min: int
    max: int | None
    binding: str = ""  # value set of a required binding
    targets: tuple[str, ...] = ()
    choice: str = ""  # `value` for `valueQuantity`


@cache
def _elements() -> dict[str, Any]:
    return table("elements")


@cache
def elements_of(name: str) -> Mapping[str, Element]:
    """Return the elements of a resource, datatype or backbone ('Patient.contact'); empty for a primitive."""
    rows = _elements()["types"].get(name, {})
    return MappingProxyType({key: _element(*row) for key, row in rows.items()})


def _element(
    type_: str, low: int, high: int, binding: str = "", targets: tuple[str, ...] = (), choice: str = ""
) -> Element:
    return Element(type_, low, None if high < 0 else high, binding, tuple(targets), choice)


@cache
def primitives() -> Mapping[str, str]:
    """Return each primitive type with the regular expression its values obey."""
    return MappingProxyType(_elements()["primitives"])


@cache
def codes() -> Mapping[str, Mapping[str, frozenset[str]]]:
    """Return the codes of each value set of a required binding, by system; sets that cannot be listed are absent."""
    return MappingProxyType(
        {
            url: {system: frozenset(listed) for system, listed in by.items()}
            for url, by in table("codes").items()
        }
    )


@cache
def invariants() -> tuple[Mapping[str, str], ...]:
    """Return HL7's invariants of severity error: path, key, words, FHIRPath."""
    return tuple(table("invariants"))


@cache
def extensions() -> Mapping[str, frozenset[str]]:
    """Return HL7's own extensions with the types their value may have; none means that it holds extensions."""
    return MappingProxyType({url: frozenset(types) for url, types in table("extensions").items()})
