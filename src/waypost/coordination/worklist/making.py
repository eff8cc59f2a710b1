"""Work that a person makes: for a patient or none, once or again and again, at once or after other work."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from waypost.access import scopes
from waypost.access.acting import action
from waypost.access.permissions import Permission
from waypost.coordination.contacts import writing
from waypost.coordination.once import once
from waypost.coordination.problems import WaitsForItself
from waypost.coordination.worklist import reading, repeating
from waypost.coordination.worklist.repeating import Repeat
from waypost.kernel.context import Context
from waypost.records import actions as records
from waypost.records import queries
from waypost.records.versions import Version


@dataclass(frozen=True, slots=True)
class WorkWish:
    """A piece of work as somebody asks for it; `owner` is a Practitioner's id and name, else `pool` a team."""

    words: str
    due: datetime
    why: str
    patient: str = ""
    kind: str = "call"
    owner: str = ""
    owner_name: str = ""
    pool: str = ""
    repeat: Repeat | None = None
    waits_for: str = ""
    key: str = ""


@action(Permission.TASK_WORK)
def make(ctx: Context, wish: WorkWish) -> Version:
    """File a piece of work."""
    scope = scopes.for_staff(ctx, what="Task", patient=wish.patient or None)
    task = writing.work(ctx, wish.patient, wish.kind, words=wish.words, due=wish.due, why=wish.why,
                        owner=(wish.owner, wish.owner_name), pool=wish.pool)  # fmt: skip
    more: list[dict[str, Any]] = [repeating.write(wish.repeat)] if wish.repeat else []
    if wish.waits_for:
        first = queries.read(scope, "Task", wish.waits_for).resource
        if first.get("status") not in reading.OPEN or reading.id_of(first.get("for"), "Patient") != wish.patient:
            raise WaitsForItself
        more.append({"url": repeating.WAITS_FOR, "valueReference": {"reference": f"Task/{wish.waits_for}"}})
    if more:
        task["extension"] = [*task.get("extension", ()), *more]
    return once(ctx, f"work:{wish.key}" if wish.key else "", lambda: records.file(ctx, task))
