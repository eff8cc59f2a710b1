"""Fields and choices that several forms of the patient page share."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from waypost.registry.dates import read_date
from waypost.registry.fhir import say_phone
from waypost.terminology.languages import LANGUAGES

Choices = Sequence[tuple[str, str]]
ASKED = (("", "Not asked yet"), ("yes", "Yes"), ("no", "No"))
COMMON = ("en", "es", "zh", "vi", "ar", "fr", "ht", "ko", "ru", "pt", "tl", "am", "ase")


def tri(value: str) -> bool | None:
    """Return what a yes, a no or 'not asked' means."""
    return {"yes": True, "no": False}.get(value)


def untri(value: bool | None) -> str:
    return {True: "yes", False: "no", None: ""}[value]


def languages() -> Choices:
    rest = sorted((name, code) for code, name in LANGUAGES.items() if code not in COMMON)
    return [
        ("", "Not recorded"),
        *((c, LANGUAGES[c]) for c in COMMON),
        *((code, name) for name, code in rest),
    ]


class PhoneField(forms.CharField):
    """A phone number, kept the way it is said."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"type": "tel", "autocomplete": "off", "class": "short"})
        super().__init__(max_length=40, widget=widget, **kwargs)

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        digits = re.sub(r"\D", "", text)
        if text and not 7 <= len(digits) <= 15:
            raise forms.ValidationError(
                "A US number has ten digits, as (202) 555-0142; others begin with + and the country."
            )
        return say_phone(text) if text else ""


class FhirDateField(forms.CharField):
    """A date as exactly as it is known: a day, or only a year."""

    def __init__(self, *, today: date, **kwargs: Any) -> None:
        self.today = today
        super().__init__(
            max_length=40, widget=forms.TextInput(attrs={"autocomplete": "off", "class": "short"}), **kwargs
        )

    def clean(self, value: Any) -> str:
        text = super().clean(value).strip()
        if not text:
            return ""
        if re.fullmatch(r"\d{4}", text):
            if int(text) > self.today.year:
                raise forms.ValidationError("That year is still to come. Check it.")
            return text
        found = read_date(text, today=self.today, prefer="past")
        if found is None:
            raise forms.ValidationError("Write a year (2019) or a date (Mar 12 2019).")
        if found > self.today:
            raise forms.ValidationError("That day is still to come. Check the year.")
        return found.isoformat()
