"""What someone says about themselves, each with when and by whom it came on record; and who pays what coverage does not."""

from collections.abc import Sequence
from dataclasses import dataclass

from waypost.chart.rules.words import Json, Reading
from waypost.registry import about, fhir


@dataclass(frozen=True, slots=True)
class Told:
    """One fact that was said or declined, and its source."""

    label: str
    words: str
    state: str  # said | declined | unknown
    source: str


@dataclass(frozen=True, slots=True)
class About:
    """The card: what is known, what nobody asked, and the source where all came from one."""

    told: tuple[Told, ...]
    unasked: tuple[str, ...]
    source: str  # '' where the facts have sources of their own


def about_of(history: Sequence[tuple[Json, str]]) -> About:
    """Return the card from a Patient's versions, newest first, each with its source in words.

    A fact came on record with the oldest version of the unbroken run in which it stands as it does now.
    """
    newest = history[0][0]
    values = [(about.asked(resource), source) for resource, source in history]
    told, unasked = [], []
    for fact in about.facts(newest):
        if not fact.state:
            unasked.append(fact.label.lower())
            continue
        source = values[0][1]
        for asked, since in values:
            if asked[fact.key] != values[0][0][fact.key]:
                break
            source = since
        told.append(Told(fact.label, fact.words, fact.state, source))
    sources = {one.source for one in told}
    return About(tuple(told), tuple(unasked), sources.pop() if len(sources) == 1 else "")


@dataclass(frozen=True, slots=True)
class Guarantor:
    """Who pays what coverage does not."""

    words: str
    source: str


def guarantor(patient: str, account: Json | None, source: str, reading: Reading) -> Guarantor | None:
    """Return who pays what coverage does not; None where nobody was named."""
    paying = [g for g in (account or {}).get("guarantor", ()) if fhir.current(g, reading.today)]
    if not paying:
        return None
    said = [
        "The patient"
        if g["party"].get("reference") == f"Patient/{patient}"
        else reading.name(g["party"]) or "Someone outside this record"
        for g in paying
    ]
    return Guarantor(", ".join(said), source)
