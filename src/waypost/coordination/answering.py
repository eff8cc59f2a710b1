"""What became of a request beside a visit: interpreter or ride confirmed, not possible, or no longer needed; each can be undone."""

from typing import Any

from waypost.access import Permission, action, scopes
from waypost.coordination import requests
from waypost.coordination.problems import AnswerNeedsWho
from waypost.kernel.context import Context
from waypost.kernel.scope import Scope
from waypost.records import actions as records
from waypost.records import queries
from waypost.records.problems import NotFound, Stale
from waypost.records.versions import Version
from waypost.scheduling import fhir

ANSWERS = {"confirmed": "accepted", "impossible": "rejected", "unneeded": "cancelled", "again": "requested"}
WHO, REFERENCE = "Who", "Reference"
Resource = dict[str, Any]


@action(Permission.TASK_WORK)
def answer_request(
    ctx: Context, appointment: str, task: str, answer: str, *, who: str = "", reference: str = "", why: str = "",
    expect: int | None = None,
) -> Version:  # fmt: skip
    """Write down what became of a request. Raises AnswerNeedsWho where it is confirmed by nobody, NotFound where it is not this visit's."""
    found = queries.read(scopes.for_resource(ctx, "Task", task), "Task", task)
    focus = (found.resource.get("focus") or {}).get("reference")
    if requests.kind_of(found.resource) not in requests.NAMES or focus != f"Appointment/{appointment}":
        raise NotFound
    if expect is not None and expect != found.version:
        raise Stale
    if answer == "confirmed" and not who:
        raise AnswerNeedsWho(expression=["Task.output"])
    changed: Resource = {k: v for k, v in found.resource.items() if k not in {"output", "statusReason"}}
    changed |= {"status": ANSWERS[answer], "lastModified": fhir.say(ctx.now.replace(microsecond=0))}
    said = [(WHO, who), (REFERENCE, reference)] if answer == "confirmed" else []
    output = [{"type": {"text": label}, "valueString": value} for label, value in said if value]
    changed |= ({"output": output} if output else {}) | ({"statusReason": {"text": why}} if why else {})
    return records.file(ctx, changed, id=task, expect=found.version)


def answer_of(task: Resource) -> str:
    """Return what was answered, in words: 'Ana Ruiz, reference 4471', or why it cannot be."""
    told = {(one.get("type") or {}).get("text"): one.get("valueString", "") for one in task.get("output", ())}
    parts = [told.get(WHO, ""), f"reference {told[REFERENCE]}" if told.get(REFERENCE) else ""]
    return ", ".join(part for part in parts if part) or str((task.get("statusReason") or {}).get("text") or "")


def beside(scope: Scope, appointment: str) -> list[Version]:
    """Return every request beside a visit, of all its patients, whatever became of it."""
    found = queries.fetch(
        scope,
        f"{queries.CURRENT} JOIN records_ref r ON r.tenant = c.tenant AND r.type = 'Task' AND r.id = c.id"
        " AND r.param = 'focus' AND left(r.target, 500) = %s"
        f" WHERE c.tenant = %s AND c.type = 'Task' AND NOT c.deleted AND ({scope.where}) ORDER BY c.code, c.patient, c.id",
        [f"Appointment/{appointment}", scope.tenant, *scope.params],
    )
    return [one for one in found if requests.kind_of(one.resource) in requests.NAMES]
