"""The flow board of a site and day: columns by step or by provider; a list on a phone."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.views.decorators.http import require_safe

from waypost.access import scopes
from waypost.access.permissions import Permission, allowed
from waypost.coordination.flow import queries, steps
from waypost.coordination.flow.changing import moved_from
from waypost.coordination.flow.queries import InFlow
from waypost.coordination.flow.steps import Step
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day, say_day, say_time
from waypost.kernel.scope import Scope
from waypost.records import queries as records
from waypost.records.versions import Version
from waypost.registry import queries as registry
from waypost.registry.dates import read_date
from waypost.scheduling import fhir
from waypost.scheduling.queries.clinic import Clinic, clinic
from waypost.web import asked as asking
from waypost.web.flow.cards import Around, FlowCard, card
from waypost.web.live.views import Live, Shown, View, live, register
from waypost.web.pages import Page, Request, render_page
from waypost.web.parts import Act
from waypost.web.schedule.boards import Chip, Pick
from waypost.web.schedule.sites import site_names
from waypost.web.words import clock, count, local

BY = {"step": "Steps", "provider": "Providers"}
COLUMNS = (Step.BOOKED, Step.ARRIVED, Step.FORMS, Step.ROOMED, Step.WITH_PROVIDER, Step.CHECKOUT, Step.DONE)
TITLES = {Step.BOOKED: "Expected", Step.DONE: "Gone"}
GONE_SHOWN = 6
EMPTY = {
    Step.BOOKED: "Nobody more is expected.", Step.ARRIVED: "Nobody waits.", Step.FORMS: "Nobody is at the forms.",
    Step.ROOMED: "Nobody waits in a room.", Step.WITH_PROVIDER: "Nobody is with a provider.",
    Step.CHECKOUT: "Nobody is at checkout.", Step.DONE: "Nobody has gone yet.",
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """What board it is; a live view is known by its text."""

    site: str  # 'x' of Location/x, '' for all
    day: date
    by: str = "step"

    @property
    def text(self) -> str:
        return urlencode({"site": self.site, "day": self.day.isoformat(), "by": self.by})

    def url(self, **changes: object) -> str:
        return f"{reverse('flow')}?{replace(self, **changes).text}"  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class FlowColumn:
    title: str
    note: str
    cards: Sequence[FlowCard]
    empty: str
    rest: Sequence[FlowCard] = ()  # behind a fold
    patients: Sequence[str] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """The board itself, the same for everyone who has it open."""

    columns: Sequence[FlowColumn]
    said: str
    empty: bool
    sent: Sequence[str] = ()  # visits that went on to another site


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowPage(Page):
    template: ClassVar[str] = "waypost/flow/board.html"
    place: str = "flow"
    board: Drawn
    live: Live
    note: str
    here: str
    may: bool
    before: Act
    after: Act
    today_url: str
    is_today: bool
    views: Sequence[Chip]
    picks: Sequence[Pick]
    kept: Sequence[tuple[str, str]]
    day_text: str
    wall_url: str
    close_url: str


def key_of(given: Any, today: date, usual: str = "") -> Key:
    typed = asking.text(given, "day", 40)
    on = asking.day(given, "day") or (read_date(typed, today=today, prefer="near") if typed else None)
    by = given.get("by", "")
    site = asking.id_(given, "site") if "site" in given else usual
    return Key(site=site, day=on if on and asking.within_reach(on) else today, by=by if by in BY else "step")


@require_safe
def board(request: Request) -> HttpResponse:
    """Show where every patient of the day stands."""
    ctx = request.ctx
    today = local_day(ctx.now, ctx.zone)
    here = clinic(ctx.tenant, ctx.now)
    names = site_names(scopes.for_staff(ctx, what="Location"), here)
    key = key_of(request.GET, today, usual_site(request, names))
    drawn = draw(ctx, key)
    site = names.get(f"Location/{key.site}", "")
    options = (("", "All sites"), *((ref.partition("/")[2], name) for ref, name in sorted(names.items(), key=lambda s: s[1])))
    return render_page(
        request,
        FlowPage(
            title=f"Clinic flow{', ' + site if site else ''}",
            board=drawn,
            live=live({"flow": shown(drawn)}, {"site": key.site, "day": key.day.isoformat(), "by": key.by}, at=clock(local(ctx.now, ctx.zone)), refresh=key.url()),
            note=say_day(key.day, today=today),
            here=key.url(),
            may=allowed(ctx.actor.roles, Permission.APPOINTMENT_STATUS),
            before=Act("The day before", key.url(day=date.fromordinal(key.day.toordinal() - 1))),
            after=Act("The day after", key.url(day=date.fromordinal(key.day.toordinal() + 1))),
            today_url=key.url(day=today),
            is_today=key.day == today,
            views=[Chip(word, key.url(by=by), key.by == by) for by, word in BY.items()],
            picks=[Pick("site", "Site", key.site, options)] if len(names) > 1 else [],
            kept=[("by", key.by)],
            day_text=say_day(key.day, today=today),
            wall_url=f"{reverse('wall-link')}?{urlencode({'site': key.site})}",
            close_url=f"{reverse('flow-close')}?{urlencode({'site': key.site, 'day': key.day.isoformat()})}",
        ),
    )


def usual_site(request: Request, names: dict[str, str]) -> str:
    """Return the site where this person usually works, if it is one that patients come to."""
    site = getattr(request.user, "site", "")
    return site if f"Location/{site}" in names else ""


def draw(ctx: Context, key: Key) -> Drawn:
    """Return the board as it stands; the look is audited with everyone on it."""
    since, _ = queries.bounds(key.day, ctx.zone)
    scope = scopes.for_flow(ctx, since, "flow")
    drawn, patients = drawn_of(scope, key, clinic(ctx.tenant, ctx.now), ctx.now)
    scopes.found(ctx, "Appointment", patients, action="flow")
    return drawn


def shown(drawn: Drawn) -> Shown:
    """Return the board's parts for who has it open: the line beside its title, and each column."""
    parts = {"flow-note": format_html('<span class="note nums" id="flow-note">{}</span>', drawn.said)}
    for number, column in enumerate(drawn.columns, 1):
        parts[f"flow-column-{number}"] = render_to_string("waypost/flow/column.html", {"column": column, "number": number})
    patients = {f"flow-column-{n}": column.patients for n, column in enumerate(drawn.columns, 1)}
    return Shown(parts, patients, shape="\n".join((*(column.title for column in drawn.columns), *drawn.sent)))


def _live_key(ctx: Context, given: Any) -> Key:
    scopes.for_search(ctx, "Schedule")  # refuses whoever may see no schedule; to all others it is the same
    return key_of(given, local_day(ctx.now, ctx.zone))


def _live_render(ctx: Context, key: Key) -> Shown:
    since, _ = queries.bounds(key.day, ctx.zone)
    drawn, _ = drawn_of(scopes.for_flow(ctx, since, look=False), key, clinic(ctx.tenant, ctx.now), ctx.now)
    return shown(drawn)


FLOW = register(View(
    name="flow", what="Appointment", types=frozenset({"Appointment", "Encounter"}), key=_live_key, render=_live_render, every_seconds=60,
))  # fmt: skip


def drawn_of(scope: Scope, key: Key, here: Clinic, now: datetime) -> tuple[Drawn, list[str]]:
    site = f"Location/{key.site}" if key.site else ""
    visits = queries.visits(scope, key.day)
    people = queries.in_flow(scope, visits, site)
    rooms = queries.rooms(here, site, people)
    known = registry.people(scope, [one.patient for one in people])
    around = Around(
        now=now,
        zone=scope.zone,
        rooms={room.ref: room for room in rooms},
        grace=graces(here, people),
        today=key.day == local_day(now, scope.zone),
    )
    cards = [(one, card(one, known.get(one.patient), _kind(here, one), around)) for one in people]
    columns = _by_provider(cards) if key.by == "provider" else _by_step(cards)
    inside = sum(one.step in steps.HERE for one in people)
    said = [count(len({one.visit.id for one in people}), "visit"), f"{inside} here now"]
    late = sum(drawn.status.kind == "late" and one.step not in steps.ENDED for one, drawn in cards)
    said += [f"{late} late"] if late else []
    free = sum(room.free > 0 for room in rooms)
    return (
        Drawn(columns=columns, said=" · ".join(said + ([f"{free} of {count(len(rooms), 'room')} free"] if rooms else [])), empty=not cards, sent=_sent(visits, site, scope)),
        sorted({one.patient for one in people}),
    )


def _sent(visits: Sequence[Version], site: str, scope: Scope) -> list[str]:
    """Say which visits went on from this site to the one that their patients had come to."""
    mine = [one for one in visits if site and moved_from(one.resource) == site]
    names = records.many(scope, [("Location", fhir.site_of(one.resource).partition("/")[2]) for one in mine])
    said = []
    for one in mine:
        start, to = fhir.instant(one.resource.get("start")), names.get(("Location", fhir.site_of(one.resource).partition("/")[2]))
        who = next((p["actor"].get("display", "") for p in one.resource["participant"] if fhir.reference(p).startswith("Patient/")), "")
        said.append(f"{who or 'A patient'} came to {to.resource.get('name') if to else 'another site'}: the visit moved there, {say_time(start, scope.zone) if start else ''}")
    return said


def graces(here: Clinic, people: Iterable[InFlow]) -> dict[str, int]:
    """Return the minutes of grace of the visits whose patients have not come."""
    return {one.visit.id: _grace(here, one) for one in people if one.step is Step.BOOKED}


def _grace(here: Clinic, one: InFlow) -> int:
    kind = here.kinds.get(fhir.visit_type_code(one.visit.resource) or "")
    return kind.grace if kind else 0


def _kind(here: Clinic, one: InFlow) -> str:
    kind = here.kinds.get(fhir.visit_type_code(one.visit.resource) or "")
    if kind:
        return kind.name.get("en", kind.code)
    return next((k.get("text", "") for k in one.visit.resource.get("serviceType") or ()), "") or "Visit"


Cards = list[tuple[InFlow, FlowCard]]


def _by_step(cards: Cards) -> list[FlowColumn]:
    made = []
    for step in COLUMNS:
        mine = [(one, drawn) for one, drawn in cards if (one.step if one.step not in steps.ENDED else Step.DONE) is step]
        if step not in {Step.BOOKED, Step.DONE}:  # who has waited longest comes first
            mine.sort(key=lambda pair: (pair[0].flow.since or pair[0].start, pair[0].visit.id))
        if step is Step.DONE:
            mine.sort(key=lambda pair: (pair[0].flow.since or pair[0].start, pair[0].visit.id), reverse=True)
        many = GONE_SHOWN if step is Step.DONE else len(mine)
        every = [drawn for _, drawn in mine]
        made.append(FlowColumn(TITLES.get(step, steps.WORDS[step]), str(len(mine)), every[:many], EMPTY[step], every[many:], [one.patient for one, _ in mine]))
    return made


def _by_provider(cards: Cards) -> list[FlowColumn]:
    whose: dict[str, Cards] = {}
    for one, drawn in cards:
        whose.setdefault(one.provider[1] or "Nobody named", []).append((one, drawn))
    made = []
    for name, mine in sorted(whose.items(), key=lambda pair: queries.natural(pair[0])):
        mine.sort(key=lambda pair: (pair[0].step in steps.ENDED, pair[0].start, pair[0].visit.id))
        left = sum(one.step not in steps.ENDED for one, _ in mine)
        made.append(FlowColumn(name, f"{left} to go" if left else "all gone", [drawn for _, drawn in mine], "", patients=[one.patient for one, _ in mine]))
    return made


