"""A quick ledger in memory: one integer of bits a resource and day, so that a visit is placed in microseconds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from random import Random

from waypost.demo.calendars import Openings, cells
from waypost.demo.fhir import Json
from waypost.demo.times import CELL_MINUTES, CELLS_PER_DAY

_STARTS = {
    step: sum(1 << cell for cell in range(0, CELLS_PER_DAY, step)) for step in (1, 2, 3)
}  # every 5, 10 or 15 minutes


@dataclass(frozen=True, slots=True)
class Need:
    """One step of a visit type in cells, with the resources at one site that can do it."""

    role: str
    start: int
    length: int
    before: int
    after: int
    who: tuple[str, ...]

    @property
    def whole(self) -> int:
        return self.before + self.length + self.after


@dataclass(frozen=True, slots=True)
class Part:
    """A resource's part of a placed visit, in cells of the day."""

    resource: str
    role: str
    start: int
    end: int
    hold_start: int
    hold_end: int


@dataclass(slots=True)
class Ledger:
    """What is open and what is taken."""

    hours: Mapping[str, Openings]
    _open: dict[tuple[str, date], int] = field(default_factory=dict)
    _taken: dict[tuple[str, date], int] = field(default_factory=dict)

    def opened(self, resource: str, on: date) -> int:
        key = (resource, on)
        if (found := self._open.get(key)) is None:
            hours = self.hours.get(resource)
            found = self._open[key] = hours.mask(on) if hours else (1 << CELLS_PER_DAY) - 1
        return found

    def free(self, resource: str, on: date) -> int:
        return self.opened(resource, on) & ~self._taken.get((resource, on), 0)

    def taken(self, resource: str, on: date) -> int:
        return self._taken.get((resource, on), 0)

    def take(self, resource: str, on: date, start: int, end: int, *, forced: bool = False) -> None:
        """Mark cells taken; `forced` is for what is in another ledger already."""
        key, wanted = (resource, on), cells(start, end)
        assert forced or not self._taken.get(key, 0) & wanted, "the ledger never books twice"
        self._taken[key] = self._taken.get(key, 0) | wanted

    def used(self, resource: str, on: date) -> float:
        """Return which share of the open time of a day is taken."""
        opened = self.opened(resource, on)
        return (self.taken(resource, on) & opened).bit_count() / opened.bit_count() if opened else 1.0

    def starts(self, needs: tuple[Need, ...], on: date, lead: str, step: int = 3) -> int:
        """Return the cells at which a visit with these needs could begin, `lead` doing what only it is asked for."""
        found = _STARTS[step]
        for need in needs:
            anyone = 0
            for resource in _for(need, lead):
                anyone |= _runs(self.free(resource, on), need.whole)
            shift = need.start - need.before
            found &= anyone >> shift if shift >= 0 else anyone << -shift
            if not found:
                return 0
        return found

    def place(
        self,
        needs: tuple[Need, ...],
        on: date,
        start: int,
        lead: str,
        rng: Random,
        prefer: frozenset[str] = frozenset(),
        avoid: frozenset[str] = frozenset(),
    ) -> list[Part] | None:
        """Take the time of everyone needed, or of no one. The same resource may serve two steps."""
        parts: list[Part] = []
        for need in needs:
            hold_start = start + need.start - need.before
            wanted = cells(hold_start, hold_start + need.whole)
            able = [
                each
                for each in _for(need, lead)
                if each not in avoid
                and self.free(each, on) & wanted == wanted
                and not _clash(parts, each, wanted)
            ]
            if not able:
                return None
            again = [part.resource for part in parts if part.role == need.role and part.resource in able]
            liked = again or [each for each in able if each in prefer] or able
            chosen = liked[0] if len(liked) == 1 else rng.choice(liked)
            begin = start + need.start
            parts.append(
                Part(chosen, need.role, begin, begin + need.length, hold_start, hold_start + need.whole)
            )
        for part in parts:
            self.take(part.resource, on, part.hold_start, part.hold_end)
        return parts


def _for(need: Need, lead: str) -> tuple[str, ...]:
    return (lead,) if lead in need.who else need.who


def _clash(parts: list[Part], resource: str, wanted: int) -> bool:
    return any(part.resource == resource and cells(part.hold_start, part.hold_end) & wanted for part in parts)


def _runs(free: int, length: int) -> int:
    """Return the cells that begin `length` free cells in a row."""
    have = 1
    while have < length and free:
        step = min(have, length - have)
        free &= free >> step
        have += step
    return free


def needs_at(visit_type: Json, bodies: list[Json], site: str) -> tuple[Need, ...] | None:
    """Return the needs of a visit type at a site, or None where the site cannot do it."""
    made = []
    for step in visit_type["steps"]:
        who = tuple(
            body["resource"]
            for body in bodies
            if body["site"] == site and body["role"] == step["role"] and set(step["can"]) <= set(body["can"])
        )
        if not who:
            return None
        start, length, before, after = (
            step[name] // CELL_MINUTES for name in ("start", "minutes", "before", "after")
        )
        made.append(Need(step["role"], start, length, before, after, who))
    return tuple(made)


def bits(mask: int) -> list[int]:
    """Return the positions of the bits that are set, lowest first."""
    found = []
    while mask:
        low = mask & -mask
        found.append(low.bit_length() - 1)
        mask ^= low
    return found
