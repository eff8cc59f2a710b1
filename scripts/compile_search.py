"""Compile the FHIRPath of HL7's search parameters into paths of JSON keys.

R4's 1,378 expressions use a small part of FHIRPath: steps, `as`, `where(resolve() is T)`, `where(k='v')`. Each
becomes rows `[keys, type, filter]`; choice elements are spelt out (`value as Quantity` is the key `valueQuantity`).
Filters: `["is", "Patient"]` (the reference names that type) and `["where", depth, key, value]`.
"""

import re
from typing import Any

Json = dict[str, Any]
Steps = list[tuple[list[str], str]]

EVERY = "Resource"  # parameters of every type
SKIPPED = {"Bundle.entry[0].resource"}  # read from the entry itself, see index.py
IS = re.compile(r"\.where\(resolve\(\) is (\w+)\)$")
WHERE = re.compile(r"\.where\((\w+)='([^']*)'\)")
AS = re.compile(r"^\((?P<path>[\w.]+) as (?P<type>\w+)\)(?P<rest>[\w.]*)$")
AS_CALL = re.compile(r"^(?P<path>[\w.]+)\.as\((?P<type>\w+)\)$")


def search_rows(files: dict[str, Json], types: Json, resources: list[str]) -> Json:
    """Return for each resource type its parameters: name, type, expression, targets, components, compiled paths."""
    by_type: Json = {name: {} for name in (EVERY, *resources)}
    sources = [entry["resource"] for entry in files["search-parameters.json"]["entry"]]
    by_url = {source["url"]: source["code"] for source in sources}
    for source in sources:
        expression = source.get("expression")
        if not expression:
            continue
        shared = "Resource" in source["base"]
        for base in [EVERY] if shared else [name for name in source["base"] if name in by_type]:
            parts = [part.strip() for part in expression.split("|")]
            parts = [f"{base}.{part}" if part[0].islower() else part for part in parts]  # `name | alias`
            own = [part for part in parts if belongs(part, base)]
            row = {"type": source["type"], "expression": " | ".join(own)}
            if source.get("target"):
                row["targets"] = source["target"]
            if source.get("component"):
                row["components"] = [
                    [by_url[one["definition"]], one["expression"]] for one in source["component"]
                ]
            elif own and own[0] not in SKIPPED:
                row["paths"] = [path for part in own for path in compiled(part, base, types)]
            by_type[base][source["code"]] = row
    return by_type


def belongs(part: str, base: str) -> bool:
    head = re.match(r"\(?(\w+)", part)
    return head is not None and head.group(1) == base


def compiled(part: str, base: str, types: Json) -> list[Any]:
    if part == "Patient.deceased.exists() and Patient.deceased != false":
        return [[["deceasedBoolean"], "deceased"], [["deceasedDateTime"], "deceased"]]
    filters: Any = None
    wanted = ""
    rest = ""
    if match := IS.search(part):
        filters, part = ["is", match.group(1)], part[: match.start()]
    if match := WHERE.search(part):
        depth = part[: match.start()].count(".") - 1
        filters, part = (
            ["where", depth, match.group(1), match.group(2)],
            part[: match.start()] + part[match.end() :],
        )
    if match := AS.match(part) or AS_CALL.match(part):
        part, wanted, rest = match.group("path"), match.group("type"), match.groupdict().get("rest") or ""
    found = walk(part.split(".")[1:], base, types, wanted)
    if rest:
        found = [
            (keys + more, leaf)
            for keys, name in found
            for more, leaf in walk(rest.split(".")[1:], name, types, "")
        ]
    assert found, f"no element at {part}"
    return [[keys, leaf, filters] if filters else [keys, leaf] for keys, leaf in found]


def walk(segments: list[str], name: str, types: Json, wanted: str) -> Steps:
    """Return the JSON keys that a path of element names means, with the type at their end."""
    if not segments:
        return [([], name)]
    made = types.get(name, {})
    head, tail = segments[0], segments[1:]
    keys = [head] if head in made and len(made[head]) < 6 else []
    keys += [key for key, row in made.items() if len(row) > 5 and row[5] == head]
    found: Steps = []
    for key in keys:
        kind = made[key][0]
        if wanted and not tail and kind != wanted:
            continue
        found += [([key, *more], leaf) for more, leaf in walk(tail, kind, types, wanted)]
    return found
