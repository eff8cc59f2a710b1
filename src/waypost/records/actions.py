"""The one write: add a version. Validate, version, index, project, audit, in the transaction of the running act."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db import DatabaseError, IntegrityError, connection

from waypost.audit.entries import entry
from waypost.formats.fhir import index as fhir_index
from waypost.formats.fhir import text as fhir_text
from waypost.formats.fhir.outside import INSIDE_BYTES_MAX, MARK, Outside, moved
from waypost.formats.fhir.outside import marks as marks_in
from waypost.formats.fhir.references import references
from waypost.formats.fhir.validation import validate
from waypost.kernel import ids
from waypost.kernel.context import Context
from waypost.kernel.problem import Issue
from waypost.records import acts, outside, prepared, projecting
from waypost.records.labels import label_of
from waypost.records.problems import (
    DanglingReference,
    Gone,
    IdTaken,
    NotFound,
    Stale,
    StillReferredTo,
    Unacceptable,
)
from waypost.records.versions import Filing, Version

DOORS_THAT_CHECK_REFERENCES = frozenset({"api", "web"})


@dataclass(slots=True)
class _Kept:
    """What is known of a resource before this filing."""

    version: int = 0
    deleted: bool = False
    hash: bytes = b""
    text: str = ""


def file(ctx: Context, resource: str | dict[str, Any], *, id: str | None = None, expect: int | None = None) -> Version:
    """Add one version of a resource and return it, stamped; see `file_many`."""
    return file_many(ctx, [Filing(resource, id=id, expect=expect)])[0]


def file_last(ctx: Context, resource: str, *, id: str | None = None) -> Version:
    """Add one version as the last thing that an act does: it goes to the database with the commit.

    What the database refuses is raised when the act ends.
    """
    return file_many(ctx, [Filing(resource, id=id)], last=acts.current().inner == 0)[0]


def file_many(ctx: Context, filings: Sequence[Filing], *, skip_equal: bool = False,
              last: bool = False) -> list[Version]:
    """Add a version of each resource, all or none, in one round trip (two where ids are named).

    Raises Unacceptable with every finding, Stale where `expect` is not the newest, DanglingReference at doors that
    check. With `skip_equal`, content equal to the newest version is not filed again and that version is returned.
    """
    act = acts.current()
    now = _millisecond(act.ctx.now)
    parsed = [_parse(one) for one in filings]
    named = [(type_, id_) for type_, id_, _, _ in parsed if id_ is not None]
    kept = _kept(act.ctx.tenant, named) if named else {}
    _refuse_unacceptable(filings, parsed, now)
    versions: list[Version] = []
    rows: list[dict[str, Any]] = []
    held: list[dict[str, Any]] = []
    changes: list[projecting.Change] = []
    for filing, (type_, id_, text, resource) in zip(filings, parsed, strict=True):
        before = kept.get((type_, id_), _Kept()) if id_ is not None else _Kept()
        _check_expected(filing, before)
        made = id_ or str(ids.uuid7(now))
        resource = {**resource, "id": made}
        text, resource, marks = _moved_outside(act.ctx.tenant, text, resource)
        digest = fhir_text.content_hash_of(resource)
        if skip_equal and before.version and not before.deleted and before.hash == digest:
            assert id_ is not None
            versions.append(Version(type_, id_, before.version, now, act.ctx.actor.key, act.ctx.act, before.text))
            continue
        number = before.version + 1
        stamped = fhir_text.stamp(text, id=made, version=number, last_updated=now)
        version = Version(type_, made, number, now, act.ctx.actor.key, act.ctx.act, stamped)
        rows.append(index_row(version, resource) | {"body": stamped, "hash": digest.hex()})
        versions.append(version)
        held += [outside.row_of(version, found) for found in marks]
        plain = orjson.loads(stamped) if projecting.of(type_) else resource  # numbers as numbers, not as written
        changes.append((version, orjson.loads(before.text) if before.text else None, plain))
        if id_ is not None:
            kept[type_, id_] = _Kept(number, False, digest, stamped)
    if rows:
        known = {ref for one in filings for ref in one.known}
        _check_references(act.ctx, rows, versions, known)
        with prepared.gathered(to_the_commit=last):
            _write(act.ctx, now, rows)
            if held:
                outside.note(act.ctx.tenant, held)
            _project(act.ctx.tenant, changes)
        act.entries.extend(_entries(act.ctx, changes, rows))
    return versions


def delete(ctx: Context, type_: str, id_: str, *, expect: int | None = None, even_if_referred_to: bool = False) -> Version:
    """Add a version that says the resource is gone; its history stays."""
    act = acts.current()
    now = _millisecond(act.ctx.now)
    before = _kept(act.ctx.tenant, [(type_, id_)]).get((type_, id_))
    if before is None:
        raise NotFound
    if before.deleted:
        raise Gone
    if expect is not None and expect != before.version:
        raise Stale
    if not even_if_referred_to:
        _refuse_if_referred_to(act.ctx.tenant, type_, id_)
    resource = orjson.loads(before.text)
    version = Version(type_, id_, before.version + 1, now, act.ctx.actor.key, act.ctx.act, "", deleted=True)
    patient = fhir_index.extract(resource).patient
    row = {"type": type_, "id": id_, "version": version.version, "body": "", "hash": "", "deleted": True,
           "patient": patient, "tokens": [], "strings": [], "refs": [], "dates": [], "numbers": []}
    _write(act.ctx, now, [row])
    changes: list[projecting.Change] = [(version, resource, None)]
    _project(act.ctx.tenant, changes)
    act.entries.extend(_entries(act.ctx, changes, [row]))
    return version


def restore(ctx: Context, act_id: UUID, *, may_be_empty: bool = False) -> list[Version]:
    """Put back what one act changed, all of it or nothing: earlier versions return, what it created is removed.

    Raises Stale where any of it has been changed since, NotFound where nothing of it is on record (unless that may be).
    """
    act = acts.current()
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT v.type, v.id, min(v.version), max(v.version), c.version FROM records_version v"
            " JOIN records_current c USING (tenant, type, id)"
            " WHERE v.tenant = %s AND v.act = %s GROUP BY v.type, v.id, c.version ORDER BY v.type, v.id",
            [act.ctx.tenant, act_id],
        )
        touched = cursor.fetchall()
        if not touched and may_be_empty:
            return []
        if not touched:
            raise NotFound("Nothing of that act is on record.")
        if any(newest != now_at for _, _, _, newest, now_at in touched):
            raise Stale("It has been changed again since.")
        cursor.execute(
            "SELECT type, id, body, deleted FROM records_version WHERE tenant = %s AND (type, id, version) IN"
            " (SELECT t.type, t.id, t.version FROM json_to_recordset(%s::json) AS t(type text, id text, version int))",
            [act.ctx.tenant, orjson.dumps([{"type": t, "id": i, "version": low - 1}
                                           for t, i, low, _, _ in touched]).decode()],
        )
        earlier = {(type_, id_): (body, deleted) for type_, id_, body, deleted in cursor.fetchall()}
    act.restoring = True
    back = []
    remove = []
    for type_, id_, _, newest, _ in touched:
        body, deleted = earlier.get((type_, id_), ("", True))
        if deleted:
            remove.append((type_, id_, newest))
        else:
            back.append(Filing(body, type_, id_, expect=newest))
    done = file_many(ctx, back) if back else []
    done += [delete(ctx, type_, id_, expect=newest, even_if_referred_to=True) for type_, id_, newest in remove
             if not _is_deleted(act.ctx.tenant, type_, id_)]
    return done


# ---------------------------------------------------------------- parts


def _millisecond(at: datetime) -> datetime:
    return at.replace(microsecond=at.microsecond // 1000 * 1000)


def _parse(filing: Filing) -> tuple[str, str | None, str, dict[str, Any]]:
    if isinstance(filing.resource, dict):
        text = fhir_text.dumps(filing.resource)
        resource = filing.resource
    else:
        text = filing.resource
        resource = fhir_text.parse(text) if filing.parsed is None else filing.parsed
    type_ = filing.type or resource.get("resourceType")
    assert isinstance(type_, str), "doors name the type"
    return type_, filing.id or resource.get("id"), text, resource


def _moved_outside(tenant: int, text: str, resource: dict[str, Any]) -> tuple[str, dict[str, Any], list[Outside]]:
    """Put long bytes beside the database, on the disk before the act's commit; return the text with marks in their place."""
    if MARK not in text and len(text) <= INSIDE_BYTES_MAX:
        return text, resource, []
    if MARK in text:
        outside.refuse_unknown(tenant, str(resource.get("resourceType")), resource["id"], list(marks_in(resource)))
    text, resource, taken = moved(text, resource)
    if taken:
        outside.keep(tenant, taken)
    return text, resource, list(marks_in(resource))


def _kept(tenant: int, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], _Kept]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.type, c.id, c.version, c.deleted, v.hash, v.body FROM json_to_recordset(%s::json) AS k(type text, id text)"
            " JOIN records_current c ON c.tenant = %s AND c.type = k.type AND c.id = k.id"
            " JOIN records_version v ON v.tenant = c.tenant AND v.type = c.type AND v.id = c.id AND v.version = c.version"
            " ORDER BY c.type, c.id FOR UPDATE OF c",
            [orjson.dumps([{"type": t, "id": i} for t, i in set(keys)]).decode(), tenant],
        )
        return {(r[0], r[1]): _Kept(r[2], r[3], bytes(r[4]), r[5]) for r in cursor.fetchall()}


def _is_deleted(tenant: int, type_: str, id_: str) -> bool:
    kept = _kept(tenant, [(type_, id_)]).get((type_, id_))
    return kept is None or kept.deleted


def _check_expected(filing: Filing, before: _Kept) -> None:
    if filing.expect is None or filing.expect == before.version:
        return
    if filing.expect == 0 and not before.deleted:
        raise IdTaken
    if not (filing.expect == 0 and before.deleted):
        raise Stale


def _refuse_unacceptable(filings: Sequence[Filing], parsed: Sequence[tuple[str, str | None, str, dict[str, Any]]],
                         now: datetime) -> None:
    found: list[Issue] = []
    for filing, (type_, _, text, resource) in zip(filings, parsed, strict=True):
        if filing.parsed is not None:
            continue
        issues = validate(text, type=filing.type or type_, now=now, resource=resource)
        found += [one for one in issues if one.severity in ("error", "fatal")]
    if found:
        raise Unacceptable(issues=found)


def index_row(version: Version, resource: dict[str, Any]) -> dict[str, Any]:
    """Return what is derived from one version for `records_current` and the search index."""
    rows = fhir_index.extract(resource)
    return {
        "type": version.type, "id": version.id, "version": version.version, "deleted": version.deleted,
        "patient": rows.patient, "code": rows.code, "status": rows.status, "owner": rows.owner,
        "sort_at": rows.sort_at, "name": rows.name, "label": label_of(resource),
        "tokens": rows.tokens, "strings": rows.strings, "refs": rows.refs, "dates": rows.dates, "numbers": rows.numbers,
    }


def _check_references(ctx: Context, rows: list[dict[str, Any]], versions: list[Version], known: set[str]) -> None:
    """At the doors where people and programs file, what is referred to must exist (another system's import may lag)."""
    if ctx.door not in DOORS_THAT_CHECK_REFERENCES:
        return
    here = known | {one.reference for one in versions}
    wanted = {target for row in rows for _, target in row["refs"]
              if target.count("/") == 1 and ":" not in target and target not in here}
    if not wanted:
        return
    kinds, ids_ = zip(*(ref.split("/") for ref in sorted(wanted)), strict=True)
    # LIMIT 1 keeps this a look by primary key for each; without it the planner may read the whole table once.
    found = prepared.rows(
        "SELECT w.type || '/' || w.id FROM unnest(%s::text[], %s::text[]) AS w(type, id) LEFT JOIN LATERAL"
        " (SELECT 1 AS here FROM records_current c WHERE c.tenant = %s AND c.type = w.type AND c.id = w.id"
        " AND NOT c.deleted LIMIT 1) AS found ON true WHERE found.here IS NULL ORDER BY 1",
        [list(kinds), list(ids_), ctx.tenant],
    )
    missing = [ref for (ref,) in found if not projecting.is_computed(ctx.tenant, ref, ctx.now)]
    if missing:
        places = [(ref, place) for one in versions for place, ref in references(one.resource) if ref in missing]
        places = places or [(ref, "") for ref in missing]
        raise DanglingReference(issues=[Issue("error", "not-found", f"{ref} is not here.", at) for ref, at in places])


def _write(ctx: Context, now: datetime, rows: list[dict[str, Any]]) -> None:
    prepared.soon(
        "SELECT records_file(%s, %s, %s, %s, %s::json)::text",
        [ctx.tenant, now, ctx.actor.key, ctx.act, orjson.dumps(rows, default=str).decode()],
        _not_written,
    )


def _not_written(error: DatabaseError) -> Exception:
    overtaken = "records_version_pkey" if isinstance(error, IntegrityError) else "records-stale"
    return Stale() if overtaken in str(error) else error


def _project(tenant: int, changes: list[projecting.Change]) -> None:
    ran = set()
    for kind in {version.type for version, _, _ in changes}:
        for projection in projecting.of(kind):
            if projection.name not in ran:
                ran.add(projection.name)
                if not projection.soon:
                    prepared.send_now()
                projection.project(tenant, [one for one in changes if one[0].type in projection.types])


def _entries(ctx: Context, changes: list[projecting.Change], rows: list[dict[str, Any]]) -> list[Any]:
    made = []
    for (version, _, after), row in zip(changes, rows, strict=True):
        action = "delete" if after is None else ("create" if version.version == 1 else "update")
        made.append(entry(ctx, action, what=version.reference, version=version.version, patient=row["patient"],
                          sha256=row["hash"] or None))
    return made


def _refuse_if_referred_to(tenant: int, type_: str, id_: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT r.type || '/' || r.id FROM records_ref r WHERE r.tenant = %s AND r.target = %s"
            " AND NOT (r.type = %s AND r.id = %s) LIMIT 5",
            [tenant, f"{type_}/{id_}", type_, id_],
        )
        others = [ref for (ref,) in cursor.fetchall()]
    if others:
        raise StillReferredTo(issues=[Issue("error", "conflict", f"{ref} refers to it.") for ref in others])
