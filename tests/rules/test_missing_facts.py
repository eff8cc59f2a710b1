"""Missing or contradictory: each fact with its rule and the form that mends it."""

from datetime import date

import pytest

from waypost.chart.rules.clinical import Allergies, Allergy
from waypost.chart.rules.people import Member, Minor, Relation, Team
from waypost.coordination.facts import Known, missing
from waypost.coverage import rules as coverage_rules

TODAY = date(2026, 11, 24)
EXT = "urn:waypost:extension:"

WHOLE = {
    "resourceType": "Patient",
    "id": "p",
    "birthDate": "1957-03-12",
    "name": [{"use": "official", "family": "Castillo"}],
    "telecom": [
        {
            "system": "phone",
            "value": "2025550142",
            "extension": [{"url": EXT + "voicemail-ok", "valueBoolean": True}],
        }
    ],
    "address": [{"use": "home", "line": ["12 Elm St"], "city": "Riverside"}],
    "communication": [{"language": {"coding": [{"code": "en"}]}, "preferred": True}],
}
CONTACT = Relation("r", 1, "Lucía", "daughter", (), "", object(), False, False, False, True, False)
TEAM = Team("t", 1, (Member("Coordinator", "coordinator", "Ana Ruiz", "Practitioner/1", lead=True),))
NONE_KNOWN = Allergies((), "Nurse Kim, Mar 1")
ACTIVE = coverage_rules.view(
    {"id": "c", "payor": [{"display": "Northfield"}], "period": {"start": "2026-01-01"}},
    [{"created": "2026-11-20", "insurance": [{"inforce": True}]}],
    TODAY,
)


def facts(patient=None, **over):
    known = {"people": (CONTACT,), "team": TEAM, "coverages": (ACTIVE,), "allergies": NONE_KNOWN, **over}
    return [(f.rule, f.says, f.fix) for f in missing(Known({**WHOLE, **(patient or {})}, TODAY, **known))]


def test_a_whole_record_lacks_nothing():
    assert facts() == []


@pytest.mark.parametrize(
    ("patient", "rule", "says"),
    [
        ({"birthDate": None}, "FACT-1", "Birth date not known"),
        ({"birthDate": "1957"}, "FACT-1", "Only part of the birth date is known: 1957"),
        ({"telecom": []}, "FACT-2", "No phone of the patient's own; reached through family only"),
        (
            {"telecom": [{"system": "phone", "value": "2025550142"}]},
            "FACT-3",
            "Nobody has asked whether voicemail is OK",
        ),
        ({"address": [{"city": "A"}, {"city": "B"}]}, "FACT-4", "Two addresses marked current"),
        ({"address": [{"city": "A"}, {"city": "B", "use": "old"}]}, None, None),
        ({"address": [{"city": "A"}, {"city": "B", "period": {"end": "2020-01-01"}}]}, None, None),
        ({"address": []}, "FACT-4", "No address, and not recorded as without one"),
        ({"address": [], "extension": [{"url": EXT + "no-fixed-address", "valueBoolean": True}]}, None, None),
        (
            {"name": [{"use": "official", "family": "A"}, {"use": "official", "family": "B"}]},
            "FACT-5",
            "Two legal names marked current",
        ),
        ({"communication": []}, "FACT-6", "Language not recorded"),
        (
            {"communication": [{"language": {"coding": [{"code": "es"}]}}]},
            "FACT-6",
            "Not recorded whether an interpreter is needed",
        ),
        ({"deceasedBoolean": True}, "FACT-14", "Died; date not recorded"),
        ({"deceasedDateTime": "2026-11-01", "telecom": []}, None, None),
    ],
)
def test_what_the_patient_record_lacks(patient, rule, says):
    assert [(r, s) for r, s, _ in facts(patient)] == ([(rule, says)] if rule else [])


@pytest.mark.parametrize(
    ("over", "rule", "says"),
    [
        ({"people": ()}, "FACT-7", "No emergency contact"),
        ({"team": Team("", 0, ())}, "FACT-8", "No care team yet"),
        (
            {"team": Team("t", 1, (Member("PCP", "pcp", "Dr Osei", "", lead=False),))},
            "FACT-8",
            "Care team has no lead coordinator",
        ),
        (
            {"allergies": Allergies((), "")},
            "FACT-9",
            "Allergies never recorded: not even that none are known",
        ),
        ({"allergies": None}, None, None),
        (
            {"allergies": Allergies((Allergy("a", 1, "Penicillin", "", False, "", False),), "Nurse Kim")},
            "FACT-9",
            "'No known allergies' stands beside a list of allergies",
        ),
        ({"coverages": ()}, "FACT-10", "No coverage recorded, nor self-pay"),
        (
            {"minor": Minor(9, date(2035, 1, 1), False, (), (), ())},
            "FACT-13",
            "A minor (9), and nobody recorded who may consent",
        ),
    ],
)
def test_what_the_rest_of_the_record_lacks(over, rule, says):
    assert [(r, s) for r, s, _ in facts(**over)] == ([(rule, says)] if rule else [])


def coverage(end=None, heard="2026-11-20", **more):
    resource = {"id": "c", "payor": [{"display": "Northfield"}], "period": {"start": "2026-01-01"}, **more}
    if end:
        resource["period"]["end"] = end
    answers = [{"created": heard, "insurance": [{"inforce": True}]}] if heard else []
    return coverage_rules.view(resource, answers, TODAY)


@pytest.mark.parametrize(
    ("coverages", "rule", "says"),
    [
        ((coverage("2026-11-30", "2026-09-02"),), "FACT-10", "Northfield ends Nov 30, last verified Sep 2"),
        ((coverage("2026-11-30", None),), "FACT-10", "Northfield ends Nov 30, never verified"),
        ((coverage("2027-11-30"),), None, None),
        ((coverage(None, "2026-09-02"),), "FACT-11", "Northfield: last said active on Sep 2"),
        ((coverage("2026-11-01"),), "FACT-10", "No coverage in force, and not recorded as self-pay"),
        (
            (coverage(), coverage(type={"coding": [{"code": "selfpay"}]})),
            "FACT-12",
            "Self-pay and a payer are both marked current",
        ),
    ],
)
def test_what_the_coverage_lacks(coverages, rule, says):
    assert [(r, s) for r, s, _ in facts(coverages=coverages)] == ([(rule, says)] if rule else [])


def test_of_a_merged_chart_nothing_is_asked():
    assert (
        facts({"link": [{"type": "replaced-by", "other": {"reference": "Patient/q"}}], "telecom": []}) == []
    )
