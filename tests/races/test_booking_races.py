"""Eight processes want the same slot at the same moment, four hundred times over: one gets it, nobody else does.

What is held at the end is read back from the ledger and counted. Nothing but 'taken' may have been answered.
"""

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection, connections
from tests import small_clinic
from tests.conftest import NOON
from tests.races.racing import RACERS, Course, Round, run
from tests.small_clinic import TALK, calendar

from waypost.records import tenancy
from waypost.scheduling import actions

TAKEN = {"scheduling.slot-taken", "scheduling.nobody-free"}
PROVIDERS = [f"Practitioner/c{n}" for n in range(RACERS)]
FIRST = datetime(2026, 11, 30, 13, tzinfo=UTC)  # a Monday, eight in the morning in New York


@pytest.fixture
def course(context, tenant):
    """A clinic with as many rooms as providers, so that every choice of a room counts."""
    ctx = context()

    def make(door, rounds, *, parked=0, **more):
        calendars = [
            *(
                calendar(p, "clinician", f"Dr {n}", ["cardiology"], closed=[])
                for n, p in enumerate(PROVIDERS)
            ),
            calendar("Practitioner/park", "clinician", "Dr Park", ["cardiology"], closed=[]),
            *(calendar(f"Location/r{n}", "room", f"Room {n}") for n in range(RACERS + 1)),
        ]
        for one in calendars:
            one["exceptions"] = []
        small_clinic.make(ctx, patients=0, calendars=calendars, kinds=[TALK])
        people(ctx, calendars)
        per_racer = tuple({p: patient(ctx) for p in {r.provider for r in rounds}} for _ in range(RACERS))
        parked_visits = park(ctx, parked)
        connections.close_all()
        return Course(tenant.pk, tenant.zone, NOON, door, tuple(rounds), per_racer, parked_visits, **more)

    return make


def people(ctx, calendars):
    small_clinic.file_all(
        ctx,
        [
            {"resourceType": one["resource"].split("/")[0], "id": one["resource"].split("/")[1]}
            for one in calendars
        ],
    )


def patient(ctx) -> str:
    return small_clinic.file_all(ctx, [{"resourceType": "Patient", "name": [{"family": "Racer"}]}])[0].id


def park(ctx, many: int) -> tuple:
    """Book visits with a provider nobody races for, each to be moved into a slot that all want."""
    found = []
    for _ in range(RACERS if many else 0):
        who = [(patient(ctx), "") for _ in range(many)]
        starts = [slot_start(len(found) * many + k) for k in range(many)]
        made = [
            actions.book(ctx, actions.VisitWish("talk", start, (one,), named=("Practitioner/park",)))
            for start, one in zip(starts, who, strict=True)
        ]
        found.append(tuple(v.id for v in made))
    return tuple(found)


def slot_start(n: int) -> datetime:
    """The n-th of eighteen starts a day, half an hour apart, weekdays only."""
    day, place = divmod(n, 18)
    week, weekday = divmod(day, 5)
    return FIRST + timedelta(days=7 * week + weekday, minutes=30 * place)


def on_one(count: int):
    return [Round(PROVIDERS[0], slot_start(n)) for n in range(count)]


def on_many(count: int):
    return [Round(PROVIDERS[n % RACERS], slot_start(n // RACERS)) for n in range(count)]


def held(course):
    """Whoever holds each provider's slots, and every overlap in the whole ledger."""
    tenancy.enter(course.tenant)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT resource, starts, count(*) FROM scheduling_booking WHERE tenant = %s AND resource = ANY(%s)"
            " GROUP BY 1, 2",
            [course.tenant, PROVIDERS],
        )
        slots = {(resource, starts): count for resource, starts, count in cursor.fetchall()}
        cursor.execute(
            "SELECT count(*) FROM scheduling_booking a JOIN scheduling_booking b ON a.tenant = b.tenant"
            " AND a.resource = b.resource AND (a.appointment, a.part) < (b.appointment, b.part)"
            " AND a.starts < b.ends AND b.starts < a.ends WHERE a.tenant = %s",
            [course.tenant],
        )
        overlaps = cursor.fetchone()[0]
        cursor.execute(
            "SELECT count(*), count(DISTINCT c.id) FROM records_current c LEFT JOIN scheduling_booking b"
            " ON b.tenant = c.tenant AND b.appointment = c.id"
            " WHERE c.tenant = %s AND c.type = 'Appointment' AND c.status = 'booked' AND NOT c.deleted",
            [course.tenant],
        )
        rows, visits = cursor.fetchone()
    return slots, overlaps, rows, visits


def judge(course, told):
    """One success a slot, no free slot refused, no deadlock, and the ledger says the same."""
    answers = Counter(answer for racer in told for answer in racer if not answer.startswith("won"))
    assert set(answers) <= TAKEN, answers
    won = Counter()
    for racer in told:
        for at, answer in enumerate(racer):
            if answer.startswith("won"):
                won[at] += 1
                if "+" in answer:
                    won[int(answer.partition("+")[2])] += 1
    assert won == {at: 1 for at in range(len(course.rounds))}
    slots, overlaps, rows, visits = held(course)
    assert overlaps == 0
    assert slots == {(one.provider, one.start): 1 for one in course.rounds}
    parked = sum(len(p) for p in course.parked)
    moved = len({one for p in course.parked for one in p}) - still_parked(course)
    assert visits == len(course.rounds) - moved + parked
    assert rows == visits * 3, "patient, provider and room of each"


def still_parked(course) -> int:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM scheduling_booking WHERE tenant = %s AND resource = 'Practitioner/park'",
            [course.tenant],
        )
        return cursor.fetchone()[0]


def who_races(door, door_for, tenant):
    if door == "fhir":
        return {"token": door_for().token}
    if door == "web":
        from waypost.access.models import Account

        names = tuple(f"racer-{tenant.slug}-{n}" for n in range(RACERS))
        for name in names:
            Account.objects.create(username=name, tenant=tenant, roles=["scheduler"], display=name)
        return {"accounts": names}
    return {}


@pytest.mark.parametrize(
    ("door", "rounds", "parked"),
    [
        ("direct", on_one(120), 0),
        ("mixed", on_many(160), 6),
        ("fhir", on_many(64), 0),
        ("web", on_many(24), 0),
    ],
    ids=[
        "direct-one-provider",
        "moves-and-pairs-many-providers",
        "fhir-many-providers",
        "web-many-providers",
    ],
)
def test_eight_processes_race_for_each_slot(course, door_for, tenant, door, rounds, parked):
    ready = course(door, rounds, parked=parked, **who_races(door, door_for, tenant))
    judge(ready, run(ready))


@pytest.mark.soak
@pytest.mark.parametrize(
    ("door", "rounds", "parked"),
    [
        ("direct", on_one(400), 0),
        ("direct", on_many(400), 0),
        ("mixed", on_many(800), 24),
        ("fhir", on_one(400), 0),
        ("fhir", on_many(400), 0),
        ("web", on_one(400), 0),
        ("web", on_many(400), 0),
    ],
)
def test_the_long_races(course, door_for, tenant, door, rounds, parked):
    ready = course(door, rounds, parked=parked, **who_races(door, door_for, tenant))
    judge(ready, run(ready))
