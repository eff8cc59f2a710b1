"""Slots of Schedules that have our templates: computed when asked, never stored. All others are stored ones."""

from collections.abc import Sequence
from datetime import datetime, timedelta

import orjson

from waypost.access import scopes
from waypost.api import bundles, problems
from waypost.api import limits as own
from waypost.api.http import Request, Response
from waypost.api.interactions import read, search
from waypost.api.interactions.history import address
from waypost.api.search import controls, values
from waypost.kernel.problem import Problem
from waypost.kernel.scope import Scope
from waypost.records.search import limits
from waypost.scheduling import queries

KNOWN = frozenset(
    {"schedule", "start", "status", "service-type", "_count", "_sort", "_cursor", "_total", "_summary"}
)
FREE = "free"
Pairs = Sequence[tuple[str, str]]


def read_slot(request: Request, kind: str, id: str) -> Response:
    """GET /fhir/Slot/id: a computed slot by what its id says, else a stored one."""
    ctx = request.context
    try:
        schedule, _, _ = queries.read_slot_id(id)
        ours = schedule in queries.clinic(ctx.tenant, ctx.now).schedules
    except Problem:
        ours = False
    if not ours:
        return read.read(request, kind, id)
    slot = queries.slot_by_id(scopes.for_staff(ctx, what=f"Slot/{id}"), id, clock=ctx.clock)
    return Response(200, _text(slot))


def search_slots(request: Request, kind: str) -> Response:
    return answer(request, kind, request.parameters)


def search_slots_by_post(request: Request, kind: str) -> Response:
    return answer(request, kind, search.form_of(request))


def answer(request: Request, kind: str, asked: Pairs) -> Response:
    """Answer with computed slots where every Schedule named is one of ours, else by the index."""
    ctx = request.context
    here = queries.clinic(ctx.tenant, ctx.now) if any(name == "schedule" for name, _ in asked) else None
    if here is None or not ours(here, request.base, asked):
        return search.answer(request, kind, asked)
    unknown = [name for name, _ in asked if name not in KNOWN and name not in controls.IGNORED]
    if unknown and request.strict:
        raise problems.ParameterUnknown(
            "Computed slots know schedule, start, status and service-type.",
            expression=[f"http.{unknown[0][:40]}"],
        )
    window(asked, ctx.now)  # what cannot be read is refused before the look is audited
    return computed(here, scopes.for_staff(ctx, "search", what="Slot"), request, asked, unknown)


def ours(here: queries.Clinic, base: str, asked: Pairs) -> bool:
    """Tell whether Schedules are named, and all of them have a calendar here."""
    named = _named(base, asked)
    return bool(named) and all(schedule in here.schedules for schedule in named)


def computed(
    here: queries.Clinic, scope: Scope, request: Request, asked: Pairs, unknown: Sequence[str] = ()
) -> Response:
    """Answer from the calendars as they stand; what is `unknown` was left out and is said."""
    ctx = request.context
    first, last = window(asked, ctx.now)
    found = [
        slot
        for schedule in (_named(request.base, asked) if _free(asked) else ())
        for code in _codes(asked)
        for slot in queries.free_slots(
            scope, schedule, first, last, service_type=code, clock=ctx.clock, here=here
        )
    ]
    found.sort(key=lambda slot: (slot.start, slot.id))
    return _page(request, asked, found, unknown)


def window(asked: Pairs, now: datetime) -> tuple[datetime, datetime]:
    """Return the half-open range of starts that is asked for, within the horizon."""
    first, last = now, now + timedelta(days=own.SLOT_DAYS_MAX)
    for name, value in asked:
        if name != "start":
            continue
        try:
            one = values.moments(value, now=now)
        except values.Unreadable as unreadable:
            raise problems.ParameterUnsuitable(f"start: {unreadable}.", expression=["http.start"]) from None
        match one.prefix:
            case "ge":
                first = max(first, one.low)
            case "gt" | "sa":
                first = max(first, one.high)
            case "lt" | "eb":
                last = min(last, one.low)
            case "le":
                last = min(last, one.high)
            case "eq" | "ap":
                first, last = max(first, one.low), min(last, one.high)
            case _:
                raise problems.ParameterUnsuitable("start takes ge gt le lt eq.", expression=["http.start"])
    return first, last


def _page(request: Request, asked: Pairs, found: list[queries.Slot], unknown: Sequence[str]) -> Response:
    count, after = limits.PAGE_RESOURCES_MAX, None
    for name, value in asked:
        if name == "_count":
            if not (value.isascii() and value.isdigit() and len(value) < 10):
                raise problems.ParameterUnsuitable("_count is a whole number.", expression=["http._count"])
            count = min(int(value), limits.PAGE_RESOURCES_MAX)
        elif name == "_cursor":
            after = controls.cursor_values(value)
    rest = [
        slot
        for slot in found
        if after is None or (slot.start.isoformat(), slot.id) > (after[0] or "", after[-1] or "")
    ]
    shown = rest[:count]
    kept = [(name, value) for name, value in asked if name in KNOWN and name != "_cursor"]
    links = [bundles.Link("self", address(request.base, "Slot", [pair for pair in asked if pair[0] in KNOWN]))]
    if len(rest) > len(shown) and shown:
        mark = controls.cursor_text((shown[-1].start.isoformat(), shown[-1].id))
        links.append(bundles.Link("next", address(request.base, "Slot", [*kept, ("_cursor", mark)])))
    entries = [
        f'{{"fullUrl":"{request.base}/Slot/{slot.id}","resource":{_text(slot)},"search":{{"mode":"match"}}}}'
        for slot in shown
    ]
    if unknown:
        entries.append(bundles.outcome_entry(search.left_out(unknown)))
    return Response(200, bundles.bundle("searchset", entries, links=links, total=len(found)))


def _free(asked: Pairs) -> bool:
    """Only free times are computed: whoever asks for others alone gets none."""
    wanted = [
        text.rpartition("|")[2] for name, value in asked if name == "status" for text in value.split(",")
    ]
    return not wanted or FREE in wanted


def _codes(asked: Pairs) -> list[str | None]:
    found = [
        text.rpartition("|")[2]
        for name, value in asked
        if name == "service-type"
        for text in value.split(",")
    ]
    return list(dict.fromkeys(found)) or [None]


def _named(base: str, asked: Pairs) -> list[str]:
    """Return the ids of the Schedules that are asked for, each once."""
    named = (text for name, value in asked if name == "schedule" for text in value.split(","))
    return list(dict.fromkeys(text.removeprefix(base + "/").removeprefix("Schedule/") for text in named))


def _text(slot: queries.Slot) -> str:
    return orjson.dumps(slot.resource_json()).decode()
