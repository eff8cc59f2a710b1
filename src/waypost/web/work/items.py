"""One piece of work in words: status, what, whom, why, and the one next act."""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from django.urls import reverse

from waypost.coordination.worklist import reading
from waypost.coordination.worklist.kinds import POOL_NAMES, TASK
from waypost.coordination.worklist.queries import Listed
from waypost.coordination.worklist.rules.table import rule_of
from waypost.kernel.dates import say_date, say_day
from waypost.registry.fhir import say_mrn
from waypost.registry.queries import Person
from waypost.web.parts import Act, Status
from waypost.web.words import clock

CALLS = frozenset({"call", "discharge-call", "result", "call-back", "confirm", "promise"})
BOOKED = frozenset({"book", "referral", "recall", "waitlist"})
SOON_DAYS = 3


def what_of(task: dict[str, Any]) -> str:
    code = task.get("code") or {}
    said = (
        task.get("description")
        or code.get("text")
        or next((c.get("display", "") for c in code.get("coding", ())), "")
    )
    return said or "Something without words"


def why_of(task: dict[str, Any]) -> str:
    """Return why it is there, and why it waits where it does."""
    reason = (task.get("reasonCode") or {}).get("text", "")
    waits = (task.get("statusReason") or {}).get("text", "")
    return f"{reason} Put off: {waits}".strip() if waits else reason


def status_of(one: Listed, now: datetime) -> Status:
    """Return the one status of a row. `now` stands in the clinic's zone."""
    if one.standing.here:
        return Status("ok", "Here now")
    due = one.standing.due
    if due is None:
        return Status("", "No date")
    last = (due - timedelta(seconds=1)).astimezone(now.tzinfo)
    due = due.astimezone(now.tzinfo)
    whole_day = due.date() != last.date() or (last.hour, last.minute) == (23, 59)
    if due <= now:
        if last.date() == now.date():
            return Status("late", f"Since {clock(due)}")
        said = say_day(last.date(), today=now.date())
        return Status(
            "late", f"Since {said.split(',')[0] if (now - due).days < 6 else said.split(', ', 1)[1]}"
        )
    if last.date() == now.date():
        return Status("soon", "Today" if whole_day else f"By {clock(due)}")
    return Status(
        "info" if (last.date() - now.date()).days <= SOON_DAYS else "", say_day(last.date(), today=now.date())
    )


def next_act(one: Listed) -> Act | None:
    """Return the one act that most likely comes next."""
    kind = reading.code_of(one.task.get("code"), TASK)
    rule = rule_of(one.task)
    by_rule = _act_of_rule(rule.act, one) if rule else None
    if by_rule:
        return by_rule
    if (kind in BOOKED or (rule and rule.act == "times")) and one.patient:
        order = one.task.get("focus", {}).get("reference", "")
        if kind == "waitlist" and order.startswith("Appointment/"):  # with what was asked for
            return Act("Find times", reverse("visit-times", args=[order.partition("/")[2]]), "b")
        more = f"&order={quote(order.partition('/')[2])}" if order.startswith("ServiceRequest/") else ""
        return Act("Find times", f"{reverse('find-times')}?patient={quote(one.patient)}{more}", "b")
    if (kind in CALLS or (rule and rule.act == "call")) and one.patient:
        return Act("Call", f"{reverse('call', args=[one.patient])}?task={quote(one.version.id)}", "c")
    focus = (one.task.get("focus") or {}).get("reference", "")
    if focus.startswith("ServiceRequest/"):
        return Act("Open the referral", reverse("referral", args=[focus.partition("/")[2]]))
    return Act("Open chart", reverse("patient", args=[one.patient])) if one.patient else None


def _act_of_rule(act: str, one: Listed) -> Act | None:
    """Return the act that a rule names where it is about the thing in focus; calls and times are as for anyone's work."""
    kind, _, id_ = one.task.get("focus", {}).get("reference", "").partition("/")
    if act == "visit" and kind == "Appointment":
        return Act("Open visit", reverse("visit", args=[id_]))
    if act == "documents" and kind == "DocumentReference":
        return Act("File", reverse("document", args=[id_]))
    return None


def two_ids(person: Person | None) -> str:
    return f"{person.name} · {ids_of(person)}" if person else ""


def ids_of(person: Person | None) -> str:
    if person is None:
        return ""
    return f"{say_date(person.birth) or 'birth date not known'} · MRN {say_mrn(person.mrn) or 'none'}"


def holder_of(one: Listed) -> str:
    """Say who has it."""
    shown = (one.task.get("owner") or {}).get("display", "")
    if one.owner:
        return shown or "A colleague"
    return POOL_NAMES.get(one.pool, one.pool) or "Nobody yet"
