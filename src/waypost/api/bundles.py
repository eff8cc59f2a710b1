"""Bundles put together from stored text. What is stored is joined, never read and written again."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from waypost.formats.fhir.text import instant, members
from waypost.kernel.problem import Issue
from waypost.records.versions import Version

SUBSETTED = '{"system":"http://terminology.hl7.org/CodeSystem/v3-ObservationValue","code":"SUBSETTED"}'
ALWAYS = frozenset({"resourceType", "id", "meta"})


@dataclass(frozen=True, slots=True)
class Link:
    relation: str
    url: str


def entry(base: str, reference: str, text: str, *, mode: str = "match") -> str:
    return (
        f'{{"fullUrl":{_quoted(f"{base}/{reference}")},"resource":{text},"search":{{"mode":"{mode}"}}}}'
    )


def outcome_entry(text: str) -> str:
    return f'{{"resource":{text},"search":{{"mode":"outcome"}}}}'


def history_entry(base: str, version: Version) -> str:
    """A version in a history: what was done, when, and the content unless it was a deletion."""
    method, url, status = "PUT", version.reference, "200"
    if version.deleted:
        method, status = "DELETE", "204"
    elif version.version == 1:
        method, url, status = "POST", version.type, "201"
    resource = "" if version.deleted else f',"resource":{version.text}'
    return (
        f'{{"fullUrl":{_quoted(f"{base}/{version.reference}")}{resource}'
        f',"request":{{"method":"{method}","url":{_quoted(url)}}}'
        f',"response":{{"status":"{status}","etag":{_quoted(version.etag)},"lastModified":"{instant(version.at)}"}}}}'
    )


def bundle(kind: str, entries: Sequence[str], *, links: Iterable[Link] = (), total: int | None = None) -> str:
    """Return a Bundle around entries that are already text."""
    parts = [f'{{"resourceType":"Bundle","type":"{kind}"']
    if total is not None:
        parts.append(f',"total":{total}')
    named = [f'{{"relation":"{one.relation}","url":{_quoted(one.url)}}}' for one in links]
    if named:
        parts.append(f',"link":[{",".join(named)}]')
    if entries:
        parts.append(f',"entry":[{",".join(entries)}]')
    parts.append("}")
    return "".join(parts)


def subset(text: str, keep: frozenset[str] | None, drop: frozenset[str] = frozenset()) -> str:
    """Return a resource with only some of its members, tagged SUBSETTED; what stays is as it was written."""
    spans = members(text)
    kept = []
    for name, (low, high) in spans.items():
        plain = name.removeprefix("_")
        if (
            name == "meta"
            or plain in drop
            or (keep is not None and plain not in keep and plain not in ALWAYS)
        ):
            continue
        kept.append(f"{json.dumps(name)}:{text[low:high]}")
    meta = text[slice(*spans["meta"])] if "meta" in spans else "{}"
    kept.insert(1 if len(kept) > 1 else len(kept), f'"meta":{_tagged(meta)}')
    return "{" + ",".join(kept) + "}"


def _tagged(meta: str) -> str:
    spans = members(meta)
    if "tag" in spans:
        low, high = spans["tag"]
        inside = meta[low:high].rstrip()[1:-1].strip()
        return f"{meta[:low]}[{inside + ',' if inside else ''}{SUBSETTED}]{meta[high:]}"
    comma = "," if spans else ""
    return f'{meta.rstrip()[:-1]}{comma}"tag":[{SUBSETTED}]}}'


def warnings_text(issues: Iterable[Issue]) -> str:
    from waypost.api.outcome import text_of

    return text_of(issues, code="api.parameter-unknown", title="A part of the search was left out.")


def _quoted(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)
