"""POST /fhir: a batch, each entry for itself, or a transaction, all or nothing."""

from collections.abc import Callable
from http import HTTPStatus
from typing import Any

import orjson

from waypost.api import bodies, bundles, limits, outcome, problems
from waypost.api.http import Request, Response
from waypost.api.interactions.transaction import transaction
from waypost.formats.fhir import text as fhir_text
from waypost.kernel.problem import Problem

Within = Callable[[Request], Response]
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE"})
_CONDITIONS = {
    "ifNoneMatch": "if-none-match", "ifMatch": "if-match", "ifNoneExist": "if-none-exist",
}  # fmt: skip


def batch_or_transaction(request: Request, *, within: Within) -> Response:
    body = bodies.read(request)
    if body.type != "Bundle":
        raise problems.BundleUnsuitable("The body is not a Bundle.", expression=["resourceType"])
    kind = body.resource.get("type")
    if kind not in ("batch", "transaction"):
        raise problems.BundleUnsuitable("Bundle.type is batch or transaction.", expression=["Bundle.type"])
    parts = entries(request, body)
    if kind == "transaction":
        return transaction(request, parts, within=within)
    answers = [_alone(part, within) for part in parts]
    return Response(200, bundles.bundle("batch-response", answers))


def entries(request: Request, body: bodies.Body) -> list[Request | Problem]:
    """Return each entry as a request of its own, its resource's text as it came; or why it is none."""
    listed = body.resource.get("entry", [])
    if not isinstance(listed, list):
        raise problems.BundleUnsuitable("Bundle.entry is a list.", expression=["Bundle.entry"])
    if len(listed) > limits.ENTRIES_MAX:
        raise problems.BundleUnsuitable(
            f"A Bundle may have {limits.ENTRIES_MAX} entries.", expression=["Bundle.entry"]
        )
    texts = _texts(body.text, len(listed))
    return [_entry(request, number, one, texts[number]) for number, one in enumerate(listed)]


def _texts(text: str, count: int) -> list[str]:
    """Return the text of each entry's resource, exactly as it stands in the Bundle."""
    if not count:
        return []
    found: list[str] = []
    start = fhir_text.members(text)["entry"][0]
    for low, _ in fhir_text.elements(text, start):
        spans = fhir_text.members(text, low) if text[low] == "{" else {}
        found.append(text[slice(*spans["resource"])] if "resource" in spans else "")
    return found


def _entry(request: Request, number: int, one: Any, text: str) -> Request | Problem:
    place = f"Bundle.entry[{number}]"
    asked = one.get("request") if isinstance(one, dict) else None
    if not isinstance(asked, dict):
        return problems.BundleUnsuitable("The entry has no request.", expression=[f"{place}.request"])
    method, url = asked.get("method"), asked.get("url")
    if not isinstance(method, str) or method not in METHODS:
        words = (
            "PATCH is not offered." if method == "PATCH" else "The method is GET, HEAD, POST, PUT or DELETE."
        )
        return problems.BundleUnsuitable(words, expression=[f"{place}.request.method"])
    if not isinstance(url, str) or len(url) > limits.QUERY_CHARACTERS_MAX:
        return problems.BundleUnsuitable("The entry has no address.", expression=[f"{place}.request.url"])
    if url.startswith(request.base + "/"):
        url = url[len(request.base) + 1 :]
    path, _, query = url.strip().lstrip("/").partition("?")
    if "://" in path or "\x00" in url:
        return problems.BundleUnsuitable(
            "The address is not one of this door.", expression=[f"{place}.request.url"]
        )
    headers = {"prefer": request.headers.get("prefer", "")}
    for name, header in _CONDITIONS.items():
        if isinstance(asked.get(name), str):
            headers[header] = asked[name]
    full_url = one.get("fullUrl")
    headers["full-url"] = full_url if isinstance(full_url, str) else ""
    return request.within(
        method=method, path=path.rstrip("/"), query=query, headers=headers, body=text.encode()
    )


def _alone(part: Request | Problem, within: Within) -> str:
    try:
        if isinstance(part, Problem):
            raise part
        return response_entry(within(part))
    except Problem as problem:
        return response_entry(outcome.refusal(problem))


def response_entry(response: Response, *, resource: bool = True) -> str:
    """Return an entry of the answer: status, place and tag, with the resource or the outcome that was answered."""
    named = dict(response.headers)
    said: dict[str, Any] = {"status": f"{response.status} {HTTPStatus(response.status).phrase}"}
    for header, name in (("Location", "location"), ("ETag", "etag")):
        if header in named:
            said[name] = named[header]
    parts = []
    if response.body and response.status < HTTPStatus.BAD_REQUEST and resource:
        parts.append(f'"resource":{response.body}')
    tail = orjson.dumps(said).decode()
    if response.body and response.status >= HTTPStatus.BAD_REQUEST:
        tail = f'{tail[:-1]},"outcome":{response.body}}}'
    parts.append(f'"response":{tail}')
    return "{" + ",".join(parts) + "}"
