"""One visit: what it is, what becomes of it, what went out, and its history."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_GET, require_POST

from waypost.access import queries as access
from waypost.access import scopes
from waypost.coordination import actions as coordination
from waypost.coordination import notices, patients
from waypost.coordination.wishes import BookingWish, CancelWish, MoveWish
from waypost.kernel import ids
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day, say_day, say_moment, say_time
from waypost.kernel.problem import Problem
from waypost.kernel.scope import Scope
from waypost.messaging import queries as messaging
from waypost.messaging.fhir import moment, patients_of
from waypost.messaging.rules import wording
from waypost.records import queries as records
from waypost.records.versions import Version
from waypost.registry import fhir as people
from waypost.scheduling import fhir
from waypost.scheduling.queries.clinic import clinic
from waypost.web import words
from waypost.web.chart.bands import band
from waypost.web.forms import DeskForm
from waypost.web.pages import Request, done, go_to, render_page
from waypost.web.parts import Act, Status
from waypost.web.schedule.outbox import NEWS, STATES
from waypost.web.schedule.pages import CardFact, LetterCard, PageAct, ReasonCard, Sent, VisitPage

Json = dict[str, Any]
STATUSES = {
    "booked": Status("info", "Booked"), "pending": Status("soon", "Held"), "arrived": Status("ok", "Here"),
    "checked-in": Status("ok", "With provider"), "fulfilled": Status("", "Done"), "cancelled": Status("", "Canceled"),
    "noshow": Status("late", "Did not come"), "proposed": Status("soon", "Proposed"), "waitlist": Status("", "Waitlist"),
    "entered-in-error": Status("", "Entered in error"),
}  # fmt: skip
REASONS = (
    ("patient", "The patient asked to"), ("provider", "The provider is away"), ("ride", "No ride"), ("weather", "Weather"),
    ("better", "No longer needed"), ("coverage", "Coverage or cost"), ("error", "Booked by mistake"), ("other", "Something else"),
)  # fmt: skip
REACHES = (
    ("one", "This visit only"),
    ("rest", "This and the visits after it"),
    ("all", "Every visit of the series to come"),
)
TASK_STATES = {
    "requested": Status("soon", "Asked for"), "received": Status("soon", "Asked for"), "accepted": Status("ok", "Confirmed"),
    "in-progress": Status("ok", "Confirmed"), "completed": Status("ok", "Confirmed"), "rejected": Status("late", "Refused"),
    "cancelled": Status("", "Withdrawn"), "failed": Status("late", "Failed"), "draft": Status("soon", "To ask"),
    "on-hold": Status("soon", "Waiting"), "ready": Status("ok", "Confirmed"),
}  # fmt: skip


class CancelForm(DeskForm):
    code = forms.ChoiceField(label="Why", choices=REASONS, widget=forms.RadioSelect)
    reason = forms.CharField(label="In words", required=False, max_length=200)
    reach = forms.ChoiceField(label="Which visits", choices=REACHES, required=False, initial="one")
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    expect = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, series: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not series:
            self.fields.pop("reach")


class NoShowForm(DeskForm):
    reason = forms.CharField(
        label="What is known",
        required=False,
        max_length=200,
        help_text="For instance: called twice, no answer.",
    )
    key = forms.CharField(widget=forms.HiddenInput, required=False, max_length=64)
    expect = forms.IntegerField(widget=forms.HiddenInput, required=False)


@require_GET
def visit(request: Request, id: str) -> HttpResponse:
    """Show the visit; `?do=cancel` and `?do=noshow` open the form that asks why."""
    found = _read(request.ctx, id)
    return render_page(request, _page(request, found, asked=request.GET.get("do", "")))


def _read(ctx: Context, id_: str) -> Version:
    scope = scopes.for_staff(ctx, what=f"Appointment/{id_}")
    return records.read(scope, "Appointment", id_)


def _page(request: Request, found: Version, *, asked: str = "", form: DeskForm | None = None) -> VisitPage:
    ctx = request.ctx
    resource = found.resource
    ids_ = patients_of(resource)
    scope = scopes.for_staff(ctx, what=f"Appointment/{found.id}", patient=ids_[0] if ids_ else None)
    view = patients.contact_of(ctx, ids_[0]) if ids_ else None
    notice = notices.notice_of(ctx, scope, found) if ids_ and resource.get("start") else None
    start, end = moment(resource.get("start")), moment(resource.get("end"))
    zone = notice.clinic.zone if notice else ctx.zone
    today = local_day(ctx.now, zone)
    what = notices.what_of(ctx, resource, "en")
    when = (
        f"{say_day(local_day(start, zone), today=today)}, {_hours(start, end, zone)}"
        if start and end
        else "No time yet"
    )
    outside = fhir.extension(resource, "outside") is True
    tell = (
        notice is not None
        and start is not None
        and start > ctx.now
        and resource.get("status") == "booked"
        and not outside
    )
    say = _say(notice, ctx, "en") if tell and notice else ""
    spanish = bool(view and people.spoken_language(view.resource).startswith("es"))
    return VisitPage(
        title=f"{what}, {when}",
        status=_status(resource, ctx.now),
        note=_hold_note(resource, zone, ctx.now),
        here=reverse("visit", args=[found.id]),
        band=band(view, acts=()) if view else None,
        say=say,
        say_translated=_say(notice, ctx, "es") if say and spanish and notice else "",
        say_language="In Spanish",
        say_code="es",
        acts=_acts(found, ctx, start, outside=outside),
        facts=_facts(ctx, found, notice, zone, today, outside=outside),
        stops=_stops(resource, zone),
        roster=_roster(scope, ctx, found, ids_),
        roster_said=_roster_said(ctx, resource, ids_),
        series=_series(ctx, found, zone, today),
        cancel=_reason_card(found, asked, form, ctx),
        letter=_letter(notice, found) if notice and not outside else None,
        deliveries=_deliveries(scope, found, zone),
        mail_said="No e-mail went out for this visit.",
        history=_history(ctx, scope, found, zone, today),
    )


def _hours(start: datetime, end: datetime, zone: str) -> str:
    return words.hours(start.astimezone(ZoneInfo(zone)), end.astimezone(ZoneInfo(zone)))


def _status(resource: Json, now: datetime) -> Status:
    until = moment(fhir.extension(resource, "hold-until"))
    if resource.get("status") == "pending" and until is not None and until <= now:
        return Status("late", "Hold ran out")
    return STATUSES.get(resource.get("status", ""), Status("", str(resource.get("status"))))


def _hold_note(resource: Json, zone: str, now: datetime) -> str:
    until = moment(fhir.extension(resource, "hold-until"))
    if resource.get("status") == "pending" and until is not None and until > now:
        return f"held until {say_time(until, zone)}"
    return ""


def _say(notice: notices.Notice, ctx: Context, language: str) -> str:
    here = clinic(ctx.tenant, ctx.now)
    calendars = [here.calendar(r) for r in fhir.team_of(notice.appointment.resource)]
    roles = {
        role: [c.name for c in calendars if c and c.role == role]
        for role in ("room", "clinician", "nurse", "technician")
    }
    room = next(iter(roles["room"]), "")
    provider = next((name for role in ("clinician", "nurse", "technician") for name in roles[role]), "")
    return wording.read_back(
        arrive_at=notice.visit.arrive_at, zone=notice.clinic.zone, site=notice.clinic.site, room=room, provider=provider,
        language=language, telehealth=notice.visit.telehealth,
    )  # fmt: skip


def _acts(found: Version, ctx: Context, start: datetime | None, *, outside: bool) -> list[PageAct]:
    here, status = reverse("visit", args=[found.id]), found.resource.get("status")
    kept = [("expect", str(found.version)), ("key", str(ids.uuid7(ctx.now)))]
    today = start is not None and local_day(start, ctx.zone) == local_day(ctx.now, ctx.zone)
    begun = start is not None and start <= ctx.now
    code = fhir.visit_type_code(found.resource)
    patient = next(iter(patients_of(found.resource)), "")
    move_url = f"{reverse('find-times')}?move={found.id}&patient={patient}&visit={code}"

    def post(label: str, route: str, *, primary: bool = False, key: str = "") -> PageAct:
        return PageAct(
            label=label, url=reverse(route, args=[found.id]), post=True, hidden=kept, primary=primary, key=key
        )

    acts: list[PageAct] = []
    if status == "pending":
        acts.append(post("Book it", "visit-confirm", primary=True, key="b"))
    if status == "booked" and today and not outside:
        acts.append(post("Arrived", "visit-arrive", primary=True, key="e"))
    if status == "arrived":
        acts.append(post("With provider", "visit-check-in", primary=True, key="e"))
    if status in {"arrived", "checked-in"}:
        acts.append(
            post("Done", "visit-done", primary=status == "checked-in", key="" if status == "arrived" else "e")
        )
    if status == "noshow" and today:
        acts.append(post("Came after all", "visit-arrive", primary=True))
    if status in {"booked", "pending"} and not outside and code:
        acts.append(PageAct(label="Move", url=move_url, key="m", primary=not acts))
    if status in {"booked", "pending", "arrived"}:
        acts.append(PageAct(label="Cancel", url=f"{here}?do=cancel"))
    if status == "booked" and begun and not outside:
        acts.append(PageAct(label="Did not come", url=f"{here}?do=noshow"))
    if status in {"cancelled", "noshow", "fulfilled"} and code and patient:
        acts.append(
            PageAct(
                label="Book again", url=f"{reverse('find-times')}?patient={patient}&visit={code}", key="b"
            )
        )
    return acts


def _facts(
    ctx: Context, found: Version, notice: notices.Notice | None, zone: str, today: Any, *, outside: bool
) -> list[CardFact]:
    resource = found.resource
    facts: list[CardFact] = []
    arrive = moment(fhir.extension(resource, "arrive-at"))
    if arrive:
        facts.append(CardFact(label="Arrive", value=say_time(arrive, zone)))
    if outside:
        place = next(
            (
                (p.get("actor") or {}).get("display", "")
                for p in resource.get("participant", ())
                if not fhir.reference(p)
            ),
            "",
        )
        phone = people.say_phone(fhir.extension(resource, "phone") or "")
        facts.append(
            CardFact(
                label="Place", value=", ".join(v for v in (place, phone) if v), status=Status("", "Elsewhere")
            )
        )
    elif notice:
        facts.append(
            CardFact(
                label="Place", value=", ".join(v for v in (notice.clinic.site, *notice.clinic.address) if v)
            )
        )
    reason = next((r.get("text", "") for r in resource.get("reasonCode", ()) if r.get("text")), "")
    facts.append(CardFact(label="Reason", value=reason or "Not said"))
    if resource.get("basedOn"):
        facts.append(CardFact(label="Order", value="On record"))
    if fhir.extension(resource, "telehealth") is True:
        facts.append(CardFact(label="How", value="By video"))
    for task in notice.tasks if notice else ():
        kind = str((task.get("code") or {}).get("text") or "Request")
        told = str((task.get("reasonCode") or {}).get("text") or "").partition(", for the visit on")[0]
        facts.append(CardFact(label=kind, value=told, status=TASK_STATES.get(task.get("status", ""))))
    for label, name in (("Note to staff", "comment"), ("Note to patient", "patientInstruction")):
        if resource.get(name):
            facts.append(CardFact(label=label, value=resource[name]))
    override = fhir.extension(resource, "override-reason")
    if override:
        facts.append(CardFact(label="Double-booked", value=override, status=Status("soon", "Override")))
    why = resource.get("cancelationReason") or {}
    if why:
        code = next((c.get("code", "") for c in why.get("coding", ())), "")
        facts.append(
            CardFact(
                label="Why",
                value=" · ".join(v for v in (dict(REASONS).get(code, code), why.get("text", "")) if v),
            )
        )
    return facts


def _stops(resource: Json, zone: str) -> list[tuple[str, str, str]]:
    """Return each one's part of the visit, and what is held around it for set-up and clean-up."""
    found = []
    for row in fhir.held_of(resource):
        if row.resource.startswith("Patient/"):
            continue
        part = resource["participant"][row.part]
        name = (part.get("actor") or {}).get("display") or row.resource.split("/")[0]
        held = (
            _hours(row.starts, row.ends, zone)
            if (row.starts, row.ends) != (row.shown_starts, row.shown_ends)
            else ""
        )
        found.append((row.shown_starts, (_hours(row.shown_starts, row.shown_ends, zone), name, held)))
    return [line for _, line in sorted(found, key=lambda pair: pair[0])]


def _roster(scope: Scope, ctx: Context, found: Version, ids_: Sequence[str]) -> list[Act]:
    kind = notices.kind_of(ctx, found.resource)
    if len(ids_) < 2 and (kind is None or kind.capacity < 2):
        return []
    kept = records.many(scope, [("Patient", id_) for id_ in ids_])
    today = local_day(ctx.now, ctx.zone)
    who = [people.who(version.resource, today) for version in kept.values()]
    return [
        Act(f"{w.name} · {w.birth} · MRN {w.mrn}", reverse("patient", args=[w.id]))
        for w in sorted(who, key=lambda w: w.name)
    ]


def _roster_said(ctx: Context, resource: Json, ids_: Sequence[str]) -> str:
    kind = notices.kind_of(ctx, resource)
    return f"{len(ids_)} of {kind.capacity} places taken" if kind and kind.capacity > 1 else ""


def _series(ctx: Context, found: Version, zone: str, today: Any) -> list[Act]:
    series = fhir.extension(found.resource, "series")
    if not series:
        return []
    lines = []
    for one in coordination.series_of(ctx, found, series):
        start = moment(one.resource.get("start"))
        word = STATUSES.get(one.resource.get("status", ""), Status("", "")).word
        label = f"{say_moment(start, zone, today=today)} · {word}" if start else word
        lines.append(Act(label, "" if one.id == found.id else reverse("visit", args=[one.id])))
    return lines


def _reason_card(found: Version, asked: str, form: DeskForm | None, ctx: Context) -> ReasonCard | None:
    initial = {"key": str(ids.uuid7(ctx.now)), "expect": found.version, "reach": "one"}
    series = bool(fhir.extension(found.resource, "series"))
    status = found.resource.get("status")
    if isinstance(form, NoShowForm) or (asked == "noshow" and status == "booked"):
        form = form or NoShowForm(initial=initial)
        return ReasonCard(
            title="Did not come", url=reverse("visit-noshow", args=[found.id]), verb="Did not come", form=form
        )
    if isinstance(form, CancelForm) or (asked == "cancel" and status in {"booked", "pending", "arrived"}):
        form = form or CancelForm(initial=initial, series=series)
        return ReasonCard(
            title="Cancel the visit",
            url=reverse("visit-cancel", args=[found.id]),
            verb="Cancel the visit",
            form=form,
        )
    return None


def _letter(notice: notices.Notice, found: Version) -> LetterCard:
    letter = notice.letter()
    language = {"en": "English", "es": "Spanish"}[letter.language]
    hard = (
        ""
        if letter.reading.easy
        else f"This letter reads at grade {letter.reading.grade:.0f}, above 6: shorten the note or the preparation text, or print it knowing that."
    )
    grade = max(letter.reading.grade, 1)
    return LetterCard(
        said=f"Letter and itinerary in {language}, reads at grade {grade:.0f}.",
        url=reverse("visit-letter", args=[found.id]),
        ics_url=reverse("visit-ics", args=[found.id]),
        hard=hard,
    )


def _deliveries(scope: Scope, found: Version, zone: str) -> list[Sent]:
    return [
        Sent(
            status=STATES[one.state],
            said=f"E-mail: {NEWS[one.kind].lower()}, {say_moment(one.settled_at or one.due_at, zone)}",
            url=reverse("outbox"),
        )
        for one in messaging.about_appointment(scope, found.id)
    ]


def _history(ctx: Context, scope: Scope, found: Version, zone: str, today: Any) -> list[tuple[str, str]]:
    versions = records.history(scope, "Appointment", found.id)
    names = access.names_of(ctx.tenant, [v.actor for v in versions])
    lines = []
    for newer, older in zip(versions, [*versions[1:], None], strict=True):
        what = _change(newer, older, zone, today)
        lines.append((f"{say_moment(newer.at, zone, today=today)} · {names[newer.actor]}", what))
    return lines


def _change(newer: Version, older: Version | None, zone: str, today: Any) -> str:
    if newer.deleted:
        return "Taken back"
    status = STATUSES.get(newer.resource.get("status", ""), Status("", "")).word
    if older is None or older.deleted:
        return status or "Filed"
    said = []
    if newer.resource.get("status") != older.resource.get("status"):
        said.append(status)
    was, now = moment(older.resource.get("start")), moment(newer.resource.get("start"))
    if was != now and was and now:
        said.append(
            f"Moved from {say_moment(was, zone, today=today)} to {say_moment(now, zone, today=today)}"
        )
    for name, word in (
        ("comment", "note to staff"),
        ("patientInstruction", "note to patient"),
        ("reasonCode", "reason"),
    ):
        if newer.resource.get(name) != older.resource.get(name):
            said.append(f"Changed the {word}")
    return ", ".join(said) or "Changed"


def _expect(request: Request) -> int | None:
    text = request.POST.get("expect", "")
    return int(text) if text.isdecimal() else None


def _after(request: Request, made: Version, said: str) -> HttpResponse:
    done(request, said, made.act)
    return go_to(request, "visit", made.id)


@require_POST
def arrive(request: Request, id: str) -> HttpResponse:
    """The patient is here."""
    return _after(request, coordination.arrive(request.ctx, id, expect=_expect(request)), "Arrived.")


@require_POST
def check_in(request: Request, id: str) -> HttpResponse:
    """The patient is with the provider."""
    return _after(request, coordination.check_in(request.ctx, id, expect=_expect(request)), "With provider.")


@require_POST
def finish(request: Request, id: str) -> HttpResponse:
    """The visit is over."""
    return _after(request, coordination.fulfil(request.ctx, id, expect=_expect(request)), "Done.")


@require_POST
def cancel(request: Request, id: str) -> HttpResponse:
    """Cancel, with the reason."""
    found = _read(request.ctx, id)
    form = CancelForm(request.POST, series=bool(fhir.extension(found.resource, "series")))
    if not form.is_valid():
        return render_page(request, _page(request, found, form=form), 422)
    said = form.cleaned_data
    wish = CancelWish(
        id, said["code"], said["reason"], said.get("reach") or "one", said.get("expect"), said.get("key", "")
    )
    try:
        made = coordination.cancel_visit(request.ctx, wish)
    except Problem as problem:
        return _refused(request, id, form, problem)
    return _after(request, made, "Canceled.")


@require_POST
def no_show(request: Request, id: str) -> HttpResponse:
    """The patient did not come."""
    form = NoShowForm(request.POST)
    if not form.is_valid():
        return render_page(request, _page(request, _read(request.ctx, id), form=form), 422)
    try:
        made = coordination.no_show(
            request.ctx, id, reason=form.cleaned_data["reason"], expect=form.cleaned_data.get("expect")
        )
    except Problem as problem:
        return _refused(request, id, form, problem)
    return _after(request, made, "Noted: did not come.")


def _refused(request: Request, id_: str, form: DeskForm, problem: Problem) -> HttpResponse:
    if problem.status >= 500 or problem.status in {401, 404, 410}:
        raise problem
    detail = problem.detail if problem.detail != problem.title else ""
    form.add_error(None, " ".join(part for part in (str(problem.title), detail, str(problem.remedy)) if part))
    return render_page(request, _page(request, _read(request.ctx, id_), form=form), problem.status)


@require_POST
def confirm(request: Request, id: str) -> HttpResponse:
    """Make a hold a booking."""
    found = _read(request.ctx, id)
    resource = found.resource
    order = next((one.get("reference", "").rpartition("/")[2] for one in resource.get("basedOn", ())), None)
    start = moment(resource.get("start"))
    assert start is not None
    wish = BookingWish(
        patient=next(iter(patients_of(resource)), ""),
        visit_type=fhir.visit_type_code(resource) or "",
        start=start,
        order=order,
        reason=next((r.get("text", "") for r in resource.get("reasonCode", ()) if r.get("text")), ""),
        staff_note=resource.get("comment", ""),
        patient_note=resource.get("patientInstruction", ""),
        key=request.POST.get("key", "")[:64],
    )
    return _after(
        request, coordination.confirm_visit(request.ctx, id, wish, expect=_expect(request)), "Booked."
    )


@require_POST
def join(request: Request, id: str) -> HttpResponse:
    """Put a patient on the roster of a group."""
    made = coordination.add_to_group(
        request.ctx, id, request.POST.get("patient", "")[:64], key=request.POST.get("key", "")[:64]
    )
    return _after(request, made, "Added to the group.")


@require_POST
def leave(request: Request, id: str) -> HttpResponse:
    """Take a patient off the roster of a group."""
    made = coordination.remove_from_group(
        request.ctx, id, request.POST.get("patient", "")[:64], expect=_expect(request)
    )
    return _after(request, made, "Taken off the roster.")


@require_POST
def shift(request: Request) -> HttpResponse:
    """Move a visit on the board: so many minutes on the clinic's clock, and to another column or day."""
    ctx = request.ctx
    id_, to, origin = request.POST.get("visit", ""), request.POST.get("to", ""), request.POST.get("from", "")
    minutes = request.POST.get("start", "0")
    found = _read(ctx, id_)
    start = moment(found.resource.get("start"))
    if start is None or not minutes.lstrip("-").isdecimal():
        return go_to(request, "schedule")
    by = timedelta(minutes=int(minutes))
    named: tuple[str, ...] = ()
    if "/" in to and to != origin:
        named = (to,)
    elif to != origin and "/" not in to:
        by += _days_between(origin, to)
    zone = ZoneInfo(ctx.zone)
    moved = (start.astimezone(zone).replace(tzinfo=None) + by).replace(tzinfo=zone)
    wish = MoveWish(
        appointment=id_, start=moved.astimezone(ZoneInfo("UTC")), named=named, expect=found.version
    )
    made = coordination.move_visit(ctx, wish)
    done(request, "Moved.", made.act)
    back = request.POST.get("back", "")
    return go_to(request, back if back.startswith(reverse("schedule")) else reverse("schedule"))


def _days_between(origin: str, to: str) -> timedelta:
    from waypost.kernel.dates import read_day

    first, last = read_day(origin), read_day(to)
    return last - first if first and last else timedelta(0)
