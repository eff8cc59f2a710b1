"""Referrals: lanes by step with ages, narrowed by department, urgency and owner."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from waypost.access import scopes
from waypost.access.permissions import Permission, allowed
from waypost.coordination import patients
from waypost.coordination.referrals import queries, writing
from waypost.coordination.referrals.limits import LISTED_MAX
from waypost.coordination.referrals.state import Around, Loop, loop_of
from waypost.coordination.worklist import reading
from waypost.kernel.dates import local_day
from waypost.registry import queries as registry
from waypost.registry.queries import Person
from waypost.web import asked as asking
from waypost.web.chart.bands import band
from waypost.web.pages import Page, Request, render_page
from waypost.web.parts import Band, Item
from waypost.web.referrals.words import LANES, URGENCY_SHORT, age_of, next_act, status_of
from waypost.web.schedule.boards import Chip, Pick
from waypost.web.words import count
from waypost.web.work.items import two_ids

Json = dict[str, Any]
SHOWN_A_LANE_MAX = 100
NOBODY = "nobody"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked for; kept in the address."""

    step: str = ""
    kind: str = ""
    urgency: str = ""
    owner: str = ""

    def url(self, **changes: str) -> str:
        new = replace(self, **changes)
        pairs = {"step": new.step, "kind": new.kind, "urgency": new.urgency, "owner": new.owner}
        return f"{reverse('referrals')}?{urlencode({k: v for k, v in pairs.items() if v})}".rstrip("?")


@dataclass(frozen=True, slots=True)
class Row:
    """One referral as it is listed."""

    loop: Loop
    facts: Around
    patient: str
    kind: str
    owner: str  # 'Practitioner/x', '' where nobody has its work
    owner_name: str


@dataclass(frozen=True, slots=True)
class Lane:
    title: str
    note: str
    items: Sequence[Item]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReferralsPage(Page):
    template: ClassVar[str] = "waypost/referrals/list.html"
    place: str = "referrals"
    note: str
    lanes: Sequence[Lane]
    empty: str
    chips: Sequence[Chip] = ()
    picks: Sequence[Pick] = ()
    kept: Sequence[tuple[str, str]] = ()
    clear_url: str = ""
    band: Band | None = None  # of one patient's
    refer_url: str = ""
    ask_url: str = ""


@require_safe
def referrals(request: Request) -> HttpResponse:
    """Show open referrals and orders of the reader's patients, what is late first."""
    ctx = request.ctx
    today = local_day(ctx.now, ctx.zone)
    given = request.GET
    step, urgency = given.get("step", ""), given.get("urgency", "")
    asked = Asked(
        step=step if step in LANES else "",
        kind=asking.text(given, "kind", 80),
        urgency=urgency if urgency in URGENCY_SHORT else "",
        owner=asking.text(given, "owner", 80),
    )
    scope = scopes.for_search(ctx, "ServiceRequest")
    found = queries.open_ones(scope)
    facts = queries.around(scope, found)
    rows = [_row(facts[one.id], today, ctx.zone) for one in found]
    scopes.found(ctx, "ServiceRequest", [row.patient for row in rows if row.patient])
    people = registry.people(scope, sorted({row.patient for row in rows if row.patient}))
    return render_page(request, _page(rows, people, asked, today, ctx.actor.practitioner or ""))


@require_safe
def of_patient(request: Request, id: str) -> HttpResponse:
    """Show every referral and order of one patient, those that have ended last."""
    ctx = request.ctx
    today = local_day(ctx.now, ctx.zone)
    scope = scopes.for_patient(ctx, id, what="ServiceRequest")
    found = queries.of_patient(scope, id)
    facts = queries.around(scope, found)
    rows = [_row(facts[one.id], today, ctx.zone) for one in found]
    people = registry.people(scope, [id])
    lanes = [_lane(code, rows, people, today) for code in LANES]
    ended = [_item(row, people.get(id), today) for row in rows if not row.loop.next]
    page = ReferralsPage(
        title="Referrals and orders",
        note=count(len(rows), "referral or order", "referrals and orders"),
        lanes=[*(lane for lane in lanes if lane.items), *([Lane("Ended", str(len(ended)), ended)] if ended else [])],
        empty="No referral or order is on record.",
        band=band(patients.head_of(ctx, id), acts=()),
        ask_url=reverse("ask", args=[id]),
        refer_url=reverse("refer", args=[id]) if allowed(ctx.actor.roles, Permission.ORDER_ENTER) else "",
    )
    return render_page(request, page)


def _row(facts: Around, today: date, zone: str) -> Row:
    loop = loop_of(facts, today, zone)
    tasks = [task for task in facts.of("Task") if task.get("status") in reading.OPEN]
    owner: Json = next((task["owner"] for task in tasks if task.get("owner")), {})
    patient = reading.id_of(facts.request.get("subject"), "Patient")
    kind = writing.kind_of(facts.request)
    return Row(loop, facts, patient, kind, owner.get("reference", ""), owner.get("display", ""))


def _fits(row: Row, asked: Asked) -> bool:
    return (
        (not asked.kind or row.kind == asked.kind)
        and (not asked.urgency or URGENCY_SHORT[row.loop.urgency] == URGENCY_SHORT[asked.urgency])
        and (not asked.owner or row.owner == asked.owner or (asked.owner == NOBODY and not row.owner))
    )


def _page(rows: Sequence[Row], people: Mapping[str, Person], asked: Asked, today: date, me: str) -> ReferralsPage:
    fitting = [row for row in rows if _fits(row, asked) and row.loop.next]
    late = sum(row.loop.overdue for row in fitting)
    lanes = [_lane(code, fitting, people, today) for code in LANES if asked.step in {"", code}]
    chips = [Chip(f"All {len(fitting)}", asked.url(step=""), not asked.step)]
    chips += [Chip(f"{word} {sum(row.loop.next == code for row in fitting)}", asked.url(step=code), asked.step == code) for code, word in LANES.items()]
    more = f" · the oldest {LISTED_MAX:,} are shown" if len(rows) >= LISTED_MAX else ""
    narrowed = asked.kind or asked.urgency or asked.owner or asked.step
    return ReferralsPage(
        title="Referrals",
        note=f"{count(len(fitting), 'open loop')} · {late} late{more}",
        chips=chips,
        picks=_picks(rows, asked, me),
        kept=[("step", asked.step)] if asked.step else [],
        lanes=[lane for lane in lanes if lane.items],
        empty="Nothing here waits." if narrowed else "No referral of your patients is open.",
        clear_url=reverse("referrals") if narrowed else "",
    )


def _lane(code: str, rows: Iterable[Row], people: Mapping[str, Person], today: date) -> Lane:
    mine = [row for row in rows if row.loop.next == code]
    mine.sort(key=lambda row: (not row.loop.overdue, row.loop.due or date.max, row.loop.id))
    late = sum(row.loop.overdue for row in mine)
    more = len(mine) - SHOWN_A_LANE_MAX
    note = f"{len(mine)}{f', {late} late' if late else ''}{f' · the first {SHOWN_A_LANE_MAX} are shown' if more > 0 else ''}"
    return Lane(LANES[code], note, [_item(row, people.get(row.patient), today) for row in mine[:SHOWN_A_LANE_MAX]])


def _item(row: Row, person: Person | None, today: date) -> Item:
    request = row.facts.request
    to = writing.to_of(request)
    what = writing.what_of(request)
    return Item(
        status=status_of(row.loop, today),
        what=f"{what}{f', {to}' if to and to.casefold() not in what.casefold() else ''}",
        whom=" · ".join(part for part in (two_ids(person), row.owner_name) if part),
        why=age_of(row.loop, today),
        url=reverse("referral", args=[row.loop.id]),
        act=next_act(row.loop, row.patient),
    )


def _picks(rows: Sequence[Row], asked: Asked, me: str) -> list[Pick]:
    kinds = sorted({row.kind for row in rows if row.kind} | ({asked.kind} if asked.kind else set()))
    owners = {row.owner: row.owner_name or "A colleague" for row in rows if row.owner}
    mine = f"Practitioner/{me}"
    named = sorted(((key, name) for key, name in owners.items() if key != mine), key=lambda pair: pair[1])
    own = [(mine, "Mine")] if me else []
    return [
        Pick("kind", "Department or specialty", asked.kind, (("", "Any"), *((kind, kind) for kind in kinds))),
        Pick("urgency", "Urgency", asked.urgency, (("", "Any"), ("stat", "Emergent"), ("urgent", "Urgent"), ("routine", "Routine"))),
        Pick("owner", "Owner", asked.owner, (("", "Anybody"), *own, (NOBODY, "Nobody yet"), *named)),
    ]
