"""Pages and actions that the find box knows beside people."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from rapidfuzz.distance import OSA

from waypost.registry.sounds import plain
from waypost.web.places import exists

WORD_LETTERS_MIN = 2


@dataclass(frozen=True, slots=True)
class Doing:
    """Something one can go to or do; `words` are other ways to ask for it."""

    label: str
    icon: str
    route: str
    words: str = ""

    @property
    def url(self) -> str:
        return reverse(self.route)


DOINGS = (
    Doing("Today", "sun", "today", "home work worklist tasks inbox"),
    Doing("Register a patient", "user-plus", "register", "new patient add create"),
    Doing("Find times", "calendar-search", "find-times", "book visit appointment slot free schedule"),
    Doing("Schedule", "calendar", "schedule", "board day week calendar"),
    Doing("Clinic flow", "footprints", "flow", "board arrivals rooms waiting checkout here wall"),
    Doing("Patients", "user", "patients", "find search"),
    Doing("Merge two charts", "merge", "merge", "duplicate double same person records"),
    Doing("Outbox", "mail", "outbox", "letters email messages sent"),
    Doing("Settings", "settings", "settings", "account password dark light keys passkey two-step profile"),
    Doing("Places", "building-2", "setup-places", "site sites room rooms device devices location clinic set up"),
    Doing("People who are booked", "calendar-clock", "setup-people", "hours calendar provider leave holiday staff clinician"),
    Doing("Visit types", "list-checks", "setup-visit-types", "kind of visit length preparation"),
    Doing("Audit", "shield-check", "audit", "who looked changed log verify"),
    Doing("Design of the desk", "swatch-book", "design", "components"),
    Doing("Sign out", "log-out", "account_logout", "log out leave"),
)


def doings(text: str, count: int = 4) -> Sequence[Doing]:
    """Return what the words ask for: every typed word begins, or nearly is, a word of the label or of its other names."""
    asked = plain(text).split()
    if not asked or len(asked[0]) < WORD_LETTERS_MIN:
        return ()
    return [one for one in DOINGS if exists(one.route) and all(_fits(word, one) for word in asked)][:count]


def _fits(word: str, one: Doing) -> bool:
    known = plain(f"{one.label} {one.words}").split()
    return any(
        each.startswith(word) or (len(word) > 4 and OSA.distance(word, each, score_cutoff=1) <= 1)
        for each in known
    )
