"""Free times as FHIR Slots: computed, never stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection

from waypost.kernel import ids
from waypost.kernel.clock import Clock, SystemClock
from waypost.kernel.scope import Scope
from waypost.records import tenancy
from waypost.scheduling.problems import UnknownSlot
from waypost.scheduling.queries.clinic import Clinic, clinic, settled
from waypost.scheduling.rules import finder
from waypost.scheduling.rules.ledger import VISIT_TYPE
from waypost.scheduling.rules.types import VisitType
from waypost.scheduling.rules.wishes import FindWish, Surroundings

_DIGITS = "0123456789abcdefghijklmnopqrstuvwxyz"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Slot:
    """A time that one Schedule offers for one kind of visit; its id says all of it."""

    schedule: str
    resource: str
    visit_type: VisitType
    start: datetime
    status: str  # free | busy

    @property
    def end(self) -> datetime:
        return self.start + timedelta(minutes=self.visit_type.minutes)

    @property
    def id(self) -> str:
        return slot_id(self.schedule, self.visit_type.code, self.start)

    def resource_json(self) -> dict[str, Any]:
        code, name = self.visit_type.code, self.visit_type.name.get("en", self.visit_type.code)
        return {
            "resourceType": "Slot",
            "id": self.id,
            "serviceType": [
                {"coding": [{"system": VISIT_TYPE, "code": code, "display": name}], "text": name}
            ],
            "schedule": {"reference": f"Schedule/{self.schedule}"},
            "status": self.status,
            "start": self.start.isoformat().replace("+00:00", "Z"),
            "end": self.end.isoformat().replace("+00:00", "Z"),
        }


def schedule_id(resource: str) -> str:
    """Return the id of the one Schedule of a person, room or device."""
    return ids.uuid5_of("schedule", resource).hex


def slot_id(schedule: str, visit_type: str, start: datetime) -> str:
    minutes = int((start - _EPOCH) / timedelta(minutes=1))
    text = ""
    while minutes:
        minutes, digit = divmod(minutes, 36)
        text = _DIGITS[digit] + text
    return f"{schedule}.{text}.{visit_type}"


def read_slot_id(id_: str) -> tuple[str, str, datetime]:
    """Return schedule, visit type and start that an id stands for. Raises UnknownSlot."""
    parts = id_.split(".")
    if len(parts) != 3 or len(parts[0]) != 32 or not 1 <= len(parts[1]) <= 6:
        raise UnknownSlot
    try:
        return parts[0], parts[2], _EPOCH + timedelta(minutes=int(parts[1], 36))
    except (ValueError, OverflowError):
        raise UnknownSlot from None


def free_slots(
    scope: Scope,
    schedule: str,
    first: datetime,
    last: datetime,
    *,
    service_type: str | None = None,
    clock: Clock | None = None,
    here: Clinic | None = None,
) -> list[Slot]:
    """Return the free slots of a Schedule that start from `first` up to, not including, `last`.

    Without a service type, the one that this calendar is booked for most. An unknown Schedule has none. `here` is what
    `clinic` said just now, where the caller has asked already.
    """
    now = (clock or SystemClock()).now()
    here = here or clinic(scope.tenant, now)
    resource = here.schedules.get(schedule)
    if resource is None:
        return []
    code = service_type or commonest(scope.tenant, here, resource)
    if code is None or code not in here.kinds or here.kinds[code].retired:
        return []
    kind = here.kinds[code]
    return [
        Slot(schedule, resource, kind, start, "free")
        for start in _starts(here, kind, resource, first, last, now)
    ]


def slot_by_id(scope: Scope, id_: str, *, clock: Clock | None = None) -> Slot:
    """Return one slot, free or busy. Raises UnknownSlot where its Schedule or kind of visit is not here."""
    schedule, code, start = read_slot_id(id_)
    now = (clock or SystemClock()).now()
    here = clinic(scope.tenant, now)
    resource = here.schedules.get(schedule)
    if resource is None or code not in here.kinds:
        raise UnknownSlot
    kind = here.kinds[code]
    free = start in _starts(here, kind, resource, start, start + timedelta(minutes=1), now)
    return Slot(schedule, resource, kind, start, "free" if free else "busy")


def exists(tenant: int, id_: str, now: datetime) -> bool:
    """Tell whether an id is that of a slot which can be read, free or busy."""
    try:
        schedule, code, _ = read_slot_id(id_)
    except UnknownSlot:
        return False
    here = settled(tenant, now)
    return schedule in here.schedules and code in here.kinds


def _starts(
    here: Clinic, kind: VisitType, resource: str, first: datetime, last: datetime, now: datetime
) -> Sequence[datetime]:
    site = here.bookables[resource].calendar.site
    around = Surroundings(here.grid, now, here.at_site(site))
    wish = FindWish(kind.code, who=frozenset({resource}))
    return [here.grid.instant(at) for at in finder.slot_starts(kind, wish, around, first, last)]


def commonest(tenant: int, here: Clinic, resource: str) -> str | None:
    """Return the kind of visit this calendar serves most: by what is booked, else the first it is able to serve."""
    if resource in here.commonest:
        return here.commonest[resource]
    able = kinds_of(here, resource)
    if len(able) < 2:
        return able[0].code if able else None
    tenancy.enter(tenant)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.code, count(*) FROM scheduling_booking b JOIN records_current c"
            " ON c.tenant = b.tenant AND c.type = 'Appointment' AND c.id = b.appointment"
            " WHERE b.tenant = %s AND b.resource = %s AND b.starts >= %s GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20",
            [tenant, resource, here.grid.base],
        )
        booked = [code.rpartition("|")[2] for code, _ in cursor.fetchall() if code]
    codes = [kind.code for kind in able]
    here.commonest[resource] = next((code for code in booked if code in codes), codes[0])
    return here.commonest[resource]


def kinds_of(here: Clinic, resource: str) -> list[VisitType]:
    """Return the kinds of visit in which this person, room or device can take a step, by code."""
    calendar = here.bookables[resource].calendar
    return [
        kind
        for _, kind in sorted(here.kinds.items())
        if not (kind.retired or calendar.retired)
        and any(step.role == calendar.role and step.can <= calendar.can for step in kind.steps)
    ]


__all__ = ["Slot", "free_slots", "read_slot_id", "schedule_id", "slot_by_id", "slot_id"]
