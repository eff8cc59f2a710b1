"""What a person says of a document when filing it."""

from typing import Any

from django import forms

from waypost.chart.documents.actions import Filed
from waypost.chart.documents.kinds import CHOICES
from waypost.chart.documents.limits import TITLE_CHARACTERS_MAX
from waypost.web.forms import DeskForm, TypedDateField


class FileForm(DeskForm):
    """Kind, title, the document's own date. The patient stands beside it."""

    kind = forms.ChoiceField(label="What is it?", choices=(("", "Choose"), *CHOICES))
    title = forms.CharField(label="Title", required=False, max_length=TITLE_CHARACTERS_MAX, help_text="As it is called in the chart.")
    day = TypedDateField(label="Date on the document", required=False)

    def filed(self, patient: str) -> Filed:
        """Return what was said."""
        values: dict[str, Any] = self.cleaned_data
        return Filed(patient, values["kind"], values["title"], values["day"])
