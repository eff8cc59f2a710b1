"""What is asked before a visit is booked."""

from collections.abc import Sequence
from typing import Any

from django import forms

from waypost.messaging.limits import NOTE_CHARACTERS_MAX
from waypost.messaging.rules import readability
from waypost.web.forms import DeskForm

REPEATS = (("", "Once"), ("1", "Every week"), ("2", "Every 2 weeks"), ("4", "Every 4 weeks"))
REACHES = (
    ("one", "This visit only"),
    ("rest", "This and the visits after it"),
    ("all", "Every visit of the series to come"),
)
MOVED_WHY = (
    ("patient", "The patient"), ("family", "Family or helper"), ("provider", "The provider"), ("clinic", "The clinic: room, device, hours"),
    ("ride", "No ride"), ("weather", "Weather"), ("sooner", "A sooner time came free"), ("other", "Something else"),
)  # fmt: skip
TIMES_MIN, TIMES_MAX = 2, 26


class BookingForm(DeskForm):
    """Reason, order, requests and notes; what is known is filled in, what does not apply is left out."""

    reason = forms.CharField(
        label="Reason", max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    order = forms.ChoiceField(label="Order or referral", required=False)
    order_told = forms.CharField(
        label="Who ordered it, and when",
        required=False,
        max_length=200,
        help_text="No order is on record yet. For instance: Dr. Osei, Nov 20.",
    )
    interpreter = forms.BooleanField(label="Ask for an interpreter", required=False)
    ride = forms.BooleanField(label="Ask for a ride", required=False)
    note_staff = forms.CharField(label="Note to staff", required=False, max_length=500)
    note_patient = forms.CharField(
        label="Note to patient",
        required=False,
        max_length=NOTE_CHARACTERS_MAX,
        help_text="Stands in the letter as it is written here.",
    )
    hard_ok = forms.BooleanField(label="Send it as it is", required=False)
    repeat = forms.ChoiceField(label="How often", choices=REPEATS, required=False)
    times = forms.IntegerField(
        label="Visits in all",
        min_value=TIMES_MIN,
        max_value=TIMES_MAX,
        required=False,
        widget=forms.NumberInput(attrs={"class": "short"}),
    )

    reach = forms.ChoiceField(label="Which visits", choices=REACHES, required=False)
    moved_for = forms.ChoiceField(
        label="Who or what asks for it",
        choices=(("", "Choose"), *MOVED_WHY),
        error_messages={"required": "Say who or what asks for another time."},
    )
    moved_why = forms.CharField(
        label="Why", required=False, max_length=200, widget=forms.TextInput(attrs={"autocomplete": "off"})
    )
    skip_taken = forms.BooleanField(label="Leave out the dates that are taken", required=False)

    def __init__(
        self,
        *args: Any,
        order_required: bool = False,
        orders: Sequence[tuple[str, str]] = (),
        interpreter_language: str = "",
        letter_language: str = "en",
        moving: bool = False,
        may_repeat: bool = True,
        series: bool = False,
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.order_required, self.letter_language = order_required, letter_language
        self._orders(orders)
        if interpreter_language:
            self.fields["interpreter"].label = f"Ask for a {interpreter_language} interpreter"
        if moving:
            for name in ("reason", "order", "order_told", "interpreter", "ride", "repeat", "times"):
                self.fields.pop(name, None)
        else:
            self.fields.pop("moved_for")
            self.fields.pop("moved_why")
        if not series:
            self.fields.pop("reach", None)
        if not may_repeat:
            self.fields.pop("repeat", None)
            self.fields.pop("times", None)
        if not (may_repeat and self.is_bound and self.data.get("repeat")):
            self.fields.pop("skip_taken", None)
        if not (
            self.is_bound
            and "note_patient" in self.data
            and not self._easy(str(self.data.get("note_patient") or ""))
        ):
            self.fields.pop("hard_ok", None)

    def _orders(self, orders: Sequence[tuple[str, str]]) -> None:
        if orders:
            empty = [] if self.order_required else [("", "None")]
            other = [("told", "Another, not on record yet")] if self.order_required else []
            self.fields["order"].choices = [*empty, *orders, *other]  # type: ignore[attr-defined]
            self.fields["order"].required = self.order_required
            if not self.order_required:
                self.fields.pop("order_told")
            else:
                self.fields[
                    "order_told"
                ].help_text = "Only where it is not in the list."
        else:
            self.fields.pop("order")
            if self.order_required:
                self.fields["order_told"].required = True
                self.fields["order_told"].error_messages["required"] = (
                    "This visit needs an order. Write who ordered it, and when."
                )
            else:
                self.fields.pop("order_told")

    def _easy(self, note: str) -> bool:
        return not note or readability.measure(note, self.letter_language).easy

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        note = cleaned.get("note_patient") or ""
        if not self._easy(note) and not cleaned.get("hard_ok"):
            grade = readability.measure(note, self.letter_language).grade
            self.add_error(
                "note_patient",
                f"This reads at grade {grade:.0f}; most patients need grade 6. Shorten it, or tick “Send it as it is”.",
            )
        if cleaned.get("order") == "told" and not cleaned.get("order_told"):
            self.add_error("order_told", "Write who ordered it, and when.")
        if cleaned.get("repeat") and not cleaned.get("times"):
            self.add_error("times", f"Say how many visits in all, {TIMES_MIN} to {TIMES_MAX}.")
        return cleaned
