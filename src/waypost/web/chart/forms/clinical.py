"""Problems, medications, allergies and notes."""

from datetime import date
from typing import Any

from django import forms

from waypost.web.chart.forms.fields import Choices, FhirDateField
from waypost.web.forms import DeskForm


class ProblemForm(DeskForm):
    name = forms.CharField(label="Problem", max_length=200)
    confirmed = forms.BooleanField(label="Confirmed by a clinician", required=False, initial=True)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["since"] = FhirDateField(
            label="Since", required=False, today=today, help_text="A year is enough."
        )
        self.order_fields(["name", "since", "confirmed"])


class MedicationForm(DeskForm):
    name = forms.CharField(
        label="Medication and strength", max_length=200, help_text="As on the label: Metformin 1 g."
    )
    dose = forms.CharField(
        label="How it is taken", max_length=200, required=False, help_text="1 tablet twice a day."
    )

    def __init__(self, *args: Any, today: date, problems: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["reason"] = forms.ChoiceField(
            label="For", choices=[("", "Not recorded"), *problems], required=False
        )
        self.fields["since"] = FhirDateField(label="Since", required=False, today=today)


class AllergyForm(DeskForm):
    none_known = forms.BooleanField(label="No known allergies: asked, and there are none", required=False)
    name = forms.CharField(label="Allergic to", max_length=200, required=False)
    reaction = forms.CharField(
        label="What happens", max_length=200, required=False, help_text="Rash, swelling, trouble breathing."
    )
    severe = forms.BooleanField(label="Severe", required=False)
    confirmed = forms.BooleanField(label="Confirmed", required=False, initial=True)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if bool(found.get("none_known")) == bool(found.get("name")):
            self.add_error("name", "Name what they are allergic to, or mark that nothing is known.")
        return found


class NoteForm(DeskForm):
    words = forms.CharField(
        label="Note",
        max_length=4000,
        widget=forms.Textarea,
        help_text="Colleagues who may open the chart read it; it is not sent to anyone.",
    )
