"""Checks of single values and datatypes: what a definition's table cannot say, or what must be quick.

Each check takes (run, value, place) and says what is wrong; wrongly typed values are fhirkit's to report.
"""

import re
from collections.abc import Callable
from functools import cache
from typing import Any

from waypost.formats.fhir import definitions, facts, limits, spans, xhtml
from waypost.formats.fhir.definitions import Element

Check = Callable[[Any, Any, Any], None]  # (run, value, place)

_ID = re.compile(r"[A-Za-z0-9\-.]{1,64}")
_ABSOLUTE = re.compile(r"[A-Za-z][A-Za-z0-9+.\-]*:\S*")
_LOCAL = re.compile(r"([A-Za-z]+)/[A-Za-z0-9\-.]{1,64}(?:/_history/[A-Za-z0-9\-.]{1,64})?(?:#\S*)?")
_CONDITIONAL = re.compile(r"([A-Za-z]+)\?\S+")
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]")
_SPACE = re.compile(r"\s")
_VALUE_SET = "http://hl7.org/fhir/ValueSet/"
_MEMBERS_SHOWN = 6


def check_of(owner: str, key: str, element: Element) -> Check | None:
    """Return the check for one element's values, if it needs one."""
    if key == "id":
        return resource_id if owner in definitions.resource_types() else None
    if owner == "Coding" and key == "system":
        return coding_system
    if owner == "Narrative" and key == "div":
        return narrative
    if element.type == "Reference":
        return reference_to(frozenset(element.targets))
    codes = definitions.codes().get(element.binding) if element.binding else None
    if codes is not None and element.type in _BOUND:
        return _BOUND[element.type](codes, element.binding)
    return _PRIMITIVES.get(element.type)


def whole_of(name: str) -> Check | None:
    """Return the check of a datatype or backbone as a whole."""
    return _WHOLES.get(name)


def resource_id(run: Any, value: Any, place: Any) -> None:
    if type(value) is str and not _ID.fullmatch(value):
        run.say("value", "An id has 1 to 64 letters, digits, '-' and '.'.", place)


def moment(run: Any, value: Any, place: Any) -> None:
    if type(value) is str and (spans.instants(value) is None or value.startswith("0000")):
        run.say("value", "There is no such date.", place)


def words(run: Any, value: Any, place: Any) -> None:
    if type(value) is str:
        if len(value) > limits.STRING_CHARACTERS_MAX:
            run.say("too-long", f"A string holds at most {limits.STRING_CHARACTERS_MAX:,} characters.", place)
        elif value.isspace():
            run.say("value", "Text is more than white space.", place)
        elif not value.isprintable() and _CONTROL.search(value):
            run.say("value", "Text holds no control characters but tab and line ends.", place)


def address(run: Any, value: Any, place: Any) -> None:
    if type(value) is str and _SPACE.search(value):
        run.say("value", "A URI holds no white space.", place)


def coding_system(run: Any, value: Any, place: Any) -> None:
    if type(value) is not str:
        return
    if not _ABSOLUTE.fullmatch(value):
        run.say("value", "Coding.system is an absolute URI.", place)
    elif value.startswith(_VALUE_SET):
        run.say("value", "Coding.system names a code system; this is a value set.", place, "warning")


def narrative(run: Any, value: Any, place: Any) -> None:
    if type(value) is str:
        for problem in xhtml.problems(value):
            run.say("invariant", problem, place)


@cache
def _listed(binding: str) -> str:
    """Return the codes of a binding for people: a short list, or its name."""
    codes = sorted({code for listed in definitions.codes()[binding].values() for code in listed})
    name = binding.rpartition("/")[2]
    shown = ", ".join(codes[:_MEMBERS_SHOWN]) + (", …" if len(codes) > _MEMBERS_SHOWN else "")
    return f"{name}: {shown}"


def bound_code(codes: Any, binding: str) -> Check:
    allowed = frozenset().union(*codes.values())

    def check(run: Any, value: Any, place: Any) -> None:
        if type(value) is str and value not in allowed:
            run.say("code-invalid", f"The code is not one of {_listed(binding)}.", place)

    return check


def _has(codes: Any, coding: Any) -> bool:
    if type(coding) is not dict:
        return False
    code, system = coding.get("code"), coding.get("system", "")
    return type(code) is str and type(system) is str and code in codes.get(system, ())


def bound_coding(codes: Any, binding: str) -> Check:
    def check(run: Any, value: Any, place: Any) -> None:
        if type(value) is dict and not _has(codes, value):
            run.say("code-invalid", f"The code is not one of {_listed(binding)}.", place)

    return check


def bound_concept(codes: Any, binding: str) -> Check:
    def check(run: Any, value: Any, place: Any) -> None:
        if type(value) is dict and not any(_has(codes, coding) for coding in value.get("coding") or ()):
            run.say("code-invalid", f"None of the codes is one of {_listed(binding)}.", place)

    return check


def bound_quantity(codes: Any, binding: str) -> Check:
    def check(run: Any, value: Any, place: Any) -> None:
        if type(value) is dict and "code" in value and not _has(codes, value):
            run.say("code-invalid", f"The unit is not one of {_listed(binding)}.", place)

    return check


def reference_to(targets: frozenset[str]) -> Check:
    """Return the check of a Reference: its spelling, and that its type is one the element may name."""
    anything = not targets or "Resource" in targets

    def check(run: Any, value: Any, place: Any) -> None:
        text = value.get("reference") if type(value) is dict else None
        if type(text) is not str:
            return
        here = (place, "reference", None)
        if text[:1] == "#":
            _contained(run, text[1:], here)
            return
        match = _LOCAL.fullmatch(text) or _CONDITIONAL.fullmatch(text)
        if match is None:
            if not _ABSOLUTE.fullmatch(text):
                run.say("value", "A reference is Type/id, an absolute URI, #id or a search.", here)
        elif match.group(1) not in definitions.resource_types():
            run.say("value", f"FHIR R4 has no type '{match.group(1)[:64]}'.", here)
        elif not anything and match.group(1) not in targets:
            run.say("value", f"{match.group(1)} is not one of {', '.join(sorted(targets))}.", here, "warning")

    return check


def _contained(run: Any, name: str, place: Any) -> None:
    if run.contained is None:
        inside = run.root.get("contained")
        run.contained = (
            {one.get("id"): one for one in inside if type(one) is dict} if type(inside) is list else {}
        )
    if name and name not in run.contained:
        run.say("invariant", "What a local reference names is contained in the resource (ref-1).", place)


def period(run: Any, value: Any, place: Any) -> None:
    start, end = value.get("start"), value.get("end")
    if (
        type(start) is str
        and type(end) is str
        and (low := spans.instants(start))
        and (high := spans.instants(end))
    ):
        if high[1] <= low[0]:
            run.say("invariant", "A period ends no earlier than it starts (per-1).", place)


def quantity(run: Any, value: Any, place: Any) -> None:
    if "code" in value and "system" not in value:
        run.say("invariant", "A unit's code comes with its system (qty-3).", place)


def contact_point(run: Any, value: Any, place: Any) -> None:
    if "value" in value and "system" not in value and "_system" not in value:
        run.say("invariant", "A contact's value comes with its system: phone, email … (cpt-2).", place)


def attachment(run: Any, value: Any, place: Any) -> None:
    data, size = value.get("data"), value.get("size")
    if data is not None and "contentType" not in value and "_contentType" not in value:
        run.say("invariant", "Data comes with its content type (att-1).", place)
    if type(data) is str and type(size) is int:
        packed = "".join(data.split())
        held = len(packed) * 3 // 4 - packed[-2:].count("=")
        if held != size:
            run.say(
                "value", f"The size given is {size:,} bytes; the data has {held:,}.", (place, "size", None)
            )


def extension(run: Any, value: Any, place: Any) -> None:
    given = [key for key in value if key.startswith(("value", "_value"))]
    if bool(given) == ("extension" in value):
        run.say("invariant", "An extension has either a value or extensions (ext-1).", place)
    url = value.get("url")
    allowed = definitions.extensions().get(url) if type(url) is str else None
    if allowed is None:
        return
    for key in given:
        kind = key.lstrip("_")[5:]
        if kind not in {name[0].upper() + name[1:] for name in allowed}:
            wanted = " or ".join(sorted(allowed)) or "extensions"
            run.say(
                "structure", f"R4 defines this extension to hold {wanted}.", (place, "value", None), "warning"
            )


def resource(run: Any, value: dict[str, Any], place: Any) -> None:
    """Check what is said of a resource as a whole: what it contains, and facts that cannot be."""
    inside = value.get("contained")
    if type(inside) is list and inside:
        _contained_resources(run, value, inside, place)
    fact = facts.CHECKS.get(value["resourceType"])
    if fact is not None:
        fact(run, value, place)


def _contained_resources(run: Any, value: dict[str, Any], inside: list[Any], place: Any) -> None:
    named = _named(value)
    for index, one in enumerate(inside):
        if type(one) is not dict:
            continue
        here = (place, "contained", index)
        if "contained" in one:
            run.say("invariant", "What is contained contains nothing itself (dom-2).", here)
        meta = one.get("meta")
        if type(meta) is dict and ("versionId" in meta or "lastUpdated" in meta):
            run.say("invariant", "What is contained has no version of its own (dom-4).", here)
        if type(meta) is dict and "security" in meta:
            run.say("invariant", "What is contained has no security label of its own (dom-5).", here)
        if f"#{one.get('id')}" not in named and "#" not in _named(one):
            run.say(
                "invariant", "What is contained is referred to, or refers to its container (dom-3).", here
            )


def _named(value: Any) -> set[str]:
    """Return every text in a resource that could name what is contained."""
    found: set[str] = set()
    level = [value]
    while level:
        one = level.pop()
        if type(one) is str:
            if one[:1] == "#":
                found.add(one)
        elif type(one) is dict:
            level += one.values()
        elif type(one) is list:
            level += one
    return found


_PRIMITIVES: dict[str, Check] = {
    "date": moment, "dateTime": moment, "instant": moment, "string": words, "markdown": words,
    "uri": address, "url": address, "canonical": address, "oid": address, "uuid": address,
}  # fmt: skip
_BOUND: dict[str, Callable[[Any, str], Check]] = {
    "code": bound_code, "string": bound_code, "uri": bound_code, "Coding": bound_coding,
    "CodeableConcept": bound_concept, "Quantity": bound_quantity,
}  # fmt: skip
_QUANTITIES = ("Quantity", "Age", "Count", "Distance", "Duration")
_WHOLES: dict[str, Check] = {
    "Period": period, "ContactPoint": contact_point, "Attachment": attachment, "Extension": extension,
    **dict.fromkeys(_QUANTITIES, quantity),
}  # fmt: skip
