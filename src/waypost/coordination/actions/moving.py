"""Move a visit, or with it the rest or all of its series: each one where it was meant to go, or none at all."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from waypost.access import Permission, action
from waypost.coordination import limits, requests
from waypost.coordination.actions.booking import announce, next_times, patients_of, with_next_times
from waypost.coordination.actions.visits import reached, read, start_of
from waypost.coordination.once import once
from waypost.coordination.problems import SeriesMoveNotFree
from waypost.coordination.wishes import BookingWish, MoveWish
from waypost.kernel.context import Context
from waypost.records import actions as records
from waypost.records.problems import Stale
from waypost.records.versions import Version
from waypost.scheduling import actions as scheduling
from waypost.scheduling import fhir, queries
from waypost.scheduling.problems import CannotServe, InThePast, NotOpen, SlotTaken, TooFarAhead
from waypost.scheduling.queries import FindWish
from waypost.scheduling.rules import finder
from waypost.scheduling.rules.wishes import FoundTime

Resource = dict[str, Any]
IN_THE_WAY = (SlotTaken, NotOpen, InThePast, TooFarAhead, CannotServe)  # of one visit of a series; the others may move


@dataclass(frozen=True, slots=True)
class Blocked:
    """A visit of a series that cannot move along: where it is, where it would have gone, and why not."""

    id: str
    was: datetime
    wanted: datetime
    why: str


@dataclass(frozen=True, slots=True)
class WaysOut:
    """What may be done where a visit of a series cannot move along."""

    apart: dict[str, tuple[FoundTime, ...]]  # other times for that one alone
    hours: tuple[FoundTime, ...]  # another hour for the visit that is moved, at which all the others are free too


@action(Permission.APPOINTMENT_BOOK)
def move_visit(ctx: Context, wish: MoveWish) -> Version:
    """Move a visit, or with it the rest or all of its series; requests are asked for anew and the patient is told.

    Raises SlotTaken with the next best times where that visit itself has none, and SeriesMoveNotFree, with each that
    cannot come along, where another has none. Then nothing was moved.
    """
    return once(ctx, wish.key, lambda: _move(ctx, wish))


def _move(ctx: Context, wish: MoveWish) -> Version:
    visit = read(ctx, wish.appointment)
    if wish.expect is not None and visit.version != wish.expect:
        raise Stale
    meant = meant_by(ctx, visit, wish)
    if len(meant) > 1:
        _lock_site(ctx, meant)
    to = _goes_to(ctx, visit, wish)
    forward = wish.start > start_of(visit.resource)
    done: list[Version] = []
    blocked: list[Blocked] = []
    for one in sorted(meant, key=lambda v: start_of(v.resource), reverse=forward):  # none onto a sibling's old time
        try:
            done.append(_moved(ctx, one, to(one), wish, visit))
        except SlotTaken as taken:
            if one.id == visit.id:
                raise with_next_times(ctx, _as_booking(ctx, one.resource, to(one), wish, mine=True), taken) from taken
            blocked.append(Blocked(one.id, start_of(one.resource), to(one), str(taken.title)))
        except IN_THE_WAY as problem:
            if one.id == visit.id:
                raise
            blocked.append(Blocked(one.id, start_of(one.resource), to(one), str(problem.title)))
    if blocked:
        raise SeriesMoveNotFree(extra={"taken": tuple(sorted(blocked, key=lambda b: b.was)), "free": len(done)})
    _ask_again(ctx, done)
    for one in done:
        announce(ctx, one, patients_of(ctx, one), "moved")
    return next(one for one in done if one.id == visit.id)


def meant_by(ctx: Context, visit: Version, wish: MoveWish) -> list[Version]:
    """Return the visits that are to move: those reached, without those that are to stay."""
    return [one for one in reached(ctx, visit, wish.reach) if one.id == visit.id or one.id not in wish.leave]


def _goes_to(ctx: Context, visit: Version, wish: MoveWish) -> Callable[[Version], datetime]:
    shift = _shift(ctx, visit.resource, wish.start)

    def to(one: Version) -> datetime:
        if one.id == visit.id:
            return wish.start
        return wish.apart.get(one.id) or shift(start_of(one.resource))

    return to


def _moved(ctx: Context, one: Version, start: datetime, wish: MoveWish, visit: Version) -> Version:
    mine = one.id == visit.id
    changes = wish.telehealth is not None and wish.telehealth != by_video(visit.resource)
    return scheduling.move(
        ctx, one.id, start, chosen=dict(wish.chosen) if mine else {}, named=wish.named, site=wish.site,
        telehealth=wish.telehealth if mine or changes else None, why=(wish.code, wish.reason), override=wish.override,
        expect=one.version,
    )  # fmt: skip


def by_video(resource: Resource) -> bool:
    return fhir.extension(resource, "telehealth") is True


def _ask_again(ctx: Context, moved: Sequence[Version]) -> None:
    starts = {f"Appointment/{one.id}": start_of(one.resource) for one in moved}
    tasks = requests.of_visits(ctx, [one.id for one in moved])
    filings = [requests.again(ctx, task, starts[task.resource["focus"]["reference"]]) for task in tasks]
    if filings:
        records.file_many(ctx, filings)


def _as_booking(ctx: Context, resource: Resource, start: datetime, wish: MoveWish, *, mine: bool) -> BookingWish:
    patient = next(iter(fhir.patients_of(resource)), "")
    code = fhir.visit_type_code(resource) or ""
    people = [r for r in scheduling.resolved(ctx, fhir.team_of(resource)) if r.startswith("Practitioner/")]
    named = wish.named or tuple(sorted(people))
    video = wish.telehealth if mine and wish.telehealth is not None else by_video(resource)
    return BookingWish(
        patient, code, start, named=named, site=wish.site, telehealth=video, sought=wish.sought if mine else None
    )


def _shift(ctx: Context, resource: Resource, start: datetime) -> Callable[[datetime], datetime]:
    """Return how a sibling moves along: by as many days, and by as much of the clinic's clock."""
    zone = ZoneInfo(ctx.zone)
    by = start.astimezone(zone).replace(tzinfo=None) - start_of(resource).astimezone(zone).replace(tzinfo=None)

    def shifted(at: datetime) -> datetime:
        return (at.astimezone(zone).replace(tzinfo=None) + by).replace(tzinfo=zone).astimezone(UTC)

    return shifted


def _lock_site(ctx: Context, meant: Sequence[Version]) -> None:
    """Take every lock that moving several visits might need, at once."""
    here = queries.clinic(ctx.tenant, ctx.now)
    resources = {r for one in meant for r in fhir.resources_of(one.resource)}
    scheduling.lock(ctx, scheduling.resolved(ctx, resources) | set(here.bookables))


# ---------------------------------------------------------------- ways out


def ways_out(ctx: Context, wish: MoveWish, blocked: Sequence[Blocked]) -> WaysOut:
    """Return other times for each that cannot come along, and other hours at which all could. A forecast: nothing is held."""
    visit = read(ctx, wish.appointment)
    others = {one.id: one for one in meant_by(ctx, visit, wish) if one.id != visit.id}
    apart = {
        one.id: next_times(ctx, _as_booking(ctx, others[one.id].resource, one.wanted, wish, mine=False))
        for one in blocked
        if one.id in others
    }
    return WaysOut(apart, _hours_for_all(ctx, wish, visit, list(others.values())))


def _hours_for_all(
    ctx: Context, wish: MoveWish, visit: Version, others: Sequence[Version]
) -> tuple[FoundTime, ...]:
    """Look at the free hours of the wished day and some days on; those at which every other visit is free as well."""
    here = queries.clinic(ctx.tenant, ctx.now)
    bare = _look(ctx, visit.resource, wish)
    zone = ZoneInfo(ctx.zone)
    day = datetime.combine(wish.start.astimezone(zone).date(), time.min, zone).astimezone(UTC)
    sought = wish.sought or bare  # the visit that is moved keeps to all that was chosen; the others move along
    last = day + timedelta(days=limits.HOURS_FOR_ALL_DAYS)
    asked = replace(
        sought, since=max(day, ctx.now, sought.since or day), until=min(last, sought.until or last), instead_of=visit.id,
        limit=limits.HOURS_FOR_ALL_TRIED,
    )  # fmt: skip
    around = queries.surroundings(ctx.tenant, here, ctx.now, asked)
    kind = here.kind(asked.visit_type)
    looks = {
        one.id: queries.surroundings(ctx.tenant, here, ctx.now, replace(bare, instead_of=one.id)) for one in others
    }
    found: list[FoundTime] = []
    for candidate in finder.find(kind, asked, around, relaxing=False).times:
        shift = _shift(ctx, visit.resource, candidate.start)
        starts = {one.id: shift(start_of(one.resource)) for one in others}
        if candidate.start != wish.start and all(
            finder.find(
                kind, replace(bare, since=at, until=at + timedelta(minutes=1), limit=1), looks[id_], relaxing=False
            ).times
            for id_, at in starts.items()
        ):
            found.append(candidate)
        if len(found) == limits.NEXT_TIMES:
            break
    return tuple(found)


def _look(ctx: Context, resource: Resource, wish: MoveWish) -> FindWish:
    asked = _as_booking(ctx, resource, wish.start, wish, mine=True)
    return FindWish(asked.visit_type, asked.patient or None, site=asked.site, telehealth=asked.telehealth)
