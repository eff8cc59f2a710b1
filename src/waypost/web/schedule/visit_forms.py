"""What is asked before a visit is canceled or marked as missed."""

from typing import Any

from django import forms

from waypost.web.forms import DeskForm
from waypost.web.schedule.booking_form import REACHES
from waypost.web.schedule.clocks import ClockField

REASONS = (
    ("patient", "The patient asked to"), ("provider", "The provider is away"), ("ride", "No ride"), ("weather", "Weather"),
    ("better", "No longer needed"), ("coverage", "Coverage or cost"), ("error", "Booked by mistake"), ("other", "Something else"),
)  # fmt: skip
WHY = {  # every reason a visit can have been canceled for, those of FHIR and of our own acts included
    **dict(REASONS), "left": "Left without being seen", "late": "Came late", "site": "Came to another site", "deceased": "The patient has died", "pat": "The patient asked to", "pat-crs": "The patient asked to",
    "pat-cpp": "The patient could not come", "pat-dec": "The patient has died", "pat-fb": "The patient felt better",
    "pat-lt": "No ride", "pat-mt": "The patient moved", "pat-mv": "The patient moved away", "pat-preg": "Pregnancy",
    "pat-swl": "The time did not suit", "pat-two": "The patient had another appointment", "prov": "The provider is away",
    "prov-pers": "The provider is away", "prov-dch": "The provider discharged the patient", "prov-edu": "The provider is away",
    "prov-hosp": "The provider is away", "prov-labs": "Results were missing", "prov-mil": "The provider is away",
    "maint": "Equipment was down", "meds-inc": "Preparation was incomplete", "oth-cms": "No approval from the payer",
    "oth-err": "Booked by mistake", "oth-fin": "Coverage or cost", "oth-iv": "Booked by mistake", "oth-int": "No interpreter",
    "oth-mu": "Something else", "oth-room": "No room was free", "oth-oerr": "The order was wrong",
    "oth-swie": "Something else", "oth-weath": "Weather", "other": "Something else",
}  # fmt: skip


WHEN = {"arrived": ("Arrived", "visit-arrive"), "done": ("Done", "visit-done")}


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


class WhenForm(DeskForm):
    """When it was, of a visit whose day is past."""

    when = ClockField(label="When")
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    expect = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, asked: str, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.asked = asked
