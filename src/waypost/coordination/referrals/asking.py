"""A question to or from a department: a Task with an owner or team there, a reply clock, the visit or referral attached.

It is taken, given on and answered on the worklist as any work is; what was answered stands in its notes.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from waypost.access import scopes
from waypost.access.acting import action
from waypost.access.permissions import Permission
from waypost.coordination.actions.people import living
from waypost.coordination.contacts.writing import work
from waypost.kernel.business_days import business_days_after
from waypost.kernel.context import Context
from waypost.kernel.dates import local_day
from waypost.records import actions as records
from waypost.records import queries
from waypost.records.problems import NotFound
from waypost.records.versions import Version
from waypost.scheduling.fhir import patients_of

REPLY = {"urgent": 4, "routine": 2}  # hours for an urgent question, business days for another
ENDS_HOUR = 17


@dataclass(frozen=True, slots=True)
class AskWish:
    """A question; `owner` (a Practitioner's id and name) has it at once, else the department's team."""

    patient: str
    department: str  # code of a pool
    question: str
    urgency: str = "routine"
    owner: str = ""
    owner_name: str = ""
    visit: str = ""  # id of the Appointment it is about


def reply_by(urgency: str, now: datetime, zone: str) -> datetime:
    """Return when an answer is due: four hours for an urgent question, else the end of the second business day."""
    if urgency == "urgent":
        return now.replace(microsecond=0) + timedelta(hours=REPLY["urgent"])
    day = business_days_after(local_day(now, zone), REPLY["routine"])
    return datetime.combine(day, time(ENDS_HOUR), ZoneInfo(zone)).astimezone(UTC)


@action(Permission.TASK_WORK)
def ask(ctx: Context, wish: AskWish) -> Version:
    """Ask a department something about a patient. Raises NotFound where the visit is not that patient's."""
    living(ctx, wish.patient)
    scope = scopes.for_staff(ctx, what="Task", patient=wish.patient)
    if wish.visit and wish.patient not in patients_of(queries.read(scope, "Appointment", wish.visit).resource):
        raise NotFound
    made = work(
        ctx, wish.patient, "question", words=wish.question, due=reply_by(wish.urgency, ctx.now, ctx.zone),
        why=f"Asked by {ctx.actor.name}", owner=(wish.owner, wish.owner_name), pool=wish.department,
        priority="urgent" if wish.urgency == "urgent" else "routine",
    )  # fmt: skip
    if wish.visit:
        made["focus"] = {"reference": f"Appointment/{wish.visit}"}
    return records.file(ctx, made)
