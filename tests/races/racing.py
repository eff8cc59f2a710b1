"""One racer: a process of its own that tries, at the starting shot of each round, to get what all the others want."""

import multiprocessing
import random
from dataclasses import dataclass
from datetime import datetime, timedelta

RACERS = 8
SHOT_SECONDS_MAX = 120


@dataclass(frozen=True)
class Round:
    """One slot that everyone wants: this provider at this time."""

    provider: str
    start: datetime


@dataclass(frozen=True)
class Course:
    """All that a racer is told."""

    tenant: int
    zone: str
    now: datetime
    door: str  # direct | mixed | fhir | web
    rounds: tuple
    patients: tuple  # per racer, per provider: nobody is refused because the patient is elsewhere
    parked: tuple = ()  # per racer: visits that may be moved into a slot
    token: str = ""
    accounts: tuple = ()  # per racer: who signs in


def run(course: Course) -> list[list[str]]:
    """Run the race and return, for each racer, what became of each round: 'won', or the code it was refused with."""
    fork = multiprocessing.get_context("fork")  # what is loaded already need not be loaded eight times
    barrier, answers = fork.Barrier(RACERS), fork.Queue()
    racers = [
        fork.Process(target=race, args=(n, course, barrier, answers), daemon=True) for n in range(RACERS)
    ]
    for racer in racers:
        racer.start()
    found = {}
    try:
        while len(found) < RACERS:
            n, told = answers.get(timeout=SHOT_SECONDS_MAX * 4)
            assert isinstance(told, list), f"racer {n} fell: {told}"
            found[n] = told
    finally:
        for racer in racers:
            racer.join(timeout=10)
            if racer.is_alive():
                racer.kill()
    return [found[n] for n in range(RACERS)]


def race(n: int, course: Course, barrier, answers) -> None:
    try:
        from django.db import connections

        for alias in connections:
            connections[alias].connection = None  # the parent's; each racer has one of its own
        told = []
        attempt = DOORS[course.door](n, course)
        for at, one in enumerate(course.rounds):
            barrier.wait(timeout=SHOT_SECONDS_MAX)
            told.append(attempt(at, one))
        answers.put((n, told))
    except BaseException as error:
        barrier.abort()
        import traceback

        answers.put((n, "".join(traceback.format_exception(error))))


def context(course: Course, role: str = "scheduler"):
    from waypost.kernel.clock import FixedClock
    from waypost.kernel.context import Actor, Context

    actor = Actor("staff", role, role, frozenset({role}), None)
    return Context(
        actor=actor, tenant=course.tenant, zone=course.zone, clock=FixedClock(course.now), door="web"
    )


def patient(course: Course, n: int, one: Round) -> str:
    return course.patients[n][one.provider]


def direct(n: int, course: Course):
    """Book by the action the doors call."""
    from waypost.coordination import actions
    from waypost.kernel.problem import Problem

    ctx = context(course)

    def attempt(at: int, one: Round) -> str:
        wish = actions.BookingWish(patient(course, n, one), "talk", one.start, named=(one.provider,))
        try:
            actions.book_visit(ctx, wish)
        except Problem as problem:
            return problem.code
        return "won"

    return attempt


def mixed(n: int, course: Course):
    """Racer 0 always books; the others also move visits into the slot, or book it together with another."""
    from waypost.coordination import actions
    from waypost.kernel.problem import Problem
    from waypost.scheduling import actions as scheduling

    ctx, rng = context(course), random.Random(n)
    parked, book = list(course.parked[n]), direct(n, course)

    def attempt(at: int, one: Round) -> str:
        kind = "book" if n == 0 else rng.choice(("book", "move", "two"))
        later = course.rounds[at + 1 :]
        try:
            if kind == "move" and parked:
                actions.move_visit(ctx, actions.MoveWish(parked[-1], one.start, named=(one.provider,)))
                parked.pop()
                return "won"
            others = [
                r
                for r in later
                if r.provider != one.provider and abs(r.start - one.start) >= timedelta(hours=1)
            ]
            if kind == "two" and others:
                second = rng.choice(others)
                scheduling.book_many(
                    ctx,
                    [
                        scheduling.VisitWish(
                            "talk", r.start, ((patient(course, n, r), ""),), named=(r.provider,)
                        )
                        for r in (one, second)
                    ],
                )
                return f"won+{course.rounds.index(second)}"
        except Problem as problem:
            return problem.code
        return book(at, one)

    return attempt


def fhir(n: int, course: Course):
    """POST /fhir/Appointment, by slot or by kind of visit; every third racer books two in a transaction."""
    from tests.doors.conftest import Door

    from waypost.kernel.clock import FixedClock
    from waypost.scheduling import fhir as shape
    from waypost.scheduling import queries

    door = Door(FixedClock(course.now), course.token)

    def visit(one: Round):
        who = ({"reference": f"Patient/{patient(course, n, one)}"}, {"reference": one.provider})
        found = {
            "resourceType": "Appointment",
            "status": "booked",
            "participant": [{"actor": a, "status": "accepted"} for a in who],
            "start": shape.say(one.start),
            "end": shape.say(one.start + timedelta(minutes=20)),
        }
        if n % 2:
            slot = queries.slot_id(queries.schedule_id(one.provider), "talk", one.start)
            return {**found, "slot": [{"reference": f"Slot/{slot}"}]}
        return {**found, "serviceType": [{"coding": [{"system": shape.VISIT_TYPE, "code": "talk"}]}]}

    def attempt(at: int, one: Round) -> str:
        answer = door.post("Appointment", visit(one))
        if answer.status == 201:
            return "won"
        assert answer.status == 409, answer.text
        return answer.codes[0]

    return attempt


def web(n: int, course: Course):
    """Press 'Book' on the booking card, as a browser does; every answer is the next page or the card again."""
    from django.test import Client

    from waypost.access.models import Account
    from waypost.kernel.clock import FixedClock
    from waypost.web import middleware

    middleware.CLOCK = FixedClock(course.now)
    client = Client()
    account = Account.objects.get(username=course.accounts[n])
    client.force_login(account, backend="waypost.access.backends.AccountBackend")

    def attempt(at: int, one: Round) -> str:
        answer = client.post(
            "/schedule/book",
            {
                "patient": patient(course, n, one),
                "visit": "talk",
                "start": one.start.strftime("%Y%m%dT%H%MZ"),
                "take": f"0={one.provider}",
                "key": f"race-{n}-{at}",
                "reason": "Follow-up",
            },
        )
        if answer.get("Location", "").startswith("/visits/"):
            return "won"
        assert answer.status_code == 409, f"{answer.status_code} {answer.headers} {answer.content.decode()[-3000:]}"
        return "scheduling.slot-taken" if b"just been taken" in answer.content else "scheduling.nobody-free"

    return attempt


DOORS = {"web": web, "direct": direct, "mixed": mixed, "fhir": fhir}
