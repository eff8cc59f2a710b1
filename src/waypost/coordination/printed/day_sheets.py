"""The day sheet of a provider, a room, a device, or of a whole site."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from waypost.access import scopes
from waypost.coordination.printed.allowing import may_print
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day, say_time
from waypost.messaging import printing
from waypost.messaging.rules import day_sheets as rules
from waypost.records import queries as records
from waypost.records.versions import Version
from waypost.registry import fhir as people
from waypost.scheduling.fhir import seat_of
from waypost.scheduling.queries.boards import BoardRow, board
from waypost.scheduling.queries.clinic import Clinic, clinic
from waypost.scheduling.rules.types import CARE_ROLES, Calendar

STATES = {
    "booked": "Booked", "pending": "Held", "arrived": "Here", "checked-in": "With provider", "fulfilled": "Done", "noshow": "Did not come",
}  # fmt: skip
_ASKED = {
    "requested": "asked for", "received": "asked for", "accepted": "confirmed", "in-progress": "confirmed", "completed": "confirmed",
    "rejected": "not possible", "failed": "not possible",
}  # fmt: skip
COLUMNS_MAX = 60
Known = Mapping[tuple[str, str], Version]


def day_sheet(ctx: Context, day: date, *, resources: Sequence[str] = (), site: str = "") -> bytes:
    """Return the sheet as PDF: of the resources named ('Practitioner/x', 'Location/room'), else of a site's providers.

    Audited as printed, with every patient on it. A restricted patient's reason stays off paper.
    """
    return printing.day_sheet(compose(ctx, day, resources=resources, site=site))


def compose(ctx: Context, day: date, *, resources: Sequence[str] = (), site: str = "") -> rules.DaySheet:
    may_print(ctx, what="Appointment")
    here = clinic(ctx.tenant, ctx.now)
    calendars = _calendars(here, resources, site)
    zone = calendars[0].zone if calendars else ctx.zone
    first, last = day_edges(day, zone)
    scope = scopes.for_search(ctx, "Schedule", action="print")
    found = board(scope, [c.resource for c in calendars], first, last, now=ctx.now)
    patients = sorted({one for row in found for one in row.patients})
    wanted = [*(("Patient", one) for one in patients), *(("Appointment", row.appointment) for row in found)]
    known = records.many(scope, wanted)
    scopes.found(ctx, "Appointment", patients, action="print")
    site_name = _site_name(here, records.many(scope, [("Location", c.site.partition("/")[2]) for c in calendars]), calendars)
    parts = [
        rules.Part(c.name, ", ".join(sorted(c.can)[:2]).replace("-", " "), tuple(_lines(here, c, found, known, zone, ctx)))
        for c in calendars
    ]
    title = calendars[0].name if len(calendars) == 1 else "Day sheet"
    shown = parts if len(parts) == 1 else [part for part in parts if part.lines]
    visits = len({row.appointment for row in found if row.kind == "visit"})
    return rules.compose(title, day, site=site_name, parts=shown, visits=visits, now=ctx.now, zone=zone, by=ctx.actor.name)


def day_edges(day: date, zone: str) -> tuple[datetime, datetime]:
    """Return when a local day begins and ends."""
    midnights = (datetime.combine(one, time.min, ZoneInfo(zone)) for one in (day, day + timedelta(days=1)))
    first, last = (one.astimezone(UTC) for one in midnights)
    return first, last


def _calendars(here: Clinic, resources: Sequence[str], site: str) -> list[Calendar]:
    every = [one.calendar for one in here.bookables.values()]
    if resources:
        return [c for c in every if c.resource in set(resources)][:COLUMNS_MAX]
    found = [c for c in every if c.role in CARE_ROLES and (not site or c.site == f"Location/{site}")]
    return sorted(found, key=lambda c: (c.role != "clinician", c.name))[:COLUMNS_MAX]


def _site_name(here: Clinic, sites: Known, calendars: Iterable[Calendar]) -> str:
    wanted = dict.fromkeys(c.site.partition("/")[2] for c in calendars)
    names = [str(sites["Location", id_].resource.get("name", "")) for id_ in wanted if ("Location", id_) in sites]
    return ", ".join(name for name in names if name)


def _lines(
    here: Clinic, calendar: Calendar, found: Sequence[BoardRow], known: Known, zone: str, ctx: Context
) -> Iterator[rules.Line]:
    mine = (row for row in found if row.resource == calendar.resource)
    for row in sorted(mine, key=lambda row: (row.shown_starts, row.appointment)):
        when = f"{say_time(row.shown_starts, zone)} – {say_time(row.shown_ends, zone)}"
        if row.kind == "block":
            yield rules.Line(when, "Kept free", "", row.reason, "", (), "")
            continue
        kind = here.kinds.get(row.visit_type)
        what = kind.name.get("en", kind.code) if kind else "Visit"
        others = (here.bookables[one].calendar.name for one in row.rest if one in here.bookables and one != row.resource)
        where, state = ", ".join(others), STATES.get(row.status, row.status)
        for id_ in row.patients or ("",):
            version = known.get(("Patient", id_))
            if version is None:
                yield rules.Line(when, "Busy", "", what, where, (), state)
                continue
            who = people.who(version.resource, local_day(ctx.now, zone))
            ids_ = f"{who.birth} · MRN {who.mrn}"
            yield rules.Line(when, who.name, ids_, what, where, tuple(_notes(row, version, known.get(("Appointment", row.appointment)))), state)


def _notes(row: BoardRow, patient: Version, visit: Version | None) -> Iterator[str]:
    """Say what whoever meets the patient has to know: the reason and the note to staff, needs, help that was asked for."""
    if visit and not people.restricted(patient.resource):
        told = (one["text"] for one in visit.resource.get("reasonCode", ()) if one.get("text"))
        reason = next(told, "") if len(row.patients) == 1 else seat_of(visit.resource, patient.id)[0]
        comment = visit.resource.get("comment", "")
        yield from (said for said in (reason, comment) if said)
    yield from (str(need) for need in people.extensions(patient.resource, "need"))
    states = dict(row.requests)
    for kind, word in (("interpreter", "Interpreter"), ("ride", "Ride")):
        if states.get(kind) in _ASKED:
            yield f"{word} {_ASKED[states[kind]]}"
    if "interpreter" not in states and people.interpreter_needed(patient.resource):
        yield "Needs an interpreter: none asked for"
