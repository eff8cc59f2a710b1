"""The whole demo clinic as values: built from a seed, a number of patients and an instant; nothing here reads or writes."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random

from waypost.demo import appointments, cast, charts, faxes, money, people, places, special, staff, told, work
from waypost.demo.calendars import Hours, Openings, calendars
from waypost.demo.fhir import Json
from waypost.demo.ledger import Ledger, needs_at
from waypost.demo.names import LANGUAGES
from waypost.demo.people import Person
from waypost.demo.places import Thing
from waypost.demo.pools import Pools
from waypost.demo.staff import Staff
from waypost.demo.times import local_day
from waypost.demo.visit_types import BY_CODE
from waypost.demo.visits import Book, Visit, settle
from waypost.demo.words import reason_for

PATIENTS = 1000
SEED = "waypost"


@dataclass(slots=True)
class Clinic:
    """Everything there is to file, in the order in which it refers to itself."""

    now: datetime
    seed: str
    staff: list[Staff]
    things: list[Thing]
    calendars: list[Json]
    visit_types: list[Json]
    people: list[Person]
    visits: list[Visit]
    hours: Mapping[str, Openings]
    orders: dict[str, list[Json]] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return local_day(self.now)

    def foundation(self) -> list[Json]:
        """Return organizations, places, things and staff."""
        return [*places.resources(self.things), *money.payers(), *staff.resources(self.staff)]

    def charts(self, first: int = 0, until: int | None = None) -> Iterator[list[Json]]:
        """Yield one list a person, of those numbered from `first` up to `until`: all that is theirs alone."""
        by_person: dict[str, list[Visit]] = {}
        for visit in self.visits:
            if len(visit.people) == 1:
                by_person.setdefault(visit.people[0].id, []).append(visit)
        maker = charts.Maker(self.now, self.people, self.staff, self.hours)
        for person in self.people[first:until]:
            yield maker.chart(person, by_person.get(person.id, []))

    def faxes(self) -> Iterator[Json]:
        """Yield what lies in the inbox and is in no chart yet."""
        return faxes.faxes({tag: each for each in self.people if "cast" in each.tags for tag in each.tags}, self.now)

    def interpreters_for(self, person: Person) -> list[Staff]:
        """Return who may see to it that someone interprets: those who speak the language, else any, who book it by video."""
        interpreters = [each for each in self.staff if each.specialty == "interpreter"]
        return [each for each in interpreters if person.language in each.languages] or interpreters

    def appointments(self) -> Iterator[Json]:
        for visit in self.visits:
            yield from self.appointment(visit)

    def appointment(self, visit: Visit) -> Iterator[Json]:
        """Yield one visit as FHIR with the order it stands on and the requests that hang on it."""
        rng = Random(f"{self.seed}:visit:{visit.id}")
        person = visit.people[0]
        made_order: Json | None = None
        if visit.type["order_required"]:
            made_order = charts.order_for(visit, person, visit.reason, self.now)
            yield made_order
        note = rng.choice(_STAFF_NOTES) if rng.random() < 0.12 else ""
        site = next(site.name for site in places.SITES if visit.site.endswith(site.id))
        yield appointments.appointment(
            visit, self.hours, reason=visit.reason, order=f"ServiceRequest/{made_order['id']}" if made_order else "", staff_note=visit.staff_note or note, site_name=site,
            soon=visit.start < self.now + timedelta(days=3),
        )  # fmt: skip
        yield from told.about_visit(visit, made_order, self.now)
        if visit.status == "booked" and visit.start > self.now and len(visit.people) == 1:
            booked = visit.booked_at or self.now
            ride = bool(person.needs and "Wheelchair" in person.needs[0]) or rng.random() < 0.03
            yield from work.around_visit(
                person,
                visit.id,
                visit.start,
                booked,
                self.now,
                LANGUAGES[person.language],
                self.interpreters_for(person),
                ride=ride,
            )


_STAFF_NOTES = (
    "Prefers to be called the day before.", "Brings her sister.", "Needs a few minutes more to walk.", "Asks for the room near the door.",
    "Will come straight from work.", "Bring the interpreter phone.",
)  # fmt: skip


def build(
    patients: int = PATIENTS,
    seed: str = SEED,
    *,
    now: datetime,
    tell: Callable[[str, int, int], None] | None = None,
) -> Clinic:
    """Return the clinic as it stands at `now`; the same arguments give the same clinic to the letter."""
    scale = scale_for(patients)
    team, things = staff.roster(scale), [*places.rooms(scale), *places.devices(scale)]
    today = local_day(now)
    bodies = calendars(team, things, today, seed)
    everyone = population(patients, seed, now, team)
    book = new_book(bodies, everyone, seed, now)
    cast.place_today(book, everyone)
    special.place_classes(book, everyone)
    book.fill()
    for visit in book.visits:
        settle(visit, now, seed)
        give_reason(visit, seed)
    cast.settle_today(book)
    book.visits.sort(key=lambda visit: (visit.start, visit.id))
    return Clinic(
        now, seed, team, things, bodies, list(BY_CODE.values()), everyone, book.visits, book.ledger.hours
    )


def give_reason(visit: Visit, seed: str) -> None:
    """Say why this person comes, once for Appointment, order and note."""
    visit.reason = visit.reason or reason_for(
        visit.code, visit.people[0], Random(f"{seed}:reason:{visit.id}")
    )


def scale_for(patients: int) -> int:
    """Return how many times the smallest clinic this number of patients asks for."""
    return max(1, round((patients / 1500) ** 0.62))


def population(patients: int, seed: str, now: datetime, team: list[Staff]) -> list[Person]:
    pcps = [
        each for each in team if each.role == "clinician" and {"primary-care", "pediatrics"} & set(each.can)
    ]
    coordinators = [each for each in team if each.account_role == "coordinator"]
    known = cast.members(now, team)
    drawn = [
        people.draw(index, seed, now, pcps, coordinators) for index in range(max(patients - len(known), 0))
    ]
    return known + special.arrange(drawn, seed, now, team)


def new_book(bodies: list[Json], everyone: list[Person], seed: str, now: datetime) -> Book:
    hours = {body["resource"]: Hours(body) for body in bodies}
    sites = sorted({body["site"] for body in bodies})
    needs = {(code, site): needs_at(kind, bodies, site) for code, kind in BY_CODE.items() for site in sites}
    pools = Pools(everyone)
    for body in bodies:
        if body["department"] in {"primary-care", "behavioral-health", "laboratory", "pharmacy"}:
            pools.seat(body["resource"], body["site"].removeprefix("Location/"))
    return Book(
        Ledger(hours),
        {body["resource"]: body for body in bodies},
        BY_CODE,
        needs,
        pools.for_visit,
        now,
        seed,
        frozenset(body["resource"] for body in bodies if not body["wheelchair"]),
    )
