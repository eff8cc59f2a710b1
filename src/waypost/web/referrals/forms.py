"""What is asked for to make a referral, to note a step, and to end it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms

from waypost.coordination.referrals.limits import WORDS_CHARACTERS_MAX
from waypost.web.chart.forms.fields import PhoneField
from waypost.web.forms import DeskForm, TypedDateField
from waypost.web.referrals.words import URGENCY

Choices = Sequence[tuple[str, str]]
SENT_HOW = (("fax", "Fax"), ("mail", "Letter by mail"), ("electronic", "Electronically (FHIR, portal)"), ("phone", "Phone"), ("hand", "Given to the patient"))
TOLD_HOW = (("phone", "By phone"), ("in-person", "In person"), ("letter", "By letter"), ("text", "By text"), ("email", "By e-mail"))
SEEN_HOW = (("phone", "Their office said so"), ("in-person", "The patient said so"), ("electronic", "From their system"))
HOW = {"sent": SENT_HOW, "told": TOLD_HOW, "seen": SEEN_HOW}
ENDS = (("declined", "The patient declined"), ("not-needed", "It is no longer needed"), ("elsewhere", "Sent elsewhere"))
READY = {"data-focus": True}  # the field in which one begins


class ReferForm(DeskForm):
    """A new referral or order."""

    what = forms.CharField(label="What is asked for", max_length=120, help_text="For instance: Referral to cardiology, MRI of the left knee.")
    department = forms.ChoiceField(label="To a department here", required=False)
    place = forms.CharField(label="Or to somebody outside", max_length=120, required=False, help_text="Their name, as it stands on the letter.")
    specialty = forms.CharField(label="Specialty", max_length=80, required=False)
    phone = PhoneField(label="Their phone", required=False)
    fax = PhoneField(label="Their fax", required=False)
    urgency = forms.ChoiceField(
        label="Urgency", choices=[(code, URGENCY[code]) for code in ("routine", "urgent", "stat")], widget=forms.RadioSelect, initial="routine"
    )
    reason = forms.CharField(label="Reason", max_length=WORDS_CHARACTERS_MAX, widget=forms.Textarea(attrs={"rows": 2}))
    orderer = forms.ChoiceField(label="Ordered by")
    documents = forms.MultipleChoiceField(label="Goes along", required=False, widget=forms.CheckboxSelectMultiple)
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, departments: Choices, clinicians: Choices, documents: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, choices in (("department", departments), ("orderer", clinicians), ("documents", documents)):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices
        self.fields["orderer"].help_text = "The clinician who decided it. Whoever types it is kept beside."
        if not documents:
            del self.fields["documents"]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("department") and cleaned.get("place"):
            self.add_error("place", "Choose a department here or name somebody outside, not both.")
        elif not cleaned.get("department") and not cleaned.get("place") and "place" not in self.errors:
            self.add_error("department", "Say to whom: a department here, or somebody outside.")
        return cleaned


class StepForm(DeskForm):
    """A step that was done: how, when, what to remember of it."""

    how = forms.ChoiceField(label="How", widget=forms.Select(attrs=READY))
    words = forms.CharField(label="To remember", max_length=WORDS_CHARACTERS_MAX, required=False, widget=forms.Textarea(attrs={"rows": 2}))
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    expect = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=999_999_999)

    def __init__(self, *args: Any, step: str, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.step = step
        how = self.fields["how"]
        assert isinstance(how, forms.ChoiceField)
        how.choices = HOW[step]
        on = TypedDateField(label="When", prefer="past", today=today)
        self.fields = {"how": how, "on": on, **{n: self.fields[n] for n in ("words", "key", "expect")}}


class ReportForm(DeskForm):
    """Which of the patient's documents is the report."""

    step = "report"
    document = forms.ChoiceField(label="Report", widget=forms.RadioSelect(attrs=READY))
    expect = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=999_999_999)

    def __init__(self, *args: Any, documents: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["document"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = documents


class EndForm(DeskForm):
    """Why it ends before the loop is closed, and who decided that."""

    step = "end"
    end = forms.ChoiceField(label="How it ends", choices=ENDS, widget=forms.RadioSelect(attrs=READY))
    reason = forms.CharField(label="Why", max_length=WORDS_CHARACTERS_MAX, widget=forms.Textarea(attrs={"rows": 2}))
    decided = forms.ChoiceField(label="Decided by", help_text="Whoever referred decides. Choose the clinician who said so.")
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    expect = forms.IntegerField(widget=forms.HiddenInput, required=False, min_value=1, max_value=999_999_999)

    def __init__(self, *args: Any, clinicians: Choices, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["decided"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = clinicians
