"""The patient's own part of a check-in: asked one thing at a time, kept as they say it; the desk makes the changes."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from waypost.access import Permission, action, scopes
from waypost.coordination.flow import reading as where
from waypost.coordination.flow.checkin import msp, reading
from waypost.coordination.flow.problems import NotThisPatient
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day, say_time
from waypost.kernel.scope import Scope
from waypost.records import actions as records
from waypost.records import queries
from waypost.records.versions import Version
from waypost.registry import fhir as people
from waypost.scheduling import fhir

Json = dict[str, Any]
ANSWER_CHARACTERS_MAX = 300


@dataclass(frozen=True, slots=True)
class Asked:
    """One question: what is on record, and what was answered."""

    code: str
    en: str
    es: str
    known: str = ""
    choices: tuple[tuple[str, str, str], ...] = ()  # code, English, Spanish; none where it is 'right or not'
    free: bool = False  # answered in the patient's own words


@dataclass(frozen=True, slots=True)
class Own:
    """The patient's part as it stands."""

    patient: Json
    visit: Json
    start: str
    response: Version | None
    asked: tuple[Asked, ...]
    answers: dict[str, str]
    number: int | None
    done: bool

    @property
    def next(self) -> Asked | None:
        return next((one for one in self.asked if one.code not in self.answers), None)


RIGHT, WRONG = "right", "change"


def open_own(ctx: Context, patient: str, visit: str) -> Own:
    """Return the patient's part of a visit. Raises NotThisPatient."""
    scope = scopes.for_own_visit(ctx, patient, visit)
    found = queries.read(scope, "Appointment", visit).resource
    if patient not in fhir.patients_of(found):
        raise NotThisPatient
    person = queries.read(scope, "Patient", patient).resource
    kept = queries.read_or_none(scope, "QuestionnaireResponse", reading.part_id(ctx.tenant, visit, patient))
    answers = _answers(kept.resource if kept else None)
    encounter = queries.read_or_none(scope, "Encounter", where.encounter_id(ctx.tenant, visit, patient))
    start = fhir.instant(found.get("start"))
    return Own(
        patient=person,
        visit=found,
        start=say_time(start, ctx.zone) if start else "",
        response=kept,
        asked=tuple(_asked(scope, person, answers, local_day(ctx.now, ctx.zone))),
        answers=answers,
        number=where.number_of(encounter.resource) if encounter else None,
        done=bool(kept and kept.resource.get("status") == "completed"),
    )


def born_on(person: Json, typed: date | None) -> bool:
    """Say whether a birth date is the patient's. Who has none on record checks in at the desk."""
    born = people.born(person)
    return born is not None and typed == born


@action(Permission.CHECK_IN_OWN)
def answer(ctx: Context, patient: str, visit: str, code: str, said: str, new: str = "") -> Version:
    """Keep one answer; `new` is what is right where what is on record is not."""
    own = open_own(ctx, patient, visit)
    one = next((each for each in own.asked if each.code == code), None)
    if one is None:
        raise NotThisPatient
    items = _items(one, said, new[:ANSWER_CHARACTERS_MAX])
    kept = own.response.resource if own.response else _begun(ctx, visit, patient)
    others = [each for each in kept.get("item", ()) if each["linkId"].removesuffix(".new") != code]
    changed = {**kept, "authored": _said(ctx), "item": [*others, *items]}
    return records.file(ctx, changed, id=kept["id"], expect=own.response.version if own.response else 0)


@action(Permission.CHECK_IN_OWN)
def finish(ctx: Context, patient: str, visit: str) -> Version:
    """The patient has answered all they want to."""
    own = open_own(ctx, patient, visit)
    kept = own.response.resource if own.response else _begun(ctx, visit, patient)
    made = {**kept, "status": "completed", "authored": _said(ctx)}
    return records.file(ctx, made, id=kept["id"], expect=own.response.version if own.response else 0)


def _asked(scope: Scope, person: Json, answers: dict[str, str], today: date) -> list[Asked]:
    phones, emails, homes = people.phones(person, today), people.emails(person, today), people.current_addresses(person, today)
    found = [
        Asked("phone", "Is this still your phone number?", "¿Este sigue siendo su teléfono?",
              people.say_phone(phones[0].number) if phones else ""),
        Asked("address", "Do you still live here?", "¿Todavía vive aquí?", people.say_address(homes[0]) if homes else ""),
        Asked("email", "Is this your e-mail?", "¿Este es su correo electrónico?", emails[0].address if emails else ""),
    ]  # fmt: skip
    coverages = [v.resource for v in queries.about(scope, person["id"], ["Coverage"]) if v.resource.get("status") == "active"]
    payers = ", ".join(dict.fromkeys(p.get("display", "") for c in coverages for p in c.get("payor", ()) if p.get("display")))
    found.append(Asked("insurance", "Is this still your insurance?", "¿Este sigue siendo su seguro?", payers))
    if any(msp.has_medicare(one) for one in coverages):
        found += [Asked(q.code, q.en, q.es, choices=q.choices) for q in msp.asked(answers)]
    found.append(Asked("note", "Is there anything we should know before you go in?", "¿Hay algo que debamos saber antes de su visita?", free=True))
    return found


def _answers(response: Json | None) -> dict[str, str]:
    found = {}
    for one in (response or {}).get("item", ()):
        given = next(iter(one.get("answer", ())), {})
        said = given.get("valueCoding", {}).get("code", "") or given.get("valueString", "")
        if said and not one["linkId"].endswith(".new"):
            found[one["linkId"]] = said
    return found


def _items(one: Asked, said: str, new: str) -> list[Json]:
    if one.free:
        return [{"linkId": one.code, "text": one.en, "answer": [{"valueString": new or "Nothing"}]}]
    words = {code: english for code, english, _ in one.choices} or {RIGHT: "Yes", WRONG: "No"}
    code = said if said in words else next(iter(words))
    coding = {"system": "urn:waypost:answer", "code": code, "display": words[code]}
    text = f"{one.en} {one.known}".strip()
    made: list[Json] = [{"linkId": one.code, "text": text, "answer": [{"valueCoding": coding}]}]
    if code == WRONG and new:
        made.append({"linkId": f"{one.code}.new", "text": "What is right", "answer": [{"valueString": new}]})
    return made


def _begun(ctx: Context, visit: str, patient: str) -> Json:
    made = reading.begun(reading.PATIENTS_PART, reading.part_id(ctx.tenant, visit, patient), visit, patient)
    return {**made, "source": {"reference": f"Patient/{patient}"}}


def _said(ctx: Context) -> str:
    return fhir.say(ctx.now.replace(microsecond=0))
