"""The booking card of one chosen time, with what is known filled in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import QueryDict
from django.urls import reverse

from waypost.access import scopes
from waypost.kernel import ids
from waypost.kernel.dates import read_day, say_day, say_short
from waypost.kernel.problem import Problem
from waypost.messaging import fhir as letters
from waypost.messaging.actions import email_choice
from waypost.messaging.rules import wording
from waypost.records import queries as records
from waypost.registry import fhir
from waypost.scheduling.rules import occupied
from waypost.scheduling.rules.types import CARE_ROLES
from waypost.scheduling.rules.wishes import FoundTime
from waypost.web import words
from waypost.web.pages import Request
from waypost.web.parts import Status
from waypost.web.schedule import over, rows
from waypost.web.schedule.booking_form import BookingForm
from waypost.web.schedule.choices import Choices
from waypost.web.schedule.pages import BookCard, CardFact, Instead
from waypost.web.schedule.times import Search, languages_of, name_of

ORDERS_SHOWN_MAX = 12
DAYS_A_WEEK = 7
IN_FORCE = {"active", "on-hold", "draft"}


def card_for(found: Search) -> BookCard | None:
    """Return the booking card of the chosen time, with what is known filled in."""
    if found.kind is None or (found.view is None and not found.choices.move):
        return None
    key, time, start = new_key(found.request), found.chosen, over.read(found.choices.over)
    if time is not None:
        return card_of(found, form_of(found, None), time.start, dict(rows.read_take(rows.take_of(time))), key=key)
    take = over.step_of(found.here, found.kind, found.choices.who)
    if start is None or not take or not over.may(found.request):
        return None
    return card_of(found, form_of(found, None), start, take, key=key)


def new_key(request: Request) -> str:
    return str(ids.uuid7(request.ctx.now))


def form_of(found: Search, data: QueryDict | None) -> BookingForm:
    assert found.kind is not None
    moving = bool(found.choices.move)
    orders = [] if moving else orders_of(found)
    code, language = languages_of(found)
    initial = {
        "interpreter": bool(found.interpreter),
        "order": found.choices.order
        or (orders[0][0] if len(orders) == 1 and found.kind.order_required else ""),
        "reason": _reason_of(found, orders),
        **_waited_for(found),
    }
    form = BookingForm(
        data,
        initial=initial,
        auto_id="book_%s",
        order_required=found.kind.order_required and not moving,
        orders=orders,
        interpreter_language=language if code and code != "en" else "",
        letter_language=letters.letter_language(found.view.resource) if found.view else "en",
        moving=moving,
        may_repeat=found.kind.capacity == 1 and not moving and not found.choices.wait,
        series=moving and _in_series(found),
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


def _in_series(found: Search) -> bool:
    visit = records.read_or_none(found.scope, "Appointment", found.choices.move)
    return visit is not None and bool(fhir.extension(visit.resource, "series"))


def _focus(form: BookingForm) -> None:
    """The first thing that is still to be said has the focus; where all is known, the button has it."""
    for name in ("order", "order_told", "reason"):
        if name in form.fields and not form.is_bound and not form.initial.get(name):
            if name == "order" and not form.order_required:
                continue
            form.fields[name].widget.attrs["data-focus"] = ""
            return


def orders_of(found: Search) -> list[tuple[str, str]]:
    """Return the orders in force that this reader may see, newest first: 'Nov 20, Dr. Osei: echocardiogram'."""
    if (
        found.kind is None
        or not found.choices.patient
        or not (found.kind.order_required or found.choices.order)
    ):
        return []
    if found.view is None or found.view.closed:
        return []
    scope = scopes.for_patient(found.request.ctx, found.choices.patient, what="ServiceRequest")
    kept = records.about(scope, found.choices.patient, ["ServiceRequest"], count=ORDERS_SHOWN_MAX * 2)
    standing = [v for v in kept if v.resource.get("status") in IN_FORCE]
    return [(v.id, _order_said(v.resource, found)) for v in standing[:ORDERS_SHOWN_MAX]]


def _order_said(order: dict[str, Any], found: Search) -> str:
    day = read_day(order.get("authoredOn"))
    code = order.get("code") or {}
    what = code.get("text") or next(
        (c.get("display", "") for c in code.get("coding", ()) if c.get("display")), "order"
    )
    who = (order.get("requester") or {}).get("display", "")
    head = ", ".join(part for part in (say_short(day, today=found.today) if day else "", who) if part)
    return f"{head}: {what}" if head else what


def _reason_of(found: Search, orders: Sequence[tuple[str, str]]) -> str:
    return orders[0][1].partition(": ")[2] if len(orders) == 1 else ""


def card_of(
    found: Search,
    form: BookingForm,
    start: datetime,
    take: Mapping[int, str],
    *,
    key: str,
    taken: Problem | None = None,
) -> BookCard:
    assert found.kind is not None
    here, kind = found.here, found.kind
    main = take.get(kind.main_step) or next(iter(take.values()), "")
    calendar = here.calendar(main)
    zone = calendar.zone if calendar else found.zone
    arrive = occupied.arrive_at(kind, start)
    local = start.astimezone(ZoneInfo(zone))
    site = found.sites.get(calendar.site, "") if calendar else ""
    named = {step: c.name for step, r in take.items() if (c := here.calendar(r)) is not None}
    room = next(
        (c.name for r in take.values() if (c := here.calendar(r)) is not None and c.role == "room"), ""
    )
    provider = calendar.name if calendar and calendar.role in CARE_ROLES else ""
    video = bool(found.choices.video)
    code, language = languages_of(found)
    told = {
        "arrive_at": start if video else arrive,
        "zone": zone,
        "site": site,
        "room": room,
        "provider": provider,
        "telehealth": video,
    }
    moving, going_over = bool(found.choices.move), bool(found.choices.over)
    day = say_day(local.date(), today=found.today)
    verb = f"{'Move' if moving else 'Book'}{' over' if going_over else ''}"
    hidden = [(n, getattr(found.choices, n)) for n in Choices.__dataclass_fields__]
    hidden = [pair for pair in hidden if pair[1]]
    hidden += [
        ("start", _stamp(start)),
        ("take", ",".join(f"{s}={r}" for s, r in take.items())),
        ("key", key),
    ]
    first = (start if video else arrive).astimezone(ZoneInfo(zone))
    arrival = f"{'at' if video else 'arrive'} {words.clock(first)}"
    return BookCard(
        action=reverse("book"),
        heading="Another time"
        if taken
        else f"{verb}{' to' if moving and not going_over else ''} {day}, {arrival}",
        form=form,
        facts=_facts(found, form, local, named, site, room, video=video)[
            3 if taken else 0 :
        ],  # visit, people and place are open again
        hidden=hidden,
        verb=verb,
        say="" if taken else wording.read_back(**told),  # type: ignore[arg-type]
        say_translated=wording.read_back(**told, language="es") if code == "es" and not taken else "",  # type: ignore[arg-type]
        say_language="In Spanish" if language else "",
        say_code="es",
        other_acts=() if moving or going_over or found.choices.wait else (("hold", "Hold for 15 minutes"),),
        next_best=_instead(taken, found) if taken else (),
        taken_said=str(taken.title) if taken else "",
        over=over.card(found.request, here, start, take, zone=zone, why=taken)
        if taken or going_over
        else None,
        focus_button=not form.errors
        and not any("data-focus" in field.widget.attrs for field in form.fields.values()),
    )


def _instead(taken: Problem, found: Search) -> list[Instead]:
    times: Sequence[FoundTime] = taken.extra.get("times") or (found.found.times[:3] if found.found else ())
    return [
        Instead(
            f"{_stamp(time.start)}~{rows.take_of(time)}",
            f"{rows.day_of(time, found.local_now)}, {rows.hours_of(time)}, {rows.main_part(time).name}",
        )
        for time in times
    ]


def _facts(
    found: Search,
    form: BookingForm,
    local: datetime,
    named: Mapping[int, str],
    site: str,
    room: str,
    *,
    video: bool,
) -> list[CardFact]:
    assert found.kind is not None
    end = local + (occupied.visit_span(found.kind, local).length)
    facts = [
        CardFact(label="Visit", value=f"{name_of(found.kind)}, {words.hours(local, end)}"),
        CardFact(
            label="With",
            value=wording.listed(
                list(dict.fromkeys(name for _, name in sorted(named.items()) if name != room))
            ),
        ),
        CardFact(label="Place", value="By video" if video else ", ".join(p for p in (room, site) if p)),
    ]
    if found.view is None:
        return facts
    facts += _coverage(found)
    if found.interpreter or "interpreter" in form.fields:
        language = languages_of(found)[1]
        where = "on site" if found.choices.interpreter else "phone, video or on site"
        facts.append(
            CardFact(
                label="Interpreter",
                value=f"{language}, {where}" if found.interpreter else f"Speaks {language}; none needed",
                status=Status("soon", "To ask") if found.interpreter else None,
            )
        )
    facts.append(
        CardFact(
            label="Ride",
            value="None asked for yet" if not found.view.needs else f"Needs: {', '.join(found.view.needs)}",
        )
    )
    facts.append(CardFact(label="Goes out", value=goes_out(found)))
    return facts


def _coverage(found: Search) -> list[CardFact]:
    assert found.view is not None
    coverages = found.view.coverages
    if not coverages:
        return [
            CardFact(label="Coverage", value="None on file: ask who pays", status=Status("late", "Unknown"))
        ]
    first = coverages[0]
    state = {"active": Status("ok", "Active"), "unknown": Status("soon", "Verify"), "ended": Status("late", "Ended"),
             "refused": Status("late", "Not active"), "not-yet": Status("soon", "Not begun")}.get(first.state)  # fmt: skip
    rest = f" · and {', '.join(c.payer for c in coverages[1:3])}" if len(coverages) > 1 else ""
    known = "" if first.self_pay else " Prior authorization: nothing on file."
    return [
        CardFact(
            label="Coverage",
            value=f"{first.payer}{', ' + first.plan if first.plan and first.plan != first.payer else ''}{rest}. {first.said}{known}",
            status=state,
        )
    ]


def goes_out(found: Search) -> str:
    """Return what goes out with the booking, and in which language."""
    assert found.view is not None
    resource = found.view.resource
    language = {"en": "English", "es": "Spanish"}[letters.letter_language(resource)]
    choice = email_choice(resource, found.request.ctx)
    mail = "e-mail with day, time, place and phone" if choice.address else f"no e-mail ({choice.reason})"
    wanted = fhir.written_language(resource).split("-")[0]
    other = (
        f"; {wording.language_name(wanted, 'en')} is not printed here"
        if wanted not in {"", "en", "es"}
        else ""
    )
    return f"Letter in {language} to print, {mail}{other}"


def _stamp(at: datetime) -> str:
    return f"{at.astimezone(ZoneInfo('UTC')):%Y%m%dT%H%M}Z"
