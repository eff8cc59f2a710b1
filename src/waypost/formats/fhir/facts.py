"""What cannot be, however well it is written; and rules of single types that HL7 states only in words."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from waypost.formats.fhir import definitions, spans

Check = Callable[[Any, dict[str, Any], Any], None]

# A day that has begun somewhere on earth is not in the future.
_AHEAD_MAX = timedelta(hours=14)
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S+")
_REST = re.compile(r"https?://.*/([A-Za-z]+)/([A-Za-z0-9\-.]{1,64})")
_PARAMETER = "http://hl7.org/fhir/SearchParameter/"
_COMPONENTS_MIN = 2


def _moment(value: Any) -> spans.Instants | None:
    return spans.instants(value) if type(value) is str else None


def person(run: Any, value: dict[str, Any], place: Any) -> None:
    born, died = _moment(value.get("birthDate")), _moment(value.get("deceasedDateTime"))
    if run.now is not None:
        latest = run.now + _AHEAD_MAX
        if born and born[0] > latest:
            run.say("business-rule", "Nobody is born in the future.", (place, "birthDate", None))
        if died and died[0] > latest:
            run.say("business-rule", "Nobody has died in the future.", (place, "deceased", None))
    if born and died and died[1] + _AHEAD_MAX <= born[0]:
        run.say("business-rule", "Nobody dies before being born.", (place, "deceased", None))


def visit(run: Any, value: dict[str, Any], place: Any) -> None:
    start, end = _moment(value.get("start")), _moment(value.get("end"))
    if start and end and end[0] < start[0]:
        run.say("business-rule", "It ends before it starts.", (place, "end", None))


def bundle(run: Any, value: dict[str, Any], place: Any) -> None:
    entries = value.get("entry")
    search = value.get("type") == "searchset"
    for index, entry in enumerate(entries if type(entries) is list else ()):
        if type(entry) is dict:
            _entry(run, entry, (place, "entry", index), search=search)


def _entry(run: Any, entry: dict[str, Any], place: Any, *, search: bool) -> None:
    inside = entry.get("resource")
    inside = inside if type(inside) is dict else {}
    url = entry.get("fullUrl")
    if type(url) is str:
        if not _ABSOLUTE.fullmatch(url):
            run.say("value", "fullUrl is an absolute URI.", (place, "fullUrl", None))
        elif (
            (match := _REST.fullmatch(url))
            and match.group(1) in definitions.resource_types()
            and "id" in inside
        ):
            if match.groups() != (inside.get("resourceType"), inside["id"]):
                run.say("value", "fullUrl ends in the type and id of its resource.", (place, "fullUrl", None))
    if search and inside and "id" not in inside and inside.get("resourceType") != "OperationOutcome":
        run.say("value", "What a search found has an id.", (place, "resource", None))


def search_parameter(run: Any, value: dict[str, Any], place: Any) -> None:
    if value.get("type") == "composite" and len(value.get("component") or ()) < _COMPONENTS_MIN:
        run.say(
            "business-rule", "A composite parameter has two components or more.", (place, "component", None)
        )
    base = value.get("derivedFrom")
    if type(base) is not str or not base.startswith(_PARAMETER):
        return
    type_, _, name = base.partition("|")[0].removeprefix(_PARAMETER).partition("-")
    known = definitions.search_param(type_, name) if type_ in definitions.resource_types() else None
    if known is None:
        return
    if value.get("type") != known.type:
        run.say(
            "business-rule", f"The parameter it derives from is of type {known.type}.", (place, "type", None)
        )
    for index, each in enumerate(value.get("base") or ()):
        if each != type_:  # a parameter named Type-name has that base alone
            run.say(
                "business-rule", "The parameter it derives from has no such base.", (place, "base", index)
            )


CHECKS: dict[str, Check] = {
    "Patient": person,
    "Person": person,
    "RelatedPerson": person,
    "Practitioner": person,
    "Appointment": visit,
    "AppointmentResponse": visit,
    "Slot": visit,
    "Bundle": bundle,
    "SearchParameter": search_parameter,
}
