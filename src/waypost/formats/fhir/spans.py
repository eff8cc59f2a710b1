"""What a FHIR date or number spans: 2014-03 is a month, 5.4 is anything that rounds to it."""

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, DecimalException
from functools import lru_cache
from typing import Any

from waypost.formats.fhir import limits

BEGINNING = datetime(1, 1, 1, tzinfo=UTC)
END = datetime(9999, 12, 31, 23, 59, 59, 999999, tzinfo=UTC)  # stands for 'no end'
LOWEST, HIGHEST = Decimal("-Infinity"), Decimal("Infinity")

_DATE, _MONTH, _YEAR = 10, 7, 4
_FRACTION_AT = 19
_MICROSECOND_DIGITS = 6

Instants = tuple[datetime, datetime]


@lru_cache(maxsize=8192)
def instants(text: str) -> Instants | None:
    """Return the half-open span of a date, dateTime or instant in UTC; None where it is none.

    A time without a zone is read as UTC.
    """
    try:
        return _instants(text)
    except (ValueError, OverflowError):
        return None


def _instants(text: str) -> Instants:
    length = len(text)
    if length > _DATE:
        leap = text[16:19] == ":60"
        moment = datetime.fromisoformat(text.replace(":60", ":59", 1) if leap else text)
        moment = moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
        if leap:
            moment += timedelta(seconds=1)
        return moment, _later(moment, _step(text))
    if length == _DATE:
        day = date.fromisoformat(text)
        low = datetime(day.year, day.month, day.day, tzinfo=UTC)
        return low, _later(low, timedelta(days=1))
    year = int(text[:4])
    if length == _MONTH:
        month = int(text[5:])
        low = datetime(year, month, 1, tzinfo=UTC)
        return low, END if (year, month) == (9999, 12) else datetime(
            year + month // 12, month % 12 + 1, 1, tzinfo=UTC
        )
    if length == _YEAR:
        return datetime(year, 1, 1, tzinfo=UTC), END if year == 9999 else datetime(year + 1, 1, 1, tzinfo=UTC)
    raise ValueError(text)


def _step(text: str) -> timedelta:
    if text[_FRACTION_AT : _FRACTION_AT + 1] == ".":
        digits = 0
        for character in text[_FRACTION_AT + 1 :]:
            if not character.isdigit():
                break
            digits += 1
        return timedelta(microseconds=10 ** max(0, _MICROSECOND_DIGITS - digits))
    return timedelta(seconds=1) if text[16:17] == ":" else timedelta(minutes=1)


def _later(moment: datetime, by: timedelta) -> datetime:
    try:
        return moment + by
    except OverflowError:
        return END


def period(value: dict[str, Any]) -> Instants | None:
    """Return the span of a Period; an absent start or end is open."""
    start, end = value.get("start"), value.get("end")
    low = instants(start) if start else None
    high = instants(end) if end else None
    if low is None and high is None:
        return None
    return low[0] if low else BEGINNING, high[1] if high else END


def numbers(value: Any) -> tuple[Decimal, Decimal] | None:
    """Return what rounds to a number as it is written: 5.4 spans [5.35, 5.45)."""
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value))
        exponent = number.as_tuple().exponent
        if not isinstance(exponent, int) or abs(number.adjusted()) > limits.DECIMAL_EXPONENT_MAX:
            return None
        half = Decimal((0, (5,), exponent - 1))
        return number - half, number + half
    except DecimalException:
        return None
