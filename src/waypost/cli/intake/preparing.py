"""From a JSON text to what can be filed, or the reasons why not. Nothing is written here."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from waypost.cli.intake.problems import Unreadable
from waypost.cli.intake.sources import Text
from waypost.formats.fhir import bundles, outside, references
from waypost.formats.fhir import text as fhir_text
from waypost.formats.fhir.validation import errors, validate
from waypost.kernel import ids
from waypost.kernel.problem import Issue, Problem

WHOLE_BUNDLES = frozenset({"document", "message"})  # kept as they are: what was signed or sent is one thing
BUNDLE_TYPES = frozenset({"transaction", "batch", "collection", "searchset", "history", "transaction-response",
                          "batch-response"})  # fmt: skip
TAKING_METHODS = frozenset({"POST", "PUT"})
Key = tuple[str, str]


@dataclass(slots=True)
class Arrival:
    """One resource that can be filed: its text with references among the Bundle's entries resolved."""

    type: str
    id: str
    text: str
    parsed: dict[str, Any]
    hash: bytes
    line: int
    entry: int | None = None

    @property
    def key(self) -> Key:
        return self.type, self.id


@dataclass(slots=True)
class Refusal:
    """Why something is not taken."""

    file: str
    line: int
    reasons: list[Issue]
    entry: int | None = None
    type: str = ""
    id: str = ""
    resources: int = 1  # how many are not taken for it

    def as_row(self) -> dict[str, Any]:
        reasons = [
            {"code": one.code, "diagnostics": one.diagnostics, "expression": one.expression}
            for one in self.reasons
        ]
        row = {
            "file": self.file,
            "line": self.line,
            "entry": self.entry,
            "type": self.type,
            "id": self.id,
            "reasons": reasons,
        }
        return {name: value for name, value in row.items() if value not in (None, "")}


@dataclass(slots=True)
class Batch:
    """What is filed in one act: a Bundle, all or nothing, or single resources, each for itself."""

    file: str
    atomic: bool
    arrivals: list[Arrival] = field(default_factory=list)
    refusals: list[Refusal] = field(default_factory=list)
    equal: list[Key] = field(default_factory=list)  # what is here already, the same
    kept: list[Key] = field(default_factory=list)  # what is here once the batch has been filed


def batch_of(source: Text) -> Batch:
    """Return what one text holds, read and hashed but not yet validated."""
    batch = Batch(source.file, atomic=False)
    try:
        if source.fault:
            raise Unreadable(source.fault)
        text = fhir_text.decode(source.data).strip("\n\r\t ")
        found = bundles.read(text) if bundles.looks_like_bundle(text) else None
        kind = found.rest.get("type") if found is not None else None
        if found is None or kind in WHOLE_BUNDLES:
            batch.arrivals.append(_single(text, source.line))
        else:
            batch.atomic = True
            _unpack(batch, text, found, source.line)
    except Problem as problem:
        batch.refusals.append(Refusal(source.file, source.line, list(problem.as_issues())))
    return batch


def _single(text: str, line: int) -> Arrival:
    return _arrival(text, fhir_text.parse(text), line, None)


def _arrival(
    text: str, parsed: dict[str, Any], line: int, entry: int | None, id_: str | None = None
) -> Arrival:
    type_ = parsed.get("resourceType")
    type_ = type_ if isinstance(type_, str) else ""
    id_ = id_ or _id_of(type_, parsed)
    return Arrival(type_, id_, text, parsed, fhir_text.content_hash_of(outside.as_kept({**parsed, "id": id_}) if len(text) > outside.INSIDE_BYTES_MAX else {**parsed, "id": id_}), line, entry)


def _id_of(type_: str, parsed: dict[str, Any]) -> str:
    id_ = parsed.get("id")
    if isinstance(id_, str) and id_:
        return id_
    return str(ids.uuid5_of("content", type_, fhir_text.content_hash_of(parsed).hex()))


def _unpack(batch: Batch, text: str, bundle: bundles.Bundle, line: int) -> None:
    kind = bundle.rest.get("type")
    if kind not in BUNDLE_TYPES:
        words = "A Bundle needs a type." if kind is None else "FHIR R4 has no such type of Bundle."
        raise Unreadable(issues=[Issue("error", "structure", words, "Bundle.type")])
    entries = [one for one in bundle.entries if isinstance(one.resource, dict)]
    at = _lines(text, line)
    _refuse_other_methods(batch, bundle, line)
    moved: dict[str, str] = {}
    named: dict[int, str] = {}
    for one in entries:
        type_ = one.resource.get("resourceType")
        named[one.number] = _own_id(
            type_ if isinstance(type_, str) else "", text[one.start : one.end], one.resource
        )
        if one.full_url.startswith("urn:"):
            moved[one.full_url] = f"{type_}/{named[one.number]}"
    for one in reversed(entries) if kind == "history" else entries:
        try:
            own = references.repoint_urns(text[one.start : one.end], moved)
            batch.arrivals.append(
                _arrival(own, fhir_text.parse(own), at(one.start), one.number, named[one.number])
            )
        except Problem as problem:
            place = Refusal(batch.file, at(one.start), list(problem.as_issues()), one.number)
            batch.refusals.append(place)


def _own_id(type_: str, text: str, resource: dict[str, Any]) -> str:
    id_ = resource.get("id")
    if isinstance(id_, str) and id_:
        return id_
    try:
        return _id_of(type_, fhir_text.parse(text))
    except Problem:
        return ""  # refused when its turn comes


def _lines(text: str, first: int) -> Callable[[int], int]:
    return (lambda at: first) if "\n" not in text else (lambda at: first + text.count("\n", 0, at))


def _refuse_other_methods(batch: Batch, bundle: bundles.Bundle, line: int) -> None:
    for one in bundle.entries:
        request = one.rest.get("request")
        method = request.get("method") if isinstance(request, dict) else None
        if method not in {None, *TAKING_METHODS} and (
            bundle.rest.get("type") != "history" or one.resource is None
        ):
            words = f"The entry asks for {str(method)[:10]}; an import adds resources and does nothing else."
            issue = Issue("error", "not-supported", words, f"Bundle.entry[{one.number}].request.method")
            batch.refusals.append(Refusal(batch.file, line, [issue], one.number))


def judge(batch: Batch, now: datetime) -> None:
    """Validate a batch's arrivals and move what is refused to its refusals; a Bundle stands or falls as one."""
    kept: list[Arrival] = []
    for one in batch.arrivals:
        found = errors(validate(one.text, now=now, resource=one.parsed))
        if found:
            id_ = one.parsed.get("id")
            name = id_ if isinstance(id_, str) else ""
            batch.refusals.append(Refusal(batch.file, one.line, found, one.entry, one.type, name))
        else:
            kept.append(one)
    if batch.atomic and batch.refusals and kept:
        batch.refusals[0].resources += len(kept)
        kept = []
    batch.arrivals = kept


def merged(batches: Iterator[Batch], size: int) -> Iterator[Batch]:
    """Yield batches with single resources joined, up to `size` in one act; Bundles stay alone."""
    waiting: Batch | None = None
    for one in batches:
        if one.atomic:
            yield one
            continue
        if waiting is not None and waiting.file != one.file:
            yield waiting
            waiting = None
        if waiting is None:
            waiting = one
        else:
            waiting.arrivals += one.arrivals
            waiting.refusals += one.refusals
        if len(waiting.arrivals) >= size:
            yield waiting
            waiting = None
    if waiting is not None:
        yield waiting
