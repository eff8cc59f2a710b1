"""VTIMEZONE from the zone database: each change with the wall time at which it begins, told by the clock before it.

RFC 5545 3.6.5 reads the onset of an observance by its TZOFFSETFROM; libraries that take the wall time after the
change begin summer time an hour late.
"""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vDatetime

_STEP = timedelta(days=7)


def changes(zone: str, since: datetime, until: datetime) -> list[datetime]:
    """Return the instants (UTC, to the second) between `since` and `until` at which the zone's offset or name changes."""
    place = ZoneInfo(zone)
    found: list[datetime] = []
    low = since.astimezone(UTC)
    while low < until:
        high = low + _STEP
        if _state(place, low) != _state(place, high):
            found.append(_bisect(place, low, high))
        low = high
    return found


def timezone(zone: str, since: datetime, until: datetime) -> Timezone:
    """Return the VTIMEZONE that holds from `since` to `until`."""
    place = ZoneInfo(zone)
    component = Timezone()
    component.add("tzid", zone)
    start = since.astimezone(UTC).replace(microsecond=0)
    component.add_component(_observance(place, start, before=start))
    for change in changes(zone, start, until):
        component.add_component(_observance(place, change, before=change - timedelta(seconds=1)))
    return component


def _state(place: ZoneInfo, at: datetime) -> tuple[timedelta | None, str | None]:
    moment = at.astimezone(place)
    return moment.utcoffset(), moment.tzname()


def _bisect(place: ZoneInfo, low: datetime, high: datetime) -> datetime:
    first = _state(place, low)
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) // 2
        middle = middle.replace(microsecond=0)
        if middle in {low, high}:
            break
        if _state(place, middle) == first:
            low = middle
        else:
            high = middle
    return high


def _observance(place: ZoneInfo, at: datetime, *, before: datetime) -> TimezoneStandard | TimezoneDaylight:
    moment = at.astimezone(place)
    offset_from = before.astimezone(place).utcoffset()
    offset_to = moment.utcoffset()
    assert offset_from is not None
    assert offset_to is not None
    part = TimezoneDaylight() if moment.dst() else TimezoneStandard()
    part["dtstart"] = vDatetime((at + offset_from).replace(tzinfo=None))
    part.add("tzoffsetfrom", offset_from)
    part.add("tzoffsetto", offset_to)
    part.add("tzname", moment.tzname() or "LMT")
    return part
