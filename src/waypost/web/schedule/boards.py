"""Day and week, by provider, room or device."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import ClassVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from waypost.access import scopes
from waypost.access.permissions import Permission, allowed
from waypost.kernel.dates import say_day
from waypost.scheduling.queries.clinic import Clinic
from waypost.scheduling.rules import templates
from waypost.scheduling.rules.types import Calendar
from waypost.web.live.views import Live, live
from waypost.web.pages import Page, Request, render_page
from waypost.web.parts import Act
from waypost.web.schedule import board as drawing
from waypost.web.schedule import board_live, board_rows
from waypost.web.schedule.board_rows import BY, NOUNS, Asked, Seen, calendars_of
from waypost.web.schedule.sites import site_names


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


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPage(Page):
    template: ClassVar[str] = "waypost/schedule/board.html"
    place: str = "schedule"
    board: drawing.Board
    columns: Sequence[str]  # as they are drawn: parts of the live view
    note: str
    hours: str
    live: Live
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
    block_url: str  # '' for whoever keeps no calendars
    move_url: str
    here: str
    closed_said: str = ""
    sheet_url: str = ""
    empty_why: str = "No calendar here."
    empty_what: str = "Choose another site or department, or the other columns."
    links: dict[str, str] = field(default_factory=dict)


@require_GET
def schedule(request: Request) -> HttpResponse:
    """Show the board of a day, or the week of one provider, room or device."""
    ctx = request.ctx
    today = ctx.now.astimezone(ZoneInfo(ctx.zone)).date()
    scope = scopes.for_search(ctx, "Schedule")
    seen = board_rows.look(ctx, board_rows.read(request.GET, today), scope)
    scopes.found(ctx, "Schedule", seen.patients, action="read")
    return render_page(request, _page(seen, site_names(scope, seen.here), today=today, roles=ctx.actor.roles))


def _page(seen: Seen, sites: dict[str, str], *, today: date, roles: frozenset[str]) -> BoardPage:
    asked, calendars, shown = seen.asked, seen.calendars, board_live.shown(seen)
    week = asked.span == "week"
    step = timedelta(days=7 if week else 1)
    where = [asked.dept.replace("-", " ").capitalize(), sites.get(f"Location/{asked.site}", "")]
    title = (
        (calendars[0].name if week and calendars else "") or ", ".join(w for w in where if w) or "Schedule"
    )
    views = [Chip("Day", asked.url(span="day", who=""), not week), Chip("Week", asked.url(span="week"), week)]
    views += [Chip(word, asked.url(by=key, who=""), asked.by == key) for key, word in BY.items()]
    note, hours, *columns = shown.parts.values()
    return BoardPage(
        title=title,
        note=note,
        hours=hours,
        columns=columns,
        live=live({"board": shown}, asked.pairs(), at=seen.now_said, refresh=asked.url()),
        board=seen.drawn,
        before=Act("The week before" if week else "The day before", asked.url(day=asked.day - step)),
        after=Act("The week after" if week else "The day after", asked.url(day=asked.day + step)),
        today_url=asked.url(day=today),
        is_today=asked.day == today if not week else today in seen.days,
        views=views,
        picks=_picks(seen.here, asked, sites, week=week),
        kept=[("by", asked.by), ("span", asked.span)],
        day_text=say_day(asked.day, today=today),
        action=reverse("schedule"),
        book_url=f"{reverse('find-times')}?since={asked.day.isoformat()}"
        if asked.day > today
        else reverse("find-times"),
        move_url=reverse("visit-shift"),
        block_url=_block_url(asked) if allowed(roles, Permission.CALENDAR_EDIT) else "",
        sheet_url=_sheet_url(asked, calendars) if allowed(roles, Permission.PAPER_PRINT) else "",
        here=asked.url(),
        closed_said=_closed_said(calendars, asked.day) if not week else "",
    )


def _block_url(asked: Asked) -> str:
    return f"{reverse('keep-free')}?day={asked.day.isoformat()}{f'&who={asked.who}' if asked.who else ''}"


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
        people = calendars_of(here, replace(asked, who=""))
        found.append(
            Pick(
                "who",
                NOUNS.get(people[0].role, "Whose").capitalize() if people else "Whose",
                asked.who,
                tuple((c.resource, c.name) for c in people),
            )
        )
    return found
