"""What a search asks, typed. Clauses are joined by AND, the values inside one by OR."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from typing import Literal

from waypost.formats.fhir.composites import Place

Table = Literal["token", "string", "ref", "date", "number"]
Prefix = Literal["eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap"]


@dataclass(frozen=True, slots=True)
class Coded:
    """One token: `system` None = any, '' = none; `code` None = any."""

    system: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class Moments:
    """A date as written, widened to the half-open range it stands for."""

    prefix: Prefix
    low: datetime
    high: datetime


@dataclass(frozen=True, slots=True)
class Amount:
    """A number as written: its value and the half-open range of its precision."""

    prefix: Prefix
    value: Decimal
    low: Decimal
    high: Decimal
    system: str | None = None
    code: str | None = None


@dataclass(frozen=True, slots=True)
class Tokens:
    param: str
    any_of: tuple[Coded, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Strings:
    """`values` are normalised as the index is; `exact` keeps what was written, for `:exact`."""

    param: str
    mode: Literal["start", "exact", "contains"]
    values: tuple[str, ...]
    exact: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Uris:
    param: str
    mode: Literal["equal", "below", "above"]
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Refs:
    """References by their indexed form, `Type/id` or as written.

    `whose`: the parameter says whose record it is, once, so that the column `patient` answers.
    """

    param: str
    targets: tuple[str, ...]
    negated: bool = False
    whose: bool = False


@dataclass(frozen=True, slots=True)
class Dates:
    """`starts`: the parameter is one instant, the one that `sort_at` holds, so that its index helps."""

    param: str
    any_of: tuple[Moments, ...]
    starts: bool = False


@dataclass(frozen=True, slots=True)
class Numbers:
    param: str
    any_of: tuple[Amount, ...]


@dataclass(frozen=True, slots=True)
class Missing:
    param: str
    table: Table
    missing: bool


@dataclass(frozen=True, slots=True)
class Together:
    """Several clauses that one resource meets at once, in one of several ways: a composite of what stands in it once."""

    param: str
    any_of: tuple[tuple["Clause", ...], ...]


@dataclass(frozen=True, slots=True)
class Part:
    """One thing asked of an element, and where its values stand in it."""

    clause: Tokens | Numbers | Refs
    places: tuple[Place, ...]


@dataclass(frozen=True, slots=True)
class Within:
    """Several things that one element of a resource meets at once, in one of several ways: a composite parameter.

    `elements`: the JSON keys to those elements; none is the resource itself. The index keeps what stands in a resource, not
    what stands together, so it finds those that may match and their text tells.
    """

    param: str
    elements: tuple[tuple[str, ...], ...]
    any_of: tuple[tuple[Part, ...], ...]


@dataclass(frozen=True, slots=True)
class Circle:
    """A place on earth in degrees, and how far around it."""

    latitude: Decimal
    longitude: Decimal
    kilometres: Decimal


@dataclass(frozen=True, slots=True)
class Near:
    """`param` is kept among the numbers: latitude as `low`, longitude as `high`."""

    param: str
    any_of: tuple[Circle, ...]


@dataclass(frozen=True, slots=True)
class Ids:
    ids: tuple[str, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Updated:
    any_of: tuple[Moments, ...]


@dataclass(frozen=True, slots=True)
class Chain:
    """`param` leads to a resource of one of the types, each with the clause it must meet."""

    param: str
    links: tuple[tuple[str, "Clause"], ...]


@dataclass(frozen=True, slots=True)
class Has:
    """Something of `type` refers to this by `param` and meets the clause."""

    type: str
    param: str
    clause: "Clause"


Clause = (
    Tokens | Strings | Uris | Refs | Dates | Numbers | Missing | Together | Within | Near | Ids | Updated | Chain | Has
)


@dataclass(frozen=True, slots=True)
class SortKey:
    """`param` is `_id`, `_lastUpdated`, or a parameter kept in `table`."""

    param: str
    table: Table | None
    descending: bool = False


@dataclass(frozen=True, slots=True)
class Include:
    """Follow `param` of `source` to what it names, or backwards when `reverse`."""

    source: str
    param: str | None  # None = every reference parameter
    target: str | None
    reverse: bool = False
    iterate: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """A whole search over one type."""

    type: str
    clauses: tuple[Clause, ...] = ()
    sort: tuple[SortKey, ...] = ()
    count: int = 20
    after: tuple[str | None, ...] | None = None  # sort values and id of the last row of the page before
    includes: tuple[Include, ...] = ()
    total: Literal["none", "accurate"] = "none"
    shape: Literal["full", "count", "true", "text", "data"] = "full"
    elements: frozenset[str] = field(default_factory=frozenset)

    def next_page(self, after: tuple[str | None, ...]) -> "Plan":
        return replace(self, after=after)


def types_of(plan: Plan) -> frozenset[str]:
    """Return every type the search looks into, so that each is opened by a Scope of its own."""
    return frozenset({plan.type, *(t for clause in plan.clauses for t in _inner_types(clause))})


def _inner_types(clause: Clause) -> Iterator[str]:
    if isinstance(clause, Chain):
        for name, inner in clause.links:
            yield name
            yield from _inner_types(inner)
    elif isinstance(clause, Has):
        yield clause.type
        yield from _inner_types(clause.clause)
