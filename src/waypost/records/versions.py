"""A version: one immutable state of one resource."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any
from uuid import UUID

from waypost.formats.fhir.text import plain


@dataclass(frozen=True)
class Version:
    type: str
    id: str
    version: int
    at: datetime
    actor: str
    act: UUID
    text: str
    deleted: bool = False

    @property
    def reference(self) -> str:
        return f"{self.type}/{self.id}"

    @property
    def etag(self) -> str:
        return f'W/"{self.version}"'

    @cached_property
    def resource(self) -> dict[str, Any]:
        """The content as plain values. Read it, do not change it: other readers share it."""
        return plain(self.text) if self.text else {}


@dataclass(frozen=True, slots=True)
class Filing:
    """One resource on its way in. `expect` is the version its sender saw; 0 means 'must not exist yet'.

    `parsed` is what `formats.fhir.text.parse` made of the text, where the sender has validated it already; `known` are
    references whose targets the sender has found here within this act.
    """

    resource: str | dict[str, Any]
    type: str | None = None
    id: str | None = None
    expect: int | None = None
    parsed: dict[str, Any] | None = None
    known: frozenset[str] = frozenset()
