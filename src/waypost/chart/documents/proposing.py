"""What a document is and whose it may be, by its own words; always with the reason. Pure, and never more than a proposal."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from waypost.chart.documents.kinds import KINDS, PATTERNS, Kind
from waypost.chart.documents.reading import kind_of
from waypost.kernel.dates import say_day
from waypost.registry.dates import readings
from waypost.registry.fhir import say_mrn
from waypost.registry.limits import MRN_DIGITS
from waypost.registry.queries import Person
from waypost.registry.sounds import plain

TOP_CHARACTERS = 900  # of the first page: where a document says what it is
DATES_MAX, NUMBERS_MAX, WORDS_MAX = 16, 8, 600
APART_WORDS_MAX = 4  # between given and family name

_DATE = (
    r"\d{4}-\d{2}-\d{2}|\d{1,2}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?(?:\d{4}|\d{2})"
    r"|[A-Za-z]{3,10}\.? \d{1,2}(?:st|nd|rd|th)?,? \d{4}|\d{1,2} (?:de )?[A-Za-z]{3,10}\.?,? (?:de )?\d{4}"
)
_ANY_DATE = re.compile(rf"(?<!\d)(?:{_DATE})(?!\d)")
_BORN = re.compile(
    rf"(?:\bd\.?o\.?b\b\.?|date of birth|birth ?date|\bborn\b|fecha de nac\w*|\bnac\.)\W{{0,6}}({_DATE})", re.IGNORECASE
)
_NUMBER = re.compile(
    r"(?:\bmrn\b|medical record(?: (?:number|no\.?|#))?|(?:chart|record|patient) (?:number|no\.?|#|id)|expediente)\b(?:\s?\([^)\n]{1,20}\))?\W{0,6}(\d[\d -]{1,10}\d)",
    re.IGNORECASE,
)
_DATED = re.compile(
    r"(?:\b(?:date of (?:service|visit|report|discharge|admission|exam)|(?:service|visit|report|exam|discharge|collection) date"
    r"|discharged|collected|reported|dated|date|fecha)\b)(?! of birth)\W{0,6}(" + _DATE + ")",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Evidence:
    """What a document says that could tell whose it is."""

    numbers: tuple[str, ...] = ()  # record numbers, six digits
    births: tuple[date, ...] = ()  # said to be a birth date
    dates: tuple[date, ...] = ()  # any other, that could be one
    words: tuple[str, ...] = ()  # plain words in order


@dataclass(frozen=True, slots=True)
class Candidate:
    """A patient whom it may be about, and why."""

    person: Person
    why: str
    sure: bool
    by_number: bool


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is proposed. `patient` is one of the candidates where nothing speaks against it, '' else; `doubt` says what does."""

    candidates: tuple[Candidate, ...] = ()
    patient: str = ""
    doubt: str = ""
    kind: str = ""
    kind_why: str = ""
    day: date | None = None
    day_why: str = ""


def evidence(text: str, today: date) -> Evidence:
    """Return what the words of a document say of its patient."""
    numbers = [re.sub(r"\D", "", found) for found in _NUMBER.findall(text)]
    births = [day for found in _BORN.findall(text) for day in _past(found, today)]
    dates = [day for found in _ANY_DATE.findall(text)[: DATES_MAX * 4] for day in _past(found, today)]
    return Evidence(
        tuple(dict.fromkeys(n.zfill(MRN_DIGITS) for n in numbers if 3 <= len(n) <= 12))[:NUMBERS_MAX],
        tuple(dict.fromkeys(births))[:DATES_MAX],
        tuple(dict.fromkeys(day for day in dates if day not in births))[:DATES_MAX],
        tuple(plain(text).split()[:WORDS_MAX]),
    )


def _past(text: str, today: date) -> list[date]:
    return [day for day in readings(text, today=today)[:1] if day <= today]


def propose(text: str, resource: Mapping[str, Any], people: Sequence[Person], found: Evidence, today: date) -> Proposal:
    """Return the proposal for one document. `people` are those whom its numbers and dates could mean."""
    candidates = sorted(_candidates(people, found), key=lambda one: (not one.sure, one.person.name, one.person.id))
    sure = [one for one in candidates if one.sure]
    alone = len(sure) == 1 and not _contradicted(sure[0], candidates)
    kind, kind_why = propose_kind(text, resource)
    day = propose_day(text, found.births, today)
    return Proposal(
        candidates=tuple(candidates),
        patient=sure[0].person.id if alone else "",
        doubt=_doubt(sure, candidates, text),
        kind=kind.code if kind else "",
        kind_why=kind_why,
        day=day,
        day_why=f"It is dated {say_day(day)}." if day else "",
    )


def _candidates(people: Iterable[Person], found: Evidence) -> list[Candidate]:
    made = []
    places: dict[str, list[int]] = {}
    for at, word in enumerate(found.words):
        places.setdefault(word, []).append(at)
    for one in people:
        number = next((n for n in found.numbers if n in {m.zfill(MRN_DIGITS) for m in one.mrns}), "")
        named = _named(one, places)
        born = one.born is not None and one.born in found.births
        dated = one.born is not None and (born or one.born in found.dates)
        other_birth = bool(found.births) and one.born is not None and not born
        if not (number or (named and dated)):
            continue
        said = [
            f"MRN {say_mrn(number)}" if number else "",
            "the name" if named else "",
            ("the birth date" if born else "a date that is the birth date") if dated else "",
        ]
        why = f"{_listed([part for part in said if part])} {'stands' if sum(map(bool, said)) == 1 else 'stand'} in it."
        if number and other_birth:
            why += " The birth date in it is another one."
        if number and not named:
            why += " The name does not."
        sure = bool((named and dated) or (number and named and not other_birth))
        made.append(Candidate(one, why[0].upper() + why[1:], sure, by_number=bool(number)))
    return made


def _named(one: Person, places: Mapping[str, list[int]]) -> bool:
    """Say whether given and family name stand near each other: 'Marisol Castillo', 'CASTILLO REYES, MARISOL'."""
    for name in (one.name, *one.former):
        family, _, given = name.partition(",")
        families, givens = plain(family).split(), plain(given).split()
        if one.preferred:
            givens = [*givens[:1], *plain(one.preferred).split()]
        if families and any(
            abs(a - b) <= APART_WORDS_MAX
            for a in places.get(families[0], ())
            for first in givens[:3]
            for b in places.get(first, ())
            if a != b
        ):
            return True
    return False


def _contradicted(one: Candidate, candidates: Sequence[Candidate]) -> bool:
    """Say whether the record number in it is another patient's."""
    return not one.by_number and any(other.by_number for other in candidates)


def _doubt(sure: Sequence[Candidate], candidates: Sequence[Candidate], text: str) -> str:
    if len(sure) > 1:
        return f"It fits {len(sure)} patients. If it is two documents, take it apart; else compare them with the paper."
    if sure and _contradicted(sure[0], candidates):
        return "The record number in it is another patient's than the name and the birth date. Look before you choose."
    if candidates and not sure:
        return "Not enough agrees to propose one. Look before you choose."
    if not text.strip():
        return "No words could be read in it (it is a picture). Find the patient by name, birth date or MRN."
    if not candidates:
        return "Nobody here has a record number, or a name with its birth date, that stands in it."
    return ""


def propose_kind(text: str, resource: Mapping[str, Any]) -> tuple[Kind | None, str]:
    """Return which kind it is and why: as its sender said, else by what it says near its top, else anywhere."""
    said = kind_of(resource)
    if said:
        return said, "Its sender says so."
    for part, where in ((text.partition("\f")[0][:TOP_CHARACTERS], "near its top"), (text, "in it")):
        best: tuple[int, Kind, str] | None = None
        for kind in KINDS:
            match = PATTERNS[kind.code].search(part)
            if match and (best is None or (match.start() < best[0] - 200)):
                best = (match.start(), kind, match[0])
        if best:
            shown = " ".join(best[2].split())
            shown = shown if len(shown) <= 40 else f"{shown[:38]}…"
            return best[1], f"“{shown}” stands {where}."
    return None, ""


def propose_day(text: str, births: Sequence[date], today: date) -> date | None:
    """Return the document's own date, where a date is said to be one."""
    for found in _DATED.findall(text):
        for day in _past(found, today):
            if day not in births:
                return day
    return None


def _listed(parts: Sequence[str]) -> str:
    return parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
