"""Times of the day as people type them."""

import re
from datetime import time
from typing import Any

from django import forms

_CLOCK = re.compile(r"(\d{1,2})(?:[:.h]?(\d{2}))?\s*([ap])?\.?\s*m?\.?", re.IGNORECASE)


def read_clock(text: str) -> time | None:
    """Read a time as people type it: 2:30 PM, 2pm, 14:30, 230p. Without AM or PM, 1 to 6 is the afternoon."""
    match = _CLOCK.fullmatch(text.strip())
    if match is None:
        return None
    hour, minute, half = int(match[1]), int(match[2] or 0), (match[3] or "").lower()
    if half:
        if not 1 <= hour <= 12:
            return None
        hour = hour % 12 + (12 if half == "p" else 0)
    elif 1 <= hour <= 6:
        hour += 12
    return time(hour, minute) if hour < 24 and minute < 60 else None


class ClockField(forms.CharField):
    """A time typed as people type it."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"class": "short", "autocomplete": "off", "maxlength": "12"})
        )
        super().__init__(**kwargs)

    def to_python(self, value: Any) -> time | None:  # type: ignore[override]
        text = super().to_python(value)
        if not text:
            return None
        found = read_clock(text)
        if found is None:
            raise forms.ValidationError("Write the time as 2:30 PM or 14:30.")
        return found
