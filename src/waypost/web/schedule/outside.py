"""A visit elsewhere: place, phone and time, so that nothing here is booked over it and the letter of the day names it."""

import re
from datetime import date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from waypost.coordination import actions as coordination
from waypost.coordination import patients
from waypost.kernel import ids
from waypost.kernel.dates import local_day
from waypost.kernel.problem import Problem
from waypost.web.chart.bands import band
from waypost.web.forms import DeskForm, TypedDateField
from waypost.web.pages import Request, done, go_to, render_page
from waypost.web.schedule.pages import FormPage

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


class OutsideForm(DeskForm):
    place = forms.CharField(label="Place", max_length=120, help_text="For instance: Northside Eye Center.")
    phone = forms.CharField(
        label="Its phone",
        max_length=40,
        required=False,
        widget=forms.TextInput(attrs={"class": "short", "inputmode": "tel"}),
    )
    starts = ClockField(label="From")
    ends = ClockField(label="Until")
    reason = forms.CharField(label="What for", max_length=200, required=False)
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        day = TypedDateField(label="Day", today=today, prefer="future")
        self.fields = {
            "place": self.fields["place"],
            "phone": self.fields["phone"],
            "day": day,
            **{n: self.fields[n] for n in ("starts", "ends", "reason", "key")},
        }

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("starts") and cleaned.get("ends") and cleaned["ends"] <= cleaned["starts"]:
            self.add_error("ends", "It ends before it starts.")
        return cleaned


@require_http_methods(["GET", "POST"])
def outside(request: Request) -> HttpResponse:
    """Ask for and note a visit elsewhere."""
    ctx = request.ctx
    patient = (request.POST.get("patient") or request.GET.get("patient") or "")[:64]
    view = patients.head_of(ctx, patient)
    today = local_day(ctx.now, ctx.zone)
    form = OutsideForm(
        request.POST if request.method == "POST" else None,
        today=today,
        initial={"key": str(ids.uuid7(ctx.now))},
    )
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                return _note(request, patient, form.cleaned_data)
            except Problem as problem:
                if problem.status >= 500 or problem.status in {401, 404}:
                    raise
                status = problem.status
                form.add_error(None, f"{problem.title} {problem.remedy}")
    page = FormPage(
        title="Visit elsewhere", action=reverse("visit-outside"), form=form, verb="Note it", band=band(view, acts=()),
        back=f"{reverse('find-times')}?patient={patient}", hidden=[("patient", patient)],
        hint="It takes the patient's time, so nothing here is booked over it, and stands in the letter of that day.",
    )  # fmt: skip
    return render_page(request, page, status)


def _note(request: Request, patient: str, said: dict[str, Any]) -> HttpResponse:
    zone = ZoneInfo(request.ctx.zone)

    def at(clock: time) -> datetime:
        return datetime.combine(said["day"], clock, zone).astimezone(ZoneInfo("UTC"))

    made = coordination.add_outside_visit(
        request.ctx, patient, at(said["starts"]), at(said["ends"]), place=said["place"], phone=said["phone"], reason=said["reason"],
        key=said["key"],
    )  # fmt: skip
    done(request, "Noted.", made.act)
    return go_to(request, "visit", made.id)
