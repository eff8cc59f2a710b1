"""Which visits stand in time that is to be kept free, with the facts by which they are weighed."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from waypost.access import scopes
from waypost.coordination import requests
from waypost.coordination.bumping.rules import Bumped, Harm, in_order
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day
from waypost.kernel.scope import Scope
from waypost.kernel.spans import Span
from waypost.records import queries as records
from waypost.records.problems import NotFound
from waypost.records.versions import Version
from waypost.scheduling import fhir, queries
from waypost.scheduling.queries.boards import BoardRow, board

Json = dict[str, Any]
KIND = "bump"
OURS = frozenset({"clinic", "provider"})  # who asked for a move that the patient did not
ABNORMAL = frozenset({"A", "AA", "HH", "LL", "H", "L"})  # v3-ObservationInterpretation
VISITS_MAX = 200


@dataclass(frozen=True, slots=True)
class InTheWay:
    """One visit in the way: how it stands, why it hurts, and the open work that it has become, if it has."""

    row: BoardRow
    version: Version
    harm: Harm
    work: Version | None


def block_of(ctx: Context, id_: str) -> Version:
    """Return time that is kept free. Raises NotFound for any other appointment."""
    found = records.read(scopes.for_staff(ctx, what=f"Appointment/{id_}"), "Appointment", id_)
    if fhir.visit_type_code(found.resource) != fhir.BLOCK:
        raise NotFound
    return found


def in_the_way(ctx: Context, block: Version) -> list[InTheWay]:
    """Return the visits that stand in the time of a block, worst harm first."""
    span = span_of(block.resource)
    scope = scopes.for_staff(ctx, what="Appointment")
    standing = board(scope, fhir.team_of(block.resource), span.start, span.end, now=ctx.now)
    rows = {row.appointment: row for row in standing if row.kind != "block" and row.starts < span.end and row.ends > span.start}
    versions = records.many(scope, [("Appointment", id_) for id_ in list(rows)[:VISITS_MAX]])
    facts = [_facts(ctx, scope, one, rows[one.id]) for one in versions.values()]
    work = {focus: one for one in _work(scope, list(rows)) if (focus := (one.resource.get("focus") or {}).get("reference", ""))}
    return [
        InTheWay(rows[one.id], versions["Appointment", one.id], hurt, work.get(f"Appointment/{one.id}"))
        for one, hurt in in_order(facts, local_day(ctx.now, ctx.zone))
    ]


def span_of(block: Json) -> Span:
    start, end = fhir.instant(block.get("start")), fhir.instant(block.get("end"))
    assert start is not None
    assert end is not None
    return Span(start, end)


def _facts(ctx: Context, scope: Scope, visit: Version, row: BoardRow) -> Bumped:
    kind = queries.seen(ctx.tenant, ctx.now).kinds.get(row.visit_type)
    history = records.history(scope, "Appointment", visit.id)
    order = _order(scope, visit.resource)
    return Bumped(
        id=visit.id,
        starts=row.shown_starts,
        priority=order.get("priority", "routine"),
        abnormal=_abnormal(scope, order),
        booked=local_day(min(one.at for one in history), ctx.zone),
        moved_by_us=_moved_by_us(history),
        prepares=bool(kind and kind.preparation),
        requests=row.requests,
        patients=max(len(row.patients), 1),
    )


def _moved_by_us(history: list[Version]) -> int:
    """Return how often the time was changed for a reason of the clinic's."""
    count = 0
    oldest_first = [one.resource for one in reversed(history) if not one.deleted]
    for before, after in pairwise(oldest_first):
        why = fhir.extension(after, "move-reason")
        codes = {c.get("code", "") for c in why.get("coding", ())} if isinstance(why, dict) else set()
        count += before.get("start") != after.get("start") and bool(codes & OURS)
    return count


def _order(scope: Scope, visit: Json) -> Json:
    """Return the order a visit is for: its urgency alone is said, nothing else of it."""
    named = next((one.get("reference", "") for one in visit.get("basedOn", ())), "")
    found = records.read_or_none(scope, "ServiceRequest", named.partition("/")[2]) if named.startswith("ServiceRequest/") else None
    return found.resource if found is not None else {}


def _abnormal(scope: Scope, order: Json) -> bool:
    for one in order.get("reasonReference", ()):
        kind, _, id_ = str(one.get("reference", "")).partition("/")
        found = records.read_or_none(scope, "Observation", id_) if kind == "Observation" and id_ else None
        marks = {c.get("code") for i in (found.resource.get("interpretation", ()) if found else ()) for c in i.get("coding", ())}
        if marks & ABNORMAL:
            return True
    return False


def _work(scope: Scope, visits: list[str]) -> list[Version]:
    found = records.fetch(
        scope,
        f"{records.CURRENT} JOIN records_ref r ON r.tenant = c.tenant AND r.type = 'Task' AND r.id = c.id"
        " AND r.param = 'focus' AND left(r.target, 500) = ANY(%s)"
        f" WHERE c.tenant = %s AND c.type = 'Task' AND NOT c.deleted AND ({scope.where})",
        [sorted(f"Appointment/{id_}" for id_ in visits), scope.tenant, *scope.params],
    )
    return [one for one in found if requests.kind_of(one.resource) == KIND and one.resource.get("status") in requests.OPEN]
