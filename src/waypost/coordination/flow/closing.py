"""The end of a site's day: nothing stays unresolved, and what was taken is counted. Kept with who and when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from waypost.access import Permission, action, scopes
from waypost.coordination.flow import queries, steps
from waypost.coordination.flow.checkin import payments
from waypost.coordination.flow.checkin import queries as taken
from waypost.coordination.flow.problems import CountsMissing, DayNotClosed, DayNotResolved, ReasonNeeded
from waypost.coordination.flow.problems import DayClosed as AlreadyClosed
from waypost.coordination.flow.queries import InFlow
from waypost.kernel import ids
from waypost.kernel.context import Context
from waypost.kernel.dates import read_moment
from waypost.kernel.scope import Scope
from waypost.records import actions as records
from waypost.records import queries as records_queries
from waypost.records.problems import Stale
from waypost.records.versions import Version
from waypost.scheduling import actions as scheduling
from waypost.scheduling import fhir

Json = dict[str, Any]
QUESTIONNAIRE = "urn:waypost:questionnaire:day-close"


@dataclass(frozen=True, slots=True)
class Counted:
    """One method: what was recorded, what was counted."""

    method: str
    recorded: Decimal
    counted: Decimal

    @property
    def off(self) -> Decimal:
        return self.counted - self.recorded


@dataclass(frozen=True, slots=True)
class Close:
    """A day as it was closed, or reopened."""

    version: int
    closed: bool
    at: datetime | None
    by: str
    counts: tuple[Counted, ...]
    note: str
    reason: str  # why it was reopened


def close_id(tenant: int, site: str, on: date) -> str:
    return str(ids.uuid5_of("day-close", str(tenant), site, on.isoformat()))


def read(resource: Json, version: int) -> Close:
    said: dict[str, Json] = {one.get("linkId", ""): one for one in resource.get("item", ())}
    counts = tuple(_counted(one) for one in said.get("taken", {}).get("item", ()))
    return Close(
        version=version,
        closed=resource.get("status") == "completed",
        at=read_moment(resource.get("authored")),
        by=(resource.get("author") or {}).get("display", "") or _string(said, "by"),
        counts=counts,
        note=_string(said, "note"),
        reason=_string(said, "reopened"),
    )


def _string(said: Mapping[str, Json], name: str) -> str:
    return next((a.get("valueString", "") for a in said.get(name, {}).get("answer", ())), "")


def _counted(one: Json) -> Counted:
    parts = {part["linkId"].rpartition(".")[2]: next(iter(part.get("answer", ())), {}) for part in one.get("item", ())}
    recorded, counted = (Decimal(str(parts.get(name, {}).get("valueDecimal", 0))) for name in ("recorded", "counted"))
    return Counted(one["linkId"].rpartition(".")[2], recorded, counted)


def of_day(ctx: Context, site: str, on: date) -> Close | None:
    """Return how a site's day was last closed; None where it never was."""
    found = records_queries.read_or_none(scopes.for_staff(ctx, what="QuestionnaireResponse"), "QuestionnaireResponse", close_id(ctx.tenant, site, on))
    return read(found.resource, found.version) if found else None


def is_closed(ctx: Context, site: str, on: date) -> bool:
    found = of_day(ctx, site, on)
    return found is not None and found.closed


def unresolved(people: Sequence[InFlow]) -> list[InFlow]:
    """Return whose visit has no end yet."""
    return [one for one in people if one.step not in steps.ENDED]


def recorded(scope: Scope, site: str, on: date) -> dict[str, Decimal]:
    """Return what was recorded as taken at a site that day, by method."""
    return payments.by_method(one for one in taken.of_day(scope, on) if one.site == site)


@action(Permission.APPOINTMENT_STATUS)
def close_day(ctx: Context, site: str, on: date, counts: Mapping[str, Decimal], *, note: str = "", seen: int = 0) -> Version:
    """Close a site's day; `seen` is the version of its last close, 0 where there was none.

    Raises DayNotResolved with how many visits are open, CountsMissing, AlreadyClosed, and Stale.
    """
    scheduling.lock(ctx, [site or "Location/"])
    before = of_day(ctx, site, on)
    if before is not None and before.closed:
        raise AlreadyClosed
    if seen != (before.version if before else 0):
        raise Stale
    since, _ = queries.bounds(on, ctx.zone)
    scope = scopes.for_flow(ctx, since, what="Appointment")
    left = unresolved(queries.day(scope, on, site=site))
    if left:
        raise DayNotResolved(f"{len(left)} still open.", extra={"open": len(left)})
    amounts = recorded(scope, site, on)
    if set(amounts) - set(counts):
        raise CountsMissing
    rows = [Counted(method, amounts.get(method, Decimal(0)), counts.get(method, Decimal(0))) for method in sorted({*amounts, *counts})]
    if any(one.off for one in rows) and not note.strip():
        raise ReasonNeeded
    return _file(ctx, site, on, _items(ctx, rows, note.strip()), "completed", seen)


@action(Permission.APPOINTMENT_STATUS)
def reopen_day(ctx: Context, site: str, on: date, reason: str) -> Version:
    """Open a closed day again and say why. Raises DayNotClosed and ReasonNeeded."""
    scheduling.lock(ctx, [site or "Location/"])
    before = of_day(ctx, site, on)
    if before is None or not before.closed:
        raise DayNotClosed
    if not reason.strip():
        raise ReasonNeeded
    items = _items(ctx, list(before.counts), before.note)
    items.append({"linkId": "reopened", "text": "Reopened because", "answer": [{"valueString": reason.strip()}]})
    return _file(ctx, site, on, items, "in-progress", before.version)


def _items(ctx: Context, rows: Sequence[Counted], note: str) -> list[Json]:
    taken_ = [
        {
            "linkId": f"taken.{one.method}",
            "item": [
                {"linkId": f"taken.{one.method}.recorded", "answer": [{"valueDecimal": one.recorded}]},
                {"linkId": f"taken.{one.method}.counted", "answer": [{"valueDecimal": one.counted}]},
            ],
        }
        for one in rows
    ]
    made: list[Json] = [{"linkId": "by", "text": "Closed by", "answer": [{"valueString": ctx.actor.name}]}]
    made += [{"linkId": "taken", "text": "Taken", "item": taken_}] if taken_ else []
    return made + ([{"linkId": "note", "text": "Note", "answer": [{"valueString": note}]}] if note else [])


def _file(ctx: Context, site: str, on: date, items: list[Json], status: str, seen: int) -> Version:
    id_ = close_id(ctx.tenant, site, on)
    made: Json = {
        "resourceType": "QuestionnaireResponse",
        "id": id_,
        "questionnaire": QUESTIONNAIRE,
        "status": status,
        "authored": fhir.say(ctx.now.replace(microsecond=0)),
        "identifier": {"system": "urn:waypost:day", "value": on.isoformat()},
        "item": items,
    }
    if site:
        made["subject"] = {"reference": site}
    if ctx.actor.practitioner:
        made["author"] = {"reference": f"Practitioner/{ctx.actor.practitioner}", "display": ctx.actor.name}
    return records.file(ctx, made, id=id_, expect=seen)
