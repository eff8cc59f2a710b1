"""What a board shows, read: which calendars and days are asked for, and what stands in them."""

from calendar import monthrange
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse

from waypost.kernel.context import Context
from waypost.kernel.dates import say_day
from waypost.kernel.scope import Scope
from waypost.kernel.spans import Span, subtract, union
from waypost.registry.dates import read_date
from waypost.scheduling.queries.boards import BoardRow, board
from waypost.scheduling.queries.clinic import Clinic, clinic
from waypost.scheduling.queries.slots import kinds_of
from waypost.scheduling.rules import status, templates
from waypost.scheduling.rules.types import CARE_ROLES, Calendar
from waypost.web import asked as asking
from waypost.web.parts import Mark
from waypost.web.schedule import board as drawing
from waypost.web.schedule import over
from waypost.web.words import clock, count

SPANS = frozenset({"day", "week", "month", "load"})
BY = {"provider": "Providers", "room": "Rooms", "device": "Devices"}
COLUMNS_MAX = 60
REFUSED = frozenset({"rejected", "failed"})  # of an interpreter or a ride
NOUNS = {
    "clinician": "provider",
    "nurse": "nurse",
    "technician": "technician",
    "interpreter": "interpreter",
    "room": "room",
    "device": "device",
}


@dataclass(frozen=True, slots=True)
class Urls:
    """Addresses that stand on every card and column, worked out once."""

    schedule: str
    visits: str  # an id follows
    blocks: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What board is asked for; kept in the address."""

    day: date
    by: str = "provider"
    span: str = "day"  # day | week | month | load: how full a month, or the week of many, is
    site: str = ""
    dept: str = ""
    who: str = ""  # of the week, whose; of the others, whose alone

    def url(self, **changes: object) -> str:
        new = replace(self, **changes)  # type: ignore[arg-type]
        return f"{reverse('schedule')}?{urlencode({k: v for k, v in new.pairs().items() if v})}"

    def pairs(self) -> dict[str, str]:
        return {
            "day": self.day.isoformat(),
            "by": self.by,
            "span": self.span,
            "site": self.site,
            "dept": self.dept,
            "who": self.who,
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A board as it stands at a moment."""

    asked: Asked
    here: Clinic
    calendars: list[Calendar]
    days: list[date]
    zone: str
    now: datetime
    rows: list[BoardRow]
    drawn: drawing.Board

    @property
    def patients(self) -> list[str]:
        return [id_ for row in self.rows for id_ in row.patients]

    @property
    def now_said(self) -> str:
        return clock(self.now.astimezone(ZoneInfo(self.zone)))

    @property
    def note(self) -> str:
        """Say the day or days, the time where it is one of them, how much is booked and how much is free."""
        today = self.now.astimezone(ZoneInfo(self.zone)).date()
        first, last = self.days[0], self.days[-1]
        dates = (
            say_day(first, today=today)
            if first == last
            else f"{say_day(first, today=today)} – {say_day(last, today=today)}"
        )
        said = [dates, *([self.now_said] if first <= today <= last else [])]
        said += [count(self.drawn.visits, "visit"), count(self.drawn.free, "free stretch", "free stretches")]
        return " · ".join(said)


def read(given: Mapping[str, Any], today: date) -> Asked:
    """Read what is asked for; a day is typed as people type it."""
    typed = asking.text(given, "day", 40)
    day = asking.day(given, "day") or (read_date(typed, today=today, prefer="near") if typed else None)
    by = given.get("by", "")
    return Asked(
        day=day if day and asking.within_reach(day) else today,
        by=by if by in BY else "provider",
        span=span if (span := given.get("span", "")) in SPANS else "day",
        site=asking.id_(given, "site"),
        dept=asking.text(given, "dept", 64),
        who=asking.reference(given, "who"),
    )


def look(ctx: Context, asked: Asked, scope: Scope) -> Seen:
    """Read the board that is asked for; whoever shows it audits whom it shows."""
    here = clinic(ctx.tenant, ctx.now)
    calendars = calendars_of(here, asked)
    if asked.span == "week":
        calendars = _whose(calendars, asked)
        asked = replace(asked, who=calendars[0].resource if calendars else "")
    elif asked.who:
        calendars = [c for c in calendars if c.resource == asked.who] or calendars
    days = days_of(asked)
    zone = calendars[0].zone if calendars else ctx.zone
    rows = board(
        scope,
        [c.resource for c in calendars],
        midnight(days[0], zone),
        midnight(days[-1] + timedelta(days=1), zone),
        now=ctx.now,
    )
    lanes = _lanes(here, asked, calendars, rows, days)
    drawn = drawing.draw(lanes, days, zone=zone, now=ctx.now, free_url=_free_url(asked))
    return Seen(
        asked=asked, here=here, calendars=calendars, days=days, zone=zone, now=ctx.now, rows=rows, drawn=drawn
    )


def calendars_of(here: Clinic, asked: Asked, *, most: int = COLUMNS_MAX) -> list[Calendar]:
    roles = {"provider": CARE_ROLES, "room": {"room"}, "device": {"device"}}[asked.by]
    serving = [one for one in here.bookables.values() if not one.calendar.retired or any(one.taken)]
    found = [one.calendar for one in serving if one.calendar.role in roles]
    if asked.site:
        found = [c for c in found if c.site == f"Location/{asked.site}"]
    if asked.dept:
        found = [c for c in found if asked.dept in _departments(here, c)]
    order = {"clinician": 0, "nurse": 1, "technician": 2, "interpreter": 3}
    return sorted(found, key=lambda c: (order.get(c.role, 0), _natural(c.name)))[:most]


def _natural(name: str) -> tuple[object, ...]:
    """Return a key by which Room 9 stands before Room 10."""
    parts: list[object] = []
    for word in name.split():
        parts += [0, int(word), ""] if word.isdecimal() else [1, 0, word.casefold()]
    return tuple(parts)


def _departments(here: Clinic, calendar: Calendar) -> set[str]:
    return {kind.department for kind in kinds_of(here, calendar.resource)}


def _whose(calendars: list[Calendar], asked: Asked) -> list[Calendar]:
    return [c for c in calendars if c.resource == asked.who] or calendars[:1]


def days_of(asked: Asked) -> list[date]:
    if asked.span == "day":
        return [asked.day]
    if asked.span == "month":
        return [asked.day.replace(day=n + 1) for n in range(monthrange(asked.day.year, asked.day.month)[1])]
    monday = asked.day - timedelta(days=asked.day.weekday())
    return [monday + timedelta(days=n) for n in range(7)]


def midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def _free_url(asked: Asked) -> str:
    return f"{reverse('find-times')}?who={{resource}}&since={{day}}&within=1&at={{at}}"


def _lanes(
    here: Clinic, asked: Asked, calendars: list[Calendar], rows: Sequence[BoardRow], days: list[date]
) -> list[drawing.Lane]:
    by_resource: dict[str, list[BoardRow]] = {}
    for row in rows:
        by_resource.setdefault(row.resource, []).append(row)
    urls = Urls(reverse("schedule"), reverse("visit", args=["-"])[:-1], reverse("block", args=["-"])[:-1])
    lanes = [
        _lane(here, calendar, by_resource.get(calendar.resource, []), day, urls)
        for calendar in calendars
        for day in days
    ]
    if asked.span == "week":
        return _worth_showing(
            [
                replace(lane, title=say_day(day)[:-6], note="", day=day, url=asked.url(span="day", day=day))
                for lane, day in zip(lanes, days, strict=True)
            ]
        )
    return lanes


def _worth_showing(lanes: list[drawing.Lane]) -> list[drawing.Lane]:
    """Leave Saturday and Sunday out where nothing is open or booked on them."""
    return [lane for lane in lanes if lane.opened or lane.taken or (lane.day and lane.day.weekday() < 5)]


def _lane(here: Clinic, calendar: Calendar, rows: list[BoardRow], day: date, urls: Urls) -> drawing.Lane:
    opened = templates.open_spans(calendar, day, day)
    low, high = midnight(day, calendar.zone), midnight(day + timedelta(days=1), calendar.zone)
    said = tuple(
        (span, hours.reason or "Closed")
        for hours in templates.closed_on(calendar, day)
        for span in templates.to_utc(calendar.zone, [(day, hours.start, hours.end)])
    )
    rest = subtract(subtract((Span(low, high),), opened), union(span for span, _ in said))
    closed = (*said, *((span, "" if opened or said else "Not in") for span in rest))
    taken = tuple(_taken(here, row, urls) for row in rows if row.starts < high and row.ends > low)
    return drawing.Lane(
        key=calendar.resource, title=calendar.name, note=_note(here, calendar), opened=opened, closed=closed, taken=taken,
        capacity=calendar.capacity, url=f"{urls.schedule}?{urlencode({'span': 'week', 'who': calendar.resource, 'day': day, 'by': _by(calendar)})}",
    )  # fmt: skip


def _by(calendar: Calendar) -> str:
    return calendar.role if calendar.role in BY else "provider"


def _note(here: Clinic, calendar: Calendar) -> str:
    noun = NOUNS.get(calendar.role, calendar.role)
    skills = ", ".join(sorted(calendar.can)[:2]).replace("-", " ")
    return skills or noun


def _taken(here: Clinic, row: BoardRow, urls: Urls) -> drawing.Taken:
    kind = here.kinds.get(row.visit_type)
    name = row.name or "Patient"
    year = f"{row.born.year}" if row.born else ""
    if row.kind == "block":
        name, year = row.reason or "Kept free", ""
    elif len(row.patients) > 1:
        name, year = f"Group of {len(row.patients)}", ""
    elif not row.patients:
        name = "Group, nobody yet" if kind and kind.capacity > 1 else "Busy"
    return drawing.Taken(
        appointment=row.appointment,
        span=Span(row.shown_starts, row.shown_ends),
        status=row.status,
        name=f"{name} ’{year[2:]}" if year else name,
        birth_year=year,
        visit_type=kind.name.get("en", kind.code) if kind else "" if row.kind == "block" else "Visit",
        with_whom=_with_whom(here, row),
        marks=_marks(row),
        kind=row.kind,
        reason=row.reason,
        url=f"{urls.blocks if row.kind == 'block' else urls.visits}{row.appointment}",
        movable=row.kind == "visit" and row.status in {"booked", "pending"} and row.lane is not None,
        sizable=row.lane is not None and bool(row.visit_type) and row.status in (status.RESIZED if row.kind != "block" else {"booked"}),
    )


def _with_whom(here: Clinic, row: BoardRow) -> str:
    """Return the room beside a provider's visit, the provider beside a room's."""
    others = [here.bookables[r].calendar for r in row.rest if r in here.bookables]
    own = here.bookables[row.resource].calendar if row.resource in here.bookables else None
    wanted = {"room"} if own and own.role in CARE_ROLES else {"clinician", "nurse", "technician"}
    return next((c.name for c in others if c.role in wanted), "")


def _marks(row: BoardRow) -> tuple[Mark, ...]:
    marks = []
    states = dict(row.requests)
    if states.get("interpreter") in {"requested", "received"}:
        marks.append(Mark("languages", "Interpreter asked for"))
    elif states.get("interpreter") in {"accepted", "in-progress", "completed"}:
        marks.append(Mark("languages", "Interpreter confirmed"))
    elif states.get("interpreter") in REFUSED:
        marks.append(Mark("languages", "No interpreter possible"))
    if "ride" in states and states["ride"] not in {"cancelled"}:
        confirmed, refused = (
            states["ride"] in {"accepted", "in-progress", "completed"},
            states["ride"] in REFUSED,
        )
        marks.append(
            Mark(
                "car", "Ride confirmed" if confirmed else "No ride possible" if refused else "Ride asked for"
            )
        )
    if row.lane is not None and row.lane >= over.LANE_MIN and row.kind != "block":
        marks.append(Mark("layers-2", "Double-booked by a supervisor", always=True))
    if row.lane is None:
        marks.append(Mark("arrow-down-to-line", "Booked by another system"))
    return tuple(marks)
