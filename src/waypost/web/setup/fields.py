"""Fields of the set-up forms: clock times and lists as people type them."""

import re
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils.text import slugify

from waypost.terminology.languages import LANGUAGES, language_name

DAY_MINUTES = 24 * 60
LIST_ITEMS_MAX = 20
_CLOCK = re.compile(r"(\d{1,2})(?:[:.h]?(\d{2}))?\s*(a|p)?\.?m?\.?")
_WORDS = {"noon": "12:00", "midday": "12:00", "midnight": "24:00"}


def read_clock(text: str) -> str | None:
    """Return '08:30' for 8:30, 830, 8:30 am; '13:00' for 1 pm and 13; None where the text is no time."""
    plain = text.strip().lower()
    if plain in _WORDS:
        return _WORDS[plain]
    match = _CLOCK.fullmatch(plain)
    if match is None:
        return None
    hour, minute, half = int(match[1]), int(match[2] or 0), match[3]
    if half and not 1 <= hour <= 12:
        return None
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    if minute > 59 or hour * 60 + minute > DAY_MINUTES:
        return None
    return f"{hour:02d}:{minute:02d}"


def say_clock(text: str) -> str:
    """Return '8:30 AM' for 08:30; '24:00' is midnight."""
    read = read_clock(text)
    if read is None:
        return text
    hour, minute = int(read[:2]), read[3:]
    if hour == 24:
        return "midnight"
    return f"{hour % 12 or 12}:{minute} {'AM' if hour < 12 else 'PM'}"


class ClockField(forms.CharField):
    """A time of day typed as people type it, kept as 08:30."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 12)
        kwargs.setdefault("widget", forms.TextInput(attrs={"class": "clock", "autocomplete": "off"}))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return say_clock(value) if isinstance(value, str) and re.fullmatch(r"\d{2}:\d{2}", value) else value

    def clean(self, value: Any) -> str:
        text = super().clean(value)
        if not text:
            return ""
        found = read_clock(text)
        if found is None:
            raise forms.ValidationError("Write the time as 8:30 AM, 1 PM or 13:00.")
        return found


class CanField(forms.CharField):
    """What someone or something can do, as a list of short words: 'cardiology, echo'."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 400)
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return say_can(value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:  # type: ignore[override]
        found = [slugify(part)[:40] for part in re.split(r"[,;\n]", super().clean(value))]
        found = list(dict.fromkeys(filter(None, found)))
        if len(found) > LIST_ITEMS_MAX:
            raise forms.ValidationError(f"{LIST_ITEMS_MAX} at most.")
        return found


def say_can(can: Sequence[str]) -> str:
    """Return 'ct room, nursing' for what is kept as ct-room and nursing."""
    return ", ".join(one.replace("-", " ") for one in can)


class LanguagesField(forms.CharField):
    """Languages by name, with commas between: 'English, Spanish'."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 200)
        kwargs.setdefault("required", False)
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        return ", ".join(language_name(code) for code in value) if isinstance(value, list | tuple) else value

    def clean(self, value: Any) -> list[str]:  # type: ignore[override]
        known = {name.casefold(): code for code, name in LANGUAGES.items()} | {code: code for code in LANGUAGES}
        found = []
        for part in filter(None, (part.strip() for part in super().clean(value).split(","))):
            code = known.get(part.casefold())
            if code is None:
                raise forms.ValidationError(f"“{part}” is no language that is known here. Write its English name, as Spanish or Amharic.")
            found.append(code)
        return list(dict.fromkeys(found))
