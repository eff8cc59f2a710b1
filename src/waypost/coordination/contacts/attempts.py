"""How often one must try before giving up: dated rows with their sources, and what is still missing, in words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from waypost.coordination.contacts.reading import Contact, outside_work_hours
from waypost.kernel.business_days import business_days_after
from waypost.kernel.dates import local_day, say_moment, say_short

GIVEN_UP = "not-reached"  # the outcome of work that ends because nobody was reached
ORDINALS = ("", "1st", "2nd", "3rd")
OTHER_WAYS = {"call": "text or e-mail", "text": "phone", "email": "phone", "letter": "phone"}
AT_WORK, AFTER_WORK = time(10), time(17, 30)  # when the next attempt is offered, inside and outside work hours
APART = timedelta(hours=1)  # two by the same way closer than this are one attempt: TCM-3 asks for separate ones


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
        kinds=frozenset({"referral", "recall", "call", "call-back", "refill"}),
        attempts_min=3,
        channels_min=2,
        outside_hours_min=1,
        span_days_min=10,
        then="Send a letter, and ask whoever referred what to do.",
        source="FUP-4",
    ),
    AttemptRule(
        code="result",
        kinds=frozenset({"result"}),
        attempts_min=3,
        channels_min=2,
        outside_hours_min=1,
        span_days_min=10,
        then="Send a letter, and ask whoever ordered it what to do.",
        source="FUP-1, FUP-4",
        licensed=True,
    ),
    AttemptRule(
        code="discharge",
        kinds=frozenset({"discharge-call"}),
        attempts_min=2,
        then="Both attempts are on record; keep trying until someone is reached.",
        source="TCM-2, TCM-3",
        licensed=True,
    ),
    AttemptRule(
        code="left-unseen",
        kinds=frozenset({"left-unseen"}),
        attempts_min=2,
        then="Tell the clinician who was to see them.",
        source="product decision",
        licensed=True,
    ),
    AttemptRule(
        code="missed",
        kinds=frozenset({"no-show"}),
        attempts_min=2,
        then="Send a letter.",
        source="product decision",
    ),
)


@dataclass(frozen=True, slots=True)
class Lacking:
    """What the attempts for a piece of work still lack by its rule."""

    rule: AttemptRule
    attempts: int  # how many more at the least
    channel: str  # by which way one of them must be, '' where any will do
    outside_hours: bool  # one must be outside work hours
    until: date | None  # the last not before this day
    at: datetime  # when the next is offered

    def say(self, zone: str, today: date) -> str:
        """Return 'Still due: 2 attempts, one by text or e-mail, one outside work hours, the last on Dec 4 or later (FUP-4).'"""
        who = " by a nurse or clinician" if self.rule.licensed else ""
        parts = [f"{self.attempts} attempt{'s' if self.attempts > 1 else ''}{who}"]
        one, last = ("one ", "the last ") if self.attempts > 1 else ("", "")
        parts += [f"{one}by {self.channel}"] if self.channel else []
        parts += [f"{one}after 5 PM, before 8 AM or on a day off"] if self.outside_hours else []
        parts += [f"{last}on {say_short(self.until, today=today)} or later"] if self.until else []
        return f"Still due: {', '.join(parts)} ({self.rule.source}). Next: {self.next(zone, today)}."

    def next(self, zone: str, today: date) -> str:
        """Return 'Wed, Nov 25, 5:30 PM, by text or e-mail'."""
        return say_moment(self.at, zone, today=today) + (f", by {self.channel}" if self.channel else "")


@dataclass(frozen=True, slots=True)
class Tried:
    """What has been tried for one piece of work. `words` is one sentence for its row, '' where nothing was."""

    made: int
    words: str
    lacking: Lacking | None = None  # None where trying is enough, or no rule asks for any
    outreach: int = 0  # attempts that do not count, as no licensed person made them

    @property
    def enough(self) -> bool:
        return self.lacking is None


def rule_for(kind: str, on: date) -> AttemptRule | None:
    return next(
        (r for r in RULES if kind in r.kinds and r.since <= on and (r.until is None or on <= r.until)), None
    )


def tried(contacts: Sequence[Contact], kind: str, now: datetime, zone: str) -> Tried:
    """Return how far the attempts for a piece of work have come, and what the next must be."""
    rule = rule_for(kind, local_day(now, zone))
    every = [one for one in sorted(contacts, key=lambda c: (c.at, c.id)) if not one.reached and not one.inbound]
    able = [one for one in every if rule is None or not rule.licensed or one.licensed]
    outreach, counted = len(every) - len(able), separate(able)
    lacking = _lacking(counted, rule, now, zone) if rule else None
    if not counted:
        words = f"{_count(outreach, 'call', 'calls')} by staff without a license: outreach, not counted." if outreach else ""
        return Tried(0, words, lacking, outreach)
    done = f"{_ordinal(len(counted))} attempt"
    if lacking is None:
        return Tried(len(counted), f"{done}; enough. {rule.then}" if rule else f"{done}.", None, outreach)
    missing = _missing(lacking, counted, zone)
    joined = (" or " if lacking.attempts >= len(missing) else " and ").join(missing)
    return Tried(len(counted), f"{done}; next {joined}.", lacking, outreach)


def separate(contacts: Sequence[Contact]) -> list[Contact]:
    """Return the attempts that count apart: one that follows another by the same way within the hour is the same attempt."""
    found: list[Contact] = []
    last: dict[str, datetime] = {}
    for one in contacts:
        if one.channel not in last or one.at - last[one.channel] >= APART:
            found.append(one)
            last[one.channel] = one.at
    return found


def _lacking(counted: Sequence[Contact], rule: AttemptRule, now: datetime, zone: str) -> Lacking | None:
    """Return what is missing before trying is enough, and when the next attempt would serve."""
    channels = {one.channel for one in counted}
    channel = OTHER_WAYS.get(next(iter(channels)), "phone") if counted and len(channels) < rule.channels_min else ""
    outside = sum(outside_work_hours(one.at, zone) for one in counted) < rule.outside_hours_min
    first = local_day(counted[0].at, zone) if counted else local_day(now, zone)
    until: date | None = first + timedelta(days=rule.span_days_min)
    if not rule.span_days_min or (counted and local_day(counted[-1].at, zone) >= until):
        until = None
    left = rule.attempts_min - len(counted)
    if left <= 0 and not (channel or outside or until):
        return None
    left = max(left, 1)
    return Lacking(rule, left, channel, outside, until, _offered(until if left == 1 else None, now, zone, outside=outside))


def _offered(until: date | None, now: datetime, zone: str, *, outside: bool) -> datetime:
    """Return when the next attempt would serve: this evening where one outside work hours is missing, else a business day."""
    here = ZoneInfo(zone)
    today = local_day(now, zone)
    evening = datetime.combine(today, AFTER_WORK, here)
    if outside and now < evening and (until is None or until <= today):
        return evening
    day = business_days_after(today, 1)
    if until is not None and until > day:
        day = business_days_after(until - timedelta(days=1), 1)
    return datetime.combine(day, AFTER_WORK if outside else AT_WORK, here)


def _missing(lacking: Lacking, counted: Sequence[Contact], zone: str) -> list[str]:
    """Return what the attempts lack, each as the end of 'next …'."""
    found = ["after 5 PM"] if lacking.outside_hours else []
    found += [f"by {lacking.channel}"] if lacking.channel else []
    if lacking.until and lacking.attempts == 1:
        found.append(f"on {say_short(lacking.until, today=local_day(counted[-1].at, zone))} or later")
    return found or ["any time"]


def _ordinal(number: int) -> str:
    return ORDINALS[number] if number < len(ORDINALS) else f"{number}th"


def _count(number: int, one: str, many: str) -> str:
    return f"{number} {one if number == 1 else many}"
