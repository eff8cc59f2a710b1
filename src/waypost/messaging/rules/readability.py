"""How hard a text is to read, as a school grade (rule OUT-12).

English: Flesch-Kincaid grade, 0.39·words/sentences + 11.8·syllables/words − 15.59.
Spanish: Crawford (1984), −0.205·sentences + 0.049·syllables − 3.407, both per 100 words.
Names of drugs, people and places, numbers and addresses are facts, not wording: they are masked before scoring.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from waypost.messaging.limits import READING_GRADE_MAX

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_SENTENCE = re.compile(r"[.!?…]+(?:[\"”’')]*)(?=\s|$)|\n+")
_NOT_ENDS = re.compile(r"\b(?:Dr|Dra|Mr|Mrs|Ms|Sr|Sra|St|No|a\.m|p\.m)\.", re.IGNORECASE)
_VOWELS = re.compile(r"[aeiouy]+")
_TWO_SOUNDS = re.compile(
    r"ia(?!l\b|n\b)|io(?!n)|iu|eo|ua(?!r|l)|uou|[^aeiou]ying|creat|scienc|quiet|diet|going|seeing|being|doing|idea|area|ier|[ao]yer|dual$"
)
_SHORT_ENDS = re.compile(r"(?:[^laeiouy]|[aeiouy]l)es?$|(?:[^tdlaeiouy]|[aeiouy]ll?)ed$")
_KEEPS_ES = re.compile(r"(?:s|x|z|ch|sh|c|g)es$")
_ODD = {
    "people": 2, "every": 2, "everyone": 3, "evening": 2, "different": 3, "business": 2, "wednesday": 2, "interest": 3, "family": 3,
    "hour": 1, "hours": 1, "our": 1, "the": 1, "you": 1, "something": 2, "sometimes": 2, "someone": 2, "somewhere": 2, "clothes": 1,
    "therefore": 2, "before": 2, "anyone": 3, "maybe": 2, "aren't": 1, "isn't": 2, "didn't": 2, "doesn't": 2, "couldn't": 2, "wouldn't": 2,
    "haven't": 2, "hasn't": 2, "don't": 1, "won't": 1, "can't": 1, "patient": 2, "patients": 2, "ancient": 2, "special": 2, "social": 2,
    "insurance": 3, "safe": 1, "safely": 2, "medicine": 3, "medicines": 3, "vegetable": 4, "comfortable": 4, "themselves": 2, "yourself": 2,
    "likely": 2, "lately": 2, "closely": 2, "completely": 3, "homework": 2, "eye": 1, "eyes": 1, "used": 1, "dialed": 2, "being": 2,
    "usual": 3, "usually": 4, "actual": 3, "influenza": 4, "diabetes": 4, "video": 3, "radio": 3, "via": 2, "trial": 2, "denial": 3,
    "media": 3, "period": 3, "giant": 2, "appliance": 3, "identify": 4, "coordinator": 5, "coordination": 5, "schedule": 2, "science": 2, "quiet": 2, "client": 2, "clients": 2, "poem": 2, "lion": 2,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reading:
    """What was counted, and the grade it makes."""

    words: int
    sentences: int
    syllables: int
    grade: float

    @property
    def easy(self) -> bool:
        return self.grade <= READING_GRADE_MAX


def english_syllables(word: str) -> int:
    """Estimate the syllables of an English word by its letters; at least one."""
    plain = word.lower().replace("’", "'")
    if plain in _ODD:
        return _ODD[plain]
    plain = plain.removesuffix("'s").replace("'", "")
    if plain in _ODD:
        return _ODD[plain]
    count = len(_VOWELS.findall(plain)) + len(_TWO_SOUNDS.findall(plain))
    if (
        _SHORT_ENDS.search(plain)
        and not _KEEPS_ES.search(plain)
        and not plain.endswith(("ee", "ie", "ye", "oe", "ue"))
    ):
        count -= 1
    if re.search(
        r"[aeiouy][^aeiouy]+ely$|[aeiou][^aeiouy]eful|[aeiou][^aeiouy]eless|[aeiou][^aeiouy]eness|[aeiou][gs]ement|language|lifetime|everything|everywhere|(?:some|else)where|(?:safe|nine)ty|\b(?:time|guide|gate|frame|voice)[a-z]{3}",
        plain,
    ):
        count -= 1
    if plain.endswith("sm"):
        count += 1
    return max(count, 1)


def spanish_syllables(word: str) -> int:
    """Count the syllables of a Spanish word: each strong or accented vowel, or group of weak ones, makes one."""
    plain = unicodedata.normalize("NFC", word.lower())
    plain = re.sub(r"qu(?=[eiéí])|gu(?=[eiéí])", "g", plain).replace("h", "")
    if plain == "y":
        return 1
    plain = re.sub(r"(?<![aeiouáéíóú])y$", "i", re.sub(r"(?<=[aeiouáéíóú])y$", "i", plain))
    count = 0
    for group in re.findall(r"[aeiouáéíóúü]+", plain):
        nuclei = len(re.findall(r"[aeoáéóíú]", group))
        count += max(nuclei, 1)
    return max(count, 1)


def mask(text: str, facts: Iterable[str]) -> str:
    """Replace each fact (a drug, a name, an address, a number) by a neutral word of one syllable."""
    for fact in sorted({f for f in facts if f}, key=len, reverse=True):
        text = text.replace(fact, "it")
    return re.sub(r"https?://\S+|\S+@\S+|\(?\d[\d\s().:/-]*\d|\d+", "it", text)


def measure(text: str, language: str, *, facts: Iterable[str] = ()) -> Reading:
    """Return the reading grade of `text` with its facts masked; an empty text has grade 0."""
    plain = _NOT_ENDS.sub(lambda m: m[0].replace(".", ""), mask(text, facts))
    words = _WORD.findall(plain)
    if not words:
        return Reading(0, 0, 0, 0.0)
    sentences = sum(1 for part in _SENTENCE.split(plain) if part and _WORD.search(part)) or 1
    count = spanish_syllables if language == "es" else english_syllables
    syllables = sum(count(word) for word in words)
    grade = _grade(len(words), sentences, syllables, language)
    return Reading(len(words), sentences, syllables, round(grade, 2))


def _grade(words: int, sentences: int, syllables: int, language: str) -> float:
    if language == "es":
        return -0.205 * (100 * sentences / words) + 0.049 * (100 * syllables / words) - 3.407
    return 0.39 * words / sentences + 11.8 * syllables / words - 15.59


def smog(sentences: int, polysyllables: int) -> float:
    """Return the SMOG grade; valid from 30 sentences on."""
    assert sentences > 0
    return 1.0430 * (polysyllables * 30 / sentences) ** 0.5 + 3.1291


def flesch_kincaid(words: int, sentences: int, syllables: int) -> float:
    """Return the grade for counts made elsewhere."""
    return round(_grade(words, sentences, syllables, "en"), 2)
