"""Narrow the calendars to those that could serve a wish, and the days to when they could."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from waypost.scheduling import limits
from waypost.scheduling.rules import bits
from waypost.scheduling.rules.bits import Bookable, Grid
from waypost.scheduling.rules.types import CARE_ROLES, Step, VisitType
from waypost.scheduling.rules.wishes import FindWish, Surroundings, Trip


@dataclass(slots=True)
class Site:
    """The search narrowed to one site."""

    id: str
    zone: str
    mask: int  # where a visit may start, whoever takes part
    main: list[tuple[Bookable, int]]
    steps: list[tuple[int, Step, list[tuple[Bookable, int]]]]
    matching: bool  # the same person might be wanted twice at once
    interpreters: int = 0  # where one for the wished language is free on site


def candidates(step: Step, wish: FindWish, bookables: Sequence[Bookable], *, main: bool) -> list[Bookable]:
    """Return who or what may take a step under the wish, in the order given; `bookables` have the step's role."""
    able = [
        one
        for one in bookables
        if step.can <= one.calendar.can and (wish.site is None or one.calendar.site == wish.site)
    ]
    if any(one.calendar.resource in wish.who for one in able):
        able = [one for one in able if one.calendar.resource in wish.who]
    if main and step.role in CARE_ROLES:
        able = [
            one
            for one in able
            if (wish.gender is None or one.calendar.gender == wish.gender)
            and (wish.language is None or wish.language in one.calendar.languages)
        ]
    if wish.wheelchair and step.role == "room":
        able = [one for one in able if one.calendar.wheelchair]
    return able


def _named_in_vain(who: frozenset[str], chosen: Sequence[Sequence[Bookable]]) -> bool:
    """Tell whether a person, room or device was named and none of those named can serve."""
    able = {one.calendar.resource for fits in chosen for one in fits}
    kinds = {resource.partition("/")[0] for resource in who}
    return any(not any(r in able for r in who if r.partition("/")[0] == kind) for kind in kinds)


def sites_for(kind: VisitType, wish: FindWish, around: Surroundings) -> list[Site]:
    grid, full = around.grid, around.grid.full
    if wish.telehealth and not kind.telehealth:
        return []
    allowed = grid.since(max(around.now, wish.since or around.now))
    allowed &= grid.until(min(wish.until or grid.end, around.now + timedelta(days=limits.HORIZON_DAYS)))
    busy = grid.outer(around.patient_busy)
    allowed &= bits.starts(full & ~busy, 0, kind.minutes, full)
    steps = kind.steps_for(telehealth=wish.telehealth)
    by_role: dict[str, list[Bookable]] = {}
    for one in around.bookables:
        by_role.setdefault(one.calendar.role, []).append(one)
    chosen = [
        (i, step, candidates(step, wish, by_role.get(step.role, []), main=i == kind.main_step))
        for i, step in steps
    ]
    if _named_in_vain(wish.who, [able for _, _, able in chosen]):
        return []
    found: list[Site] = []
    for site in sorted({one.calendar.site for _, _, able in chosen for one in able}):
        here = [(i, step, [one for one in able if one.calendar.site == site]) for i, step, able in chosen]
        if here and all(able for _, _, able in here):
            narrowed = _narrow(site, kind, wish, around, here, allowed)
            if narrowed is not None:
                found.append(narrowed)
    return found


def _narrow(
    site: str,
    kind: VisitType,
    wish: FindWish,
    around: Surroundings,
    here: list[tuple[int, Step, list[Bookable]]],
    allowed: int,
) -> Site | None:
    full, grid = around.grid.full, around.grid
    zone = here[0][2][0].calendar.zone
    mask = allowed
    if wish.weekdays or wish.hours:
        mask &= bits.weekly_mask(grid, zone, wish.weekdays, wish.hours)
    if wish.one_trip:
        mask &= trip_mask(grid, zone, site, around.trips)
    interpreters = _interpreters(site, kind, wish, around) if wish.interpreter else 0
    if wish.interpreter_on_site and wish.interpreter:
        mask &= interpreters
    steps: list[tuple[int, Step, list[tuple[Bookable, int]]]] = []
    main: list[tuple[Bookable, int]] = []
    for index, step, able in here:
        fits = [(one, one.starts(kind.code, step.held_from, step.held_until, full)) for one in able]
        either = 0
        for _, starts in fits:
            either |= starts
        mask &= either
        if not mask:
            return None
        steps.append((index, step, fits))
        if index == kind.main_step:
            main = fits
    return Site(site, zone, mask, main or steps[0][2], steps, _needs_matching(here), interpreters)


def _needs_matching(here: list[tuple[int, Step, list[Bookable]]]) -> bool:
    for n, (_, step, able) in enumerate(here):
        for _, other, others in here[n + 1 :]:
            meet = step.held_from < other.held_until and other.held_from < step.held_until
            if meet and {id(one) for one in able} & {id(one) for one in others}:
                return True
    return False


def trip_mask(grid: Grid, zone: str, site: str, trips: Sequence[Trip]) -> int:
    cells, days = bits.day_starts(grid, zone)
    wanted = {trip.day for trip in trips if trip.site == site}
    mask = 0
    for index, day in enumerate(days[:-1]):
        if day in wanted:
            low, high = max(cells[index], 0), min(cells[index + 1], grid.cells)
            if low < high:
                mask |= ((1 << (high - low)) - 1) << low
    return mask


def _interpreters(site: str, kind: VisitType, wish: FindWish, around: Surroundings) -> int:
    mask = 0
    for one in around.bookables:
        calendar = one.calendar
        if (
            calendar.role == "interpreter"
            and calendar.site == site
            and wish.interpreter in calendar.languages
        ):
            mask |= one.starts(kind.code, 0, kind.minutes, around.grid.full)
    return mask
