"""Expand the value sets of required bindings into lists of codes."""

from collections.abc import Iterator
from typing import Any

Json = dict[str, Any]


def binding_codes(files: dict[str, Json], types: Json) -> Json:
    """Return, for each value set a required binding names, `{system: [codes]}`.

    A value set that cannot be enumerated (all of UCUM, of BCP 47, of MIME types) is left out: it has no list to
    check against.
    """
    sources = {
        entry["resource"]["url"]: entry["resource"]
        for name in ("valuesets.json", "v3-codesystems.json", "v2-tables.json")
        for entry in files[name]["entry"]
    }
    systems = {url: r for url, r in sources.items() if r["resourceType"] == "CodeSystem"}
    sets = {url: r for url, r in sources.items() if r["resourceType"] == "ValueSet"}
    wanted = {row[3] for made in types.values() for row in made.values() if len(row) > 3 and row[3]}
    found = {}
    for url in sorted(wanted):
        codes = expand(url, sets, systems)
        if codes:
            found[url] = {system: sorted(values) for system, values in codes.items()}
    return found


def expand(url: str, sets: dict[str, Json], systems: dict[str, Json]) -> dict[str, set[str]] | None:
    """Return the codes of one value set by system; None where they cannot be listed."""
    compose = sets.get(url, {}).get("compose")
    if compose is None:
        return None
    codes: dict[str, set[str]] = {}
    for include in compose["include"]:
        part = included(include, sets, systems)
        if part is None:
            return None
        for system, values in part.items():
            codes.setdefault(system, set()).update(values)
    for exclude in compose.get("exclude", ()):
        for system, values in (included(exclude, sets, systems) or {}).items():
            codes.get(system, set()).difference_update(values)
    return codes


def included(include: Json, sets: dict[str, Json], systems: dict[str, Json]) -> dict[str, set[str]] | None:
    if "valueSet" in include:
        parts = [expand(url.partition("|")[0], sets, systems) for url in include["valueSet"]]
        if any(part is None for part in parts):
            return None
        merged: dict[str, set[str]] = {}
        for part in parts:
            for system, values in (part or {}).items():
                merged.setdefault(system, set()).update(values)
        return merged
    system = include["system"]
    if "concept" in include:
        return {system: {concept["code"] for concept in include["concept"]}}
    definition = systems.get(system)
    if definition is None or definition.get("content") != "complete":
        return None
    every = list(concepts(definition.get("concept", ()), ()))
    filters = include.get("filter", ())
    if any(one["op"] not in {"is-a", "="} or one["property"] not in {"concept", "parent"} for one in filters):
        return None
    chosen = {code for code, above in every if all(one["value"] in above for one in filters)}
    return {system: chosen}


def concepts(rows: Any, above: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each code with its ancestors, itself included."""
    for row in rows:
        line = (*above, row["code"])
        yield row["code"], line
        yield from concepts(row.get("concept", ()), line)
