"""How to reach someone: phone, e-mail, address, languages and needs."""

from typing import Any

from django import forms

from waypost.registry.about import DECLINED, DECLINED_WORDS
from waypost.web.chart.forms.fields import ASKED, Choices, PhoneField, languages
from waypost.web.forms import DeskForm

NEEDS = (
    "Wheelchair", "Walks with help", "Hard of hearing", "Low vision", "Large print", "Cannot read", "Needs more time", "Brings an aide",
)  # fmt: skip


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
    declined = forms.BooleanField(label="Declined to give an address", required=False)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        nowhere = bool(found.get("homeless")) + bool(found.get("declined"))
        if nowhere > 1:
            self.add_error("declined", "Either no fixed address, or declined to give it: clear one.")
        if not nowhere and not (found.get("line1") and found.get("city")):
            self.add_error(
                "line1",
                "Write street and city, or mark that there is no fixed address or that they declined.",
            )
        return found


class ZoneForm(DeskForm):
    """The patient's own clock: where nothing is chosen, that of the address, else the clinic's."""

    zone = forms.ChoiceField(
        label="Their time zone",
        required=False,
        help_text="A visit by video is told on their clock with the clinic’s beside it; a visit in person on the clinic’s, by name.",
    )

    def __init__(self, *args: Any, zones: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"].choices = zones  # type: ignore[attr-defined]


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
    spoken = forms.ChoiceField(
        label="Speaks", choices=lambda: [*languages(), (DECLINED, DECLINED_WORDS)], required=False
    )
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
