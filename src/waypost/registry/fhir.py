"""Reading people out of FHIR resources: names, numbers, phones and ages as the desk says them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from waypost.kernel.dates import read_day, say_date, years_between
from waypost.terminology.languages import language_name

Json = dict[str, Any]

EXTENSION = "urn:waypost:extension:"
MRN = "urn:waypost:mrn"
INTERPRETER = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
RESTRICTED = frozenset({"R", "V"})
REPORTED_WRONG = "reported-wrong"  # on a number: the day somebody said that it is not the patient's


def extensions(element: Json | None, name: str) -> list[Any]:
    """Return the values of our extension `name` (or of a full URL) on an element, in order."""
    found = (element or {}).get("extension")
    if not found:  # most elements, and this is asked of every one
        return []
    url = name if ":" in name else EXTENSION + name
    return [next((v for k, v in x.items() if k.startswith("value")), None) for x in found if x.get("url") == url]


def extension(element: Json | None, name: str) -> Any:
    """Return the first value of our extension `name`, or None."""
    return found[0] if (found := extensions(element, name)) else None


def current(element: Json, on: date) -> bool:
    """Return whether an element's period (ends included) covers the day."""
    period = element.get("period") or {}
    start, end = read_day(period.get("start")), read_day(period.get("end"))
    return (start is None or start <= on) and (end is None or end >= on)


@dataclass(frozen=True, slots=True)
class Leave:
    """Leave to talk with someone about one topic, to the end of its last day where it has one."""

    topic: str
    until: date | None = None

    def stands(self, on: date) -> bool:
        return self.until is None or self.until >= on


def leaves(related: Json) -> tuple[Leave, ...]:
    """Return what may be discussed with someone and until when, each topic once; of two last days the earlier counts.

    Written as `may-discuss` {topic, until}. An older plain code is read as well: its last day is that of the relation.
    """
    found: dict[str, Leave] = {}
    ends = read_day((related.get("period") or {}).get("end"))
    for item in _discussed(related):
        parts = {part.get("url"): part for part in item.get("extension", ())}
        topic = item.get("valueCode") or parts.get("topic", {}).get("valueCode")
        if topic:
            until = read_day(parts.get("until", {}).get("valueDate"))
            before = found.get(topic)
            last = [day for day in (until, ends, before and before.until) if day]
            found[topic] = Leave(topic, min(last) if last else None)
    return tuple(found.values())


def plainly_discussed(related: Json) -> bool:
    """Return whether leave is written the older way, so that the end of the relation is only the end of the leave."""
    return any("valueCode" in item for item in _discussed(related))


def _discussed(related: Json) -> Iterator[Json]:
    return (x for x in related.get("extension", ()) if x.get("url") == EXTENSION + "may-discuss")


def leave_extension(leave: Leave) -> Json:
    """Return leave about one topic as it is written."""
    parts: list[Json] = [{"url": "topic", "valueCode": leave.topic}]
    if leave.until:
        parts.append({"url": "until", "valueDate": leave.until.isoformat()})
    return {"url": EXTENSION + "may-discuss", "extension": parts}


def names(patient: Json, *uses: str) -> Iterator[Json]:
    return (n for n in patient.get("name", ()) if n.get("use") in uses)


def legal_name(person: Json) -> Json:
    """Return the name to show: official, else the first that is neither nickname nor former."""
    every: Sequence[Json] = person.get("name") or ()
    if isinstance(every, dict):  # Practitioner lists names; some resources hold one
        return every
    for name in every:
        if name.get("use") == "official":
            return name
    usable = (n for n in every if n.get("use") not in {"usual", "nickname", "old", "maiden"})
    return next(usable, every[0] if every else {})


def say_name(name: Json) -> str:
    """Return 'Castillo Reyes, Marisol'; what is missing is left out, never guessed."""
    family, given = name.get("family", ""), " ".join(name.get("given", ()))
    if family or given:
        return ", ".join(part for part in (family, given) if part)
    return name.get("text", "")


def say_full_name(name: Json) -> str:
    """Return 'Marisol Castillo Reyes', as one says it to someone, with 'Dr' and the like in front."""
    parts = [*name.get("prefix", ()), *name.get("given", ()), name.get("family", "")]
    return " ".join(part for part in parts if part) or name.get("text", "")


def initials(name: Json) -> str:
    parts = [next(iter(name.get("given", ())), ""), name.get("family", "")]
    letters = "".join(part[:1] for part in parts).upper()
    return letters or name.get("text", "?")[:1].upper() or "?"


def mrn(patient: Json) -> str:
    """Return our record number, six digits, or ''."""
    return next((i.get("value", "") for i in patient.get("identifier", ()) if i.get("system") == MRN), "")


def say_mrn(number: str) -> str:
    """Return '004 182', the way it is read out."""
    return f"{number[:3]} {number[3:]}" if len(number) == 6 else number


def say_phone(number: str) -> str:
    """Return '(202) 555-0142' for a US number however it was typed; others as they were written."""
    digits = re.sub(r"\D", "", number)
    if len(digits) == 11 and digits[0] == "1":
        digits = digits[1:]
    if len(digits) != 10 or (number.strip().startswith("+") and not number.strip().startswith("+1")):
        return number
    return f"({digits[:3]}) {digits[3:6]}-{digits[6:]}"


def dial(number: str) -> str:
    """Return the number for a `tel:` link."""
    digits = re.sub(r"\D", "", number)
    if number.strip().startswith("+"):
        return f"+{digits}"
    return f"+1{digits}" if len(digits) == 10 else f"+{digits}" if len(digits) == 11 else digits


def say_age(born: date | None, on: date) -> str:
    """Return '69 years', below three years '14 months', below two months '5 weeks', below two weeks '3 days'."""
    if born is None or born > on:
        return ""
    years, days = years_between(born, on), (on - born).days
    months = (on.year - born.year) * 12 + on.month - born.month - (on.day < born.day)
    if years >= 3:
        return f"{years} years"
    if months >= 2:
        return f"{months} months"
    if days >= 14:
        return f"{days // 7} weeks"
    return "1 day" if days == 1 else f"{days} days"


@dataclass(frozen=True, slots=True)
class Phone:
    """A number with what its owner allows."""

    number: str
    shown: str
    dial: str
    use: str
    owner: str  # '' where it is the patient's own
    voicemail: bool | None  # None: never asked
    text: bool | None
    hours: str
    place: int = 0  # in Patient.telecom, so that a form can name it without saying it
    wrong: date | None = None  # since when it is said to be someone else's

    @property
    def key(self) -> str:
        return str(self.place)

    @property
    def leave(self) -> str:
        """Return the leave that was given, in words: 'mornings, voicemail OK'."""
        told = {True: "voicemail OK", False: "no voicemail", None: ""}[self.voicemail]
        texts = {True: "texts OK", False: "no texts", None: ""}[self.text]
        wrong = f"said to be wrong on {say_date(self.wrong.isoformat())}" if self.wrong else ""
        return ", ".join(part for part in (wrong, self.hours, told, texts) if part)


def phones(person: Json, on: date) -> tuple[Phone, ...]:
    """Return the numbers in use on the day, the one to dial first."""
    found = [
        (place, t)
        for place, t in enumerate(person.get("telecom", ()))
        if t.get("system") in {"phone", "sms"} and t.get("value") and t.get("use") != "old" and current(t, on)
    ]
    order = {"mobile": 0, "home": 1, "work": 2}
    found.sort(
        key=lambda pair: (
            extension(pair[1], REPORTED_WRONG) is not None,
            pair[1].get("rank", 9),
            order.get(pair[1].get("use", ""), 3),
        )
    )
    return tuple(
        Phone(
            number=t["value"],
            shown=say_phone(t["value"]),
            dial=dial(t["value"]),
            use=t.get("use", ""),
            owner=extension(t, "phone-owner") or "",
            voicemail=extension(t, "voicemail-ok"),
            text=extension(t, "text-ok"),
            hours=extension(t, "hours") or "",
            place=place,
            wrong=read_day(extension(t, REPORTED_WRONG)),
        )
        for place, t in found
    )


@dataclass(frozen=True, slots=True)
class Email:
    address: str
    wanted: bool  # leave to send e-mail there was given
    place: int  # in Patient.telecom

    @property
    def key(self) -> str:
        return str(self.place)


def emails(person: Json, on: date) -> tuple[Email, ...]:
    """Return the e-mail addresses in use."""
    return tuple(
        Email(t["value"], extension(t, "email-ok") is True, place)
        for place, t in enumerate(person.get("telecom", ()))
        if t.get("system") == "email" and t.get("value") and t.get("use") != "old" and current(t, on)
    )


def current_addresses(person: Json, on: date) -> tuple[Json, ...]:
    """Return home addresses in force; billing and old ones are not where someone lives."""
    return tuple(
        a
        for a in person.get("address", ())
        if a.get("use") not in {"old", "billing"}
        and current(a, on)
        and (a.get("line") or a.get("city") or a.get("text"))
    )


def say_address(address: Json) -> str:
    """Return '12 Elm St, Apt 2, Riverside, MD 20850'."""
    if not (address.get("line") or address.get("city")):
        return address.get("text", "")
    region = " ".join(p for p in (address.get("state", ""), address.get("postalCode", "")) if p)
    return ", ".join(p for p in (*address.get("line", ()), address.get("city", ""), region) if p)


def spoken_language(patient: Json) -> str:
    """Return the code of the language to speak: the preferred one, else the only one known."""
    every = patient.get("communication", ())
    chosen = next((c for c in every if c.get("preferred")), every[0] if len(every) == 1 else None)
    codings = (chosen or {}).get("language", {}).get("coding", ())
    return next((c["code"] for c in codings if c.get("code")), "")


def written_language(patient: Json) -> str:
    """Return the language to write in: as recorded, else the spoken one."""
    return extension(patient, "written-language") or spoken_language(patient)


def interpreter_needed(patient: Json) -> bool | None:
    return extension(patient, INTERPRETER)


def restricted(patient: Json) -> bool:
    """Return whether the chart is closed to all but those named (v3-Confidentiality R or V)."""
    return any(s.get("code") in RESTRICTED for s in patient.get("meta", {}).get("security", ()))


def survivor(patient: Json) -> str | None:
    """Return the id of the chart that this one was merged into."""
    for link in patient.get("link", ()):
        if link.get("type") == "replaced-by":
            return link.get("other", {}).get("reference", "").rpartition("/")[2] or None
    return None


def born(patient: Json) -> date | None:
    """Return the birth date where a whole one is known."""
    text = patient.get("birthDate") or ""
    return read_day(text) if len(text) == 10 else None


def birth_unknown(patient: Json) -> bool:
    """Return whether someone has recorded that the birth date is not known."""
    return not patient.get("birthDate") and extension(patient.get("_birthDate"), ABSENT) is not None


def died(patient: Json) -> str | bool | None:
    """Return the date of death as recorded, True where only the fact is known, None for the living."""
    return patient.get("deceasedDateTime") or patient.get("deceasedBoolean") or None


@dataclass(frozen=True, slots=True)
class Who:
    """The two identifiers and what else says who someone is, ready to be shown."""

    id: str
    name: str
    full_name: str
    preferred: str
    former: tuple[str, ...]
    initials: str
    pronouns: str
    birth: str
    age: str
    years: int | None
    mrn: str
    language: str
    interpreter: bool | None
    restricted: bool
    died: str | bool | None
    merged_into: str | None
    active: bool


def who(patient: Json, on: date) -> Who:
    """Return who a Patient is, as of a day in the clinic's zone."""
    name, usual = legal_name(patient), next(names(patient, "usual", "nickname"), {})
    birth, death = born(patient), died(patient)
    until = read_day(death) if isinstance(death, str) else None
    return Who(
        id=patient.get("id", ""),
        name=say_name(name) or "Name not known",
        full_name=say_full_name(name) or "Name not known",
        preferred=" ".join(usual.get("given", ())) or usual.get("text", ""),
        former=tuple(say_name(n) for n in names(patient, "old", "maiden")),
        initials=initials(name),
        pronouns=extension(patient, "pronouns") or "",
        birth=say_date(patient.get("birthDate")) or "birth date not known",
        age="" if death is True else say_age(birth, until or on),
        years=None if birth is None else years_between(birth, until or on),
        mrn=say_mrn(mrn(patient)),
        language=language_name(spoken_language(patient)),
        interpreter=interpreter_needed(patient),
        restricted=restricted(patient),
        died=death,
        merged_into=survivor(patient),
        active=patient.get("active", True),
    )
