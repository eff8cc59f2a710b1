"""To and from Appointment, in our own words for what FHIR leaves open."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from waypost.kernel.spans import Span
from waypost.scheduling.rules import ledger, occupied
from waypost.scheduling.rules.ledger import (
    BLOCK,
    EXTENSION,
    VISIT_TYPE,
    extension,
    instant,
    is_ours,
    reference,
)
from waypost.scheduling.rules.ledger import visit_type as visit_type_code
from waypost.scheduling.rules.types import VisitType

__all__ = [
    "BLOCK", "EXTENSION", "VISIT_TYPE", "Seat", "appointment", "asking", "asks_of", "block", "cancelled", "elsewhere", "ending", "extension", "instant",
    "is_ours", "minutes_set", "moved", "outside", "patients_of", "reason", "reference", "resources_of", "say", "schedule", "seat_of", "service_type", "sought_of",
    "team_of", "visit_type_code", "wanted", "with_extension", "without",
]  # fmt: skip
CANCELATION = "urn:waypost:cancelation-reason"
Resource = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Seat:
    """Who or what takes one step."""

    step: int
    resource: str
    name: str
    shown: Span
    held: Span
    lane: int = 0


def say(at: datetime) -> str:
    """Return an instant as FHIR writes it, in UTC."""
    text = at.isoformat(timespec="milliseconds" if at.microsecond else "seconds")
    return text.replace("+00:00", "Z")


def period(span: Span) -> Resource:
    return {"start": say(span.start), "end": say(span.end)}


def service_type(kind: VisitType) -> list[Resource]:
    name = kind.name.get("en", kind.code)
    return [{"coding": [{"system": VISIT_TYPE, "code": kind.code, "display": name}], "text": name}]


def with_extension(element: Mapping[str, Any], name: str, key: str = "", value: Any = None) -> Resource:
    """Return the element with one of our extensions set, or taken away where the value is None."""
    kept = [
        e
        for e in element.get("extension") or ()
        if not (isinstance(e, dict) and e.get("url") == EXTENSION + name)
    ]
    if value is not None:
        kept.append({"url": EXTENSION + name, key: value})
    found = {k: v for k, v in element.items() if k != "extension"}
    if kept:
        found["extension"] = kept
    return found


def appointment(
    kind: VisitType,
    start: datetime,
    *,
    patients: Iterable[tuple[str, str]],
    seats: Sequence[Seat],
    site: str,
    status: str = "booked",
    telehealth: bool = False,
    more: Mapping[str, Any] | None = None,
) -> Resource:
    """Return the Appointment of a visit. `more` holds elements that the schedule has no say in."""
    base: Resource = {
        "resourceType": "Appointment",
        **(more or {}),
        "status": status,
        "serviceType": service_type(kind),
    }
    who = [
        {"actor": _actor(f"Patient/{id_}", name), "required": "required", "status": "accepted"}
        for id_, name in patients
    ]
    seated = {**base, "participant": [*who, *_strangers(base)]}
    return moved(seated, kind, start, seats=seats, site=site, telehealth=telehealth)


def moved(
    old: Mapping[str, Any],
    kind: VisitType,
    start: datetime,
    *,
    seats: Sequence[Seat],
    site: str,
    telehealth: bool = False,
) -> Resource:
    """Return the Appointment at another time: same patients, same everything that is not about the time and the way."""
    whole = occupied.visit_span(kind, start)
    new: Resource = {**old, "start": say(whole.start), "end": say(whole.end), "minutesDuration": kind.minutes}
    patients = [
        with_extension({**p, "period": period(whole)}, "hold")
        for p in old.get("participant") or ()
        if reference(p).startswith("Patient/")
    ]
    new["participant"] = [*patients, *(_participant(seat) for seat in seats), *_strangers(old)]
    new = with_extension(new, "site", "valueReference", {"reference": site} if site else None)
    new = with_extension(new, "telehealth", "valueBoolean", True if telehealth else None)
    early = bool(kind.arrive_early) and not telehealth  # nobody arrives at a visit by video
    arrive = say(occupied.arrive_at(kind, start)) if early else None
    return with_extension(new, "arrive-at", "valueInstant", arrive)


def ending(old: Mapping[str, Any], end: datetime, *, usual: int | None) -> Resource:
    """Return the Appointment with another end: every part that ends with it ends with it still, clean-up after it too.

    A length that is not the `usual` one of its kind stays with the visit when it is moved.
    """
    start, was = instant(old["start"]), instant(old["end"])
    assert start is not None
    assert was is not None
    minutes = round((end - start).total_seconds() / 60)
    parts = [_ending(part, was, end) for part in old.get("participant") or ()]
    new: Resource = {**old, "end": say(end), "minutesDuration": minutes, "participant": parts}
    return with_extension(new, "minutes-set", "valueInteger", None if usual in {None, minutes} else minutes)


def _ending(part: Resource, was: datetime, end: datetime) -> Resource:
    shown = part.get("period") or {}
    if shown and instant(shown.get("end")) != was:
        return part
    held = extension(part, "hold")
    until = instant(held.get("end")) if isinstance(held, dict) else None
    if until is not None:
        part = with_extension(part, "hold", "valuePeriod", {**held, "end": say(until + (end - was))})
    return {**part, "period": {**shown, "end": say(end)}} if shown else part


def minutes_set(resource: Mapping[str, Any]) -> int | None:
    """Return how long a visit is to last by someone's word; None where it lasts as long as its kind does."""
    found = extension(resource, "minutes-set")
    return found if isinstance(found, int) and found > 0 else None


def wanted(
    kind: VisitType,
    patient: tuple[str, str],
    *,
    created: datetime,
    sought: Mapping[str, str],
    named: Iterable[str],
    until: datetime | None,
) -> Resource:
    """Return a visit on the waitlist: no time yet, and by name what one must keep to."""
    found: Resource = {
        "resourceType": "Appointment",
        "status": "waitlist",
        "serviceType": service_type(kind),
        "created": say(created),
        "participant": [
            {"actor": _actor(f"Patient/{patient[0]}", patient[1]), "required": "required", "status": "accepted"},
            *({"actor": {"reference": one}, "required": "required", "status": "needs-action"} for one in named),
        ],
    }
    if until is not None:
        found["requestedPeriod"] = [{"start": say(created), "end": say(until)}]
    if sought:
        parts = [{"url": name, "valueString": value} for name, value in sorted(sought.items())]
        found["extension"] = [{"url": EXTENSION + "sought", "extension": parts}]
    return found


def asking(resource: Mapping[str, Any], asks: Mapping[str, str]) -> Resource:
    """Return a hold with what is to be asked for once it is booked: an interpreter, a ride, each in words."""
    found = with_extension(resource, "asks")
    parts = [{"url": name, "valueString": said} for name, said in sorted(asks.items()) if said]
    if parts:
        found["extension"] = [*found.get("extension", ()), {"url": EXTENSION + "asks", "extension": parts}]
    return found


def asks_of(resource: Mapping[str, Any]) -> dict[str, str]:
    """Return what is to be asked for once a hold is booked."""
    return _parts(resource, "asks")


def sought_of(resource: Mapping[str, Any]) -> dict[str, str]:
    """Return what a visit on the waitlist must keep to, by name."""
    return _parts(resource, "sought")


def _parts(resource: Mapping[str, Any], name: str) -> dict[str, str]:
    for one in resource.get("extension") or ():
        if isinstance(one, dict) and one.get("url") == EXTENSION + name:
            parts = one.get("extension") or ()
            return {p["url"]: p["valueString"] for p in parts if isinstance(p.get("valueString"), str)}
    return {}


def _actor(resource: str, name: str) -> Resource:
    return {"reference": resource, "display": name} if name else {"reference": resource}


def attendee(patient: tuple[str, str], span: Span, *, reason: str = "", order: str = "") -> Resource:
    """Return a patient's place in a visit; of a group, with what is theirs alone: a reason, an order."""
    seat: Resource = {
        "actor": _actor(f"Patient/{patient[0]}", patient[1]),
        "required": "required",
        "status": "accepted",
        "period": period(span),
    }
    seat = with_extension(seat, "reason", "valueString", reason or None)
    return with_extension(seat, "order", "valueReference", {"reference": f"ServiceRequest/{order}"} if order else None)


def seat_of(resource: Mapping[str, Any], patient: str) -> tuple[str, str]:
    """Return reason and order (its id) that stand with one patient's place in a group."""
    for one in resource.get("participant") or ():
        if reference(one) == f"Patient/{patient}":
            order = extension(one, "order")
            named = order.get("reference", "") if isinstance(order, dict) else ""
            return str(extension(one, "reason") or ""), named.partition("/")[2]
    return "", ""


def without(resource: Mapping[str, Any], patient: str) -> Resource:
    """Return a group without one patient, and without the order that came with them."""
    order = seat_of(resource, patient)[1]
    left: Resource = {**resource, "participant": [p for p in resource["participant"] if reference(p) != f"Patient/{patient}"]}
    based = [one for one in resource.get("basedOn") or () if not order or one.get("reference") != f"ServiceRequest/{order}"]
    left.pop("basedOn", None)
    return {**left, "basedOn": based} if based else left


def _participant(seat: Seat) -> Resource:
    found: Resource = {
        "actor": _actor(seat.resource, seat.name),
        "required": "required",
        "status": "accepted",
    }
    found["period"] = period(seat.shown)
    if seat.held != seat.shown:
        found = with_extension(found, "hold", "valuePeriod", period(seat.held))
    return with_extension(found, "lane", "valueInteger", seat.lane) if seat.lane else found


def _strangers(old: Mapping[str, Any]) -> list[Resource]:
    """Return those who take part without a place in the ledger, such as a daughter who comes along."""
    return [p for p in old.get("participant") or () if not reference(p)]


def patients_of(resource: Mapping[str, Any]) -> list[str]:
    return [
        r.partition("/")[2]
        for r in map(reference, resource.get("participant") or ())
        if r.startswith("Patient/")
    ]


def resources_of(resource: Mapping[str, Any]) -> list[str]:
    """Return everyone and everything with a place in the ledger, the patients too."""
    return [r for r in map(reference, resource.get("participant") or ()) if r]


def team_of(resource: Mapping[str, Any]) -> list[str]:
    return [r for r in resources_of(resource) if not r.startswith("Patient/")]


def site_of(resource: Mapping[str, Any]) -> str:
    """Return the site of a visit as 'Location/x', '' where it has none."""
    found = extension(resource, "site")
    return found.get("reference", "") if isinstance(found, dict) else ""


def cancelled(old: Mapping[str, Any], status: str, code: str, text: str) -> Resource:
    """Return the Appointment as cancelled or missed, with the reason."""
    new = with_extension({**old, "status": status}, "hold-until")
    why = reason(code, text)
    return {**new, "cancelationReason": why} if why else new


def reason(code: str, text: str) -> Resource | None:
    """Return a reason as a code, words, or both; None where nothing was said."""
    said: Resource = {"coding": [{"system": CANCELATION, "code": code}]} if code else {}
    return {**said, **({"text": text} if text else {})} or None


def block(resources: Iterable[tuple[str, str]], span: Span, reason: str, now: datetime) -> Resource:
    """Return time in which nothing is to be booked: a meeting, leave, maintenance."""
    return {
        "resourceType": "Appointment",
        "status": "booked",
        "serviceType": [
            {"coding": [{"system": VISIT_TYPE, "code": BLOCK, "display": "Kept free"}], "text": "Kept free"}
        ],
        "description": reason,
        "start": say(span.start),
        "end": say(span.end),
        "created": say(now),
        "participant": [
            {"actor": _actor(resource, name), "required": "required", "status": "accepted"}
            for resource, name in resources
        ],
    }


def outside(
    patient: str, name: str, span: Span, *, place: str, phone: str, reason: str, now: datetime, order: str = ""
) -> Resource:
    """Return a visit somewhere else, which takes the patient's time and nobody else's."""
    who = {"actor": _actor(f"Patient/{patient}", name), "required": "required", "status": "accepted"}
    base: Resource = {
        "resourceType": "Appointment",
        "status": "booked",
        "created": say(now),
        "participant": [who],
    }
    if order:
        base["basedOn"] = [{"reference": f"ServiceRequest/{order}"}]
    base = with_extension(base, "outside", "valueBoolean", True)
    return elsewhere(base, span, place=place, phone=phone, reason=reason)


def elsewhere(old: Mapping[str, Any], span: Span, *, place: str, phone: str, reason: str) -> Resource:
    """Return a visit somewhere else with its time, place, phone and reason as they are said."""
    found: Resource = {k: v for k, v in old.items() if k != "reasonCode"}
    found |= {"start": say(span.start), "end": say(span.end)}
    patients = [p for p in old.get("participant") or () if reference(p).startswith("Patient/")]
    found["participant"] = [*patients, {"actor": {"display": place}, "status": "accepted"}]
    if reason:
        found["reasonCode"] = [{"text": reason}]
    return with_extension(found, "phone", "valueString", phone or None)


def schedule(id_: str, resource: str, name: str, kinds: Sequence[VisitType]) -> Resource:
    """Return the one Schedule of a person, room or device."""
    found: Resource = {
        "resourceType": "Schedule",
        "id": id_,
        "active": True,
        "actor": [_actor(resource, name)],
        "comment": "Open times are computed from the clinic's calendar.",
    }
    if kinds:
        found["serviceType"] = [entry for kind in kinds for entry in service_type(kind)]
    return found


def with_lanes(resource: Mapping[str, Any], lanes: Mapping[int, int]) -> Resource:
    """Return the Appointment with each participant in its lane."""
    seated = [
        with_extension(p, "lane", "valueInteger", lanes[n] or None) if n in lanes else p
        for n, p in enumerate(resource.get("participant") or ())
    ]
    return {**resource, "participant": seated}


def held_of(resource: Mapping[str, Any]) -> list[ledger.Row]:
    return list(ledger.rows(resource))
