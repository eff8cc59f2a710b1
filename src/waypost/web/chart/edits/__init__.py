"""Every form of the patient page, by the name that stands in its address."""

from waypost.web.chart.edits.base import Edit, End, Loaded
from waypost.web.chart.edits.care import (
    AllergyEdit,
    MedicationEdit,
    NoteEdit,
    ProblemEdit,
    TeamEdit,
)
from waypost.web.chart.edits.deceased import DeceasedEdit
from waypost.web.chart.edits.paying import AnswerEdit, CoverageEdit, GuarantorEdit
from waypost.web.chart.edits.people import RelationEdit
from waypost.web.chart.edits.person import (
    AboutEdit,
    AddressEdit,
    AddressesEdit,
    EmailEdit,
    LanguageEdit,
    PersonEdit,
    PhoneEdit,
    ZoneEdit,
)

EDITS: dict[str, Edit] = {
    "phone": PhoneEdit(),
    "email": EmailEdit(),
    "address": AddressEdit(),
    "addresses": AddressesEdit(),
    "zone": ZoneEdit(),
    "language": LanguageEdit(),
    "person": PersonEdit(),
    "about": AboutEdit(),
    "relation": RelationEdit(),
    "team": TeamEdit(),
    "coverage": CoverageEdit(),
    "answer": AnswerEdit(),
    "guarantor": GuarantorEdit(),
    "problem": ProblemEdit(),
    "medication": MedicationEdit(),
    "allergy": AllergyEdit(),
    "note": NoteEdit(),
    "deceased": DeceasedEdit(),
}

__all__ = ["EDITS", "Edit", "End", "Loaded"]
