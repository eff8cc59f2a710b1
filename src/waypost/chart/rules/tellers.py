"""What each type of resource says of itself on the timeline: one sentence, a time, a place, a mark."""

from collections.abc import Callable
from dataclasses import dataclass

from waypost.chart.documents.reading import is_unfiled
from waypost.chart.rules import clinical, results
from waypost.chart.rules.documents import document
from waypost.chart.rules.words import Json, Reading, codes, concept, count, first
from waypost.kernel.dates import local_day, read_moment


@dataclass(frozen=True, slots=True)
class Told:
    """What one type's teller says of a resource."""

    dated: str | None
    where: str = ""
    lead: str = ""
    text: str = ""
    state: str = ""
    mark: str = ""


Teller = Callable[[Json, Reading], Told]

_CLASSES = {
    "AMB": "Visit", "EMER": "Emergency visit", "IMP": "Hospital stay", "ACUTE": "Hospital stay", "NONAC": "Stay",
    "HH": "Home visit", "VR": "Telehealth visit", "OBSENC": "Observation stay", "SS": "Short stay", "FLD": "Field visit",
    "PRENC": "Visit before admission",
}  # fmt: skip
_MEDIA = {
    "PHONE": "by phone",
    "PHONEWRIT": "by phone", "phone": "by phone", "SMSWRIT": "by text", "sms": "by text", "EMAILWRIT": "by e-mail",
    "email": "by e-mail", "MAILWRIT": "by letter", "letter": "by letter", "FACE": "in person", "portal": "by portal",
    "FAXWRIT": "by fax", "VIDEOCONF": "by video", "WRITTEN": "in writing", "VERBAL": "in words", "DICTATE": "dictated",
}  # fmt: skip


def _encounter(r: Json, reading: Reading) -> Told:
    period = r.get("period") or {}
    cls = first(r.get("class")) or {}
    stay = cls.get("code") in {"IMP", "ACUTE", "OBSENC", "NONAC", "SS"}
    what = _CLASSES.get(cls.get("code", ""), "Visit")
    kind = concept(first(r.get("type"))) or concept(r.get("serviceType"))
    reason = ", ".join(concept(c) for c in r.get("reasonCode", ()) if concept(c))
    discharge = concept((r.get("hospitalization") or {}).get("dischargeDisposition"))
    parts = [kind if kind.casefold() != what.casefold() else "", reason]
    if stay:
        parts.append(_nights(period, reading))
        parts.append(f"discharged: {discharge}" if discharge else "")
    where = reading.name((first(r.get("location")) or {}).get("location")) or reading.name(
        r.get("serviceProvider")
    )
    by = reading.name((first(r.get("participant")) or {}).get("individual"))
    mark = {"cancelled": "Cancelled", "in-progress": "Now", "planned": "Planned"}.get(r.get("status", ""), "")
    state = {"Cancelled": "quiet", "Now": "ok", "Planned": "info"}.get(mark, "")
    text = "; ".join(p for p in parts if p)
    return Told(period.get("start"), " · ".join(p for p in (where, by) if p), what, text, state, mark)


def _nights(period: Json, reading: Reading) -> str:
    begin, end = read_moment(period.get("start"), reading.zone), read_moment(period.get("end"), reading.zone)
    if begin is None:
        return ""
    if end is None:
        return "not discharged yet"
    nights = (local_day(end, reading.zone) - local_day(begin, reading.zone)).days
    return count(nights, "night") if nights else "same day"


_VISIT_STATE = {
    "cancelled": ("Cancelled", "quiet"), "noshow": ("Did not come", "late"), "booked": ("Booked", "info"),
    "pending": ("Held, not booked", "soon"), "proposed": ("Proposed", "soon"), "waitlist": ("Waitlist", "soon"),
    "arrived": ("Here", "ok"), "checked-in": ("Here", "ok"), "entered-in-error": ("Entered in error", "quiet"),
}  # fmt: skip


def visit_name(r: Json) -> str:
    """Return what an Appointment is for, in words."""
    return (
        concept(first(r.get("serviceType")))
        or r.get("description")
        or concept(r.get("appointmentType"))
        or "Visit"
    )


def visit_with(r: Json, reading: Reading) -> str:
    """Return with whom and where a visit is: 'Dr Lind · Room 4'."""
    said = []
    for participant in r.get("participant", ()):
        actor = participant.get("actor") or {}
        if not actor.get("reference", "").startswith(("Patient/", "Device/")):
            said.append(reading.name(actor))
    return " · ".join(dict.fromkeys(s for s in said if s))


def _appointment(r: Json, reading: Reading) -> Told:
    mark, state = _VISIT_STATE.get(r.get("status", ""), ("", ""))
    reason = concept(r.get("cancelationReason")) if mark in {"Cancelled", "Did not come"} else ""
    seats = [(p.get("actor") or {}).get("reference", "") for p in r.get("participant", ())]
    group = sum(seat.startswith("Patient/") for seat in seats) > 1
    asked = "group visit" if group else concept(first(r.get("reasonCode")))  # whoever booked first said why; it is theirs
    text = "; ".join(p for p in (asked, reason) if p)
    return Told(r.get("start") or r.get("created"), visit_with(r, reading), visit_name(r), text, state, mark)


def _communication(r: Json, reading: Reading) -> Told:
    said = [p["contentString"] for p in r.get("payload", ()) if p.get("contentString")]
    topic = concept(r.get("topic")) or concept(first(r.get("reasonCode")))
    medium = next((_MEDIA.get(c, c) for m in r.get("medium", ()) for c in codes(m)), "")
    by = reading.name(r.get("sender"))
    status = r.get("status", "")
    notice = any(c.get("code") == "notice" for one in r.get("category", ()) for c in one.get("coding", ()))
    marks = {"not-done": "Not reached", "preparation": "Not sent yet", "stopped": "Stopped", "unknown": "May not have gone"}
    mark = "Refused" if notice and status == "not-done" else marks.get(status, "")
    text = "".join(said[:1]) if notice else " ".join(said)
    text = text or concept(r.get("statusReason")) or ("" if topic else "No words kept")
    where = ", ".join(p for p in (by, medium) if p)
    return Told(r.get("sent") or r.get("received"), where, topic, text, "soon" if mark else "", mark)


def _observation(r: Json, reading: Reading) -> Told:
    made = results.figure(r, reading)
    name = concept(r.get("code")) or "Result"
    text = f"{name} {made.shown}" if made else f"{name}: no value"
    alert = made.alert if made else ""
    where = reading.name(first(r.get("performer")))
    return Told(results.effective(r), where, "", text, "late" if alert else "", alert.capitalize())


def _report(r: Json, reading: Reading) -> Told:
    dated = r.get("effectiveDateTime") or (r.get("effectivePeriod") or {}).get("start") or r.get("issued")
    many = len(r.get("result", ()))
    text = r.get("conclusion") or (count(many, "result") if many else "")
    mark = "" if r.get("status") in {"final", "amended", "corrected", "appended"} else "Not final"
    return Told(
        dated,
        reading.name(first(r.get("performer"))),
        concept(r.get("code")) or "Report",
        text,
        "soon" if mark else "",
        mark,
    )


def _condition(r: Json, reading: Reading) -> Told:
    onset = r.get("onsetDateTime") or (r.get("onsetPeriod") or {}).get("start")
    ended = reading.day(r.get("abatementDateTime"))
    verb = "began" if onset else "recorded"
    text = f"{verb}{f', ended {ended}' if ended else ''}"
    where = reading.name(r.get("recorder") or r.get("asserter"))
    return Told(onset or r.get("recordedDate"), where, concept(r.get("code")) or "Problem", text)


def _allergy(r: Json, reading: Reading) -> Told:
    if codes(r.get("code")) & clinical.NO_KNOWN_ALLERGY:
        return Told(r.get("recordedDate"), reading.name(r.get("recorder")), "", "No known allergies recorded")
    made = clinical.allergy(r, reading)
    text = f"recorded{f': {made.reaction}' if made.reaction else ''}"
    return Told(
        r.get("recordedDate") or r.get("onsetDateTime"),
        reading.name(r.get("recorder")),
        f"Allergy to {made.name}",
        text,
    )


def _medication(r: Json, reading: Reading) -> Told:
    made = clinical.medication(r, reading)
    period = r.get("effectivePeriod") or {}
    dated = r.get("authoredOn") or r.get("effectiveDateTime") or period.get("start") or r.get("dateAsserted")
    verbs = {"active": "ordered", "stopped": "ordered, stopped since", "completed": "ordered, finished since"}
    verb = (
        verbs.get(made.status, made.status)
        if r["resourceType"] == "MedicationRequest"
        else "reported as taken"
    )
    text = ", ".join(p for p in (verb, made.dose) if p)
    return Told(dated, reading.name(r.get("requester") or r.get("informationSource")), made.name, text)


def _immunization(r: Json, reading: Reading) -> Told:
    done = r.get("status") == "completed"
    by = reading.name((first(r.get("performer")) or {}).get("actor"))
    text = "given" if done else f"not given: {concept(r.get('statusReason')) or 'reason not recorded'}"
    return Told(r.get("occurrenceDateTime"), by, concept(r.get("vaccineCode")), text)


_ORDER_MARK = {
    "active": ("Open", "info"), "draft": ("Draft", "soon"), "on-hold": ("On hold", "soon"), "revoked": ("Withdrawn", "quiet"),
}  # fmt: skip


def _service_request(r: Json, reading: Reading) -> Told:
    mark, state = _ORDER_MARK.get(r.get("status", ""), ("", ""))
    urgent = r.get("priority", "routine") if r.get("priority", "routine") != "routine" else ""
    to = reading.name(first(r.get("performer")))
    text = ", ".join(p for p in ("ordered", urgent, f"for {to}" if to else "") if p)
    return Told(
        r.get("authoredOn"),
        reading.name(r.get("requester")),
        concept(r.get("code")) or "Order",
        text,
        state,
        mark,
    )


def _procedure(r: Json, reading: Reading) -> Told:
    dated = r.get("performedDateTime") or (r.get("performedPeriod") or {}).get("start")
    by = reading.name((first(r.get("performer")) or {}).get("actor")) or reading.name(r.get("location"))
    status = r.get("status", "")
    text = {"completed": "done", "not-done": "not done"}.get(status) or status
    return Told(dated, by, concept(r.get("code")) or "Procedure", text)


def _document(r: Json, reading: Reading) -> Told:
    made = document(r, reading)
    mark = _DOCUMENT_MARK.get(r.get("status", ""), "Not filed" if is_unfiled(r) else "")
    state = "soon" if mark == "Not filed" else "quiet" if mark else ""
    return Told(r.get("date"), reading.name(first(r.get("author"))), made.name, made.format, state, mark)


_DOCUMENT_MARK = {"superseded": "Made into others", "entered-in-error": "Not ours"}


def _answers(r: Json, reading: Reading) -> Told:
    return Told(
        r.get("authored"),
        reading.name(r.get("author")),
        "Form answered",
        r.get("questionnaire", "").rpartition("/")[2],
    )


_TASK_MARK = {
    "completed": ("Done", "ok"), "cancelled": ("Cancelled", "quiet"), "rejected": ("Rejected", "late"), "failed": ("Failed", "late"),
    "on-hold": ("On hold", "soon"),
}  # fmt: skip


def task_name(r: Json) -> str:
    return r.get("description") or concept(r.get("code")) or "Task"


def _task(r: Json, reading: Reading) -> Told:
    mark, state = _TASK_MARK.get(r.get("status", ""), ("Open", "info"))
    reason = concept(r.get("statusReason")) or concept(r.get("reasonCode"))
    return Told(
        r.get("authoredOn") or r.get("lastModified"),
        reading.name(r.get("owner")),
        task_name(r),
        reason,
        state,
        mark,
    )


def _coverage(r: Json, reading: Reading) -> Told:
    period = r.get("period") or {}
    payer = reading.name(first(r.get("payor"))) or concept(r.get("type")) or "payer not named"
    end = reading.day(period.get("end"))
    text = f"begins{f', ends {end}' if end else ''}" if period.get("start") else "recorded, start not known"
    mark = "Cancelled" if r.get("status") == "cancelled" else ""
    return Told(period.get("start"), "", f"Coverage with {payer}", text, "quiet" if mark else "", mark)


def _eligibility(r: Json, reading: Reading) -> Told:
    payer = reading.name(r.get("insurer")) or "The payer"
    force = [i.get("inforce") for i in r.get("insurance", ())]
    answer = (
        "said: active" if True in force else "said: not active" if False in force else "gave no clear answer"
    )
    if r.get("outcome") == "error":
        answer = "did not answer"
    return Told(r.get("created"), "", payer, answer)


TELLERS: dict[str, Teller] = {
    "Encounter": _encounter, "Appointment": _appointment, "Communication": _communication, "Observation": _observation,
    "DiagnosticReport": _report, "Condition": _condition, "AllergyIntolerance": _allergy, "MedicationRequest": _medication,
    "MedicationStatement": _medication, "Immunization": _immunization, "ServiceRequest": _service_request,
    "Procedure": _procedure, "DocumentReference": _document, "QuestionnaireResponse": _answers, "Task": _task,
    "Coverage": _coverage, "CoverageEligibilityResponse": _eligibility,
}  # fmt: skip
