"""What is asked before a visit is canceled or marked as missed."""

from typing import Any

from django import forms

from waypost.web.forms import DeskForm
from waypost.web.schedule.booking_form import REACHES

REASONS = (
    ("patient", "The patient asked to"), ("provider", "The provider is away"), ("ride", "No ride"), ("weather", "Weather"),
    ("better", "No longer needed"), ("coverage", "Coverage or cost"), ("error", "Booked by mistake"), ("other", "Something else"),
)  # fmt: skip


class CancelForm(DeskForm):
    code = forms.ChoiceField(label="Why", choices=REASONS, widget=forms.RadioSelect)
    reason = forms.CharField(label="In words", required=False, max_length=200)
    reach = forms.ChoiceField(label="Which visits", choices=REACHES, required=False, initial="one")
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    expect = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, series: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not series:
            self.fields.pop("reach")


class NoShowForm(DeskForm):
    reason = forms.CharField(
        label="What is known",
        required=False,
        max_length=200,
        help_text="For instance: called twice, no answer.",
    )
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    expect = forms.IntegerField(widget=forms.HiddenInput, required=False)
