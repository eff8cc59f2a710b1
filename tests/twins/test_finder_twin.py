"""The finder and its twin agree on random clinics: the times, their order, their number, and what to relax."""

import random
from datetime import UTC, date, datetime, timedelta

import pytest
from tests.twins.minute_grid import Twin, trips_of

from waypost.kernel.spans import Span, union
from waypost.scheduling.rules import bits, finder
from waypost.scheduling.rules.bits import Bookable, Grid
from waypost.scheduling.rules.types import Calendar, DayException, Hours, Step, VisitType
from waypost.scheduling.rules.wishes import FindWish, Surroundings

ZONES = ("America/New_York", "America/Chicago", "Europe/London", "Australia/Lord_Howe", "America/Phoenix")
BASES = (
    datetime(2026, 3, 8, tzinfo=UTC),  # the hour that is skipped in the United States
    datetime(2026, 11, 1, tzinfo=UTC),  # the hour that is repeated there
    datetime(2026, 10, 3, 6, tzinfo=UTC).replace(hour=0),  # Lord Howe skips half an hour
    datetime(2026, 4, 4, tzinfo=UTC),  # and repeats it
    datetime(2026, 10, 25, tzinfo=UTC),  # London
    datetime(2026, 11, 24, tzinfo=UTC),
)
DAYS = 2


def some_hours(rng: random.Random, **more) -> Hours:
    start = rng.choice((0, 60, 90, 120, 420, 480, 485, 540, 780))
    end = start + rng.choice((60, 120, 240, 487, 600))
    days = frozenset(rng.sample(range(7), rng.choice((5, 6, 7))))
    return Hours(days, start, min(end, 1440), **more)


def some_calendar(rng: random.Random, resource: str, role: str, sites, zone_of, first: date) -> Calendar:
    exceptions = []
    if rng.random() < 0.2:
        day = first + timedelta(days=rng.randrange(3))
        closed = rng.random() < 0.6
        hours = () if closed and rng.random() < 0.6 else ((540, 600), (660, 720))
        exceptions.append(DayException(day, day, closed, hours))
    kinds = frozenset({"echo"}) if rng.random() < 0.3 else frozenset({"talk"}) if rng.random() < 0.2 else None
    site = rng.choice((*sites[:1], *sites))
    return Calendar(
        resource=resource,
        role=role,
        name=resource,
        can=frozenset(rng.sample(("a", "b"), rng.choice((1, 2, 2, 2)))),
        site=site,
        zone=zone_of[site],
        weekly=tuple(
            some_hours(rng, visit_types=kinds if rng.random() < 0.3 else None)
            for _ in range(rng.randrange(2, 5))
        ),
        closed=(some_hours(rng),) if rng.random() < 0.15 else (),
        exceptions=tuple(exceptions),
        gender=rng.choice(("female", "male")),
        languages=frozenset(rng.sample(("en", "es"), rng.randrange(1, 3))),
        wheelchair=rng.random() < 0.5,
        capacity=rng.choice((1, 1, 1, 2)),
    )


def some_kind(rng: random.Random) -> VisitType:
    minutes = rng.choice((15, 20, 30, 45, 70))
    steps = []
    for role in rng.choice(
        (
            ("clinician",),
            ("clinician", "room"),
            ("room", "device", "clinician"),
            ("clinician", "clinician"),
            ("nurse",),
            ("clinician", "nurse", "room"),
            ("device",),
        )
    ):
        start = rng.choice((0, 0, 0, 5, minutes // 2))
        steps.append(
            Step(
                role,
                frozenset(rng.choice(((), (), ("a",), ("b",)))),
                start,
                rng.randrange(5, minutes - start + 1) if rng.random() < 0.5 else minutes - start,
                rng.choice((0, 0, 5, 10)),
                rng.choice((0, 0, 5, 7, 10)),
            )
        )
    return VisitType("echo", {"en": "Echo"}, "x", minutes, tuple(steps), telehealth=rng.random() < 0.5)


def some_rows(rng: random.Random, base: datetime, capacity: int):
    rows = []
    for _ in range(rng.randrange(8)):
        start = base + timedelta(minutes=rng.randrange(-60, DAYS * 1440))
        lane = rng.choice((None, 100, *range(capacity), *range(capacity)))
        rows.append((start, start + timedelta(minutes=rng.choice((5, 20, 45, 120))), lane))
    return rows


def some_wish(rng: random.Random, people, sites, base: datetime) -> FindWish:
    def at() -> datetime:
        return base + timedelta(minutes=rng.randrange(DAYS * 1440))

    def maybe(value, chance=0.2):
        return value if rng.random() < chance else None

    if rng.random() < 0.3:
        return FindWish("echo", limit=rng.choice((3, 20)))
    return FindWish(
        "echo",
        who=frozenset(rng.sample(people, min(len(people), rng.choice((1, 2)))))
        if rng.random() < 0.25
        else frozenset(),
        site=maybe(rng.choice(sites)),
        since=maybe(at(), 0.1),
        until=maybe(at(), 0.3),
        weekdays=maybe(frozenset(rng.sample(range(7), 4))) or frozenset(),
        hours=maybe(((0, 720),), 0.2) or maybe(((60, 150), (540, 600)), 0.1) or (),
        language=maybe("es", 0.1),
        gender=maybe("female", 0.1),
        interpreter=maybe("es", 0.3),
        interpreter_on_site=rng.random() < 0.3,
        wheelchair=rng.random() < 0.1,
        telehealth=rng.random() < 0.1,
        one_trip=rng.random() < 0.1,
        limit=rng.choice((3, 20)),
    )


def compare(seed: int) -> tuple[int, int]:
    rng = random.Random(seed)
    base = rng.choice(BASES)
    sites = ("Location/s1", "Location/s2")
    zone_of = {site: rng.choice(ZONES) for site in sites}
    if rng.random() < 0.7:
        zone_of["Location/s2"] = zone_of["Location/s1"]
    calendars = []
    for role, prefix, most in (
        ("clinician", "Practitioner/c", 3),
        ("nurse", "Practitioner/n", 2),
        ("room", "Location/r", 2),
        ("device", "Device/d", 2),
        ("interpreter", "Practitioner/i", 1),
    ):
        many = range(rng.randrange(1, most + 1))
        calendars += [some_calendar(rng, f"{prefix}{n}", role, sites, zone_of, base.date()) for n in many]
    kind = some_kind(rng)
    rows = {c.resource: some_rows(rng, base, c.capacity) for c in calendars}
    now = base + timedelta(minutes=rng.choice((0, 300, 777)))
    patient = union(Span(s, e) for s, e, _ in some_rows(rng, base, 1)[:2])
    trips = trips_of(
        [(rng.choice(sites), base + timedelta(minutes=rng.randrange(DAYS * 1440)))]
        if rng.random() < 0.5
        else [],
        zone_of,
    )
    known = frozenset({"Practitioner/c0"}) if rng.random() < 0.5 else frozenset()
    wish = some_wish(rng, [c.resource for c in calendars if c.role != "interpreter"], sites, base)

    grid = Grid(base, DAYS)
    bookables = [
        Bookable(c, bits.opens_on(grid, c), bits.taken_on(grid, c.capacity, rows[c.resource]))
        for c in calendars
    ]
    around = Surroundings(grid, now, bookables, patient, trips, known)
    found = finder.find(kind, wish, around)
    twin = Twin(base, DAYS, now, calendars, rows, kind, patient, trips, known)

    main = "clinician" if any(s.role == "clinician" for s in kind.steps) else kind.steps[0].role
    mine = [
        (t.start, t.site, next((p.resource for p in t.parts if p.step == main_index(kind, wish)), main))
        for t in found.times
    ]
    assert mine == twin.times(wish), f"times, seed {seed}"
    count, _ = twin.count(wish)
    assert found.count == count, f"count, seed {seed}"
    relax = twin.relax(wish) if count < 12 else []
    assert sorted((r.constraint, r.more, r.first) for r in found.relax) == sorted(relax), (
        f"relax, seed {seed}"
    )
    for time in found.times:
        can_be_kept(twin, kind, time, seed)
    return len(mine), len(relax)


def main_index(kind: VisitType, wish: FindWish) -> int:
    return kind.main_step


def can_be_kept(twin: Twin, kind: VisitType, time, seed: int) -> None:
    """Every part named is free for all it holds, and nobody is in two places."""
    at = int((time.start - twin.base) / timedelta(minutes=1))
    by_name = {c.resource: c for c in twin.calendars}
    for part in time.parts:
        step = kind.steps[part.step]
        assert at in twin.fits(by_name[part.resource], step.held_from, step.held_until), f"part, seed {seed}"
        for other in time.parts:
            if other is not part and other.resource == part.resource:
                assert not part.held.overlaps(other.held), f"two places, seed {seed}"


@pytest.mark.parametrize("part", range(8))
def test_two_thousand_random_calendars_agree_with_the_minute_grid(part):
    answers = [compare(seed) for seed in range(part * 250, part * 250 + 250)]
    assert sum(1 for times, _ in answers if times) > 75, "most clinics must have something to find"
    assert sum(1 for _, relax in answers if relax) > 25, "and many something to relax"


@pytest.mark.soak
@pytest.mark.parametrize("part", range(20))
def test_ten_thousand_random_calendars_agree_with_the_minute_grid(part):
    for seed in range(10_000 + part * 500, 10_000 + part * 500 + 500):
        compare(seed)
