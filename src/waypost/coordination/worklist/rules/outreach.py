"""The ladder's last step (FUP-4): whoever was tried often enough and not reached gets a letter, and the referrer decides."""

from collections.abc import Iterator
from datetime import datetime
from itertools import takewhile

from waypost.coordination.contacts import attempts
from waypost.coordination.contacts.reading import Contact, contacts_of
from waypost.coordination.worklist.rules.care import AROUND, by, dated, named, orders
from waypost.coordination.worklist.rules.shapes import (
    Again,
    Answer,
    Facts,
    Figure,
    Figures,
    Item,
    Json,
    Rule,
    key_of,
)
from waypost.coordination.worklist.rules.words import read_at, refers_to, when
from waypost.kernel.business_days import business_days_after
from waypost.kernel.dates import local_day, say_short

KIND = "referral"
MAIL = "MAILWRIT"


def _unreached(facts: Facts, figures: Figures) -> Iterator[Answer]:
    for order, _ in orders(facts):
        if dated(facts, order):
            continue
        enough = _enough(facts, order)
        if enough is None:
            continue
        day = local_day(enough, facts.zone)
        ends = facts.end_of(business_days_after(day, figures["back"]))
        if facts.now >= ends:
            continue
        yield Again(ends)
        due = facts.end_of(business_days_after(day, figures["days"]))
        since = f"Tried as often as FUP-4 asks, last {when(facts, enough)}, and not reached"
        focus = f"ServiceRequest/{order['id']}"
        if not _letter(facts, order, enough):
            yield Item(key=f"letter:{order['id']}@{day}", focus=focus, what=f"Send a letter: {named(order)}", due=due, why=f"{since}; a letter goes out.")
        yield Item(
            key=f"decision:{order['id']}@{day}", focus=focus, what=f"Ask what to do, not reached: {named(order)}", due=due,
            why=f"{since}; whoever ordered it{by(order)} decides whether to keep trying, to try otherwise or to end it.",
        )  # fmt: skip


def _enough(facts: Facts, order: Json) -> datetime | None:
    """Return when the attempt was made that was enough; None where they are not, or somebody was reached since."""
    tries = _attempts(facts, order)
    for count in range(1, len(tries) + 1):
        if attempts.tried(tries[:count], KIND, facts.now, facts.zone).enough:
            return tries[count - 1].at
    return None


def _attempts(facts: Facts, order: Json) -> list[Contact]:
    """Return the attempts about an order since somebody was last reached about it."""
    reference = f"ServiceRequest/{order.get('id', '')}"
    about = [one for one in contacts_of(facts.all("Communication"), facts.zone) if reference in one.about]
    since = list(takewhile(lambda one: not one.reached, reversed(about)))
    return [one for one in reversed(since) if not one.inbound]


def _letter(facts: Facts, order: Json, since: datetime) -> bool:
    """Say whether a letter about the order has gone out since."""
    for one in facts.all("Communication"):
        codes = {c.get("code") for medium in one.get("medium") or () for c in medium.get("coding") or ()}
        at = read_at(facts, one)
        if one.get("status") in {"completed", "not-done"} and MAIL in codes and at is not None and at >= since:
            if refers_to(one.get("about"), f"ServiceRequest/{order.get('id', '')}"):
                return True
    return False


def _over(facts: Facts, task: Json) -> str:
    wanted = (task.get("focus") or {}).get("reference", "").removeprefix("ServiceRequest/")
    order = next((one for one, _ in orders(facts) if one.get("id") == wanted), None)
    if order is None:
        return "The order has ended."
    if dated(facts, order):
        return "A visit is booked, or the patient was seen."
    enough = _enough(facts, order)
    if enough is None:
        return "The patient was reached."
    sent = key_of(task).startswith("letter:") and _letter(facts, order, enough)
    return f"A letter has gone out since {say_short(local_day(enough, facts.zone))}." if sent else "It has aged out."


RULES = (
    Rule(
        code="unreached", name="Tried often enough, not reached", kind="unreached", source="FUP-4", pool="referrals",
        says="Three attempts about an order without a date, by two ways at least, one of them outside work hours, over ten days, and nobody was"
        " reached: a letter goes out, and whoever referred decides. The order itself never ends by it. Ends with the letter, with a contact,"
        " a visit, or the order.",
        reads=("ServiceRequest", *AROUND), decide=_unreached, gone=_over, act="call", own_only=True,
        figures=(
            Figure("days", "Letter and decision within", 2, 1, 10, "business days"),
            Figure("back", "Let it go after this many days", 60, 10, 200, "business days"),
        ),
    ),
)  # fmt: skip
