"""A rule over a stretch of the past: what it would have made, given every version as it came and the clock. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from waypost.coordination.flow.reading import own
from waypost.coordination.worklist.rules.answering import InForce, ask
from waypost.coordination.worklist.rules.shapes import Facts, Item, Json

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Came:
    """One version of one resource; None is a deletion."""

    at: datetime
    key: Key
    resource: Json | None


@dataclass(frozen=True, slots=True)
class Made:
    """An item that a rule would have made, and when."""

    at: datetime
    patient: str
    item: Item


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
