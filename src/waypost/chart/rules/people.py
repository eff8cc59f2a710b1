"""Whom one may talk to, who consents for a minor, and who the care team is."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from waypost.chart.rules.words import Json, Reading, codes, concept, listed
from waypost.kernel.dates import birthday, read_day, say_short, years_between
from waypost.registry import fhir

ADULT_YEARS = (
    18  # age of majority in most states; Alabama and Nebraska 19, Mississippi 21: a policy row of the clinic
)
TURNS_SOON_DAYS = 90

GUARDIAN = frozenset({"GUARD", "POWATT", "HPOWATT", "DPOWATT", "SPOWATT"})
PARENT = frozenset(
    {"PRN", "MTH", "FTH", "NMTH", "NFTH", "ADOPTP", "ADOPTM", "ADOPTF", "STPPRN", "STPMTH", "STPFTH"}
)
EMERGENCY = "C"  # v2-0131 emergency contact
ABOUT = {"visits": "visits", "bills": "bills", "clinical": "health", "all": "everything"}

_RELATIONS = {
    "MTH": "mother", "FTH": "father", "PRN": "parent", "GUARD": "guardian", "DAUC": "daughter", "SONC": "son", "CHILD": "child",
    "SPS": "spouse", "WIFE": "wife", "HUSB": "husband", "DOMPART": "partner", "SIS": "sister", "BRO": "brother", "SIB": "brother or sister", "EXT": "other relative",
    "GRMTH": "grandmother", "GRFTH": "grandfather", "GRPRN": "grandparent", "FRND": "friend", "NBOR": "neighbor", "AUNT": "aunt",
    "UNCLE": "uncle", "C": "emergency contact", "N": "next of kin", "POWATT": "power of attorney",
    "HPOWATT": "healthcare power of attorney", "GRNDDAU": "granddaughter", "GRNDSON": "grandson", "NIECE": "niece", "NEPHEW": "nephew",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Relation:
    """Someone beside the patient."""

    id: str
    version: int
    name: str
    relationship: str
    leaves: tuple[fhir.Leave, ...]  # what may be discussed today, and until when
    told_words: str  # 'visits; bills until Dec 31'
    phone: fhir.Phone | None
    guardian: bool
    may_consent: bool
    may_bring: bool
    emergency: bool
    ended: bool


def say_leaves(leaves: Sequence[fhir.Leave], today: date) -> str:
    """Return what may be discussed and until when: 'visits; bills until Dec 31'."""
    said = []
    for until in sorted({leave.until for leave in leaves}, key=lambda day: day or date.min):
        topics = [leave.topic for leave in leaves if leave.until == until]
        words = ABOUT["all"] if "all" in topics else listed([ABOUT.get(topic, topic) for topic in topics])
        said.append(f"{words} until {say_short(until, today=today)}" if until else words)
    return "; ".join(said)


def relation(resource: Json, reading: Reading) -> Relation:
    """Return a RelatedPerson as the page says it."""
    kinds = [c.get("code", "") for r in resource.get("relationship", ()) for c in r.get("coding", ())]
    kin = sorted((c for c in kinds if c != EMERGENCY), key=lambda c: c == "GUARD")  # who they are, then what they may
    words = [_RELATIONS.get(c, "") for c in kin]
    texts = [concept(r) for r in resource.get("relationship", ()) if EMERGENCY not in codes(r)]
    guardian = bool(set(kinds) & GUARDIAN)
    consents = fhir.extension(resource, "may-consent")
    may_consent = consents is True
    bring = fhir.extension(resource, "may-bring")
    phones = fhir.phones(resource, reading.today)
    name = fhir.legal_name(resource)
    leaves = tuple(leave for leave in fhir.leaves(resource) if leave.stands(reading.today))
    return Relation(
        id=resource.get("id", ""),
        version=int(resource.get("meta", {}).get("versionId") or 1),
        name=fhir.say_full_name(name) or "Name not recorded",
        relationship=next(
            (w for w in words if w), next((t.lower() for t in texts if t), "relationship not recorded")
        ),
        leaves=leaves,
        told_words=say_leaves(leaves, reading.today),
        phone=phones[0] if phones else None,
        guardian=guardian,
        may_consent=may_consent,
        may_bring=may_consent or bring is True,
        emergency=EMERGENCY in kinds,
        ended=resource.get("active") is False or not fhir.current(resource, reading.today),
    )


def relations(resources: Iterable[Json], reading: Reading) -> tuple[Relation, ...]:
    """Return those in force, whoever consents first, then whoever may be told."""
    made = [r for r in (relation(x, reading) for x in resources) if not r.ended]
    made.sort(key=lambda r: (not r.may_consent, not r.leaves, not r.emergency, r.name))
    return tuple(made)


def may_be_told(people: Sequence[Relation]) -> tuple[Relation, ...]:
    return tuple(r for r in people if r.leaves)


@dataclass(frozen=True, slots=True)
class Minor:
    """Who decides, brings and hears for someone who is not of age yet."""

    years: int
    turns: date  # the day they come of age
    soon: bool
    consent: tuple[Relation, ...]
    bring: tuple[Relation, ...]
    told: tuple[Relation, ...]


def minor(patient: Json, people: Sequence[Relation], today: date) -> Minor | None:
    """Return the minor's card; None for adults and where the birth date is not known."""
    born = fhir.born(patient)
    if born is None or fhir.died(patient) or years_between(born, today) >= ADULT_YEARS:
        return None
    turns = birthday(born, ADULT_YEARS)
    return Minor(
        years=years_between(born, today),
        turns=turns,
        soon=turns - today <= timedelta(days=TURNS_SOON_DAYS),
        consent=tuple(r for r in people if r.may_consent),
        bring=tuple(r for r in people if r.may_bring),
        told=may_be_told(people),
    )


def came_of_age(patient: Json, today: date) -> date | None:
    """Return the day on which a patient came of age, where it has come; None for minors and unknown birth dates."""
    born = fhir.born(patient)
    if born is None or years_between(born, today) < ADULT_YEARS:
        return None
    return birthday(born, ADULT_YEARS)


def ends_at_majority(related: Json, of_age: date) -> bool:
    """Return whether a proxy stands on the patient's minority: a parent's or guardian's leave given before that day.

    A power of attorney that is no parent's, and any leave of one who is beside the patient only since the birthday, is
    the adult's own wish and stays.
    """
    kinds = {c for r in related.get("relationship", ()) for c in codes(r)}
    period = related.get("period") or {}
    begun, ended = read_day(period.get("start")), read_day(period.get("end"))
    if related.get("active") is False or (ended is not None and ended < of_age):
        return False
    if begun is not None and begun >= of_age:
        return False
    consents = fhir.extension(related, "may-consent") is True
    speaks = consents or any(leave.stands(of_age) for leave in fhir.leaves(related))
    if kinds & (PARENT | {"GUARD"}):
        return speaks
    return consents and not kinds & GUARDIAN


CARE_ROLES = {
    "coordinator": "Coordinator", "pcp": "PCP", "specialist": "Specialist", "nurse": "Nurse", "social-worker": "Social worker",
    "interpreter": "Interpreter", "family": "Family", "pharmacist": "Pharmacist", "therapist": "Therapist",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Member:
    """One member of the care team."""

    role: str
    code: str
    name: str
    reference: str
    lead: bool
    phone: fhir.Phone | None = None


@dataclass(frozen=True, slots=True)
class Team:
    """The care team and the resource it stands in."""

    id: str
    version: int
    members: tuple[Member, ...]

    @property
    def lead(self) -> Member | None:
        return next((m for m in self.members if m.lead), None)

    def first(self, code: str) -> Member | None:
        return next((m for m in self.members if m.code == code), None)


def team(teams: Iterable[Json], people: Sequence[Relation], patient: Json, reading: Reading) -> Team:
    """Return who cares: the active CareTeams' members, the lead first, each once; else the Patient's own practitioner."""
    order = list(CARE_ROLES)
    members: dict[str, Member] = {}
    kept: Json = {}
    by_id = {f"RelatedPerson/{r.id}": r for r in people}
    for resource in sorted(teams, key=lambda t: t.get("id", "")):
        if resource.get("status", "active") != "active":
            continue
        kept = kept or resource
        for participant in resource.get("participant", ()):
            member = _member(participant, by_id, reading)
            if member and fhir.current(participant, reading.today):
                members.setdefault(member.reference or member.name, member)
    for reference in patient.get("generalPractitioner", ()):
        name = reading.name(reference)
        if name and not any(m.code == "pcp" for m in members.values()):
            members[reference.get("reference", name)] = Member(
                "PCP", "pcp", name, reference.get("reference", ""), lead=False
            )
    found = sorted(members.values(), key=lambda m: order.index(m.code) if m.code in order else len(order))
    lead = next((m for m in found if m.code == "coordinator"), None)
    every = tuple(Member(m.role, m.code, m.name, m.reference, m is lead, m.phone) for m in found)
    return Team(kept.get("id", ""), int(kept.get("meta", {}).get("versionId") or 0), every)


def _member(participant: Json, people: dict[str, Relation], reading: Reading) -> Member | None:
    who = participant.get("member") or {}
    reference = who.get("reference", "")
    if reference.startswith("Patient/"):
        return None
    role = next(iter(participant.get("role", ())), {})
    code = next(iter(codes(role, "urn:waypost:care-role")), "")
    person = people.get(reference)
    name = reading.name(who) or (person.name if person else "")
    if person:
        return Member(
            "Family",
            "family",
            f"{person.name}, {person.relationship}",
            reference,
            lead=False,
            phone=person.phone,
        )
    words = role.get("text") or CARE_ROLES.get(code) or concept(role) or "Member"
    return Member(words, code, name, reference, lead=False) if name else None
