"""What acts on work ask for."""

from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms

from waypost.coordination.worklist.kinds import POOLS, Outcome
from waypost.kernel.business_days import business_days_after
from waypost.web.forms import DeskForm, TypedDateField
from waypost.web.schedule.clocks import ClockField

NOTE_CHARACTERS_MAX = 500
MORNING = time(8)
SNOOZES = (
    ("2h", "For 2 hours"),
    ("day", "Until the next business day, 8:00 AM"),
    ("week", "Until Monday week, 8:00 AM"),
    ("on", "Until a day"),
)


class DoneForm(DeskForm):
    outcome = forms.ChoiceField(label="How did it end?", widget=forms.RadioSelect)
    note = forms.CharField(label="Note", required=False, max_length=NOTE_CHARACTERS_MAX)

    def __init__(self, *args: Any, outcomes: Sequence[Outcome], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = self.fields["outcome"]
        assert isinstance(choices, forms.ChoiceField)
        choices.choices = [(one.code, one.word) for one in outcomes]
        choices.error_messages["required"] = "Choose how it ended."


class SnoozeForm(DeskForm):
    until = forms.ChoiceField(label="Until when?", choices=SNOOZES, initial="day")
    on = TypedDateField(label="Which day", required=False, prefer="future")
    reason = forms.CharField(label="Why can it wait?", max_length=NOTE_CHARACTERS_MAX)
    at = ClockField(label="At what time on that day?", required=False, help_text="8:00 AM where nothing is written.")

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.day = today
        field = self.fields["on"]
        assert isinstance(field, TypedDateField)
        field.today = today

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("until") == "on" and "on" not in self.errors:
            if not data.get("on"):
                self.add_error("on", "Write the day.")
            elif data["on"] < self.day or (data["on"] == self.day and not data.get("at")):
                self.add_error("on", "Choose a day after today.")
        return data

    def until_when(self, now: datetime, zone: str) -> datetime:
        """Return the moment at which the work wakes."""
        chosen = self.cleaned_data["until"]
        if chosen == "2h":
            return now + timedelta(hours=2)
        today, hour = now.astimezone(ZoneInfo(zone)).date(), MORNING
        if chosen == "day":
            day = business_days_after(today, 1)
        elif chosen == "week":
            day = business_days_after(today + timedelta(days=6 - today.weekday()), 1)
        else:
            day, hour = self.cleaned_data["on"], self.cleaned_data["at"] or MORNING
        return datetime.combine(day, hour, ZoneInfo(zone))


class AssignForm(DeskForm):
    who = forms.ChoiceField(label="To whom?")

    def __init__(self, *args: Any, people: Sequence[tuple[str, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        who = self.fields["who"]
        assert isinstance(who, forms.ChoiceField)
        who.choices = [("", "Choose"), *people]
        who.error_messages["required"] = "Choose a colleague."


class HandOverForm(DeskForm):
    pool = forms.ChoiceField(
        label="To which team?", choices=[("", "Choose"), *((pool.code, pool.name) for pool in POOLS)]
    )
    note = forms.CharField(label="What should they know?", required=False, max_length=NOTE_CHARACTERS_MAX)
