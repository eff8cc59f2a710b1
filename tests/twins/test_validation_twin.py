"""Cardinality and required bindings, checked a second time by plain recursion over the element table."""

import json
import random
import re

import pytest
from tests import shared_data

from waypost.formats.fhir import definitions
from waypost.formats.fhir.validation import errors, validate

MUTATIONS = 4
ROUNDS = 3


def wrong_places(value, type_, path):
    """Yield where an element is missing, is or is not a list against its cardinality, or has a code not allowed."""
    if type_ == "Resource":
        type_ = value.get("resourceType", "")
    elements = definitions.elements_of(type_)
    choices = {}
    for key, element in elements.items():
        choices.setdefault(element.choice or key, []).append((key, element))
    for label, options in choices.items():
        present = [(key, element) for key, element in options if key in value or "_" + key in value]
        place = f"{path}.{label}"
        if not present and options[0][1].min:
            yield place
        for key, element in present:
            beside = value.get("_" + key)
            if beside is not None and isinstance(beside, list) != (element.max != 1):
                yield place
                continue
            for index, one in enumerate(beside if isinstance(beside, list) else [beside]):
                if isinstance(one, dict):
                    yield from wrong_places(
                        one, "Element", f"{place}[{index}]" if isinstance(beside, list) else place
                    )
            items = value.get(key, [])
            if key in value and isinstance(items, list) != (element.max != 1):
                yield place
                continue
            for index, item in enumerate(items if isinstance(items, list) else [items]):
                here = f"{place}[{index}]" if isinstance(items, list) else place
                if item is None:
                    continue
                if not code_allowed(item, element):
                    yield here
                if isinstance(item, dict):
                    yield from wrong_places(item, element.type, here)


def code_allowed(item, element):
    systems = definitions.codes().get(element.binding)
    if systems is None:
        return True
    if element.type in {"code", "string", "uri"}:
        return any(item in codes for codes in systems.values())
    if element.type == "Quantity":
        return "code" not in item or item["code"] in systems.get(item.get("system"), ())
    if (
        isinstance(item, dict)
        and any(isinstance(v, list) for v in item.values())
        and element.type != "CodeableConcept"
    ):
        return False
    codings = item.get("coding", []) if element.type == "CodeableConcept" else [item]
    return any(
        isinstance(one, dict) and str(one.get("code")) in systems.get(str(one.get("system")), ())
        for one in codings
    )


def mutate(chance, value):
    """Remove a member, spoil a code or turn a value into a list, somewhere inside."""
    spots = []

    def visit(node):
        if isinstance(node, dict):
            spots.extend((node, key) for key in node if key not in {"resourceType", "id", "div", "contained"})
            for each in node.values():
                visit(each)
        elif isinstance(node, list):
            for each in node:
                visit(each)

    visit(value)
    if not spots:
        return
    node, key = chance.choice(spots)
    match chance.randrange(3):
        case 0:
            del node[key]
        case 1:
            node[key] = "banana" if isinstance(node[key], str) else node[key]
        case _:
            node[key] = [node[key]] if not isinstance(node[key], list) else node[key][0]


def said(text):
    found = set()
    for issue in errors(validate(text)):
        about_shape = re.search(
            r"Required element missing|Expected an array|Expected a single|Expected an object|found an array",
            issue.diagnostics,
        )
        if issue.code == "code-invalid" or about_shape:
            found.add(issue.expression)
    return found


def outermost(places):
    """Leave out what stands inside something already wrong: the two read on differently there."""
    return {
        place for place in places if not any(place.startswith((other + ".", other + "[")) for other in places)
    }


@pytest.mark.parametrize("name", ["fhir-test-cases/r4/examples", "us-core-examples"])
def test_cardinality_and_bindings_agree_with_the_twin(name):
    chance = random.Random(4)
    for _, text in shared_data.resources(shared_data.folder("fhir-conformance") / name):
        resource = json.loads(text)
        if resource.get("resourceType") not in definitions.resource_types() or len(text) > 60_000:
            continue
        for _ in range(ROUNDS):
            for _ in range(MUTATIONS):
                mutate(chance, resource)
            changed = json.dumps(resource)
            kind = resource["resourceType"]
            assert outermost(set(wrong_places(resource, kind, kind))) == outermost(said(changed)), changed
            resource = json.loads(text)
