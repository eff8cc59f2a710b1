"""Pages and actions that the find box knows beside people."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.urls import reverse
from rapidfuzz.distance import OSA

from waypost.access.permissions import Permission, allowed
from waypost.registry.sounds import plain
from waypost.web.places import exists

P = Permission
WORD_LETTERS_MIN = 2


@dataclass(frozen=True, slots=True)
class Doing:
    """Something one can go to or do; `words` are other ways to ask for it."""

    label: str
    icon: str
    route: str
    words: str = ""
    needs: tuple[Permission, ...] = ()  # any of them opens it; none: everyone may

    def open_to(self, roles: frozenset[str]) -> bool:
        return not self.needs or any(allowed(roles, one) for one in self.needs)

    @property
    def url(self) -> str:
        return reverse(self.route)


SET_UP = (P.CLINIC_SET_UP, P.CALENDAR_EDIT)
DOINGS = (
    Doing("Today", "sun", "today", "home work worklist tasks inbox"),
    Doing("Supervise", "users", "supervise", "load balance share team unowned late leave supervisor", (P.WORK_BALANCE,)),
    Doing("Register a patient", "user-plus", "register", "new patient add create", (P.PATIENT_REGISTER,)),
    Doing("Find times", "calendar-search", "find-times", "book visit appointment slot free schedule"),
    Doing("Schedule", "calendar", "schedule", "board day week calendar"),
    Doing("Clinic flow", "footprints", "flow", "board arrivals rooms waiting checkout here wall"),
    Doing("Patients", "user", "patients", "find search"),
    Doing("Merge two charts", "merge", "merge", "duplicate double same person records", (P.PATIENT_MERGE,)),
    Doing("Outbox", "mail", "outbox", "letters email messages sent"),
    Doing("Settings", "settings", "settings", "account password dark light keys passkey two-step profile"),
    Doing("Places", "building-2", "setup-places", "site sites room rooms device devices location clinic set up", SET_UP),
    Doing("People who are booked", "calendar-clock", "setup-people", "hours calendar provider leave holiday staff clinician", SET_UP),
    Doing("Visit types", "list-checks", "setup-visit-types", "kind of visit length preparation", (P.CALENDAR_EDIT,)),
    Doing("Rules", "list-tree", "setup-rules", "worklist switch off on preview automatic work", (P.RULE_SWITCH,)),
    Doing("Audit", "shield-check", "audit", "who looked changed log verify", (P.AUDIT_READ,)),
    Doing("Design of the desk", "swatch-book", "design", "components"),
    Doing("Sign out", "log-out", "account_logout", "log out leave"),
)


def doings(text: str, roles: frozenset[str], count: int = 4) -> Sequence[Doing]:
    """Return what the words ask for and these roles may open: every typed word begins, or nearly is, a word of the label or of its other names."""
    asked = plain(text).split()
    if not asked or len(asked[0]) < WORD_LETTERS_MIN:
        return ()
    return [one for one in DOINGS if exists(one.route) and one.open_to(roles) and all(_fits(word, one) for word in asked)][:count]


def _fits(word: str, one: Doing) -> bool:
    known = plain(f"{one.label} {one.words}").split()
    return any(
        each.startswith(word) or (len(word) > 4 and OSA.distance(word, each, score_cutoff=1) <= 1)
        for each in known
    )
