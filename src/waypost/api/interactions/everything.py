"""GET /fhir/Patient/id/$everything: the whole chart, by keyset pages of up to 10,000 resources."""

from datetime import datetime

from waypost.access import scopes, smart
from waypost.api import bundles, limits, paging, problems
from waypost.api.http import Request, Response
from waypost.api.interactions.history import address
from waypost.api.search import controls
from waypost.formats.fhir import definitions
from waypost.records import queries
from waypost.records.search import run

KNOWN = frozenset({"_count", "_since", "_type", "_cursor", "_format", "_pretty"})


def everything(request: Request, id: str) -> Response:
    ctx = request.context
    count, since, types, after = _asked(request)
    if not types and ctx.actor.scopes is not None:
        types = [
            k for k in sorted(definitions.resource_types()) if smart.permits(ctx.actor.scopes, k, write=False)
        ]
    for kind in types:
        if not smart.permits(ctx.actor.scopes, kind, write=False):
            raise problems.ScopeTooNarrow(f"The token does not cover reading {kind}.")
    scope = scopes.for_patient(ctx, id, what=f"Patient/{id}/$everything")
    queries.read(scope, "Patient", id)
    found = run.everything(scope, id, after=after, most=count + 1, types=types, since=since)
    shown = found[:count]
    path = f"Patient/{id}/$everything"
    kept = [(name, value) for name, value in request.parameters if name in KNOWN and name != "_cursor"]
    links = [bundles.Link("self", address(request.base, path, request.parameters))]
    if len(found) > count:
        mark = controls.cursor_text((shown[-1].type, shown[-1].id))
        links.append(bundles.Link("next", address(request.base, path, [*kept, ("_cursor", mark)])))
    total = len(shown) if after is None and len(found) <= count else None
    return Response(
        200,
        bundles.bundle(
            "searchset",
            [bundles.entry(request.base, one.reference, one.text) for one in shown],
            links=links,
            total=total,
        ),
    )


def _asked(request: Request) -> tuple[int, datetime | None, list[str], tuple[str, str] | None]:
    count, since, types, after = limits.EVERYTHING_RESOURCES_MAX, None, [], None
    for name, value in request.parameters:
        if name not in KNOWN:
            if request.strict:
                raise problems.ParameterUnknown(expression=[f"http.{name[:40]}"])
        elif name == "_count":
            count = paging.count_of(value, limits.EVERYTHING_RESOURCES_MAX)
        elif name == "_since":
            since = paging.since_of(value)
        elif name == "_type":
            types = [part for part in value.split(",") if part]
            if not set(types) <= definitions.resource_types():
                raise problems.ParameterUnsuitable("_type names resource types.", expression=["http._type"])
        elif name == "_cursor":
            type_, id_ = paging.cursor_of(value, 2)
            after = (type_, id_)
    return count, since, types, after
