"""Forms of the desk: one column, label above, words that say how to mend it, dates typed as people type them."""

from datetime import date
from typing import Any

from django import forms
from django.forms.renderers import DjangoTemplates

from waypost.kernel.problem import Problem
from waypost.registry.dates import read_date
from waypost.web.words import full_day


def mendable(problem: Problem) -> Problem:
    """Return a problem that the page it was met on can say; raise what is no matter of that page."""
    if problem.status >= 500 or problem.status in {401, 403, 404}:
        raise problem
    return problem


class DeskRenderer(DjangoTemplates):
    field_template_name = "waypost/parts/field.html"


class DeskForm(forms.Form):
    """A form whose fields render as `waypost/parts/field.html` by `{{ field.as_field_group }}`."""

    default_renderer = DeskRenderer
    required_css_class = ""
    apart: tuple[str, ...] = ()  # names of fields that another field's template shows
    use_required_attribute = (
        False  # our words and summary, not the browser's bubbles; works the same everywhere
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("label_suffix", "")
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            if field.error_messages.get("required") == forms.Field.default_error_messages["required"]:
                field.error_messages["required"] = "This is needed."

    def refuse(self, problem: Problem) -> int:
        """Say a problem that can be mended here above the form, and return its status; raise what cannot."""
        self.add_error(None, f"{mendable(problem).title} {problem.remedy}")
        return problem.status


class TypedDateField(forms.CharField):
    """A date typed as people type it, echoed back in full."""

    def __init__(self, *, prefer: str = "past", today: date | None = None, **kwargs: Any) -> None:
        kwargs.setdefault("max_length", 40)
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"class": "short", "autocomplete": "off", "inputmode": "text"})
        )
        super().__init__(**kwargs)
        self.validators = []  # they would measure the date, not the text
        self.prefer, self.today = prefer, today

    def clean(self, value: Any) -> date | None:  # type: ignore[override]
        text = super().clean(value)
        if not text:
            return None
        found = (
            read_date(text, today=self.today, prefer=self.prefer)
            if len(text) <= (self.max_length or 40)
            else None
        )
        if found is None:
            like = "1/5/2027, Jan 5 or 2027-01-05" if self.prefer == "future" else "3/12/1957, Mar 12 1957 or 1957-03-12"
            raise forms.ValidationError(f"Write the date as {like}.")
        return found

    @staticmethod
    def in_full(value: date) -> str:
        return full_day(value)
