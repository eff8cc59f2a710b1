"""Find times that suit clinician, room, device and patient together.

Hard wishes narrow (`narrowing`), soft ones rank: the patient's own provider counts as much as a week, a trip saved
as much as three days. Within a rank, times come earliest first and a whole hold apart.
"""

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from heapq import merge
from itertools import islice, pairwise

from waypost.scheduling import limits
from waypost.scheduling.rules import bits, occupied
from waypost.scheduling.rules.bits import DAY_CELLS, Bookable, Grid
from waypost.scheduling.rules.narrowing import Site, sites_for, trip_mask
from waypost.scheduling.rules.types import CARE_ROLES, Step, VisitType
from waypost.scheduling.rules.why import why
from waypost.scheduling.rules.wishes import FindWish, FoundTime, FoundTimes, Part, Relax, Surroundings

KNOWN_CELLS = 7 * DAY_CELLS  # a provider who knows the patient is worth a week
TRIP_CELLS = 3 * DAY_CELLS  # one trip fewer is worth three days


# Each constraint and the wish without it; order of mention.
RELAXED: Mapping[str, Mapping[str, object]] = {
    "site": {"site": None},
    "who": {"who": frozenset[str]()},
    "until": {"until": None},
    "hours": {"hours": ()},
    "weekdays": {"weekdays": frozenset[int]()},
    "one_trip": {"one_trip": False},
    "gender": {"gender": None},
    "language": {"language": None},
    "interpreter": {"interpreter_on_site": False},
    "wheelchair": {"wheelchair": False},
    "telehealth": {"telehealth": False},
}


def main_step_of(site: Site, kind: VisitType) -> int:
    """Return the main step, or the first that is left where the visit is by video."""
    return kind.main_step if any(i == kind.main_step for i, _, _ in site.steps) else site.steps[0][0]


def assign(site: Site, at: int, main: Bookable, main_step: int) -> dict[int, Bookable] | None:
    """Return who takes each step of a visit that starts at cell `at` with `main`; None where nobody is left for one."""
    order = site.steps if site.steps[0][0] == main_step else sorted(site.steps, key=lambda s: s[0] != main_step)
    taken: list[tuple[Step, Bookable]] = []
    chosen: dict[int, Bookable] = {}
    bit = 1 << at

    def place(n: int) -> bool:
        if n == len(order):
            return True
        index, step, fits = order[n]
        for one in (main,) if index == main_step else _able(fits, bit, taken):
            if any(
                one is used and step.held_from < other.held_until and other.held_from < step.held_until
                for other, used in taken
            ):
                continue
            taken.append((step, one))
            chosen[index] = one
            if place(n + 1):
                return True
            taken.pop()
            del chosen[index]
        return False

    return chosen if place(0) else None


def _able(
    fits: Sequence[tuple[Bookable, int]], bit: int, taken: Sequence[tuple[Step, Bookable]]
) -> Iterator[Bookable]:
    """Yield who is free at a cell: those already in the visit first, the rest in order of choice, as far as asked."""
    used = {id(one) for _, one in taken}
    if used:
        yield from (one for one, starts in fits if id(one) in used and starts & bit)
    yield from (one for one, starts in fits if starts & bit and id(one) not in used)


def _first_fit(
    site: Site, at: int, mains: Sequence[tuple[Bookable, int]], main_step: int
) -> tuple[Bookable, dict[int, Bookable]] | None:
    bit = 1 << at
    for one, starts in mains:
        if starts & bit:
            chosen = assign(site, at, one, main_step)
            if chosen is not None:
                return one, chosen
    return None


def _chain(
    site: Site, mask: int, mains: Sequence[tuple[Bookable, int]], kind: VisitType, grid: Grid, *, a_day: int
) -> Iterator[tuple[int, dict[int, Bookable]]]:
    """Yield starts earliest first, a whole hold apart, at most `a_day` of one local day (0: any number)."""
    apart = bits.whole_hold(kind)
    main_step = main_step_of(site, kind)
    cells, _ = bits.day_starts(grid, site.zone) if a_day else ((), ())
    day, on_day, cursor = 0, 0, 0
    rest = mask
    while rest:
        step = bits.lowest(rest)
        cursor += step
        rest >>= step
        if a_day:
            while day + 1 < len(cells) and cells[day + 1] <= cursor:
                day, on_day = day + 1, 0
        chosen = _first_fit(site, cursor, mains, main_step)
        if chosen is None:
            cursor, rest = cursor + 1, rest >> 1
            continue
        yield cursor, chosen[1]
        on_day += 1
        jump = apart
        if a_day and on_day >= a_day and day + 1 < len(cells):
            jump = max(apart, cells[day + 1] - cursor)
        cursor, rest = cursor + jump, rest >> jump


def _count(sites: Sequence[Site], kind: VisitType, grid: Grid) -> tuple[int, int]:
    """Return how many times there are, whoever gives them, a whole hold apart; and the cell of the first.

    The count stops where it is no longer shown; the first is the first of all sites all the same.
    """
    count, first = 0, -1
    for site in sites:
        for at in islice(_starts(site, kind, grid), max(limits.TIMES_COUNTED_MAX - count, 1)):
            count = min(count + 1, limits.TIMES_COUNTED_MAX)
            first = at if first < 0 else min(first, at)
    return count, first


def _starts(site: Site, kind: VisitType, grid: Grid) -> Iterator[int]:
    """Yield the cells at which a visit can start at one site, a whole hold apart."""
    if site.matching:
        yield from (at for at, _ in _chain(site, site.mask, site.main, kind, grid, a_day=0))
        return
    mask, cursor, apart = site.mask, 0, bits.whole_hold(kind)
    while mask:
        step = bits.lowest(mask)
        cursor += step
        yield cursor
        mask >>= step + apart
        cursor += apart


def _ranked(
    sites: Sequence[Site], kind: VisitType, around: Surroundings
) -> Iterator[tuple[int, int, str, bool, Site, dict[int, Bookable]]]:
    """Yield (cost, cell, site, known, …) cheapest first over all sites and ranks."""
    streams: list[Iterator[tuple[int, int, str, bool, Site, dict[int, Bookable]]]] = []
    for site in sites:
        trip = trip_mask(around.grid, site.zone, site.id, around.trips) if around.trips else 0
        for known in (True, False):
            mains = [(one, m) for one, m in site.main if (one.calendar.resource in around.known) is known]
            either = 0
            for _, starts in mains:
                either |= starts
            either &= site.mask
            for on_trip, mask in ((True, either & trip), (False, either & ~trip)):
                if mask:
                    cost = (0 if known else KNOWN_CELLS) + (0 if on_trip else TRIP_CELLS)
                    streams.append(_costed(site, mask, mains, kind, around.grid, cost, known))
    return merge(*streams, key=lambda found: found[:3])


def _costed(
    site: Site,
    mask: int,
    mains: Sequence[tuple[Bookable, int]],
    kind: VisitType,
    grid: Grid,
    cost: int,
    known: bool,
) -> Iterator[tuple[int, int, str, bool, Site, dict[int, Bookable]]]:
    for at, chosen in _chain(site, mask, mains, kind, grid, a_day=limits.TIMES_A_DAY_MAX):
        yield at + cost, at, site.id, known, site, chosen


def find(kind: VisitType, wish: FindWish, around: Surroundings, *, relaxing: bool = True) -> FoundTimes:
    """Return the best times, how many there are, and what to relax where there are few."""
    sites = sites_for(kind, wish, around)
    count, _ = _count(sites, kind, around.grid)
    times: list[FoundTime] = []
    for _, at, _, known, site, chosen in islice(_ranked(sites, kind, around), wish.limit):
        found = _found(kind, wish, around, site, at, known, chosen)
        times.append(found._replace(why=why(found, wish, first=not times)))
    relax = relaxations(kind, wish, around, count) if relaxing and count < limits.FEW_TIMES else ()
    return FoundTimes(tuple(times), count, relax)


def _found(
    kind: VisitType,
    wish: FindWish,
    around: Surroundings,
    site: Site,
    at: int,
    known: bool,
    chosen: Mapping[int, Bookable],
) -> FoundTime:
    start = around.grid.instant(at)
    parts = tuple(
        Part(
            index,
            chosen[index].calendar.resource,
            chosen[index].calendar.name,
            step.role,
            *occupied.step_spans(step, start),
        )
        for index, step, _ in sorted(site.steps, key=lambda s: (s[1].start, s[0]))
    )
    cells, days = bits.day_starts(around.grid, site.zone)
    local = days[max(bisect_right(cells, at) - 1, 0)]
    trip = next((t for t in around.trips if t.day == local and t.site == site.id), None)
    return FoundTime(
        start=start,
        end=start + timedelta(minutes=kind.minutes),
        arrive_at=occupied.arrive_at(kind, start),
        site=site.id,
        zone=site.zone,
        parts=parts,
        known=known,
        trip=trip,
        interpreter=_interpreter(wish, site, at, chosen),
    )


def _interpreter(wish: FindWish, site: Site, at: int, chosen: Mapping[int, Bookable]) -> str:
    if not wish.interpreter:
        return ""
    people = [one for one in chosen.values() if one.calendar.role in CARE_ROLES]
    if people and all(wish.interpreter in one.calendar.languages for one in people):
        return "speaks"
    return "on-site" if site.interpreters >> at & 1 else "remote"


def relaxations(kind: VisitType, wish: FindWish, around: Surroundings, count: int) -> tuple[Relax, ...]:
    """Return, for each constraint that stands in the way, how many more times there are without it; most first."""
    found: list[Relax] = []
    for constraint, without in RELAXED.items():
        wider = replace(wish, **without)  # type: ignore[arg-type]
        if wider == wish:
            continue
        more, first = _count(sites_for(kind, wider, around), kind, around.grid)
        if more > count:
            found.append(Relax(constraint, more - count, around.grid.instant(first)))
    found.sort(key=lambda r: (-r.more, r.first))
    return tuple(found)


def slot_starts(
    kind: VisitType, wish: FindWish, around: Surroundings, first: datetime, last: datetime
) -> tuple[int, ...]:
    """Return the starts from `first` up to `last` that are offered as Slots, a whole hold apart within each local day.

    The count begins anew each local day and ignores the time of day it is asked, so the answer for a day does not
    depend on the days asked for, and booking one start takes away no other.
    """
    grid = around.grid
    anchored = replace(around, now=grid.base)
    low_hold, high_hold = bits.held_cells(kind.held_from, kind.held_until)
    low_cell, high_cell = grid.ceil(max(first, around.now)), grid.ceil(last)
    found: list[int] = []
    for site in sites_for(kind, wish, anchored):
        cells, _ = bits.day_starts(grid, site.zone)
        for begins, ends in pairwise(cells):
            if ends <= low_cell or begins >= high_cell:
                continue
            low, high = max(begins - low_hold, 0), ends - high_hold + 1
            if low >= high:
                continue
            day = site.mask & (((1 << (high - low)) - 1) << low)
            for at, _ in _chain(site, day, site.main, kind, grid, a_day=0):
                if low_cell <= at < high_cell:
                    found.append(at)
    return tuple(sorted(found))
