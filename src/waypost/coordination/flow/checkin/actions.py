"""Acts of the check-in: each line ticked, consents, Medicare answers, card; each at once, with undo."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from waypost.access import Permission, action
from waypost.chart.documents import actions as documents
from waypost.chart.documents.actions import Paper
from waypost.coordination.flow import reading as where
from waypost.coordination.flow.checkin import msp, queries, reading
from waypost.coordination.flow.checkin.queries import CheckIn
from waypost.coordination.flow.problems import AnswersMissing, NotAPicture
from waypost.formats.papers import kinds
from waypost.kernel.context import Context
from waypost.records import actions as records
from waypost.records.problems import NotFound
from waypost.records.versions import Version
from waypost.scheduling import actions as scheduling
from waypost.scheduling import fhir

Json = dict[str, Any]
LINES = {
    "identity": "Identity", "demographics": "Read back", "card": "Insurance card", "payment": "Payment", "printed": "Slip and labels",
}  # fmt: skip


@action(Permission.APPOINTMENT_STATUS)
def tick(ctx: Context, visit: str, patient: str, line: str, code: str, display: str, note: str = "") -> Version:
    """Note that a line of the list was done, how, by whom and when."""
    seen = read(ctx, visit, patient)
    id_ = reading.check_in_id(ctx.tenant, visit, seen.one.patient)
    kept = seen.response.resource if seen.response else _begun(ctx, seen, id_)
    changed = reading.tick(kept, line, LINES[line], code, display, _said(ctx), ctx.actor.name, note)
    return records.file(ctx, changed, id=id_, expect=seen.response.version if seen.response else 0)


@action(Permission.APPOINTMENT_STATUS)
def finish(ctx: Context, visit: str, patient: str) -> Version:
    """Note that the list is done, whatever was left out."""
    seen = read(ctx, visit, patient)
    id_ = reading.check_in_id(ctx.tenant, visit, seen.one.patient)
    kept = seen.response.resource if seen.response else _begun(ctx, seen, id_)
    return records.file(ctx, {**kept, "status": "completed", "authored": _said(ctx)}, id=id_, expect=seen.response.version if seen.response else 0)


@action(Permission.APPOINTMENT_STATUS)
def sign(ctx: Context, visit: str, patient: str, kind: str, *, signed: bool = True, until: date | None = None) -> Version:
    """Note a consent as signed, with its last day, or as refused. Care does not wait for it."""
    seen = read(ctx, visit, patient)
    id_ = reading.consent_id(ctx.tenant, seen.one.patient, kind)
    last = until or seen.today + timedelta(days=reading.CONSENT_DAYS)
    made = reading.consent(
        id_, kind, seen.one.patient, on=seen.today, at=_said(ctx), until=last, signed=signed, by=ctx.actor.name
    )
    return records.file(ctx, made, id=id_)


@action(Permission.APPOINTMENT_STATUS)
def answer_medicare(ctx: Context, visit: str, patient: str, answers: Mapping[str, str]) -> Version:
    """Keep the answers to the Medicare questions. Raises AnswersMissing with the first that has none."""
    seen = read(ctx, visit, patient)
    missing = msp.missing(answers)
    if missing:
        raise AnswersMissing(missing[0].en)
    id_ = reading.msp_id(ctx.tenant, seen.one.patient)
    made: Json = {
        "resourceType": "QuestionnaireResponse",
        "id": id_,
        "questionnaire": msp.QUESTIONNAIRE,
        "status": "completed",
        "subject": {"reference": f"Patient/{seen.one.patient}"},
        "authored": _said(ctx),
        "item": msp.items_of(answers),
    }
    return records.file(ctx, made, id=id_)


@action(Permission.APPOINTMENT_STATUS)
def photograph(ctx: Context, visit: str, patient: str, coverage: str, side: str, paper: Paper) -> Version:
    """Keep a picture of an insurance card with the patient's documents. Raises NotAPicture where the paper is none."""
    seen = read(ctx, visit, patient)
    if coverage not in {card.coverage for card in seen.cards} or side not in queries.SIDES:
        raise NotFound
    if paper.look.mime not in kinds.PICTURES:
        raise NotAPicture
    title = f"Insurance card, {side}"
    return documents.keep(
        ctx, replace(paper, title=title), patient=seen.one.patient, more=reading.card(coverage, title), id=reading.card_id(ctx.tenant, coverage, side)
    )  # fmt: skip


def read(ctx: Context, visit: str, patient: str) -> CheckIn:
    return queries.check_in(ctx, scheduling.current(ctx, visit, None), patient)


def _begun(ctx: Context, seen: CheckIn, id_: str) -> Json:
    visit, patient = seen.one.visit.id, seen.one.patient
    encounter = where.encounter_id(ctx.tenant, visit, patient) if seen.one.flow.version else ""
    return reading.begun(reading.QUESTIONNAIRE, id_, visit, patient, encounter)


def _said(ctx: Context) -> str:
    return fhir.say(ctx.now.replace(microsecond=0))
