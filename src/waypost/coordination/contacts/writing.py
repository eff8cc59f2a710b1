"""Contacts, promises and calls for a nurse, as resources. Pure."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from waypost.coordination.contacts.kinds import (
    CHANNEL,
    CONTACT,
    EXTENSION,
    MODE,
    OUTCOME,
    OUTCOME_WORDS,
    REACHED,
    REASON,
    REASON_WORDS,
    TOPICS,
    by_of,
)
from waypost.coordination.contacts.wishes import ELSE, PATIENT, ContactWish, NurseWish, PromiseWish
from waypost.coordination.worklist.kinds import POOL, POOL_NAMES, TASK
from waypost.kernel.context import Context
from waypost.kernel.dates import write_moment

Json = dict[str, Any]
NURSES = "nurses"
NURSE_MINUTES = 15  # by when a nurse calls back who was asked for now


def communication(ctx: Context, wish: ContactWish, name: str, about: Sequence[str]) -> Json:
    """Return a contact as it is kept. `name` is whom it was with, in words; `about` the references that it was about."""
    channel, reached = CHANNEL[wish.channel], wish.outcome == REACHED
    me, them = _me(ctx), _them(wish, name)
    made: Json = {
        "resourceType": "Communication",
        "status": "completed" if reached else "not-done",
        "category": [_concept(CONTACT, channel.code, channel.word)],
        "medium": [{"coding": [{"system": MODE, "code": channel.medium}]}],
        "topic": {"text": f"{channel.word}{' from ' if wish.inbound else ' to '}{_whom(wish, name)}"},
        "subject": {"reference": f"Patient/{wish.patient}"},
        "reasonCode": [_concept(REASON, wish.reason, REASON_WORDS.get(wish.reason, wish.reason))],
        "sent": write_moment(ctx.now),
        "sender": them if wish.inbound else me,
        "recipient": [me if wish.inbound else them],
        "extension": _extensions(ctx, wish),
    }
    if not reached:
        made["statusReason"] = _concept(OUTCOME, wish.outcome, OUTCOME_WORDS[wish.outcome])
    made["about"] = [{"reference": one} for one in about]
    said = ". ".join(part.rstrip(".") for part in (_said(wish), wish.words) if part)
    made["payload"] = [{"contentString": f"{said}."}]
    return {key: value for key, value in made.items() if value}


def promise(ctx: Context, patient: str, wish: PromiseWish, kind: str = "promise") -> Json:
    """Return the Task that a promise is: owned by a person, due at the moment promised."""
    return work(
        ctx,
        patient,
        kind,
        words=wish.what,
        due=wish.due,
        why=f"Promised {wish.what[:1].lower()}{wish.what[1:]}",
        owner=(wish.owner, wish.owner_name),
    )


def for_nurse(ctx: Context, wish: NurseWish, number: str) -> Json:
    """Return the urgent work that 'Nurse now' leaves with the nurses."""
    who = f"{wish.who_name} asks" if wish.who_name else "The caller asks"
    why = ". ".join(part for part in (f"{who} for a nurse now: {number}", wish.words.rstrip(".")) if part)
    made = work(ctx, wish.patient, "call-back", words="Nurse: call back now", due=ctx.now + timedelta(minutes=NURSE_MINUTES),
                why=f"{why}.", pool=NURSES, priority="stat")  # fmt: skip
    made["extension"] = [
        {"url": f"{EXTENSION}lane", "valueCode": "safety"},
        {"url": f"{EXTENSION}call-back", "valueString": number},
    ]
    return made


def work(
    ctx: Context,
    patient: str,
    kind: str,
    *,
    words: str,
    due: datetime,
    why: str,
    owner: tuple[str, str] = ("", ""),
    pool: str = "",
    priority: str = "routine",
) -> Json:
    """Return a Task as a person makes one."""
    made: Json = {
        "resourceType": "Task",
        "status": "accepted" if owner[0] else "requested",
        "intent": "order",
        "priority": priority,
        "code": {"coding": [{"system": TASK, "code": kind}]},
        "description": words,
        "authoredOn": write_moment(ctx.now),
        "lastModified": write_moment(ctx.now),
        "requester": _me(ctx),
        "restriction": {"period": {"end": write_moment(due)}},
        "reasonCode": {"text": why},
    }
    if patient:
        made["for"] = {"reference": f"Patient/{patient}"}
    if owner[0]:
        made["owner"] = {"reference": f"Practitioner/{owner[0]}"} | ({"display": owner[1]} if owner[1] else {})
    if pool:
        name = POOL_NAMES.get(pool, pool)
        made["performerType"] = [{"coding": [{"system": POOL, "code": pool, "display": name}], "text": name}]
    return made


def _said(wish: ContactWish) -> str:
    """Return how it ended and what it was about, in words."""
    reason = REASON_WORDS.get(wish.reason, "")
    told = [word.lower() for code, word in TOPICS if code in wish.agreed]
    agreed = f"the patient agreed on this call to talk about {', '.join(told)}" if told else ""
    return "; ".join(part for part in (f"{OUTCOME_WORDS[wish.outcome]}: {reason.lower()}" if reason else OUTCOME_WORDS[wish.outcome], agreed) if part)


def _whom(wish: ContactWish, name: str) -> str:
    if wish.who == PATIENT:
        return "the patient"
    return (wish.who_name if wish.who == ELSE else name) or "someone else"


def _extensions(ctx: Context, wish: ContactWish) -> list[Json]:
    made: list[Json] = [
        {"url": f"{EXTENSION}contact-by", "valueCode": by_of(ctx.actor.roles)},
        {"url": f"{EXTENSION}direction", "valueCode": "in" if wish.inbound else "out"},
    ]
    made += [{"url": f"{EXTENSION}verified", "valueCode": one} for one in wish.verified]
    made += [{"url": f"{EXTENSION}agreed", "valueCode": one} for one in wish.agreed]
    if wish.call_back:
        made.append({"url": f"{EXTENSION}call-back", "valueString": wish.call_back})
    return made


def _them(wish: ContactWish, name: str) -> Json:
    if wish.who == PATIENT:
        return {"reference": f"Patient/{wish.patient}"}
    if wish.who == ELSE:
        return {"display": wish.who_name or "Someone else"}
    return {"reference": f"RelatedPerson/{wish.who}"} | ({"display": name} if name else {})


def _me(ctx: Context) -> Json:
    who = ctx.actor.practitioner
    return ({"reference": f"Practitioner/{who}"} if who else {}) | {"display": ctx.actor.name}


def _concept(system: str, code: str, word: str) -> Json:
    return {"coding": [{"system": system, "code": code, "display": word}], "text": word}
