"""Filing by the FHIR door of whatever no room owns yet: permission, relationship, one version, one audit."""

from collections.abc import Callable, Sequence
from dataclasses import replace

import orjson
from django.db import connection

from waypost.access import scopes
from waypost.access.acting import action
from waypost.access.permissions import Permission
from waypost.access.rules import OPEN_TYPES
from waypost.chart.documents.reading import binary_id
from waypost.coordination.problems import TooManyMatches
from waypost.formats.fhir import index
from waypost.formats.fhir import text as fhir_text
from waypost.kernel import ids
from waypost.kernel.context import Context
from waypost.records import actions as records
from waypost.records import queries
from waypost.records.problems import Gone, NotFound, PreconditionFailed, Stale
from waypost.records.search import run
from waypost.records.search.plan import Plan, types_of
from waypost.records.versions import Filing, Version
from waypost.registry.numbers import numbered

Write = Callable[..., Version]


@action(Permission.RECORD_FILE)
def create(ctx: Context, resource: str, kind: str, unless: Plan | None = None) -> tuple[Version, bool]:
    """File a new resource; with `unless`, answer the one that matches instead. Says whether it was made."""
    if unless is not None:
        found = matched(ctx, unless)
        if found is not None:
            return found, False
    check_may_write(ctx, kind, resource)
    return records.file_last(ctx, resource, id=fresh_id(ctx, resource)), True


@action(Permission.RECORD_FILE)
def update(
    ctx: Context, resource: str, kind: str, id: str, expect: int | None = None, *, only_new: bool = False
) -> Version:
    """File the next version of a resource, or its first."""
    check_may_change(ctx, kind, id)
    check_may_write(ctx, kind, resource)
    with precondition(expect):
        return records.file(ctx, resource, id=id, expect=0 if only_new else expect)


@action(Permission.RECORD_FILE)
def update_where(
    ctx: Context,
    resource: str,
    kind: str,
    id: str | None,
    where: Plan,
    expect: int | None = None,
    *,
    write: Write,
) -> Version:
    """Update the one resource that matches, or file a new one where none does, by the type's own `write`."""
    found = matched(ctx, where)
    if found is None:
        fresh = id or str(ids.uuid7(ctx.now))
        return write(ctx, text_with_id(resource, fresh), kind, fresh, expect, only_new=False)
    if id is not None and id != found.id:
        raise TooManyMatches("The condition means another resource than the body's id.")
    return write(ctx, text_with_id(resource, found.id), kind, found.id, expect, only_new=False)


@action(Permission.RECORD_DELETE)
def delete(ctx: Context, kind: str, id: str, expect: int | None = None) -> Version | None:
    """File a version that says the resource is gone; None where it was gone already."""
    scope = scopes.for_resource(ctx, kind, id)
    try:
        queries.read(scope, kind, id)
    except Gone:
        return None
    with precondition(expect):
        return records.delete(ctx, kind, id, expect=expect)


@action(Permission.RECORD_FILE)
def file_all(ctx: Context, filings: Sequence[Filing]) -> list[Version]:
    """File many resources in one round trip, all or none."""
    before = {
        (one.type, one.id): check_may_change(ctx, str(one.type), one.id)
        for one in filings
        if one.id is not None and one.expect != 0
    }
    opened = {
        one.id
        for one in filings
        if one.type == "Patient" and one.id and before.get((one.type, one.id)) is None
    }
    ready: list[Filing] = []
    for one in filings:
        assert one.type is not None and isinstance(one.resource, str)
        if one.type == "Patient":
            known = before.get((one.type, one.id or ""))
            content = fhir_text.parse(one.resource)
            ready.append(
                replace(one, resource=numbered(ctx.tenant, one.resource, content, known and known.resource))
            )
            continue
        check_may_write(ctx, one.type, one.resource, opened)
        ready.append(one)
    return records.file_many(ctx, ready)


def matched(ctx: Context, condition: Plan) -> Version | None:
    """Return the one resource that a condition means. Two acts with the same condition wait for each other."""
    with connection.cursor() as cursor:
        key = f"{ctx.tenant}/{condition.type}/{condition.clauses!r}"
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 78))", [key])
    opened = {kind: scopes.for_search(ctx, kind) for kind in types_of(condition)}
    found = run.match_once(condition, opened)
    if len(found) > 1:
        raise TooManyMatches
    if not found:
        return None
    version = queries.read(opened[condition.type], condition.type, found[0][0])
    patient = index.extract(version.resource).patient
    scopes.found(ctx, condition.type, [patient] if patient else [])
    return version


def check_may_write(ctx: Context, kind: str, resource: str, opened: set[str] | None = None) -> None:
    """Refuse to write into a chart that the actor may not open; `opened` are those already decided, or made just now."""
    if kind in OPEN_TYPES:
        return
    if kind == "DocumentReference":
        _check_may_point(ctx, resource)
    patient = _patient(resource)
    if patient is None or (opened is not None and patient in opened):
        return
    scopes.for_patient(ctx, patient, what=kind)
    if opened is not None:
        opened.add(patient)


def _check_may_point(ctx: Context, resource: str) -> None:
    """Refuse a document that holds a Binary which the actor may not read: it would open it to whoever opens the document."""
    try:
        contents = orjson.loads(resource).get("content") or ()
        found = {binary_id(str(one["attachment"].get("url") or "")) for one in contents}
    except (KeyError, TypeError, AttributeError, ValueError):
        return  # validation says what is wrong with it
    for one in sorted(found - {""}):
        if run.exists(ctx.tenant, "Binary", one):
            scopes.for_binary(ctx, one)


def check_may_change(ctx: Context, kind: str, id: str) -> Version | None:
    """Refuse to change what the actor may not read, and return it; what does not exist may be made."""
    try:
        return queries.read(scopes.for_resource(ctx, kind, id), kind, id)
    except Gone:
        return None
    except NotFound:
        if run.exists(ctx.tenant, kind, id):
            raise
        return None


def text_with_id(resource: str, id: str) -> str:
    """Return the text with this id, whether or not it came with one."""
    spans = fhir_text.members(resource)
    if "id" in spans:
        low, high = spans["id"]
        return f'{resource[:low]}"{id}"{resource[high:]}'
    end = spans["resourceType"][1]
    return f'{resource[:end]},"id":"{id}"{resource[end:]}'


def fresh_id(ctx: Context, resource: str) -> str | None:
    """Return an id for a resource that came with one of its sender's, which a create leaves aside."""
    return str(ids.uuid7(ctx.now)) if "id" in fhir_text.members(resource) else None


class precondition:  # noqa: N801 - reads as a statement
    """What the caller expected and found otherwise is a failed precondition, not a conflict."""

    def __init__(self, expect: int | None) -> None:
        self.expect = expect

    def __enter__(self) -> None:
        return None

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: object) -> None:
        if self.expect is not None and isinstance(error, Stale) and not isinstance(error, PreconditionFailed):
            raise PreconditionFailed from error


def _patient(resource: str) -> str | None:
    try:
        return index.extract(orjson.loads(resource)).patient
    except (KeyError, TypeError, AttributeError, ValueError):
        return None  # validation says what is wrong with it
