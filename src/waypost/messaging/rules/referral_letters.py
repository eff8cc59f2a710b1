"""The referral letter and the packet behind it: for another clinic, in English, two identifiers on each page."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date

from waypost.messaging.rules import wording
from waypost.messaging.rules.facts import Clinic, Recipient


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked of whom."""

    what: str
    urgency: str
    reason: str
    to: str
    specialty: str
    phone: str
    fax: str
    orderer: str
    ordered: date | None


@dataclass(frozen=True, slots=True)
class Part:
    """A part of the packet: a heading, and lines or what to say where there is none."""

    title: str
    lines: tuple[str, ...]
    none: str


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A document that goes along: words, or a picture of a page (`file` is its name among the sources)."""

    title: str
    kind: str  # text | picture | apart
    text: str = ""
    file: str = ""


@dataclass(frozen=True, slots=True)
class ReferralLetter:
    title: str
    head: tuple[str, ...]
    written: str
    to: tuple[str, ...]
    patient: str
    identifiers: tuple[tuple[str, str], ...]
    facts: tuple[tuple[str, str], ...]
    words: tuple[str, ...]
    sign: tuple[str, ...]
    enclosed: tuple[str, ...]
    parts: tuple[Part, ...] = ()
    enclosures: tuple[Enclosure, ...] = ()


def compose(
    clinic: Clinic, recipient: Recipient, asked: Asked, *, reach: str, needs: Sequence[str], enclosed: Sequence[str], written_on: date
) -> ReferralLetter:
    """Return the letter. `reach` is how the patient is reached, `needs` what whoever books them must know."""
    born = wording.day_plain(recipient.born) if recipient.born else "not known"
    facts = [("Asked for", asked.what), ("Urgency", asked.urgency), ("Reason", asked.reason or "Not said")]
    if asked.specialty and asked.specialty.casefold() not in asked.what.casefold():
        facts.insert(1, ("Specialty", asked.specialty))
    facts.append(("Patient’s phone", reach or "None recorded"))
    if needs:
        facts.append(("To know", "; ".join(needs)))
    ordered = f", ordered {wording.day_plain(asked.ordered)}" if asked.ordered else ""
    return ReferralLetter(
        title=asked.what if "referral" in asked.what.casefold() else f"Referral: {asked.what}",
        head=(clinic.name, *clinic.address, clinic.phone),
        written=wording.day_plain(written_on),
        to=tuple(
            line
            for line in (asked.to, asked.phone and f"Phone {asked.phone}", asked.fax and f"Fax {asked.fax}")
            if line
        ),
        patient=recipient.name,
        identifiers=(("Born", born), ("MRN", recipient.mrn or "none")),
        facts=tuple(facts),
        words=(
            "Thank you for seeing this patient of ours.",
            f"When you have a date, tell us on {clinic.phone}. Send your report to us when the patient was seen: we wait for it, and tell the patient.",
        ),
        sign=(asked.orderer or "Orderer not recorded", f"{clinic.name}{ordered}"),
        enclosed=tuple(enclosed),
    )


def packet(letter: ReferralLetter, parts: Sequence[Part], enclosures: Sequence[Enclosure]) -> ReferralLetter:
    """Return the letter with the chart's pages and documents behind it."""
    papers = (one.title.partition(", page ")[0] for one in enclosures)
    named = tuple(dict.fromkeys((*(part.title for part in parts), *papers)))
    return replace(letter, title=f"{letter.title}, packet", parts=tuple(parts), enclosures=tuple(enclosures), enclosed=named)
