"""A composite parameter as one question to a resource's text: a path of SQL/JSON and its variables. Pure."""

import json
from collections.abc import Iterable, Sequence
from decimal import Decimal

from waypost.formats.fhir.composites import CONCEPTS, COUNTS, Place
from waypost.records.search.plan import Amount, Coded, Numbers, Part, Refs, Tokens, Within


class _Asked:
    """The values of a question by the names that the path gives them."""

    def __init__(self) -> None:
        self.kept: dict[str, str] = {}

    def name(self, value: str | Decimal) -> str:
        text = json.dumps(value) if isinstance(value, str) else str(value)
        return "$" + self.kept.setdefault(text, f"v{len(self.kept)}")

    def text(self) -> str:
        return "{" + ", ".join(f'"{name}": {value}' for value, name in self.kept.items()) + "}"


def question(clause: Within) -> tuple[str, str]:
    """Return the path that finds something in a text that matches, and the JSON object of its variables."""
    asked = _Asked()
    ways = _any(_all(_part(part, asked) for part in way) for way in clause.any_of)
    return " || ".join(f"exists({_at('$', keys)}[*] ? ({ways}))" for keys in clause.elements), asked.text()


def _part(part: Part, asked: _Asked) -> str:
    return _any(one for place in part.places for one in _tests(part.clause, place, asked))


def _tests(clause: Tokens | Numbers | Refs, place: Place, asked: _Asked) -> Iterable[str]:
    value = _at("$" if place.whole else "@", place.keys)
    match clause:
        case Tokens():
            return (_token(one, value, place.type, asked) for one in clause.any_of)
        case Numbers():
            return (_number(one, value, place.type, asked) for one in clause.any_of)
        case Refs():
            return (_reference(target, value, asked) for target in clause.targets)


def _token(one: Coded, value: str, kind: str, asked: _Asked) -> str:
    if kind not in CONCEPTS:
        return _word(one, value, kind, asked)
    tests = [f'@."code" == {asked.name(one.code)}'] if one.code is not None else []
    if one.system == "":
        tests.append('(!exists(@."system") || @."system" == "")')
    elif one.system is not None:
        tests.append(f'@."system" == {asked.name(one.system)}')
    coding = f'{value}."coding"' if kind == "CodeableConcept" else value
    return f"exists({coding}[*] ? ({_all(tests)}))"


def _word(one: Coded, value: str, kind: str, asked: _Asked) -> str:
    """A bare code or yes-or-no has no system."""
    if one.system or one.code is None or (kind == "boolean" and one.code not in {"true", "false"}):
        return "(1 == 0)"
    return f"{value} == {one.code if kind == 'boolean' else asked.name(one.code)}"


def _number(one: Amount, value: str, kind: str, asked: _Asked) -> str:
    if kind in COUNTS:
        return f"exists({value} ? ({_compared(one, '@', '(1 == 0)', '(1 == 0)', asked)}))"
    below, above = ('@."comparator" starts with "<"', '@."comparator" starts with ">"')
    tests = [_compared(one, '@."value"', below, above, asked)]
    if one.code is not None:
        code = asked.name(one.code)
        unit = f'@."unit" == {code}' if one.system is None else f'(!exists(@."code") && @."unit" == {code})'
        tests.append(f'(@."code" == {code} || {unit})')
    if one.system is not None:
        tests.append(f'@."system" == {asked.name(one.system)}')
    return f"exists({value} ? ({_all(tests)}))"


def _compared(one: Amount, number: str, below: str, above: str, asked: _Asked) -> str:
    """As the index is compared: a number counts as exact, `<5` and `>5` reach as far as they say."""
    exact = f"!({below}) && !({above})"
    match one.prefix:
        case "eq" | "ap":
            low, high = asked.name(one.low), asked.name(one.high)
            return f"({exact} && {number} >= {low} && {number} < {high})"
        case "ne":
            low, high = asked.name(one.low), asked.name(one.high)
            return f"(exists({number}) && !({exact} && {number} >= {low} && {number} < {high}))"
        case "gt" | "ge":
            sign = ">" if one.prefix == "gt" else ">="
            return f"(exists({number}) && ({above} || {number} {sign} {asked.name(one.value)}))"
        case "lt" | "le":
            sign = "<" if one.prefix == "lt" else "<="
            return f"(exists({number}) && ({below} || {number} {sign} {asked.name(one.value)}))"
        case "sa":
            return f"(!({below}) && {number} > {asked.name(one.value)})"
        case _:
            return f"(!({above}) && {number} < {asked.name(one.value)})"


def _reference(target: str, value: str, asked: _Asked) -> str:
    written = f'{value}."reference"'
    return f"({written} == {asked.name(target)} || {written} starts with {asked.name(f'{target}/_history/')})"


def _at(start: str, keys: Sequence[str]) -> str:
    return start + "".join(f'."{key}"' for key in keys)


def _all(tests: Iterable[str]) -> str:
    return " && ".join(tests) or "(1 == 1)"


def _any(tests: Iterable[str]) -> str:
    return "(" + " || ".join(tests) + ")"
