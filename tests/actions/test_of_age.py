"""Turning eighteen ends what stood on the minority, once, and someone asks the new adult."""

from datetime import timedelta

import pytest
from tests.chart_cases import EXT, file_all, patient

from waypost.access import scopes
from waypost.coordination import of_age
from waypost.records import queries
from waypost.registry import fhir


def kin(id, code, who="kid", **more):
    return {
        "resourceType": "RelatedPerson",
        "id": id,
        "patient": {"reference": f"Patient/{who}"},
        "name": [{"given": ["Ana"], "family": "Diaz"}],
        "relationship": [{"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-RoleCode", "code": code}]}],
        "extension": [{"url": EXT + "may-consent", "valueBoolean": True}] if code == "MTH" else [{"url": EXT + "may-discuss", "valueCode": "visits"}],
        **more,
    }  # fmt: skip


@pytest.fixture
def family(context):
    def make(born):
        kid = patient("kid", identifier=[], birthDate=born)
        file_all(context(), [kid, kin("mother", "MTH"), kin("sister", "SIS")])

    return make


def read(context, kind, id):
    return queries.read(scopes.everything(context()), kind, id).resource


def test_age_1_on_the_birthday_parents_leave_ends_and_a_task_asks(context, family, clock):
    family("2008-11-24")
    assert len(list(of_age.sweep(context()))) == 1
    mother = read(context, "RelatedPerson", "mother")
    assert mother["extension"] == [{"url": EXT + "may-consent", "valueBoolean": False}]
    assert "period" not in mother, "she stays the mother"
    assert "period" not in read(context, "RelatedPerson", "sister"), "a wish of the patient's own stays"
    asked = read(context, "Task", of_age.task_id("kid", clock.now().date()))
    assert (
        asked["reasonCode"]["text"]
        == "Turned 18 on Nov 24: one person's leave to consent or be told has ended (AGE-1)."
    )
    assert asked["restriction"]["period"]["end"] == "2026-12-08"


def test_age_1_a_repeat_makes_nothing_twice(context, family, clock):
    family("2008-11-24")
    list(of_age.sweep(context()))
    clock.advance(timedelta(hours=5))
    assert list(of_age.sweep(context())) == []


def test_age_1_what_the_new_adult_lets_a_parent_hear_stays(context, family, clock):
    family("2008-11-24")
    list(of_age.sweep(context()))
    again = {**read(context, "RelatedPerson", "mother"), "extension": [fhir.leave_extension(fhir.Leave("bills"))]}
    file_all(context(), [again])
    clock.advance(timedelta(days=3))
    assert list(of_age.sweep(context())) == []
    assert fhir.leaves(read(context, "RelatedPerson", "mother")) == (fhir.Leave("bills"),)


@pytest.mark.parametrize("born", ["2008-11-25", "2020-01-01", "1990-01-01"])
def test_age_1_nothing_ends_before_the_day_nor_long_after(context, family, born):
    family(born)
    assert list(of_age.sweep(context())) == []


def test_age_1_the_day_is_the_clinics_day(context, family, clock):
    family("2008-11-25")
    clock.advance(timedelta(hours=12))  # Nov 25, 3:22 AM in UTC; Nov 24, 10:22 PM in New York
    assert list(of_age.sweep(context())) == []
    clock.advance(timedelta(hours=2))
    assert len(list(of_age.sweep(context()))) == 1
