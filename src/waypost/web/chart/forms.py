"""The forms of the patient page. Nothing is asked that is known; what a form does not show it does not touch."""

import re
from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from waypost.registry.dates import read_date
from waypost.registry.fhir import say_phone
from waypost.terminology.languages import LANGUAGES
from waypost.web.forms import DeskForm, TypedDateField

Choices = Sequence[tuple[str, str]]

ASKED = (("", "Not asked yet"), ("yes", "Yes"), ("no", "No"))
RELATIONS = (
    ("", "Choose"), ("MTH", "Mother"), ("FTH", "Father"), ("PRN", "Parent"), ("SPS", "Spouse"), ("DOMPART", "Partner"),
    ("DAUC", "Daughter"), ("SONC", "Son"), ("SIS", "Sister"), ("BRO", "Brother"), ("GRPRN", "Grandparent"),
    ("AUNT", "Aunt"), ("UNCLE", "Uncle"), ("FRND", "Friend"), ("NBOR", "Neighbor"), ("HPOWATT", "Healthcare power of attorney"),
)  # fmt: skip
ABOUT = (("visits", "Visits"), ("bills", "Bills"), ("clinical", "Health"), ("all", "Everything"))
NEEDS = (
    "Wheelchair", "Walks with help", "Hard of hearing", "Low vision", "Large print", "Cannot read", "Needs more time", "Brings an aide",
)  # fmt: skip
COMMON = ("en", "es", "zh", "vi", "ar", "fr", "ht", "ko", "ru", "pt", "tl", "am", "ase")
ROLES = (
    ("coordinator", "Lead coordinator"), ("pcp", "PCP"), ("specialist", "Specialist"), ("nurse", "Nurse"),
    ("social-worker", "Social worker"), ("interpreter", "Interpreter"), ("family", "Family"),
)  # fmt: skip
THROUGH = (
    ("self", "The patient"),
    ("spouse", "Spouse"),
    ("child", "Parent (the patient is the child)"),
    ("other", "Someone else"),
)


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


class PhoneForm(DeskForm):
    number = PhoneField(label="Number")
    use = forms.ChoiceField(label="Kind", choices=(("mobile", "Mobile"), ("home", "Home"), ("work", "Work")))
    owner = forms.CharField(
        label="Whose is it",
        required=False,
        max_length=80,
        help_text="Only where it is not the patient's own.",
    )
    hours = forms.CharField(
        label="When to call", required=False, max_length=80, help_text="As they said it: mornings, after 5."
    )
    voicemail = forms.ChoiceField(
        label="Voicemail OK", choices=ASKED, required=False, widget=forms.RadioSelect
    )
    text = forms.ChoiceField(label="Texts OK", choices=ASKED, required=False, widget=forms.RadioSelect)
    first = forms.BooleanField(label="The number to dial first", required=False)


class EmailForm(DeskForm):
    address = forms.EmailField(
        label="E-mail address",
        max_length=254,
        error_messages={"invalid": "An address looks like name@example.org. Check it."},
    )
    wanted = forms.BooleanField(
        label="Wants e-mail",
        required=False,
        help_text="E-mail can be read on its way. Only date, time, place and our phone are sent.",
    )


class AddressForm(DeskForm):
    line1 = forms.CharField(label="Street and number", required=False, max_length=120)
    line2 = forms.CharField(label="Apartment or care of", required=False, max_length=120)
    city = forms.CharField(label="City", required=False, max_length=80)
    state = forms.CharField(
        label="State", required=False, max_length=40, widget=forms.TextInput(attrs={"class": "short"})
    )
    postal = forms.CharField(
        label="ZIP code", required=False, max_length=20, widget=forms.TextInput(attrs={"class": "short"})
    )
    moved = forms.ChoiceField(
        label="What happened",
        choices=(("yes", "They moved: the old address ends"), ("no", "It was written wrong: same place")),
        widget=forms.RadioSelect,
        initial="yes",
    )
    homeless = forms.BooleanField(label="No fixed address", required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if not found.get("homeless") and not (found.get("line1") and found.get("city")):
            self.add_error("line1", "Write street and city, or mark that there is no fixed address.")
        return found


class AddressesForm(DeskForm):
    """Which of several current addresses is the right one."""

    def __init__(self, *args: Any, current: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["keep"] = forms.ChoiceField(
            label="Where do they live now",
            choices=current,
            widget=forms.RadioSelect,
            error_messages={"required": "Choose one; the others end today and stay in the history."},
        )


class LanguageForm(DeskForm):
    spoken = forms.ChoiceField(label="Speaks", choices=languages, required=False)
    written = forms.ChoiceField(
        label="Reads letters in", choices=languages, required=False, help_text="Where it differs."
    )
    interpreter = forms.ChoiceField(
        label="Needs an interpreter", choices=ASKED, required=False, widget=forms.RadioSelect
    )
    needs = forms.MultipleChoiceField(
        label="Needs", choices=[(n, n) for n in NEEDS], required=False, widget=forms.CheckboxSelectMultiple
    )
    other = forms.CharField(label="Another need", required=False, max_length=120)


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


class RelationForm(DeskForm):
    given = forms.CharField(label="Given names", max_length=120)
    family = forms.CharField(label="Family names", max_length=120, required=False)
    relationship = forms.ChoiceField(label="Who they are to the patient", choices=RELATIONS, required=False)
    phone = PhoneField(label="Phone", required=False)
    about = forms.MultipleChoiceField(
        label="OK to talk about", choices=ABOUT, required=False, widget=forms.CheckboxSelectMultiple,
        help_text="As the patient said. Nothing marked: nothing is told.",
    )  # fmt: skip
    emergency = forms.BooleanField(label="Emergency contact", required=False)
    guardian = forms.BooleanField(label="Legal guardian", required=False)
    may_consent = forms.BooleanField(
        label="May consent to care",
        required=False,
        help_text="A parent, a guardian, or a power of attorney on file.",
    )
    may_bring = forms.BooleanField(label="May bring the patient", required=False)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["until"] = TypedDateField(
            label="Until",
            required=False,
            today=today,
            prefer="future",
            help_text="The last day; empty where it has no end.",
        )
        self.order_fields(
            [
                "given",
                "family",
                "relationship",
                "phone",
                "about",
                "until",
                "emergency",
                "guardian",
                "may_consent",
                "may_bring",
            ]
        )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        if found.get("until") and found["until"] < self.today:
            self.add_error("until", "That day is over. To end the leave now, use the button below.")
        return found


class TeamForm(DeskForm):
    role = forms.ChoiceField(
        label="Role", choices=ROLES, help_text="A new lead coordinator or PCP takes the place of the old one."
    )

    def __init__(self, *args: Any, people: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"] = forms.ChoiceField(label="Who", choices=[("", "Choose"), *people])


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
