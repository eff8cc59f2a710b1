"""Where one can go: the places of the rail, and what else is offered. Nothing is offered whose page is not there or does not open."""

from dataclasses import dataclass

from django.urls import get_resolver, reverse

from waypost.access.permissions import Permission, allowed


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """Something one can go to or do; `words` are other ways to ask for it."""

    label: str
    icon: str
    route: str  # name of the URL pattern
    words: str = ""
    needs: tuple[Permission, ...] = ()  # any of them opens it; none: everyone may

    def open_to(self, roles: frozenset[str]) -> bool:
        return exists(self.route) and (not self.needs or any(allowed(roles, one) for one in self.needs))

    @property
    def url(self) -> str:
        return reverse(self.route)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place(Way):
    """A place of the rail; its `route` is also the `place` that its pages name."""

    go: str = ""  # the letter after `g`


def exists(route: str) -> bool:
    """Say whether a page of this name exists, whatever its address takes."""
    return route in get_resolver().reverse_dict


PLACES = (
    Place(label="Today", icon="sun", route="today", go="t", words="home work worklist tasks inbox"),
    Place(label="Patients", icon="user", route="patients", go="p", words="find search"),
    Place(label="Schedule", icon="calendar", route="schedule", go="s", words="board day week calendar"),
    Place(label="Flow", icon="footprints", route="flow", go="f", words="clinic board arrivals rooms waiting checkout here wall"),
    Place(label="Supervise", icon="users", route="supervise", go="v", words="load balance share team unowned late leave supervisor", needs=(Permission.WORK_BALANCE,)),
    Place(label="Conversations", icon="message-square", route="conversations", go="c"),
    Place(label="Coverage", icon="shield", route="coverage"),
    Place(label="Referrals", icon="arrow-right", route="referrals", go="l", words="orders specialists loop"),
    Place(label="Records", icon="file-text", route="records", go="r", words="documents papers scans fax file inbox", needs=(Permission.DOCUMENT_SORT,)),
    Place(label="Insight", icon="chart-column", route="insight"),
    Place(label="Settings", icon="settings", route="settings", words="account password dark light keys passkey two-step profile"),
)


def places(roles: frozenset[str]) -> tuple[Place, ...]:
    """Return the places that open to these roles."""
    return tuple(place for place in PLACES if place.open_to(roles))
