"""How a referral is said: its urgency, its state, the one next act."""

from datetime import date
from urllib.parse import urlencode

from django.urls import reverse

from waypost.coordination.referrals.state import ENDS, Loop
from waypost.kernel.dates import say_short
from waypost.web.parts import Act, Status

URGENCY = {"stat": "Emergent: today", "urgent": "Urgent: within 2 days", "asap": "Urgent: within 2 days", "routine": "Routine: within 14 days"}
URGENCY_SHORT = {"stat": "Emergent", "urgent": "Urgent", "asap": "Urgent", "routine": "Routine"}
LANES = {
    "sent": "To send", "scheduled": "To schedule", "seen": "To be seen", "report": "Report awaited", "told": "To tell the patient",
}  # fmt: skip


def status_of(loop: Loop, today: date) -> Status:
    """Return the one status of a referral."""
    if loop.ended:
        return Status("ok" if loop.ended == "closed" else "", ENDS[loop.ended])
    if loop.overdue and loop.due:
        return Status("late", f"Since {say_short(loop.due, today=today)}")
    if loop.due is None:
        return Status("", "No date")
    said = "Today" if loop.due == today else f"By {say_short(loop.due, today=today)}"
    return Status("soon" if loop.soon else "info", said)


def age_of(loop: Loop, today: date) -> str:
    """Say why it stands where it stands: the fact, the clock and its rule."""
    days = f"{loop.days} day{'' if loop.days == 1 else 's'}"
    by = f"; {_what_is_due(loop)} {'was' if loop.overdue else 'is'} due {say_short(loop.due, today=today)} ({loop.rule})" if loop.due else ""
    ordered = f"Ordered {say_short(loop.ordered, today=today)}" if loop.ordered else "Ordered on a day not recorded"
    if loop.next in {"sent", "scheduled"}:
        fell = "; the last visit fell through" if loop.missed else ""
        return f"{ordered}, {URGENCY_SHORT[loop.urgency].lower()}, day {loop.days}{fell}{by}.{_put_off(loop, today)}"
    if loop.next == "seen":
        on = loop.step("scheduled").on
        return f"Visit {say_short(on, today=today)}{', nobody has noted that it took place' if loop.overdue else ''}." if on else "Has a date."
    if loop.next == "report":
        return f"Seen {days} ago, no report{by}."
    if loop.next == "told":
        return f"Report came {days} ago{by}."
    return ordered + "."


def _put_off(loop: Loop, today: date) -> str:
    """Say what was said at checkout, and who may end the order where that ends it."""
    if loop.put_off is None:
        return ""
    on = f" {say_short(loop.put_off.on, today=today)}" if loop.put_off.on else ""
    ends = " Who ordered it may end it." if loop.put_off.end else ""
    return f" At checkout{on}: {loop.put_off.words.rstrip('.')}.{ends}"


def _what_is_due(loop: Loop) -> str:
    return {"sent": "a date", "scheduled": "a date", "report": "a report", "told": "telling the patient"}.get(loop.next, "it")


def next_act(loop: Loop, patient: str) -> Act | None:
    """Return the one act that comes next; it opens where it is done."""
    page = reverse("referral", args=[loop.id])
    if loop.put_off is not None and loop.put_off.end:
        return Act("End it", f"{page}?do=end", "b")
    if loop.next == "scheduled":
        order = urlencode({"patient": patient, "order": loop.id})
        if loop.outside:
            return Act("Note the date", f"{reverse('visit-outside')}?{order}", "b")
        return Act("Find times", f"{reverse('find-times')}?{order}", "b")
    if loop.next == "seen" and not loop.overdue and loop.visit:
        return Act("Open the visit", reverse("visit", args=[loop.visit]), "b")
    labels = {"sent": "Send", "seen": "Was seen", "report": "File the report", "told": "Tell the patient"}
    return Act(labels[loop.next], f"{page}?do={loop.next}", "b") if loop.next in labels else None
