"""What `extract` indexes against fhirpathpy evaluating HL7's own expressions, value by value."""

import json
import re
from collections import defaultdict
from functools import cache
from itertools import islice

from fhirpathpy import compile as compile_fhirpath
from fhirpathpy.models import models

from tests import shared_data
from waypost.formats.fhir import definitions, spans
from waypost.formats.fhir.index import extract, index_key, normalise

SKIPPED = {"_id", "_lastUpdated"}  # columns of the record
LEFT_OUT = {("Bundle", "composition"), ("Bundle", "message")}  # written by hand, tested below


@cache
def compiled(expression):
    plain = expression.removeprefix("Resource.")
    for name in ("Patient", "Practitioner", "Location", "RelatedPerson"):
        plain = plain.replace(
            f"where(resolve() is {name})", f"where(reference.contains('{name}/') or type = '{name}')"
        )
    plain = re.sub(r"\(([\w.]+) as (\w+)\)", r"(\1.ofType(\2))", plain)  # HL7's own `as` is given collections
    return compile_fhirpath(re.sub(r"\.as\((\w+)\)", r".ofType(\1)", plain), models["r4"])


def texts_of(value):
    if isinstance(value, dict):
        for key in ("text", "family", "city", "district", "state", "postalCode", "country"):
            if isinstance(value.get(key), str):
                yield value[key]
        for key in ("given", "prefix", "suffix", "line"):
            yield from (each for each in value.get(key, []) if each)
    elif isinstance(value, str):
        yield value


def tokens_of(value):
    if isinstance(value, bool):
        yield "", "true" if value else "false"
    elif isinstance(value, str):
        yield "", value
    elif isinstance(value, dict) and "coding" in value:
        for coding in value["coding"]:
            yield coding.get("system", ""), coding.get("code", "")
    elif isinstance(value, dict) and ("code" in value or ("system" in value and "value" not in value)):
        yield value.get("system", ""), value.get("code", "")
    elif (
        isinstance(value, dict)
        and value.get("system") in {"phone", "fax", "email", "pager", "url", "sms", "other"}
        and "value" in value
    ):
        yield "", value["value"].lower() if value["system"] == "email" else value["value"]
    elif isinstance(value, dict) and ("value" in value or "system" in value):
        yield value.get("system", ""), value.get("value", "")


def dates_of(value):
    if isinstance(value, str):
        yield spans.instants(value)
    elif isinstance(value, dict) and ("start" in value or "end" in value):
        yield spans.period(value)
    elif isinstance(value, dict):
        yield from (spans.instants(each) for each in value.get("event", []))
        if "boundsPeriod" in value.get("repeat", {}):
            yield spans.period(value["repeat"]["boundsPeriod"])


def references_of(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict) and not value.get("reference", "#").startswith("#"):
        yield value["reference"].partition("/_history/")[0]


def expected(kind, values):
    if kind in {"token", "uri"}:
        return {tuple(map(index_key, pair)) for value in values for pair in tokens_of(value) if any(pair)}
    if kind == "string":
        return {index_key(normalise(text)) for value in values for text in texts_of(value)}
    if kind == "date":
        return {span for value in values for span in dates_of(value) if span}
    if kind == "reference":
        return {index_key(target) for value in values for target in references_of(value)}
    return None


def indexed(resource):
    rows = extract(resource)
    found = defaultdict(set)
    for param, system, code in rows.tokens:
        found[param].add((system, code))
    for param, value in rows.strings:
        found[param].add(value)
    for param, target in rows.refs:
        found[param].add(target)
    for param, low, high in rows.dates:
        found[param].add((low, high))
    return found


def differences(text):
    resource = json.loads(text)
    kind = resource.get("resourceType")
    if kind not in definitions.resource_types():
        return
    found = indexed(resource)
    for name, param in definitions.params_of(kind).items():
        if (
            name in SKIPPED
            or (kind, name) in LEFT_OUT
            or param.type in {"composite", "special"}
            or not param.paths
        ):
            continue
        values = compiled(param.expression)(resource)
        wanted = expected(param.type, values)
        if wanted is None:  # numbers: fhirpathpy rounds them, so only whether there are any
            numbers = {row[0] for row in extract(resource).numbers}
            has = any(not isinstance(v, dict) or v.keys() & {"value", "low", "high"} for v in values)
            assert (name in numbers) == has, (kind, name)
            continue
        got = found.get(name, set())
        if param.type == "token":  # telephone numbers are found by their digits too
            got = {pair for pair in got if pair in wanted or not pair[1].isdigit()}
        if param.type == "reference":  # canonicals are found without their version too
            got = {
                target
                for target in got
                if target in wanted or not any(w.startswith(target + "|") for w in wanted)
            }
        assert got == wanted, (kind, name, param.expression)


def examples():
    root = shared_data.folder("fhir-conformance")
    for name in ("fhir-test-cases/r4/examples", "us-core-examples", "gravity-sdoh-examples"):
        yield from shared_data.resources(root / name)


def test_published_examples_are_indexed_as_hl7s_expressions_say():
    for _, text in examples():
        differences(text)


def test_a_patients_history_is_indexed_as_hl7s_expressions_say():
    for file in islice(sorted(shared_data.folder("synthea/bundles").glob("*.gz")), 40, 43):
        for _, text in shared_data.resources(file):
            differences(text)


def test_every_parameter_with_an_expression_has_paths():
    without = {
        (kind, name)
        for kind in definitions.resource_types()
        for name, param in definitions.params_of(kind).items()
        if param.type != "composite" and not param.paths
    }
    assert without == LEFT_OUT


def test_a_bundle_is_found_by_what_it_begins_with():
    composition = {"resourceType": "Composition", "id": "c"}
    rows = extract({"resourceType": "Bundle", "type": "document", "entry": [{"resource": composition}]})
    assert ("composition", "Composition/c") in rows.refs
