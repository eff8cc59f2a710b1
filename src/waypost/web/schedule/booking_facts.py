"""What the booking card knows: visit, people, place, coverage, authorization, interpreter, ride, what goes out."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.urls import reverse

from waypost.coordination import answering, at_booking, requests
from waypost.kernel.dates import read_day, say_short
from waypost.messaging import fhir as letters
from waypost.messaging.actions import email_choice
from waypost.messaging.rules import wording
from waypost.registry import fhir
from waypost.scheduling.rules import occupied
from waypost.scheduling.rules.types import CARE_ROLES
from waypost.web import words
from waypost.web.parts import Status
from waypost.web.schedule.booking_form import BookingForm
from waypost.web.schedule.pages import CardFact
from waypost.web.schedule.request_states import STATES
from waypost.web.schedule.searching import Search, languages_of, name_of

Json = dict[str, Any]
COVERED = {
    "active": Status("ok", "Active"), "unknown": Status("soon", "Verify"), "ended": Status("late", "Ended"),
    "refused": Status("late", "Not active"), "not-yet": Status("soon", "Not begun"),
}  # fmt: skip
AUTHORIZED = {
    "granted": Status("ok", "Granted"), "not-needed": Status("ok", "Not needed"), "pended": Status("soon", "Asked"),
    "unclear": Status("soon", "Unclear"), "needed": Status("late", "Needed"), "not-begun": Status("late", "Not begun"),
    "ended": Status("late", "Ended"), "failed": Status("late", "Failed"), "denied": Status("late", "Denied"),
    "reads-denied": Status("late", "Reads like denied"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Seen:
    """One time and who takes part, in words."""

    local: datetime
    first: datetime  # when to arrive, or to join by video
    zone: str
    site: str
    room: str
    provider: str
    people: tuple[str, ...]
    video: bool


def looked_up(found: Search) -> Search:
    """Return the search with what is on file for the visit: orders, and what payers said."""
    if found.view is None or found.kind is None:
        return found
    closed = bool(found.view.closed)
    return replace(found, on_file=at_booking.on_file(found.request.ctx, found.choices.patient, closed=closed))


def seen_of(found: Search, start: datetime, take: Mapping[int, str]) -> Seen:
    assert found.kind is not None
    here, kind, video = found.here, found.kind, found.choices.by_video
    calendar = here.calendar(take.get(kind.main_step) or next(iter(take.values()), ""))
    zone = calendar.zone if calendar else found.zone
    taking = [c for _, r in sorted(take.items()) if (c := here.calendar(r)) is not None]
    room = next((c.name for c in taking if c.role == "room"), "")
    first = start if video else occupied.arrive_at(kind, start)
    return Seen(
        local=start.astimezone(ZoneInfo(zone)),
        first=first.astimezone(ZoneInfo(zone)),
        zone=zone,
        site=found.sites.get(calendar.site, "") if calendar else "",
        room=room,
        provider=calendar.name if calendar and calendar.role in CARE_ROLES else "",
        people=tuple(dict.fromkeys(c.name for c in taking if c.name != room)),
        video=video,
    )


def facts_of(found: Search, form: BookingForm, seen: Seen) -> list[CardFact]:
    assert found.kind is not None
    end = seen.local + occupied.visit_span(found.kind, seen.local).length
    facts = [
        CardFact(label="Visit", value=f"{name_of(found.kind)}, {words.hours(seen.local, end)}"),
        CardFact(label="With", value=wording.listed(list(seen.people))),
        CardFact(
            label="Place",
            value="By video" if seen.video else ", ".join(p for p in (seen.room, seen.site) if p),
        ),
    ]
    if found.view is None:
        return facts
    facts += [*_coverage(found), *_order(found), *_authorization(found, form, seen)]
    asked = _asked_already(found)
    if "interpreter" not in asked:
        facts += _interpreter(found, form)
    needs = found.view.needs
    if "ride" not in asked:
        facts.append(CardFact(label="Ride", value=f"Needs: {', '.join(needs)}" if needs else "None asked for yet"))
    facts += [fact for kind in asked.values() for fact in kind]
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
    rest = f" · and {', '.join(c.payer for c in coverages[1:3])}" if len(coverages) > 1 else ""
    plan = f", {first.plan}" if first.plan and first.plan != first.payer else ""
    return [
        CardFact(label="Coverage", value=f"{first.payer}{plan}{rest}. {first.said}", status=COVERED.get(first.state))
    ]


def _order(found: Search) -> list[CardFact]:
    """Return the order that a visit which is moved stands on."""
    if found.moving is None or not found.moving.resource.get("basedOn"):
        return []
    order = order_in(found)
    if order:
        return [CardFact(label="Order", value=f"{order_said(order, found)}. It goes along.", status=Status("ok", "On record"))]
    closed = found.on_file is not None and found.on_file.closed
    if closed:
        return [CardFact(label="Order", value="On record; it goes along.")]
    return [CardFact(label="Order", value="The order it was booked for is no longer in force.", status=Status("late", "Ended"))]


def _asked_already(found: Search) -> dict[str, list[CardFact]]:
    """Return what was asked for with the visit that is moved, by kind: how it stands, and that it is asked for again."""
    if found.moving is None:
        return {}
    facts: dict[str, list[CardFact]] = {}
    for task in answering.beside(found.scope, found.moving.id):
        state, whose = task.resource.get("status", ""), (task.resource.get("for") or {}).get("reference")
        if whose != f"Patient/{found.choices.patient}":
            continue
        kind = requests.kind_of(task.resource)
        said = [str((task.resource.get("reasonCode") or {}).get("text") or "").partition(", for the visit on")[0], answering.answer_of(task.resource)]
        words = ", ".join(part for part in said if part)
        tail = "Asked for again for the new time." if state in requests.OPEN else "Not asked for again."
        facts.setdefault(kind, []).append(
            CardFact(label=requests.NAMES[kind], value=f"{words}. {tail}", status=STATES.get(state, Status("", state)))
        )
    return facts


def _authorization(found: Search, form: BookingForm, seen: Seen) -> list[CardFact]:
    """Return what payers said of authorization for this visit; nothing on file only after a look."""
    assert found.view is not None
    assert found.kind is not None
    if found.on_file is None or (found.view.coverages and found.view.coverages[0].self_pay):
        return []
    order = order_in(found, form.data.get("order", "") if form.is_bound else "")
    sought = at_booking.sought(order, found.kind.name, seen.local.date())
    known = found.on_file.authorizations(sought, found.today)
    label = "Prior authorization"
    facts = [
        CardFact(label=label if n == 0 else "", value=one.said, status=AUTHORIZED[one.state])
        for n, one in enumerate(known)
    ]
    if found.on_file.closed:
        opened = reverse("patient", args=[found.choices.patient])
        said = "Orders and authorizations stand in the chart, which is not open to you."
        facts.append(CardFact(label="" if facts else label, value=said, url=opened, link="Open it"))
    if found.moving is not None and known:
        facts.append(CardFact(label="", value="Looked up for the new day."))
    return facts or [CardFact(label=label, value="Nothing on file.")]


def order_in(found: Search, posted: str = "") -> Json:
    """Return the order that is chosen; where the visit needs one and there is only one, that."""
    if found.on_file is None or found.kind is None:
        return {}
    orders = found.on_file.orders
    wanted = posted or found.choices.order
    if found.moving is not None:
        based = (one.get("reference", "").rpartition("/")[2] for one in found.moving.resource.get("basedOn", ()))
        wanted = next(based, "none")
    only = orders[0] if len(orders) == 1 and found.kind.order_required and not wanted else {}
    return next((one for one in orders if one["id"] == wanted), only)


def order_said(order: Json, found: Search) -> str:
    day = read_day(order.get("authoredOn"))
    code = order.get("code") or {}
    what = code.get("text") or next(
        (c.get("display", "") for c in code.get("coding", ()) if c.get("display")), "order"
    )
    who = (order.get("requester") or {}).get("display", "")
    head = ", ".join(part for part in (say_short(day, today=found.today) if day else "", who) if part)
    return f"{head}: {what}" if head else what


def _interpreter(found: Search, form: BookingForm) -> list[CardFact]:
    """Return what is known of an interpreter; what nobody asked is said as unknown, with where to note the answer."""
    assert found.view is not None
    code, language = languages_of(found)
    ask = reverse("patient-edit", args=[found.choices.patient, "language"])
    if found.interpreter:
        where = "on site" if found.choices.interpreter else "phone, video or on site"
        return [CardFact(label="Interpreter", value=f"{language}, {where}", status=Status("soon", "To ask"))]
    if not code:
        said = "Language not recorded."
        return [CardFact(label="Interpreter", value=said, status=Status("soon", "Unknown"), url=ask, link="Ask and note it")]
    if found.view.who.interpreter is None and code != "en":
        said = f"Speaks {language}. Nobody has asked whether one is needed."
        return [CardFact(label="Interpreter", value=said, status=Status("soon", "Unknown"), url=ask, link="Ask and note it")]
    if "interpreter" in form.fields:
        return [CardFact(label="Interpreter", value=f"Speaks {language}; recorded as not needed")]
    return []


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
