"""Appointments by the FHIR door: the same acts as on the desk, told in the door's own words."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from waypost.access import Permission, action
from waypost.coordination import filing, requests
from waypost.coordination.actions.booking import announce
from waypost.coordination.actions.people import living, name_of
from waypost.coordination.problems import NotABooking
from waypost.formats.fhir import text as fhir_text
from waypost.formats.fhir.validation import validate
from waypost.kernel.context import Context
from waypost.kernel.problem import Issue, Problem
from waypost.records import actions as records
from waypost.records.problems import NotFound, Unacceptable
from waypost.records.search.plan import Plan
from waypost.records.versions import Version
from waypost.scheduling import actions as scheduling
from waypost.scheduling import fhir, queries
from waypost.scheduling.actions import VisitWish
from waypost.scheduling.problems import ComputedSlots, TimesDisagree
from waypost.scheduling.rules import status

Resource = dict[str, Any]
# What booking settles itself; the rest of the sender's elements is kept.
SETTLED = frozenset(
    {"resourceType", "id", "meta", "status", "serviceType", "start", "end", "participant", "minutesDuration"}
)


@action(Permission.APPOINTMENT_BOOK)
def book_by_fhir(ctx: Context, appointment: Resource, *, id_: str | None = None) -> Version:
    """Book what a valid Appointment asks for: rooms and devices not named are chosen. Raises what booking raises.

    `status` is booked, or pending for a hold; `slot`, or `serviceType` with `start` and `end`; and participants. Where
    the kind of visit needs an order and none is named, the time is kept and getting the order becomes work.
    """
    here = queries.settled(ctx.tenant, ctx.now)
    people = [living(ctx, one) for one in fhir.patients_of(appointment)]
    wish = read_wish(here, appointment, people, id_)
    made = scheduling.book_many(ctx, [wish], here)[0]
    if here.kind(wish.visit_type).order_required and not appointment.get("basedOn"):
        records.file_many(ctx, [requests.order_missing(ctx, made.resource, wish.patients[0][0])])
    announce(ctx, made, people, "booked")
    return made


def read_wish(
    here: queries.Clinic, appointment: Resource, people: Sequence[Resource], id_: str | None
) -> VisitWish:
    """Read an Appointment as a wish. Raises NotABooking, UnknownSlot, UnknownVisitType, TimesDisagree."""
    code, start, from_slot = _what_and_when(here, appointment)
    kind = here.kind(code)
    end = fhir.instant(appointment.get("end"))
    if end is not None and (end - start).total_seconds() != kind.minutes * 60:
        raise TimesDisagree(expression=["Appointment.end"])
    if not people:
        raise NotABooking(expression=["Appointment.participant"])
    named, site = _named(here, appointment)
    if from_slot is not None and from_slot not in named:
        named = (from_slot, *named)
    until = fhir.instant(fhir.extension(appointment, "hold-until"))
    return VisitWish(
        visit_type=code,
        start=start,
        patients=tuple((one["id"], name_of(one)) for one in people),
        named=named,
        site=site,
        telehealth=fhir.extension(appointment, "telehealth") is True,
        hold_until=until if appointment.get("status") == "pending" else None,
        more={
            **{k: v for k, v in appointment.items() if k not in SETTLED},
            "participant": [p for p in appointment.get("participant") or () if not fhir.reference(p)],
        },
        id=id_,
        known=frozenset([*(f"Patient/{one['id']}" for one in people), *_slots_of(appointment)[:1]]),
        validated=True,
    )


def _what_and_when(here: queries.Clinic, appointment: Resource) -> tuple[str, datetime, str | None]:
    """Return kind of visit, start, and the resource of the slot if one is named."""
    code, start = fhir.visit_type_code(appointment), fhir.instant(appointment.get("start"))
    slots = _slots_of(appointment)
    if not slots:
        if code is None or start is None:
            raise NotABooking(expression=["Appointment.serviceType" if code is None else "Appointment.start"])
        return code, start, None
    schedule, slot_code, slot_start = queries.read_slot_id(slots[0].rpartition("/")[2])
    resource = here.schedules.get(schedule)
    if resource is None or slot_code not in here.kinds:
        raise NotFound("There is no such slot.", expression=["Appointment.slot[0]"])
    if (code is not None and code != slot_code) or (start is not None and start != slot_start):
        raise TimesDisagree(
            "The appointment and its slot say different things.", expression=["Appointment.slot[0]"]
        )
    return slot_code, slot_start, resource


def _slots_of(appointment: Resource) -> list[str]:
    return [str(slot.get("reference") or "") for slot in appointment.get("slot") or ()]


def _named(here: queries.Clinic, appointment: Resource) -> tuple[tuple[str, ...], str | None]:
    """Return who and what was named, and the site; a Location without a calendar that others stand at is the site."""
    sites = {one.calendar.site for one in here.ordered}
    site: str | None = fhir.site_of(appointment) or None
    named: list[str] = []
    for resource in fhir.team_of(appointment):
        if resource in sites and resource not in here.bookables:
            site = resource
        else:
            named.append(resource)
    return tuple(dict.fromkeys(named)), site if site in sites else None


# ---------------------------------------------------------------- as the owner of the type


@action(Permission.RECORD_FILE)
def create(ctx: Context, resource: str, kind: str, unless: Plan | None = None) -> tuple[Version, bool]:
    """POST /Appointment: book, or keep what another system booked where everyone is free."""
    if unless is not None:
        found = filing.matched(ctx, unless)
        if found is not None:
            return found, False
    return _new(ctx, resource, filing.fresh_id(ctx, resource)), True


def _new(ctx: Context, text: str, id_: str | None) -> Version:
    appointment = _parsed(text, ctx.now)
    if _asks_to_book(appointment):
        return book_by_fhir(ctx, appointment, id_=id_)
    _take_for_others(ctx, appointment, ())
    return records.file(ctx, text, id=id_, expect=0 if id_ else None)


def _parsed(text: str, now: datetime) -> Resource:
    """Return the content. Raises Unacceptable for what is not the shape of an Appointment, before anything reads it.

    A wish may leave to its slot, or to the kind of visit, when it starts or ends.
    """
    found = fhir_text.parse(text)
    issues = [
        one
        for one in validate(text, type="Appointment", now=now, resource=found)
        if one.severity in ("error", "fatal")
    ]
    left_open = [one for one in issues if "app-2" in one.diagnostics or "app-3" in one.diagnostics]
    if issues and not (issues == left_open and _asks_to_book(found)):
        raise Unacceptable(issues=issues)
    return found


def _asks_to_book(appointment: Resource) -> bool:
    """A slot or a kind of visit of ours, in a status that takes time, is for us to book."""
    ours = fhir.visit_type_code(appointment) is not None or bool(appointment.get("slot"))
    return (
        ours
        and appointment.get("status") in {"booked", "pending"}
        and fhir.visit_type_code(appointment) != fhir.BLOCK
    )


def _take_for_others(ctx: Context, appointment: Resource, ignore: Sequence[str]) -> None:
    """Make sure that whoever an entry of another system's names is free, under their locks."""
    scheduling.take_rows(ctx, {**appointment, "id": appointment.get("id") or "new"}, ignore=ignore)


@action(Permission.RECORD_FILE)
def update(
    ctx: Context, resource: str, kind: str, id: str, expect: int | None = None, *, only_new: bool = False
) -> Version:
    """PUT /Appointment: the status goes its lawful way (SCH-1), and new times are free before they are taken."""
    filing.check_may_change(ctx, kind, id)
    before = None if only_new else _before(ctx, id)
    if before is None and expect is not None:
        return filing.update(ctx, resource, kind, id, expect)  # says that there is nothing of that version
    if before is None:
        return _new(ctx, resource, id)
    appointment = {**_parsed(resource, ctx.now), "id": id}
    old = before.resource
    everyone = fhir.resources_of(old) + fhir.resources_of(appointment)
    scheduling.lock(ctx, scheduling.resolved(ctx, everyone))
    scheduling.check_status(ctx, old, appointment["status"])
    with filing.precondition(expect):
        if _same_time(old, appointment) or appointment["status"] not in status.HOLDING:
            return records.file(ctx, resource, id=id, expect=expect)
        _refuse_dead(ctx, appointment)
        lanes = scheduling.take_rows(ctx, appointment, ignore=[id])
        filed = fhir.with_lanes(appointment, lanes) if fhir.is_ours(appointment) else resource
        return records.file(ctx, filed, id=id, expect=expect)


def _refuse_dead(ctx: Context, appointment: Resource) -> None:
    for patient in fhir.patients_of(appointment):
        living(ctx, patient)


def _before(ctx: Context, id_: str) -> Version | None:
    try:
        return scheduling.current(ctx, id_, None)
    except Problem:
        return None


def _same_time(old: Resource, new: Resource) -> bool:
    """Tell whether both versions hold the same time of the same resources."""
    rows = [
        sorted((r.resource, r.starts, r.ends) for r in fhir.held_of({**one, "id": "x"})) for one in (old, new)
    ]
    return rows[0] == rows[1]


@action(Permission.RECORD_DELETE)
def delete(ctx: Context, kind: str, id: str, expect: int | None = None) -> Version | None:
    before = _before(ctx, id)
    if before is not None:
        scheduling.lock(ctx, scheduling.resolved(ctx, fhir.resources_of(before.resource)))
    return filing.delete(ctx, kind, id, expect)


def lock_all(ctx: Context, texts: Iterable[str], ids: Iterable[str]) -> None:
    """Take the locks of every Appointment that one transaction writes or removes, before the first is written."""
    resources: set[str] = set()
    choosing = 0
    for text in texts:
        try:
            appointment = fhir_text.parse(text)
        except Problem:
            continue  # said where it is filed
        resources.update(fhir.resources_of(appointment))
        choosing += _asks_to_book(appointment)
        for slot in _slots_of(appointment):
            resources.update(_of_slot(ctx, slot))
    for id_ in ids:
        before = _before(ctx, id_)
        if before is not None:
            resources.update(fhir.resources_of(before.resource))
    if choosing:
        resources.update(queries.settled(ctx.tenant, ctx.now).bookables)
    if resources:
        scheduling.lock(ctx, scheduling.resolved(ctx, resources))


def _of_slot(ctx: Context, slot: str) -> list[str]:
    try:
        schedule, _, _ = queries.read_slot_id(slot.rpartition("/")[2])
    except Problem:
        return []
    found = queries.settled(ctx.tenant, ctx.now).schedules.get(schedule)
    return [found] if found else []


# ---------------------------------------------------------------- Slot


@action(Permission.RECORD_FILE)
def create_slot(ctx: Context, resource: str, kind: str, unless: Plan | None = None) -> tuple[Version, bool]:
    """Keep a Slot of a Schedule that is not ours to compute."""
    _refuse_computed(ctx, resource)
    return filing.create(ctx, resource, kind, unless)


@action(Permission.RECORD_FILE)
def update_slot(
    ctx: Context, resource: str, kind: str, id: str, expect: int | None = None, *, only_new: bool = False
) -> Version:
    _refuse_computed(ctx, resource)
    return filing.update(ctx, resource, kind, id, expect, only_new=only_new)


def _refuse_computed(ctx: Context, text: str) -> None:
    slot = fhir_text.parse(text)
    schedule = str((slot.get("schedule") or {}).get("reference") or "").rpartition("/")[2]
    if schedule in queries.settled(ctx.tenant, ctx.now).schedules:
        raise ComputedSlots(issues=[Issue("error", "business-rule", ComputedSlots.title, "Slot.schedule")])
