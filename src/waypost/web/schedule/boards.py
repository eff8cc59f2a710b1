"""Day and week, by provider, room or device."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from typing import ClassVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from waypost.access import scopes
from waypost.access.permissions import Permission, allowed
from waypost.kernel.dates import say_day
from waypost.kernel.spans import Span, subtract, union
from waypost.registry.dates import read_date
from waypost.scheduling.queries.boards import BoardRow, board
from waypost.scheduling.queries.clinic import Clinic, clinic
from waypost.scheduling.queries.slots import kinds_of
from waypost.scheduling.rules import templates
from waypost.scheduling.rules.types import CARE_ROLES, Calendar
from waypost.web import asked as asking
from waypost.web.pages import Page, Request, render_page
from waypost.web.parts import Act, Mark
from waypost.web.schedule import board as drawing
from waypost.web.schedule import over
from waypost.web.schedule.sites import site_names
from waypost.web.words import clock, count

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
class Chip:
    label: str
    url: str
    on: bool


@dataclass(frozen=True, slots=True)
class Pick:
    name: str
    label: str
    value: str
    options: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Urls:
    """Addresses that stand on every card and column, worked out once."""

    schedule: str
    visits: str  # an id follows


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What board is asked for; kept in the address."""

    day: date
    by: str = "provider"
    span: str = "day"  # day | week
    site: str = ""
    dept: str = ""
    who: str = ""  # in the week: whose

    def url(self, **changes: object) -> str:
        new = replace(self, **changes)  # type: ignore[arg-type]
        pairs = {
            "day": new.day.isoformat(),
            "by": new.by,
            "span": new.span,
            "site": new.site,
            "dept": new.dept,
            "who": new.who,
        }
        return f"{reverse('schedule')}?{urlencode({k: v for k, v in pairs.items() if v})}"


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPage(Page):
    template: ClassVar[str] = "waypost/schedule/board.html"
    place: str = "schedule"
    board: drawing.Board
    note: str
    before: Act
    after: Act
    today_url: str
    is_today: bool
    views: Sequence[Chip]
    picks: Sequence[Pick]
    kept: Sequence[tuple[str, str]]
    day_text: str
    action: str
    book_url: str
    move_url: str
    here: str
    closed_said: str = ""
    now_said: str = ""
    sheet_url: str = ""
    empty_why: str = "No calendar here."
    empty_what: str = "Choose another site or department, or the other columns."
    links: dict[str, str] = field(default_factory=dict)


def read(request: Request, today: date) -> Asked:
    """Read what is asked for; a day is typed as people type it."""
    given = request.GET
    typed = asking.text(given, "day", 40)
    day = asking.day(given, "day") or (read_date(typed, today=today, prefer="near") if typed else None)
    by = given.get("by", "")
    return Asked(
        day=day if day and asking.within_reach(day) else today,
        by=by if by in BY else "provider",
        span="week" if given.get("span") == "week" else "day",
        site=asking.id_(given, "site"),
        dept=asking.text(given, "dept", 64),
        who=asking.reference(given, "who"),
    )


@require_GET
def schedule(request: Request) -> HttpResponse:
    """Show the board of a day, or the week of one provider, room or device."""
    ctx = request.ctx
    here = clinic(ctx.tenant, ctx.now)
    today = ctx.now.astimezone(ZoneInfo(ctx.zone)).date()
    asked = read(request, today)
    scope = scopes.for_search(ctx, "Schedule")
    calendars = _calendars(here, asked)
    if asked.span == "week":
        calendars = _whose(calendars, asked)
        asked = replace(asked, who=calendars[0].resource if calendars else "")
    days = _days(asked)
    zone = calendars[0].zone if calendars else ctx.zone
    rows = board(
        scope,
        [c.resource for c in calendars],
        _midnight(days[0], zone),
        _midnight(days[-1] + timedelta(days=1), zone),
        now=ctx.now,
    )
    scopes.found(ctx, "Schedule", [id_ for row in rows for id_ in row.patients], action="read")
    lanes = _lanes(here, asked, calendars, rows, days)
    drawn = drawing.draw(lanes, days, zone=zone, now=ctx.now, free_url=_free_url(asked))
    return render_page(
        request,
        _page(
            here,
            asked,
            site_names(scope, here),
            drawn,
            calendars,
            today=today,
            now=ctx.now,
            zone=zone,
            days=days,
            prints=allowed(ctx.actor.roles, Permission.PAPER_PRINT),
        ),
    )


def _calendars(here: Clinic, asked: Asked) -> list[Calendar]:
    roles = {"provider": CARE_ROLES, "room": {"room"}, "device": {"device"}}[asked.by]
    serving = [one for one in here.bookables.values() if not one.calendar.retired or any(one.taken)]
    found = [one.calendar for one in serving if one.calendar.role in roles]
    if asked.site:
        found = [c for c in found if c.site == f"Location/{asked.site}"]
    if asked.dept:
        found = [c for c in found if asked.dept in _departments(here, c)]
    order = {"clinician": 0, "nurse": 1, "technician": 2, "interpreter": 3}
    return sorted(found, key=lambda c: (order.get(c.role, 0), _natural(c.name)))[:COLUMNS_MAX]


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


def _days(asked: Asked) -> list[date]:
    if asked.span == "day":
        return [asked.day]
    monday = asked.day - timedelta(days=asked.day.weekday())
    return [monday + timedelta(days=n) for n in range(7)]


def _midnight(day: date, zone: str) -> datetime:
    return datetime.combine(day, time.min, ZoneInfo(zone)).astimezone(UTC)


def _free_url(asked: Asked) -> str:
    return f"{reverse('find-times')}?who={{resource}}&since={{day}}&within=1&at={{at}}"


def _lanes(
    here: Clinic, asked: Asked, calendars: list[Calendar], rows: Sequence[BoardRow], days: list[date]
) -> list[drawing.Lane]:
    by_resource: dict[str, list[BoardRow]] = {}
    for row in rows:
        by_resource.setdefault(row.resource, []).append(row)
    urls = Urls(reverse("schedule"), reverse("visit", args=["-"])[:-1])
    lanes = [
        _lane(here, calendar, by_resource.get(calendar.resource, []), day, urls)
        for calendar in calendars
        for day in days
    ]
    if asked.span == "week":
        return _worth_showing(
            [
                replace(lane, title=say_day(day)[:-6], note="", day=day, url="")
                for lane, day in zip(lanes, days, strict=True)
            ]
        )
    return lanes


def _worth_showing(lanes: list[drawing.Lane]) -> list[drawing.Lane]:
    """Leave Saturday and Sunday out where nothing is open or booked on them."""
    return [lane for lane in lanes if lane.opened or lane.taken or (lane.day and lane.day.weekday() < 5)]


def _lane(here: Clinic, calendar: Calendar, rows: list[BoardRow], day: date, urls: Urls) -> drawing.Lane:
    opened = templates.open_spans(calendar, day, day)
    low, high = _midnight(day, calendar.zone), _midnight(day + timedelta(days=1), calendar.zone)
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
        url=f"{urls.visits}{row.appointment}" if row.kind != "block" else "",
        movable=row.kind == "visit" and row.status in {"booked", "pending"} and row.lane is not None,
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
        confirmed, refused = states["ride"] in {"accepted", "in-progress", "completed"}, states["ride"] in REFUSED
        marks.append(Mark("car", "Ride confirmed" if confirmed else "No ride possible" if refused else "Ride asked for"))
    if row.lane is not None and row.lane >= over.LANE_MIN:
        marks.append(Mark("layers-2", "Double-booked by a supervisor", always=True))
    if row.lane is None:
        marks.append(Mark("arrow-down-to-line", "Booked by another system"))
    return tuple(marks)


def _page(here: Clinic, asked: Asked, sites: dict[str, str], drawn: drawing.Board, calendars: list[Calendar], *, today: date, now: datetime, zone: str, days: list[date], prints: bool) -> BoardPage:  # fmt: skip
    step = timedelta(days=7 if asked.span == "week" else 1)
    week = asked.span == "week"
    dates = (
        f"{say_day(days[0], today=today)} – {say_day(days[-1], today=today)}"
        if week
        else say_day(asked.day, today=today)
    )
    clock_now = clock(now.astimezone(ZoneInfo(zone)))
    said = [dates, *([clock_now] if asked.day == today or (week and today in days) else []), count(drawn.visits, "visit"), count(drawn.free, "free stretch", "free stretches")]  # fmt: skip
    where = [asked.dept.replace("-", " ").capitalize(), sites.get(f"Location/{asked.site}", "")]
    title = (
        (calendars[0].name if week and calendars else "") or ", ".join(w for w in where if w) or "Schedule"
    )
    views = [Chip("Day", asked.url(span="day", who=""), not week), Chip("Week", asked.url(span="week"), week)]
    views += [Chip(word, asked.url(by=key, who=""), asked.by == key) for key, word in BY.items()]
    return BoardPage(
        title=title,
        note=" · ".join(said),
        board=drawn,
        before=Act("The week before" if week else "The day before", asked.url(day=asked.day - step)),
        after=Act("The week after" if week else "The day after", asked.url(day=asked.day + step)),
        today_url=asked.url(day=today),
        is_today=asked.day == today if not week else today in days,
        views=views,
        picks=_picks(here, asked, sites, week=week),
        kept=[("by", asked.by), ("span", asked.span)],
        day_text=say_day(asked.day, today=today),
        action=reverse("schedule"),
        book_url=f"{reverse('find-times')}?since={asked.day.isoformat()}"
        if asked.day > today
        else reverse("find-times"),
        move_url=reverse("visit-shift"),
        sheet_url=_sheet_url(asked, calendars) if prints else "",
        here=asked.url(),
        now_said=clock_now.rpartition(" ")[0],
        closed_said=_closed_said(calendars, asked.day) if not week else "",
    )


def _sheet_url(asked: Asked, calendars: list[Calendar]) -> str:
    """Return where the day sheet is: of the one calendar shown, else of the site's providers; a week has none."""
    if asked.span == "week" or not calendars:
        return ""
    pairs = {"day": asked.day.isoformat(), "site": asked.site, "who": calendars[0].resource if len(calendars) == 1 else ""}
    return f"{reverse('day-sheet')}?{urlencode({k: v for k, v in pairs.items() if v})}"


def _closed_said(calendars: list[Calendar], day: date) -> str:
    """Say that the clinic is closed where nobody is in, and why."""
    if not calendars or any(templates.hours_on(c, day) for c in calendars):
        return ""
    reasons = {h.reason for c in calendars for h in templates.closed_on(c, day) if h.reason}
    return f"Closed {say_day(day)}{': ' + sorted(reasons)[0] if len(reasons) == 1 else ''}."


def _picks(here: Clinic, asked: Asked, sites: dict[str, str], *, week: bool) -> list[Pick]:
    found = []
    if len(sites) > 1:
        options = [
            ("", "All sites"),
            *((ref.partition("/")[2], name) for ref, name in sorted(sites.items(), key=lambda s: s[1])),
        ]
        found.append(Pick("site", "Site", asked.site, tuple(options)))
    departments = sorted({kind.department for kind in here.kinds.values() if kind.department})
    if len(departments) > 1:
        found.append(
            Pick(
                "dept",
                "Department",
                asked.dept,
                (("", "All"), *((d, d.replace("-", " ").capitalize()) for d in departments)),
            )
        )
    if week:
        people = _calendars(here, replace(asked, who=""))
        found.append(
            Pick(
                "who",
                NOUNS.get(people[0].role, "Whose").capitalize() if people else "Whose",
                asked.who,
                tuple((c.resource, c.name) for c in people),
            )
        )
    return found
