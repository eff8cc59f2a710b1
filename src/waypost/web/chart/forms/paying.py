"""Who pays: coverage and what payers answered."""

from datetime import date
from typing import Any

from django import forms

from waypost.web.chart.forms.fields import Choices
from waypost.web.forms import DeskForm, TypedDateField

THROUGH = (
    ("self", "The patient"),
    ("spouse", "Spouse"),
    ("child", "Parent (the patient is the child)"),
    ("other", "Someone else"),
)


class CoverageForm(DeskForm):
    payer = forms.CharField(
        label="Payer",
        max_length=120,
        required=False,
        widget=forms.TextInput(attrs={"list": "payers", "autocomplete": "off"}),
    )
    plan = forms.CharField(label="Plan", max_length=120, required=False)
    member = forms.CharField(
        label="Member number",
        max_length=60,
        required=False,
        widget=forms.TextInput(attrs={"class": "short", "autocomplete": "off"}),
    )
    relationship = forms.ChoiceField(label="Whose plan it is", choices=THROUGH, required=False)
    self_pay = forms.BooleanField(label="Self-pay: no plan, the patient pays", required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["begins"] = TypedDateField(label="Begins", required=False, today=today)
        self.fields["ends"] = TypedDateField(
            label="Ends", required=False, today=today, prefer="future", help_text="The last day it holds."
        )
        self.order_fields(["self_pay", "payer", "plan", "member", "relationship", "begins", "ends"])

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not found.get("self_pay") and not found.get("payer"):
            self.add_error("payer", "Name the payer, or mark self-pay.")
        if found.get("begins") and found.get("ends") and found["ends"] < found["begins"]:
            self.add_error("ends", "It ends before it begins. Check both dates.")
        return found


class GuarantorForm(DeskForm):
    """Who pays what coverage does not."""

    def __init__(self, *args: Any, people: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"] = forms.ChoiceField(
            label="Who pays what coverage does not",
            choices=people,
            widget=forms.RadioSelect,
            error_messages={"required": "Choose who pays, or cancel."},
            help_text="Someone who is not here is added under 'OK to talk to' first.",
        )


class AnswerForm(DeskForm):
    said = forms.ChoiceField(
        label="What the payer said",
        choices=(("yes", "Active"), ("no", "Not active"), ("silent", "No answer")),
        widget=forms.RadioSelect,
        error_messages={"required": "Choose what the payer said."},
    )
    deductible = forms.DecimalField(
        label="Deductible left, in dollars",
        required=False,
        min_value=0,
        max_digits=9,
        decimal_places=2,
        widget=forms.TextInput(attrs={"class": "short", "inputmode": "decimal"}),
    )
    how = forms.ChoiceField(
        label="How it was asked", choices=(("phone", "By phone"), ("site", "On the payer's site"))
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["on"] = TypedDateField(label="On", today=today)
        self.order_fields(["said", "on", "deductible", "how"])

    def clean_on(self) -> date:
        found: date = self.cleaned_data["on"]
        if found > self.today:
            raise forms.ValidationError("That day is still to come. Check it.")
        return found
