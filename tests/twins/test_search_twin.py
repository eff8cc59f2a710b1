"""Search over Synthea's patients, by the index and by looking at everything: equal answers."""

import gzip
import json
import random
from pathlib import Path
from urllib.parse import quote

import pytest
from tests.twins.search_twin import Twin, codes, span, strings

from waypost.formats.fhir import definitions

DATA = Path(__file__).parents[2] / "../shared/data/synthea"
FOLDER = DATA if DATA.exists() else None
MOST = 120  # of a type
SKIPPED = {"_id", "_lastUpdated", "_text", "_content", "_query", "_profile", "phonetic", "near"}

pytestmark = pytest.mark.skipif(FOLDER is None, reason="Synthea's patients are not here")


@pytest.fixture
def kept(door, context):
    """Resources of the bulk export, and one patient's transaction by the door; returns the twin over what is stored."""
    from waypost.access import Permission, action
    from waypost.records import actions
    from waypost.records.versions import Filing

    @action(Permission.RECORD_IMPORT)
    def file(ctx, texts):
        return actions.file_many(ctx, [Filing(text) for text in texts])

    stored = {}
    for path in sorted((FOLDER / "bulk-10-patients").glob("*.ndjson.gz")):
        lines = [line for line in text_of(path).splitlines() if '"resourceType"' in line][:MOST]
        for version in file(context(), lines):
            stored.setdefault(version.type, {})[version.id] = json.loads(version.text, parse_float=str)
    smallest = min((FOLDER / "us-core-pysynthea").glob("*.json*"), key=lambda p: p.stat().st_size)
    answer = door.call("POST", "", text_of(smallest))
    assert answer.status == 200, answer.text[:2000]
    for entry in answer.json["entry"]:
        made = door.get(entry["response"]["location"])
        content = json.loads(made.text, parse_float=str)
        stored.setdefault(content["resourceType"], {})[content["id"]] = content
    return Twin(stored)


def text_of(path):
    data = path.read_bytes()
    return (gzip.decompress(data) if path.suffix == ".gz" else data).decode()


def clause(chance, twin, kind):
    """Return a clause made from something that is there, and its written form."""
    names = [n for n, p in definitions.params_of(kind).items()
             if n not in SKIPPED and p.type in {"token", "string", "reference", "date", "quantity"}]  # fmt: skip
    for _ in range(50):
        name = chance.choice(names)
        id = chance.choice(sorted(twin.resources[kind]))
        param = definitions.search_param(kind, name)
        if chance.random() < 0.08:
            return name, "missing", [chance.choice(["true", "false"])]
        found = twin.parts(param, twin.values(kind, id, name))
        if not found:
            continue
        value = chance.choice(found)
        made = written(chance, param, value)
        if made is not None:
            return (name, *made)
    return None


def written(chance, param, value):
    match param.type:
        case "token":
            system, code = chance.choice(list(codes(value)))
            text = chance.choice([code, f"{system}|{code}", f"{system}|" if system else code])
            return (chance.choice(["", "", "", "not"]), [text]) if text and "," not in text else None
        case "string":
            text = chance.choice(list(strings(value)) or [""])
            if not text.strip() or "\\" in text:
                return None
            modifier = chance.choice(["", "", "exact", "contains"])
            if modifier == "contains":
                start = chance.randrange(len(text))
                text = text[start : start + 4].strip()
            elif not modifier:
                text = text[: chance.randint(1, 6)].strip()
            return (modifier, [text]) if text else None
        case "reference":
            target = value.get("reference") if isinstance(value, dict) else value
            if not target or target.startswith("#"):
                return None
            return "", [target if "/" not in target or chance.random() < 0.7 or target.count("/") != 1 else target.split("/")[1]]
        case "date":
            low, high = span(value)
            chosen = low if chance.random() < 0.5 or high.year == 9999 else high
            if chosen.year == 1:
                return None
            text = chance.choice([f"{chosen:%Y}", f"{chosen:%Y-%m}", f"{chosen:%Y-%m-%d}", f"{chosen:%Y-%m-%dT%H:%M:%SZ}"])
            return "", [chance.choice(["", "", "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb"]) + text]
        case "quantity":
            if not isinstance(value, dict) or "value" not in value:
                return None
            number = str(value["value"])
            number = number if chance.random() < 0.6 else number.partition(".")[0]
            unit = chance.choice(["", "", f"||{value.get('code') or value.get('unit')}", f"|{value.get('system', '')}|{value.get('code', '')}"])
            return "", [chance.choice(["", "ge", "le", "gt", "lt", "ne"]) + number + (unit if "," not in unit else "")]
    return None


def everything(door, query):
    found, url = set(), query
    while url:
        page = door.get(url)
        assert page.status == 200, (url, page.text[:500])
        assert not [e for e in page.json.get("entry", []) if e["search"]["mode"] == "outcome"], page.text[-500:]
        found |= set(page.ids)
        url = page.link("next")
    return found


def test_the_index_finds_what_looking_at_everything_finds(door, kept):
    chance = random.Random(20261124)
    asked = hits = 0
    while asked < 500:
        kind = chance.choice(sorted(kept.resources))
        clauses = [c for c in (clause(chance, kept, kind) for _ in range(chance.choice([1, 1, 1, 2]))) if c]
        if not clauses:
            continue
        query = "&".join(f"{n}{':' + m if m else ''}={quote(','.join(t.replace(',', chr(92) + ',') for t in texts))}" for n, m, texts in clauses)
        expected = kept.search(kind, clauses)
        assert everything(door, f"{kind}?{query}&_count=100") == expected, (kind, query)
        asked += 1
        hits += bool(expected)
    assert hits > 250, hits
