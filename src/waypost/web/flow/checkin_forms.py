"""The forms of the check-in list."""

from decimal import Decimal
from typing import Any

from django import forms

from waypost.coordination.flow.checkin import msp, payments, reading
from waypost.web.forms import DeskForm, TypedDateField


class PaymentForm(DeskForm):
    amount = forms.CharField(label="Amount", max_length=12, help_text="In dollars, for instance 25.",
                             widget=forms.TextInput(attrs={"class": "short", "inputmode": "decimal", "autocomplete": "off"}))  # fmt: skip
    what = forms.ChoiceField(label="For", choices=list(reading.FOR.items()))
    method = forms.ChoiceField(label="How", choices=list(reading.METHODS.items()), widget=forms.RadioSelect)
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def clean_amount(self) -> Decimal:
        found = payments.read_amount(self.cleaned_data["amount"])
        if found is None:
            raise forms.ValidationError("Write an amount above 0 as 25 or 25.00.")
        return found


class NotTakenForm(DeskForm):
    why = forms.ChoiceField(label="Nothing taken, because", choices=list(reading.NOT_TAKEN.items()))


class ConsentForm(DeskForm):
    until = TypedDateField(label="Holds until", prefer="future", required=False, help_text="Without a date, for a year.")


class MedicareForm(DeskForm):
    """The questions on who pays before Medicare; those that do not arise may stay empty."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for question in msp.QUESTIONS:
            self.fields[question.code] = forms.ChoiceField(
                label=question.en, required=False, widget=forms.RadioSelect,
                choices=[(code, english) for code, english, _ in question.choices],
            )  # fmt: skip
            self.fields[question.code].hide_optional = True  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        said = super().clean() or {}
        for question in msp.missing({code: answer for code, answer in said.items() if answer}):
            if question.code not in self.errors:
                self.add_error(question.code, "Choose one. “Not sure” is an answer too.")
        return said
