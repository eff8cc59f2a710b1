"""Who the patients are: identity, language, phones, homes, coverage and long-term conditions, by chance from a seed."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from random import Random

from waypost.demo import names
from waypost.demo.conditions import Illness, draw_illnesses
from waypost.demo.staff import Staff
from waypost.demo.times import age_on
from waypost.kernel import ids

FIRST_MRN = 5001
_NEAR = """202 301 240 703 571 410 443 771 227 667 804 540 757 304 302 717 215 267 610 484 609 856 201 732 212 646 917 718 347 929 516
914 203 860 413 617 857 401 919 984 704 980 336 252 910"""  # the clinic's own and those people bring along
LOCAL_CODES = tuple(_NEAR.split())
_FAR = """201 203 205 206 207 208 209 210 212 213 214 215 216 217 218 219 224 225 228 229 231 234 239 248 251 252 253 254 256 260
262 267 269 270 276 281 302 303 304 305 307 308 309 310 312 313 314 315 316 317 318 319 320 321 323 330 334 336 337 347
352 360 361 386 401 402 404 405 406 407 408 409 412 413 414 415 417 419 423 425 434 484 501 502 503 504 505 508 509 510
512 513 515 516 518 520 530 540 551 559 561 562 563 567 573 574 585 601 602 603 605 606 607 608 609 610 612 614 615 616
617 618 619 620 626 630 631 636 646 650 651 660 661 662 678 682 704 706 708 712 713 714 715 716 717 718 719 720 724 727
732 734 740 754 757 760 763 765 770 772 773 774 775 781 785 786 801 802 803 804 805 806 808 810 812 813 814 815 816 817
818 828 830 831 832 843 845 847 848 850 856 857 858 859 860 862 863 864 865 870 901 903 904 906 907 908 909 910 912 913
914 915 916 917 918 919 920 925 928 931 936 937 940 941 949 951 952 954 956 970 971 972 973 978 979 980 985 989"""
FAR_CODES = tuple(_FAR.split())
_CODES = tuple(dict.fromkeys(LOCAL_CODES + FAR_CODES))
STREETS = """Alder,Amity,Aspen Grove,Banneker Hill,Bayview,Beacon Light,Birchmere,Blue Heron,Brickyard,Bright Water,Canal Basin,Cedar Knoll,
Chandlery,Clover Field,Copper Beech,Cooper's,Cove Point,Creekside,Cricket Hill,Dogwood,Drover,East Orchard,Elder Berry,Fern Hollow,Ferry
Landing,Foundry,Garnet,Glassworks,Goldfinch,Granary,Harbor Lamp,Hawthorn,Heron Rest,Hickory Bend,Holly Gate,Ironwood,Jasper,Juniper Row,
Kestrel,Kiln,Lantern,Larkspur,Linden Square,Locust Grove,Magnolia Rise,Maple Tree,Marigold,Marsh Wren,Mason's,Meadowlark,Mill Race,Mint
Garden,Moss Bank,Mulberry,North Orchard,Oak Leaf,Old Pear,Orchard Hill,Osprey,Paper Mill,Peach Blossom,Pepperbush,Persimmon,Pine Needle,
Plum,Poplar Spring,Potter's,Primrose,Quarry,Quince,Red Cedar,Rope Walk,Rosemary,Rowan,Sassafras,Saddler,Schoolhouse,Shad Run,Silver
Maple,Sorrel,Spice Bush,Spring House,Starling,Stone Arch,Sugar Maple,Swallow,Sweet Gum,Sycamore,Tanager,Teaberry,Thistle,Three
Wells,Tinsmith,Tulip Tree,Turnstone,Vine,Walnut Hill,Weaver's,West Orchard,Wheelwright,Wild Rose,Willow Run,Windlass,Winterberry,Wood
Thrush""".replace("\n", " ").split(",")  # fmt: skip
_KINDS = ("St", "St", "Ave", "Rd", "Ln", "Ct", "Pl", "Dr", "Way", "Ter")
_TOWNS = (
    (
        "Washington",
        "DC",
        ("20001", "20002", "20003", "20010", "20011", "20017", "20018", "20019", "20020", "20032"),
        52,
    ),
    ("Hyattsville", "MD", ("20781", "20782", "20783"), 14),
    ("Silver Spring", "MD", ("20901", "20902", "20903", "20910"), 12),
    ("Takoma Park", "MD", ("20912",), 6),
    ("Riverdale", "MD", ("20737",), 5),
    ("Capitol Heights", "MD", ("20743",), 6),
    ("Arlington", "VA", ("22204",), 3),
    ("Alexandria", "VA", ("22305",), 2),
)
_RACES = {"2054-5": "Black or African American", "2106-3": "White", "2028-9": "Asian", "2131-1": "Other Race"}


@dataclass(frozen=True, slots=True)
class Home:
    line: str
    unit: str
    city: str
    state: str
    zip_code: str


@dataclass(slots=True)
class Person:
    """All that decides what a patient's record says. Special cases change a field or two."""

    index: int
    id: str
    mrn: str
    given: list[str]
    family: str
    sex: str
    born: date | None
    community: str
    language: str
    phone: str | None
    home: Home | None
    pcp: Staff
    coordinator: Staff
    plan: str
    registered: date
    age: int
    illnesses: list[Illness] = field(default_factory=list)
    gender: str = ""
    pronouns: str = ""
    preferred: str = ""
    former_family: str = ""
    written: str = ""
    interpreter: bool = False
    second_phone: str | None = None
    phone_owner: str = ""
    hours: str = ""
    voicemail: bool = True
    texts: bool = True
    email: str = ""
    email_ok: bool = False
    second_home: Home | None = None
    needs: list[str] = field(default_factory=list)
    race: str = ""
    hispanic: bool = False
    multiple: int = 0
    guardian: "Person | None" = None  # an adult of the clinic who brings this child
    tags: set[str] = field(default_factory=set)
    died: date | None = None
    merged_into: str = ""
    medicines: list[tuple[str, str]] | None = None  # medicine and illness, where chance is not to choose

    @property
    def reference(self) -> str:
        return f"Patient/{self.id}"

    @property
    def shown(self) -> str:
        return f"{self.preferred or self.given[0]} {self.family}"

    @property
    def is_child(self) -> bool:
        return self.age < 18

    @property
    def is_visiting(self) -> bool:
        """Say whether this person still comes: neither deceased nor a merged record."""
        return self.died is None and not self.merged_into

    def has(self, *keys: str) -> bool:
        return any(illness.key in keys for illness in self.illnesses)


def draw(index: int, seed: str, now: datetime, pcps: list[Staff], coordinators: list[Staff]) -> Person:
    """Return patient number `index`; the same seed and number give the same person."""
    rng = Random(f"{seed}:person:{index}")
    today = now.date()
    community = names.pick_community(rng)
    sex = "female" if rng.random() < 0.56 else "male"
    born = _birth_date(rng, today)
    age = age_on(born, today)
    family = names.pick_family(rng, community)
    language = names.pick_language(rng, community)
    if age < 18 and language != "en" and rng.random() < 0.5:
        language = "en"
    since = rng.randrange(2, 150) if rng.random() < 0.14 else rng.randrange(150, 3000)
    registered = max(today - timedelta(days=since), born + timedelta(days=3))
    person = Person(
        index=index,
        id=str(ids.uuid7(_noon(registered), rng.getrandbits(74))),
        mrn=f"{FIRST_MRN + index:06d}",
        given=names.pick_given(rng, community, sex, family),
        family=family,
        sex=sex,
        born=born,
        community=community.key,
        language=language,
        phone=phone_number(index),
        home=_home(rng),
        pcp=pick_pcp(rng, pcps, age, language),
        coordinator=coordinators[0],
        plan=pick_plan(rng, age),
        registered=registered,
        age=age,
        race=community.race if rng.random() < 0.93 else "",
        hispanic=community.hispanic,
        written=language if language in {"en", "es"} else "en",
        interpreter=language != "en" and rng.random() < (0.8 if age >= 18 else 0.4),
    )
    person.coordinator = pick_coordinator(person.pcp, coordinators, index)
    _reach(rng, person)
    _details(rng, person)
    person.illnesses = draw_illnesses(rng, age, sex, today)
    return person


def _noon(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 17, tzinfo=UTC)


def _birth_date(rng: Random, today: date) -> date:
    years = rng.choices(
        [rng.uniform(0.1, 18), rng.uniform(18, 40), rng.uniform(40, 65), rng.uniform(65, 95)],
        [17, 27, 34, 22],
    )[0]
    return today - timedelta(days=int(years * 365.25) + 1)


def phone_number(index: int, salt: int = 0) -> str:
    """Return a number from the range reserved for fiction, as few people sharing one as can be."""
    at = (index + 50) * 2 + salt  # the first hundred numbers are the clinic's own and the cast's
    local, last = divmod(at, 100)
    return f"({_CODES[local % len(_CODES)]}) 555-01{last * 37 % 100:02d}"


def _home(rng: Random) -> Home:
    city, state, zips, _ = rng.choices(_TOWNS, [each[3] for each in _TOWNS])[0]
    quarter = rng.choice((" NE", " NW", " SE", " SW")) if state == "DC" else ""
    unit = f"Apt {rng.randrange(1, 30)}{rng.choice(('', 'A', 'B'))}" if rng.random() < 0.45 else ""
    street = " ".join(rng.choice(STREETS).split())
    return Home(
        f"{rng.randrange(100, 3900)} {street} {rng.choice(_KINDS)}{quarter}",
        unit,
        city,
        state,
        rng.choice(zips),
    )


def pick_pcp(rng: Random, pcps: list[Staff], age: int, language: str) -> Staff:
    able = [each for each in pcps if ("pediatrics" in each.can) == (age < 18)]
    speaks = [each for each in able if language in each.languages]
    return rng.choice(speaks) if speaks and language != "en" and rng.random() < 0.7 else rng.choice(able)


def pick_coordinator(pcp: Staff, coordinators: list[Staff], index: int) -> Staff:
    near = [each for each in coordinators if each.site is pcp.site] or coordinators
    return near[index % len(near)]


def pick_plan(rng: Random, age: int) -> str:
    if age >= 65:
        return rng.choices(("medicare", "medicare-advantage", "commercial-a", "self-pay"), (48, 40, 9, 3))[0]
    if age < 18:
        return rng.choices(
            ("medicaid-a", "medicaid-b", "commercial-a", "commercial-b", "self-pay"), (38, 24, 18, 15, 5)
        )[0]
    return rng.choices(
        ("medicaid-a", "medicaid-b", "commercial-a", "commercial-b", "medicare", "self-pay"),
        (28, 18, 19, 17, 5, 13),
    )[0]


def _reach(rng: Random, person: Person) -> None:
    roll = rng.random()
    if person.age < 16:
        person.phone_owner = "mother" if roll < 0.75 else "father"
    elif roll < 0.06:
        person.phone_owner = rng.choice(("daughter", "son", "spouse", "sister"))
    if rng.random() < 0.35:
        person.second_phone = phone_number(person.index, 1)
    person.hours = rng.choices(
        ("", "mornings", "after 5 PM", "weekdays", "not before 10 AM"), (55, 18, 15, 7, 5)
    )[0]
    person.voicemail = rng.random() < 0.78
    person.texts = rng.random() < 0.7
    if person.age >= 18 and rng.random() < 0.45:
        plain = names_plain(f"{person.given[0]}.{person.family.split()[0]}").lower()
        person.email = f"{plain}{person.index % 97}@mail.example"
        person.email_ok = rng.random() < 0.6


def names_plain(text: str) -> str:
    """Return letters without accents and marks, for an address."""
    import unicodedata

    flat = unicodedata.normalize("NFKD", text.replace("Đ", "D").replace("đ", "d"))
    return "".join(each for each in flat if each.isascii() and (each.isalnum() or each == "."))


def _details(rng: Random, person: Person) -> None:
    if person.age >= 16 and rng.random() < 0.5:
        person.pronouns = {"female": "she/her", "male": "he/him"}[person.sex]
    if person.age >= 16 and rng.random() < 0.02:
        person.gender, person.pronouns = "non-binary", "they/them"
    short = _SHORT.get(person.given[0])
    if short and rng.random() < 0.4:
        person.preferred = short
    if person.sex == "female" and person.age > 24 and person.community != "hispanic" and rng.random() < 0.12:
        person.former_family = rng.choice(
            next(each for each in names.COMMUNITIES if each.key == person.community).families
        )
        if person.former_family == person.family:
            person.former_family = ""
    if rng.random() < (0.09 if person.age > 70 else 0.02):
        person.needs.append(
            rng.choice(
                (
                    "Wheelchair",
                    "Walker; needs time",
                    "Hard of hearing: speak to the left side",
                    "Low vision: large print",
                )
            )
        )


_SHORT = {
    "Katherine": "Kate", "Benjamin": "Ben", "Christopher": "Chris", "Deborah": "Debbie", "Elijah": "Eli", "Frederick": "Fred", "Theodore": "Theo",
    "Josephine": "Josie", "Nathaniel": "Nate", "Pamela": "Pam", "Rebecca": "Becca", "Samson": "Sam", "Zachary": "Zach", "Gabriela": "Gabi",
    "Guadalupe": "Lupita", "Josefina": "Pepa", "Rafael": "Rafa", "Ignacio": "Nacho", "Leonard": "Len", "Alejandra": "Ale", "Mercedes": "Meche",
    "Rosario": "Charo", "Veronica": "Ronnie", "Gregory": "Greg", "Lawrence": "Larry", "Abigail": "Abby", "Jonathan": "Jon", "Charlotte": "Lottie",
}  # fmt: skip


def race_display(code: str) -> str:
    return _RACES[code]
