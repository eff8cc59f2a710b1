"""Missing or contradictory: what the record should say and does not, or says twice, each with the key that fixes it.

Pure: values in, values out. The table is printed in docs/rules/missing-facts.md.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from waypost.chart.rules.clinical import Allergies
from waypost.chart.rules.people import Minor, Relation, Team
from waypost.coverage import limits
from waypost.coverage.rules import CoverageView
from waypost.kernel.dates import say_short
from waypost.registry import about, fhir

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Known:
    """All that the rules look at."""

    patient: Json
    today: date
    people: Sequence[Relation] = ()
    team: Team | None = None
    coverages: Sequence[CoverageView] = ()
    minor: Minor | None = None
    allergies: Allergies | None = None  # None where the reader may not see the chart


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing to mend: the fact, the verb on its key, the form it opens (and on what)."""

    rule: str
    says: str
    fix: str
    form: str  # name of an edit form of the patient page
    target: str = ""  # id of the resource to open it on


Rule = Callable[[Known], Iterable[Fact]]


def _birth_date(k: Known) -> Iterable[Fact]:
    if fhir.born(k.patient) is None:
        text = k.patient.get("birthDate")
        asked = fhir.birth_unknown(k.patient)
        says = (
            f"Only part of the birth date is known: {text}"
            if text
            else "Birth date not known" + (", asked before" if asked else "")
        )
        yield Fact("FACT-1", says, "Ask", "person")


def _phone(k: Known) -> Iterable[Fact]:
    if not fhir.phones(k.patient, k.today) and "phone" not in about.what_declined(k.patient):
        if any(p.phone for p in k.people):
            yield Fact("FACT-2", "No phone of the patient's own; reached through family only", "Add", "phone")
        else:
            yield Fact("FACT-2", "No phone number", "Add", "phone")


def _leave(k: Known) -> Iterable[Fact]:
    numbers = fhir.phones(k.patient, k.today)
    if numbers and all(p.voicemail is None for p in numbers):
        yield Fact(
            "FACT-3", "Nobody has asked whether voicemail is OK", "Ask", "phone", str(numbers[0].place)
        )


def _address(k: Known) -> Iterable[Fact]:
    homes = fhir.current_addresses(k.patient, k.today)
    homeless = fhir.extension(k.patient, "no-fixed-address") is True
    same_use = [a for a in homes if a.get("use") != "temp"]
    if len(same_use) > 1:
        yield Fact("FACT-4", f"{_number(len(same_use))} addresses marked current", "Fix", "addresses")
    elif homes and homeless:
        yield Fact("FACT-4", "An address and 'no fixed address' are both recorded", "Fix", "address")
    elif not homes and not homeless and "address" not in about.what_declined(k.patient):
        yield Fact("FACT-4", "No address, and not recorded as without one", "Add", "address")


def _number(many: int) -> str:
    return {2: "Two", 3: "Three"}.get(many, str(many))


def _names(k: Known) -> Iterable[Fact]:
    official = [n for n in fhir.names(k.patient, "official") if fhir.current(n, k.today)]
    if len({fhir.say_name(n) for n in official}) > 1:
        yield Fact("FACT-5", f"{_number(len(official))} legal names marked current", "Fix", "person")


def _language(k: Known) -> Iterable[Fact]:
    spoken = fhir.spoken_language(k.patient)
    needed = fhir.interpreter_needed(k.patient)
    if not spoken and "language" in about.what_declined(k.patient):
        return
    if not spoken:
        yield Fact("FACT-6", "Language not recorded", "Ask", "language")
    elif needed is None and spoken.split("-")[0] != "en":
        yield Fact("FACT-6", "Not recorded whether an interpreter is needed", "Ask", "language")
    elif needed is False and spoken.split("-")[0] == "ase":
        yield Fact("FACT-6", "Signs, yet no interpreter is marked as needed", "Fix", "language")


def _emergency(k: Known) -> Iterable[Fact]:
    contacts = [p for p in k.people if p.emergency]
    if not contacts and not k.patient.get("contact"):
        yield Fact("FACT-7", "No emergency contact", "Add", "relation")
    yield from (
        Fact("FACT-7", f"Emergency contact {p.name} has no phone number", "Add", "relation", p.id)
        for p in contacts
        if not p.phone
    )


def _lead(k: Known) -> Iterable[Fact]:
    if k.team is not None and k.team.lead is None:
        says = "Care team has no lead coordinator" if k.team.members else "No care team yet"
        yield Fact("FACT-8", says, "Choose", "team")


def _allergy(k: Known) -> Iterable[Fact]:
    if k.allergies is not None and not k.allergies.asked:
        yield Fact("FACT-9", "Allergies never recorded: not even that none are known", "Ask", "allergy")
    if k.allergies is not None and k.allergies.every and k.allergies.none_known:
        yield Fact("FACT-9", "'No known allergies' stands beside a list of allergies", "Fix", "allergy")


def _coverage(k: Known) -> Iterable[Fact]:
    standing = [c for c in k.coverages if c.state not in {"ended", "refused"}]
    if not standing:
        says = (
            "No coverage in force, and not recorded as self-pay"
            if k.coverages
            else "No coverage recorded, nor self-pay"
        )
        yield Fact("FACT-10", says, "Add", "coverage")
    for coverage in standing:
        verified = (
            f", last verified {say_short(coverage.verified, today=k.today)}"
            if coverage.verified
            else ", never verified"
        )
        if coverage.ends is not None and coverage.ends - k.today <= timedelta(days=limits.ENDING_DAYS):
            says = f"{coverage.payer} ends {say_short(coverage.ends, today=k.today)}{'' if coverage.self_pay else verified}"
            form = "coverage" if coverage.self_pay else "answer"
            yield Fact("FACT-10", says, "Verify" if form == "answer" else "Check", form, coverage.id)
        elif coverage.due:
            yield Fact(
                "FACT-11",
                f"{coverage.payer}: {coverage.said[:1].lower()}{coverage.said[1:].rstrip('.')}",
                "Verify",
                "answer",
                coverage.id,
            )
    for coverage in k.coverages:
        if coverage.state == "refused":
            yield Fact("FACT-11", coverage.said.rstrip("."), "Verify", "answer", coverage.id)
    if any(c.self_pay for c in standing) and any(not c.self_pay for c in standing):
        yield Fact(
            "FACT-12", "Self-pay and a payer are both marked current", "Fix", "coverage", standing[-1].id
        )


def _consent(k: Known) -> Iterable[Fact]:
    if k.minor is not None and not k.minor.consent:
        yield Fact(
            "FACT-13", f"A minor ({k.minor.years}), and nobody recorded who may consent", "Add", "relation"
        )


def _deceased(k: Known) -> Iterable[Fact]:
    if k.patient.get("deceasedBoolean") is True:
        yield Fact("FACT-14", "Died; date not recorded", "Add", "deceased")


RULES: tuple[Rule, ...] = (  # in the order in which the page prints them
    _consent, _names, _birth_date, _phone, _address, _language, _coverage, _allergy, _emergency, _lead, _leave, _deceased,
)  # fmt: skip


def missing(known: Known) -> tuple[Fact, ...]:
    """Return all there is to mend. Of the dead and of merged charts nothing more is asked than the date."""
    if fhir.survivor(known.patient):
        return ()
    if fhir.died(known.patient):
        return tuple(_deceased(known))
    return tuple(fact for rule in RULES for fact in rule(known))
