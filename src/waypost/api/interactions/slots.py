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
    named = [
        _id_of(request, text) for name, value in asked if name == "schedule" for text in value.split(",")
    ]
    ours = queries.clinic(ctx.tenant, ctx.now).schedules if named else {}
    if not named or not all(schedule in ours for schedule in named):
        return search.answer(request, kind, asked)
    unknown = [name for name, _ in asked if name not in KNOWN and name not in controls.IGNORED]
    if unknown and request.strict:
        raise problems.ParameterUnknown(
            "Computed slots know schedule, start, status and service-type.",
            expression=[f"http.{unknown[0][:40]}"],
        )
    first, last = window(asked, ctx.now)
    scope = scopes.for_staff(ctx, "search", what="Slot")
    found = [
        slot
        for schedule in (dict.fromkeys(named) if _free(asked) else ())
        for code in _codes(asked)
        for slot in queries.free_slots(scope, schedule, first, last, service_type=code, clock=ctx.clock)
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


def _page(request: Request, asked: Pairs, found: list[queries.Slot], unknown: list[str]) -> Response:
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


def _id_of(request: Request, text: str) -> str:
    return text.removeprefix(request.base + "/").removeprefix("Schedule/")


def _text(slot: queries.Slot) -> str:
    return orjson.dumps(slot.resource_json()).decode()
