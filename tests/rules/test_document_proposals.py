"""Whose a document may be and what it is: read from its words, with the reason, never more than a proposal."""

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waypost.chart.documents.kinds import BY_CODE
from waypost.chart.documents.proposing import evidence, propose
from waypost.registry.queries import Person

TODAY = date(2026, 11, 24)
MARISOL = Person(
    id="m", name="Castillo Reyes, Marisol", preferred="Mari", former=("Reyes, Marisol",), words=("marisol", "castillo", "reyes"),
    birth="1957-03-12", born=date(1957, 3, 12), sex="female", mrn="004182", mrns=("004182",), phones=(), language="es",
    merged_into=None, died=False, active=True,
)  # fmt: skip
TWIN = replace(MARISOL, id="t", name="Castillo Reyes, Marisela", preferred="", mrn="004183", mrns=("004183",))
OTHER = replace(MARISOL, id="o", name="Okafor, Daniel", preferred="", born=date(1980, 1, 2), birth="1980-01-02", mrn="000777", mrns=("000777",))


def proposed(text, *people, resource=None):
    return propose(text, resource or {}, people, evidence(text, TODAY), TODAY)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("MRN: 004182\nMarisol Castillo\nDOB 3/12/1957", "MRN 004 182, the name and the birth date stand in it."),
        ("Patient: CASTILLO REYES, MARISOL\nDate of Birth: March 12, 1957", "The name and the birth date stand in it."),
        ("Re: Marisol Reyes, born 1957-03-12", "The name and the birth date stand in it."),
        ("Paciente: Marisol Castillo. Fecha de nacimiento: 12 de marzo de 1957", "The name and the birth date stand in it."),
        ("Medical record number 004182 Marisol Castillo Reyes", "MRN 004 182 and the name stand in it."),
        ("Castillo Marisol seen 1957-03-12", "The name and a date that is the birth date stand in it."),
    ],
)
def test_a_patient_is_proposed_where_two_things_agree(text, why):
    found = proposed(text, MARISOL)
    assert found.patient == "m"
    assert [one.why for one in found.candidates] == [why]


@pytest.mark.parametrize(
    ("text", "people", "doubt"),
    [
        ("MRN 004182", (MARISOL,), "Not enough agrees"),
        ("MRN 004182 Marisol Castillo DOB 1/2/1980", (MARISOL,), "Not enough agrees"),
        ("Marisol and Marisela Castillo, born 3/12/1957", (MARISOL, TWIN), "fits 2 patients"),
        ("MRN 000777 Marisol Castillo DOB 3/12/1957", (MARISOL, OTHER), "another patient's"),
        ("Dear colleague", (), "Nobody here"),
        ("", (), "No words could be read"),
        ("Castillo " + "x " * 20 + "Marisol 3/12/1957", (MARISOL,), "Nobody here"),
    ],
)
def test_what_does_not_agree_is_said_and_nobody_is_chosen(text, people, doubt):
    found = proposed(text, *people)
    assert doubt in found.doubt
    assert found.patient == ""


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("DISCHARGE SUMMARY\nAdmitted ...", "18842-5"), ("Thank you for referring Mrs. Castillo", "11488-4"),
        ("Riverside Radiology\nMRI of the knee", "18748-4"), ("LABORATORY REPORT\nSpecimen: blood", "11502-2"),
        ("Prior authorization request: approved", "52034-6"), ("Living will", "42348-3"), ("Dear Dr. Osei,", "52033-8"),
        ("Consent to treatment", "59284-0"), ("Member ID 88-204 Group 17 RxBIN", "64290-0"), ("", ""), ("zzz", ""),
    ],
)  # fmt: skip
def test_the_kind_is_told_from_its_words(text, code):
    assert proposed(text).kind == code


def test_what_the_sender_says_goes_before_its_words():
    said = {"type": BY_CODE["11502-2"].concept}
    found = proposed("Discharge summary", resource=said)
    assert (found.kind, found.kind_why) == ("11502-2", "Its sender says so.")


def test_the_day_is_the_documents_own_and_not_the_birth_date():
    assert proposed("DOB: 03/12/1957\nDate of service: 11/18/2026").day == date(2026, 11, 18)
    assert proposed("DOB: 03/12/1957").day is None
    assert proposed("Date: 11/18/2031").day is None


@given(st.text(max_size=400))
def test_any_words_are_read_without_a_fault(text):
    found = proposed(text, MARISOL, TWIN, OTHER)
    assert found.patient in {"", "m", "t", "o"}
