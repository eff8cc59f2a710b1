"""Who someone is: names, birth date, death."""

from datetime import date
from typing import Any

from django import forms

from waypost.web.forms import DeskForm, TypedDateField


class PersonForm(DeskForm):
    given = forms.CharField(label="Given names", max_length=120, required=False)
    family = forms.CharField(
        label="Family names", max_length=120, help_text="All of them, as on the card: Castillo Reyes."
    )
    keep_former = forms.BooleanField(
        label="The name has changed: keep the old one as a former name", required=False
    )
    preferred = forms.CharField(label="Goes by", max_length=80, required=False)
    pronouns = forms.CharField(
        label="Pronouns", max_length=40, required=False, widget=forms.TextInput(attrs={"class": "short"})
    )
    birth_unknown = forms.BooleanField(label="Birth date not known", required=False)
    sex = forms.ChoiceField(
        label="Sex on record",
        choices=(("female", "Female"), ("male", "Male"), ("other", "Other"), ("unknown", "Unknown")),
        widget=forms.RadioSelect,
        required=False,
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["birth"] = TypedDateField(label="Birth date", required=False, today=today)
        self.order_fields(
            ["given", "family", "keep_former", "preferred", "pronouns", "birth", "birth_unknown", "sex"]
        )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        birth = found.get("birth")
        if birth and birth > self.today:
            self.add_error("birth", "The birth date is in the future. Check the year.")
        elif birth and found.get("birth_unknown"):
            self.add_error("birth", "Either a date or 'not known', not both.")
        return found


class DeceasedForm(DeskForm):
    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["on"] = TypedDateField(
            label="Date of death",
            required=False,
            today=today,
            help_text="Empty where only the fact is known.",
        )

    def clean_on(self) -> date | None:
        found: date | None = self.cleaned_data["on"]
        if found and found > self.today:
            raise forms.ValidationError("That day is still to come. Check it.")
        return found
