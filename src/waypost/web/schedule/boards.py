"""Day, week and month, by provider, room or device."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, ClassVar
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_GET

from waypost.access import scopes
from waypost.access.permissions import Permission, allowed
from waypost.kernel.dates import say_day
from waypost.scheduling.queries.clinic import Clinic
from waypost.scheduling.rules import templates
from waypost.scheduling.rules.types import Calendar
from waypost.web.live.views import Live, live
from waypost.web.pages import Request, render_page
from waypost.web.parts import Act
from waypost.web.schedule import board as drawing
from waypost.web.schedule import board_live, board_rows, load
from waypost.web.schedule.board_rows import BY, NOUNS, Asked, Seen, calendars_of
from waypost.web.schedule.frames import BoardFrame, Chip, Pick
from waypost.web.schedule.load import Loaded, LoadPage
from waypost.web.schedule.sites import site_names


@dataclass(frozen=True, slots=True, kw_only=True)
class BoardPage(BoardFrame):
    template: ClassVar[str] = "waypost/schedule/board.html"
    board: drawing.Board
    columns: Sequence[str]  # as they are drawn: parts of the live view
    hours: str
    live: Live
    move_url: str
    here: str
    closed_said: str = ""


@require_GET
def schedule(request: Request) -> HttpResponse:
    """Show the board of a day, the week of one provider, room or device, or how full a month or the week of many is."""
    ctx = request.ctx
    today = ctx.now.astimezone(ZoneInfo(ctx.zone)).date()
    scope = scopes.for_search(ctx, "Schedule")
    asked = board_rows.read(request.GET, today)
    if asked.span in {"month", "load"}:
        found = load.look(ctx, asked, scope, today)
        return render_page(request, _load_page(found, site_names(scope, found.here), today, ctx.actor.roles))
    seen = board_rows.look(ctx, asked, scope)
    scopes.found(ctx, "Schedule", seen.patients, action="read")
    return render_page(request, _page(seen, site_names(scope, seen.here), today=today, roles=ctx.actor.roles))


def _page(seen: Seen, sites: dict[str, str], *, today: date, roles: frozenset[str]) -> BoardPage:
    asked, calendars, shown = seen.asked, seen.calendars, board_live.shown(seen)
    week = asked.span == "week"
    step = timedelta(days=7 if week else 1)
    note, hours, *columns = shown.parts.values()
    return BoardPage(
        **_around(asked, seen.here, calendars, sites, today, roles, alone=week or bool(asked.who)),
        note=note,
        before=Act("The week before" if week else "The day before", asked.url(day=asked.day - step)),
        after=Act("The week after" if week else "The day after", asked.url(day=asked.day + step)),
        is_today=asked.day == today if not week else today in seen.days,
        hours=hours,
        columns=columns,
        live=live({"board": shown}, asked.pairs(), at=seen.now_said, refresh=asked.url()),
        board=seen.drawn,
        move_url=reverse("visit-shift"),
        sheet_url=_sheet_url(asked, calendars) if allowed(roles, Permission.PAPER_PRINT) else "",
        door_url=_door_url(asked, calendars) if allowed(roles, Permission.PAPER_PRINT) else "",
        here=asked.url(),
        closed_said=_closed_said(calendars, asked.day) if not week else "",
    )


def _load_page(found: Loaded, sites: dict[str, str], today: date, roles: frozenset[str]) -> LoadPage:
    asked, month = found.asked, found.asked.span == "month"
    noun = "month" if month else "week"
    return LoadPage(
        **_around(asked, found.here, found.calendars, sites, today, roles, alone=bool(asked.who)),
        note=format_html('<span class="note">{}</span>', found.note),
        before=Act(f"The {noun} before", asked.url(day=load.step(asked, -1))),
        after=Act(f"The {noun} after", asked.url(day=load.step(asked, 1))),
        is_today=today in board_rows.days_of(asked),
        heads=found.heads,
        lines=found.lines,
        month=month,
        whose=found.whose,
    )


def _around(
    asked: Asked, here: Clinic, calendars: list[Calendar], sites: dict[str, str], today: date, roles: frozenset[str], *, alone: bool
) -> dict[str, Any]:
    """Return what stands around every board."""
    where = [asked.dept.replace("-", " ").capitalize(), sites.get(f"Location/{asked.site}", "")]
    views = [Chip("Day", asked.url(span="day", who=""), asked.span == "day"), Chip("Week", asked.url(span="week"), asked.span == "week")]
    views.append(Chip("Week of all", asked.url(span="load", who=""), asked.span == "load"))
    views.append(Chip("Month", asked.url(span="month"), asked.span == "month"))
    return {
        "title": (calendars[0].name if alone and calendars else "") or ", ".join(w for w in where if w) or "Schedule",
        "today_url": asked.url(day=today),
        "views": [*views, *(Chip(word, asked.url(by=key, who=""), asked.by == key) for key, word in BY.items())],
        "picks": _picks(here, asked, sites),
        "kept": [("by", asked.by), ("span", asked.span)],
        "day_text": say_day(asked.day, today=today),
        "action": reverse("schedule"),
        "book_url": f"{reverse('find-times')}?since={asked.day.isoformat()}" if asked.day > today else reverse("find-times"),
        "block_url": _block_url(asked) if allowed(roles, Permission.CALENDAR_EDIT) else "",
    }


def _block_url(asked: Asked) -> str:
    return f"{reverse('keep-free')}?day={asked.day.isoformat()}{f'&who={asked.who}' if asked.who else ''}"


def _sheet_url(asked: Asked, calendars: list[Calendar]) -> str:
    """Return where the day sheet is: of the one calendar shown, else of the site's providers; a week has none."""
    if asked.span == "week" or not calendars:
        return ""
    pairs = {"day": asked.day.isoformat(), "site": asked.site, "who": calendars[0].resource if len(calendars) == 1 else ""}
    return f"{reverse('day-sheet')}?{urlencode({k: v for k, v in pairs.items() if v})}"


def _door_url(asked: Asked, calendars: list[Calendar]) -> str:
    """Return where the sheet for the door is, of the day of one alone."""
    if asked.span != "day" or len(calendars) != 1:
        return ""
    return f"{reverse('door-sheet')}?{urlencode({'day': asked.day.isoformat(), 'who': calendars[0].resource})}"


def _closed_said(calendars: list[Calendar], day: date) -> str:
    """Say that the clinic is closed where nobody is in, and why."""
    if not calendars or any(templates.hours_on(c, day) for c in calendars):
        return ""
    reasons = {h.reason for c in calendars for h in templates.closed_on(c, day) if h.reason}
    return f"Closed {say_day(day)}{': ' + sorted(reasons)[0] if len(reasons) == 1 else ''}."


def _picks(here: Clinic, asked: Asked, sites: dict[str, str]) -> list[Pick]:
    found = []
    if len(sites) > 1:
        options = [("", "All sites"), *((ref.partition("/")[2], name) for ref, name in sorted(sites.items(), key=lambda s: s[1]))]
        found.append(Pick("site", "Site", asked.site, tuple(options)))
    departments = sorted({kind.department for kind in here.kinds.values() if kind.department})
    if len(departments) > 1:
        words = ((d, d.replace("-", " ").capitalize()) for d in departments)
        found.append(Pick("dept", "Department", asked.dept, (("", "All"), *words)))
    people = calendars_of(here, replace(asked, who=""), most=len(here.bookables))
    if people:
        every = [] if asked.span == "week" else [("", f"All {BY[asked.by].lower()}")]
        noun = NOUNS.get(people[0].role, "Whose").capitalize()
        found.append(Pick("who", noun, asked.who, (*every, *((c.resource, c.name) for c in people))))
    return found
