"""Rules about prior authorization that was asked for: the payer's clock, and a denial without its reason (FUP-6; CMS-0057-F)."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta

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
from waypost.coordination.worklist.rules.words import refers_to, when
from waypost.coverage.authorizations import DENIED, reason_of, state_of
from waypost.kernel.business_days import business_days_after
from waypost.kernel.dates import local_day, read_moment, say_short

SINCE = date(2026, 1, 1)  # from when impacted payers are held to the clock and the reason

UNDECIDED = frozenset({"pended", "failed"})


def _decisions(facts: Facts, figures: Figures) -> Iterator[Answer]:
    for claim in facts.all("Claim"):
        asked = _asked(facts, claim)
        if asked is None:
            continue
        answers = _answers(facts, claim)
        denied = next((one for one in answers if state_of(one) in DENIED and not reason_of(one)), None)
        if denied is not None:
            yield from _without_reason(facts, figures, claim, denied)
        if any(state_of(one) not in UNDECIDED for one in answers):
            continue
        hurry = _expedited(claim)
        due = asked + timedelta(hours=figures["hours"]) if hurry else facts.end_of(local_day(asked, facts.zone) + timedelta(days=figures["days"]))
        ends = due + timedelta(days=figures["back"])
        if facts.now < due:
            yield Again(due)
        elif facts.now < ends:
            yield Again(ends)
            clock = f"{figures['hours']} hours, expedited" if hurry else f"{figures['days']} calendar days, standard"
            yield Item(
                key=f"{claim['id']}:decision", focus=f"Claim/{claim['id']}", what=f"Ask {_payer(claim)} for its decision", due=due,
                priority="urgent" if hurry else "routine",
                why=f"Prior authorization asked for {when(facts, asked)}, and not decided; payers under CMS-0057-F have {clock} (FUP-6).",
            )  # fmt: skip


def _without_reason(facts: Facts, figures: Figures, claim: Json, answer: Json) -> Iterator[Answer]:
    said = read_moment(answer.get("created"), facts.zone)
    if said is None or said > facts.now:
        return
    day = local_day(said, facts.zone)
    due = facts.end_of(business_days_after(day, 1))
    ends = due + timedelta(days=figures["back"])
    if facts.now < ends:
        yield Again(ends)
        yield Item(
            key=f"{answer['id']}:reason", focus=f"Claim/{claim['id']}", what=f"Ask {_payer(claim)} why it denied", due=due,
            why=f"Prior authorization was denied {say_short(day)} without a reason; payers under CMS-0057-F owe one (FUP-6).",
        )  # fmt: skip


def _asked(facts: Facts, claim: Json) -> datetime | None:
    at = read_moment(claim.get("created"), facts.zone)
    stands = claim.get("use") == "preauthorization" and claim.get("status") == "active"
    return at if stands and at is not None and at <= facts.now and local_day(at, facts.zone) >= SINCE else None


def _answers(facts: Facts, claim: Json) -> list[Json]:
    reference = f"Claim/{claim.get('id', '')}"
    return [one for one in facts.all("ClaimResponse") if one.get("status", "active") == "active" and refers_to(one.get("request"), reference)]


def _expedited(claim: Json) -> bool:
    return "stat" in {c.get("code") for c in (claim.get("priority") or {}).get("coding") or ()}


def _payer(claim: Json) -> str:
    return (claim.get("insurer") or {}).get("display", "") or "the payer"


def _decided(facts: Facts, task: Json) -> str:
    return "The payer has given its reason." if key_of(task).endswith(":reason") else "The payer has decided, or it was taken back."


RULES = (
    Rule(
        code="authorization-undecided", name="Authorizations not decided in time", kind="authorization", source="FUP-6", pool="coverage",
        says="Prior authorization was asked for and not decided when the payer's clock ran out: 72 hours expedited, seven calendar days standard; or"
        " it was denied without a reason. Ends with the decision, or with the reason.",
        reads=("Claim", "ClaimResponse"), decide=_decisions, gone=_decided, act="coverage", own_only=True,
        figures=(
            Figure("hours", "Expedited: a decision within", 72, 24, 168, "hours"), Figure("days", "Standard: a decision within", 7, 3, 30, "calendar days"),
            Figure("back", "Let it go after this many days", 60, 10, 200, "days"),
        ),
    ),
)  # fmt: skip
