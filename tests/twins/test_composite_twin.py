"""Composite parameters and `near`, by the index and by looking at everything: equal answers."""

import json
import random
import re
from decimal import Decimal
from math import acos, cos, radians, sin
from urllib.parse import quote

import fhirpathpy
import pytest
from fhirpathpy.models import models
from tests.twins.search_twin import codes
from tests.twins.search_twin import quantity as alike
from tests.twins.test_search_twin import everything

from waypost.formats.fhir import definitions

LOINC, LOCAL, UCUM = "http://loinc.org", "urn:example:codes", "http://unitsofmeasure.org"
CODES = [(LOINC, "8480-6"), (LOINC, "8462-4"), (LOCAL, "8480-6"), ("", "pulse"), (LOINC, "85354-9")]
ANSWERS = [(LOCAL, "yes"), (LOCAL, "no"), ("", "yes"), (LOINC, "LA33-6")]
NUMBERS = ["5", "5.0", "5.4", "80", "80.5", "120", "-3"]
PREFIXES = ["", "", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb"]


def concept(pairs):
    return {"coding": [{"code": code} | ({"system": system} if system else {}) for system, code in pairs]}


def measured(chance):
    """A value as it stands beside a code."""
    if chance.random() < 0.4:
        return {"valueCodeableConcept": concept(chance.sample(ANSWERS, chance.choice([1, 1, 2])))}
    value = {"value": Decimal(chance.choice(NUMBERS))}
    if chance.random() < 0.8:
        value |= {"unit": chance.choice(["mm[Hg]", "mmHg"]), "system": UCUM, "code": "mm[Hg]"}
    elif chance.random() < 0.5:
        value["unit"] = "mm[Hg]"
    if chance.random() < 0.15:
        value["comparator"] = chance.choice(["<", "<=", ">", ">="])
    return {"valueQuantity": value}


def observation(chance, id):
    made = {"resourceType": "Observation", "id": id, "status": "final", "code": concept(chance.sample(CODES, chance.choice([1, 2])))}
    if chance.random() < 0.4:
        made |= measured(chance)
    for _ in range(chance.choice([0, 1, 2, 2, 3])):
        part = {"code": concept(chance.sample(CODES, chance.choice([1, 1, 2])))} | measured(chance)
        made.setdefault("component", []).append(part)
    mine = {(one.get("system", ""), one["code"]) for one in made["code"]["coding"]}
    theirs = {pair for part in made.get("component", []) for pair in codes(part["code"])}
    if mine & theirs:  # HL7's obs-7: then the component has the value
        made = {key: value for key, value in made.items() if not key.startswith("value")}
    return made


def document(chance, id):
    def target():
        return f"DocumentReference/d{chance.randrange(6)}" + chance.choice(["", "", "/_history/1"])

    parts = [{"code": chance.choice(["replaces", "signs", "appends"]), "target": {"reference": target()}} for _ in range(chance.randrange(3))]
    made = {"resourceType": "DocumentReference", "id": id, "status": "current", "content": [{"attachment": {"url": "urn:x:1"}}]}
    return made | ({"relatesTo": parts} if parts else {})


def group(chance, id):
    def value():
        return chance.choice([{"valueBoolean": chance.random() < 0.5}, {"valueCodeableConcept": concept([chance.choice(ANSWERS)])}])

    parts = [{"code": concept([chance.choice(CODES)]), "exclude": False} | value() for _ in range(chance.choice([1, 2, 3]))]
    return {"resourceType": "Group", "id": id, "type": "person", "actual": False, "characteristic": parts}


MADE = {"Observation": (observation, 90), "DocumentReference": (document, 30), "Group": (group, 30)}


@pytest.fixture
def kept(context):
    """A few of each, filed; by type and id."""
    from waypost.access import Permission, action
    from waypost.records import actions
    from waypost.records.versions import Filing

    @action(Permission.RECORD_IMPORT)
    def file(ctx, texts):
        return actions.file_many(ctx, [Filing(text) for text in texts])

    def keep(made):
        texts = [json.dumps(one, default=lambda number: f"<{number}>") for one in made]
        file(context(), [re.sub(r'"<([-0-9.]+)>"', r"\1", text) for text in texts])
        return made

    return keep


class Together:
    """The twin: the shared elements by HL7's expression, each part of each looked at."""

    def __init__(self, resources):
        self.resources = resources
        self.compiled = {}

    def elements(self, kind, name, resource):
        for part in definitions.search_param(kind, name).expression.split(" | "):
            if part not in self.compiled:
                self.compiled[part] = fhirpathpy.compile(part, models["r4"])
            yield from self.compiled[part](resource)

    def search(self, kind, name, texts):
        return {
            one["id"] for one in self.resources[kind]
            if any(self.meets(kind, name, element, text) for element in self.elements(kind, name, one) for text in texts)
        }  # fmt: skip

    def meets(self, kind, name, element, text):
        expressions = [expression for _, expression in definitions.search_param(kind, name).components]
        return all(
            any(same(value, asked) for value in values_of(element, expression))
            for expression, asked in zip(expressions, text.split("$"), strict=True)
        )


def values_of(element, expression):
    cast = re.fullmatch(r"value\.as\((\w+)\)", expression)
    if cast:
        return [element[f"value{cast[1]}"]] if f"value{cast[1]}" in element else []
    if expression == "value":
        return [element[key] for key in ("valueBoolean", "valueCodeableConcept") if key in element]
    return [element[expression]] if expression in element else []


def same(value, asked):
    if isinstance(value, dict) and "reference" in value:
        return value["reference"].partition("/_history/")[0] in {asked, f"DocumentReference/{asked}"}
    if isinstance(value, dict) and "value" in value:
        return measure(value, asked)
    system, bar, code = asked.rpartition("|")
    return any((not bar or s == system) and (not code or c == code) for s, c in codes(value))


def measure(value, asked):
    comparator, prefix = value.get("comparator", ""), asked[:2] if asked[:2].isalpha() else "eq"
    if not comparator:
        return alike(value, asked.replace("sa", "gt").replace("eb", "lt"))
    number, _, rest = asked.removeprefix(prefix).partition("|")
    if not alike(value | {"comparator": ""}, f"{value['value']}|{rest}" if rest else str(value["value"])):
        return False  # another unit
    up, bound, wanted = comparator[0] == ">", Decimal(str(value["value"])), Decimal(number)
    return {
        "gt": up or bound > wanted, "ge": up or bound >= wanted, "lt": not up or bound < wanted, "le": not up or bound <= wanted,
        "eq": False, "ne": True, "sa": up and bound > wanted, "eb": not up and bound < wanted,
    }[prefix]  # fmt: skip


def token(chance, pairs):
    system, code = chance.choice(pairs)
    return chance.choice([code, f"{system}|{code}", f"{system}|" if system else code])


def asked(chance):
    def quantity():
        unit = chance.choice(["", "", "||mm[Hg]", "||mmHg", f"|{UCUM}|mm[Hg]"])
        return chance.choice(PREFIXES) + chance.choice(NUMBERS) + unit

    def code():
        return token(chance, CODES)

    forms = {
        ("Observation", "component-code-value-quantity"): lambda: f"{code()}${quantity()}",
        ("Observation", "component-code-value-concept"): lambda: f"{code()}${token(chance, ANSWERS)}",
        ("Observation", "combo-code-value-quantity"): lambda: f"{code()}${quantity()}",
        ("Observation", "combo-code-value-concept"): lambda: f"{code()}${token(chance, ANSWERS)}",
        ("Observation", "code-value-quantity"): lambda: f"{code()}${quantity()}",
        ("Observation", "code-value-concept"): lambda: f"{code()}${token(chance, ANSWERS)}",
        ("DocumentReference", "relationship"): lambda: f"{chance.choice(['replaces', 'signs', 'appends'])}${chance.choice(['', 'DocumentReference/'])}d{chance.randrange(6)}",
        ("Group", "characteristic-value"): lambda: f"{code()}${chance.choice(['true', 'false', token(chance, ANSWERS)])}",
    }  # fmt: skip
    (kind, name), form = chance.choice(list(forms.items()))
    return kind, name, [form() for _ in range(chance.choice([1, 1, 2, 3]))]


def test_parts_of_a_composite_are_met_by_one_element(door, kept):
    chance = random.Random(20261125)
    resources = {kind: kept([make(chance, f"{kind[0].lower()}{n}") for n in range(most)]) for kind, (make, most) in MADE.items()}
    twin = Together(resources)
    hits = 0
    for _ in range(200):
        kind, name, texts = asked(chance)
        expected = twin.search(kind, name, texts)
        query = f"{kind}?{name}={quote(','.join(texts))}"
        assert everything(door, f"{query}&_count={chance.choice([7, 50])}&_sort={chance.choice(['_id', '-_id', '-_lastUpdated'])}") == expected, query
        assert door.get(f"{query}&_summary=count").json["total"] == len(expected), query
        hits += bool(expected)
    assert hits > 100, hits


def arc(one, other):
    """The distance in kilometres by the law of cosines, which is another way than the search's."""
    (a, b), (c, d) = (map(radians, place) for place in (one, other))
    return 6371.0088 * acos(max(-1, min(1, sin(a) * sin(c) + cos(a) * cos(c) * cos(b - d))))


def test_near_is_by_great_circle(door, kept):
    chance = random.Random(7)
    around = [(42.36, -71.06), (0, 179.9), (0, -179.9), (89.9, 10), (89.8, -170), (-33.86, 151.2), (64.1, -21.9)]
    places = {}
    for n in range(60):
        latitude, longitude = chance.choice(around)
        places[f"l{n}"] = (max(-90, min(90, round(latitude + chance.gauss(0, 0.5), 6))), max(-180, min(180, round(longitude + chance.gauss(0, 0.5), 6))))
    kept([{"resourceType": "Location", "id": id, "name": id, "position": {"latitude": a, "longitude": b}} for id, (a, b) in places.items()]
         + [{"resourceType": "Location", "id": "nowhere", "name": "nowhere"}])  # fmt: skip
    hits = 0
    for _ in range(80):
        at = chance.choice([*around, *places.values()])
        distance, unit, each = chance.choice([(10, "", 1), (75, "km", 1), (30, "[mi_us]", 1.609347), (2500, "m", 0.001), (300, "km", 1), ("", "", 1)])
        reach = (distance or 50) * each
        expected = {id for id, place in places.items() if arc(at, place) <= reach}
        unsure = {id for id, place in places.items() if abs(arc(at, place) - reach) < 1e-3}
        found = everything(door, f"Location?near={quote(f'{at[0]}|{at[1]}|{distance}|{unit}')}&_count=9")
        assert found - unsure == expected - unsure, (at, distance, unit)
        hits += bool(found)
    assert hits > 40, hits
    two = everything(door, f"Location?near={quote('42.36|-71.06|200|km,-33.86|151.2|200|km')}")
    assert two == {id for id, place in places.items() if min(arc(place, around[0]), arc(place, around[5])) <= 200}
    assert everything(door, "Location?near:missing=true") == {"nowhere"}
