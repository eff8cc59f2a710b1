"""GET /fhir/Type/id/_history and /fhir/Type/_history: what was filed, newest first, by keyset pages."""

from datetime import datetime
from urllib.parse import urlencode

from waypost.access import scopes
from waypost.api import bundles, limits, paging, problems
from waypost.api.http import Request, Response
from waypost.api.search import controls
from waypost.records import queries
from waypost.records.problems import NotFound
from waypost.records.search import run

KNOWN = frozenset({"_count", "_since", "_cursor", "_format", "_pretty"})


def history_instance(request: Request, kind: str, id: str) -> Response:
    count, since, after = _asked(request)
    scope = scopes.for_resource(request.context, kind, id)
    before = _whole(after) if after else None
    found = queries.history(scope, kind, id, before=before, count=count + 1)
    if not found and before is None:
        raise NotFound
    shown = [one for one in found[:count] if since is None or one.at >= since]
    more = len(found) > count and len(shown) == count
    return _answer(request, f"{kind}/{id}/_history", shown, (str(shown[-1].version),) if more else None)


def history_type(request: Request, kind: str) -> Response:
    count, since, after = _asked(request)
    ctx = request.context
    scope = scopes.for_search(ctx, kind)
    found, patients = run.history_of_type(
        scope, kind, before=_whole(after) if after else None, since=since, most=count + 1
    )
    scopes.found(ctx, kind, patients)
    shown = [version for _, version in found[:count]]
    more = len(found) > count
    return _answer(request, f"{kind}/_history", shown, (str(found[count - 1][0]),) if more else None)


def _asked(request: Request) -> tuple[int, datetime | None, str | None]:
    count, since, after = limits.HISTORY_VERSIONS_DEFAULT, None, None
    for name, value in request.parameters:
        if name not in KNOWN:
            if request.strict:
                raise problems.ParameterUnknown(expression=[f"http.{name[:40]}"])
        elif name == "_count":
            count = paging.count_of(value, limits.HISTORY_VERSIONS_MAX)
        elif name == "_since":
            since = paging.since_of(value)
        elif name == "_cursor":
            after = paging.cursor_of(value, 1)[0]
    return count, since, after


def _whole(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 19):
        raise problems.ParameterUnsuitable(
            "The address of this page cannot be read.", expression=["http._cursor"]
        )
    return int(text)


def _answer(request: Request, path: str, shown: list, after: tuple[str | None, ...] | None) -> Response:  # type: ignore[type-arg]
    plain = [(name, value) for name, value in request.parameters if name in KNOWN and name != "_cursor"]
    links = [bundles.Link("self", address(request.base, path, request.parameters))]
    if after is not None:
        links.append(
            bundles.Link("next", address(request.base, path, [*plain, ("_cursor", controls.cursor_text(after))]))
        )
    return Response(
        200,
        bundles.bundle("history", [bundles.history_entry(request.base, one) for one in shown], links=links),
    )


def address(base: str, path: str, pairs: object) -> str:
    query = urlencode(list(pairs))  # type: ignore[call-overload]
    return f"{base}/{path}" + (f"?{query}" if query else "")
