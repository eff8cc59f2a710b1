"""Dates in the ways people type them. Pure: the present day is an argument.

Month before day, as is said in the US; the other order where only it makes a date. Words may be English or Spanish.
"""

import re
import unicodedata
from datetime import date, timedelta

_ENGLISH = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
]
_SPANISH = [
    "enero",
    "febrero",
    "marzo",
    "abril",
    "mayo",
    "junio",
    "julio",
    "agosto",
    "septiembre",
    "octubre",
    "noviembre",
    "diciembre",
]
_WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_WORD_MIN = 3  # letters of a month or weekday that are enough
_FILLER = re.compile(r"\b(de|del|of|the|on|born|dob|st|nd|rd|th)\b")
_ORDINAL = re.compile(r"(?<=\d)(st|nd|rd|th)\b")
_YEAR_MIN, _YEAR_MAX = 1880, 2199  # beyond is a slip of the hand


def read_date(text: str, *, today: date | None = None, prefer: str = "past") -> date | None:
    """Return the date that was most likely meant; None where the text is no date.

    `prefer` settles two-digit years and missing years: 'past' for births and history, 'future' for plans.
    """
    return next(iter(readings(text, today=today, prefer=prefer)), None)


def readings(text: str, *, today: date | None = None, prefer: str = "past") -> tuple[date, ...]:
    """Return every date that the text can mean, the likeliest first."""
    plain = "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))
    plain = _FILLER.sub(" ", _ORDINAL.sub("", plain)).strip()
    if today is not None and (near := _near(plain, today)):
        return (near,)
    tokens = [
        token
        for token in re.findall(r"[a-z]+|\d+", plain)
        if token not in _WEEKDAYS and token[:3] not in {d[:3] for d in _WEEKDAYS}
    ]
    if re.search(r"[^a-z0-9\s/.,\-–'’]", plain):
        return ()
    if len(tokens) == 1 and tokens[0].isdigit():
        return _run_of_digits(tokens[0], today, prefer)
    months = [m for token in tokens if token.isalpha() and (m := _month(token))]
    numbers = [token for token in tokens if token.isdigit()]
    if any(token.isalpha() and not _month(token) for token in tokens) or len(months) > 1:
        return ()
    if months:
        return _named_month(months[0], numbers, today, prefer)
    return _numbers(numbers, today, prefer)


def _near(plain: str, today: date) -> date | None:
    days = {"today": 0, "hoy": 0, "tomorrow": 1, "manana": 1, "yesterday": -1, "ayer": -1}
    return today + timedelta(days=days[plain]) if plain in days else None


def _month(word: str) -> int | None:
    if len(word) < _WORD_MIN:
        return None
    for names in (_ENGLISH, _SPANISH):
        for number, name in enumerate(names, 1):
            if name.startswith(word):
                return number
    return 9 if word == "sept" else None


def _year(text: str, today: date | None, prefer: str) -> int | None:
    if len(text) == 4:
        return int(text) if _YEAR_MIN <= int(text) <= _YEAR_MAX else None
    if len(text) != 2:
        return None
    now = today.year if today else 2026
    year = now - now % 100 + int(text)
    if prefer == "past":
        return year if year <= now else year - 100
    return year if year >= now - 1 else year + 100


def _date(year: int | None, month: int, day: int) -> date | None:
    try:
        return date(year or 0, month, day)
    except ValueError:
        return None


def _without_year(month: int, day: int, today: date | None, prefer: str) -> date | None:
    if today is None:
        return None
    options = [
        found
        for year in (today.year, today.year + (1 if prefer == "future" else -1))
        if (found := _date(year, month, day))
    ]
    right = [d for d in options if (d >= today if prefer == "future" else d <= today)]
    return next(iter(right or options), None)


def _named_month(month: int, numbers: list[str], today: date | None, prefer: str) -> tuple[date, ...]:
    if len(numbers) == 1:
        return _all(_without_year(month, int(numbers[0]), today, prefer)) if len(numbers[0]) <= 2 else ()
    if len(numbers) != 2:
        return ()
    first, second = numbers
    if len(first) == 4:  # 1957 Mar 12
        return _all(_date(_year(first, today, prefer), month, int(second)))
    return _all(_date(_year(second, today, prefer), month, int(first)))


def _numbers(numbers: list[str], today: date | None, prefer: str) -> tuple[date, ...]:
    if len(numbers) == 2 and all(len(n) <= 2 for n in numbers):
        a, b = map(int, numbers)
        return _all(_without_year(a, b, today, prefer), _without_year(b, a, today, prefer))
    if len(numbers) != 3:
        return ()
    first, second, third = numbers
    if len(first) == 4:
        return _all(_date(_year(first, today, prefer), int(second), int(third)))
    year = _year(third, today, prefer)
    if len(first) > 2 or len(second) > 2:
        return ()
    return _all(_date(year, int(first), int(second)), _date(year, int(second), int(first)))


def _run_of_digits(digits: str, today: date | None, prefer: str) -> tuple[date, ...]:
    if len(digits) == 8:
        return _all(
            _date(_year(digits[4:], today, prefer), int(digits[:2]), int(digits[2:4])),
            _date(_year(digits[:4], today, prefer), int(digits[4:6]), int(digits[6:])),
            _date(_year(digits[4:], today, prefer), int(digits[2:4]), int(digits[:2])),
        )
    if len(digits) == 6:
        return _all(_date(_year(digits[4:], today, prefer), int(digits[:2]), int(digits[2:4])))
    return ()


def _all(*found: date | None) -> tuple[date, ...]:
    return tuple(dict.fromkeys(one for one in found if one is not None))
