"""Where a referral stands, from the resources around its ServiceRequest. Pure; the rules that make work read it too.

Nothing of it is kept: state and ages are worked out whenever they are asked for (FUP-4, FUP-3).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from waypost.coordination.referrals.limits import (
    REPORT_WITHIN_DAYS,
    SCHEDULED_WITHIN_DAYS,
    SOON_DAYS,
    TOLD_WITHIN_BUSINESS_DAYS,
)
from waypost.kernel.business_days import business_days_after
from waypost.kernel.dates import local_day, read_moment

Json = dict[str, Any]

REFERRAL = "urn:waypost:referral"  # category of what a person noted: sent, seen, told
REFERRAL_END = "urn:waypost:referral-end"
NOT_BOOKED = "urn:waypost:not-booked"  # of the work that checkout leaves: why no visit was booked
DEPARTMENT = "urn:waypost:department"
EXTENSION = "urn:waypost:extension:"
FILED_AS_REPORT: Json = {"extension": [{"url": f"{EXTENSION}filed-as-report", "valueBoolean": True}]}
SNOMED_REFERRAL = "3457005"
LABORATORY = frozenset({"108252007", "laboratory", "LAB"})  # SNOMED CT, and what laboratories' systems write
STEPS = ("made", "sent", "scheduled", "seen", "report", "told")
STEP_WORDS = {
    "made": "Made", "sent": "Sent", "scheduled": "Scheduled", "seen": "Seen", "report": "Report back", "told": "Patient told",
}  # fmt: skip
ENDS = {
    "declined": "Patient declined", "not-needed": "No longer needed", "elsewhere": "Sent elsewhere", "closed": "Loop closed",
}  # fmt: skip
OPEN = frozenset({"draft", "active", "on-hold"})
_KEPT = frozenset({"booked", "arrived", "checked-in", "fulfilled", "pending"})
REPORTED = frozenset({"final", "amended", "corrected", "appended"})
_CAME = frozenset({"arrived", "checked-in", "fulfilled"})


@dataclass(frozen=True, slots=True)
class Step:
    """One step of the line: when it was done and what says so ('Appointment/x'); '' and None where it was not."""

    code: str
    on: date | None = None
    source: str = ""
    how: str = ""  # sent by fax; report's name; who was told

    @property
    def done(self) -> bool:
        return bool(self.source)

    @property
    def word(self) -> str:
        return STEP_WORDS[self.code]


@dataclass(frozen=True, slots=True)
class PutOff:
    """What was said at checkout instead of a visit being booked; `end` is how that ends the order (ENDS), or ''."""

    on: date | None
    words: str
    end: str = ""


@dataclass(frozen=True, slots=True)
class Loop:
    """Where one referral stands. `next` is the step it waits for, '' where it has ended."""

    id: str
    steps: tuple[Step, ...]
    next: str
    due: date | None
    overdue: bool
    soon: bool
    days: int  # since the step that the clock runs from
    urgency: str
    outside: bool
    ended: str = ""  # code of ENDS
    rule: str = ""
    visit: str = ""  # the Appointment that counts
    missed: str = ""  # an Appointment that was cancelled or missed, where none stands
    put_off: PutOff | None = None  # while no visit is booked

    def step(self, code: str) -> Step:
        return self.steps[STEPS.index(code)]

    @property
    def ordered(self) -> date | None:
        return self.steps[0].on


@dataclass(frozen=True, slots=True)
class Around:
    """What stands about one ServiceRequest: everything that refers to it."""

    request: Json
    others: Sequence[Json] = field(default_factory=tuple)

    def of(self, type_: str) -> list[Json]:
        return [one for one in self.others if one.get("resourceType") == type_]


def loop_of(around: Around, today: date, zone: str) -> Loop:
    """Return where a referral stands on a day of the clinic's."""
    request = around.request
    visit, missed = _visits(around, zone)
    seen = seen_step(around, today, zone)
    steps = (
        _made(request, zone), _sent(around, zone), _scheduled(visit, zone), seen, report_step(around, seen.on, zone), _told(around, zone),
    )  # fmt: skip
    ended = _ended(request, steps)
    following = "" if ended else _next(steps)
    due, rule = (None, "") if ended else _due(request, steps, following, visit, today, zone)
    since = _since(steps, following)
    return Loop(
        id=request.get("id", ""),
        steps=steps,
        next=following,
        due=due,
        overdue=due is not None and today > due,
        soon=due is not None and 0 <= (due - today).days <= SOON_DAYS,
        days=max((today - since).days, 0) if since else 0,
        urgency=urgency_of(request),
        outside=is_outside(request),
        ended=ended,
        rule=rule,
        visit=visit.get("id", "") if visit else "",
        missed=missed.get("id", "") if missed and not visit else "",
        put_off=next((said for task in around.of("Task") if (said := put_off(task, zone))), None) if following in {"sent", "scheduled"} else None,
    )


def urgency_of(request: Json) -> str:
    return request["priority"] if request.get("priority") in SCHEDULED_WITHIN_DAYS else "routine"


def is_outside(request: Json) -> bool:
    return any(one.get("url") == EXTENSION + "outside" and one.get("valueBoolean") is True for one in request.get("extension", ()))


def is_referral(request: Json) -> bool:
    """Say whether a ServiceRequest is one that somebody has to see through: an order for a visit, no plan and no test of blood."""
    meant = request.get("intent", "order") in {"order", "original-order", "instance-order", "filler-order"}
    return meant and not LABORATORY & {c.get("code") for one in request.get("category", ()) for c in one.get("coding", ())}


def schedule_by(request: Json, zone: str) -> date | None:
    """Return the last day on which a date may be missing: what was ordered for a day, by that day; else by FUP-4."""
    period = request.get("occurrencePeriod") or {}
    target = _day(request.get("occurrenceDateTime") or period.get("end") or period.get("start"), zone)
    if target:
        return target
    ordered = _day(request.get("authoredOn"), zone)
    return ordered + timedelta(days=SCHEDULED_WITHIN_DAYS[urgency_of(request)]) if ordered else None


def _made(request: Json, zone: str) -> Step:
    return Step("made", _day(request.get("authoredOn"), zone), f"ServiceRequest/{request.get('id', '')}", (request.get("requester") or {}).get("display", ""))


def _sent(around: Around, zone: str) -> Step:
    """Return how and when it went out; inside the house the department sees it as soon as it is made."""
    found = _noted(around, "sent", zone)
    if found or is_outside(around.request):
        return found or Step("sent")
    made = _day(around.request.get("authoredOn"), zone)
    return Step("sent", made, f"ServiceRequest/{around.request.get('id', '')}", "in house")


def _visits(around: Around, zone: str) -> tuple[Json | None, Json | None]:
    """Return the visit that counts and, where one fell through, the last that did.

    One that took place goes before one to come, one that is booked before one that is held.
    """
    visits = sorted(
        around.of("Appointment"), key=lambda one: tuple(str(one.get(k, "")) for k in ("start", "id", "status"))
    )
    came = [one for one in visits if one.get("status") in _CAME]
    kept = [one for one in visits if one.get("status") in _KEPT]
    kept.sort(key=lambda one: one.get("status") == "pending")
    lost = [one for one in visits if one.get("status") in {"cancelled", "noshow"}]
    return (came or kept or [None])[-1 if came else 0], (lost or [None])[-1]


def _scheduled(visit: Json | None, zone: str) -> Step:
    if visit is None or visit.get("status") == "pending":
        return Step("scheduled")
    return Step("scheduled", _day(visit.get("start"), zone), f"Appointment/{visit.get('id', '')}")


def seen_step(around: Around, today: date, zone: str) -> Step:
    """Return how and when the patient was last seen for it: in a visit, in an encounter that names it, or as somebody noted.

    A note that is dated after `today` says what is to be, not what was.
    """
    found = [
        *((one, _day(one.get("start"), zone)) for one in around.of("Appointment") if one.get("status") == "fulfilled"),
        *((one, _met(one, zone)) for one in around.of("Encounter") if one.get("status") == "finished"),
    ]
    steps = [Step("seen", on, f"{one['resourceType']}/{one.get('id', '')}") for one, on in found if on is not None]
    noted = _noted(around, "seen", zone, until=today)
    steps += [noted] if noted else []
    return max(steps, key=lambda one: (one.on or date.min, bool(one.how), one.source), default=Step("seen"))


def _met(encounter: Json, zone: str) -> date | None:
    period = encounter.get("period") or {}
    return _day(period.get("start") or period.get("end"), zone)


def report_step(around: Around, seen: date | None, zone: str) -> Step:
    """Return the first report that was filed against it, a document or a report of a laboratory or of imaging.

    One that is dated before the day on which the patient was seen is not the report of that, unless somebody filed it as such.
    """
    papers = [
        (_day(one.get("date"), zone), f"DocumentReference/{one.get('id', '')}", one.get("description") or (one.get("type") or {}).get("text", ""))
        for one in around.of("DocumentReference")
        if one.get("status", "current") == "current" and _related(one, around.request)
    ]
    chosen = {f"DocumentReference/{one.get('id', '')}" for one in around.of("DocumentReference") if _related(one, around.request, chosen=True)}
    reports = [
        (_day(one.get("issued") or one.get("effectiveDateTime"), zone), f"DiagnosticReport/{one.get('id', '')}", (one.get("code") or {}).get("text", ""))
        for one in around.of("DiagnosticReport")
        if one.get("status") in REPORTED
    ]
    after = [one for one in (*papers, *reports) if seen is None or one[0] is None or one[0] >= seen or one[1] in chosen]
    found = sorted(after, key=lambda one: (one[0] or date.max, one[1]))
    return Step("report", *found[0]) if found else Step("report")


def _related(document: Json, request: Json, *, chosen: bool = False) -> bool:
    """Say whether a document names the request; `chosen`: because somebody filed it as its report."""
    related = (document.get("context") or {}).get("related", ())
    mine = (one for one in related if one.get("reference") == f"ServiceRequest/{request.get('id', '')}")
    return any(not chosen or FILED_AS_REPORT["extension"][0] in one.get("extension", ()) for one in mine)


def put_off(task: Json, zone: str) -> PutOff | None:
    """Return what was said at checkout in the work that it left; None where that did not last: a visit was booked since."""
    said = next((one["valueCodeableConcept"] for one in task.get("extension", ()) if one.get("url") == EXTENSION + "not-booked"), None)
    outcomes = _codes((one.get("valueCodeableConcept") or {} for one in task.get("output", ())), "urn:waypost:outcome")
    if said is None or task.get("status") in {"cancelled", "entered-in-error"} or outcomes[-1:] == ["booked"]:
        return None
    code = next(iter(_codes([said], NOT_BOOKED)), "")
    return PutOff(_day(task.get("authoredOn"), zone), said.get("text", ""), code if code in ENDS else "")


def _told(around: Around, zone: str) -> Step:
    return _noted(around, "told", zone) or Step("told")


def around_of(request: Json, resources: Iterable[Json]) -> Around:
    """Return a request with those of a patient's resources that refer to it, as the list of referrals reads them."""
    reference = f"ServiceRequest/{request.get('id', '')}"
    return Around(request, tuple(one for one in resources if any(ref.get("reference") == reference for ref in _references(one))))


def _references(one: Json) -> list[Json]:
    if one.get("resourceType") == "DocumentReference":
        return (one.get("context") or {}).get("related") or []
    return one.get("basedOn") or []


def _noted(around: Around, code: str, zone: str, *, until: date = date.max) -> Step | None:
    """Return the last note of a step, as a person filed it."""
    found = [
        (_day(one.get("sent"), zone), f"Communication/{one.get('id', '')}", _words(one))
        for one in around.of("Communication")
        if one.get("status") == "completed" and code in _codes(one.get("category", ()), REFERRAL)
    ]
    found = sorted((one for one in found if (one[0] or date.min) <= until), key=lambda one: (one[0] or date.min, one[1]))
    return Step(code, *found[-1]) if found else None


def _words(note: Json) -> str:
    return next((one["contentString"] for one in note.get("payload", ()) if one.get("contentString")), "")


def _ended(request: Json, steps: Sequence[Step]) -> str:
    if request.get("status") in OPEN:
        return ""
    reason = next((one for one in request.get("extension", ()) if one.get("url") == EXTENSION + "end-reason"), {})
    code = next(iter(_codes([reason.get("valueCodeableConcept") or {}], REFERRAL_END)), "")
    if code in ENDS:
        return code
    return "closed" if request.get("status") == "completed" else "not-needed"


def _next(steps: Sequence[Step]) -> str:
    """Return the step after the furthest that was done: what was skipped on the way is shown, and holds nothing up."""
    furthest = max(place for place, step in enumerate(steps) if step.done or place == 0)
    return STEPS[furthest + 1] if furthest + 1 < len(STEPS) else ""


def _due(request: Json, steps: Sequence[Step], following: str, visit: Json | None, today: date, zone: str) -> tuple[date | None, str]:
    """Return by when the next step is due, and the rule that says so."""
    if following in {"sent", "scheduled"}:
        return schedule_by(request, zone), "FUP-4"
    if following == "seen":
        return (steps[2].on, "FUP-4") if visit else (None, "")
    if following == "report":
        seen = steps[3].on
        return (seen + timedelta(days=REPORT_WITHIN_DAYS) if seen else None), "FUP-4"
    report = steps[4].on
    return (business_days_after(report, TOLD_WITHIN_BUSINESS_DAYS) if report and following == "told" else None), "FUP-3"


def _since(steps: Sequence[Step], following: str) -> date | None:
    """Return the day from which the clock of the next step runs."""
    if following in {"sent", "scheduled", ""}:
        return steps[0].on
    return steps[STEPS.index(following) - 1].on


def _codes(concepts: Iterable[Json], system: str) -> list[str]:
    return [c.get("code", "") for one in concepts for c in one.get("coding", ()) if c.get("system") == system]


def _day(text: str | None, zone: str) -> date | None:
    at = read_moment(text, zone)
    return local_day(at, zone) if at else None
