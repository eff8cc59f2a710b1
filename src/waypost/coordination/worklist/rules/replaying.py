"""A rule over a stretch of the past: what it would have made, given every version as it came and the clock. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from waypost.coordination.flow.reading import own
from waypost.coordination.worklist.rules.answering import InForce, ask
from waypost.coordination.worklist.rules.shapes import Facts, Item, Json
from waypost.kernel.dates import read_moment

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Came:
    """One version of one resource; None is a deletion."""

    at: datetime
    key: Key
    resource: Json | None


_DATES = ("issued", "recordedDate", "authoredOn", "created", "recorded", "sent", "date", "whenHandedOver", "whenPrepared", "effectiveDateTime")
_TOOK_PLACE = frozenset({"arrived", "checked-in", "fulfilled", "noshow"})  # a visit that is on record so is so since its start


@dataclass(frozen=True, slots=True)
class Made:
    """An item that a rule would have made, and when."""

    at: datetime
    patient: str
    item: Item


def by_own_dates(came: Sequence[Came], *, since: datetime, zone: str) -> tuple[list[Came], bool]:
    """Return the versions of one record with the first of each dated by what it says itself, and whether that was done.

    A record that was filed here within the stretch, all at once as a rule, would else have no past: each thing is held
    to have been so from its own date on; what has none (a person, a coverage) from the beginning.
    """
    if not came or min(one.at for one in came) <= since:
        return list(came), False
    found: list[Came] = []
    seen: set[Key] = set()
    for one in sorted(came, key=lambda c: (c.at, c.key)):
        first, _ = one.key not in seen, seen.add(one.key)
        found.append(replace(one, at=min(_own_date(one.resource, zone) or since, one.at)) if first and one.resource is not None else one)
    return found, True


def _own_date(resource: Json, zone: str) -> datetime | None:
    period = resource.get("period") or {}
    if resource.get("resourceType") == "Encounter":
        return read_moment(period.get("end") or period.get("start"), zone)
    if resource.get("resourceType") == "Appointment" and resource.get("status") in _TOOK_PLACE:
        return read_moment(resource.get("start"), zone)
    return next((at for name in _DATES if isinstance(resource.get(name), str) and (at := read_moment(resource[name], zone))), None)


def replay(
    one: InForce, patient: str, came: Iterable[Came], *, since: datetime, until: datetime, zone: str, visit_types: Mapping[str, Json]
) -> list[Made]:
    """Return what a rule would have made for a patient in a stretch of time: each fact once, when it first was one."""
    waiting = sorted(came, key=lambda c: (c.at, c.key))
    held: dict[Key, Json] = {}
    made: dict[str, Made] = {}
    now = since
    while True:
        while waiting and waiting[0].at <= now:
            newest = waiting.pop(0)
            if newest.resource is None:
                held.pop(newest.key, None)
            else:
                held[newest.key] = newest.resource
        again = None
        if ("Patient", patient) in held:
            answers = ask(_facts(now, zone, held, patient, visit_types), [one])
            again = answers.again
            for item in answers.items.get(one.rule.code, ()):
                made.setdefault(item.key, Made(now, patient, item))
        moments = [at for at in (waiting[0].at if waiting else None, again) if at is not None and at > now]
        if not moments or min(moments) > until:
            return list(made.values())
        now = min(moments)


def _facts(now: datetime, zone: str, held: Mapping[Key, Json], patient: str, visit_types: Mapping[str, Json]) -> Facts:
    kinds: dict[str, list[Json]] = {}
    for (kind, _), resource in sorted(held.items()):
        kinds.setdefault(kind, []).append(resource)
    kinds["Appointment"] = [own(one, patient) for one in kinds.get("Appointment", ())]
    return Facts(now, zone, held["Patient", patient], kinds, visit_types)
