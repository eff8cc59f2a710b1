"""Who someone is: names, birth date, death."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms

from waypost.registry import about
from waypost.web.chart.forms.fields import Choices
from waypost.web.forms import DeskForm, TypedDateField

NOT_ASKED = "Not asked"
OWN_WORDS = "own"


def _choice(key: str, choices: Choices) -> forms.ChoiceField:
    return forms.ChoiceField(label=about.LABELS[key], choices=[("", NOT_ASKED), *choices], required=False)


class PersonForm(DeskForm):
    given = forms.CharField(label="Given names", max_length=120, required=False)
    family = forms.CharField(
        label="Family names",
        max_length=120,
        help_text="All of them, as on the card: Castillo Reyes. Someone with one name has it here.",
    )
    keep_former = forms.BooleanField(
        label="The name has changed: keep the old one as a former name", required=False
    )
    preferred = forms.CharField(label="Goes by", max_length=80, required=False)
    birth_unknown = forms.BooleanField(label="Birth date not known", required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["birth"] = TypedDateField(label="Birth date", required=False, today=today)
        self.order_fields(["given", "family", "keep_former", "preferred", "birth", "birth_unknown"])

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        birth = found.get("birth")
        if birth and birth > self.today:
            self.add_error("birth", "The birth date is in the future. Check the year.")
        elif birth and found.get("birth_unknown"):
            self.add_error("birth", "Either a date or 'not known', not both.")
        return found


class AboutForm(DeskForm):
    """What someone is asked about themselves; empty is 'not asked', and declining is an answer of its own."""

    sex = forms.ChoiceField(
        label=about.LABELS["sex"], choices=about.SEXES, required=False, widget=forms.RadioSelect
    )
    birth_sex = _choice("birth_sex", about.BIRTH_SEXES)
    identity = _choice(
        "identity",
        (*about.IDENTITIES, (OWN_WORDS, "In their own words, below"), (about.DECLINED, about.DECLINED_WORDS)),
    )
    identity_words = forms.CharField(label="Gender, in their own words", max_length=80, required=False)
    pronouns = forms.CharField(
        label="Pronouns", max_length=40, required=False, widget=forms.TextInput(attrs={"class": "short"})
    )
    pronouns_declined = forms.BooleanField(label="Declined to say the pronouns", required=False)
    multiple = _choice("multiple", about.MULTIPLES)

    def __init__(
        self,
        *args: Any,
        races: Choices = (),
        ethnicities: Choices = (),
        others: Mapping[str, Choices],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["race"] = forms.MultipleChoiceField(
            label="Race",
            choices=races,
            required=False,
            widget=forms.CheckboxSelectMultiple,
            help_text="All that they say; nothing marked is 'not asked'.",
        )
        self.fields["ethnicity"] = forms.ChoiceField(
            label="Ethnicity", choices=[("", NOT_ASKED), *ethnicities], required=False
        )
        for name, more in others.items():
            self.fields[name].choices = [*self.fields[name].choices, *more]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        race = found.get("race") or []
        if len(race) > 1 and {about.DECLINED, about.UNKNOWN} & set(race):
            self.add_error(
                "race", "Either what they say, or that they declined or it is not known: clear one."
            )
        if found.get("pronouns") and found.get("pronouns_declined"):
            self.add_error("pronouns", "Either the pronouns, or that they declined to say: clear one.")
        if (found.get("identity") == OWN_WORDS) != bool(found.get("identity_words")):
            self.add_error("identity_words", "Mark 'in their own words' and write them, or clear both.")
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
