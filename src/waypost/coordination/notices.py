"""What a patient is told of a visit: everything a letter, a calendar file or an e-mail draws on, read across the rooms."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from waypost.access import scopes
from waypost.coordination.problems import PatientDeceased, WhoseNotice
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day
from waypost.kernel.scope import Scope
from waypost.messaging import fhir, gateways
from waypost.messaging import queries as messaging
from waypost.messaging.rules import calendars, emails, letters
from waypost.messaging.rules.facts import Clinic, Recipient, Stop, Visit
from waypost.records import queries as records
from waypost.records.problems import NotFound
from waypost.records.versions import Version
from waypost.registry import fhir as people
from waypost.scheduling.fhir import visit_type_code
from waypost.scheduling.queries.clinic import clinic as calendars_of
from waypost.scheduling.rules.status import HOLDING
from waypost.scheduling.rules.types import VisitType

Json = dict[str, Any]
NAMED = ("Practitioner", "Device", "Location")


@dataclass(frozen=True, slots=True)
class Notice:
    """One visit as one patient is told of it."""

    appointment: Version
    patient: Json
    clinic: Clinic
    recipient: Recipient
    visit: Visit
    tasks: tuple[Json, ...]
    kind: str  # booked | moved | cancelled
    made_at: datetime

    def letter(self) -> letters.Letter:
        day = local_day(self.made_at, self.clinic.zone)
        return letters.compose(self.clinic, self.recipient, self.visit, kind=self.kind, written_on=day)

    def calendar_file(self) -> bytes:
        return calendars.calendar(
            self.clinic, self.visit, language=self.recipient.language, made_at=self.made_at, cancelled=self.kind == "cancelled"
        )

    def email(self) -> emails.Email:
        return emails.compose(self.clinic, self.visit, kind=self.kind, language=self.recipient.language)


def notice(ctx: Context, appointment: str, *, patient: str = "", look: str = "read", paper: str = "") -> Notice:
    """Return what one patient of a visit is told. Whom it is for is never guessed: of a group, one is named.

    `look` is how the audit calls it, `paper` what is printed.

    Raises WhoseNotice where several have a place in it and none is named, NotFound where the visit has no such patient
    or no time, PatientDeceased where nothing goes out any more.
    """
    whose = patient or scopes.patient_of(ctx.tenant, "Appointment", appointment)
    detail = {"detail": {"name": paper}} if paper else {}
    scope = scopes.for_staff(ctx, look, what=f"Appointment/{appointment}", patient=whose, **detail)
    found = records.read(scope, "Appointment", appointment)
    made = notice_of(ctx, scope, found, patient=patient or only_patient(found.resource))
    if people.died(made.patient):
        raise PatientDeceased
    return made


def only_patient(appointment: Json) -> str:
    """Return the patient that a visit is for. Raises WhoseNotice where there are several, NotFound where there is none."""
    ids = fhir.patients_of(appointment)
    if len(ids) > 1:
        raise WhoseNotice
    if not ids:
        raise NotFound
    return ids[0]


def notice_of(ctx: Context, scope: Scope, found: Version, *, patient: str) -> Notice:
    if patient not in fhir.patients_of(found.resource) or not found.resource.get("start"):
        raise NotFound
    person = records.read(scope, "Patient", patient).resource
    organization = messaging.organization(ctx.tenant)
    day = _day(found.resource, organization.zone)
    around = records.about(scope, patient, ["Task"], since=day - timedelta(days=400))
    same_day = [v for v in _visits_on(scope, patient, day) if v.id != found.id]
    tasks = tuple(v.resource for v in around if _focus(v.resource) == f"Appointment/{found.id}")
    names = _names(scope, [found.resource, *(v.resource for v in same_day)])
    site = records.read_or_none(scope, "Location", fhir.site_id(found.resource))
    who = fhir.clinic(
        site.resource if site else None, name=organization.name, phone=organization.phone, zone=organization.zone,
        sender=gateways.mail().sender,
    )  # fmt: skip
    recipient = fhir.recipient(person, local_day(ctx.now, ctx.zone))
    visit = fhir.visit(
        found.resource, found.version, names=names, what=what_of(ctx, found.resource, recipient.language),
        language=recipient.language, preparation=_preparations(ctx, [found, *same_day], recipient.language), tasks=tasks,
        interpreter_code=people.spoken_language(person).split("-")[0],
        others=[stop for v in same_day for stop in _stops(ctx, v.resource, names, recipient.language)],
        day_begins=_day_begins(same_day), home_zone=fhir.home_zone(person, local_day(ctx.now, ctx.zone)),
    )  # fmt: skip
    return Notice(found, person, who, recipient, visit, tasks, _kind(found.resource), ctx.now)


def kind_of(ctx: Context, appointment: Json) -> VisitType | None:
    return calendars_of(ctx.tenant, ctx.now).kinds.get(visit_type_code(appointment) or "")


def what_of(ctx: Context, appointment: Json, language: str) -> str:
    """Return the kind of visit in a language, as the clinic names it; of a visit from elsewhere, what it says itself."""
    kind = kind_of(ctx, appointment)
    if kind is not None:
        return kind.name.get(language) or kind.name.get("en") or kind.code
    described = next((c.get("text", "") for c in appointment.get("serviceType", ()) if c.get("text")), "")
    return described or appointment.get("description", "") or {"en": "Visit", "es": "Cita"}[language]


def _preparation(ctx: Context, appointment: Json, language: str) -> str | None:
    kind = kind_of(ctx, appointment)
    texts = (kind.preparation if kind else None) or {}
    if not any(texts.values()):
        return ""
    return texts.get(language) or None


def _preparations(ctx: Context, visits: Sequence[Version], language: str) -> str | None:
    """Return how to get ready for all visits of the day, each text once; None where one of them is not in the language."""
    ordered = sorted(visits, key=lambda v: str(v.resource.get("start")))
    texts = [_preparation(ctx, v.resource, language) for v in ordered]
    return None if None in texts else "\n".join(dict.fromkeys(text for text in texts if text))


def _day_begins(visits: Sequence[Version]) -> datetime | None:
    """Return when the first of the other visits here asks to arrive; a visit elsewhere has its own door."""
    arrivals = [fhir.arrive_at(v.resource) for v in visits if not fhir.is_outside(v.resource)]
    return min((at for at in arrivals if at), default=None)


def _stops(ctx: Context, appointment: Json, names: dict[str, str], language: str) -> Sequence[Stop]:
    return fhir.stops(appointment, names, what_of(ctx, appointment, language))


def _kind(appointment: Json) -> str:
    return "cancelled" if appointment.get("status") in {"cancelled", "noshow", "entered-in-error"} else "booked"


def _day(appointment: Json, zone: str) -> datetime:
    start = fhir.moment(appointment.get("start"))
    assert start is not None
    return datetime.combine(local_day(start, zone), time.min, ZoneInfo(zone))


def _visits_on(scope: Scope, patient: str, day: datetime) -> list[Version]:
    """Return every visit of that day in which the patient has a place, those of a group filed under another too."""
    found = records.fetch(
        scope,
        f"{records.CURRENT} WHERE c.tenant = %s AND c.type = 'Appointment' AND NOT c.deleted AND c.status = ANY(%s)"
        " AND c.sort_at >= %s AND c.sort_at < %s AND c.id IN (SELECT r.id FROM records_ref r WHERE r.tenant = %s"
        f" AND r.target = %s AND r.type = 'Appointment' AND r.param = 'actor') AND ({scope.where}) ORDER BY c.sort_at, c.id",
        [scope.tenant, sorted(HOLDING), day, day + timedelta(days=1), scope.tenant, f"Patient/{patient}", *scope.params],
    )
    return [v for v in found if patient in fhir.patients_of(v.resource)]


def _focus(task: Json) -> str:
    return (task.get("focus") or {}).get("reference", "")


def _names(scope: Scope, appointments: Iterable[Json]) -> dict[str, str]:
    """Return the names of people, rooms and devices that an appointment only refers to."""
    wanted: dict[str, str] = {}
    for appointment in appointments:
        for part in appointment.get("participant", ()):
            actor = part.get("actor") or {}
            reference = actor.get("reference", "")
            if reference.split("/")[0] in NAMED:
                wanted[reference] = actor.get("display", "")
    missing = [tuple(ref.split("/", 1)) for ref, display in wanted.items() if not display]
    found = records.many(scope, missing)  # type: ignore[arg-type]
    for (type_, id_), version in found.items():
        wanted[f"{type_}/{id_}"] = _name(version.resource)
    return wanted


def _name(resource: Json) -> str:
    if resource["resourceType"] == "Practitioner":
        return people.say_full_name(people.legal_name(resource))
    if resource["resourceType"] == "Device":
        return next((n["name"] for n in resource.get("deviceName", ()) if n.get("name")), "")
    return str(resource.get("name", ""))
