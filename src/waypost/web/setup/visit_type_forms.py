"""The form of one kind of visit: what it is called, who and what it needs for which minutes, how people prepare."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.text import slugify

from waypost.messaging.limits import READING_GRADE_MAX
from waypost.messaging.rules import readability
from waypost.scheduling import limits
from waypost.web.forms import DeskForm
from waypost.web.setup.calendar_forms import Row, row_set
from waypost.web.setup.fields import CanField
from waypost.web.setup.preview import ROLE_SAID

Json = dict[str, Any]
SHORT = {"class": "short", "inputmode": "numeric"}


def counted(label: str, hint: str = "", *, low: int = 0, high: int = limits.VISIT_MINUTES_MAX, required: bool = True) -> forms.IntegerField:
    return forms.IntegerField(label=label, min_value=low, max_value=high, required=required, help_text=hint,
                              widget=forms.NumberInput(attrs=SHORT))  # fmt: skip


class VisitTypeForm(DeskForm):
    name_en = forms.CharField(label="Name in English", max_length=80, help_text="Patients read it: Echocardiogram and consult.")
    name_es = forms.CharField(label="Name in Spanish", max_length=80, required=False, help_text="Without it, letters in Spanish say the English name.",
                              widget=forms.TextInput(attrs={"lang": "es"}))  # fmt: skip
    department = forms.CharField(label="Department", max_length=60, required=False, widget=forms.TextInput(attrs={"list": "departments"}))
    minutes = counted("Minutes in all", "What the patient's visit takes, without set-up and clean-up.", low=limits.CELL_MINUTES)
    arrive_early = counted("Arrive this many minutes early", high=240)
    grace = counted("Minutes after the start before it can be called missed", high=240)
    capacity = forms.IntegerField(label="Patients in one visit", min_value=1, max_value=limits.LANES_MAX, help_text="More than one makes it a group with a roster.", widget=forms.NumberInput(attrs=SHORT))
    order_required = forms.BooleanField(label="It needs an order or referral", required=False)
    telehealth = forms.BooleanField(label="It can be held by video", required=False)
    prepare_en = forms.CharField(label="How to prepare, in English", required=False, max_length=1200, widget=forms.Textarea(attrs={"rows": 3}), help_text="It goes out with the letter. Short sentences, no jargon.")
    prepare_es = forms.CharField(label="How to prepare, in Spanish", required=False, max_length=1200, widget=forms.Textarea(attrs={"rows": 3, "lang": "es"}))

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        for name in ("minutes", "arrive_early"):
            if given.get(name) and given[name] % limits.CELL_MINUTES:
                self.add_error(name, f"Visits start every {limits.CELL_MINUTES} minutes: use a multiple of {limits.CELL_MINUTES}.")
        if not slugify(given.get("name_en") or "x"):
            self.add_error("name_en", "It needs at least one Latin letter or digit.")
        return given


class StepRow(Row):
    """Who or what is needed for which minutes."""

    role = forms.ChoiceField(label="Needs a", choices=list(ROLE_SAID.items()))
    can = CanField(label="That can do or is for", help_text="As cardiology, echo. Empty: any.", widget=forms.TextInput(attrs={"list": "can"}))
    start = counted("From minute", required=False)
    minutes = counted("For minutes", low=1, required=False)
    before = counted("Set-up before", high=240, required=False)
    after = counted("Clean-up after", high=240, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name in ("start", "minutes", "before", "after"):
            self.fields[name].hide_optional = True  # type: ignore[attr-defined]  # an empty row is none; the hint says so

    def has_typed(self) -> bool:
        return any((self.data.get(self.add_prefix(name)) or "") not in ("", "0") for name in ("can", "start", "minutes", "before", "after"))

    def clean(self) -> dict[str, Any]:
        given = self.cleaned_data
        if not given.get("minutes") and "minutes" not in self.errors:
            self.add_error("minutes", "How many minutes is it needed for?")
        for name in ("start", "minutes", "before", "after"):
            if given.get(name) and given[name] % limits.CELL_MINUTES:
                self.add_error(name, f"Use a multiple of {limits.CELL_MINUTES}.")
        return given

    def body(self) -> Json:
        given = self.cleaned_data
        return {"role": given["role"], "can": given["can"], **{name: given[name] or 0 for name in ("start", "minutes", "before", "after")}}


_StepSet = row_set(StepRow, 1, max_num=limits.STEPS_MAX, absolute_max=limits.STEPS_MAX + 2)


class WholeForm:
    """The form and its steps; `body` is the visit type that they say."""

    def __init__(self, data: Any, body: Mapping[str, Any]) -> None:
        self.form = VisitTypeForm(data, initial=_initial(body))
        steps = [{**step, "can": step.get("can") or []} for step in body.get("steps") or ()]
        self.steps = _StepSet(data, initial=steps, prefix="steps")

    def is_valid(self) -> bool:
        good = all([self.form.is_valid(), self.steps.is_valid()])
        if not good:
            return False
        whole = self.form.cleaned_data["minutes"]
        kept = self.steps.kept()
        if not kept:
            self.form.add_error(None, "Say who or what the visit needs: at least one step.")
        for row in kept:
            if (row.cleaned_data["start"] or 0) + row.cleaned_data["minutes"] > whole:
                row.add_error("minutes", f"It goes on after the visit's {whole} minutes.")
        return self.form.is_valid() and all(row.is_valid() for row in kept)

    @property
    def errors(self) -> list[tuple[str, str]]:
        if not self.form.is_bound:
            return []
        found = [("", str(error)) for error in self.form.non_field_errors()]
        found += [(field.id_for_label, f"{field.label}: {error}") for field in self.form for error in field.errors]
        for number, row in enumerate(self.steps.forms, 1):
            if row in self.steps.kept():
                found += [(field.id_for_label, f"Step {number}, {field.label}: {error}") for field in row for error in field.errors]
        return found

    def body(self, code: str, before: Mapping[str, Any]) -> Json:
        given = self.form.cleaned_data
        names = {"en": given["name_en"], **({"es": given["name_es"]} if given["name_es"] else {})}
        plain = ("department", "minutes", "arrive_early", "grace", "capacity", "order_required", "telehealth")
        return {**before, "code": code, "name": names, "steps": self.steps.bodies(), **{name: given[name] for name in plain},
                "preparation": {"en": given["prepare_en"], "es": given["prepare_es"]}}  # fmt: skip


def _initial(body: Mapping[str, Any]) -> Json:
    names, prepare = body.get("name") or {}, body.get("preparation") or {}
    return {"name_en": names.get("en", ""), "name_es": names.get("es", ""), "department": body.get("department", ""),
            "minutes": body.get("minutes", 30), "arrive_early": body.get("arrive_early", 10), "grace": body.get("grace", 15),
            "capacity": body.get("capacity", 1), "order_required": body.get("order_required", False),
            "telehealth": body.get("telehealth", False), "prepare_en": prepare.get("en", ""), "prepare_es": prepare.get("es", "")}  # fmt: skip


def code_for(name: str, taken: Sequence[str]) -> str:
    """Return a code made from the name, with a number where another kind of visit has it."""
    base = slugify(name)[: limits.CODE_CHARS_MAX - 3].strip("-") or "visit"
    code, number = base, 2
    while code in taken:
        code, number = f"{base}-{number}", number + 1
    return code


def graded(text: str, language: str) -> str:
    """Return what the page says of how hard a text is to read; nothing for no text."""
    if not text.strip():
        return ""
    reading = readability.measure(text, language)
    grade = f"Reads at grade {reading.grade:.1f}" if reading.grade >= 1 else "Reads below grade 1"
    if reading.easy:
        return f"{grade}; {READING_GRADE_MAX:g} or below is wanted."
    return f"{grade}, above {READING_GRADE_MAX:g}. Shorter sentences and shorter words bring it down."


def is_hard(text: str, language: str) -> bool:
    return bool(text.strip()) and not readability.measure(text, language).easy
