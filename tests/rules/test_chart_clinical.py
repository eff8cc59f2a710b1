"""Problems, medications, allergies, results and documents as the page says them."""

import re
from datetime import date

import pytest

from waypost.chart.rules import clinical, documents, results
from waypost.chart.rules.words import Reading, number, quantity

TODAY = date(2026, 11, 24)
READING = Reading(TODAY, "America/New_York", {"Practitioner/osei": "Dr Kwame Osei"})


def condition(name, id="c", onset="2019-04-01", clinical_status="active", **more):
    return {
        "resourceType": "Condition",
        "id": id,
        "code": {"text": name},
        "onsetDateTime": onset,
        "clinicalStatus": {"coding": [{"code": clinical_status}]},
        **more,
    }


def order(name, id="m", status="active", authored="2026-01-10", **more):
    return {
        "resourceType": "MedicationRequest",
        "id": id,
        "status": status,
        "intent": "order",
        "medicationCodeableConcept": {"text": name},
        "authoredOn": authored,
        **more,
    }


def test_each_problem_shows_its_medications_and_the_rest_stand_apart():
    meds = clinical.medications(
        [
            order("Furosemide 40 mg", "f", reasonReference=[{"reference": "Condition/hf"}]),
            order("Vitamin D", "v"),
        ],
        READING,
    )
    problems, others = clinical.health_problems(
        [condition("Heart failure", "hf"), condition("Flu", "flu", clinical_status="resolved")], meds, READING
    )
    assert [(p.name, p.since, [m.name for m in p.medications]) for p in problems] == [
        ("Heart failure", "2019", ["Furosemide 40 mg"])
    ]
    assert [m.name for m in others] == ["Vitamin D"]


def test_a_problem_recorded_twice_is_one_line_with_the_earliest_onset():
    problems, _ = clinical.health_problems(
        [condition("Asthma", "b", "2020-01-01"), condition("asthma", "a", "2008-02-02")], (), READING
    )
    assert [(p.name, p.since) for p in problems] == [("asthma", "2008")]


@pytest.mark.parametrize("status", ["stopped", "completed", "cancelled", "entered-in-error", "draft"])
def test_what_is_not_taken_is_not_listed(status):
    assert clinical.medications([order("Metformin", status=status)], READING) == ()


def test_a_medication_says_dose_source_and_date():
    dosage = {
        "timing": {"repeat": {"frequency": 2, "period": 1, "periodUnit": "d"}},
        "doseAndRate": [{"doseQuantity": {"value": 1, "unit": "tablet"}}],
    }
    line = clinical.medication(
        order("Metformin 1 g", dosageInstruction=[dosage], requester={"reference": "Practitioner/osei"}),
        READING,
    )
    assert (line.dose, line.source) == ("1 tablet, twice a day", "Dr Kwame Osei, Jan 10")


def test_the_newest_order_of_a_drug_stands_for_the_older_ones():
    meds = clinical.medications(
        [order("Apixaban", "old", authored="2021-01-01"), order("Apixaban", "new")], READING
    )
    assert [m.id for m in meds] == ["new"]


def test_allergies_are_a_list_none_known_or_never_asked():
    penicillin = {
        "resourceType": "AllergyIntolerance",
        "id": "p",
        "code": {"text": "Penicillin"},
        "criticality": "high",
        "reaction": [{"manifestation": [{"text": "Rash"}]}],
        "recordedDate": "2019-05-02",
    }
    none = {
        "resourceType": "AllergyIntolerance",
        "code": {"coding": [{"code": "716186003"}]},
        "recordedDate": "2026-03-01",
    }
    refuted = {**penicillin, "verificationStatus": {"coding": [{"code": "refuted"}]}}
    assert clinical.allergies([], READING).words == "Not recorded"
    assert clinical.allergies([refuted], READING).words == "Not recorded"
    assert clinical.allergies([none], READING).words == "None known"
    found = clinical.allergies([penicillin], READING)
    assert (found.words, found.every[0].severe) == ("Penicillin: rash", True)


def observation(value, at, code="4548-4", unit="%", **more):
    return {
        "resourceType": "Observation",
        "id": f"o{at}",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": code}], "text": "HbA1c"},
        "effectiveDateTime": at,
        "valueQuantity": {"value": value, "unit": unit},
        **more,
    }


@pytest.mark.parametrize(
    ("figures", "said"),
    [
        (
            [(7.1, "2025-03-02"), (7.9, "2026-05-02"), (8.4, "2026-09-02")],
            "Rising from 7.1 to 8.4 % over 18 months",
        ),
        ([(84, "2026-11-03"), (79, "2026-11-20")], "Falling from 84 to 79 % over 17 days"),
        ([(100, "2025-11-20"), (101, "2026-05-20"), (100, "2026-11-20")], "Steady at 100 % over 12 months"),
        (
            [(7, "2025-11-20"), (11, "2026-05-20"), (7.1, "2026-11-20")],
            "Up and down between 7 and 11 % over 12 months",
        ),
        ([(7, "2026-11-20")], "One figure, no trend yet"),
        ([(7, "2026-11-20"), (9, "2026-11-20")], "One figure, no trend yet"),
    ],
)
def test_a_trend_is_one_sentence(figures, said):
    (line,) = results.results([observation(v, at) for v, at in figures], READING)
    assert line.sentence == said


def test_the_line_stays_in_its_box_and_runs_from_old_to_new():
    (line,) = results.results([observation(v, f"2026-0{m}-01") for v, m in ((1, 1), (9, 3), (4, 8))], READING)
    dots = [tuple(map(int, p.split(","))) for p in line.points.split()]
    assert [x for x, _ in dots] == sorted(x for x, _ in dots)
    assert all(0 <= x <= 90 and 0 <= y <= 24 for x, y in dots)
    assert dots[1][1] < dots[2][1] < dots[0][1], "higher values are higher up"
    assert line.newest.shown == "4 %"


def test_what_is_steady_looks_steady():
    (line,) = results.results([observation(v, at) for v, at in ((4.3, "2026-05-02"), (4.4, "2026-09-02"))], READING)
    (_, first), (_, last) = (tuple(map(int, p.split(","))) for p in line.points.split())
    assert line.sentence == "Steady at 4.4 % over 4 months"
    assert 0 < first - last <= 6


def test_other_units_do_not_enter_the_line():
    (line,) = results.results(
        [observation(174, "2026-01-01", unit="lb"), observation(79, "2026-02-01", unit="kg")], READING
    )
    assert (line.newest.shown, line.points, len(line.figures)) == ("79 kg", "", 2)


def test_blood_pressure_is_one_figure_of_two_numbers():
    pressure = {
        "resourceType": "Observation",
        "status": "final",
        "code": {"coding": [{"system": "http://loinc.org", "code": "85354-9"}], "text": "Blood pressure"},
        "effectiveDateTime": "2026-11-20T09:00:00-05:00",
        "component": [
            {"code": {"coding": [{"code": "8480-6"}]}, "valueQuantity": {"value": 132.4, "unit": "mmHg"}},
            {"code": {"coding": [{"code": "8462-4"}]}, "valueQuantity": {"value": 84, "unit": "mmHg"}},
        ],
    }
    (line,) = results.results([pressure], READING)
    assert (line.newest.shown, line.newest.day) == ("132/84 mmHg", "Nov 20")


def test_an_abnormal_result_says_so_and_errors_are_not_shown():
    high = observation(8.4, "2026-09-02", interpretation=[{"coding": [{"code": "H"}]}])
    wrong = {**observation(84, "2026-10-02"), "status": "entered-in-error"}
    (line,) = results.results([high, wrong], READING)
    assert (line.newest.shown, line.newest.alert) == ("8.4 %", "high")


@pytest.mark.parametrize(
    ("value", "said"),
    [(27.48388, "27.5"), (8.4, "8.4"), (412, "412"), (1.005, "1"), (0.123, "0.12"), (12345, "12,345")],
)
def test_figures_show_no_digits_that_nobody_measured(value, said):
    assert number(value) == said


def test_units_are_said_as_people_write_them():
    assert quantity({"value": 132, "unit": "mm[Hg]"}) == "132 mmHg"
    assert quantity({"value": 24.04, "code": "kg/m2"}) == "24 kg/m²"
    assert quantity({"comparator": "<", "value": 5, "unit": "mg/dL"}) == "<5 mg/dL"


def test_documents_stand_newest_first_and_superseded_ones_not_at_all():
    def doc(id, date, status="current"):
        return {
            "resourceType": "DocumentReference",
            "id": id,
            "status": status,
            "date": date,
            "description": "Discharge summary",
            "author": [{"display": "General Hospital"}],
            "content": [{"attachment": {"contentType": "application/pdf"}}],
        }

    found = documents.documents(
        [
            doc("a", "2026-01-01T10:00:00Z"),
            doc("b", "2026-11-20T16:00:00Z"),
            doc("c", "2026-12-01", "superseded"),
        ],
        READING,
    )
    assert [d.id for d in found] == ["b", "a"]
    assert (found[0].source, found[0].format) == ("General Hospital, Nov 20", "PDF")
    assert not re.search(r"2026-", found[0].source)
