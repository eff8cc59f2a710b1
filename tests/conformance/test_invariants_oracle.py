"""HL7's invariants as compiled here against fhirpathpy, on published examples and on spoilt copies of them."""

import json
import random
from functools import cache

import pytest
from fhirpathpy import compile as compile_fhirpath
from fhirpathpy.models import models

from tests import shared_data
from tests.twins.test_validation_twin import mutate
from waypost.formats.fhir import definitions
from waypost.formats.fhir.fhirpath import CompileError, Run, compile_path, holds, node_of

SPOILT = 3
# fhirpathpy: no resolve(), descendants() without contained resources' types, trace() prints
LEFT_OUT = {"ctm-1", "dom-3", "ref-1", "ele-1", "ext-1"}


@cache
def root_rules(kind):
    """The rules of a type that are stated of the whole resource."""
    found = []
    for rule in definitions.invariants():
        if rule["path"] in {kind, "DomainResource"} and rule["key"] not in LEFT_OUT:
            try:
                ours = compile_path(rule["expression"])
            except CompileError:
                continue
            plain = rule["expression"].replace(".trace('ids')", "").replace("%resource", "%context")
            found.append((rule["key"], ours, compile_fhirpath(plain, models["r4"])))
    return found


def check(resource):
    kind = resource["resourceType"]
    node = node_of(resource, "Resource")
    checked = 0
    for key, ours, oracle in root_rules(kind):
        try:
            wanted = oracle(resource, {"context": resource})
        except Exception:  # what fhirpathpy cannot evaluate is no oracle
            continue
        mine = holds(ours, Run(node, node, [node]), node)
        assert mine == (wanted != [False]), (kind, key, wanted)
        checked += 1
    return checked


@pytest.mark.parametrize("name", ["fhir-test-cases/r4/examples", "us-core-examples", "gravity-sdoh-examples"])
def test_invariants_are_judged_as_fhirpathpy_judges_them(name):
    chance = random.Random(7)
    checked = 0
    for _, text in shared_data.resources(shared_data.folder("fhir-conformance") / name):
        if json.loads(text).get("resourceType") not in definitions.resource_types() or len(text) > 60_000:
            continue
        checked += check(json.loads(text))
        for _ in range(SPOILT):
            spoilt = json.loads(text)
            mutate(chance, spoilt)
            try:
                checked += check(spoilt)
            except (TypeError, AttributeError):  # of the wrong shape: `validate` passes over invariants there
                continue
    assert checked > 100
