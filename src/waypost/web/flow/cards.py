"""One patient's card on the flow board: who, where, since when, and what comes next. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from waypost.coordination import limits
from waypost.coordination.flow import reading, steps
from waypost.coordination.flow.queries import InFlow, Room
from waypost.coordination.flow.steps import Step
from waypost.registry.fhir import say_mrn
from waypost.registry.queries import Person
from waypost.web.parts import Act, Status
from waypost.web.words import clock

VERBS = {
    Step.ARRIVED: "Arrived", Step.FORMS: "Forms", Step.ROOMED: "Room", Step.WITH_PROVIDER: "With provider",
    Step.CHECKOUT: "Checkout", Step.DONE: "Done", Step.LEFT: "Left unseen",
    Step.MISSED: "Did not come",
}  # fmt: skip
KEYS = {Step.FORMS: "f", Step.ROOMED: "r", Step.WITH_PROVIDER: "w", Step.CHECKOUT: "o", Step.DONE: "d", Step.LEFT: "x", Step.MISSED: "n"}
NEXT = {
    Step.BOOKED: Step.ARRIVED, Step.ARRIVED: Step.ROOMED, Step.FORMS: Step.ROOMED, Step.ROOMED: Step.WITH_PROVIDER,
    Step.WITH_PROVIDER: Step.CHECKOUT, Step.CHECKOUT: Step.DONE,
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class Press:
    """A button of the board: `value` says which step of whom, as it was seen."""

    id: str
    label: str
    value: str
    said: str
    key: str = ""
    primary: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class FlowCard:
    id: str
    url: str
    at: str
    name: str
    ids: str
    line: str
    status: Status
    note: str
    number: str
    next: Press | None
    more: Sequence[Press]
    rooms: Sequence[Press]
    tells: Sequence[Press]
    links: Sequence[Act]
    done: bool


@dataclass(frozen=True, slots=True)
class Around:
    """What every card of one board is drawn with."""

    now: datetime
    zone: str
    rooms: Mapping[str, Room]
    grace: Mapping[str, int]  # minutes, by kind of visit
    today: bool


def card(one: InFlow, person: Person | None, kind: str, around: Around) -> FlowCard:
    """Return the card of one patient in one visit."""
    start = one.start.astimezone(ZoneInfo(around.zone))
    name = person.name if person else "Patient"
    year = f" ’{person.birth[2:4]}" if person and person.birth else ""
    code = one.visit.resource.get("id") or one.visit.id
    room = around.rooms.get(one.flow.room)
    line = " · ".join(part for part in (kind, one.provider[1], room.name if room else "") if part)
    presses = presses_of(one, name, around) if around.today else []
    free = _free_rooms(one, name, around) if around.today and one.step in {*steps.WAITING, Step.ROOMED} else []
    return FlowCard(
        id=f"f-{code}-{one.patient}",
        url=f"/visits/{one.visit.id}",
        at=clock(start),
        name=f"{name}{year}",
        ids=say_mrn(person.mrn) if person and person.mrn else "",
        line=line,
        status=status_of(one, around),
        note=_note(one, around),
        number=str(one.flow.number) if one.flow.number else "",
        next=next(iter(presses), None),
        more=presses[1:],
        rooms=free,
        tells=_tells(one, name) if around.today and one.step in {*steps.WAITING, Step.ROOMED} else (),
        links=_links(one, around),
        done=one.step in steps.ENDED,
    )


def status_of(one: InFlow, around: Around) -> Status:
    """Return the one status of a card: what presses most."""
    now, start = around.now, one.start
    if one.step is Step.BOOKED:
        late = int((now - start) / timedelta(minutes=1))
        if not around.today or late <= 0:
            return Status("info", "Expected")
        grace = around.grace.get(one.visit.id, 0)
        return Status("late", f"{late} min late") if late > grace else Status("soon", f"{late} min late")
    if one.step is Step.MISSED:
        return Status("late", "Did not come")
    if one.step is Step.LEFT:
        return Status("late", "Left unseen")
    if one.step is Step.DONE:
        return Status("", "Done")
    waited = reading.waiting_minutes(one.flow, start, now) if around.today else None
    if waited is None:
        minutes = int((now - one.flow.since) / timedelta(minutes=1)) if one.flow.since and around.today else None
        return Status("ok", f"{minutes} min" if minutes is not None else steps.WORDS[one.step])
    kind = "late" if waited >= limits.WAIT_LATE_MINUTES else "soon" if waited >= limits.WAIT_SOON_MINUTES else "ok"
    return Status(kind, f"Waits {waited} min" if waited else "Just now" if start <= now else "Early")


def _note(one: InFlow, around: Around) -> str:
    """Say since when, and what the patient was told."""
    since, told = one.flow.since, one.flow.told
    said = []
    if since is not None:
        said.append(f"{steps.WORDS[one.step].split(' ')[0] if one.step is Step.LEFT else steps.WORDS[one.step]} {_clock(since, around)}")
    if told is not None and one.step not in steps.ENDED:
        said.append(f"told {told.minutes} min at {_clock(told.at, around)}")
    return ", ".join(said)


def _clock(at: datetime, around: Around) -> str:
    return clock(at.astimezone(ZoneInfo(around.zone)))[:-3]


def presses_of(one: InFlow, name: str, around: Around) -> list[Press]:
    """Return the buttons of a card, the next step first."""
    found = []
    first = NEXT.get(one.step)
    if first is Step.ROOMED:
        room = _next_room(one, around) if not one.telehealth else None
        if room is not None:
            found.append(press(one, Step.ROOMED, name, room, primary=True))
        else:
            found.append(press(one, Step.WITH_PROVIDER, name, primary=True))
    elif first is not None:
        found.append(press(one, first, name, primary=True))
    given = {(press.value.split(":")[0]) for press in found}
    for step in steps.MOVES.get(one.step, ()):
        if step.value in given or step is Step.ROOMED or not steps.may(one.step, step, seen=one.flow.seen):
            continue
        if step is Step.DONE and one.step is not Step.WITH_PROVIDER:
            continue  # from here that is noted on the visit's page
        if (one.step, step) in _SELDOM:
            continue
        found.append(press(one, step, name))
    if one.step is Step.BOOKED and around.now >= one.start + timedelta(minutes=around.grace.get(one.visit.id, 0)):
        found.append(press(one, Step.MISSED, name))
    return found


def _links(one: InFlow, around: Around) -> list[Act]:
    """Return the pages beside a card."""
    here = f"/visits/{one.visit.id}"
    whose = f"?patient={one.patient}"
    found = []
    if one.step in {Step.BOOKED, *steps.WAITING, Step.ROOMED} and around.today:
        found.append(Act("Check-in", f"{here}/check-in{whose}", "i"))
    if around.today and one.step is Step.BOOKED:
        found.append(Act("Another way", f"{here}/another-way{whose}", "m"))
    if around.today and one.step in {Step.WITH_PROVIDER, Step.CHECKOUT}:
        found.append(Act("Follow-ups", f"{here}/checkout{whose}", "i"))
    return found


TOLD_MINUTES = (10, 20, 30, 45, 60)


def _tells(one: InFlow, name: str) -> list[Press]:
    """Return the buttons that note what a patient was told about the wait."""
    whose = f"{one.visit.id}:{one.patient}:{one.flow.version}"
    return [
        Press(id=f"told-{minutes}-{one.visit.id}-{one.patient}", label=f"{minutes} min", value=f"{minutes}:{whose}", said=f"{name} told about {minutes} minutes")
        for minutes in TOLD_MINUTES
    ]


_SELDOM = {(Step.BOOKED, Step.WITH_PROVIDER), (Step.CHECKOUT, Step.WITH_PROVIDER)}


def _next_room(one: InFlow, around: Around) -> Room | None:
    """Return the room that was booked, if it is free, else the first that is."""
    booked = [around.rooms[ref] for ref in one.rooms if ref in around.rooms]
    plain = sorted(around.rooms.values(), key=lambda room: room.special)  # what only some rooms can do is kept for who needs it
    free = [room for room in (*booked, *plain) if room.free]
    return next(iter(free), None)


def _free_rooms(one: InFlow, name: str, around: Around) -> list[Press]:
    return [press(one, Step.ROOMED, name, room) for room in around.rooms.values() if room.free and room.ref != one.flow.room]


def press(one: InFlow, step: Step, name: str, room: Room | None = None, *, primary: bool = False) -> Press:
    label = room.name if room else VERBS[step]
    if step is Step.ARRIVED and one.step is not Step.BOOKED:
        label = "Came after all" if one.step is Step.MISSED else "Waiting room"
    value = ":".join((step.value, one.visit.id, one.patient, str(one.flow.version), room.ref if room else ""))
    key = "e" if primary else "" if room else KEYS.get(step, "")
    said = f"{label}: {name}" if room is None else f"{name} to {room.name}"
    return Press(
        id=f"{step.value}-{one.visit.id}-{one.patient}{'-' + room.ref.partition('/')[2] if room else ''}{'-next' if primary else ''}",
        label=label, value=value, said=said, key=key, primary=primary,
    )  # fmt: skip
