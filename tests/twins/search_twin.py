"""The search twin: every resource of a type looked at, HL7's own FHIRPath evaluated, ranges compared in plain Python."""

import re
import unicodedata
from calendar import monthrange
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import fhirpathpy
from fhirpathpy.models import models

from waypost.formats.fhir import definitions

FAR = datetime(9999, 12, 31, tzinfo=UTC)
LONG_AGO = datetime(1, 1, 1, tzinfo=UTC)
_RESOLVE = re.compile(r"\.where\(resolve\(\) is (\w+)\)")


def plain(text):
    return " ".join("".join(c for c in unicodedata.normalize("NFKD", text) if not unicodedata.combining(c)).lower().split())


class Twin:
    def __init__(self, resources):
        self.resources = resources  # type -> id -> content
        self.kept = {}
        self.compiled = {}

    def values(self, kind, id, name):
        key = (kind, id, name)
        if key not in self.kept:
            self.kept[key] = self._values(kind, id, name)
        return self.kept[key]

    def _values(self, kind, id, name):
        param = definitions.search_param(kind, name)
        found = []
        for part in param.expression.split(" | "):
            only = _RESOLVE.search(part)
            text = re.sub(r"\(([\w.]+) as (\w+)\)", r"\1.ofType(\2)", _RESOLVE.sub("", part))
            if text not in self.compiled:
                self.compiled[text] = fhirpathpy.compile(text, models["r4"])
            for value in self.compiled[text](self.resources[kind][id]):
                if only and not str(value.get("reference", "")).startswith(only.group(1) + "/"):
                    continue
                found.append(value)
        return found

    def search(self, kind, clauses):
        return {id for id in self.resources.get(kind, {}) if all(self.meets(kind, id, *clause) for clause in clauses)}

    def meets(self, kind, id, name, modifier, texts):
        found = self.values(kind, id, name)
        param = definitions.search_param(kind, name)
        if modifier == "missing":
            return (not self.parts(param, found)) == (texts == ["true"])
        if modifier == "not":
            return not any(self.one(param, "", value, text) for value in found for text in texts)
        return any(self.one(param, modifier, value, text) for value in found for text in texts)

    def parts(self, param, found):
        """What the index would hold of these values; a value without content is none."""
        if param.type == "date":
            return [v for v in found if span(v)]
        if param.type == "reference":
            return [v for v in found if not isinstance(v, dict) or v.get("reference", "#")[0] != "#"]
        if param.type == "token":
            return [v for v in found if list(codes(v))]
        return found

    def one(self, param, modifier, value, text):
        match param.type:
            case "token":
                system, bar, code = text.rpartition("|")
                if isinstance(value, dict) and value.get("system") == "email":
                    code = code.lower()
                return any((not bar or s == system) and (not code or c == code) for s, c in codes(value))
            case "string":
                written = list(strings(value))
                if modifier == "exact":
                    return text in written
                if modifier == "contains":
                    return any(plain(text) in plain(w) for w in written)
                return any(plain(w).startswith(plain(text)) for w in written)
            case "reference":
                target = value.get("reference", "") if isinstance(value, dict) else value
                return target == text or (target.endswith("/" + text) and "/" not in text)
            case "date":
                return span(value) is not None and compare(span(value), text)
            case "quantity":
                return quantity(value, text)
        raise AssertionError(param.type)


def codes(value):
    if isinstance(value, bool):
        yield "", "true" if value else "false"
    elif isinstance(value, str):
        yield "", value
    elif "coding" in value or ("text" in value and "value" not in value):
        for one in value.get("coding", []):
            yield one.get("system", ""), one.get("code", "")
    elif "value" in value:
        if value.get("system") in {"phone", "email", "fax", "sms"}:
            yield "", value["value"].lower() if value["system"] == "email" else value["value"]
            return
        yield value.get("system", ""), value["value"]
    elif "code" in value:
        yield value.get("system", ""), value["code"]


def strings(value):
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        for key in ("family", "text", "city", "district", "state", "postalCode", "country"):
            if key in value:
                yield value[key]
        for key in ("given", "prefix", "suffix", "line"):
            yield from value.get(key, [])


def span(value):
    if isinstance(value, str):
        return moment(value)
    if isinstance(value, dict) and ("start" in value or "end" in value):
        low = moment(value["start"])[0] if "start" in value else LONG_AGO
        high = moment(value["end"])[1] if "end" in value else FAR
        return low, high
    return None


def moment(text):
    text = str(text)
    if len(text) == 4:
        return datetime(int(text), 1, 1, tzinfo=UTC), datetime(int(text) + 1, 1, 1, tzinfo=UTC)
    if len(text) == 7:
        year, month = map(int, text.split("-"))
        low = datetime(year, month, 1, tzinfo=UTC)
        return low, low + timedelta(days=monthrange(year, month)[1])
    low = datetime.fromisoformat(text)
    low = low.replace(tzinfo=UTC) if low.tzinfo is None else low.astimezone(UTC)
    if len(text) == 10:
        return low, low + timedelta(days=1)
    fraction = re.search(r"\.(\d+)", text)
    return low, low + (timedelta(microseconds=10 ** max(0, 6 - len(fraction[1]))) if fraction else timedelta(seconds=1))


def compare(kept, text):
    prefix, rest = (text[:2], text[2:]) if text[:2].isalpha() else ("eq", text)
    (low, high), (a, b) = kept, moment(rest)
    inside = a <= low and high <= b
    return {
        "eq": inside, "ne": not inside, "gt": high > b, "lt": low < a, "ge": high > b or inside, "le": low < a or inside,
        "sa": low >= b, "eb": high <= a,
    }[prefix]  # fmt: skip


def quantity(value, text):
    number, _, rest = text.partition("|")
    system, _, unit = rest.partition("|")
    prefix, number = (number[:2], number[2:]) if number[:2].isalpha() else ("eq", number)
    if not isinstance(value, dict) or "value" not in value:
        return False
    if unit and unit not in {value.get("code"), value.get("unit")}:
        return False
    if system and value.get("system") != system:
        return False
    kept, asked = Decimal(str(value["value"])), Decimal(number)
    half = Decimal(5).scaleb(asked.as_tuple().exponent - 1)
    inside = asked - half <= kept < asked + half
    return {"eq": inside, "ne": not inside, "gt": kept > asked, "lt": kept < asked, "ge": kept >= asked, "le": kept <= asked}[prefix]
