"""GET /fhir/Type/id/_history and /fhir/Type/_history: what was filed, newest first, by keyset pages."""

from datetime import datetime
from urllib.parse import urlencode

from waypost.access import scopes
from waypost.api import bundles, limits, problems
from waypost.api.http import Request, Response
from waypost.api.search import controls, values
from waypost.records import queries
from waypost.records.problems import NotFound
from waypost.records.search import run

KNOWN = frozenset({"_count", "_since", "_cursor", "_format", "_pretty"})


def history_instance(request: Request, kind: str, id: str) -> Response:
    count, since, after = _asked(request, 1)
    scope = scopes.for_resource(request.context, kind, id)
    before = _whole(after[0]) if after else None
    found = queries.history(scope, kind, id, before=before, count=count + 1)
    if not found and before is None:
        raise NotFound
    shown = [one for one in found[:count] if since is None or one.at >= since]
    more = len(found) > count and len(shown) == count
    return _answer(request, f"{kind}/{id}/_history", shown, (str(shown[-1].version),) if more else None)


def history_type(request: Request, kind: str) -> Response:
    count, since, after = _asked(request, 1)
    ctx = request.context
    scope = scopes.for_search(ctx, kind)
    found, patients = run.history_of_type(
        scope, kind, before=_whole(after[0]) if after else None, since=since, most=count + 1
    )
    scopes.found(ctx, kind, patients)
    shown = [version for _, version in found[:count]]
    more = len(found) > count
    return _answer(request, f"{kind}/_history", shown, (str(found[count - 1][0]),) if more else None)


def _asked(request: Request, marks: int) -> tuple[int, datetime | None, tuple[str | None, ...] | None]:
    count, since, after = limits.HISTORY_VERSIONS_DEFAULT, None, None
    for name, value in request.parameters:
        if name not in KNOWN:
            if request.strict:
                raise problems.ParameterUnknown(expression=[f"http.{name[:40]}"])
        elif name == "_count":
            if not (value.isascii() and value.isdigit() and 0 < len(value) < 9 and int(value)):
                raise problems.ParameterUnsuitable(
                    "_count is a whole number above 0.", expression=["http._count"]
                )
            count = min(int(value), limits.HISTORY_VERSIONS_MAX)
        elif name == "_since":
            try:
                since = values.date_range(value)[0]
            except values.Unreadable as unreadable:
                raise problems.ParameterUnsuitable(
                    f"_since: {unreadable}.", expression=["http._since"]
                ) from None
        elif name == "_cursor":
            after = controls.cursor_values(value)
            if len(after) != marks:
                raise problems.ParameterUnsuitable(
                    "This page does not belong here.", expression=["http._cursor"]
                )
    return count, since, after


def _whole(text: str | None) -> int:
    if text is None or not (text.isascii() and text.isdigit() and len(text) < 19):
        raise problems.ParameterUnsuitable(
            "The address of this page cannot be read.", expression=["http._cursor"]
        )
    return int(text)


def _answer(request: Request, path: str, shown: list, after: tuple[str | None, ...] | None) -> Response:  # type: ignore[type-arg]
    plain = [(name, value) for name, value in request.parameters if name in KNOWN and name != "_cursor"]
    links = [bundles.Link("self", address(request, path, request.parameters))]
    if after is not None:
        links.append(
            bundles.Link("next", address(request, path, [*plain, ("_cursor", controls.cursor_text(after))]))
        )
    return Response(
        200,
        bundles.bundle("history", [bundles.history_entry(request.base, one) for one in shown], links=links),
    )


def address(request: Request, path: str, pairs: object) -> str:
    query = urlencode(list(pairs))  # type: ignore[call-overload]
    return f"{request.base}/{path}" + (f"?{query}" if query else "")
