"""How often one must try before giving up: dated rows with their sources, and what is still missing, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from waypost.coordination.contacts.reading import Contact, outside_work_hours
from waypost.kernel.dates import local_day, say_short

ORDINALS = ("", "1st", "2nd", "3rd")
OTHER_WAYS = {"call": "text or e-mail", "text": "phone", "email": "phone", "letter": "phone"}


@dataclass(frozen=True, slots=True)
class AttemptRule:
    """What makes trying enough. `licensed`: only attempts by a nurse or clinician count."""

    code: str
    kinds: frozenset[str]
    attempts_min: int
    then: str
    source: str
    channels_min: int = 1
    outside_hours_min: int = 0
    span_days_min: int = 0
    licensed: bool = False
    since: date = date(2026, 1, 1)
    until: date | None = None


RULES = (
    AttemptRule(
        code="outreach",
        kinds=frozenset({"referral", "recall", "result", "call", "call-back"}),
        attempts_min=3,
        channels_min=2,
        outside_hours_min=1,
        span_days_min=10,
        then="Send a letter, and ask whoever referred what to do.",
        source="FUP-4",
    ),
    AttemptRule(
        code="discharge",
        kinds=frozenset({"discharge-call"}),
        attempts_min=2,
        then="Both attempts are on record; keep trying until someone is reached.",
        source="TCM-3",
        licensed=True,
    ),
)


@dataclass(frozen=True, slots=True)
class Tried:
    """What has been tried for one piece of work. `words` is one sentence for its row, '' where nothing was."""

    made: int
    enough: bool
    words: str
    outreach: int = 0  # attempts that do not count, as no licensed person made them


def rule_for(kind: str, on: date) -> AttemptRule | None:
    return next(
        (r for r in RULES if kind in r.kinds and r.since <= on and (r.until is None or on <= r.until)), None
    )


def tried(contacts: Sequence[Contact], kind: str, now: datetime, zone: str) -> Tried:
    """Return how far the attempts for a piece of work have come, and what the next must be."""
    rule = rule_for(kind, local_day(now, zone))
    every = [one for one in contacts if not one.reached and not one.inbound]
    counted = [one for one in every if rule is None or not rule.licensed or one.licensed]
    outreach = len(every) - len(counted)
    if not counted:
        words = f"{_count(outreach, 'call', 'calls')} by staff without a license: outreach, not counted." if outreach else ""
        return Tried(0, rule is None, words, outreach)
    done = f"{_ordinal(len(counted))} attempt"
    if rule is None:
        return Tried(len(counted), True, f"{done}.", outreach)
    missing = _missing(counted, rule, zone)
    if not missing:
        return Tried(len(counted), True, f"{done}; enough. {rule.then}", outreach)
    left = max(rule.attempts_min - len(counted), 1)
    joined = (" or " if left >= len(missing) else " and ").join(missing)
    return Tried(len(counted), False, f"{done}; next {joined}.", outreach)


def _missing(counted: Sequence[Contact], rule: AttemptRule, zone: str) -> list[str]:
    """Return what the attempts lack, each as the end of 'next …'."""
    found = []
    if sum(outside_work_hours(one.at, zone) for one in counted) < rule.outside_hours_min:
        found.append("after 5 PM")
    channels = {one.channel for one in counted}
    if len(channels) < rule.channels_min:
        found.append(f"by {OTHER_WAYS.get(next(iter(channels)), 'phone')}")
    last = max(one.at for one in counted)
    until = local_day(counted[0].at, zone) + timedelta(days=rule.span_days_min)
    if local_day(last, zone) < until and len(counted) >= rule.attempts_min - 1:
        found.append(f"on {say_short(until, today=local_day(last, zone))} or later")
    if len(counted) < rule.attempts_min and not found:
        found.append("any time")
    return found


def _ordinal(number: int) -> str:
    return ORDINALS[number] if number < len(ORDINALS) else f"{number}th"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
