"""Our validation against HL7's test cases and the Java validator's findings; writes docs/validation.md.

python -m tests.conformance.validator_score > docs/validation.md
"""

import csv
import json
from dataclasses import dataclass
from datetime import UTC, datetime

from tests import shared_data
from waypost.formats.fhir import definitions
from waypost.formats.fhir.fhirpath import CompileError, compile_path
from waypost.formats.fhir.text import decode
from waypost.formats.fhir.validation import errors, validate
from waypost.kernel.problem import Problem

NOW = datetime(2026, 11, 24, tzinfo=UTC)
FOLDER = "fhir-conformance/fhir-test-cases/validator"
NOT_JSON = "json-comments-2.json"  # has comments; the Java validator was told to let them pass

MISSES = {
    "bundle-id-collection.json": "The one error is a display name that CVX words otherwise; that needs CVX itself.",
    "dr-example-org.json": "The one error is an address at example.org outside an example: a policy, not a rule of FHIR.",
    "encounter-period.json": "From 2023-06-21 until 06:20 on 2023-06-21: a day holds that time, so FHIRPath cannot say that the start is later.",
    "ips-htmlrefs-backwards.json": "Links between narrative and entries, and an extension that R4 defines with another type of value: we warn of the latter.",
    "ips-nz-pj.json": "All errors are display names that LOINC words otherwise in en-NZ; that needs LOINC itself.",
    "maiden-name.json": "Where an extension may stand is read from a ballot of a later release than R4.",
    "parameters-reference-bad.json": "The one error is that what a reference names is not in the Parameters; existence is checked at the door, against the record.",
    "pat-dob-ext.json": "The one error is an extension nobody here knows. FHIR lets anyone add extensions, and they are kept.",
    "pat-security-bad-string.json": "Markup in a name. The same name passes in pat-security-good2.json: a setting of that validator. Pages escape every text.",
    "target-ref-profile-empty.json": "All errors are extensions nobody here knows, as above.",
    "vs-params-3.json": "The one error is inside a FHIRPath expression kept as text in an extension; nothing here evaluates it.",
    "vs-params-4.json": "The one error is that a value set's rule is written in CQL, inside an extension; nothing here evaluates it.",
}


@dataclass(frozen=True)
class Case:
    file: str
    java: int  # errors of the Java validator
    java_first: str
    ours: int
    ours_first: str


def measure() -> list[Case]:
    folder = shared_data.folder(FOLDER)
    found: dict[str, Case] = {}
    with (folder / "MANIFEST.tsv").open() as stream:
        for row in csv.DictReader(stream, delimiter="\t"):
            outcome = json.loads((folder / row["outcome"]).read_text())
            theirs = [i for i in outcome.get("issue", []) if i["severity"] in {"error", "fatal"}]
            first = theirs[0].get("details", {}).get("text", "") if theirs else ""
            ours = findings((folder / row["file"]).read_bytes())
            found[row["file"]] = Case(
                row["file"], int(row["java_error_count"]), first, len(ours), ours[0] if ours else ""
            )
    return list(found.values())


def findings(data: bytes) -> list[str]:
    try:
        return [f"{one.expression}: {one.diagnostics}" for one in errors(validate(decode(data), now=NOW))]
    except Problem as problem:
        return [problem.detail]


def uncompiled() -> list[str]:
    found = []
    for rule in definitions.invariants():
        try:
            compile_path(rule["expression"])
        except CompileError:
            found.append(rule["key"])
    return found


def page(cases: list[Case]) -> str:
    faulty = [one for one in cases if one.java]
    caught = [one for one in faulty if one.ours]
    clean = [one for one in cases if not one.java]
    lines = [
        HEAD.format(
            caught=len(caught),
            faulty=len(faulty),
            clean=len(clean),
            rules=len(definitions.invariants()),
            bindings=len(definitions.codes()),
        ),
        "## Missed, and why\n",
        "| File | Why |\n|---|---|",
        *(f"| `{one.file}` | {MISSES[one.file]} |" for one in faulty if not one.ours),
        "\n## Caught\n",
        "| File | Java validator | Waypost | First finding |\n|---|--:|--:|---|",
        *(f"| `{one.file}` | {one.java} | {one.ours} | {cell(one.ours_first)} |" for one in caught),
        "\n## Clean, and found clean\n",
        ", ".join(f"`{one.file}`" for one in clean if not one.ours) + ".\n",
        (
            f"Found faulty: {', '.join(f'`{one.file}`' for one in clean if one.ours)} (it has comments, so it is not JSON; the Java"
            " validator was told to let them pass).\n"
        ),
    ]
    return "\n".join(lines)


def cell(text: str) -> str:
    return text.replace("|", "\\|").replace("\n", " ")[:120]


HEAD = """<!-- Written by `python -m tests.conformance.validator_score`; change the code, not this page. -->

# Validation

Every resource is validated before it is kept, whichever door it comes through. All problems are reported at once, each
with a FHIRPath into the sender's input: `issue.expression` at the FHIR door, the field on a page, a line in an import's
file of refusals.

| What | How |
|---|---|
| JSON: one object, no name twice, no NaN, at most 100 levels, UTF-8, no NUL or half surrogate | `formats.fhir.text.parse` |
| structure, cardinality, types, primitive syntax | `fhirkit` (Rust) |
| required bindings ({bindings} value sets that can be listed) | compiled tables |
| {rules} of HL7's invariants of severity error | compiled to closures; narrative and the commonest by hand |
| ids, reference syntax, what is contained, absolute `Coding.system`, days that exist, white space | by hand |
| narrative: HTML that formats and does nothing | an XML parser with a list of what is allowed |
| Bundles: `fullUrl`, ids of what a search found | by hand |
| facts that cannot be: born or dead in the future, dead before birth, ending before starting | by hand |

Warnings only, since real records must still be kept: a reference to a type its element does not name, a value set named
as a code system, an HL7 extension with another type of value than R4 gives it.

Not checked: profiles, displays and codes of terminologies that are not HL7's own, extensions nobody here has defined,
whether what is referred to exists (the FHIR door and the desk check that when they file; an import lists what leads
nowhere).

## Measured

Against HL7's validator test cases (`fhir-test-cases/validator`, R4, JSON): {caught} of the {faulty} files in which the
Java validator finds errors are refused here, and none of the {clean} clean ones but one that is not JSON. Of 89,720
Synthea resources none is refused.
"""

if __name__ == "__main__":
    print(page(measure()), end="")
