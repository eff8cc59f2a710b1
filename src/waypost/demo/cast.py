"""The people one meets on the first day: Marisol Castillo Reyes, and those on Dr Lind's and Dr Abara's day."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from random import Random

from waypost.demo.conditions import Illness
from waypost.demo.people import Home, Person
from waypost.demo.places import known_id
from waypost.demo.staff import Staff
from waypost.demo.times import age_on, business_days_after, cell_of, local_day
from waypost.demo.visits import Book


@dataclass(frozen=True, slots=True)
class Role:
    """One member of the cast: fixed in name and birth date, so that a guide can speak of them."""

    key: str
    given: str
    family: str
    sex: str
    born: date
    mrn: str
    community: str
    language: str
    plan: str
    ill: tuple[tuple[str, int], ...]  # illness and since which year before this one
    phone: str
    pcp: str = "osei"
    race: str = "2106-3"


_ROLES = (
    Role("castillo", "Marisol", "Castillo Reyes", "female", date(1957, 3, 12), "004182", "hispanic", "es", "medicare-advantage",
         (("heart-failure", 7), ("diabetes", 18), ("afib", 5)), "0142", race="2131-1"),
    Role("okafor", "Daniel", "Okafor", "male", date(1981, 7, 3), "001977", "west-african", "en", "commercial-b", (("hypertension", 6), ("kidney", 2)), "0143", race="2054-5"),
    Role("brandt", "Eva", "Brandt", "female", date(1969, 9, 30), "002310", "english", "en", "commercial-a", (("coronary", 3), ("lipids", 9), ("knee", 4)), "0144"),
    Role("nguyen", "Thi Lan", "Nguyen", "female", date(1948, 5, 5), "000218", "vietnamese", "vi", "medicare-advantage", (("hypertension", 15), ("coronary", 1)), "0145", race="2028-9"),
    Role("haddad", "Samir", "Haddad", "male", date(1990, 1, 18), "003455", "arabic", "ar", "medicaid-a", (("afib", 2), ("crohns", 6)), "0146"),
    Role("weiss", "Jonah", "Weiss", "male", date(1975, 2, 22), "004009", "english", "en", "medicaid-b", (("hypertension", 8), ("depression", 3)), "0147"),
    Role("petrova", "Olga", "Petrova", "female", date(1962, 8, 14), "003120", "slavic", "ru", "medicaid-a", (("thyroid", 11), ("anxiety", 4)), "0148"),
    Role("silva", "Rui", "Silva", "male", date(1964, 4, 2), "002744", "portuguese", "pt", "commercial-a", (("hypertension", 9), ("lipids", 7), ("afib", 2)), "0149", "carvalho", "2131-1"),
    Role("park", "Minjun", "Park", "male", date(1951, 10, 9), "001206", "korean", "ko", "medicare", (("heart-failure", 4), ("hypertension", 20)), "0150", race="2028-9"),
    Role("obi", "Chidi", "Obi", "male", date(1988, 12, 1), "003871", "west-african", "en", "commercial-b", (("afib", 1),), "0151", race="2054-5"),
    Role("novak", "Irena", "Novak", "female", date(1972, 6, 19), "002958", "slavic", "en", "commercial-a", (("coronary", 2), ("lipids", 5)), "0152"),
    Role("tran", "Minh", "Tran", "male", date(1948, 1, 27), "000764", "vietnamese", "vi", "medicare", (("heart-failure", 3), ("hypertension", 18)), "0153", race="2028-9"),
    Role("dube", "Thandi", "Dube", "female", date(1979, 3, 30), "003302", "west-african", "en", "commercial-b", (("hypertension", 4), ("afib", 1)), "0154", "carvalho", "2054-5"),
    Role("lopez", "Ana", "López Marín", "female", date(1983, 11, 8), "003590", "hispanic", "es", "medicaid-b", (("hypertension", 3), ("obesity", 6)), "0155", "carvalho", "2131-1"),
    Role("ivanova", "Mila", "Ivanova", "female", date(1959, 5, 16), "004377", "slavic", "en", "commercial-a", (("hypertension", 10),), "0156", "carvalho"),
    Role("diaz", "Pilar", "Díaz Cordero", "female", date(1960, 9, 12), "001845", "hispanic", "es", "medicaid-a", (("diabetes", 6), ("hypertension", 10)), "0157", race="2131-1"),
)  # fmt: skip
_HOMES = {
    "castillo": Home("412 Willow Run St SE", "Apt 3B", "Washington", "DC", "20003"),
    "nguyen": Home("67 Stone Arch Ter", "", "Hyattsville", "MD", "20782"),
}

# Today's board: visit type, who leads, when, whom; the room or device that is wanted.
_TODAY = (
    ("card-echo", "lind", "08:00", "park", ("Room 4", "Ultrasound 2")),
    ("card-follow-up", "abara", "08:10", "dube", ()),
    ("card-follow-up", "lind", "08:10", "silva", ()),
    ("nurse-bp", "kim", "08:45", "silva", ()),
    ("card-follow-up", "lind", "09:15", "obi", ()),
    ("card-follow-up", "abara", "09:50", "lopez", ()),
    ("card-follow-up", "lind", "09:55", "haddad", ()),
    ("card-follow-up", "lind", "10:35", "novak", ()),
    ("card-echo", "lind", "10:45", "brandt", ("Room 4", "Ultrasound 2")),
    ("nurse-teaching", "kim", "10:45", "diaz", ()),
    ("card-new", "abara", "13:00", "ivanova", ()),
    ("card-follow-up", "lind", "13:05", "weiss", ()),
    ("card-echo", "lind", "13:35", "tran", ("Room 4", "Ultrasound 2")),
)
_LATER = (  # business days from today
    (5, "card-follow-up", "lind", "09:20", "castillo", ("Room 4",)),
    (5, "lab-fasting", "baptiste", "10:10", "castillo", ()),
    (1, "inf-3h", "obrien", "09:00", "haddad", ()),
    (3, "mri-plain", "duarte", "08:40", "brandt", ()),
)
_REASONS = {
    ("mri-plain", "Brandt"): "MRI of the knee",
    ("card-follow-up", "Castillo"): "Heart check-up",
    ("inf-3h", "Haddad"): "Infliximab infusion",
}


def members(now: datetime, team: list[Staff]) -> list[Person]:
    """Return the cast as people; conditions are as many years old as they were written to be."""
    today = local_day(now)
    by_key = {each.key: each for each in team}
    return [_member(number, role, today, by_key) for number, role in enumerate(_ROLES)]


def _member(number: int, role: Role, today: date, team: dict[str, Staff]) -> Person:
    rng = Random(f"cast:{role.key}")
    person = Person(
        index=-len(_ROLES) + number,
        id=known_id("Patient", role.key),
        mrn=role.mrn,
        given=[role.given],
        family=role.family,
        sex=role.sex,
        born=role.born,
        community=role.community,
        language=role.language,
        phone=f"(202) 555-{role.phone}",
        home=_HOMES.get(role.key)
        or Home(
            f"{rng.randrange(120, 990)} {rng.choice(('Linden Square', 'Rose Mill', 'Heron Rest'))} St NE",
            "",
            "Washington",
            "DC",
            "20017",
        ),
        pcp=team[role.pcp],
        coordinator=team["ruiz"],
        plan=role.plan,
        registered=today - timedelta(days=rng.randrange(900, 2600)),
        age=age_on(role.born, today),
        race=role.race,
        hispanic=role.community == "hispanic",
        written=role.language if role.language == "es" else "en",
        interpreter=role.language in {"es", "vi", "ar", "ko", "ru"},
        pronouns="she/her" if role.sex == "female" else "he/him",
        tags={"cast", role.key},
    )
    person.illnesses = [
        Illness(key, today - timedelta(days=365 * years + rng.randrange(0, 90))) for key, years in role.ill
    ]
    if role.key == "castillo":
        person.tags |= {"marisol", "complex", "penicillin"}
        person.hours, person.texts = "mornings", True
        person.second_home = Home("58 Ferry Landing Ct", "", "Riverdale", "MD", "20737")
        person.medicines = [
            ("furosemide", "heart-failure"),
            ("sacubitril", "heart-failure"),
            ("metformin", "diabetes"),
            ("apixaban", "afib"),
        ]
    return person


def place_today(book: Book, everyone: list[Person]) -> None:
    """Put the cast on the board: today, or the next open day."""
    people = {tag: each for each in everyone if "cast" in each.tags for tag in each.tags}
    on = business_days_after(book.today, 0)
    for code, lead, clock, who, wanted in _TODAY:
        _put(book, code, lead, on, clock, people[who], wanted)
    for later, code, lead, clock, who, wanted in _LATER:
        for more in range(8):  # the first day on which it can be had
            if _put(book, code, lead, business_days_after(on, later + more), clock, people[who], wanted):
                break


def _put(
    book: Book, code: str, lead: str, on: date, clock: str, person: Person, wanted: tuple[str, ...]
) -> bool:
    prefer = frozenset(resource for resource, body in book.bodies.items() if body["name"] in wanted)
    reference = f"Practitioner/{known_id('Practitioner', lead)}"
    visit = book.put(
        code,
        reference,
        on,
        cell_of(clock),
        [person],
        Random(f"{book.seed}:{code}:{who_key(person)}"),
        prefer=prefer,
    )
    if visit:
        visit.reason = _REASONS.get((code, who_key(person)), "")
    return visit is not None


def who_key(person: Person) -> str:
    return person.family.split()[0]


def settle_today(book: Book) -> None:
    """Give the cast's visits words that a stranger can follow."""
    for visit in book.visits:
        person = visit.people[0]
        if "weiss" in person.tags and visit.on == business_days_after(book.today, 0):
            visit.staff_note = "Not confirmed: two texts without reply."
        if "castillo" in person.tags and visit.code == "card-follow-up":
            visit.staff_note = "Daughter Lucía may come along."
