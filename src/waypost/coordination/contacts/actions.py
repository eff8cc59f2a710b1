"""Filing a contact with all that follows from it, in one act; and handing a caller to the nurses."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from waypost.access import scopes
from waypost.access.acting import action
from waypost.access.permissions import Permission
from waypost.coordination.contacts import writing
from waypost.coordination.contacts.kinds import IDENTIFIERS_MIN, OUTCOME_WORDS, REACHED, WRONG_NUMBER
from waypost.coordination.contacts.wishes import ContactWish, ItemWish, NurseWish
from waypost.coordination.problems import CallBackNeeded, PromiseInPast, TwoIdentifiers, WorkOfAnother
from waypost.coordination.worklist import actions as worklist
from waypost.coordination.worklist import reading
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day
from waypost.kernel.scope import Scope
from waypost.records import actions as records
from waypost.records import queries, wishes
from waypost.records.versions import Version
from waypost.registry import fhir as people
from waypost.registry.amending import amend_patient

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Filed:
    """What was filed, and the act by which it is undone."""

    id: str
    act: UUID


@action(Permission.TASK_WORK)
def log_contact(ctx: Context, wish: ContactWish) -> Filed:
    """File one contact: the Communication, what becomes of the work it was about, and what was promised.

    A call by staff without the license that an item needs is kept as outreach and leaves the item open.
    """
    if wish.outcome == REACHED and len(set(wish.verified)) < IDENTIFIERS_MIN:
        raise TwoIdentifiers(expression=["Communication.extension"])
    if wish.promise and wish.promise.due <= ctx.now:
        raise PromiseInPast(expression=["Task.restriction.period.end"])
    return _once(wish.key, lambda: _log(ctx, wish))


@action(Permission.TASK_WORK)
def nurse_now(ctx: Context, wish: NurseWish) -> Filed:
    """Leave a caller with the nurses: urgent work of theirs with the number to call back."""
    number = wish.call_back.strip()
    if not number:
        raise CallBackNeeded(expression=["Task.reasonCode"])
    scopes.for_patient(ctx, wish.patient, level="contact", what="Task")
    task = writing.for_nurse(ctx, wish, people.say_phone(number))
    return _once(wish.key, lambda: records.file(ctx, task))


def _log(ctx: Context, wish: ContactWish) -> Version:
    scope = scopes.for_patient(ctx, wish.patient, level="contact", what="Communication")
    name = _name(scope, wish)
    items = [(item, _work_of(scope, wish, item)) for item in wish.items]
    orders = [(work.resource.get("focus") or {}).get("reference", "") for _, work in items]
    about = [*(f"Task/{item.task}" for item, _ in items), *(one for one in orders if one.startswith("ServiceRequest/"))]
    made = records.file(ctx, writing.communication(ctx, wish, name, list(dict.fromkeys(about))))
    for item, work in items:
        _follow(ctx, wish, item, work)
    if wish.promise:
        records.file(ctx, writing.promise(ctx, wish.patient, wish.promise))
    if wish.outcome == WRONG_NUMBER and wish.wrong_number is not None:
        _flag_number(ctx, scope, wish.patient, wish.wrong_number)
    return made


def _work_of(scope: Scope, wish: ContactWish, item: ItemWish) -> Version:
    version = queries.read(scope, "Task", item.task)
    if reading.id_of(version.resource.get("for"), "Patient") != wish.patient:
        raise WorkOfAnother
    return version


def _follow(ctx: Context, wish: ContactWish, item: ItemWish, version: Version) -> None:
    """Do with one piece of work what the contact means for it."""
    task = version.resource
    seen = version.version if item.seen is None else item.seen
    may = worklist.may_close(ctx.actor.roles, worklist.kind_of_task(ctx, task))
    said = OUTCOME_WORDS[wish.outcome]
    if item.nurses or (item.outcome and not may):
        note = f"Outreach: {said[:1].lower()}{said[1:]}. {wish.words}".strip()
        worklist.hand_over(ctx, [(item.task, seen)], writing.NURSES, note)
    elif item.outcome:
        worklist.complete(ctx, [(item.task, seen)], item.outcome, wish.words)
    elif item.until:
        worklist.snooze(ctx, [(item.task, seen)], item.until, f"{said}; try again then")


def _name(scope: Scope, wish: ContactWish) -> str:
    """Return the name of the person beside the patient with whom it was."""
    if wish.who in {"patient", "other"}:
        return wish.who_name
    related = queries.read(scope, "RelatedPerson", wish.who).resource
    if reading.id_of(related.get("patient"), "Patient") != wish.patient:
        raise WorkOfAnother
    return people.say_full_name(people.legal_name(related))


def _flag_number(ctx: Context, scope: Scope, patient: str, place: int) -> None:
    """Mark a number as wrong on the patient's record; it stays there, is dialed last, and whoever looks reads why."""
    version = queries.read(scope, "Patient", patient)
    day = local_day(ctx.now, ctx.zone).isoformat()

    def change(before: Json) -> Json:
        telecom = [dict(one) for one in before.get("telecom", ())]
        if place >= len(telecom):
            return before
        url = people.EXTENSION + people.REPORTED_WRONG
        kept = [one for one in telecom[place].get("extension", ()) if one.get("url") != url]
        telecom[place]["extension"] = [*kept, {"url": url, "valueDate": day}]
        return {**before, "telecom": telecom}

    amend_patient(ctx, patient, version.version, change)


def _once(key: str, do: Callable[[], Version]) -> Filed:
    """Return what a wish filed, or what it filed when it came before."""

    def answer() -> Json:
        made = do()
        return {"id": made.id, "act": str(made.act)}

    told = wishes.once(f"contact:{key}", answer) if key else answer()
    return Filed(told["id"], UUID(told["act"]))
