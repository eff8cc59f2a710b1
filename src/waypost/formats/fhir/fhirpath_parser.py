"""The grammar of `fhirpath.py`: precedence climbing, each rule returning a closure."""

from typing import Any

from waypost.formats.fhir.fhirpath import (
    LEVELS,
    UCUM,
    CompileError,
    Node,
    Nodes,
    Run,
    Step,
    boolean,
    children,
    compare,
    equal,
    is_type,
    single,
    truth,
    unquote,
)
from waypost.formats.fhir.fhirpath_functions import FUNCTIONS
from waypost.formats.fhir.text import Written


class Parser:
    def __init__(self, tokens: list[tuple[str, str]]) -> None:
        self.tokens = tokens
        self.at = 0

    def whole(self) -> Step:
        step = self.binary(0)
        if self.tokens[self.at][0] != "end":
            raise CompileError(f"unexpected {self.tokens[self.at][1]!r}")
        return step

    def take(self, *wanted: str) -> str | None:
        kind, value = self.tokens[self.at]
        if value in wanted and kind != "string":
            self.at += 1
            return value
        return None

    def expect(self, wanted: str) -> None:
        if self.take(wanted) is None:
            raise CompileError(f"expected {wanted!r}, found {self.tokens[self.at][1]!r}")

    def binary(self, level: int) -> Step:
        if level == len(LEVELS):
            return self.unary()
        left = self.binary(level + 1)
        while found := self.take(*LEVELS[level]):
            if found in {"is", "as"}:
                left = type_test(found, left, self.type_name())
            else:
                left = operator(found, left, self.binary(level + 1))
        return left

    def type_name(self) -> str:
        kind, value = self.tokens[self.at]
        if kind != "name":
            raise CompileError("a type was expected")
        self.at += 1
        while self.take("."):
            value = self.tokens[self.at][1]
            self.at += 1
        return value

    def unary(self) -> Step:
        if self.take("-"):
            step = self.path()
            return lambda run, nodes: [(-value, kind, more) for value, kind, more in step(run, nodes)]
        self.take("+")
        return self.path()

    def path(self) -> Step:
        step = self.term()
        while True:
            if self.take("."):
                step = chain(step, self.invocation())
            elif self.take("["):
                step = item(step, self.binary(0))
                self.expect("]")
            else:
                return step

    def term(self) -> Step:
        kind, value = self.tokens[self.at]
        if kind == "string":
            self.at += 1
            return constant(unquote(value), "string")
        if kind == "number":
            self.at += 1
            return constant(Written(value), "decimal") if "." in value else constant(int(value), "integer")
        if self.take("("):
            step = self.binary(0)
            self.expect(")")
            return step
        if self.take("{"):
            self.expect("}")
            return lambda run, nodes: []
        if kind != "name":
            raise CompileError(f"unexpected {value!r}")
        if value in {"true", "false"}:
            self.at += 1
            return constant(value == "true", "boolean")
        if value[0] == "%":
            self.at += 1
            return named(value[1:])
        return self.invocation(first=True)

    def invocation(self, *, first: bool = False) -> Step:
        kind, name = self.tokens[self.at]
        if kind != "name":
            raise CompileError(f"a name was expected, found {name!r}")
        self.at += 1
        if name == "$this":
            return lambda run, nodes: run.this
        if name[0] == "$":
            raise CompileError(f"{name} is not covered")
        name = name.strip("`")
        if not self.take("("):
            return head(name) if first else member(name)
        if name in {"is", "as", "ofType"}:
            wanted = self.type_name()
            self.expect(")")
            return type_test("as" if name == "ofType" else name, lambda run, nodes: nodes, wanted)
        arguments: list[Step] = []
        while not self.take(")"):
            arguments.append(self.binary(0))
            self.take(",")
        if name not in FUNCTIONS:
            raise CompileError(f"{name}() is not covered")
        return FUNCTIONS[name](*arguments)


def constant(value: Any, kind: str) -> Step:
    held: Nodes = [(value, kind, None)]
    return lambda run, nodes: held


def named(name: str) -> Step:
    if name == "ucum":
        return lambda run, nodes: UCUM
    if name == "rootResource":
        return lambda run, nodes: [run.root]
    if name in {"resource", "context"}:
        return lambda run, nodes: [run.resource]
    raise CompileError(f"%{name} is not covered")


def member(name: str) -> Step:
    def step(run: Run, nodes: Nodes) -> Nodes:
        return [child for node in nodes for child in children(node, name)]

    return step


def head(name: str) -> Step:
    """The first name of a path may also be the type of what it starts from."""
    inner = member(name)

    def step(run: Run, nodes: Nodes) -> Nodes:
        if len(nodes) == 1 and nodes[0][1] == name:
            return nodes
        return inner(run, nodes)

    return step if name[0].isupper() else inner


def chain(one: Step, other: Step) -> Step:
    return lambda run, nodes: other(run, one(run, nodes))


def item(step: Step, index: Step) -> Step:
    def chosen(run: Run, nodes: Nodes) -> Nodes:
        at = single(index(run, nodes))
        return step(run, nodes)[at : at + 1]

    return chosen


def type_test(name: str, step: Step, wanted: str) -> Step:
    if name == "as":
        return lambda run, nodes: [node for node in step(run, nodes) if is_type(node, wanted)]

    def test(run: Run, nodes: Nodes) -> Nodes:
        found = step(run, nodes)
        return boolean(is_type(found[0], wanted)) if found else []

    return test


def operator(name: str, left: Step, right: Step) -> Step:
    if name in LOGIC:
        logic = LOGIC[name]
        return lambda run, nodes: maybe(logic(truth(left(run, nodes)), lambda: truth(right(run, nodes))))
    if name in {"<", ">", "<=", ">="}:
        wanted = {"<": {-1}, ">": {1}, "<=": {-1, 0}, ">=": {1, 0}}[name]

        def ordered(run: Run, nodes: Nodes) -> Nodes:
            found = compare(left(run, nodes), right(run, nodes))
            return [] if found is None else boolean(found in wanted)

        return ordered
    if name not in PLAIN:
        raise CompileError(f"{name} is not covered")
    plain = PLAIN[name]
    return lambda run, nodes: plain(left(run, nodes), right(run, nodes))


def maybe(value: bool | None) -> Nodes:
    return [] if value is None else boolean(value)


def _and(one: bool | None, other: Any) -> bool | None:
    if one is False:
        return False
    two = other()
    return False if two is False else None if one is None or two is None else True


def _or(one: bool | None, other: Any) -> bool | None:
    if one is True:
        return True
    two = other()
    return True if two is True else None if one is None or two is None else False


def _xor(one: bool | None, other: Any) -> bool | None:
    two = other()
    return None if one is None or two is None else one != two


def _implies(one: bool | None, other: Any) -> bool | None:
    if one is False:
        return True
    two = other()
    return True if two is True else None if one is None else two


LOGIC = {"and": _and, "or": _or, "xor": _xor, "implies": _implies}


def _equal(one: Nodes, other: Nodes) -> Nodes:
    return maybe(equal(one, other))


def _unequal(one: Nodes, other: Nodes) -> Nodes:
    found = equal(one, other)
    return [] if found is None else boolean(not found)


def distinct(nodes: Nodes) -> Nodes:
    found: list[Node] = []
    for node in nodes:
        if not any(equal([node], [kept]) for kept in found):
            found.append(node)
    return found


def _in(one: Nodes, other: Nodes) -> Nodes:
    return boolean(any(equal(one, [node]) for node in other)) if one else []


def _text(nodes: Nodes) -> str:
    return "" if single(nodes) is None else str(single(nodes))


def _plus(one: Nodes, other: Nodes) -> Nodes:
    a, b = single(one), single(other)
    if a is None or b is None:
        return []
    return [(a + b, "string" if type(a) is str else "decimal", None)]


PLAIN = {
    "=": _equal,
    "!=": _unequal,
    "|": lambda one, other: distinct(one + other),
    "in": _in,
    "contains": lambda one, other: _in(other, one),
    "&": lambda one, other: [(_text(one) + _text(other), "string", None)],
    "+": _plus,
}
