"""Visits of the demo clinic: placed without overlap, filled to the measure of each day, told by the clock of `now`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from random import Random
from typing import Any

from waypost.demo.fhir import Json
from waypost.demo.ledger import Ledger, Need, Part, bits
from waypost.demo.people import Person
from waypost.demo.times import at_cell, local_day
from waypost.kernel import ids

PAST_DAYS = 60
AHEAD_DAYS = 90
_TRIES = 60
_STEPS = {"primary-care": 2, "cardiology": 1}  # cells between the times at which visits may begin
_VISITS_MAX = 14  # of one person, over the five months
_SOON = frozenset({"pc-same-day", "pc-child-sick"})  # nobody books these weeks ahead
_MISSES = 9  # in a small clinic there may be nobody left to ask

# What each kind of calendar spends its day on: visit types and their weights.
MIX: dict[str, tuple[tuple[str, int], ...]] = {
    "primary-care": (
        ("pc-follow-up", 52),
        ("pc-new", 5),
        ("pc-same-day", 12),
        ("pc-physical", 15),
        ("pc-hospital", 3),
        ("pc-video", 13),
    ),
    "pediatrics": (("pc-well-child", 45), ("pc-child-follow-up", 35), ("pc-child-sick", 20)),
    "cardiology": (("card-follow-up", 55), ("card-new", 15), ("card-echo", 25), ("card-stress", 5)),
    "nursing": (
        ("nurse-bp", 35),
        ("nurse-shots", 30),
        ("nurse-teaching", 20),
        ("card-ecg", 10),
        ("card-holter", 5),
    ),
    "echo": (("card-echo", 100),),
    "ct": (("ct-contrast", 55), ("ct-plain", 45)),
    "mri": (("mri-plain", 65), ("mri-contrast", 35)),
    "ultrasound": (("us-abdomen", 60), ("us-pelvis", 40)),
    "xray": (("xray", 100),),
    "phlebotomy": (("lab-draw", 55), ("lab-fasting", 45)),
    "pharmacist": (("pharm-review", 100),),
    "infusion": (("inf-3h", 65), ("inf-iron", 35)),
    "therapy": (("bh-therapy", 62), ("bh-intake", 13), ("bh-video", 25)),
    "psychiatry": (("bh-medication", 100),),
    "nutrition": (("nutrition", 100),),
}
_SHARE = {"iv": 0.8}  # of the day's measure: part of their time is for whom imaging sends


@dataclass(slots=True)
class Visit:
    """One placed visit."""

    id: str
    type: Json
    on: date
    start: datetime
    end: datetime
    site: str
    lead: str
    parts: list[Part]
    people: list[Any]  # Persons; at a later start, what the Appointment says of them
    status: str = "booked"
    came: list[datetime] = field(default_factory=list)
    note: str = ""
    reason: str = ""
    staff_note: str = ""
    booked_at: datetime | None = None

    @property
    def code(self) -> str:
        return str(self.type["code"])


@dataclass(slots=True)
class Book:
    """Places visits: the ledger, who may be asked for what, and how often each person comes."""

    ledger: Ledger
    bodies: dict[str, Json]
    types: dict[str, Json]
    needs: dict[tuple[str, str], tuple[Need, ...] | None]
    pool: Callable[[str, str, date], list[Person]]  # visit type, lead, day -> people who may need it
    now: datetime
    seed: str
    narrow: frozenset[str] = frozenset()  # rooms that a wheelchair does not get into
    visits: list[Visit] = field(default_factory=list)
    _seen: dict[str, list[tuple[date, str]]] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return local_day(self.now)

    def put(
        self,
        code: str,
        lead: str,
        on: date,
        start: int,
        people: list[Person],
        rng: Random,
        *,
        prefer: frozenset[str] = frozenset(),
    ) -> Visit | None:
        """Place one visit at this cell of the day, or say None: everyone needed is free, or nobody's time is taken."""
        site = self.bodies[lead]["site"]
        needs = self.needs[code, site]
        length = self.types[code]["minutes"] // 5
        if needs is None or any(not self._patient_free(each, on, start, length) for each in people):
            return None
        avoid = self.narrow if any("Wheelchair" in each.needs for each in people) else frozenset()
        parts = self.ledger.place(needs, on, start, lead, rng, prefer, avoid)
        if parts is None:
            return None
        begin = at_cell(on, start)
        visit = Visit(
            id=str(ids.uuid7(begin, rng.getrandbits(74))),
            type=self.types[code],
            on=on,
            start=begin,
            end=begin + timedelta(minutes=self.types[code]["minutes"]),
            site=site,
            lead=lead,
            parts=parts,
            people=people,
        )
        for person in people:
            self.ledger.take(person.reference, on, start, start + length)
            self._seen.setdefault(person.id, []).append((on, code))
        self.visits.append(visit)
        return visit

    def know(self, patient: str, code: str, on: date, start: int, end: int) -> None:
        """Take into account a visit that is in the clinic's own ledger already."""
        self.ledger.take(f"Patient/{patient}", on, start, end, forced=True)
        self._seen.setdefault(patient, []).append((on, code))

    def _patient_free(self, person: Person, on: date, start: int, length: int) -> bool:
        wanted = ((1 << length) - 1) << start
        return self.ledger.free(person.reference, on) & wanted == wanted

    def fill(self) -> None:
        """Fill two months back and three ahead to the measure of each day."""
        first, last = self.today - timedelta(days=PAST_DAYS), self.today + timedelta(days=AHEAD_DAYS)
        on = first
        while on <= last:
            self.fill_day(on)
            on += timedelta(days=1)

    def fill_day(self, on: date) -> None:
        goal = measure((on - self.today).days)
        # Echo first: it needs an hour of a cardiologist's room, which is whole only while the day is empty.
        for lead, body in sorted(self.bodies.items(), key=lambda each: "echo" not in each[1]["can"]):
            mix = next((MIX[what] for what in body["can"] if what in MIX), None)
            if mix and body["role"] in {"clinician", "technician", "nurse"} and self.ledger.opened(lead, on):
                rng = Random(f"{self.seed}:fill:{lead}:{on}")
                self._fill_one(lead, on, goal * _SHARE.get(body["can"][0], 1.0), mix, rng)

    def _fill_one(
        self, lead: str, on: date, goal: float, mix: tuple[tuple[str, int], ...], rng: Random
    ) -> None:
        codes, weights = [each[0] for each in mix], [each[1] for each in mix]
        goal *= rng.uniform(0.88, 1.12)
        misses = 0
        for _ in range(_TRIES):
            if self.ledger.used(lead, on) >= goal or misses > _MISSES:
                return
            code = rng.choices(codes, weights)[0]
            if code in _SOON and (on - self.today).days > 1:
                continue
            needs = self.needs[code, self.bodies[lead]["site"]]
            if needs is None:
                continue
            starts = bits(self.ledger.starts(needs, on, lead, _STEPS.get(self.types[code]["department"], 3)))
            if not starts:
                continue
            offset = next(need.start - need.before for need in needs if lead in need.who)
            start = self._pick_start(starts, lead, on, offset, rng)
            person = self._pick_person(code, lead, on, start, self.types[code]["minutes"] // 5, rng)
            if person is None or not self.put(code, lead, on, start, [person], rng):
                misses += 1

    def _pick_start(self, starts: list[int], lead: str, on: date, offset: int, rng: Random) -> int:
        """Prefer times that touch what is booked, so that free stretches stay whole."""
        used = self.ledger.taken(lead, on) | ~self.ledger.opened(lead, on)
        snug = [start for start in starts if start + offset and used >> (start + offset - 1) & 1]
        return rng.choice(snug) if snug and rng.random() < 0.75 else rng.choice(starts)

    def _pick_person(
        self, code: str, lead: str, on: date, start: int, length: int, rng: Random
    ) -> Person | None:
        pool = self.pool(code, lead, on)
        best: tuple[float, Person] | None = None
        for _ in range(14):
            if not pool:
                return None
            person = pool[rng.randrange(len(pool))]
            days = self._seen.get(person.id, ())
            if not suits(code, person, on, days) or not self._patient_free(person, on, start, length):
                continue
            cost = (len(days) + rng.random()) / (2 + len(person.illnesses))
            if best is None or cost < best[0]:
                best = (cost, person)
            if best[0] < 0.5:
                break
        return best[1] if best else None


_ONCE = frozenset({"pc-new", "pc-physical", "pc-hospital", "pc-well-child", "card-new", "card-stress", "card-holter",
                   "ct-contrast", "ct-plain", "mri-plain", "mri-contrast", "us-abdomen", "us-pelvis", "bh-intake", "nurse-shots"})  # fmt: skip
_FIRST = frozenset({"pc-new", "card-new", "bh-intake"})


def suits(code: str, person: Person, on: date, seen: Sequence[tuple[date, str]]) -> bool:
    """Say whether a visit of this kind makes sense for this person on this day, after the visits there are already."""
    if on < person.registered or (person.born and on < person.born) or len(seen) >= _VISITS_MAX:
        return False
    for day, other in seen:
        if abs((on - day).days) < _gap(code, other) or (code == other and code in _ONCE):
            return False
        if (code in _FIRST or other in _FIRST) and code[:3] == other[:3] and (day < on) == (code in _FIRST):
            return False  # nobody is new after having been here, nor seen before being new
    if code == "pc-new":
        return (on - person.registered).days < 120
    if code == "pc-hospital":
        return person.age > 50 and len(person.illnesses) > 1
    if code == "nurse-shots" and person.age > 17:
        return on.month in {9, 10, 11, 12, 1, 2} or person.age > 64
    return True


def _gap(code: str, other: str) -> int:
    """Return how many days should lie between two visits of one person."""
    if code == other == "card-echo":
        return 56
    if code[:3] != other[:3]:
        return 2
    return {"inf": 27, "bh-": 6, "pc-": 20, "car": 11}.get(code[:3], 26)


def measure(days_ahead: int) -> float:
    """Return how full a calendar is meant to be so many days from today: 60 % for two weeks, then thinning to 10 %."""
    if days_ahead < 0:
        return 0.5 if days_ahead >= -14 else 0.25
    if days_ahead <= 14:
        return 0.62
    return max(0.1, 0.62 - (days_ahead - 14) / (AHEAD_DAYS - 14) * 0.52)


def settle(visit: Visit, now: datetime, seed: str, *, kept: bool = False) -> None:
    """Give a visit the status that the clock and chance give it, and the instants of arriving, rooming and leaving.

    `kept`: it stood when its hour came, and is not cancelled afterwards. Who has come already is no no-show.
    """
    rng = Random(f"{seed}:settle:{visit.id}")
    booked = visit.start - timedelta(
        days=rng.choice([1, 3, 6, 9, 14, 21, 30, 45, 60]), hours=rng.randrange(1, 7)
    )
    visit.booked_at = min(booked, now - timedelta(days=rng.randrange(1, 20), minutes=rng.randrange(300)))
    roll = 0.5 if any("cast" in person.tags for person in visit.people) else rng.random()
    early = rng.randrange(2, 20)
    here = visit.status in {"arrived", "checked-in"}
    if visit.start <= now and roll < 0.06 and len(visit.people) == 1 and not here:
        if now >= visit.start + timedelta(minutes=15):
            visit.status = "noshow"
        return
    if roll > 0.95 and visit.on != local_day(now) and not kept:
        visit.status = "cancelled"
        visit.note = rng.choice(_REASONS)
        return
    arrived = visit.start - timedelta(minutes=early)
    roomed = visit.start + timedelta(minutes=rng.randrange(0, 7))
    left = visit.end + timedelta(minutes=rng.randrange(-4, 6))
    if visit.type["telehealth"]:
        arrived = visit.start - timedelta(minutes=2)
    if left <= now:
        visit.status, visit.came = "fulfilled", [arrived, roomed, left]
    elif roomed <= now:
        visit.status, visit.came = "checked-in", [arrived, roomed]
    elif arrived <= now:
        visit.status, visit.came = "arrived", [arrived]


_REASONS = (
    "patient: cannot get off work",
    "patient: no ride",
    "patient: feels better",
    "clinic: provider away",
    "patient: family matter",
    "patient: moved to another day",
)
