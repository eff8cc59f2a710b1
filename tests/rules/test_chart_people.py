"""Who may be told, who consents for a minor, and what ends when someone comes of age."""

from datetime import date

import pytest

from waypost.chart.rules import people
from waypost.chart.rules.words import Reading
from waypost.registry import edits, fhir

TODAY = date(2026, 11, 24)
READING = Reading(TODAY, "America/New_York")
ABOUT = "urn:waypost:extension:may-discuss"
CONSENT = "urn:waypost:extension:may-consent"


def related(name="Lucía Castillo", code="DAUC", id="r", about=(), consent=None, **more):
    extensions = [{"url": ABOUT, "valueCode": a} for a in about]
    if consent is not None:
        extensions.append({"url": CONSENT, "valueBoolean": consent})
    given, _, family = name.partition(" ")
    return {
        "resourceType": "RelatedPerson",
        "id": id,
        "relationship": [{"coding": [{"code": code}]}],
        "name": [{"given": [given], "family": family}],
        "extension": extensions,
        **more,
    }


def leave(**topics):
    return [
        fhir.leave_extension(fhir.Leave(topic, until and date.fromisoformat(until)))
        for topic, until in topics.items()
    ]


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (leave(visits=None, bills=None), "visits and bills"),
        (leave(visits="2026-12-31", bills="2026-12-31"), "visits and bills until Dec 31"),
        (leave(visits=None, bills="2026-12-31"), "visits; bills until Dec 31"),
        (leave(visits=None, bills="2026-11-23"), "visits"),
        (leave(all="2026-11-24"), "everything until Nov 24"),
        (leave(bills="2026-11-23"), ""),
    ],
)
def test_who_may_be_told_says_about_what_and_until_when(given, words):
    (lucia,) = people.relations([related() | {"extension": given}], READING)
    assert lucia.told_words == words
    assert bool(people.may_be_told([lucia])) is bool(words)


def test_the_older_plain_leave_ends_with_the_relation():
    (lucia,) = people.relations([related(about=("visits", "bills"), period={"end": "2026-12-31"})], READING)
    assert lucia.told_words == "visits and bills until Dec 31"


def test_when_leave_to_be_told_is_over_a_mother_still_consents_and_is_called_in_an_emergency():
    mother = related("Ana Kidd", "MTH", "m", consent=True)
    mother["relationship"].append({"coding": [{"code": "C"}]})
    mother["extension"] += leave(bills="2026-11-01")
    (ana,) = people.relations([mother], READING)
    assert (ana.may_consent, ana.may_bring, ana.emergency, ana.told_words) == (True, True, True, "")


@pytest.mark.parametrize(
    "over", [{"period": {"end": "2026-11-23"}}, {"period": {"start": "2026-11-25"}}, {"active": False}]
)
def test_leave_that_is_not_in_force_is_not_shown(over):
    assert people.relations([related(about=("all",), **over)], READING) == ()


def test_leave_ends_with_its_last_day_not_before():
    assert people.relations([related(about=("all",), period={"end": "2026-11-24"})], READING)


@pytest.mark.parametrize(
    ("born", "years", "soon"),
    [("2008-11-25", 17, True), ("2012-11-24", 14, False), ("2008-11-24", None, None), (None, None, None)],
)
def test_a_minor_is_below_eighteen_and_nobody_is_guessed_to_be(born, years, soon):
    found = people.minor({"birthDate": born} if born else {}, (), TODAY)
    assert (found and found.years, found and found.soon) == (years, soon)


def test_whoever_may_consent_may_bring_and_others_only_by_leave():
    mother = related("Ana Diaz", "MTH", "m", ("all",), consent=True)
    aunt = related("Eva Diaz", "AUNT", "a")
    aunt["extension"].append({"url": "urn:waypost:extension:may-bring", "valueBoolean": True})
    card = people.minor({"birthDate": "2015-05-05"}, people.relations([aunt, mother], READING), TODAY)
    assert [p.name for p in card.consent] == ["Ana Diaz"]
    assert {p.name for p in card.bring} == {"Ana Diaz", "Eva Diaz"}
    assert [p.name for p in card.told] == ["Ana Diaz"]


@pytest.mark.parametrize(
    ("person", "ends"),
    [
        (related(code="MTH", consent=True, about=("all",)), True),
        (related(code="GUARD", consent=True), True),
        (related(code="MTH", about=("visits",)), True),
        (related(code="SIS", about=("visits",)), False),  # the patient's own wish, not a parent's right
        (related(code="MTH"), False),  # known as the mother, speaks for nobody
        (related(code="MTH", consent=True, period={"start": "2026-11-20"}), False),  # given by the adult
        (related(code="MTH", consent=True, period={"end": "2026-01-01"}), False),  # over already
        (
            related(code="MTH") | {"extension": leave(bills="2026-11-19")},
            False,
        ),  # what she was told is over already
        (related(code="MTH") | {"extension": leave(bills="2026-11-20")}, True),
        (related(code="HPOWATT", consent=True), False),  # only an adult gives a power of attorney
    ],
)
def test_coming_of_age_ends_what_stood_on_minority(person, ends):
    assert people.ends_at_majority(person, date(2026, 11, 20)) is ends


def test_whoever_came_of_age_still_has_a_mother_and_nobody_who_decides_for_them():
    mother = related("Ana Kidd", "MTH", "m", about=("all",), consent=True)
    mother["relationship"] = [{"coding": [{"code": "MTH"}, {"code": "GUARD"}]}, {"coding": [{"code": "C"}]}]
    (ana,) = people.relations([edits.with_minority_ended(mother, date(2026, 11, 19))], READING)
    assert (ana.relationship, ana.emergency) == ("mother", True)
    assert (ana.guardian, ana.may_consent, ana.may_bring, ana.told_words) == (False, False, False, "")


def test_whoever_was_only_the_guardian_is_no_longer_beside_an_adult():
    guardian = related(code="GUARD", consent=True)
    assert people.relations([edits.with_minority_ended(guardian, date(2026, 11, 19))], READING) == ()


def test_the_lead_is_the_first_coordinator_and_everyone_stands_once():
    def member(reference, role, display):
        return {
            "member": {"reference": reference, "display": display},
            "role": [{"coding": [{"system": "urn:waypost:care-role", "code": role}]}],
        }

    teams = [
        {
            "resourceType": "CareTeam",
            "id": "t",
            "status": "active",
            "meta": {"versionId": "3"},
            "participant": [
                member("Practitioner/2", "pcp", "Dr Kwame Osei"),
                member("Practitioner/1", "coordinator", "Ana Ruiz"),
                member("Practitioner/1", "coordinator", "Ana Ruiz"),
                member("RelatedPerson/r", "family", "Lucía"),
                {**member("Practitioner/9", "nurse", "Gone"), "period": {"end": "2020-01-01"}},
            ],
        },
        {
            "resourceType": "CareTeam",
            "id": "u",
            "status": "inactive",
            "participant": [member("Practitioner/8", "pcp", "Dr Old")],
        },
    ]
    team = people.team(teams, people.relations([related()], READING), {}, READING)
    assert [(m.role, m.name, m.lead) for m in team.members] == [
        ("Coordinator", "Ana Ruiz", True),
        ("PCP", "Dr Kwame Osei", False),
        ("Family", "Lucía Castillo, daughter", False),
    ]
    assert (team.id, team.version) == ("t", 3)
