"""What was typed into the find box, the keys under which people are kept, and who fits best. Pure.

A word is found with one slip because both sides are kept with each letter left out in turn: two words one slip apart
(a letter missing, doubled, wrong, or two changed about) share such a form. Sounds and everyday forms find the rest.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise

from rapidfuzz.distance import OSA

from waypost.registry import limits
from waypost.registry.dates import readings
from waypost.registry.nicknames import forms
from waypost.registry.sounds import plain, sound

_DATE = re.compile(
    r"\b\d{4}[-/.]\d{1,2}[-/.]\d{1,2}\b|\b\d{1,2}\s?[-/.]\s?\d{1,2}\s?[-/.]\s?(?:\d{4}|\d{2})\b"
    r"|\b[A-Za-z]{3,10}\.? \d{1,2}(?:st|nd|rd|th)?,? (?:\d{4}|\d{2})\b"
    r"|\b\d{1,2}(?:st|nd|rd|th)?[ -]?(?:de )?[A-Za-z]{3,10}\.?,?[ -]?(?:de )?(?:\d{4}|\d{2})\b"
)
_NUMBER = re.compile(r"\+?\(?\d[\d\s().-]*\d|\d")
_TITLES = frozenset(
    {
        "mr",
        "mrs",
        "ms",
        "miss",
        "dr",
        "sr",
        "sra",
        "srta",
        "don",
        "dona",
        "mrn",
        "dob",
        "born",
        "patient",
        "phone",
        "tel",
    }
)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the text of the box can mean."""

    words: tuple[str, ...] = ()
    dates: tuple[date, ...] = ()
    year: int | None = None
    phones: tuple[str, ...] = ()  # ten digits, or the last seven or four
    mrns: tuple[str, ...] = ()  # six digits

    @property
    def empty(self) -> bool:
        return not (self.words or self.dates or self.phones or self.mrns or self.year)


def read_asked(text: str, today: date) -> Asked:
    """Return what was asked for: words, dates, numbers, in any order and mixture."""
    text = text.replace("\x00", " ")[: limits.ASKED_CHARACTERS_MAX]
    dates: list[date] = []
    for match in _DATE.finditer(text):
        found = [day for day in readings(match[0], today=today) if day <= today]
        dates += found
        if found:
            text = text.replace(match[0], " ", 1)
    phones: list[str] = []
    mrns: list[str] = []
    year = None
    for match in _NUMBER.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if len(digits) == 11 and digits[0] == "1":
            digits = digits[1:]
        if len(digits) in {7, 10}:
            phones.append(digits)
        elif len(digits) <= limits.MRN_DIGITS:
            mrns.append(digits.zfill(limits.MRN_DIGITS))
            phones += [digits] if len(digits) == 4 else []
            year = int(digits) if len(digits) == 4 and 1900 <= int(digits) <= today.year else year
        if len(digits) in {6, 8}:
            dates += [day for day in readings(digits, today=today) if day <= today]
        text = text.replace(match[0], " ", 1)
    words = tuple(w for w in plain(text).split() if w not in _TITLES and not w.isdigit())
    return Asked(
        words[: limits.ASKED_WORDS_MAX], tuple(dict.fromkeys(dates)), year, tuple(phones), tuple(mrns)
    )


def slips(word: str) -> set[str]:
    """Return the word and each form with one letter left out; forms under two letters find nothing useful."""
    if len(word) < limits.SLIP_LETTERS_MIN:
        return {word}
    return {word, *(word[:i] + word[i + 1 :] for i in range(len(word)))}


def name_keys(names: Iterable[str]) -> set[str]:
    """Return the keys of every name of one person: words, slips, beginnings, sounds, words written together."""
    keys: set[str] = set()
    for name in names:
        # What is longer than any name (a pasted page, an attack) is found by its beginning, and costs no more than a name.
        words = [w[: limits.WORD_LETTERS_MAX] for w in plain(name[: limits.NAME_LETTERS_MAX]).split()]
        words = words[: limits.NAME_WORDS_MAX]
        for word in words:
            keys |= {f"={word}", f"~{sound(word)}", *(f"-{slip}" for slip in slips(word))}
            keys |= {f"^{word[:n]}" for n in range(1, min(len(word), limits.PREFIX_LETTERS_MAX) + 1)}
        for first, second in pairwise(words):
            joined = first + second
            keys |= {f"={joined}", *(f"-{slip}" for slip in slips(joined))}
        if len(words) > 1:  # 'maria castillo' of 'maria elena castillo reyes', written together
            keys |= {f"={a}{b}" for a in words for b in words if a != b}
    return keys


def phone_keys(phones: Iterable[str]) -> set[str]:
    keys: set[str] = set()
    for phone in phones:
        keys |= {f"p{phone}", f"p{phone[-7:]}", f"p{phone[-4:]}"}
        if len(phone) == limits.PHONE_DIGITS:
            keys |= {f"q{slip}" for slip in slips(phone)}
    return keys


def mrn_keys(numbers: Iterable[str]) -> set[str]:
    return {f"m{number.zfill(limits.MRN_DIGITS)}" for number in numbers}


def date_keys(days: Iterable[date]) -> set[str]:
    """Return a date, and its forms with one digit left out."""
    keys: set[str] = set()
    for day in days:
        digits = day.strftime("%Y%m%d")
        keys |= {f"d{digits}", *(f"e{slip}" for slip in slips(digits))}
    return keys


@dataclass(frozen=True, slots=True)
class Step:
    """One look into the index: a person must have a key of every group. With `enough` found, no further look is made."""

    groups: tuple[frozenset[str], ...]
    enough: int = limits.CANDIDATES_ENOUGH


def steps(asked: Asked) -> list[Step]:
    """Return looks into the index, the strictest first; the next is made only where too few were found."""
    exact = [_exact(word) for word in asked.words]
    begun = [_begun(word) for word in asked.words]
    near = [_near(word) for word in asked.words]
    number = frozenset(
        {*(f"d{day:%Y%m%d}" for day in asked.dates), *mrn_keys(asked.mrns), *(f"p{p}" for p in asked.phones)}
    )
    number_near = number | {key for key in date_keys(asked.dates) if key[0] == "e"}
    number_near |= {
        key for key in phone_keys(p for p in asked.phones if len(p) == limits.PHONE_DIGITS) if key[0] == "q"
    }
    found: list[Step] = []
    if number:
        if asked.words:
            # A birth date or a whole phone number that agrees with the name settles it; four digits may be a year.
            sure = (
                1
                if not asked.year
                and (asked.dates or any(len(p) >= limits.PHONE_LOCAL_DIGITS for p in asked.phones))
                else limits.CANDIDATES_ENOUGH
            )
            found += [Step((*exact, number)), Step((*near, number), sure), Step((*near, number_near), sure)]
        else:
            found += [Step((number,)), Step((number_near,))]
    if not asked.words:
        return found
    found += [Step(tuple(exact)), Step(tuple(begun)), Step(tuple(near))]
    if len(asked.words) > 1:
        pairs = pairwise(asked.words)
        together = frozenset(
            key for a, b in pairs for key in (f"={a}{b}", *(f"-{slip}" for slip in slips(a + b)))
        )
        found.append(Step((together,)))
        if len(asked.words) > 2:
            found += [Step((*near[:i], *near[i + 1 :])) for i in range(len(near))]
        if number:
            found += [Step((group, number_near)) for group in near]
        found += [Step((group,)) for group in exact]
        found += [Step((group,)) for group in near]
    if number:
        found.append(Step((number,)))
    return found


def _exact(word: str) -> frozenset[str]:
    return frozenset({f"={word}", *(f"={form}" for form in forms(word))})


def _begun(word: str) -> frozenset[str]:
    return frozenset({f"={word}", f"^{word[: limits.PREFIX_LETTERS_MAX]}"})


def _near(word: str) -> frozenset[str]:
    return _exact(word) | _begun(word) | {f"~{sound(word)}", *(f"-{slip}" for slip in slips(word))}


@dataclass(frozen=True, slots=True)
class Known:
    """What ranking needs to know of a person."""

    words: tuple[str, ...]  # plain words of every name
    born: date | None
    birth: str  # as recorded, may be a year or a month
    phones: tuple[str, ...]
    mrns: tuple[str, ...]
    gone: bool = False  # deceased or not active


def word_fit(asked: str, words: Sequence[str]) -> float:
    """Return 0 to 1: how well one typed word fits the best of a person's words."""
    best = 0.0
    for word in words:
        if word == asked:
            return 1.0
        if len(asked) >= 2 and word.startswith(asked):
            best = max(best, 0.86 + 0.1 * len(asked) / len(word))
            continue
        distance = OSA.distance(asked, word, score_cutoff=3)
        longest = max(len(asked), len(word))
        if distance == 1:
            best = max(best, 0.93 - 0.5 / longest)
        elif distance <= 3 and longest >= 5:
            best = max(best, 0.85 - distance * 1.2 / longest)
        if best < 0.8 and (sound(asked) == sound(word) or word in forms(asked)):
            best = 0.8
        if len(asked) >= 4 and len(word) > len(asked) and OSA.distance(asked, word[: len(asked)]) == 1:
            best = max(best, 0.78)  # a slip in a word that is still being typed
    return best


def date_fit(asked: Sequence[date], born: date | None) -> float:
    """Return 1 for the date, less for a slip in it, 0 for another date."""
    if born is None or not asked:
        return 0.0
    best = 0.0
    for place, day in enumerate(asked):
        if day == born:
            best = max(best, 1.0 if place == 0 else 0.9)
            continue
        if (day.day, day.month, day.year) == (born.month, born.day, born.year):
            best = max(best, 0.8)
        digits = OSA.distance(day.strftime("%Y%m%d"), born.strftime("%Y%m%d"), score_cutoff=1)
        if digits <= 1:
            best = max(best, 0.7)
        elif sum((day.year == born.year, day.month == born.month, day.day == born.day)) == 2:
            best = max(best, 0.5)
    return best


def fit(asked: Asked, known: Known) -> float:
    """Return how well a person fits what was asked: the higher, the better; below `limits.FIT_MIN` not at all."""
    parts = [(1.0 + len(word) / 8, word_fit(word, known.words)) for word in asked.words]  # (weight, fit)
    if len(asked.words) > 1 and min(p for _, p in parts) < 0.75:
        for i in range(len(asked.words) - 1):  # a space too many
            together = word_fit(asked.words[i] + asked.words[i + 1], known.words)
            if together > 0.85:
                parts[i] = (parts[i][0], together)
                parts[i + 1] = (parts[i + 1][0], together)
    if asked.words and max(p for _, p in parts) < 0.8:
        pairs = [a + b for a in known.words for b in known.words if a != b]  # a space too few
        parts = [(w, max(p, 0.95 * word_fit(t, pairs))) for (w, p), t in zip(parts, asked.words, strict=True)]
    if asked.dates:
        parts.append((2.5, date_fit(asked.dates, known.born)))
    elif asked.year and asked.words:
        parts.append((1.0, 1.0 if known.birth[:4] == str(asked.year) else 0.0))
    numbers = [1.0 for m in asked.mrns if m in known.mrns]
    numbers += [_phone_fit(phone, known.phones) for phone in asked.phones]
    if asked.mrns or asked.phones:
        best = max(numbers, default=0.0)
        if not (asked.year and best == 0.0 and asked.words):
            parts.append((2.5, best))
    if (
        asked.dates and not asked.words and (asked.mrns or asked.phones)
    ):  # 031257: a number or a date, not both
        return max(value for _, value in parts)
    total = sum(weight for weight, _ in parts)
    value = sum(weight * value for weight, value in parts) / total if total else 0.0
    return value - (0.02 if known.gone else 0.0)


def _phone_fit(asked: str, phones: Sequence[str]) -> float:
    if any(phone.endswith(asked) for phone in phones):
        return 1.0 if len(asked) >= 7 else 0.8
    if len(asked) == 10 and any(OSA.distance(asked, phone, score_cutoff=1) <= 1 for phone in phones):
        return 0.7
    return 0.0


def likely_same(asked: Asked, known: Known) -> float:
    """Return how likely a person about to be registered is this one; 0 where there is no need to look.

    A like name with a like birth date or the same phone; the same birth date with a name somewhat like; the same name
    where no birth date was given.
    """
    fits = [word_fit(word, known.words) for word in asked.words]
    name = sum(fits) / len(fits) if fits else 0.0
    birth = date_fit(asked.dates, known.born)
    phone = max((_phone_fit(number, known.phones) for number in asked.phones), default=0.0)
    if birth >= limits.SAME_BIRTH_MIN and name >= limits.SAME_NAME_MIN:
        return (name + birth) / 2 + 0.1 * phone
    if birth == 1.0 and max(fits, default=0.0) >= limits.SAME_NAME_MIN and name >= limits.LIKE_NAME_MIN:
        return (name + birth) / 2 + 0.1 * phone
    if phone >= 1.0 and name >= limits.SAME_NAME_MIN:
        return (name + phone) / 2
    if not asked.dates and name >= limits.SAME_NAME_MIN:
        return 0.5 * name
    return 0.0
