"""The functions of `fhirpath.py`; each takes its arguments' closures and returns a closure."""

import re
from collections.abc import Callable
from typing import Any

from waypost.formats.fhir import definitions
from waypost.formats.fhir.fhirpath import Node, Nodes, Run, Step, all_children, boolean, equal, single, truth


def each(run: Run, node: Node, step: Step) -> Nodes:
    """Evaluate an argument with $this as one item."""
    before, run.this = run.this, [node]
    try:
        return step(run, [node])
    finally:
        run.this = before


def exists(test: Step | None = None) -> Step:
    if test is None:
        return lambda run, nodes: boolean(bool(nodes))
    return lambda run, nodes: boolean(any(truth(each(run, node, test)) for node in nodes))


def where(test: Step) -> Step:
    return lambda run, nodes: [node for node in nodes if truth(each(run, node, test))]


def every(test: Step) -> Step:
    return lambda run, nodes: boolean(all(truth(each(run, node, test)) for node in nodes))


def select(step: Step) -> Step:
    return lambda run, nodes: [found for node in nodes for found in each(run, node, step)]


def negation() -> Step:
    def step(run: Run, nodes: Nodes) -> Nodes:
        value = truth(nodes)
        return [] if value is None else boolean(not value)

    return step


def iif(test: Step, then: Step, otherwise: Step | None = None) -> Step:
    def step(run: Run, nodes: Nodes) -> Nodes:
        if truth(test(run, nodes)):
            return then(run, nodes)
        return otherwise(run, nodes) if otherwise else []

    return step


def descend(nodes: Nodes) -> Nodes:
    found: Nodes = []
    level = nodes
    while level:
        level = [child for node in level for child in all_children(node)]
        found += level
    return found


def is_distinct(nodes: Nodes) -> bool:
    values = [node[0] for node in nodes]
    if all(type(value) is str for value in values):
        return len(set(values)) == len(values)
    return not any(equal([one], [other]) for at, one in enumerate(nodes) for other in nodes[:at])


def text_test(test: Callable[[str, str], bool]) -> Callable[[Step], Step]:
    def make(argument: Step) -> Step:
        def step(run: Run, nodes: Nodes) -> Nodes:
            value, wanted = single(nodes), single(argument(run, nodes))
            return boolean(test(value, wanted)) if type(value) is str and type(wanted) is str else []

        return step

    return make


def substring(start: Step, length: Step | None = None) -> Step:
    def step(run: Run, nodes: Nodes) -> Nodes:
        value, low = single(nodes), single(start(run, nodes))
        if type(value) is not str:
            return []
        high = low + single(length(run, nodes)) if length else None
        return [(value[low:high], "string", None)]

    return step


def replace_matches(pattern: Step, new: Step) -> Step:
    def step(run: Run, nodes: Nodes) -> Nodes:
        value = single(nodes)
        if type(value) is not str:
            return []
        return [(re.sub(single(pattern(run, nodes)), single(new(run, nodes)), value), "string", None)]

    return step


def to_integer(run: Run, nodes: Nodes) -> Nodes:
    value = single(nodes)
    if type(value) is int:
        return nodes
    return [(int(value), "integer", None)] if type(value) is str and re.fullmatch(r"[+-]?\d+", value) else []


def to_string(run: Run, nodes: Nodes) -> Nodes:
    value = single(nodes)
    return [] if value is None else [(str(value), "string", None)]


def resolve(run: Run, nodes: Nodes) -> Nodes:
    """Return what is contained; for what stands elsewhere a node that knows its type alone."""
    found: Nodes = []
    for value, _, _ in nodes:
        reference = value.get("reference") if type(value) is dict else value
        if type(reference) is not str:
            continue
        if reference.startswith("#"):
            inside = run.root[0].get("contained", ())
            found += [
                (one, one.get("resourceType"), None) for one in inside if one.get("id") == reference[1:]
            ]
            continue
        parts = reference.partition("/_history/")[0].split("/")
        if len(parts) > 1 and parts[-2] in definitions.resource_types():
            found.append(({"resourceType": parts[-2]}, parts[-2], None))
    return found


def plain(function: Callable[[Nodes], Any]) -> Callable[[], Step]:
    return lambda: lambda run, nodes: function(nodes)


def union(other: Step) -> Step:
    return lambda run, nodes: nodes + other(run, run.this)


def intersect(other: Step) -> Step:
    def step(run: Run, nodes: Nodes) -> Nodes:
        against = other(run, run.this)
        return [node for node in nodes if any(equal([node], [one]) for one in against)]

    return step


FUNCTIONS: dict[str, Callable[..., Step]] = {
    "exists": exists,
    "empty": plain(lambda nodes: boolean(not nodes)),
    "not": negation,
    "count": plain(lambda nodes: [(len(nodes), "integer", None)]),
    "where": where,
    "all": every,
    "select": select,
    "allFalse": plain(lambda nodes: boolean(all(node[0] is False for node in nodes))),
    "allTrue": plain(lambda nodes: boolean(all(node[0] is True for node in nodes))),
    "first": plain(lambda nodes: nodes[:1]),
    "last": plain(lambda nodes: nodes[-1:]),
    "tail": plain(lambda nodes: nodes[1:]),
    "isDistinct": plain(lambda nodes: boolean(is_distinct(nodes))),
    "hasValue": plain(lambda nodes: boolean(len(nodes) == 1 and nodes[0][0] is not None and type(nodes[0][0]) is not dict)),
    "children": plain(lambda nodes: [child for node in nodes for child in all_children(node)]),
    "descendants": plain(descend),
    "combine": union,
    "union": union,
    "intersect": intersect,
    "iif": iif,
    "trace": lambda *ignored: lambda run, nodes: nodes,
    "contains": text_test(lambda value, wanted: wanted in value),
    "startsWith": text_test(lambda value, wanted: value.startswith(wanted)),
    "endsWith": text_test(lambda value, wanted: value.endswith(wanted)),
    "matches": text_test(lambda value, wanted: re.search(wanted, value) is not None),
    "replaceMatches": replace_matches,
    "substring": substring,
    "toInteger": lambda: to_integer,
    "toString": lambda: to_string,
    "resolve": lambda: resolve,
    "length": plain(lambda nodes: [(len(nodes[0][0]), "integer", None)] if nodes and type(nodes[0][0]) is str else []),
}  # fmt: skip
