"""The parts of the visit page: facts, acts, stops, roster, series, what went out, history."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.urls import reverse

from waypost.access.permissions import Permission, allowed
from waypost.coordination import notices
from waypost.coordination.actions.visits import series_of as all_of_series
from waypost.kernel import ids
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day, say_day, say_moment, say_time
from waypost.kernel.scope import Scope
from waypost.messaging import queries as messaging
from waypost.messaging.fhir import moment, patients_of
from waypost.messaging.rules import wording
from waypost.records.versions import Version
from waypost.registry import fhir as people
from waypost.scheduling import fhir
from waypost.scheduling.queries.clinic import clinic
from waypost.web import words
from waypost.web.forms import DeskForm
from waypost.web.parts import Act, Status
from waypost.web.schedule import length_form, over
from waypost.web.schedule.outbox import NEWS, STATES
from waypost.web.schedule.pages import CardFact, PageAct, ReasonCard, Sent
from waypost.web.schedule.visit_forms import WHEN, WHY, CancelForm, NoShowForm, WhenForm

Json = dict[str, Any]
STATUSES = {
    "booked": Status("info", "Booked"), "pending": Status("soon", "Held"), "arrived": Status("ok", "Here"),
    "checked-in": Status("ok", "With provider"), "fulfilled": Status("", "Done"), "cancelled": Status("", "Canceled"),
    "noshow": Status("late", "Did not come"), "proposed": Status("soon", "Proposed"), "waitlist": Status("", "Waitlist"),
    "entered-in-error": Status("", "Entered in error"),
}  # fmt: skip


def hours_of(start: datetime, end: datetime, zone: str) -> str:
    return words.hours(start.astimezone(ZoneInfo(zone)), end.astimezone(ZoneInfo(zone)))


def status_of(resource: Json, now: datetime) -> Status:
    until = moment(fhir.extension(resource, "hold-until"))
    if resource.get("status") == "pending" and until is not None and until <= now:
        return Status("late", "Hold ran out")
    return STATUSES.get(resource.get("status", ""), Status("", str(resource.get("status"))))


def hold_note_of(resource: Json, zone: str, now: datetime) -> str:
    until = moment(fhir.extension(resource, "hold-until"))
    if resource.get("status") == "pending" and until is not None and until > now:
        return f"held until {say_time(until, zone)}"
    return ""


def said_of(notice: notices.Notice, ctx: Context, language: str) -> str:
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
        language=language, telehealth=notice.visit.telehealth, home=notice.visit.home_zone,
    )  # fmt: skip


def acts_of(
    found: Version, ctx: Context, start: datetime | None, *, outside: bool, died: bool = False
) -> list[PageAct]:
    """Return what may be done with the visit as it stands, the likeliest first; for one who has died nothing is booked or moved."""
    here, status = reverse("visit", args=[found.id]), found.resource.get("status")
    code = fhir.visit_type_code(found.resource)
    patient = next(iter(patients_of(found.resource)), "")
    acts = [*_begun_acts(found, ctx, start, outside=outside, died=died), *_check_in(found, ctx, start, outside=outside)]
    if any(act.label == "Done" for act in acts):
        acts.append(PageAct(label="Checkout", url=reverse("checkout", args=[found.id])))
    if status == "waitlist" and not died:
        acts.append(PageAct(label="Find times", url=reverse("visit-times", args=[found.id]), key="b", primary=True))
    if status == "waitlist":
        acts.append(PageAct(label="Take off the waitlist", url=f"{here}?do=cancel"))
    if status in {"booked", "pending"} and not outside and code and not died:
        move_url = f"{reverse('find-times')}?move={found.id}&patient={patient}&visit={code}"
        acts.append(PageAct(label="Move", url=move_url, key="m", primary=not acts))
    if status == "booked" and outside:
        acts.append(PageAct(label="Change", url=reverse("visit-elsewhere", args=[found.id]), key="m", primary=True))
    if length_form.fits(found.resource) and not died:
        acts.append(PageAct(label="Longer or shorter", url=f"{here}?do=length", key="l"))
    if status in {"booked", "pending", "arrived"}:
        acts.append(PageAct(label="Cancel", url=f"{here}?do=cancel"))
    if status == "booked" and start is not None and start <= ctx.now and not outside:
        label = "Nobody came" if len(patients_of(found.resource)) > 1 else "Did not come"
        acts.append(PageAct(label=label, url=f"{here}?do=noshow"))
    if status in {"cancelled", "noshow", "fulfilled"} and code and patient and not died:
        acts.append(
            PageAct(
                label="Book again", url=f"{reverse('find-times')}?patient={patient}&visit={code}", key="b"
            )
        )
    return acts


def _check_in(found: Version, ctx: Context, start: datetime | None, *, outside: bool) -> list[PageAct]:
    """Return the way to the check-in list, on the day of a visit of one patient."""
    patients = patients_of(found.resource)
    today = start is not None and local_day(start, ctx.zone) == local_day(ctx.now, ctx.zone)
    if outside or not today or len(patients) != 1 or found.resource.get("status") not in {"booked", "arrived"} or not allowed(
        ctx.actor.roles, Permission.APPOINTMENT_STATUS
    ):
        return []
    url = f"{reverse('check-in', args=[found.id])}?{urlencode({'patient': patients[0]})}"
    return [PageAct(label="Check in", url=url, key="i")]


def _begun_acts(
    found: Version, ctx: Context, start: datetime | None, *, outside: bool, died: bool
) -> list[PageAct]:
    """Return what takes the visit along: at one key on its day, with the time it was where that day is past."""
    here, status = reverse("visit", args=[found.id]), found.resource.get("status")
    kept = [("expect", str(found.version)), ("key", str(ids.uuid7(ctx.now)))]
    days = (local_day(ctx.now, ctx.zone) - local_day(start, ctx.zone)).days if start is not None else -1

    def post(label: str, route: str, *, primary: bool = False, key: str = "") -> PageAct:
        url = reverse(route, args=[found.id])
        return PageAct(label=label, url=url, post=True, hidden=kept, primary=primary, key=key)

    if status == "pending":
        return [] if died else [post("Book it", "visit-confirm", primary=True, key="b")]
    if outside:
        return []
    if days > 0 and status in {"booked", "arrived", "checked-in"}:
        arrived = PageAct(label="Arrived", url=f"{here}?do=arrived", key="e", primary=True)
        seen = PageAct(label="Done", url=f"{here}?do=done", primary=status != "booked")
        return [arrived, seen] if status == "booked" else [seen]
    if status == "booked" and days == 0:
        return [post("Arrived", "visit-arrive", primary=True, key="e")]
    if status == "arrived":
        return [post("With provider", "visit-check-in", primary=True, key="e"), post("Done", "visit-done")]
    if status == "checked-in":
        return [post("Done", "visit-done", primary=True, key="e")]
    if status == "noshow" and days == 0:
        return [post("Came after all", "visit-arrive", primary=True)]
    return []


def facts_of(
    ctx: Context, found: Version, notice: notices.Notice | None, zone: str, today: Any, *, outside: bool
) -> list[CardFact]:
    resource = found.resource
    facts = [*_times_of(resource, zone, today), *_place_of(resource, notice, outside=outside)]
    reason = next((r.get("text", "") for r in resource.get("reasonCode", ()) if r.get("text")), "")
    facts.append(CardFact(label="Reason", value=reason or "Not said"))
    if resource.get("basedOn"):
        facts.append(CardFact(label="Order", value="On record"))
    if fhir.extension(resource, "telehealth") is True:
        facts.append(CardFact(label="How", value="By video"))
    if resource.get("status") == "pending":
        names = {"interpreter": "Interpreter", "ride": "Ride"}
        facts += [
            CardFact(label=names.get(kind, kind), value=said, status=Status("soon", "To ask when booked"))
            for kind, said in fhir.asks_of(resource).items()
        ]
    for label, name in (("Note to staff", "comment"), ("Note to patient", "patientInstruction")):
        if resource.get(name):
            facts.append(CardFact(label=label, value=resource[name]))
    override = fhir.extension(resource, "override-reason")
    if override:
        label = "Double-booked" if over.stands_over(resource) else "Booked over"
        facts.append(CardFact(label=label, value=override, status=Status("soon", "Override")))
    why = resource.get("cancelationReason") or {}
    if why:
        code = next((c.get("code", "") for c in why.get("coding", ())), "")
        told = " · ".join(v for v in (WHY.get(code, ""), why.get("text", "")) if v)
        facts.append(CardFact(label="Why", value=told))
    return facts


def _times_of(resource: Json, zone: str, today: Any) -> list[CardFact]:
    """Return when to arrive, and since when it has been as it is, where that was noted later."""
    facts: list[CardFact] = []
    arrive = moment(fhir.extension(resource, "arrive-at"))
    if arrive:
        facts.append(CardFact(label="Arrive", value=say_time(arrive, zone)))
    since = moment(fhir.extension(resource, "status-at"))
    if since:
        word = {"arrived": "Came", "checked-in": "Went in", "fulfilled": "Done"}.get(resource.get("status", ""), "Since")
        facts.append(CardFact(label=word, value=f"{say_moment(since, zone, today=today)}, noted later"))
    return facts


def _place_of(resource: Json, notice: notices.Notice | None, *, outside: bool) -> list[CardFact]:
    """Return where it is: elsewhere, or here; a visit by video has no place."""
    if outside:
        parts = resource.get("participant", ())
        place = next(((p.get("actor") or {}).get("display", "") for p in parts if not fhir.reference(p)), "")
        phone = people.say_phone(fhir.extension(resource, "phone") or "")
        said = ", ".join(v for v in (place, phone) if v)
        return [CardFact(label="Place", value=said, status=Status("", "Elsewhere"))]
    if notice is None or fhir.extension(resource, "telehealth") is True:
        return []
    where = ", ".join(v for v in (notice.clinic.site, *notice.clinic.address) if v)
    return [CardFact(label="Place", value=where)]


def stops_of(resource: Json, zone: str) -> list[tuple[str, str, str]]:
    """Return each one's part of the visit, and what is held around it for set-up and clean-up."""
    found = []
    for row in fhir.held_of(resource):
        if row.resource.startswith("Patient/"):
            continue
        part = resource["participant"][row.part]
        name = (part.get("actor") or {}).get("display") or row.resource.split("/")[0]
        held = (
            hours_of(row.starts, row.ends, zone)
            if (row.starts, row.ends) != (row.shown_starts, row.shown_ends)
            else ""
        )
        found.append((row.shown_starts, (hours_of(row.shown_starts, row.shown_ends, zone), name, held)))
    return [line for _, line in sorted(found, key=lambda pair: pair[0])]


def roster_said_of(ctx: Context, resource: Json, ids_: Sequence[str]) -> str:
    kind = notices.kind_of(ctx, resource)
    return f"{len(ids_)} of {kind.capacity} places taken" if kind and kind.capacity > 1 else ""


def series_of(ctx: Context, found: Version, zone: str, today: Any) -> list[Act]:
    series = fhir.extension(found.resource, "series")
    if not series:
        return []
    lines = []
    for one in all_of_series(ctx, found, series):
        start = moment(one.resource.get("start"))
        word = STATUSES.get(one.resource.get("status", ""), Status("", "")).word
        label = f"{say_moment(start, zone, today=today)} · {word}" if start else word
        lines.append(Act(label, "" if one.id == found.id else reverse("visit", args=[one.id])))
    return lines


def reason_card_of(found: Version, asked: str, form: DeskForm | None, ctx: Context) -> ReasonCard | None:
    initial = {"key": str(ids.uuid7(ctx.now)), "expect": found.version, "reach": "one"}
    series = bool(fhir.extension(found.resource, "series"))
    status = found.resource.get("status")
    if isinstance(form, NoShowForm) or (asked == "noshow" and status == "booked"):
        form = form or NoShowForm(initial=initial)
        return ReasonCard(
            title="Did not come", url=reverse("visit-noshow", args=[found.id]), verb="Did not come", form=form
        )
    if isinstance(form, WhenForm) or (asked in WHEN and status in {"booked", "arrived", "checked-in"}):
        return _when_card(found, form.asked if isinstance(form, WhenForm) else asked, form, ctx)
    if isinstance(form, length_form.LengthForm) or (asked == "length" and length_form.fits(found.resource)):
        form = form or length_form.form_for(found, ctx)
        url = reverse("visit-length", args=[found.id])
        return ReasonCard(title="Longer or shorter", url=url, verb="Save the length", form=form, keep="Leave it")
    if isinstance(form, CancelForm) or (asked == "cancel" and status in {"booked", "pending", "arrived", "waitlist"}):
        form = form or CancelForm(initial=initial, series=series)
        verb = "Take off the waitlist" if status == "waitlist" else "Cancel the visit"
        keep = "Keep it on the list" if status == "waitlist" else "Keep the visit"
        return ReasonCard(
            title=verb, url=reverse("visit-cancel", args=[found.id]), verb=verb, form=form, keep=keep
        )
    return None


def _when_card(found: Version, asked: str, form: DeskForm | None, ctx: Context) -> ReasonCard:
    """Return the form that asks when it was, of a day that is past."""
    start = moment(found.resource.get("start"))
    assert start is not None
    verb, route = WHEN[asked]
    initial = {"key": str(ids.uuid7(ctx.now)), "expect": found.version, "when": say_time(start, ctx.zone)}
    form = form or WhenForm(asked=asked, initial=initial)
    day = say_day(local_day(start, ctx.zone), today=local_day(ctx.now, ctx.zone))
    form.fields["when"].help_text = f"On {day}. The visit was booked for {say_time(start, ctx.zone)}."
    return ReasonCard(title=verb, url=reverse(route, args=[found.id]), verb=verb, form=form, keep="Leave it")


def deliveries_of(scope: Scope, found: Version, zone: str) -> list[Sent]:
    return [
        Sent(
            status=STATES[one.state],
            said=f"E-mail: {NEWS[one.kind].lower()}, {say_moment(one.settled_at or one.due_at, zone)}",
            url=reverse("outbox"),
        )
        for one in messaging.about_appointment(scope, found.id)
    ]
