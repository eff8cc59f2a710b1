"""How names, numbers and ages are said."""

from datetime import UTC, date, datetime

import pytest

from waypost.kernel import dates
from waypost.registry import fhir

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("born", "said"),
    [
        ("1957-03-12", "69 years"),
        ("2008-11-25", "17 years"),
        ("2008-11-24", "18 years"),
        ("2025-09-20", "14 months"),
        ("2026-10-20", "5 weeks"),
        ("2026-11-23", "1 day"),
        ("2026-11-24", "0 days"),
        ("2027-01-01", ""),
    ],
)
def test_cal_4_age_is_completed_years_and_finer_for_the_small(born, said):
    assert fhir.say_age(date.fromisoformat(born), TODAY) == said


def test_cal_4_leap_day_child_ages_on_march_first():
    leap = date(2008, 2, 29)
    assert dates.years_between(leap, date(2026, 2, 28)) == 17
    assert dates.years_between(leap, date(2026, 3, 1)) == 18
    assert dates.birthday(leap, 18) == date(2026, 3, 1)
    assert dates.birthday(leap, 20) == date(2028, 2, 29)


@pytest.mark.parametrize(
    ("written", "said", "tel"),
    [
        ("202-555-0142", "(202) 555-0142", "+12025550142"),
        ("+1 202 555 0142", "(202) 555-0142", "+12025550142"),
        ("12025550142", "(202) 555-0142", "+12025550142"),
        ("+44 20 7946 0018", "+44 20 7946 0018", "+442079460018"),
        ("555-0142", "555-0142", "5550142"),
    ],
)
def test_us_phones_are_said_one_way(written, said, tel):
    assert (fhir.say_phone(written), fhir.dial(written)) == (said, tel)


def test_dates_are_said_as_exactly_as_recorded():
    assert [dates.say_date(t) for t in ("1957-03-12", "1957-03", "1957", "", None, "1957-13")] == [
        "Mar 12, 1957",
        "Mar 1957",
        "1957",
        "",
        "",
        "",
    ]
    assert dates.say_day(TODAY, today=TODAY) == "Tue, Nov 24"
    assert dates.say_day(date(2025, 11, 24), today=TODAY) == "Mon, Nov 24, 2025"
    at = datetime(2026, 11, 24, 19, 10, tzinfo=UTC)
    assert dates.say_moment(at, "America/New_York", today=TODAY) == "Tue, Nov 24, 2:10 PM"


def test_who_shows_two_identifiers_and_what_one_should_call_them():
    patient = {
        "resourceType": "Patient",
        "id": "p",
        "identifier": [{"system": "urn:waypost:mrn", "value": "004182"}],
        "name": [
            {"use": "old", "family": "Reyes", "given": ["Marisol"]},
            {"use": "usual", "given": ["Mari"]},
            {"use": "official", "family": "Castillo Reyes", "given": ["Marisol"]},
        ],
        "birthDate": "1957-03-12",
        "communication": [{"language": {"coding": [{"code": "es-US"}]}, "preferred": True}],
        "extension": [
            {"url": "urn:waypost:extension:pronouns", "valueString": "she/her"},
            {"url": fhir.INTERPRETER, "valueBoolean": True},
        ],
    }
    who = fhir.who(patient, TODAY)
    assert (who.name, who.preferred, who.former, who.initials) == (
        "Castillo Reyes, Marisol",
        "Mari",
        ("Reyes, Marisol",),
        "MC",
    )
    assert (who.birth, who.age, who.mrn, who.pronouns) == ("Mar 12, 1957", "69 years", "004 182", "she/her")
    assert (who.language, who.interpreter, who.restricted, who.merged_into) == ("Spanish", True, False, None)


def test_who_keeps_its_head_with_next_to_nothing():
    who = fhir.who(
        {
            "resourceType": "Patient",
            "_birthDate": {"extension": [{"url": fhir.ABSENT, "valueCode": "unknown"}]},
        },
        TODAY,
    )
    assert (who.name, who.birth, who.age, who.mrn, who.language) == (
        "Name not known",
        "birth date not known",
        "",
        "",
        "",
    )


def test_the_number_to_dial_comes_first_and_ended_numbers_not_at_all():
    person = {
        "telecom": [
            {"system": "phone", "use": "home", "value": "2025550100"},
            {"system": "phone", "use": "mobile", "value": "2025550101", "period": {"end": "2026-11-23"}},
            {
                "system": "phone",
                "use": "mobile",
                "value": "2025550102",
                "rank": 1,
                "extension": [
                    {"url": "urn:waypost:extension:voicemail-ok", "valueBoolean": True},
                    {"url": "urn:waypost:extension:hours", "valueString": "mornings"},
                ],
            },
        ]
    }
    found = fhir.phones(person, TODAY)
    assert [p.number for p in found] == ["2025550102", "2025550100"]
    assert found[0].leave == "mornings, voicemail OK"
    assert found[1].leave == ""
