"""The timeline: one sentence a resource, results of a day together, nothing that breaks it."""

from datetime import date

import pytest

from waypost.chart.rules import timeline
from waypost.chart.rules.words import Reading

READING = Reading(date(2026, 11, 24), "America/New_York", {"Organization/gh": "General Hospital"})


def test_a_hospital_stay_says_where_why_and_how_long():
    line = timeline.entry(
        {
            "resourceType": "Encounter",
            "id": "e",
            "status": "finished",
            "class": {"code": "IMP"},
            "serviceProvider": {"reference": "Organization/gh"},
            "reasonCode": [{"text": "heart failure"}],
            "period": {"start": "2026-11-15T22:10:00-05:00", "end": "2026-11-20T11:05:00-05:00"},
            "hospitalization": {"dischargeDisposition": {"text": "home"}},
        },
        READING,
    )
    assert (line.when, line.where, line.lead) == (
        "Sun, Nov 15, 10:10 PM",
        "General Hospital",
        "Hospital stay",
    )
    assert line.text == "heart failure; 5 nights; discharged: home"


def result(name, value, at):
    return {
        "resourceType": "Observation",
        "id": f"{name}{at}",
        "status": "final",
        "code": {"text": name},
        "effectiveDateTime": at,
        "valueQuantity": {"value": value, "unit": "mg/dL"},
    }


def test_results_of_one_day_are_one_line_and_the_count_of_rows_is_kept():
    rows = [
        *(result(f"Test {i}", i, "2026-09-02T10:00:00Z") for i in range(7)),
        {"resourceType": "Condition", "id": "c", "code": {"text": "Asthma"}, "onsetDateTime": "2026-09-01"},
        result("Sodium", 139, "2026-08-01T10:00:00Z"),
    ]
    lines, sizes = timeline.entries(rows, READING)
    assert sizes == (7, 1, 1)
    assert lines[0].text == "Test 0 0 mg/dL, Test 1 1 mg/dL, Test 2 2 mg/dL, Test 3 3 mg/dL and 3 more"
    assert len(lines[0].parts) == 7
    assert (lines[1].lead, lines[1].text, lines[2].text) == ("Asthma", "began", "Sodium 139 mg/dL")


def test_the_day_is_the_clinics_day():
    assert timeline.entry(result("A", 1, "2026-11-24T03:30:00Z"), READING).when == "Mon, Nov 23, 10:30 PM"
    assert timeline.entry(result("A", 1, "2026-11"), READING).when == "Nov 2026"


@pytest.mark.parametrize("kind", timeline.ALL_TYPES)
def test_a_resource_with_nothing_in_it_still_has_a_line(kind):
    line = timeline.entry({"resourceType": kind}, READING)
    assert line.when == "date not recorded"
    assert line.lead or line.text


def test_a_missed_and_a_cancelled_visit_are_said_in_word_and_shape():
    def visit(status):
        return {
            "resourceType": "Appointment",
            "status": status,
            "start": "2026-11-20T14:00:00Z",
            "serviceType": [{"text": "Cardiology follow-up"}],
            "cancelationReason": {"text": "no ride"},
            "participant": [
                {"actor": {"display": "Dr Lind", "reference": "Practitioner/l"}},
                {"actor": {"reference": "Patient/p"}},
            ],
        }

    missed, gone = (timeline.entry(visit(s), READING) for s in ("noshow", "cancelled"))
    assert (missed.mark, missed.state, missed.lead, missed.where) == (
        "Did not come",
        "late",
        "Cardiology follow-up",
        "Dr Lind",
    )
    assert (gone.mark, gone.state, gone.text) == ("Cancelled", "quiet", "no ride")
