"""What hangs at the door of a room, a provider or a device for one day: times and kinds of visit, no patient."""

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import groupby

from waypost.access import scopes
from waypost.coordination.printed.allowing import may_print
from waypost.coordination.printed.day_sheets import day_edges
from waypost.coordination.problems import NoDoor
from waypost.kernel.context import Context
from waypost.kernel.dates import say_time
from waypost.messaging import printing
from waypost.messaging.rules import door_sheets as rules
from waypost.records import queries as records
from waypost.scheduling.queries.boards import BoardRow, board
from waypost.scheduling.queries.clinic import Clinic, clinic
from waypost.scheduling.rules import templates
from waypost.scheduling.rules.types import Calendar

SHOWN = frozenset({"booked", "pending", "arrived", "checked-in", "fulfilled"})


def door_sheet(ctx: Context, day: date, resource: str) -> bytes:
    """Return the sheet as PDF. Raises NoDoor where there is no such calendar."""
    return printing.door_sheet(compose(ctx, day, resource))


def compose(ctx: Context, day: date, resource: str) -> rules.DoorSheet:
    """Return what stands on the sheet. Audited as printed; nobody on it is a patient."""
    may_print(ctx, what="Schedule")
    here = clinic(ctx.tenant, ctx.now)
    calendar = here.calendar(resource)
    if calendar is None:
        raise NoDoor
    scope = scopes.for_search(ctx, "Schedule", action="print")
    found = board(scope, [resource], *day_edges(day, calendar.zone), now=ctx.now)
    site = calendar.site.partition("/")[2]
    known = records.many(scope, [("Location", site)]) if site else {}
    name = str(known["Location", site].resource.get("name", "")) if known else ""
    return rules.compose(
        calendar.name, day, site=name, hours=_hours(calendar, day), lines=list(_lines(here, calendar, found)), now=ctx.now, zone=calendar.zone
    )


def _hours(calendar: Calendar, day: date) -> str:
    spans = templates.open_spans(calendar, day, day)
    said = [f"{say_time(span.start, calendar.zone)} – {say_time(span.end, calendar.zone)}" for span in spans]
    return f"Open {', '.join(said)}" if said else "Closed"


def _lines(here: Clinic, calendar: Calendar, found: Sequence[BoardRow]) -> Iterator[rules.Line]:
    """Yield a line for each stretch; what several chairs have at the same time is one line."""
    mine = sorted((row for row in found if row.status in SHOWN), key=lambda row: (row.shown_starts, row.shown_ends, row.code))
    for _, rows in groupby(mine, key=lambda row: (row.shown_starts, row.shown_ends, row.code)):
        same = list(rows)
        row = same[0]
        kind = here.kinds.get(row.visit_type)
        what = "Kept free" if row.kind == "block" else kind.name.get("en", kind.code) if kind else "Visit"
        others = dict.fromkeys(here.bookables[r].calendar.name for one in same for r in one.rest if r in here.bookables and r != calendar.resource)
        when = f"{say_time(row.shown_starts, calendar.zone)} – {say_time(row.shown_ends, calendar.zone)}"
        if row.shown_ends - row.shown_starts >= timedelta(days=1):
            when = "All day"
        yield rules.Line(when, f"{what} × {len(same)}" if len(same) > 1 else what, ", ".join(others))
