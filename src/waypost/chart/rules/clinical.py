"""Problems, medications and allergies as the page shows them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from waypost.chart.rules.words import Json, Reading, codes, concept, first, quantity, source

NO_KNOWN_ALLERGY = frozenset({"716186003", "409137002", "428607008", "716184000"})  # SNOMED CT 'no known …'
_ENDED = frozenset({"inactive", "remission", "resolved"})
_STOPPED = frozenset({"stopped", "completed", "cancelled", "entered-in-error", "not-taken", "ended"})
_UNTRUE = frozenset({"refuted", "entered-in-error"})


@dataclass(frozen=True, slots=True)
class Medication:
    """One line of the medication list."""

    type: str
    id: str
    version: int
    name: str
    dose: str
    source: str
    status: str
    reasons: tuple[str, ...]  # Condition ids
    since: str


@dataclass(frozen=True, slots=True)
class HealthProblem:
    """One problem with the medications taken for it."""

    id: str
    version: int
    name: str
    since: str
    source: str
    ended: str
    unconfirmed: bool
    medications: tuple[Medication, ...]


@dataclass(frozen=True, slots=True)
class Allergy:
    """One allergy or intolerance."""

    id: str
    version: int
    name: str
    reaction: str
    severe: bool
    source: str
    unconfirmed: bool

    @property
    def words(self) -> str:
        return f"{self.name}: {self.reaction}" if self.reaction else self.name


@dataclass(frozen=True, slots=True)
class Allergies:
    """What is known of allergies: a list, 'none known' as someone said, or never asked."""

    every: tuple[Allergy, ...]
    none_known: str  # the source of 'no known allergies', '' where nobody said so

    @property
    def asked(self) -> bool:
        return bool(self.every or self.none_known)

    @property
    def words(self) -> str:
        """Return the band's line."""
        if self.every:
            extra = f" and {len(self.every) - 2} more" if len(self.every) > 2 else ""
            return ", ".join(a.words for a in self.every[:2]) + extra
        return "None known" if self.none_known else "Not recorded"


def version_of(resource: Json) -> int:
    return int(resource.get("meta", {}).get("versionId") or 1)


def medication(resource: Json, reading: Reading) -> Medication:
    """Return a MedicationRequest or MedicationStatement as one line."""
    dosage = first(resource.get("dosageInstruction") or resource.get("dosage")) or {}
    written = resource.get("authoredOn") or resource.get("dateAsserted") or resource.get("effectiveDateTime")
    begun = (resource.get("effectivePeriod") or {}).get("start") or written
    name = concept(resource.get("medicationCodeableConcept")) or reading.name(
        resource.get("medicationReference")
    )
    return Medication(
        type=resource["resourceType"],
        id=resource.get("id", ""),
        version=version_of(resource),
        name=name or "Medication without a name",
        dose=dosage.get("text") or _dose(dosage),
        source=source(resource, written, reading),
        status=resource.get("status", ""),
        reasons=tuple(_ids(resource.get("reasonReference", ()), "Condition")),
        since=reading.day(begun),
    )


def _dose(dosage: Json) -> str:
    amount = first(dosage.get("doseAndRate")) or {}
    repeat = dosage.get("timing", {}).get("repeat", {})
    parts = [quantity(amount.get("doseQuantity"))]
    if repeat.get("frequency") and repeat.get("period") and repeat.get("periodUnit"):
        units = {"h": "hour", "d": "day", "wk": "week", "mo": "month"}
        unit = units.get(repeat["periodUnit"], repeat["periodUnit"])
        times = {1: "once", 2: "twice"}.get(repeat["frequency"], f"{repeat['frequency']} times")
        period = repeat["period"]
        parts.append(f"{times} a {unit}" if period == 1 else f"{times} every {period:g} {unit}s")
    if dosage.get("asNeededBoolean"):
        parts.append("as needed")
    return ", ".join(p for p in parts if p)


def _ids(references: Iterable[Json], kind: str) -> list[str]:
    found = (r.get("reference", "") for r in references)
    return [r.rpartition("/")[2] for r in found if r.startswith(kind + "/")]


def taken(resource: Json) -> bool:
    """Return whether a medication counts as current: active, on hold or intended, and meant as an order or a fact."""
    if resource.get("status") in _STOPPED or resource.get("status") == "draft":
        return False
    return resource.get("intent", "order") not in {"proposal", "plan", "option"}


def medications(resources: Iterable[Json], reading: Reading) -> tuple[Medication, ...]:
    """Return what is taken now, one line a drug: the newest order stands for older ones of the same name."""
    current = [r for r in resources if taken(r)]
    current.sort(key=lambda r: str(r.get("authoredOn") or r.get("dateAsserted") or ""), reverse=True)
    lines: dict[str, Medication] = {}
    for resource in current:
        line = medication(resource, reading)
        lines.setdefault(line.name.casefold(), line)
    return tuple(sorted(lines.values(), key=lambda m: m.name.casefold()))


def condition_ended(resource: Json) -> bool:
    return bool(codes(resource.get("clinicalStatus")) & _ENDED) or "abatementDateTime" in resource


def health_problem(resource: Json, for_it: Sequence[Medication], reading: Reading) -> HealthProblem:
    """Return a Condition as one line."""
    onset = resource.get("onsetDateTime") or (resource.get("onsetPeriod") or {}).get("start")
    ended = resource.get("abatementDateTime") or (resource.get("abatementPeriod") or {}).get("end")
    return HealthProblem(
        id=resource.get("id", ""),
        version=version_of(resource),
        name=concept(resource.get("code")) or "Problem without a name",
        since=_year_or_day(onset, reading) or resource.get("onsetString", ""),
        source=source(resource, resource.get("recordedDate"), reading),
        ended=reading.day(ended) or ("date not recorded" if condition_ended(resource) else ""),
        unconfirmed=bool(
            codes(resource.get("verificationStatus")) & {"unconfirmed", "provisional", "differential"}
        ),
        medications=tuple(for_it),
    )


def _year_or_day(text: str | None, reading: Reading) -> str:
    """Return the year of what began years ago, the day of what is recent."""
    if text and len(text) >= 4 and text[:4].isdigit() and int(text[:4]) < reading.today.year - 1:
        return text[:4]
    return reading.day(text)


def true_condition(resource: Json) -> bool:
    return not codes(resource.get("verificationStatus")) & _UNTRUE


def health_problems(
    conditions: Iterable[Json], taken_now: Sequence[Medication], reading: Reading
) -> tuple[tuple[HealthProblem, ...], tuple[Medication, ...]]:
    """Return open problems, each with its medications, and the medications that name no open problem.

    A problem recorded at several visits is one line: the earliest onset, the newest record.
    """
    lines: dict[str, Json] = {}
    same: dict[str, list[str]] = {}
    found = [c for c in conditions if true_condition(c) and not condition_ended(c)]
    for item in sorted(found, key=lambda c: str(c.get("onsetDateTime") or c.get("recordedDate") or "9")):
        key = concept(item.get("code")).casefold()
        lines.setdefault(key, item)
        same.setdefault(key, []).append(item.get("id", ""))
    shown: set[str] = set()
    problems = []
    for key, item in lines.items():
        for_it = [m for m in taken_now if set(m.reasons) & set(same[key]) and m.id not in shown]
        shown.update(m.id for m in for_it)
        problems.append(health_problem(item, for_it, reading))
    return tuple(problems), tuple(m for m in taken_now if m.id not in shown)


def allergies(resources: Iterable[Json], reading: Reading) -> Allergies:
    """Return active allergies, severe ones first, and who said that none are known."""
    active, none_known = [], ""
    for resource in resources:
        if (
            codes(resource.get("clinicalStatus")) & _ENDED
            or codes(resource.get("verificationStatus")) & _UNTRUE
        ):
            continue
        if codes(resource.get("code")) & NO_KNOWN_ALLERGY:
            none_known = source(resource, resource.get("recordedDate"), reading)
            continue
        active.append(allergy(resource, reading))
    active.sort(key=lambda a: (not a.severe, a.name.casefold()))
    return Allergies(tuple(active), none_known)


def allergy(resource: Json, reading: Reading) -> Allergy:
    reactions = resource.get("reaction", ())
    shown = [concept(m) for r in reactions for m in r.get("manifestation", ())]
    severe = resource.get("criticality") == "high" or any(r.get("severity") == "severe" for r in reactions)
    return Allergy(
        id=resource.get("id", ""),
        version=version_of(resource),
        name=concept(resource.get("code")) or "Substance not named",
        reaction=", ".join(dict.fromkeys(s for s in shown if s)).lower(),
        severe=severe,
        source=source(resource, resource.get("recordedDate"), reading),
        unconfirmed=bool(codes(resource.get("verificationStatus")) & {"unconfirmed", "presumed"}),
    )
