"""The places of the rail. One is shown as soon as its page exists, never before."""

from dataclasses import dataclass
from functools import cache

from django.urls import get_resolver, reverse


@dataclass(frozen=True, slots=True)
class Place:
    key: str
    label: str
    icon: str
    route: str  # name of the URL pattern
    go: str = ""  # the letter after `g`

    @property
    def url(self) -> str:
        return reverse(self.route)


PLACES = (
    Place("today", "Today", "sun", "today", "t"),
    Place("patients", "Patients", "user", "patients", "p"),
    Place("schedule", "Schedule", "calendar", "schedule", "s"),
    Place("conversations", "Conversations", "message-square", "conversations", "c"),
    Place("coverage", "Coverage", "shield", "coverage"),
    Place("referrals", "Referrals", "arrow-right", "referrals"),
    Place("records", "Records", "file-text", "records", "r"),
    Place("insight", "Insight", "chart-column", "insight"),
    Place("settings", "Settings", "settings", "settings"),
)


def exists(route: str) -> bool:
    """Say whether a page of this name exists, whatever its address takes."""
    return route in get_resolver().reverse_dict


@cache
def places() -> tuple[Place, ...]:
    """Return the places that have a page."""
    return tuple(place for place in PLACES if exists(place.route))
