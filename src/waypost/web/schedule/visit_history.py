"""The history of a visit in words: what changed, who changed it, and why it was moved."""

from typing import Any

from waypost.access import queries as access
from waypost.kernel.context import Context
from waypost.kernel.dates import say_moment, say_time
from waypost.kernel.scope import Scope
from waypost.messaging.fhir import moment
from waypost.records import queries as records
from waypost.records.versions import Version
from waypost.scheduling import fhir
from waypost.web.parts import Status
from waypost.web.schedule.booking_form import MOVED_WHY
from waypost.web.schedule.visit_parts import STATUSES


def history_of(ctx: Context, scope: Scope, found: Version, zone: str, today: Any) -> list[tuple[str, str]]:
    versions = records.history(scope, "Appointment", found.id)
    names = access.names_of(ctx.tenant, [v.actor for v in versions])
    lines = []
    for newer, older in zip(versions, [*versions[1:], None], strict=True):
        what = _change(newer, older, zone, today)
        lines.append((f"{say_moment(newer.at, zone, today=today)} · {names[newer.actor]}", what))
    return lines


def _moved_why(newer: Version) -> str:
    """Return ': The provider · On leave', as it was said with the move."""
    why = fhir.extension(newer.resource, "move-reason") or {}
    code = next((c.get("code", "") for c in why.get("coding", ())), "")
    told = " · ".join(word for word in (dict(MOVED_WHY).get(code, code), why.get("text", "")) if word)
    return f" ({told})" if told else ""


def _elsewhere(version: Version) -> tuple[list[Any], Any]:
    places = [(p.get("actor") or {}).get("display") for p in version.resource.get("participant", ()) if not fhir.reference(p)]
    return places, fhir.extension(version.resource, "phone")


def _change(newer: Version, older: Version | None, zone: str, today: Any) -> str:
    if newer.deleted:
        return "Taken back"
    status = STATUSES.get(newer.resource.get("status", ""), Status("", "")).word
    if older is None or older.deleted:
        return status or "Filed"
    said = []
    if newer.resource.get("status") != older.resource.get("status"):
        since = moment(fhir.extension(newer.resource, "status-at"))
        said.append(f"{status}, {say_moment(since, zone, today=today)}" if since else status)
    was, now = moment(older.resource.get("start")), moment(newer.resource.get("start"))
    if was != now and was and now:
        said.append(
            f"Moved from {say_moment(was, zone, today=today)} to {say_moment(now, zone, today=today)}{_moved_why(newer)}"
        )
    ended, ends = moment(older.resource.get("end")), moment(newer.resource.get("end"))
    if was == now and ended != ends and ended and ends:
        said.append(f"Made {'longer' if ends > ended else 'shorter'}: ends at {say_time(ends, zone)}, not {say_time(ended, zone)}")
    video = fhir.extension(newer.resource, "telehealth") is True
    if video != (fhir.extension(older.resource, "telehealth") is True):
        said.append("Now by video" if video else "Now in person")
    if fhir.extension(newer.resource, "outside") is True and _elsewhere(newer) != _elsewhere(older):
        said.append("Changed the place or its phone")
    for name, word in (
        ("comment", "note to staff"),
        ("patientInstruction", "note to patient"),
        ("reasonCode", "reason"),
    ):
        if newer.resource.get(name) != older.resource.get(name):
            said.append(f"Changed the {word}")
    return ", ".join(said) or "Changed"
