"""What the rules answered against the Tasks that stand: what to make, change, end and open again. Pure."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from waypost.coordination.worklist.kinds import POOL, POOL_NAMES, TASK, kind_of
from waypost.coordination.worklist.reading import LANE_EXTENSION, OPEN
from waypost.coordination.worklist.reading import code_of as concept_code
from waypost.coordination.worklist.rules.answering import Answers
from waypost.coordination.worklist.rules.shapes import FACT, SWITCH, Facts, Item, Rule
from waypost.coordination.worklist.rules.table import BY_CODE, code_of
from waypost.kernel import ids
from waypost.kernel.dates import write_moment

Json = dict[str, Any]
ENDED = "urn:waypost:ended"
GONE = "fact-gone"  # the code under which a rule ends its own Task; only such a Task opens again by itself
_OF_RULE = ("description", "reasonCode", "restriction", "priority", "focus")


def task_id(tenant: int, rule: str, subject: str, key: str) -> str:
    """Return the id of the one Task that stands for a fact."""
    return str(ids.uuid5_of("rule", str(tenant), rule, subject, key))


def subject_of(unit: str) -> str:
    """Return what a unit of the rules is: a patient by id, or a resource that is about nobody yet."""
    return unit if "/" in unit else f"Patient/{unit}"


def wanted(tenant: int, unit: str, facts: Facts, answers: Answers) -> dict[str, tuple[Rule, Item]]:
    """Return what should be there, by Task id. Where a person or a door has made the same work, none is made beside it."""
    return {
        task_id(tenant, code, subject_of(unit), item.key): (BY_CODE[code], item)
        for code, items in answers.items.items()
        for item in items
        if not any(_stands_in(other, BY_CODE[code], item.focus) for other in facts.all("Task"))
    }


def _stands_in(other: Json, rule: Rule, about: str) -> bool:
    """Say whether open work that no rule made is of a rule's kind and about the same: its focus, or the patient at large."""
    if code_of(other) or other.get("status") not in OPEN or concept_code(other.get("code"), TASK) != rule.kind:
        return False
    focus = (other.get("focus") or {}).get("reference", "")
    return focus == about or (not focus and not rule.own_only)


def settle(facts: Facts, answers: Answers, asked: Mapping[str, tuple[Rule, Item]], standing: Mapping[str, Json]) -> list[Json]:
    """Return the Tasks to file for one patient; nothing where all is as it should be.

    `standing` are the patient's open Tasks and those that `asked` names, by id, whatever became of them.
    """
    made = [task for id_, (rule, item) in asked.items() if (task := _asked(facts, id_, rule, item, standing.get(id_)))]
    for id_, task in standing.items():
        code = code_of(task)
        if not code or id_ in asked or task.get("status") not in OPEN or code in answers.failures:
            continue
        made.append(end(task, _why_gone(facts, task, code, answers), facts.now))
    return made


def _why_gone(facts: Facts, task: Json, code: str, answers: Answers) -> str:
    rule = BY_CODE.get(code)
    if facts.patient.get("deceasedBoolean") or facts.patient.get("deceasedDateTime"):
        return "The patient has died."
    if rule is None or code not in answers.items:
        return "The rule that made this is switched off."
    if any(_stands_in(other, rule, (task.get("focus") or {}).get("reference", "")) for other in facts.all("Task")):
        return "Somebody's own work stands for it."
    try:
        return rule.gone(facts, task)
    except Exception:
        return "What made this is no longer so."


def _asked(facts: Facts, id_: str, rule: Rule, item: Item, before: Json | None) -> Json | None:
    fresh = task_of(facts, id_, rule, item)
    if before is None:
        return fresh
    status = before.get("status")
    if status not in OPEN and not is_gone(before):
        return None  # a person ended it: that stands as long as the fact is the same
    made = {**before}  # whole elements are put in place of others; none is changed
    for name in _OF_RULE:
        if name in fresh:
            made[name] = fresh[name]
        else:
            made.pop(name, None)
    if status not in OPEN:
        made.pop("statusReason", None)
        made.pop("businessStatus", None)
        made["status"] = "accepted" if made.get("owner") else "requested"
    if all(made.get(name) == before.get(name) for name in (*_OF_RULE, "status")):
        return None
    made["lastModified"] = fresh["lastModified"]
    return made


def is_gone(task: Json) -> bool:
    """Say whether a rule ended the Task because its fact was gone."""
    return task.get("status") == "cancelled" and any(
        c.get("system") == ENDED and c.get("code") == GONE for c in (task.get("businessStatus") or {}).get("coding", ())
    )


def end(task: Json, why: str, now: datetime) -> Json:
    """Return the Task as ended by itself, with what happened."""
    made = {k: v for k, v in task.items() if k != "businessStatus"}
    made["status"] = "cancelled"
    made["statusReason"] = {"text": why}
    made["businessStatus"] = {"coding": [{"system": ENDED, "code": GONE, "display": "Ended by itself"}], "text": "Ended by itself"}
    made["lastModified"] = write_moment(now)
    return made


def task_of(facts: Facts, id_: str, rule: Rule, item: Item) -> Json:
    """Return an item as the Task that carries it."""
    name = kind_of(rule.kind, facts.today).name
    pool = item.pool or rule.pool
    made: Json = {
        "resourceType": "Task",
        "id": id_,
        "identifier": [{"system": FACT, "value": item.key}],
        "instantiatesUri": f"{SWITCH}{rule.code}",
        "status": "accepted" if item.owner else "requested",
        "intent": "order",
        "priority": item.priority,
        "code": {"coding": [{"system": TASK, "code": rule.kind, "display": name}], "text": name},
        "description": item.what,
        "authoredOn": write_moment(facts.now),
        "lastModified": write_moment(facts.now),
        "performerType": [{"coding": [{"system": POOL, "code": pool, "display": POOL_NAMES[pool]}], "text": POOL_NAMES[pool]}],
        "reasonCode": {"text": item.why},
    }
    if item.owner:
        made["owner"] = {"reference": item.owner.reference, **({"display": item.owner.name} if item.owner.name else {})}
    if facts.id:
        made["for"] = {"reference": f"Patient/{facts.id}"}
    if item.focus:
        made["focus"] = {"reference": item.focus}
    if item.due:
        made["restriction"] = {"period": {"end": write_moment(item.due)}}
    if item.lane:
        made["extension"] = [{"url": LANE_EXTENSION, "valueCode": item.lane}]
    return made
