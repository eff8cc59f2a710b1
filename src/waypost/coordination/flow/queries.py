"""The day of a site: who is expected, who is here and where, which rooms are free."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from waypost.coordination.flow import reading
from waypost.coordination.flow.reading import Flow
from waypost.coordination.flow.steps import HERE, Step
from waypost.kernel.scope import Scope
from waypost.records import queries
from waypost.records.versions import Version
from waypost.scheduling import fhir
from waypost.scheduling.queries.clinic import Clinic

Json = dict[str, Any]
VISITS_MAX = 2_000  # of a whole clinic's day
SHOWN = ("booked", "arrived", "checked-in", "fulfilled", "noshow", "cancelled")


@dataclass(frozen=True, slots=False)
class InFlow:
    """One patient's place in one visit of the day."""

    visit: Version
    flow: Flow

    @property
    def patient(self) -> str:
        return self.flow.patient

    @property
    def step(self) -> Step:
        return self.flow.step

    @cached_property
    def start(self) -> datetime:
        found = fhir.instant(self.visit.resource.get("start"))
        assert found is not None, "a visit of a day has a time"
        return found

    @cached_property
    def end(self) -> datetime:
        return fhir.instant(self.visit.resource.get("end")) or self.start

    @property
    def site(self) -> str:
        return fhir.site_of(self.visit.resource)

    @cached_property
    def provider(self) -> tuple[str, str]:
        """Return whose visit it is: reference and name; the room or device where nobody gives it."""
        for part in self.visit.resource.get("participant") or ():
            ref = fhir.reference(part)
            if ref and not ref.startswith("Patient/"):
                return ref, (part.get("actor") or {}).get("display", "")
        return "", ""

    @cached_property
    def rooms(self) -> tuple[str, ...]:
        """Return the rooms that were booked for it."""
        return tuple(r for r in fhir.team_of(self.visit.resource) if r.startswith("Location/"))

    @property
    def telehealth(self) -> bool:
        return fhir.extension(self.visit.resource, "telehealth") is True


@dataclass(frozen=True, slots=True)
class Room:
    """One room, and how many more patients it takes now."""

    ref: str
    name: str
    free: int
    special: int = 0  # how many things only some rooms can do


def bounds(day: date, zone: str) -> tuple[datetime, datetime]:
    """Return the first instant of a local day and of the next."""
    place = ZoneInfo(zone)
    return datetime.combine(day, time.min, place), datetime.combine(day + timedelta(days=1), time.min, place)


def day(scope: Scope, on: date, *, site: str = "") -> tuple[InFlow, ...]:
    """Return every patient of a local day's visits, in order of time; of one site, or of all."""
    return in_flow(scope, visits(scope, on), site)


def visits(scope: Scope, on: date) -> list[Version]:
    """Return the visits of a local day at every site, in order of time."""
    since, until = bounds(on, scope.zone)
    found = queries.fetch(
        scope,
        f"{queries.CURRENT} WHERE c.tenant = %s AND c.type = 'Appointment' AND NOT c.deleted AND c.sort_at >= %s"
        f" AND c.sort_at < %s AND c.status = ANY(%s) AND ({scope.where}) ORDER BY c.sort_at, c.id LIMIT %s",
        [scope.tenant, since, until, list(SHOWN), *scope.params, VISITS_MAX],
    )
    return [one for one in found if is_visit(one.resource)]


def in_flow(scope: Scope, found: Sequence[Version], site: str = "") -> tuple[InFlow, ...]:
    """Return each patient of these visits with where they stand, of one site or of all."""
    mine = [one for one in found if not site or fhir.site_of(one.resource) == site]
    return tuple(one for one in with_flow(scope, mine) if one.step is not Step.OFF)


def is_visit(resource: Json) -> bool:
    """Say whether it is a visit of this clinic's: no block, and not one elsewhere."""
    code = fhir.visit_type_code(resource)
    return (
        code != fhir.BLOCK
        and fhir.extension(resource, "outside") is not True
        and bool(resource.get("start"))
        and bool(fhir.patients_of(resource))
    )


def with_flow(scope: Scope, visits: Sequence[Version]) -> list[InFlow]:
    """Return each patient of these visits with where they stand."""
    pairs = [(one, patient) for one in visits for patient in dict.fromkeys(fhir.patients_of(one.resource))]
    keys = [("Encounter", reading.encounter_id(scope.tenant, one.id, patient)) for one, patient in pairs]
    found = queries.many(scope, keys)
    made = []
    for (visit, patient), key in zip(pairs, keys, strict=True):
        kept = found.get(key)
        flow = reading.read(visit.resource | {"id": visit.id}, patient, kept.resource if kept else None, kept.version if kept else 0)
        made.append(InFlow(visit, flow))
    return made


def occupied(scope: Scope, rooms: Iterable[str], since: datetime) -> dict[str, list[str]]:
    """Return which Encounters are in these rooms, whatever visit or site they belong to."""
    wanted = sorted(set(rooms))
    found = queries.fetch(
        scope,
        f"{queries.CURRENT} JOIN records_ref r ON r.tenant = c.tenant AND r.type = 'Encounter' AND r.id = c.id"
        " AND r.param = 'location' AND left(r.target, 500) = ANY(%s)"
        " WHERE c.tenant = %s AND c.type = 'Encounter' AND NOT c.deleted AND c.status = ANY(%s) AND c.sort_at >= %s"
        f" AND ({scope.where})",
        [wanted, scope.tenant, ["arrived", "in-progress"], since, *scope.params],
    )
    taken: dict[str, list[str]] = {}
    for one in {version.id: version for version in found}.values():
        room = reading.room_of(one.resource)
        if room in wanted:
            taken.setdefault(room, []).append(one.id)
    return taken


def rooms(here: Clinic, site: str, people: Iterable[InFlow]) -> tuple[Room, ...]:
    """Return the rooms of a site with the places that are left in each, by name."""
    inside: dict[str, int] = {}
    for one in people:
        if one.flow.room and one.step in HERE:
            inside[one.flow.room] = inside.get(one.flow.room, 0) + 1
    found = [
        Room(c.resource, c.name, max(0, c.capacity - inside.get(c.resource, 0)), len(c.can))
        for c in (bookable.calendar for bookable in here.bookables.values())
        if c.role == "room" and not c.retired and (not site or c.site == site)
    ]
    return tuple(sorted(found, key=lambda room: natural(room.name)))


def natural(name: str) -> tuple[object, ...]:
    """Return a key by which Room 9 stands before Room 10."""
    parts: list[object] = []
    for word in name.split():
        parts += [0, int(word), ""] if word.isdecimal() else [1, 0, word.casefold()]
    return tuple(parts)
