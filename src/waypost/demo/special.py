"""The special cases every desk meets: twins, namesakes, a colleague who is a patient, no address, unknown birth date, and so on."""

from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

from waypost.demo import names
from waypost.demo.people import Home, Person
from waypost.demo.staff import Staff
from waypost.demo.times import age_on, business_days_after, cell_of, local_day
from waypost.demo.visits import AHEAD_DAYS, PAST_DAYS, Book
from waypost.kernel import ids


def arrange(drawn: list[Person], seed: str, now: datetime, team: list[Staff]) -> list[Person]:
    """Give children a guardian where one is a patient too, and make a handful of people special."""
    rng = Random(f"{seed}:special")
    _families(drawn, rng)
    adults = [each for each in drawn if 25 < each.age < 90 and not each.tags]
    children = [each for each in drawn if 2 <= each.age <= 13]
    pcps = [each for each in team if "pediatrics" in each.can]
    steps = (_twins(children, pcps, rng), _namesakes(adults, now), _colleague(adults, team), _closed(adults), _homes(adults), _born(adults),
             _gone(adults, now, rng), _merged(adults, drawn), _named(adults), _reach(adults), _grows_up(children, now))  # fmt: skip
    assert all(step is None for step in steps)
    return drawn


def _families(drawn: list[Person], rng: Random) -> None:
    parents: dict[str, list[Person]] = {}
    for each in drawn:
        if 24 <= each.age <= 48:
            parents.setdefault(each.community, []).append(each)
    for child in drawn:
        if not child.is_child:
            continue
        able = [each for each in parents.get(child.community, ())[:400] if 19 <= each.age - child.age <= 40]
        if able and rng.random() < 0.35:
            adopt(child, rng.choice(able))


def adopt(child: Person, parent: Person) -> None:
    """Make a child live with this parent: name, home, phone, language."""
    child.guardian, child.home, child.phone, child.second_phone = parent, parent.home, parent.phone, None
    child.family = parent.family
    child.language, child.written, child.interpreter = parent.language, parent.written, parent.interpreter
    child.phone_owner = "mother" if parent.sex == "female" else "father"
    child.hispanic, child.race = parent.hispanic, parent.race
    child.voicemail, child.texts, child.hours = parent.voicemail, parent.texts, parent.hours


def _twins(children: list[Person], pcps: list[Staff], rng: Random) -> None:
    pairs = [pair for pair in zip(children[::2], children[1::2], strict=False) if pair[1].guardian][:2]
    for first, second in pairs:
        assert second.guardian
        adopt(first, second.guardian)
        community = next(each for each in names.COMMUNITIES if each.key == second.community)
        first.community, first.born, first.age, first.pcp, first.plan = (
            second.community,
            second.born,
            second.age,
            second.pcp,
            second.plan,
        )
        first.coordinator, first.registered = second.coordinator, second.registered
        first.given = names.pick_given(rng, community, first.sex, second.family)[:1]
        while first.given[0] == second.given[0]:
            first.given = names.pick_given(rng, community, first.sex, second.family)[:1]
        first.illnesses = [
            illness
            for illness in first.illnesses
            if illness.key in {"eczema", "allergies", "asthma"} and first.age > 4
        ]
        first.multiple, second.multiple = 1, 2
        for each in (first, second):
            each.tags.add("twin")
            each.preferred = ""


def _namesakes(adults: list[Person], now: datetime) -> None:
    if len(adults) < 30:
        return
    first = adults[3]
    second = next(
        (
            each
            for each in adults[4:]
            if each.sex == first.sex
            and each.born
            and first.born
            and abs(each.born.year - first.born.year) > 3
        ),
        None,
    )
    if second:
        second.given, second.family, second.community, second.preferred = (
            list(first.given),
            first.family,
            first.community,
            "",
        )
        second.hispanic, second.race = first.hispanic, first.race
        for each in (first, second):
            each.tags.add("namesake")


def _colleague(adults: list[Person], team: list[Staff]) -> None:
    if len(adults) < 30:
        return
    worker = next(each for each in team if each.key == "haddock")
    person = next(
        (each for each in adults[8:] if each.sex == worker.gender and not each.tags and 35 < each.age < 62),
        None,
    )
    if person:
        person.given, person.family, person.community, person.preferred = (
            [worker.given, "Anne"],
            worker.family,
            "english",
            "",
        )
        person.former_family, person.language, person.written, person.interpreter = "", "en", "en", False
        person.hispanic, person.race = False, "2106-3"
        person.tags.add("staff")


def _closed(adults: list[Person]) -> None:
    for person in _next(adults, 20, 2):
        person.tags |= {"restricted", "no-one"}
        person.voicemail = person.texts = person.email_ok = False


def _homes(adults: list[Person]) -> None:
    for person in _next(adults, 26, 3):
        person.home = None
        person.tags.add("no-address")
    for person in _next(adults, 34, 2):
        person.second_home = Home("88 Beacon Light Ave NE", "Apt 4", "Washington", "DC", "20002")
        person.tags.add("two-addresses")


def _born(adults: list[Person]) -> None:
    for person in _next(adults, 40, 1):
        person.born = None
        person.tags.add("unknown-birth")


def _gone(adults: list[Person], now: datetime, rng: Random) -> None:
    for person in [each for each in adults[44:] if each.age > 70 and not each.tags][:2]:
        person.died = local_day(now) - timedelta(days=rng.randrange(70, 200))
        person.registered = min(person.registered, person.died - timedelta(days=400))
        person.illnesses = [
            illness for illness in person.illnesses if illness.until is None and illness.since < person.died
        ]
        person.tags.add("deceased")


def _merged(adults: list[Person], drawn: list[Person]) -> None:
    for person in _next(adults, 50, 2):
        double = replace(
            person,
            id=str(ids.uuid5_of("demo", person.id, "double")),
            given=person.given[:1],
            index=person.index,
            tags={"merged"},
            illnesses=[],
        )
        double.mrn = f"{int(person.mrn) + 400000:06d}"
        double.family = person.family.split()[0]
        double.merged_into = person.id
        person.tags.add("survivor")
        drawn.append(double)


def _named(adults: list[Person]) -> None:
    for person, preferred in zip(_next(adults, 60, 2), ("Sunny", "Jojo"), strict=False):
        person.preferred = preferred
        person.tags.add("preferred")


def _reach(adults: list[Person]) -> None:
    for person in _next(adults, 70, 3):
        person.phone = person.second_phone = None
        person.tags.add("no-phone")
    for person in _next(adults, 78, 3):
        person.needs = ["Wheelchair"]
        person.tags.add("wheelchair")


def _grows_up(children: list[Person], now: datetime) -> None:
    """Have someone turn 18 in three weeks, when those who may decide for them no longer may."""
    for person in children[8:9]:
        today = local_day(now)
        person.born = today.replace(year=today.year - 18, day=min(today.day, 28)) + timedelta(days=21)
        person.age = age_on(person.born, today)
        person.illnesses = []
        person.tags.add("turns-18")


def _next(adults: list[Person], start: int, count: int) -> list[Person]:
    return [each for each in adults[start:] if not each.tags][:count]


def place_classes(book: Book, everyone: list[Person]) -> None:
    """Put a group class on each second Thursday, five to twelve people in it."""
    able = [
        each
        for each in everyone
        if each.has("diabetes") and not each.is_child and each.is_visiting and "cast" not in each.tags
    ]
    leads = [each for each, body in book.bodies.items() if body["can"] == ["nutrition"]]
    if not leads or len(able) < 6:
        return
    on = book.today - timedelta(days=PAST_DAYS)
    while on <= book.today + timedelta(days=AHEAD_DAYS):
        if on.weekday() == 3 and on.isocalendar().week % 2 == 0 and business_days_after(on, 0) == on:
            rng = Random(f"{book.seed}:class:{on}")
            roster = rng.sample(able, min(len(able), rng.randrange(5, 13)))
            book.put(
                "class-diabetes",
                leads[0],
                on,
                cell_of("10:00"),
                [each for each in roster if each.registered < on],
                rng,
            )
        on += timedelta(days=1)
