"""The forms of the patient page. Nothing is asked that is known; what a form does not show it does not touch."""

from waypost.web.chart.forms.clinical import AllergyForm, MedicationForm, NoteForm, ProblemForm
from waypost.web.chart.forms.fields import languages, tri, untri
from waypost.web.chart.forms.paying import AnswerForm, CoverageForm, GuarantorForm
from waypost.web.chart.forms.people import ABOUT, RELATIONS, RelationForm, TeamForm
from waypost.web.chart.forms.person import OWN_WORDS, AboutForm, DeceasedForm, PersonForm
from waypost.web.chart.forms.reach import (
    NEEDS,
    AddressesForm,
    AddressForm,
    EmailForm,
    LanguageForm,
    PhoneForm,
    ZoneForm,
)

__all__ = [
    "ABOUT",
    "NEEDS",
    "OWN_WORDS",
    "RELATIONS",
    "AboutForm",
    "AddressForm",
    "AddressesForm",
    "AllergyForm",
    "AnswerForm",
    "CoverageForm",
    "DeceasedForm",
    "EmailForm",
    "GuarantorForm",
    "LanguageForm",
    "MedicationForm",
    "NoteForm",
    "PersonForm",
    "PhoneForm",
    "ProblemForm",
    "RelationForm",
    "TeamForm",
    "ZoneForm",
    "languages",
    "tri",
    "untri",
]
