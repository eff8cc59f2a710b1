"""Who stands beside the patient: whom one may talk to, who consents, the care team."""

from datetime import date
from typing import Any

from django import forms

from waypost.web.chart.forms.fields import Choices, PhoneField
from waypost.web.forms import DeskForm, TypedDateField

RELATIONS = (
    ("", "Choose"), ("MTH", "Mother"), ("FTH", "Father"), ("PRN", "Parent"), ("SPS", "Spouse"), ("DOMPART", "Partner"),
    ("CHILD", "Child"), ("DAUC", "Daughter"), ("SONC", "Son"), ("SIB", "Brother or sister"), ("SIS", "Sister"), ("BRO", "Brother"),
    ("GRPRN", "Grandparent"), ("EXT", "Other relative"), ("AUNT", "Aunt"), ("UNCLE", "Uncle"), ("FRND", "Friend"), ("NBOR", "Neighbor"), ("HPOWATT", "Healthcare power of attorney"),
)  # fmt: skip
ABOUT = (("visits", "Visits"), ("bills", "Bills"), ("clinical", "Health"), ("all", "Everything"))
ROLES = (
    ("coordinator", "Lead coordinator"), ("pcp", "PCP"), ("specialist", "Specialist"), ("nurse", "Nurse"),
    ("social-worker", "Social worker"), ("interpreter", "Interpreter"), ("family", "Family"),
)  # fmt: skip


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

    apart = tuple(f"until_{topic}" for topic, _ in ABOUT)  # shown under `until`, folded

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        for topic, word in (("", ""), *ABOUT):
            self.fields[f"until_{topic}" if topic else "until"] = TypedDateField(
                label=f"{word} until" if word else "OK to talk until",
                required=False,
                today=today,
                prefer="future",
                help_text=""
                if word
                else "The last day of this leave; empty where it has no end. Nothing else ends with it.",
            )
        self.fields["until"].template_name = "waypost/chart/field_until.html"  # type: ignore[attr-defined]
        self.order_fields(
            ["given", "family", "relationship", "phone", "about", "until", *self.apart, "emergency", "guardian", "may_consent", "may_bring"]
        )  # fmt: skip

    @property
    def several(self) -> bool:
        """Return whether topics have last days of their own, so that they are to be seen."""
        return any(self[name].value() for name in self.apart)

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        for name in ("until", *self.apart):
            if found.get(name) and found[name] < self.today:
                self.add_error(name, "That day is over. To end the leave now, use the button below.")
        about = found.get("about") or []
        if found.get("until") and not about:
            self.add_error("about", "Mark what it is OK to talk about until then, or clear the day.")
        for topic, word in ABOUT:
            if found.get(f"until_{topic}") and topic not in about:
                self.add_error("about", f"There is a last day for {word.lower()}: mark it, or clear the day.")
        return found


class TeamForm(DeskForm):
    role = forms.ChoiceField(
        label="Role", choices=ROLES, help_text="A new lead coordinator or PCP takes the place of the old one."
    )

    def __init__(self, *args: Any, people: Choices = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["who"] = forms.ChoiceField(label="Who", choices=[("", "Choose"), *people])
