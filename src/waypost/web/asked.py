"""What a request asks for, read in one way: ids, references, numbers, days and words.

What cannot be meant is as if it were not there; nothing is guessed, and nothing that a query cannot take gets past.
"""

import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from waypost.kernel.dates import read_day
from waypost.web.chart.ids import ID

Given = Mapping[str, Any]
REFERENCE = re.compile(r"[A-Z][A-Za-z]{1,63}/[A-Za-z0-9.-]{1,64}")
KEY = re.compile(r"[A-Za-z0-9._:-]{1,64}")
NUMBER = re.compile(r"-?[0-9]{1,9}")
DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
YEARS = range(1880, 2200)  # days beyond are a slip of the hand, and near the ends of the calendar one cannot count on
NUMBER_MAX = 999_999_999
CONTROLS = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 127))  # all but tab and line ends


def text(given: Given, name: str, most: int = 200) -> str:
    """Return words as typed, without what no text may hold and without the blanks around them."""
    return str(given.get(name) or "").translate(CONTROLS).strip()[:most]


def id_(given: Given, name: str) -> str:
    """Return a FHIR id, '' where it is none."""
    return _matching(ID, given, name)


def reference(given: Given, name: str) -> str:
    """Return a reference such as Practitioner/lind, '' where it is none."""
    return _matching(REFERENCE, given, name)


def key(given: Given, name: str = "key") -> str:
    """Return the form's own id, by which a second sending is known; '' where it is none of ours."""
    return _matching(KEY, given, name)


def number(given: Given, name: str, least: int = 0, most: int = NUMBER_MAX) -> int | None:
    """Return a whole number between two bounds; None where it is none."""
    found = _matching(NUMBER, given, name)
    return int(found) if found and least <= int(found) <= most else None


def day(given: Given, name: str) -> date | None:
    """Return the day written as 2026-11-24; None where it is none one can count on."""
    found = read_day(_matching(DAY, given, name))
    return found if within_reach(found) else None


def within_reach(day: date | None) -> bool:
    """Tell whether a day lies where days, weeks and zones can be counted."""
    return day is not None and day.year in YEARS


def _matching(pattern: re.Pattern[str], given: Given, name: str) -> str:
    found = str(given.get(name) or "").strip()
    return found if pattern.fullmatch(found) else ""
