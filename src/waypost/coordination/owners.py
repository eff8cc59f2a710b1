"""Which action owns which type. Dispatch and CapabilityStatement come from here.

A room that owns a type adds a row; types without one are filed as they come.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

from waypost.coordination import appointments, filing, patients_by_fhir
from waypost.kernel.context import Context
from waypost.records.search.plan import Plan
from waypost.records.versions import Version


class Create(Protocol):
    def __call__(
        self, ctx: Context, /, resource: str, kind: str, unless: Plan | None
    ) -> tuple[Version, bool]: ...


class Update(Protocol):
    def __call__(
        self, ctx: Context, /, resource: str, kind: str, id: str, expect: int | None, *, only_new: bool
    ) -> Version: ...


class Delete(Protocol):
    def __call__(self, ctx: Context, /, kind: str, id: str, expect: int | None) -> Version | None: ...


@dataclass(frozen=True, slots=True)
class Owner:
    """The actions that write one type. `plain` types may be filed many at a time."""

    create: Create = filing.create
    update: Update = filing.update
    delete: Delete = filing.delete
    plain: bool = True
    alone: Callable[[str], bool] | None = None  # of a plain type, the texts that are not filed with others
    note: str = ""  # for the CapabilityStatement


GENERIC = Owner()
OWNERS: dict[str, Owner] = {
    "Appointment": Owner(
        create=appointments.create,
        update=appointments.update,
        delete=appointments.delete,
        plain=False,
        note="Booked as on the desk: what overlaps is refused, rooms and devices not named are chosen.",
    ),
    "Patient": Owner(
        create=patients_by_fhir.create,
        update=patients_by_fhir.update,
        alone=patients_by_fhir.stands_alone,
        note="A record number is given where none is named, and stays. A death stops visits and requests.",
    ),
    "Slot": Owner(
        create=appointments.create_slot,
        update=appointments.update_slot,
        plain=False,
        note="Slots of schedules with a calendar here are computed and cannot be stored.",
    ),
}


def of(kind: str) -> Owner:
    """Return the actions that own a type."""
    return OWNERS.get(kind, GENERIC)


def plain(kind: str, text: str) -> bool:
    """Return whether a resource may be filed together with others."""
    owner = of(kind)
    return owner.plain and not (owner.alone is not None and owner.alone(text))


def update_where(
    ctx: Context, resource: str, kind: str, id: str | None, where: Plan, expect: int | None
) -> Version:
    return filing.update_where(ctx, resource, kind, id, where, expect, write=of(kind).update)


__all__: list[Any] = ["GENERIC", "OWNERS", "Owner", "of", "plain", "update_where"]
