"""Rules about refills: whose supply has run out, and since when (FUP-5). Days are counted; no drug is judged."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from waypost.coordination.worklist.rules import tcm
from waypost.coordination.worklist.rules.shapes import (
    Again,
    Answer,
    Facts,
    Figure,
    Figures,
    Item,
    Json,
    Rule,
    key_of,
)
from waypost.coordination.worklist.rules.words import refers_to
from waypost.kernel.business_days import business_days_after
from waypost.kernel.dates import local_day, read_moment, say_short

NAME_CHARACTERS_MAX, KEY_CHARACTERS_MAX = 60, 48


@dataclass(frozen=True, slots=True)
class Critical:
    """A class of drugs of which no day may be missed, by the names of what is in them."""

    name: str
    holds: frozenset[str]
    since: date = date(2026, 1, 1)
    until: date | None = None


CRITICAL = (  # FUP-5 names the classes; the names are the program's
    Critical("anticoagulant", frozenset({"apixaban", "dabigatran", "dalteparin", "edoxaban", "enoxaparin", "fondaparinux", "rivaroxaban", "warfarin"})),
    Critical("insulin", frozenset({"insulin"})),
    Critical("anti-seizure", frozenset({
        "brivaracetam", "carbamazepine", "cenobamate", "clobazam", "divalproex", "eslicarbazepine", "ethosuximide", "felbamate", "lacosamide",
        "lamotrigine", "levetiracetam", "oxcarbazepine", "perampanel", "phenobarbital", "phenytoin", "primidone", "rufinamide", "tiagabine",
        "topiramate", "valproate", "valproic", "vigabatrin", "zonisamide",
    })),
    Critical("antipsychotic", frozenset({
        "aripiprazole", "asenapine", "brexpiprazole", "cariprazine", "chlorpromazine", "clozapine", "fluphenazine", "haloperidol", "iloperidone",
        "loxapine", "lumateperone", "lurasidone", "olanzapine", "paliperidone", "perphenazine", "quetiapine", "risperidone", "thioridazine",
        "trifluoperazine", "ziprasidone",
    })),
    Critical("transplant", frozenset({"azathioprine", "belatacept", "cyclosporine", "everolimus", "mycophenolate", "mycophenolic", "sirolimus", "tacrolimus"})),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Fill:
    """One handing over: `days` is how long it lasts."""

    on: date
    days: int


@dataclass(frozen=True, slots=True)
class Away:
    """A stay in a hospital, which gives the drugs: from its first day up to the day of leaving, which is at home again."""

    first: date
    left: date


def runs_out(fills: Sequence[Fill]) -> date:
    """Return the first day without supply: each fill begins when it is handed over or, early, when what was left is used up."""
    end = date.min
    for fill in sorted(fills, key=lambda one: (one.on, one.days)):
        end = max(end, fill.on) + timedelta(days=fill.days)
    return end


def gap(end: date, today: date, away: Sequence[Away] = ()) -> int:
    """Return the days since supply ran out, those in a hospital left out; 0 or less while it lasts."""
    if today <= end:
        return (today - end).days
    return sum(not _inside(end + timedelta(days=n), away) for n in range((today - end).days))


def reaches(end: date, days: int, today: date, away: Sequence[Away] = ()) -> date:
    """Return the first day on which the gap is so long; where it is not yet, the earliest on which it can be."""
    day = min(max(end, date.min) + timedelta(days=days), today)
    while day < today and gap(end, day, away) < days:
        day += timedelta(days=1)
    return day + timedelta(days=max(days - gap(end, day, away), 0))


def critical(name: str, on: date) -> str:
    """Return the class of a drug of which no day may be missed, or ''."""
    words = set(re.findall(r"[a-z]+", name.casefold()))
    return next((c.name for c in CRITICAL if c.holds & words and c.since <= on and (c.until is None or on <= c.until)), "")


def _inside(day: date, away: Sequence[Away]) -> bool:
    return any(one.first <= day < one.left for one in away)


@dataclass(frozen=True, slots=True)
class Taken:
    """A drug that is prescribed now, with what was handed over of it."""

    key: str
    name: str
    fills: Sequence[Fill]


def _taken(facts: Facts) -> Iterator[Taken]:
    """Yield each drug on an active prescription of which it is known how long every fill lasts."""
    wanted: dict[str, list[Json]] = {}
    for one in facts.all("MedicationRequest"):
        if one.get("status") == "active" and one.get("intent", "order") in {"order", "original-order", "reflex-order", "filler-order", "instance-order"}:
            wanted.setdefault(_drug(one), []).append(one)
    for key, requests in sorted(wanted.items()):
        references = [f"MedicationRequest/{one.get('id', '')}" for one in requests]
        handed = [
            one for one in facts.all("MedicationDispense")
            if one.get("status") == "completed" and (_drug(one) == key or any(refers_to(one.get("authorizingPrescription"), r) for r in references))
        ]  # fmt: skip
        fills = [_fill(facts, one) for one in handed]
        known = [one for one in fills if one is not None]
        if known and len(known) == len(fills) and key:
            yield Taken(key, _name(requests[0]), known)


def _fill(facts: Facts, one: Json) -> Fill | None:
    at = read_moment(one.get("whenHandedOver") or one.get("whenPrepared"), facts.zone)
    supply = one.get("daysSupply") or {}
    days = supply.get("value")
    if at is None or at > facts.now or days is None or supply.get("code", "d") != "d" or not 0 < float(days) <= 400:
        return None
    return Fill(local_day(at, facts.zone), int(float(days)))


def _drug(one: Json) -> str:
    """Return what tells one drug from another: its first code, else its words."""
    concept = one.get("medicationCodeableConcept") or {}
    code = next((c.get("code", "") for c in concept.get("coding") or ()), "")
    return (code or concept.get("text", "").casefold() or (one.get("medicationReference") or {}).get("reference", ""))[:KEY_CHARACTERS_MAX]


def _name(one: Json) -> str:
    concept = one.get("medicationCodeableConcept") or {}
    said = concept.get("text") or next((c.get("display", "") for c in concept.get("coding") or ()), "")
    return (said or (one.get("medicationReference") or {}).get("display", "") or "the medicine")[:NAME_CHARACTERS_MAX]


def _away(facts: Facts) -> list[Away]:
    found = []
    for stay in facts.all("Encounter"):
        period = stay.get("period") or {}
        came, left = read_moment(period.get("start"), facts.zone), read_moment(period.get("end"), facts.zone)
        if (stay.get("class") or {}).get("code") in tcm.STAYS and stay.get("status") in {"finished", "in-progress", "onleave"} and came is not None:
            found.append(Away(local_day(came, facts.zone), local_day(left, facts.zone) if left else facts.today + timedelta(days=1)))
    return found


def _gaps(facts: Facts, figures: Figures) -> Iterator[Answer]:
    away = _away(facts)
    for one in _taken(facts):
        grave = critical(one.name, facts.today)
        end = runs_out(one.fills)
        missed = gap(end, facts.today, away)
        contact = 1 if grave else figures["contact"] + 1
        first = contact if grave else min(figures["watch"] + 1, contact)
        if missed >= figures["back"]:
            continue
        following = next(days for days in (first, contact, figures["back"]) if missed < days)
        yield Again(facts.start_of(reaches(end, following, facts.today, away)))
        if missed < first:
            continue
        yield _item(facts, one, end, grave, away, contact=contact, watched=missed < contact)


def _item(facts: Facts, one: Taken, end: date, grave: str, away: Sequence[Away], *, contact: int, watched: bool) -> Item:
    last = max(fill.on for fill in one.fills)
    since = f"Last filled {say_short(last)}; supply ran out after {say_short(end - timedelta(days=1))}"
    begins = reaches(end, contact, facts.today, away)
    if watched:
        return Item(
            key=f"{one.key}@{end}:watch", what=f"Watch for the refill: {one.name}", due=facts.end_of(begins),
            why=f"{since}, and no fill since; the patient is called when {contact} days are missed (FUP-5).",
        )  # fmt: skip
    by = begins if grave else business_days_after(begins, 1)
    said = f"one of the drugs ({grave}) of which no day may be missed, called about the same day" if grave else f"{contact} days are missed"
    return Item(
        key=f"{one.key}@{end}:contact", what=f"Call about the refill: {one.name}", due=facts.end_of(by), priority="urgent" if grave else "routine",
        why=f"{since}, and no fill since; {said} (FUP-5).", lane="safety" if grave else "",
    )  # fmt: skip


def _filled(facts: Facts, task: Json) -> str:
    key, _, stage = key_of(task).rpartition(":")
    drug, _, end = key.rpartition("@")
    now = next((one for one in _taken(facts) if one.key == drug), None)
    if now is None:
        return "It is no longer prescribed."
    if runs_out(now.fills).isoformat() != end:
        return f"Filled {say_short(max(fill.on for fill in now.fills))}."
    return "So many days are missed that the patient is called." if stage == "watch" else "It has aged out."


RULES = (
    Rule(
        code="refill-gap", name="Refills that were not picked up", kind="refill", source="FUP-5", pool="coordinators",
        says="A drug on an active prescription whose supply has run out, early fills carried over and days in a hospital left out: watched after"
        " three days, called about after seven; anticoagulants, insulin, anti-seizure drugs, antipsychotics and transplant drugs the same day."
        " Ends with a fill, or when it is no longer prescribed. Where a fill does not say how long it lasts, nothing is said.",
        reads=("MedicationRequest", "MedicationDispense", "Encounter"), decide=_gaps, gone=_filled, act="call", own_only=True,
        figures=(
            Figure("watch", "Watched when more days are missed than", 3, 0, 14, "days"),
            Figure("contact", "Called about when more days are missed than", 7, 1, 30, "days"),
            Figure("back", "Let it go after this many days", 90, 14, 115, "days"),
        ),
    ),
)  # fmt: skip
