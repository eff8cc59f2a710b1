"""How a name sounds, roughly, in English and Spanish mouths. Pure; used to find, never to decide."""

import re
import unicodedata
from functools import lru_cache

_LETTERS = str.maketrans(
    {"ß": "ss", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ı": "i"}
)
_RULES = tuple(
    (re.compile(pattern), to)
    for pattern, to in (
        (r"^(kn|gn|pn)", "n"),
        (r"^wr", "r"),
        (r"^x", "s"),
        (r"(sch|tch|ch|sh)", "x"),
        (r"ph", "f"),
        (r"dt", "t"),
        (r"(ght|gh)", "t"),
        (r"(ck|cq|qu|q)", "k"),
        (r"c(?=[eiy])", "s"),
        (r"c", "k"),
        (r"(^|[^aeiou])g(?=[eiy])", r"\1j"),
        (r"x(?=[aeiou])(?<=[aeiou]x)", "x"),
        (r"ll", "l"),
        (r"z", "s"),
        (r"[bvw]", "b"),
        (r"th", "t"),
        (r"d$", "t"),
        (r"[yj]", "i"),
        (r"h", ""),
    )
)


@lru_cache(maxsize=65_536)
def plain(text: str) -> str:
    """Return the text in lower case without accents, apostrophes or hyphens, words apart by one space."""
    folded = unicodedata.normalize("NFKD", text.casefold().translate(_LETTERS))
    kept = "".join(c for c in folded if not unicodedata.combining(c))
    kept = re.sub(r"['’‘`´ʻʼ.]", "", kept)
    return " ".join(re.findall(r"[^\W_]+", kept))


@lru_cache(maxsize=65_536)
def sound(word: str) -> str:
    """Return a short code that words which sound alike share: 'katerin' for Catherine and Kathryn alike."""
    code = word
    for pattern, to in _RULES:
        code = pattern.sub(to, code)
    if not code:
        return word
    rest = re.sub(r"[aeiou]+", "", code[1:])
    first = "a" if code[0] in "aeiou" else code[0]
    return re.sub(r"(.)\1+", r"\1", first + rest)
