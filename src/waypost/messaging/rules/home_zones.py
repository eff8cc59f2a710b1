"""In which zone a patient lives, and in which a visit's time is told: OUT-5's order, a recorded preference, then the address."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo, available_timezones

from waypost.messaging.rules import wording

EASTERN, CENTRAL, MOUNTAIN, PACIFIC = (f"America/{city}" for city in ("New_York", "Chicago", "Denver", "Los_Angeles"))
_STATES = {
    EASTERN: "CT DC DE GA MA MD ME NC NH NJ NY OH PA RI SC VA VT WV MI",
    CENTRAL: "AL AR IA IL LA MN MO MS OK WI",
    MOUNTAIN: "CO MT NM UT WY",
    PACIFIC: "CA NV WA",
    "America/Phoenix": "AZ",
    "America/Anchorage": "AK",
    "Pacific/Honolulu": "HI",
    "America/Puerto_Rico": "PR VI",
    "Pacific/Guam": "GU MP",
}
OFFERED = tuple(_STATES)  # what a patient's own zone is chosen from
_BY_STATE = {state: zone for zone, states in _STATES.items() for state in states.split()}
# States of two zones: the first three digits of the ZIP decide; where there are none, nobody knows.
_SPLIT = {
    "FL": (EASTERN, CENTRAL, "324 325"), "IN": (EASTERN, CENTRAL, "463 464 476 477"), "KY": (EASTERN, CENTRAL, "420 421 422 423 424"),
    "TN": (CENTRAL, EASTERN, "373 374 376 377 378 379"), "ND": (CENTRAL, MOUNTAIN, "586"), "SD": (CENTRAL, MOUNTAIN, "577"),
    "NE": (CENTRAL, MOUNTAIN, "693"), "KS": (CENTRAL, MOUNTAIN, ""), "TX": (CENTRAL, MOUNTAIN, "798 799 885"),
    "ID": (MOUNTAIN, PACIFIC, "835 838"), "OR": (PACIFIC, MOUNTAIN, "979"),
}  # fmt: skip
_NAMES = {
    "en": {EASTERN: "Eastern time", CENTRAL: "Central time", MOUNTAIN: "Mountain time", PACIFIC: "Pacific time", "America/Phoenix": "Arizona time",
           "America/Anchorage": "Alaska time", "Pacific/Honolulu": "Hawaii time", "America/Puerto_Rico": "Atlantic time", "Pacific/Guam": "Guam time"},
    "es": {EASTERN: "hora del Este", CENTRAL: "hora del Centro", MOUNTAIN: "hora de la Montaña", PACIFIC: "hora del Pacífico",
           "America/Phoenix": "hora de Arizona", "America/Anchorage": "hora de Alaska", "Pacific/Honolulu": "hora de Hawái",
           "America/Puerto_Rico": "hora del Atlántico", "Pacific/Guam": "hora de Guam"},
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Told:
    """The zone in which a time is told, and the one that stands beside it; `named`: the two differ."""

    zone: str
    beside: str = ""
    named: bool = False

    def clock(self, at: datetime, language: str, say: Callable[[datetime, str, str], str] = wording.clock_time) -> str:
        """Return '7:00 AM', or '7:00 AM Central time (8:00 AM Eastern time)' where there is a zone to be named."""
        if not self.named:
            return say(at, self.zone, language)
        first = f"{say(at, self.zone, language)} {zone_name(self.zone, at, language)}"
        if not self.beside:
            return first
        return f"{first} ({wording.clock_time(at, self.beside, language)} {zone_name(self.beside, at, language)})"


def zone_of(*, recorded: str = "", state: str = "", postal: str = "", country: str = "") -> str:
    """Return the zone in which a patient lives, '' where it is not known.

    >>> zone_of(state="TX", postal="79901"), zone_of(state="TX")
    ('America/Denver', '')
    """
    if recorded:
        return recorded
    state = state.strip().upper()
    if country.strip().upper() not in {"", "US", "USA", "UNITED STATES"}:
        return ""
    if state in _SPLIT:
        most, rest, prefixes = _SPLIT[state]
        return "" if not postal[:3].isdecimal() or len(postal) < 5 else rest if postal[:3] in prefixes.split() else most
    return _BY_STATE.get(state, "")


@lru_cache(maxsize=1)
def _every_zone() -> frozenset[str]:
    return frozenset(available_timezones())


def known(zone: str) -> bool:
    """Tell whether a recorded zone is one."""
    return zone in _every_zone()


def told_in(at: datetime, clinic: str, home: str, *, remote: bool) -> Told:
    """Return how a time is told: by video or phone in the patient's zone with the clinic's beside it, else in the clinic's.

    Where the clocks of both agree at that instant, no zone is named.
    """
    if not home or at.astimezone(ZoneInfo(home)).utcoffset() == at.astimezone(ZoneInfo(clinic)).utcoffset():
        return Told(clinic)
    return Told(home, clinic, named=True) if remote else Told(clinic, named=True)


def zone_name(zone: str, at: datetime, language: str) -> str:
    """Return what people call a zone, else the name its clocks have."""
    known = _NAMES[language].get(zone)
    return known or at.astimezone(ZoneInfo(zone)).tzname() or zone
