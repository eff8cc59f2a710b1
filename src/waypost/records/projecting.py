"""Projections: rows that rooms derive from versions, written in the version's own transaction.

A room registers one or more per type through `config.plug`. Each holds no surrogate key and no clock, so that
`waypost reindex` can rebuild it and `--check` can compare it row by row.
"""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from waypost.records.versions import Version

Resource = dict[str, Any]
# (tenant, changes) where a change is (version, before, after); before is None for a first version, after for a deletion
Change = tuple[Version, Resource | None, Resource | None]
Project = Callable[[int, list[Change]], None]


@dataclass(frozen=True, slots=True)
class Projection:
    """`table` is rebuilt by deleting the tenant's rows and projecting every current version of `types` again."""

    name: str
    types: tuple[str, ...]
    project: Project
    tables: tuple[str, ...]
    soon: bool = False  # it writes by `prepared.soon` alone, so what it writes may be sent with what others write
    mended: Callable[[int], None] | None = None  # called with the tenant after a rebuild has changed its tables


_by_type: dict[str, list[Projection]] = defaultdict(list)
_all: dict[str, Projection] = {}


def register(projection: Projection) -> None:
    """Add a projection; registering the same name again replaces nothing and is refused."""
    if projection.name in _all:
        assert _all[projection.name] == projection, f"two projections are called {projection.name}"
        return
    _all[projection.name] = projection
    for kind in projection.types:
        _by_type[kind].append(projection)


def of(kind: str) -> list[Projection]:
    return _by_type.get(kind, [])


def everything() -> list[Projection]:
    return list(_all.values())


# ---------------------------------------------------------------- what exists without being kept

Exists = Callable[[int, str, datetime], bool]
_computed: dict[str, Exists] = {}


def register_computed(kind: str, exists: Exists) -> None:
    """Say that some resources of a type are computed when read: a reference to one leads somewhere all the same."""
    _computed[kind] = exists


def is_computed(tenant: int, reference: str, now: datetime) -> bool:
    kind, _, id_ = reference.partition("/")
    return kind in _computed and _computed[kind](tenant, id_, now)
