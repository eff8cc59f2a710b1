"""The patient band: who this is, how to reach them, who may be told, in one place for every patient screen."""

from collections.abc import Sequence

from django.urls import reverse

from waypost.chart.rules import people
from waypost.coordination.patients import PatientView
from waypost.web.parts import Act, Band, Fact, Status
from waypost.web.places import exists


def band(view: PatientView, *, acts: Sequence[Act] | None = None) -> Band:
    """Return the band of a patient screen. `acts` replaces Book and Call where a page has its own."""
    who = view.who
    phone = view.phones[0] if view.phones else None
    owner = f"{phone.owner}'s, " if phone and phone.owner else ""
    return Band(
        name=who.name,
        pronouns=who.pronouns,
        initials=who.initials,
        birth=who.birth,
        age=who.age,
        mrn=who.mrn or "none yet",
        phone=phone.number if phone else "",
        phone_note=f"{owner}{phone.leave}" if phone else "",
        url=reverse("patient", args=[who.id]),
        facts=band_facts(view),
        status=Status(view.alert.state, view.alert.word) if view.alert else None,
        acts=acts if acts is not None else band_acts(view),
    )


def band_facts(view: PatientView) -> tuple[Fact, ...]:
    """Return what is asked most, left first."""
    facts = []
    if view.who.preferred:
        facts.append(Fact("Goes by", view.who.preferred))
    facts.append(Fact("Speaks", speaks(view)))
    facts.append(Fact("OK to talk to", told(view)))
    if view.coverages:
        facts.append(Fact("Payer", view.coverages[0].short))
    else:
        facts.append(Fact("Payer", "Not recorded"))
    pcp = view.team.first("pcp") if view.team else None
    if pcp:
        facts.append(Fact("PCP", pcp.name))
    if view.allergies:
        facts.append(Fact("Allergies", view.allergies.words))
    if view.needs:
        facts.append(Fact("Needs", ", ".join(view.needs)))
    if view.upcoming:
        facts.append(Fact("Next visit", f"{view.upcoming[0].day}, {view.upcoming[0].time}"))
    return tuple(facts)


def speaks(view: PatientView) -> str:
    if not view.who.language:
        return "Declined to say" if "language" in view.declined else "Not recorded"
    return f"{view.who.language}, interpreter" if view.who.interpreter else view.who.language


def told(view: PatientView) -> str:
    """Return whom one may talk to, first names first: 'Lucía, daughter: visits and bills'."""
    people_told = view.told
    if not people_told:
        return "Parent or guardian: not recorded" if view.minor else "The patient alone"
    said = [_short(person) for person in people_told[:1]]
    more = f" and {len(people_told) - 1} more" if len(people_told) > 1 else ""
    return said[0] + more


def _short(person: people.Relation) -> str:
    return f"{person.name.split(' ')[0]}, {person.relationship}: {person.told_words}"


def band_acts(view: PatientView) -> tuple[Act, ...]:
    """Return the two acts. A merged chart and the dead have none."""
    if view.who.died or view.who.merged_into:
        return ()
    acts = []
    if exists("find-times"):
        acts.append(Act("Book", f"{reverse('find-times')}?patient={view.who.id}", "b"))
    acts.append(Act("Call", reverse("call", args=[view.who.id]), "c"))
    return tuple(acts)
