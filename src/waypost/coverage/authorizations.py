"""What is known of prior authorization for a visit: its number, how it stands, until when, who said so and when.

An answer counts for a visit where it names the visit's order or service, or names none. What nobody said stays unsaid.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from waypost.kernel.dates import read_day, say_short

Json = dict[str, Any]
SHOWN_MAX = 3
_REVIEWED = {"A1": "granted", "A2": "granted", "A3": "denied", "A4": "pended", "A6": "granted"}  # X12 306
# Codes of an adjudication that deny the service: HL7's adjudication-reason, CARIN's category of why it was denied.
_DENIED = {("http://terminology.hl7.org/CodeSystem/adjudication-reason", "ar001"), ("http://hl7.org/fhir/us/carin-bb/CodeSystem/C4BBAdjudication", "denialreason")}
_LIKE_NO = re.compile(
    r"\b(den(y|ied|ial)|reject(ed)?|refused?|not (been )?(approved|authori[sz]ed|certified|covered|granted))\b", re.IGNORECASE
)
_WORDS = {
    "granted": "granted", "denied": "denied", "reads-denied": "reads like a denial, no code says so", "pended": "asked, not decided yet", "ended": "over by the day of the visit",
    "not-begun": "begins after the day of the visit", "failed": "could not be processed", "unclear": "answered without a number",
}  # fmt: skip
DENIED = frozenset({"denied", "reads-denied"})
_ORDER = ("granted", "not-needed", "pended", "unclear", "needed", "not-begun", "ended", "failed", "reads-denied", "denied")


@dataclass(frozen=True, slots=True)
class Sought:
    """What is to be booked: the day, and the order and service by which an answer is known to be about it."""

    day: date
    order: str = ""  # id of the ServiceRequest
    codes: frozenset[tuple[str, str]] = frozenset()
    words: frozenset[str] = frozenset()  # names of the service, casefolded


@dataclass(frozen=True, slots=True)
class Authorization:
    """One thing that a payer said."""

    state: str  # granted | denied | reads-denied (by its words alone) | pended | ended | not-begun | failed | unclear | needed | not-needed
    said: str  # the sentence with number, source and date
    on: date | None


def known(
    answers: Iterable[Json],
    eligibility: Iterable[Json],
    sought: Sought,
    today: date,
    *,
    claims: Mapping[str, Json] | None = None,
    names: Mapping[str, str] | None = None,
) -> tuple[Authorization, ...]:
    """Return what payers said that bears on the visit, the most telling first; none where nothing is on file.

    `answers` are ClaimResponses, `claims` what they answer, by id; `eligibility` are CoverageEligibilityResponses.
    """
    certain: list[Authorization] = []
    general: list[Authorization] = []
    for answer in answers:
        if answer.get("use") != "preauthorization" or answer.get("status", "active") != "active":
            continue
        claim = (claims or {}).get(_id(answer.get("request")), {})
        fits = _fits(sought, [*answer.get("addItem", ()), *claim.get("item", ())], _id(claim.get("referral")))
        if fits is not None:
            (certain if fits else general).append(_answered(answer, sought, today, names or {}, named=fits))
    granted = _in_order(certain or general)
    return (*granted, *_required(eligibility, sought, today, names or {}))[:SHOWN_MAX]


def _in_order(found: list[Authorization]) -> list[Authorization]:
    newest = sorted(found, key=lambda a: a.on or date.min, reverse=True)
    return sorted(newest, key=lambda a: _ORDER.index(a.state))


def _fits(sought: Sought, items: Iterable[Json], referral: str = "") -> bool | None:
    """Return True where order or service is the visit's, False where none is said, None where it is another."""
    if referral and referral == sought.order:
        return True
    services = [i["productOrService"] for i in items if i.get("productOrService")]
    if any(_same(sought, service) for service in services):
        return True
    return None if services or (referral and sought.order) else False


def _same(sought: Sought, concept: Json) -> bool:
    codes = {(c.get("system", ""), c.get("code", "")) for c in concept.get("coding", ())}
    said = {concept.get("text", ""), *(c.get("display", "") for c in concept.get("coding", ()))}
    return bool(codes & sought.codes) or bool({w.casefold() for w in said if w} & sought.words)


def _answered(
    answer: Json, sought: Sought, today: date, names: Mapping[str, str], *, named: bool
) -> Authorization:
    period = answer.get("preAuthPeriod") or {}
    begins, ends = read_day(period.get("start")), read_day(period.get("end"))
    number, disposition = str(answer.get("preAuthRef") or ""), str(answer.get("disposition") or "")
    state = state_of(answer)
    if state == "granted" and ends is not None and ends < sought.day:
        state = "ended"
    elif state == "granted" and begins is not None and begins > sought.day:
        state = "not-begun"
    on = read_day(answer.get("created"))
    said = [f"{number}: {_WORDS[state]}" if number else _WORDS[state].capitalize()]
    if ends is not None:
        said.append(f"until {say_short(ends, today=today)}")
    elif number and state == "granted":
        said.append("no end said")
    if begins is not None and state == "not-begun":
        said.append(f"from {say_short(begins, today=today)}")
    source = f"{_payer(answer, names)}{f', {say_short(on, today=today)}' if on else ', no date'}"
    said.append(f"said {source}{f': “{disposition}”' if disposition else ''}")
    about = "" if named else " For which service it does not say."
    return Authorization(state, f"{', '.join(said)}.{about}", on)


def state_of(answer: Json) -> str:
    """Return what an answer says by itself, whatever it is to be held against: granted, denied, pended …"""
    number, disposition = str(answer.get("preAuthRef") or ""), str(answer.get("disposition") or "")
    return _state(answer, number, disposition)


def reason_of(answer: Json) -> str:
    """Return the payer's reason as it gave it, by code or in words, or ''."""
    items = [*answer.get("item", ()), *answer.get("addItem", ()), answer]
    reasons = [one.get("reason") or {} for item in items for one in item.get("adjudication", ())]
    coded = [r.get("text") or next((c.get("display") or c.get("code", "") for c in r.get("coding", ())), "") for r in reasons]
    notes = [one.get("text", "") for one in answer.get("processNote", ())]
    return next((one for one in (*coded, *notes, *_review_reasons(items), _beyond_no(str(answer.get("disposition") or ""))) if one), "")


def _review_reasons(items: Iterable[Json]) -> Iterator[str]:
    """Yield the Da Vinci review reasons, wherever in the items they stand."""
    for adjudication in (one for item in items for one in item.get("adjudication", ())):
        for inner in (one for outer in adjudication.get("extension", ()) for one in outer.get("extension", ())):
            if str(inner.get("url", "")).endswith(("reasonCode", "extension-reviewActionReasonCode")):
                concept = inner.get("valueCodeableConcept") or {}
                yield concept.get("text") or next((c.get("display") or c.get("code", "") for c in concept.get("coding", ())), "")


def _beyond_no(disposition: str) -> str:
    """Return what a disposition says beyond that it is a denial: 'not medically necessary' of 'Denied: not medically necessary'."""
    return " ".join(re.sub(r"[^\w ]", " ", _LIKE_NO.sub("", disposition)).split())


def _state(answer: Json, number: str, disposition: str) -> str:
    reviewed = {_REVIEWED[code] for code in _review_codes(answer) if code in _REVIEWED}
    if len(reviewed) == 1:
        return reviewed.pop()
    if _adjudged(answer) & _DENIED:
        return "denied"
    outcome = answer.get("outcome")
    if outcome in {"queued", "error"}:
        return "pended" if outcome == "queued" else "failed"
    if not reviewed and _LIKE_NO.search(disposition):
        return "reads-denied"  # a payer that writes no code: its words are shown, and what they seem to say is called that
    return "granted" if number and outcome == "complete" and not reviewed else "unclear"


def _adjudged(answer: Json) -> set[tuple[str, str]]:
    """Return the codes of category and reason of every adjudication, of the items and of the whole."""
    items = [*answer.get("item", ()), *answer.get("addItem", ()), answer]
    adjudications = [one for item in items for one in item.get("adjudication", ())]
    concepts = [one.get(part) or {} for one in adjudications for part in ("category", "reason")]
    return {(c.get("system", ""), c.get("code", "")) for concept in concepts for c in concept.get("coding", ())}


def _review_codes(answer: Json) -> Iterator[str]:
    """Yield the codes of the Da Vinci review action, wherever in the items it stands."""
    for item in [*answer.get("item", ()), *answer.get("addItem", ()), answer]:
        for adjudication in item.get("adjudication", ()):
            for outer in adjudication.get("extension", ()):
                for inner in outer.get("extension", ()):
                    if str(inner.get("url", "")).endswith(("reviewActionCode", "extension-reviewActionCode")):
                        yield from (
                            c.get("code", "") for c in (inner.get("valueCodeableConcept") or {}).get("coding", ())
                        )


def _required(
    responses: Iterable[Json], sought: Sought, today: date, names: Mapping[str, str]
) -> list[Authorization]:
    """Return the newest word on whether an authorization is needed: for this service, else in general."""
    found: list[tuple[bool, date, bool, str]] = []
    for response in responses:
        on = read_day(response.get("created"))
        if on is None or response.get("status", "active") != "active":
            continue
        for insurance in response.get("insurance", ()):
            for item in insurance.get("item", ()):
                required, fits = item.get("authorizationRequired"), _fits(sought, [item])
                if isinstance(required, bool) and fits is not None:
                    found.append((fits, on, required, _payer(response, names)))
    if not found:
        return []
    fits, on, required, payer = max(found, key=lambda one: one[:3])
    word = "needed" if required else "not needed"
    about = "for this" if fits else "in general"
    said = f"{payer} said on {say_short(on, today=today)} that it is {word} {about}."
    return [Authorization("needed" if required else "not-needed", said, on)]


def _payer(resource: Json, names: Mapping[str, str]) -> str:
    insurer = resource.get("insurer") or {}
    return insurer.get("display") or names.get(insurer.get("reference", ""), "") or "the payer"


def _id(reference: Json | None) -> str:
    return str((reference or {}).get("reference") or "").rpartition("/")[2]
