"""Rules about coming home from a hospital: the call, the visit, the medications (TCM)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from waypost.coordination.contacts.reading import contacts_of
from waypost.coordination.worklist.rules import tcm
from waypost.coordination.worklist.rules.shapes import Again, Answer, Facts, Figures, Item, Json, Rule
from waypost.coordination.worklist.rules.words import lead, visits, when
from waypost.kernel.dates import local_day, read_moment, say_short

HOLDS = ("booked", "arrived", "checked-in", "fulfilled")


@dataclass(frozen=True, slots=True)
class Discharge:
    """A discharge whose thirty days have not passed."""

    stay: Json
    at: datetime
    clocks: tcm.Clocks
    place: str

    @property
    def key(self) -> str:
        return f"{self.stay.get('id', '')}@{self.clocks.discharge}"


def discharge(facts: Facts) -> Discharge | None:
    """Return the newest discharge home whose period runs; None while the patient is in again (TCM-7), or it was withdrawn (SCH-4)."""
    found: list[Discharge] = []
    for stay in facts.all("Encounter"):
        if (stay.get("class") or {}).get("code") not in tcm.STAYS:
            continue
        ended = read_moment((stay.get("period") or {}).get("end"), facts.zone)
        if stay.get("status") in {"in-progress", "onleave", "arrived"}:
            return None
        if stay.get("status") != "finished" or ended is None or ended > facts.now:
            continue
        hospital = stay.get("hospitalization") or {}
        to = {c.get("code", "") for c in (hospital.get("dischargeDisposition") or {}).get("coding") or ()}
        if any(tcm.eligible((stay.get("class") or {}).get("code", ""), code) for code in to):
            place = (stay.get("serviceProvider") or {}).get("display", "") or "hospital"
            found.append(Discharge(stay, ended, tcm.clocks(local_day(ended, facts.zone)), place))
    newest = max(found, key=lambda one: (one.at, one.key), default=None)
    return newest if newest and facts.now < facts.end_of(newest.clocks.ends) else None


def _call(facts: Facts, figures: Figures) -> Iterator[Answer]:
    home = discharge(facts)
    if home is None:
        return
    contacts = [c for c in contacts_of(facts.all("Communication"), facts.zone) if c.at >= home.at and not c.inbound]
    if any(tcm.contact_counts(reached=c.reached, licensed=c.licensed) for c in contacts):
        return
    escalates = facts.start_of(home.clocks.escalate)
    if facts.now < escalates:
        yield Again(escalates)
    yield Again(facts.end_of(home.clocks.ends))
    tried = len([c for c in contacts if c.licensed])
    enough = " Two attempts are on record, so it stays reportable; keep trying (TCM-3)." if tcm.attempts_suffice(tried) else ""
    yield Item(
        key=home.key, what="Call after discharge", focus=f"Encounter/{home.stay['id']}", priority="asap" if facts.now >= escalates else "urgent",
        why=f"Discharged {say_short(home.clocks.discharge)} from {home.place}; contact by clinical staff is due by {say_short(home.clocks.contact)} (TCM-2).{enough}",
        due=facts.end_of(home.clocks.call),
    )  # fmt: skip


def _visit(facts: Facts, figures: Figures) -> Iterator[Answer]:
    home = discharge(facts)
    if home is None:
        return
    ends = facts.end_of(home.clocks.moderate)
    if facts.now >= ends or _seen(facts, home):
        return
    yield Again(ends)
    yield Item(
        key=home.key, what="Book the visit after discharge", focus=f"Encounter/{home.stay['id']}", priority="urgent", owner=lead(facts),
        why=f"Discharged {say_short(home.clocks.discharge)} from {home.place}, and no visit is booked; it counts by {say_short(home.clocks.high)} at high"
        f" complexity, by {say_short(home.clocks.moderate)} at moderate (TCM-4).",
        due=facts.end_of(home.clocks.book),
    )  # fmt: skip


def _seen(facts: Facts, home: Discharge) -> list[datetime]:
    last = facts.end_of(home.clocks.moderate)
    return sorted(start for _, start in visits(facts, *HOLDS) if home.at < start < last)


def _reconcile(facts: Facts, figures: Figures) -> Iterator[Answer]:
    home = discharge(facts)
    if home is None:
        return
    seen = _seen(facts, home)
    day = local_day(seen[0], facts.zone) if seen else home.clocks.high
    yield Again(facts.end_of(home.clocks.ends))
    yield Item(
        key=home.key, what="Reconcile medications after discharge", focus=f"Encounter/{home.stay['id']}", priority="urgent",
        why=f"Discharged {say_short(home.clocks.discharge)} from {home.place}; medications are reconciled on or before the day of the visit,"
        f" {say_short(day)} (TCM-5).",
        due=facts.end_of(day),
    )  # fmt: skip


def _called(facts: Facts, task: Json) -> str:
    return _over(facts, "Clinical staff reached the patient.")


def _booked(facts: Facts, task: Json) -> str:
    home = discharge(facts)
    seen = _seen(facts, home) if home else []
    if home is None or not seen:
        return _over(facts, "The 14 days after discharge are over.")
    day = (local_day(seen[0], facts.zone) - home.clocks.discharge).days
    return f"A visit is booked for {when(facts, seen[0])}, day {day}: {tcm.visit_code('high', day) or 'nothing'} at most."


def _over(facts: Facts, otherwise: str) -> str:
    if any(stay.get("status") == "in-progress" and (stay.get("class") or {}).get("code") in tcm.STAYS for stay in facts.all("Encounter")):
        return "The patient is in the hospital again, or the discharge was withdrawn."
    return otherwise if discharge(facts) else "The 30 days after discharge are over, or the discharge was withdrawn."


def _reconciled(facts: Facts, task: Json) -> str:
    return _over(facts, "The discharge is another now.")


RULES = (
    Rule(
        code="discharge-call", name="Contact after discharge", kind="discharge-call", source="TCM-1, TCM-2, TCM-3, TCM-10", pool="nurses",
        says="Whoever came home from a hospital is called by clinical staff by the end of the first business day; the law's clock is two."
        " A clerk's call and a message without reply are outreach. Ends when a nurse or clinician reached the patient.",
        reads=("Encounter", "Communication"), decide=_call, gone=_called, act="call",
    ),
    Rule(
        code="discharge-visit", name="Visit after discharge", kind="discharge-visit", source="TCM-4, TCM-6, TCM-7, TCM-10", pool="scheduling",
        says="A visit is booked by the end of the second business day, to be within seven days, fourteen at most. Ends when one is booked.",
        reads=("Encounter", "Appointment", "CareTeam"), decide=_visit, gone=_booked, act="times",
    ),
    Rule(
        code="discharge-medications", name="Medications after discharge", kind="reconcile", source="TCM-5", pool="nurses",
        says="Medications are reconciled on or before the day of the visit. A nurse or clinician completes it.",
        reads=("Encounter", "Appointment"), decide=_reconcile, gone=_reconciled, act="chart",
    ),
)  # fmt: skip
