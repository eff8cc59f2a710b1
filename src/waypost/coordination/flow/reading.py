"""What the flow reads in an Encounter, and writes into one. Pure.

The steps are extensions `flow-step`, newest last, each with its instant and who noted it; rooms are `location`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from waypost.coordination.flow.steps import Step, encounter_status
from waypost.kernel import ids
from waypost.kernel.dates import read_moment
from waypost.scheduling import fhir

Json = dict[str, Any]
EXTENSION = "urn:waypost:extension:"
STEP, TOLD, NUMBER = (EXTENSION + name for name in ("flow-step", "delay-told", "call-number"))
ACT_CODE = "http://terminology.hl7.org/CodeSystem/v3-ActCode"
PERFORMER = "http://terminology.hl7.org/CodeSystem/v3-ParticipationType"
OF_STATUS = {
    "booked": Step.BOOKED, "arrived": Step.ARRIVED, "checked-in": Step.WITH_PROVIDER, "fulfilled": Step.DONE,
    "noshow": Step.MISSED,
}  # fmt: skip
DID_NOT_COME = "did-not-come"  # of one of a group


@dataclass(frozen=True, slots=True)
class Stood:
    """A step that was reached."""

    step: Step
    at: datetime
    by: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    """The patient was told how long it would take."""

    at: datetime
    minutes: int
    by: str = ""


@dataclass(frozen=True, slots=True)
class Flow:
    """Where one patient stands in one visit. `version` is the Encounter's, 0 where there is none yet."""

    appointment: str
    patient: str
    step: Step
    stood: tuple[Stood, ...] = ()
    room: str = ""  # 'Location/x' while the patient is in it
    number: int | None = None
    told: Told | None = None
    version: int = 0

    @property
    def since(self) -> datetime | None:
        return self.stood[-1].at if self.stood else None

    @property
    def seen(self) -> bool:
        """Say whether a provider has been with the patient."""
        return any(one.step is Step.WITH_PROVIDER for one in self.stood)

    def first(self, *steps: Step) -> datetime | None:
        return next((one.at for one in self.stood if one.step in steps), None)


@dataclass(frozen=True, slots=True)
class Waits:
    """Minutes, as SCH-5 defines them; None where that has not begun. What runs is counted up to now."""

    lead_days: int | None = None
    lobby: int | None = None
    room: int | None = None
    cycle: int | None = None


def encounter_id(tenant: int, appointment: str, patient: str) -> str:
    return str(ids.uuid5_of("encounter", str(tenant), appointment, patient))


def read(appointment: Json, patient: str, encounter: Json | None, version: int = 0) -> Flow:
    """Return where a patient stands, from both; where they disagree the one that is further along is believed."""
    id_ = appointment.get("id", "")
    told_of = OF_STATUS.get(appointment.get("status", ""), Step.OFF)
    if did_not_come(appointment, patient):
        told_of = Step.MISSED
    elif told_of in {Step.ARRIVED, Step.WITH_PROVIDER} and not _alone(appointment):
        told_of = Step.BOOKED  # of a group, that some have come says nothing of the others
    if encounter is None:
        return Flow(id_, patient, told_of)
    stood = tuple(_stood(encounter))
    step = stood[-1].step if stood else told_of
    left = step is Step.LEFT and appointment.get("status") == "cancelled"
    ended = told_of in {Step.DONE, Step.OFF, Step.MISSED} and not left and step not in {Step.DONE, Step.LEFT}
    if ended or (told_of is Step.WITH_PROVIDER and not any(s.step is Step.WITH_PROVIDER for s in stood)):
        step = told_of
    return Flow(id_, patient, step, stood, room_of(encounter), number_of(encounter), told_of_delay(encounter), version)


def did_not_come(appointment: Json, patient: str) -> bool:
    """Say whether one of a group was noted as not having come."""
    return any(
        fhir.reference(part) == f"Patient/{patient}" and fhir.extension(part, DID_NOT_COME) is True
        for part in appointment.get("participant") or ()
    )


def own(appointment: Json, patient: str) -> Json:
    """Return a visit as it is to one of its patients: who did not come to a group's has missed it, whatever the others did."""
    if appointment.get("status") in OF_STATUS and did_not_come(appointment, patient):
        return {**appointment, "status": "noshow"}
    return appointment


def _alone(appointment: Json) -> bool:
    return len(fhir.patients_of(appointment)) == 1


def _stood(encounter: Json) -> list[Stood]:
    found = []
    for one in encounter.get("extension") or ():
        if one.get("url") != STEP:
            continue
        parts = {part.get("url"): part for part in one.get("extension") or ()}
        code = parts.get("step", {}).get("valueCode")
        at = read_moment(parts.get("at", {}).get("valueInstant"))
        if at is not None and code in set(Step):
            found.append(Stood(Step(code), at, parts.get("by", {}).get("valueString", "")))
    return found


def room_of(encounter: Json) -> str:
    """Return the room that the patient is in now, or ''."""
    places = [one for one in encounter.get("location") or () if one.get("status") == "active"]
    return (places[-1].get("location") or {}).get("reference", "") if places else ""


def number_of(encounter: Json) -> int | None:
    return next((one.get("valueInteger") for one in encounter.get("extension") or () if one.get("url") == NUMBER), None)


def told_of_delay(encounter: Json) -> Told | None:
    """Return what the patient was last told about the wait."""
    every = [one for one in encounter.get("extension", ()) if one.get("url") == TOLD]
    if not every:
        return None
    parts = {part.get("url"): part for part in every[-1].get("extension") or ()}
    at = read_moment(parts.get("at", {}).get("valueInstant"))
    minutes = parts.get("minutes", {}).get("valueInteger")
    return Told(at, minutes, parts.get("by", {}).get("valueString", "")) if at and minutes is not None else None


# ---------------------------------------------------------------- waits


def waits(flow: Flow, start: datetime | None, now: datetime, *, asked: datetime | None = None) -> Waits:
    """Return the waits of SCH-5. Who comes early waits from the scheduled time on."""
    came = flow.first(Step.ARRIVED, Step.FORMS, Step.ROOMED, Step.WITH_PROVIDER)
    if came is not None and start is not None:
        came = max(came, start)
    roomed, seen = flow.first(Step.ROOMED), flow.first(Step.WITH_PROVIDER)
    ended = flow.since if flow.step in {Step.DONE, Step.LEFT} else None
    return Waits(
        lead_days=(start - asked).days if start and asked else None,
        lobby=_minutes(came, roomed or seen or ended, now),
        room=_minutes(max(roomed, came) if came else roomed, seen or ended, now) if roomed else None,
        cycle=_minutes(came, ended, now),
    )


def _minutes(since: datetime | None, until: datetime | None, now: datetime) -> int | None:
    return None if since is None else max(0, int(((until or now) - since) / timedelta(minutes=1)))


def waiting_minutes(flow: Flow, start: datetime | None, now: datetime) -> int | None:
    """Return for how long a patient has waited in the step they stand in; None where nobody waits for anything."""
    since = flow.since
    if since is None or flow.step not in {Step.ARRIVED, Step.FORMS, Step.ROOMED, Step.CHECKOUT}:
        return None
    if flow.step in {Step.ARRIVED, Step.FORMS}:
        since = flow.first(Step.ARRIVED, Step.FORMS) or since
    return _minutes(max(since, start) if start and flow.step is not Step.CHECKOUT else since, None, now)


# ---------------------------------------------------------------- what acts write


def begun(tenant: int, appointment: Json, patient: str, number: int | None) -> Json:
    """Return the Encounter of a patient who has come."""
    id_ = encounter_id(tenant, appointment["id"], patient)
    video = fhir.extension(appointment, "telehealth") is True
    who = next((p for p in appointment.get("participant") or () if fhir.reference(p) == f"Patient/{patient}"), {})
    made: Json = {
        "resourceType": "Encounter",
        "id": id_,
        "status": "planned",
        "class": {"system": ACT_CODE, "code": "VR" if video else "AMB", "display": "virtual" if video else "ambulatory"},
        "subject": who.get("actor") or {"reference": f"Patient/{patient}"},
        "appointment": [{"reference": f"Appointment/{appointment['id']}"}],
    }
    if number is not None:
        made["extension"] = [{"url": NUMBER, "valueInteger": number}]
    if appointment.get("serviceType"):
        made["type"] = list(appointment["serviceType"])
    doctor = next((r for r in fhir.team_of(appointment) if r.startswith("Practitioner")), "")
    if doctor:
        name = next((p["actor"].get("display", "") for p in appointment["participant"] if fhir.reference(p) == doctor), "")
        individual = {"reference": doctor, **({"display": name} if name else {})}
        kind = {"coding": [{"system": PERFORMER, "code": "PPRF", "display": "primary performer"}]}
        made["participant"] = [{"type": [kind], "individual": individual}]
    return made


def stepped(encounter: Json, step: Step, at: datetime, by: str, room: Mapping[str, str] | None = None) -> Json:
    """Return the Encounter with one more step; `room` is a reference, of whoever is roomed."""
    said = fhir.say(at)
    part = [{"url": "step", "valueCode": step.value}, {"url": "at", "valueInstant": said}]
    part += [{"url": "by", "valueString": by}] if by else []
    new: Json = {**encounter, "extension": [*encounter.get("extension", ()), {"url": STEP, "extension": part}]}
    before, now_is = encounter["status"], encounter_status(step, encounter["status"])
    new["status"] = now_is
    if before not in {"planned", now_is}:
        past = encounter.get("statusHistory") or []
        since = past[-1]["period"].get("end") if past else (encounter.get("period") or {}).get("start")
        new["statusHistory"] = [*past, {"status": before, "period": {"start": since or said, "end": said}}]
    new["period"] = {"start": (encounter.get("period") or {}).get("start") or said}
    if step in {Step.DONE, Step.LEFT}:
        new["period"]["end"] = said
    if room is not None or step not in {Step.WITH_PROVIDER}:
        new = _out_of_the_room(new, said)
    if room is not None:
        here = {"location": dict(room), "status": "active", "period": {"start": said}}
        new["location"] = [*new.get("location", ()), here]
    return new


def _out_of_the_room(encounter: Json, said: str) -> Json:
    if not encounter.get("location"):
        return encounter
    places = [
        {**one, "status": "completed", "period": {**one.get("period", {}), "end": said}} if one.get("status") == "active" else one
        for one in encounter["location"]
    ]
    return {**encounter, "location": places}


def with_told(encounter: Json, told: Told) -> Json:
    """Return the Encounter with what the patient was told about the wait."""
    part = [{"url": "at", "valueInstant": fhir.say(told.at)}, {"url": "minutes", "valueInteger": told.minutes}]
    part += [{"url": "by", "valueString": told.by}] if told.by else []
    return {**encounter, "extension": [*encounter.get("extension", ()), {"url": TOLD, "extension": part}]}


def marked_missed(appointment: Json, patient: str, *, missed: bool) -> Json:
    """Return a group's Appointment with one of its patients noted as not having come, or as having come after all."""
    people: Sequence[Json] = appointment.get("participant") or ()
    return {
        **appointment,
        "participant": [
            fhir.with_extension(part, DID_NOT_COME, "valueBoolean", missed or None) if fhir.reference(part) == f"Patient/{patient}" else part
            for part in people
        ],
    }
