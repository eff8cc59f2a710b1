"""A visit elsewhere: place, phone and time, so that nothing here is booked over it and the letter of the day names it."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from waypost.coordination import actions as coordination
from waypost.coordination import patients
from waypost.coordination.referrals import queries, writing
from waypost.kernel import ids
from waypost.kernel.dates import local_day, say_time
from waypost.kernel.problem import Problem
from waypost.messaging import fhir
from waypost.records.versions import Version
from waypost.scheduling.fhir import extension, reference
from waypost.web import asked
from waypost.web.chart.bands import band
from waypost.web.forms import DeskForm, TypedDateField
from waypost.web.pages import Request, done, go_to, render_page
from waypost.web.parts import Band
from waypost.web.schedule.clocks import ClockField
from waypost.web.schedule.pages import FormPage
from waypost.web.schedule.visits import read_visit


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
    patient = asked.id_(request.POST, "patient") or asked.id_(request.GET, "patient")
    order = asked.id_(request.POST, "order") or asked.id_(request.GET, "order")
    form = _form(request, {"key": str(ids.uuid7(request.ctx.now)), **_asked_for(request, order)})

    def note(said: dict[str, Any]) -> Version:
        starts, ends = _span(request, said)
        return coordination.add_outside_visit(
            request.ctx, patient, starts, ends, place=said["place"], phone=said["phone"], reason=said["reason"], key=said["key"],
            order=order,
        )  # fmt: skip

    page = FormPage(
        title="Visit elsewhere", action=reverse("visit-outside"), form=form, verb="Note it", band=_band(request, patient),
        back=f"{reverse('find-times')}?patient={patient}", hidden=[("patient", patient), ("order", order)],
        hint="It takes the patient's time, so nothing here is booked over it, and stands in the letter of that day.",
    )  # fmt: skip
    return _answer(request, page, note, "Noted.")


@require_http_methods(["GET", "POST"])
def change(request: Request, id: str) -> HttpResponse:
    """Change place, phone, time or reason of a visit elsewhere."""
    found = read_visit(request.ctx, id)
    if not fhir.is_outside(found.resource) or found.resource.get("status") != "booked":
        return go_to(request, "visit", id)
    patient = next(iter(fhir.patients_of(found.resource)), "")
    form = _form(request, _noted(request, found))
    expect = request.POST.get("expect", str(found.version))

    def note(said: dict[str, Any]) -> Version:
        starts, ends = _span(request, said)
        return coordination.change_outside_visit(
            request.ctx, id, starts, ends, place=said["place"], phone=said["phone"], reason=said["reason"], key=said["key"],
            expect=int(expect) if expect.isdecimal() else None,
        )  # fmt: skip

    page = FormPage(
        title="Change a visit elsewhere", action=reverse("visit-elsewhere", args=[id]), form=form, verb="Change it",
        band=_band(request, patient), back=reverse("visit", args=[id]), hidden=[("expect", expect)],
    )  # fmt: skip
    return _answer(request, page, note, "Changed.")


def _asked_for(request: Request, order: str) -> dict[str, str]:
    """Return what a referral says already: to whom, their phone, what for."""
    if not order:
        return {}
    referral = queries.one(request.ctx, order)[1].resource
    phone = writing.extension_of(referral, "phone") or ""
    return {"place": writing.to_of(referral), "phone": phone, "reason": writing.what_of(referral)}


def _form(request: Request, initial: dict[str, Any]) -> OutsideForm:
    today = local_day(request.ctx.now, request.ctx.zone)
    return OutsideForm(request.POST if request.method == "POST" else None, today=today, initial=initial)


def _band(request: Request, patient: str) -> Band:
    return band(patients.head_of(request.ctx, patient), acts=())


def _noted(request: Request, found: Version) -> dict[str, Any]:
    """Return what is noted of a visit elsewhere, as it would be typed."""
    resource, zone = found.resource, request.ctx.zone
    starts, ends = fhir.moment(resource.get("start")), fhir.moment(resource.get("end"))
    places = ((p.get("actor") or {}).get("display", "") for p in resource.get("participant", ()) if not reference(p))
    day = local_day(starts, zone) if starts else None
    return {
        "place": next(places, ""),
        "phone": extension(resource, "phone") or "",
        "day": f"{day.month}/{day.day}/{day.year}" if day else "",
        "starts": say_time(starts, zone) if starts else "",
        "ends": say_time(ends, zone) if ends else "",
        "reason": next((r.get("text", "") for r in resource.get("reasonCode", ()) if r.get("text")), ""),
        "key": str(ids.uuid7(request.ctx.now)),
    }


def _answer(
    request: Request, page: FormPage, note: Callable[[dict[str, Any]], Version], word: str
) -> HttpResponse:
    """Show the form; once it is sent and holds together, note what it says. What was typed is kept."""
    if request.method != "POST":
        return render_page(request, page)
    form, status = page.form, 422
    if form.is_valid():
        try:
            made = note(form.cleaned_data)
        except Problem as problem:
            status = form.refuse(problem)
        else:
            done(request, word, made.act)
            return go_to(request, "visit", made.id)
    return render_page(request, page, status)


def _span(request: Request, said: dict[str, Any]) -> tuple[datetime, datetime]:
    zone = ZoneInfo(request.ctx.zone)
    starts, ends = (datetime.combine(said["day"], said[name], zone).astimezone(UTC) for name in ("starts", "ends"))
    return starts, ends
