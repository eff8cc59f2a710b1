"""The written forms of search values: escapes, dates, numbers, tokens."""

import re
from datetime import UTC, datetime, timedelta
from decimal import Decimal, InvalidOperation

from waypost.formats.fhir.index import index_key
from waypost.formats.fhir.limits import LATITUDE_DEGREES_MAX, LONGITUDE_DEGREES_MAX
from waypost.records.search.plan import Amount, Circle, Coded, Moments, Prefix

PREFIXES: tuple[Prefix, ...] = ("eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap")
_DATE = re.compile(
    r"(?P<year>\d{4})(?:-(?P<month>\d{2})(?:-(?P<day>\d{2})"
    r"(?:[T ](?P<hour>\d{2}):(?P<minute>\d{2})(?::(?P<second>\d{2})(?P<part>\.\d{1,9})?)?"
    r"(?P<zone>Z|[+-]\d{2}:?\d{2})?)?)?)?"
)
KILOMETRES = {
    "km": Decimal(1), "m": Decimal("0.001"), "[mi_us]": Decimal("1.609347"), "[mi_i]": Decimal("1.609344"),
}  # fmt: skip
NEAR_KILOMETRES_DEFAULT = Decimal(50)  # where no distance is asked: an hour's drive
_PLACE = re.compile(r"[+-]?\d{1,3}(\.\d{1,20})?")
_DISTANCE = re.compile(r"\d{1,9}(\.\d{1,20})?")
_NUMBER = re.compile(r"[+-]?\d{1,40}(\.\d{1,40})?([eE][+-]?\d{1,2})?")


class Unreadable(ValueError):
    """A value not in the form its kind asks for."""


def split(text: str, mark: str) -> list[str]:
    """Split at `mark` where it is not escaped by a backslash; the escapes stay."""
    parts, start, index = [], 0, 0
    while index < len(text):
        if text[index] == "\\":
            index += 2
            continue
        if text[index] == mark:
            parts.append(text[start:index])
            start = index + 1
        index += 1
    parts.append(text[start:])
    return parts


def unescape(text: str) -> str:
    """Undo the escapes of FHIR search: `\\,` `\\|` `\\$` and the backslash itself."""
    return re.sub(r"\\([,|$\\])", r"\1", text) if "\\" in text else text


def coded(text: str) -> Coded:
    """Read `code`, `system|code`, `|code` or `system|`."""
    parts = [unescape(part) for part in split(text, "|")]
    if len(parts) == 1:
        return Coded(None, index_key(parts[0]))
    if len(parts) != 2 or not any(parts):
        raise Unreadable("a token is `code`, `system|code`, `|code` or `system|`")
    return Coded(index_key(parts[0]), index_key(parts[1]) or None)


def _prefix(text: str) -> tuple[Prefix, str]:
    for prefix in PREFIXES:
        if text.startswith(prefix):
            return prefix, text[2:]
    return "eq", text


def moments(text: str, *, now: datetime) -> Moments:
    """Read a date with its prefix; what is left open widens the range. Without a zone it is UTC."""
    prefix, rest = _prefix(text)
    low, high = date_range(rest)
    if prefix == "ap":
        slack = abs(now - low) / 10
        try:
            low, high = low - slack, high + slack
        except OverflowError:
            raise Unreadable("that is no date of the calendar") from None
    return Moments(prefix, low, high)


def date_range(text: str) -> tuple[datetime, datetime]:
    """Return the half-open range of UTC that a partial date or time stands for."""
    match = _DATE.fullmatch(text.replace(" ", "+") if text.count(" ") == 1 and "T" in text else text)
    if match is None:
        raise Unreadable(
            "a date is written YYYY, YYYY-MM, YYYY-MM-DD or with a time, such as 2026-03-01T09:00:00-05:00"
        )
    found = match.groupdict()
    year, month, day = int(found["year"]), int(found["month"] or 1), int(found["day"] or 1)
    hour, minute, second = int(found["hour"] or 0), int(found["minute"] or 0), int(found["second"] or 0)
    part = found["part"] or ""
    micro = int(part[1:7].ljust(6, "0")) if part else 0
    leap = second == 60
    try:
        low = datetime(year, month, day, hour, minute, 59 if leap else second, micro, tzinfo=UTC)
        low = low - _offset(found["zone"]) + timedelta(seconds=leap)
        if not found["month"]:
            return low, low.replace(year=year + 1)
        if not found["day"]:
            return low, (low.replace(day=28) + timedelta(days=4)).replace(day=1)
        if found["hour"] is None:
            return low, low + timedelta(days=1)
        if found["second"] is None:
            return low, low + timedelta(minutes=1)
        step = timedelta(microseconds=10 ** max(0, 7 - len(part))) if part else timedelta(seconds=1)
        return low, low + step
    except (ValueError, OverflowError):
        raise Unreadable("that is no date of the calendar") from None


def _offset(zone: str | None) -> timedelta:
    if not zone or zone == "Z":
        return timedelta(0)
    digits = zone[1:].replace(":", "")
    hours, minutes = int(digits[:2]), int(digits[2:])
    if hours > 14 or minutes > 59:
        raise ValueError(zone)
    offset = timedelta(hours=hours, minutes=minutes)
    return -offset if zone[0] == "-" else offset


def amount(text: str, *, quantity: bool) -> Amount:
    """Read a number, or `number|system|unit`, with its prefix; its precision makes the range of `eq`."""
    parts = split(text, "|") if quantity else [text]
    prefix, rest = _prefix(parts[0])
    if not _NUMBER.fullmatch(rest):
        raise Unreadable("a number is written such as 5, 5.40 or 1e-3")
    try:
        value = Decimal(rest)
    except InvalidOperation:
        raise Unreadable("a number is written such as 5, 5.40 or 1e-3") from None
    half = Decimal(5).scaleb(int(value.as_tuple().exponent) - 1)
    if prefix == "ap":
        half = max(half, abs(value) / 10)
    system = code = None
    if len(parts) == 3:
        system, code = unescape(parts[1]) or None, unescape(parts[2]) or None
    elif len(parts) == 2:
        code = unescape(parts[1]) or None
    elif len(parts) != 1:
        raise Unreadable("a quantity is `number`, `number|system|code` or `number||unit`")
    return Amount(prefix, value, value - half, value + half, system, code)


def circle(text: str) -> Circle:
    """Read `latitude|longitude|distance|units`; without units kilometres, without a distance NEAR_KILOMETRES_DEFAULT."""
    parts = [part.strip() for part in text.split("|")]
    latitude, longitude, distance, unit, *more = (*parts, "", "", "")[: max(4, len(parts))]
    wrong = bool(more) or not (_PLACE.fullmatch(latitude) and _PLACE.fullmatch(longitude))
    if wrong or abs(Decimal(latitude)) > LATITUDE_DEGREES_MAX or abs(Decimal(longitude)) > LONGITUDE_DEGREES_MAX:
        raise Unreadable("a place is written latitude|longitude|distance|units, in degrees such as 42.36|-71.06|10|km")
    if not distance:
        return Circle(Decimal(latitude), Decimal(longitude), NEAR_KILOMETRES_DEFAULT)
    if not _DISTANCE.fullmatch(distance) or (unit or "km") not in KILOMETRES:
        raise Unreadable(f"a distance is a number of {', '.join(KILOMETRES)}")
    return Circle(Decimal(latitude), Decimal(longitude), Decimal(distance) * KILOMETRES[unit or "km"])
