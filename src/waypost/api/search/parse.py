"""From pairs of name and value to a plan. Pure: the definitions and the present instant are arguments."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from waypost.api import problems
from waypost.api.search import controls, values
from waypost.api.search.kinds import Param, Unsearchable, clause_of
from waypost.kernel.problem import Issue
from waypost.records.search import limits
from waypost.records.search.plan import Chain, Clause, Has, Ids, Plan, Updated

T = TypeVar("T")
Pairs = Iterable[tuple[str, str]]
Lookup = Callable[[str, str], Param | None]

ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
PLAIN = re.compile(r"[^\x00-\x08\x0b\x0c\x0e-\x1f]*")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a search asks: the plan, what was left out and why, and the pairs that were understood."""

    plan: Plan
    warnings: tuple[Issue, ...]
    understood: tuple[tuple[str, str], ...]


class _Unknown(Exception):
    """A parameter nobody knows; an error only where the caller asked for strictness."""


def search(
    kind: str, pairs: Pairs, *, lookup: Lookup, now: datetime, base: str = "", strict: bool = False
) -> Asked:
    """Return the plan of a search over `kind`."""
    reader = _Reader(kind, lookup, now, base)
    clauses: list[Clause] = []
    control: list[tuple[str, str]] = []
    understood: list[tuple[str, str]] = []
    warnings: list[Issue] = []
    for name, value in pairs:
        if not PLAIN.fullmatch(value) or not PLAIN.fullmatch(name):
            raise problems.ParameterUnsuitable(
                "Control characters cannot be searched for.", expression=[place(name)]
            )
        if name in controls.IGNORED:
            continue
        try:
            if name.partition(":")[0] in controls.NAMES:
                control.append((name, value))
            elif not value:
                raise _Unknown(f"Parameter {shown(name)} has no value and was left out.")
            else:
                clauses.append(reader.clause(kind, name, value))
            understood.append((name, value))
        except _Unknown as unknown:
            if strict:
                raise problems.ParameterUnknown(str(unknown), expression=[place(name)]) from None
            warnings.append(Issue("warning", "not-supported", str(unknown), place(name)))
    if len(clauses) > limits.CLAUSES_MAX:
        raise problems.SearchTooLarge(f"A search may have {limits.CLAUSES_MAX} parameters.")
    plan, more = controls.applied(Plan(kind, tuple(clauses)), control, lookup)
    if more and strict:
        raise problems.ParameterUnknown(more[0].diagnostics, expression=[more[0].expression])
    return Asked(plan, (*warnings, *more), tuple(understood))


def shown(name: str) -> str:
    """Return a parameter's name as it may be repeated: it is the caller's text, so cut and quoted."""
    return "«" + re.sub(r"[^\w:.\-\[\]]", "?", name[:60]) + "»"


def place(name: str) -> str:
    return f"http.{re.sub(r'[^A-Za-z0-9_:.-]', '?', name[:60])}"


@dataclass(frozen=True, slots=True)
class _Reader:
    kind: str
    lookup: Lookup
    now: datetime
    base: str

    def clause(self, kind: str, name: str, value: str, steps: int = 0) -> Clause:
        if name.startswith("_has:"):
            return self._has(kind, name, value, steps)
        if "." in name:
            return self._chain(kind, name, value, steps)
        code, _, modifier = name.partition(":")
        if code == "_id":
            return self._ids(name, modifier, value)
        if code == "_lastUpdated":
            if modifier:
                raise problems.ModifierUnknown(
                    f"Parameter {shown(name)} takes no modifier.", expression=[place(name)]
                )
            return Updated(
                tuple(self._read(name, lambda v: values.moments(v, now=self.now), alternatives(name, value)))
            )
        param = self.lookup(kind, code)
        if param is None:
            raise _Unknown(f"Parameter {shown(name)} is not known for {kind} and was left out.")
        try:
            return clause_of(kind, param, modifier, alternatives(name, value), now=self.now, base=self.base)
        except values.Unreadable as unreadable:
            raise problems.ParameterUnsuitable(
                f"{shown(name)}: {unreadable}.", expression=[place(name)]
            ) from None
        except Unsearchable as unknown:
            if not modifier:
                raise _Unknown(f"Parameter {shown(name)} cannot be searched by and was left out.") from None
            raise problems.ModifierUnknown(f"{shown(name)}: {unknown}", expression=[place(name)]) from None

    def _read(self, name: str, read: Callable[[str], T], texts: list[str]) -> list[T]:
        try:
            return [read(text) for text in texts]
        except values.Unreadable as unreadable:
            raise problems.ParameterUnsuitable(
                f"{shown(name)}: {unreadable}.", expression=[place(name)]
            ) from None

    def _ids(self, name: str, modifier: str, value: str) -> Clause:
        if modifier not in {"", "not"}:
            raise problems.ModifierUnknown(f"{shown(name)} knows `:not` only.", expression=[place(name)])
        found = [text.rpartition("|")[2] for text in alternatives(name, value)]
        return Ids(tuple(text for text in found if ID.fullmatch(text)), negated=modifier == "not")

    def _step(self, name: str, steps: int) -> int:
        if steps >= limits.CHAIN_STEPS_MAX:
            raise problems.SearchTooLarge("Chains may have one step.", expression=[place(name)])
        return steps + 1

    def _chain(self, kind: str, name: str, value: str, steps: int) -> Clause:
        steps = self._step(name, steps)
        head, _, tail = name.partition(".")
        code, _, wanted = head.partition(":")
        param = self.lookup(kind, code)
        if param is None or param.type != "reference":
            raise _Unknown(f"Parameter {shown(name)} is not known for {kind} and was left out.")
        links: list[tuple[str, Clause]] = []
        for target in (wanted,) if wanted else tuple(param.targets):
            inner = tail.partition(":")[0]
            if inner in {"_id", "_lastUpdated"} or "." in inner or self.lookup(target, inner) is not None:
                links.append((target, self.clause(target, tail, value, steps)))
        if not links:
            raise _Unknown(
                f"Parameter {shown(name)} leads to no type that knows {shown(tail)} and was left out."
            )
        return Chain(code, tuple(links))

    def _has(self, kind: str, name: str, value: str, steps: int) -> Clause:
        steps = self._step(name, steps)
        parts = name.split(":", 3)
        if len(parts) != 4:
            raise problems.ParameterUnsuitable(
                "_has is written `_has:Type:reference:parameter`.", expression=[place(name)]
            )
        _, source, code, inner = parts
        param = self.lookup(source, code)
        if param is None or param.type != "reference" or not ({kind, "Resource"} & set(param.targets)):
            raise _Unknown(f"Parameter {shown(name)} names no reference to {kind} and was left out.")
        return Has(source, code, self.clause(source, inner, value, steps))


def alternatives(name: str, value: str) -> list[str]:
    """Return what is joined by commas; empty members say nothing."""
    found = [part for part in values.split(value, ",") if part]
    if not found:
        raise problems.ParameterUnsuitable(f"{shown(name)} has no value.", expression=[place(name)])
    if len(found) > limits.ALTERNATIVES_MAX:
        raise problems.SearchTooLarge(
            f"A parameter may have {limits.ALTERNATIVES_MAX} values.", expression=[place(name)]
        )
    return found
