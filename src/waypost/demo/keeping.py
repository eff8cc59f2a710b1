"""Keeps a demo clinic alive: at a later start, what is past has happened, and the days ahead are filled again to their measure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from waypost.demo import appointments, cast
from waypost.demo import clinic as demo
from waypost.demo.calendars import Openings, calendars, cells
from waypost.demo.fhir import Json
from waypost.demo.ledger import Part
from waypost.demo.places import devices, rooms
from waypost.demo.staff import roster
from waypost.demo.times import CELL_MINUTES, ZONE, local_day
from waypost.demo.visit_types import BY_CODE
from waypost.demo.visits import AHEAD_DAYS, Book, Visit, settle
from waypost.kernel.scope import Scope
from waypost.records import queries
from waypost.scheduling.queries.clinic import clinic as schedule
from waypost.scheduling.rules import ledger as holds
from waypost.scheduling.rules.templates import hours_on
from waypost.scheduling.rules.types import Calendar

STALE_SECONDS = 300
_LOOK_BACK = timedelta(days=2)
_UNDER_WAY = frozenset({"booked", "arrived", "checked-in"})


@dataclass(frozen=True, slots=True)
class Guest:
    """What an Appointment says of who comes."""

    reference: str
    shown: str
    tags: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Live:
    """A calendar as the clinic keeps it now: someone may have changed it since the demo was made."""

    body: Json
    calendar: Calendar

    def mask(self, on: date) -> int:
        opened = 0
        for hours in hours_on(self.calendar, on):
            opened |= cells(-(-hours.start // CELL_MINUTES), hours.end // CELL_MINUTES)
        return opened


def plan(
    scope: Scope, patients: int, seed: str, made_at: datetime, last: datetime, now: datetime
) -> list[Json]:
    """Return what to file so that the clinic stands at `now`: visits that went on, and new ones."""
    today = local_day(now)
    team, things = (
        roster(demo.scale_for(patients)),
        [*rooms(demo.scale_for(patients)), *devices(demo.scale_for(patients))],
    )
    bodies = calendars(team, things, local_day(made_at), seed)
    kept = schedule(scope.tenant, now)
    hours: dict[str, Openings] = {
        body["resource"]: Live(body, kept.bookables[body["resource"]].calendar)
        for body in bodies
        if body["resource"] in kept.bookables
    }
    found = _appointments(scope, min(last, now) - _LOOK_BACK)
    made = [filing for each in found for filing in _gone_on(each, hours, now, seed)]
    if local_day(last) == today:
        return made
    everyone = demo.population(patients, seed, made_at, team)
    book = demo.new_book(
        [body for body in bodies if body["resource"] in hours], everyone, f"{seed}:{today}", now
    )
    book.ledger.hours = hours
    for each in found:
        _know(book, each)
    cast.place_today(book, everyone)
    for ahead in range(AHEAD_DAYS + 1):
        book.fill_day(today + timedelta(days=ahead))
    for visit in book.visits:
        settle(visit, now, seed)
        demo.give_reason(visit, seed)
    added = demo.Clinic(now, seed, team, things, bodies, [], everyone, book.visits, hours)
    made += added.appointments()
    for visit in book.visits:
        if len(visit.people) == 1 and (
            met := appointments.encounter(visit, hours, reason=visit.reason, now=now)
        ):
            made.append(met)
    return made


def _appointments(scope: Scope, since: datetime) -> list[Json]:
    kept = queries.fetch(
        scope,
        f"{queries.CURRENT} WHERE c.tenant = %s AND c.type = 'Appointment' AND NOT c.deleted AND c.sort_at >= %s ORDER BY c.sort_at, c.id",
        [scope.tenant, since],
    )
    return [each.resource for each in kept]


def _gone_on(appointment: Json, hours: Mapping[str, Openings], now: datetime, seed: str) -> list[Json]:
    """Return the appointment as it stands at `now`, and its Encounter, where time has moved it on."""
    start = holds.instant(appointment.get("start"))
    if appointment.get("status") not in _UNDER_WAY or start is None or start > now + timedelta(minutes=20):
        return []
    visit = _visit(appointment, hours)
    if visit is None:
        return _over(appointment, now)
    settle(visit, now, seed, kept=True)
    if visit.status in {"booked", "cancelled"} or _rank(visit.status) <= _rank(appointment["status"]):
        return []
    made = [appointment | {"status": visit.status}]
    if len(visit.people) == 1:
        reason = (
            next((each.get("text", "") for each in appointment.get("reasonCode", ())), "")
            or visit.type["name"]["en"]
        )
        if met := appointments.encounter(visit, hours, reason=reason, now=now):
            made.append(met)
    return made


def _over(appointment: Json, now: datetime) -> list[Json]:
    """Return a visit that the demo did not place, as one elsewhere, as having taken place once its hour is past."""
    end = holds.instant(appointment.get("end"))
    who = any(holds.reference(part).startswith("Patient/") for part in appointment["participant"])
    return [appointment | {"status": "fulfilled"}] if who and end is not None and end <= now else []


_ORDER = ("booked", "noshow", "arrived", "checked-in", "fulfilled")


def _rank(status: str) -> int:
    return _ORDER.index(status)


def _visit(appointment: Json, hours: Mapping[str, Openings]) -> Visit | None:
    """Read an Appointment back into a placed visit; None where it is not one of ours, or no patient of ours comes."""
    code = holds.visit_type(appointment)
    rows = list(holds.rows(appointment))
    people = [
        Guest(part["actor"]["reference"], part["actor"].get("display", ""))
        for part in appointment["participant"]
        if holds.reference(part).startswith("Patient/")
    ]
    parts = [_part(row, hours) for row in rows if row.resource in hours]
    lead = next((part.resource for part in parts if part.resource.startswith("Practitioner/")), "")
    if code not in BY_CODE or not people or not lead:
        return None
    start, end = holds.instant(appointment["start"]), holds.instant(appointment["end"])
    assert start
    assert end
    site = hours[lead].body["site"]
    return Visit(
        appointment["id"],
        BY_CODE[code],
        local_day(start),
        start,
        end,
        site,
        lead,
        parts,
        people,
        status=appointment["status"],
    )


def _part(row: holds.Row, hours: Mapping[str, Openings]) -> Part:
    role = hours[row.resource].body["role"]
    return Part(
        row.resource,
        role,
        _cell(row.shown_starts),
        _cell(row.shown_ends, up=True),
        _cell(row.starts),
        _cell(row.ends, up=True),
    )


def _know(book: Book, appointment: Json) -> None:
    """Take what an Appointment holds into the quick ledger."""
    for row in holds.rows(appointment):
        on = local_day(row.starts)
        start, end = _cell(row.starts), _cell(row.ends, up=True)
        if row.resource.startswith("Patient/"):
            book.know(
                row.resource.removeprefix("Patient/"), holds.visit_type(appointment) or "", on, start, end
            )
        else:
            book.ledger.take(row.resource, on, start, end, forced=True)


def _cell(at: datetime, *, up: bool = False) -> int:
    wall = at.astimezone(ZONE)
    minutes = wall.hour * 60 + wall.minute
    return -(-minutes // CELL_MINUTES) if up else minutes // CELL_MINUTES
