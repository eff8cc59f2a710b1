"""The booking card of one chosen time, with what is known filled in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.urls import reverse

from waypost.coordination.actions.moving import Blocked, WaysOut
from waypost.kernel import ids
from waypost.kernel.dates import say_day, say_moment
from waypost.kernel.problem import Problem
from waypost.messaging import fhir as letters
from waypost.messaging.rules import wording
from waypost.records import queries as records
from waypost.registry import fhir
from waypost.scheduling.rules.wishes import FoundTime
from waypost.web import words
from waypost.web.pages import Request
from waypost.web.schedule import over, rows
from waypost.web.schedule.booking_facts import Seen, facts_of, looked_up, order_in, order_said, seen_of
from waypost.web.schedule.booking_form import BookingForm
from waypost.web.schedule.choices import Choices
from waypost.web.schedule.pages import Apart, BookCard, Instead
from waypost.web.schedule.searching import Search, languages_of

ORDERS_SHOWN_MAX = 12
DAYS_A_WEEK = 7
APART = "apart-"  # and the id of a visit: what becomes of it where its series moves
STAY = "stay"
FACTS_OF_THE_TIME = 3  # visit, people and place: open again where the time is taken


def card_for(found: Search) -> BookCard | None:
    """Return the booking card of the chosen time, with what is known filled in."""
    kind = found.kind
    if kind is None or (found.view is None and not found.choices.move):
        return None
    if not found.choices.chosen and not found.choices.over:
        return None
    found = looked_up(found)
    key, time, start = new_key(found.request), found.chosen, over.read(found.choices.over)
    if time is not None:
        return card_of(found, form_of(found, None), time.start, dict(rows.read_take(rows.take_of(time))), key=key)
    taking = (over.step_of(found.here, kind, name) for name in found.choices.names)
    take = next((one for one in taking if one), {})
    if start is None or not take or not over.may(found.request):
        return None
    return card_of(found, form_of(found, None), start, take, key=key)


def new_key(request: Request) -> str:
    return str(ids.uuid7(request.ctx.now))


def form_of(found: Search, data: QueryDict | None, *, auto_id: str = "book_%s") -> BookingForm:
    assert found.kind is not None
    moving = bool(found.choices.move)
    orders = [] if moving else orders_of(found)
    code, language = languages_of(found)
    chosen = order_in(found)
    initial = {
        "interpreter": bool(found.interpreter),
        "order": chosen.get("id", ""),
        "reason": order_said(chosen, found).partition(": ")[2] if chosen else "",
        **_waited_for(found),
    }
    form = BookingForm(
        data,
        initial=initial,
        auto_id=auto_id,
        order_required=found.kind.order_required and not moving,
        orders=orders,
        interpreter_language=language if code and code != "en" else "",
        letter_language=letters.letter_language(found.view.resource) if found.view else "en",
        moving=moving,
        may_repeat=found.kind.capacity == 1 and not moving and not found.choices.wait,
        series=found.moving is not None and bool(fhir.extension(found.moving.resource, "series")),
    )
    if moving:
        for name in ("note_staff", "note_patient", "hard_ok"):
            form.fields.pop(name, None)
    elif code in {"", "en"} and not found.interpreter:
        form.fields.pop("interpreter", None)
    _focus(form)
    return form


def _waited_for(found: Search) -> dict[str, Any]:
    """Return what was said when the patient was put on the waitlist."""
    visit = records.read_or_none(found.scope, "Appointment", found.choices.wait) if found.choices.wait else None
    if visit is None:
        return {}
    said = next((r.get("text", "") for r in visit.resource.get("reasonCode", ()) if r.get("text")), "")
    return {"reason": said, "note_staff": visit.resource.get("comment", "")}


def _focus(form: BookingForm) -> None:
    """The first thing that is still to be said has the focus; where all is known, the button has it."""
    for name in ("order", "order_told", "reason", "moved_for"):
        if name in form.fields and not form.is_bound and not form.initial.get(name):
            if name == "order" and not form.order_required:
                continue
            form.fields[name].widget.attrs["data-focus"] = ""
            return


def orders_of(found: Search) -> list[tuple[str, str]]:
    """Return the orders in force that this reader may see: 'Nov 20, Dr. Osei: echocardiogram'; the likely ones first."""
    if found.kind is None or found.on_file is None:
        return []
    parts = {part for name in found.kind.name.values() for part in name.casefold().split() if len(part) > 3}

    def unlike(line: tuple[str, str]) -> bool:
        return not any(part in line[1].casefold() for part in parts)

    said = [(order["id"], order_said(order, found)) for order in found.on_file.orders]
    return sorted(said, key=unlike)[:ORDERS_SHOWN_MAX]


def card_of(
    found: Search,
    form: BookingForm,
    start: datetime,
    take: Mapping[int, str],
    *,
    key: str,
    taken: Problem | None = None,
    stale: bool = False,
    ways: tuple[Sequence[Blocked], WaysOut] | None = None,
) -> BookCard:
    """Return the card. `taken`: the time is gone; `stale`: the visit was changed, so what is known of it is what stands
    now; `ways`: visits of the series that cannot come along, and what may be done about them."""
    assert found.kind is not None
    seen = seen_of(found, start, take)
    moving, going_over = bool(found.choices.move), bool(found.choices.over)
    verb = f"{'Move' if moving else 'Book'}{' over' if going_over else ''}"
    code, language = languages_of(found)
    apart = _apart(found, *ways) if ways else ()
    return BookCard(
        action=reverse("book"),
        heading="Another time" if taken else _heading(found, seen, verb),
        form=form,
        facts=facts_of(found, form, seen)[FACTS_OF_THE_TIME if taken else 0 :],
        hidden=_hidden(found, start, take, key, stale=stale, without={one.name for one in apart}),
        verb=verb,
        say="" if taken else _say(seen, _home(found)),
        say_translated=_say(seen, _home(found), "es") if code == "es" and not taken else "",
        say_language="In Spanish" if language else "",
        say_code="es",
        other_acts=() if moving or going_over or found.choices.wait else (("hold", "Hold for 15 minutes"),),
        next_best=_next_best(taken, found) if taken else (),
        taken_said=str(taken.title) if taken else "",
        apart=apart,
        hours=_instead(ways[1].hours, found) if ways else (),
        over=over.card(found.request, found.here, start, take, zone=seen.zone, why=taken)
        if taken or going_over
        else None,
        focus_button=not form.errors
        and not any("data-focus" in field.widget.attrs for field in form.fields.values()),
    )


def _heading(found: Search, seen: Seen, verb: str) -> str:
    day = say_day(seen.local.date(), today=found.today)
    to = " to" if found.choices.move and not found.choices.over else ""
    return f"{verb}{to} {day}, {'by video at' if seen.video else 'arrive'} {words.clock(seen.first)}"


def _home(found: Search) -> str:
    return letters.home_zone(found.view.resource, found.today) if found.view else ""


def _say(seen: Seen, home: str, language: str = "en") -> str:
    return wording.read_back(
        arrive_at=seen.first, zone=seen.zone, site=seen.site, room=seen.room, provider=seen.provider,
        telehealth=seen.video, language=language, home=home,
    )  # fmt: skip


def _hidden(
    found: Search, start: datetime, take: Mapping[int, str], key: str, *, stale: bool, without: set[str]
) -> list[tuple[str, str]]:
    kept = [(name, getattr(found.choices, name)) for name in Choices.__dataclass_fields__]
    kept = [pair for pair in kept if pair[1]]
    posted = found.request.POST
    if found.moving is not None:
        seen = "" if stale else posted.get("expect", "")
        kept.append(("expect", seen or str(found.moving.version)))
        kept += [(n, str(v)) for n, v in posted.items() if n.startswith(APART) and n not in without]
    return [
        *kept,
        ("start", stamp(start)),
        ("take", ",".join(f"{s}={r}" for s, r in take.items())),
        ("key", key),
    ]


def _next_best(taken: Problem, found: Search) -> list[Instead]:
    return _instead(taken.extra.get("times") or (found.found.times[:3] if found.found else ()), found)


def _instead(times: Sequence[FoundTime], found: Search) -> list[Instead]:
    return [
        Instead(
            f"{stamp(time.start)}~{rows.take_of(time)}",
            f"{rows.day_of(time, found.local_now)}, {rows.hours_of(time)}, {rows.main_part(time).name}",
        )
        for time in times
    ]


def _apart(found: Search, blocked: Sequence[Blocked], ways: WaysOut) -> list[Apart]:
    """Return each visit of the series that cannot come along, with what may become of it: first, nothing."""

    def said(at: datetime) -> str:
        return say_moment(at, found.zone, today=found.today)

    lines = []
    for one in blocked:
        options = [(STAY, f"Leave it where it is: {said(one.was)}")]
        options += [
            (stamp(t.start), f"That one alone to {rows.day_of(t, found.local_now)}, {rows.hours_of(t)}")
            for t in ways.apart.get(one.id, ())
        ]
        lines.append(Apart(f"{APART}{one.id}", f"{said(one.wanted)} is not free", one.why, options))
    return lines


def stamp(at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo('UTC')):%Y%m%dT%H%M}Z"
