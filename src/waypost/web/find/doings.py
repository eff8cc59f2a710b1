"""Pages and actions that the find box knows beside people: the places of the rail, and more."""

from collections.abc import Sequence

from rapidfuzz.distance import OSA

from waypost.access.permissions import Permission
from waypost.registry.sounds import plain
from waypost.web.places import PLACES, Way

P = Permission
WORD_LETTERS_MIN = 2
SET_UP = (P.CLINIC_SET_UP, P.CALENDAR_EDIT)
DOINGS: tuple[Way, ...] = (
    *PLACES,
    Way(label="Register a patient", icon="user-plus", route="register", words="new patient add create", needs=(P.PATIENT_REGISTER,)),
    Way(label="Find times", icon="calendar-search", route="find-times", words="book visit appointment slot free schedule"),
    Way(label="Merge two charts", icon="merge", route="merge", words="duplicate double same person records", needs=(P.PATIENT_MERGE,)),
    Way(label="Outbox", icon="mail", route="outbox", words="letters email messages sent"),
    Way(label="Places", icon="building-2", route="setup-places", words="site sites room rooms device devices location clinic set up", needs=SET_UP),
    Way(label="People who are booked", icon="calendar-clock", route="setup-people", words="hours calendar provider leave holiday staff clinician", needs=SET_UP),
    Way(label="Visit types", icon="list-checks", route="setup-visit-types", words="kind of visit length preparation", needs=(P.CALENDAR_EDIT,)),
    Way(label="Rules", icon="list-tree", route="setup-rules", words="worklist switch off on preview automatic work", needs=(P.RULE_SWITCH,)),
    Way(label="Audit", icon="shield-check", route="audit", words="who looked changed log verify", needs=(P.AUDIT_READ,)),
    Way(label="Design of the desk", icon="swatch-book", route="design", words="components"),
    Way(label="Sign out", icon="log-out", route="account_logout", words="log out leave"),
)


def doings(text: str, roles: frozenset[str], count: int = 4) -> Sequence[Way]:
    """Return what the words ask for and these roles may open: every typed word begins, or nearly is, a word of the label or of its other names."""
    asked = plain(text).split()
    if not asked or len(asked[0]) < WORD_LETTERS_MIN:
        return ()
    return [one for one in DOINGS if one.open_to(roles) and all(_fits(word, one) for word in asked)][:count]


def _fits(word: str, one: Way) -> bool:
    known = plain(f"{one.label} {one.words}").split()
    return any(
        each.startswith(word) or (len(word) > 4 and OSA.distance(word, each, score_cutoff=1) <= 1)
        for each in known
    )
