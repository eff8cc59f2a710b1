"""Find times: the choices, the list of best times, what to relax, and the booking card of the chosen time."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET

from waypost.kernel.dates import local_day, say_day
from waypost.registry import fhir
from waypost.scheduling.queries.slots import kinds_of
from waypost.scheduling.rules import templates
from waypost.scheduling.rules.types import CARE_ROLES
from waypost.web.chart.bands import band
from waypost.web.pages import Request, go_to, render_page
from waypost.web.parts import Act, Status, TimeRow
from waypost.web.schedule import choices as choosing
from waypost.web.schedule import joining, narrow, over, rows, waiting
from waypost.web.schedule.chips import groups
from waypost.web.schedule.choices import Choices
from waypost.web.schedule.joining import Joining
from waypost.web.schedule.pages import BookCard, TimesPage
from waypost.web.schedule.searching import Search, name_of, search
from waypost.web.words import count


@require_GET
def find(request: Request) -> HttpResponse:
    """Show free times for what was chosen."""
    from waypost.web.schedule.booking_card import card_for

    choices = choosing.read(request.GET)
    typed = narrow.bound(request.GET, local_day(request.ctx.now, request.ctx.zone))
    if typed is not None and typed.is_valid():
        choices = typed.applied(choices)
    found = search(request, choices)
    time_form = _over_time(found)
    if time_form is not None and time_form.form.is_bound and time_form.form.is_valid():
        who = time_form.form.cleaned_data["over_who"]
        calendar = found.here.calendar(who)
        start = time_form.form.start(calendar.zone if calendar else found.zone)
        chosen = found.choices.query(chosen="", who=who, over=f"{start:%Y%m%dT%H%M}Z")
        return go_to(request, f"{reverse('find-times')}?{chosen}#book")
    card = card_for(found)
    gone = bool(found.choices.chosen) and found.chosen is None and found.kind is not None
    notice = Status("soon", "That time is no longer free. The list is fresh.") if gone else None
    return render_page(request, page_of(found, card=card, notice=notice))


def page_of(
    found: Search, *, card: BookCard | None = None, notice: Status | None = None, join: Joining | None = None
) -> TimesPage:
    """Return the page; `join` is what was typed to join a group, where it does not hold together."""
    choices, kind = found.choices, found.kind
    subtitle = "For a visit on the waitlist." if choices.wait else ""
    address = reverse("find-times")
    rows_shown = _rows(found, address)
    people_shown = _people(found)
    return TimesPage(
        title="Move the visit" if choices.move else "Find times",
        subtitle=subtitle,
        action=address,
        band=band(found.view, acts=()) if found.view else None,
        notice=notice,
        kept=[pair for pair in _kept(choices, asks_who=kind is not None) if pair[1]],
        visit_name=name_of(kind) if kind else choices.visit,
        visit_names=sorted(name_of(k) for k in found.here.offered),
        locked=bool(choices.move),
        several=[
            Act(name_of(found.here.kinds[code]), f"{address}?{choices.query(visit=code, chosen='')}")
            for code in found.several
        ],
        kind=kind,
        takes=rows.takes(kind.minutes, [(step.role, step.minutes) for step in kind.steps]) if kind else "",
        order_said="Needed for this visit." if kind and kind.order_required else "",
        groups=_groups(found, address) if kind else (),
        people=people_shown if kind else (),
        people_hint=_known_said(found),
        anyone=f"Anyone in {kind.department.replace('-', ' ')}" if kind and kind.department else "Anyone",
        who=next((name for name in choices.names if name in dict(people_shown)), ""),
        narrow=narrow.panel(found),
        more_acts=_more_acts(found),
        rows=[row for row in rows_shown if row.chosen] or rows_shown if card else rows_shown,
        others=[row for row in rows_shown if not row.chosen]
        if card and any(row.chosen for row in rows_shown)
        else (),
        more_url=_more_url(found, address),
        count_said=_count_said(found),
        count_note=_count_note(found),
        relax=_relax(found, address),
        empty_why=_empty_why(found),
        empty_what=_empty_what(found),
        card=card,
        needs_patient="" if found.view or choices.move else "now" if choices.chosen else "yes",
        patient=choices.patient,
        all_kept=[(n, getattr(choices, n)) for n in Choices.__dataclass_fields__ if getattr(choices, n)],
        sessions=joining.sessions(found, join),
        over_time=None if card else _over_time(found),
        wait=None if card else waiting.card(found),
    )


def _over_time(found: Search) -> over.OverTime | None:
    """Return the form for a time that is not free, for those who may book over it."""
    choices = found.choices
    if found.kind is None or not (found.view or choices.move):
        return None
    left_out = {"chosen", "over", "who", "more"}
    kept = [(n, getattr(choices, n)) for n in Choices.__dataclass_fields__ if n not in left_out]
    return over.time_form(
        found.request,
        kept=[pair for pair in kept if pair[1]],
        people=_people(found),
        who=next(iter(choices.names), "") or _first_of(found),
        today=found.today,
    )


def _first_of(found: Search) -> str:
    return rows.main_part(found.found.times[0]).resource if found.found and found.found.times else ""


def _kept(choices: Choices, *, asks_who: bool) -> list[tuple[str, str]]:
    """Return what the form carries along; what it asks itself is left out."""
    names = ("patient", "move", "at", "part", "days", "site", "gender", "speaks", "interpreter", "wheelchair", "video", "trip",
             "order", "group", "wait")  # fmt: skip
    carried = names if asks_who else (*names, "who", "since", "within", "hours")
    if asks_who and choices.within.isdecimal():
        carried = (*carried, "within")  # a last day stands in the form itself
    return [(name, getattr(choices, name)) for name in carried]


def _rows(found: Search, address: str) -> list[TimeRow]:
    if found.found is None:
        return []
    shown = []
    for time in found.found.times:
        key = rows.key_of(time)
        place = rows.place_of(time, found.sites, video=found.choices.by_video)
        shown.append(
            TimeRow(
                day=rows.day_of(time, found.local_now),
                hours=rows.hours_of(time),
                place=place,
                why=time.why,
                url=f"{address}?{found.choices.query(chosen=key)}",
                strip=rows.strip_of(time),
                chosen=key == found.choices.chosen,
            )
        )
    return shown


def _more_url(found: Search, address: str) -> str:
    if found.found is None or found.choices.more or found.found.count <= len(found.found.times):
        return ""
    return f"{address}?{found.choices.query(more='1')}"


def _people(found: Search) -> list[tuple[str, str]]:
    return narrow.able(found, CARE_ROLES)


def _known_said(found: Search) -> str:
    """Say who knows the patient, where a time with them is among those found."""
    if found.found is None:
        return ""
    names = dict.fromkeys(rows.main_part(time).name for time in found.found.times if time.known)
    return (
        f"{' and '.join(list(names)[:2])} {'knows' if len(names) == 1 else 'know'} the patient"
        if names
        else ""
    )


def _more_acts(found: Search) -> list[Act]:
    if not found.choices.patient or found.choices.move:
        return []
    return [Act("Visit elsewhere", f"{reverse('visit-outside')}?patient={found.choices.patient}")]


def _count_said(found: Search) -> str:
    if found.found is None:
        return ""
    return "99 times or more" if found.found.count >= 99 else count(found.found.count, "time")


def _count_note(found: Search) -> str:
    if found.found is None or not found.found.times:
        return ""
    shown = len(found.found.times)
    notes = ["best fit first" if shown == found.found.count else f"the best {shown}"]
    closed = _closed_soon(found)
    return " · ".join([*notes, *closed])


def _closed_soon(found: Search) -> list[str]:
    """Say which of the next ten days the whole clinic is closed, and why: it explains a gap in the list."""
    from datetime import timedelta

    calendars = [one.calendar for one in found.here.ordered if one.calendar.role in CARE_ROLES]
    said: list[str] = []
    for n in range(1, 10):
        day = found.today + timedelta(days=n)
        if day.weekday() < 5 and calendars and not any(templates.hours_on(c, day) for c in calendars):
            reasons = sorted({h.reason for c in calendars for h in templates.closed_on(c, day) if h.reason})
            said.append(
                f"closed {say_day(day, today=found.today)}{f' ({reasons[0]})' if len(reasons) == 1 else ''}"
            )
    return said


def _groups(found: Search, address: str) -> Sequence[Any]:
    assert found.kind is not None
    able = [one.calendar for r, one in found.here.bookables.items() if found.kind in kinds_of(found.here, r)]
    people = [c for c in able if c.role in CARE_ROLES] or able
    days = frozenset(day for c in people for hours in c.weekly for day in hours.days)
    sites = {ref: name for ref, name in found.sites.items() if any(c.site == ref for c in able)}
    return groups(
        found.choices, found.kind, address=address, today=found.today, sites=sites, open_days=days,
        speaks=fhir.spoken_language(found.view.resource).split("-")[0] if found.view else "",
        interpreter=bool(found.interpreter),
        has_trips=bool(found.view and found.view.upcoming),
        hours=narrow.hours_said(found.choices),
    )  # fmt: skip


def _relax(found: Search, address: str) -> list[Act]:
    if found.found is None:
        return []
    acts = []
    for one in found.found.relax:
        letting_go = rows.RELAX_CHOICE.get(one.constraint)
        if letting_go:
            named = (
                f"“{found.sites.get(f'Location/{found.choices.site}', '')}”"
                if one.constraint == "site"
                else ""
            )
            changes = dict.fromkeys(letting_go, "") | {"chosen": ""}
            if "video" in changes and found.choices.move:
                changes["video"] = "0"
            acts.append(
                Act(
                    rows.said_relax(one, found.zone, found.local_now, named),
                    f"{address}?{found.choices.query(**changes)}",
                )
            )
    if found.choices.since and not found.found.times:
        acts.append(Act("Look from now on", f"{address}?{found.choices.query(since='', at='', chosen='')}"))
    return acts


def _empty_why(found: Search) -> str:
    if found.kind is not None:
        return (
            "No time fits all of that in the next 90 days."
            if not found.choices.within
            else "No time fits all of that by then."
        )
    if found.choices.visit and not found.several:
        return f"No visit is called “{found.choices.visit}”."
    return "Which visit?"


def _empty_what(found: Search) -> str:
    if found.kind is not None:
        return (
            "What would open more times stands below."
            if found.found and found.found.relax
            else "Choose another provider or fewer wishes."
        )
    return "Type its first letters and press Enter."
